package notebook

import (
	"strings"
	"testing"
)

const okIPYNB = `{"cells":[{"cell_type":"code","execution_count":null,"id":"a","metadata":{},"outputs":[],"source":["1 + 1"]}],"metadata":{},"nbformat":4,"nbformat_minor":5}`

// TestBadInputIsRefused holds that every foreign, truncated or hostile file is
// refused with one short line.
func TestBadInputIsRefused(t *testing.T) {
	replace := func(old, new string) string {
		if !strings.Contains(okIPYNB, old) {
			t.Fatalf("%q is not in the example", old)
		}
		return strings.Replace(okIPYNB, old, new, 1)
	}
	deep := strings.Repeat("[", 100000) + strings.Repeat("]", 100000)
	tests := []struct{ name, file, content, want string }{
		{"empty", "x.ipynb", "", "empty"},
		{"not JSON", "x.ipynb", "hello", "not JSON"},
		{"Markdown in disguise", "x.ipynb", "# Title\n", "not JSON"},
		{"truncated", "x.ipynb", okIPYNB[:100], "cut off"},
		{"truncated in a string", "x.ipynb", okIPYNB[:30], "cut off"},
		{"two texts", "x.ipynb", okIPYNB + "\n" + okIPYNB, "second JSON text"},
		{"trailing data", "x.ipynb", okIPYNB + " x", "text follows"},
		{"duplicate cells", "x.ipynb", replace(`"metadata":{},"nbformat"`, `"metadata":{},"cells":[],"nbformat"`), `"cells" stands twice`},
		{"duplicate cells by escape", "x.ipynb", replace(`"metadata":{},"nbformat"`, `"metadata":{},"\u0063ells":[],"nbformat"`), `"cells" stands twice`},
		{"duplicate key in a cell", "x.ipynb", replace(`"id":"a"`, `"id":"a","source":"x"`), `"source" stands twice`},
		{"duplicate among many", "x.ipynb", replace(`"id":"a"`, `"id":"a","b1":1,"b2":1,"b3":1,"b4":1,"b5":1,"b6":1,"b7":1,"b8":1,"b9":1,"b10":1,"b11":1,"b12":1,"b13":1,"b5":2`), `"b5" stands twice`},
		{"nbformat 3", "x.ipynb", `{"metadata":{},"nbformat":3,"nbformat_minor":0,"worksheets":[]}`, "nbformat 3 is too old"},
		{"nbformat 5", "x.ipynb", replace(`"nbformat":4`, `"nbformat":5`), "nbformat 5 is newer"},
		{"nbformat as text", "x.ipynb", replace(`"nbformat":4`, `"nbformat":"4"`), "no nbformat"},
		{"no nbformat", "x.ipynb", `{"cells":[]}`, "no nbformat"},
		{"no cells", "x.ipynb", `{"nbformat":4,"nbformat_minor":5,"metadata":{}}`, "no list of cells"},
		{"cells an object", "x.ipynb", `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":{}}`, "no list of cells"},
		{"a list", "x.ipynb", `[]`, "no object"},
		{"another JSON", "x.ipynb", `{"name":"package.json"}`, "not a notebook"},
		{"a cell that is none", "x.ipynb", replace(`{"cell_type"`, `3,{"cell_type"`), "cell 1: it is no object"},
		{"unknown cell type", "x.ipynb", replace(`"code"`, `"sql"`), `cell_type "sql"`},
		{"source a number", "x.ipynb", replace(`["1 + 1"]`, `7`), "neither a string nor a list"},
		{"metadata a list", "x.ipynb", replace(`"metadata":{},"outputs"`, `"metadata":[],"outputs"`), "metadata"},
		{"outputs an object", "x.ipynb", replace(`"outputs":[]`, `"outputs":{}`), "outputs are no list"},
		{"invalid UTF-8", "x.ipynb", replace("1 + 1", "1 + \xff"), "not UTF-8"},
		{"UTF-16", "x.ipynb", "\xff\xfe{\x00}\x00", "UTF-16"},
		{"control character", "x.ipynb", replace("1 + 1", "1 + \x01"), "control character"},
		{"bad escape", "x.ipynb", replace("1 + 1", `\q`), "no escape"},
		{"bad unicode escape", "x.ipynb", replace("1 + 1", `\u12g4`), "hexadecimal"},
		{"bad number", "x.ipynb", replace(`:4,`, `:04,`), "no number"},
		{"trailing comma", "x.ipynb", replace(`"id":"a",`, `"id":"a",,`), "name in quotes"},
		{"deep nesting", "x.ipynb", replace(`"metadata":{},"outputs"`, `"metadata":{"x":`+deep+`},"outputs"`), "nested more than"},
		{"recorded result of a wrong kind", "x.ipynb", replace(`"metadata":{},"outputs"`, `"metadata":{"lapbook":{"recorded":{"result":{"index":"x"}}}},"outputs"`), "recorded result"},
		{"binary Markdown", "x.md", "# T\n\xff\xfe\x00", "line 2: not UTF-8"},
		{"newer format", "x.md", "<!-- lapbook {\"format\":2} -->\n", "newer lapbook"},
		{"truncated comment", "x.md", "# T\n\n<!-- lapbook-result {\"id\":\"a\",\"sour", "line 3: a lapbook comment is not closed"},
		{"broken comment", "x.md", "<!-- lapbook {\"id\": -->\n```go\n```\n", "line 1: a lapbook comment cannot be read"},
		{"duplicate in a comment", "x.md", "<!-- lapbook {\"id\":\"a\",\"id\":\"b\"} -->\n", "stands twice"},
		{"id a number", "x.md", "<!-- lapbook {\"id\":3} -->\n```go\n```\n", "no string"},
		{"text behind a comment", "x.md", "<!-- lapbook {\"id\":\"a\"} --> x\n", "text follows"},
		{"deep quotes", "x.md", strings.Repeat("> ", 100000) + "x\n", "nested more than"},
		{"deep lists", "x.md", strings.Repeat("- ", 100000) + "x\n", "nested more than"},
		{"wrong result", "x.md", "```go\nx\n```\n<!-- lapbook-result {\"result\":{\"index\":\"x\"}} -->\n", "line 4: a recorded result cannot be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode(tt.file, []byte(tt.content))
			if err == nil {
				t.Fatal("it was accepted")
			}
			msg := err.Error()
			if !strings.Contains(msg, tt.want) || !strings.HasPrefix(msg, tt.file+": ") || strings.Contains(msg, "\n") || len(msg) > 200 {
				t.Errorf("got %q, want a short line with %q", msg, tt.want)
			}
		})
	}
	if _, err := Decode("x.ipynb", []byte(okIPYNB)); err != nil {
		t.Errorf("the example itself: %v", err)
	}
}

func TestDuplicateAndBadIDsAreRenamed(t *testing.T) {
	md := fences("<!-- lapbook {\"id\":\"a\"} -->\n^^^go\n1\n^^^\n<!-- lapbook {\"id\":\"a\"} -->\n^^^go\n2\n^^^\n<!-- lapbook {\"id\":\"b c/ä\"} -->\n^^^go\n3\n^^^\n")
	nb := mustDecode(t, "x.md", md)
	var ids []string
	for _, c := range nb.CodeCells() {
		ids = append(ids, c.ID)
	}
	if got := strings.Join(ids, " "); got != "a a-2 b-c" {
		t.Errorf("ids %s", got)
	}
	if len(nb.Notices) != 2 {
		t.Errorf("notices %q", nb.Notices)
	}
	if again := mustDecode(t, "x.md", mustEncode(t, nb, "x.md")); len(again.Notices) != 0 {
		t.Errorf("after saving: %q", again.Notices)
	}
}

func TestIDsAreDerivedAndWrittenOnSave(t *testing.T) {
	md := fences("# Fetching pages\n^^^go\n1\n^^^\n^^^go\n2\n^^^\n## Größe!\n^^^go\n3\n^^^\n## 世界\n^^^go\n4\n^^^\n")
	nb := mustDecode(t, "x.md", md)
	var ids []string
	for _, c := range nb.CodeCells() {
		ids = append(ids, c.ID)
	}
	if got := strings.Join(ids, " "); got != "fetching-pages cell-2 gr-e cell-4" {
		t.Errorf("ids %s", got)
	}
	saved := mustEncode(t, nb, "x.md")
	want := "<!-- lapbook {\"format\":1} -->\n# Fetching pages\n<!-- lapbook {\"id\":\"fetching-pages\"} -->\n```go\n1\n```\n<!-- lapbook {\"id\":\"cell-2\"} -->\n"
	if !strings.HasPrefix(saved, want) {
		t.Errorf("saved\n%s\nwant it to begin\n%s", saved, want)
	}
}

func TestSourceSHA(t *testing.T) {
	if SHA("a\r\nb") != SHA("a\nb") {
		t.Error("line ends make a result stale")
	}
	nb := mustDecode(t, "x.md", fences(designExample))
	if c := nb.Find("fetch"); !c.Stale() {
		t.Error("a wrong source_sha256 is not noticed")
	}
}

func TestCodeOfWindowsText(t *testing.T) {
	c := &Cell{Source: bom + "世 := 1\r\nraw := `a\r\nb`"}
	if got := c.Code(); got != "世 := 1\nraw := `a\nb`" {
		t.Errorf("%q", got)
	}
}
