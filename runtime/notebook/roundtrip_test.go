package notebook

import (
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
)

// fences makes a test's Markdown readable inside a raw string: ^^^ is a fence.
func fences(s string) string { return strings.ReplaceAll(s, "^", "`") }

const designExample = `<!-- lapbook {"format":1} -->
# Fetching pages
<!-- lapbook {"id":"fetch"} -->
^^^go
%%classify
for i, u := range urls { sizes[i] = len(lab.Fetch(u)) }
^^^
^^^output
I/O-bound: waiting for the network …
^^^
<!-- lapbook-result {"id":"fetch","source_sha256":"00","result":{"status":"ok"}} -->
`

// markdownFiles are Markdown files that must survive reading and writing.
func markdownFiles() map[string]string {
	return map[string]string{
		"design":           designExample,
		"crlf":             strings.ReplaceAll(designExample, "\n", "\r\n"),
		"bom":              bom + designExample,
		"no final newline": strings.TrimSuffix(designExample, "\n"),
		"blank lines":      "<!-- lapbook {\"format\":1} -->\n\n\n\nprose  \n\n\n<!-- lapbook {\"id\":\"a\"} -->\n\n^^^go\nx\n^^^\n\n\n^^^output\nhi\n^^^\n\n\n",
		"tildes":           "<!-- lapbook {\"format\":1} -->\n<!-- lapbook {\"id\":\"a\"} -->\n~~~~ go extra\nx\n~~~\n\n~~~~~\n",
		"indented fence":   "<!-- lapbook {\"format\":1} -->\n<!-- lapbook {\"id\":\"a\"} -->\n  ^^^go\n  x := 1\n\ty\n   z\n  ^^^\n",
		"long fence":       "<!-- lapbook {\"format\":1} -->\n<!-- lapbook {\"id\":\"a\"} -->\n^^^^^go\ns := \"^^^\"\n^^^^^\n",
		"hyphens":          "<!-- lapbook {\"format\":1} -->\na -- b --> c\n\n<!-- lapbook {\"id\":\"a\",\"why\":\"x-\\u002d\\u003e\"} -->\n^^^go\ni-- // --> <!-- x -->\n^^^\n^^^output\n--> ^^ --\n^^^\n",
		"front matter":     "---\ntitle: x\n---\n<!-- lapbook {\"format\":1} -->\ntext\n",
		"prose fences":     "<!-- lapbook {\"format\":1} -->\n- list\n  ^^^go\n  no cell\n  ^^^\n\n> ^^^go\n> no cell\n> ^^^\n\n^^^go norun\nno cell\n^^^\n\n^^^^md\n^^^go\nno cell\n^^^\n^^^^\n\n    ^^^go\n    no cell\n    ^^^\n\n<!-- a comment\n^^^go\nno cell\n^^^\n-->\n",
		"unclosed":         "<!-- lapbook {\"format\":1} -->\n<!-- lapbook {\"id\":\"a\"} -->\n^^^go\nx := 1\n",
		"empty cells":      "<!-- lapbook {\"format\":1} -->\n<!-- lapbook {\"id\":\"a\"} -->\n^^^go\n^^^\n<!-- lapbook {\"id\":\"b\"} -->\n^^^go\n\n^^^\n<!-- lapbook {\"id\":\"c\"} -->\n^^^go\n\n\n^^^",
		"nothing":          "<!-- lapbook {\"format\":1} -->\n",
		"header fields":    "<!-- lapbook {\"format\":1,\"later\":[1,2]} -->\n<!-- lapbook-ipynb {\"metadata\":{\"kernelspec\":{\"name\":\"x\",\"display_name\":\"y\"}}} -->\ntext\n",
		"orphans":          "<!-- lapbook {\"format\":1} -->\n<!-- lapbook {\"id\":\"a\"} -->\n\ntext\n\n^^^output\nprose\n^^^\n",
		"notes":            "<!-- lapbook {\"format\":1} -->\n<!-- lapbook-ipynb {\"cell_type\":\"markdown\",\"id\":\"m1\"} -->\none\n\n<!-- lapbook-ipynb {\"cell_type\":\"markdown\",\"id\":\"m2\",\"after\":\"\\n\\n\"} -->\ntwo\n\n<!-- lapbook-ipynb {\"cell_type\":\"raw\",\"id\":\"r\",\"source\":\"raw \\u003cb\\u003e\"} -->\n",
		"long output":      "<!-- lapbook {\"format\":1} -->\n<!-- lapbook {\"id\":\"a\"} -->\n^^^go\nx\n^^^\n^^^output\n" + strings.Repeat("long\t", 40) + "\n^^^\n",
		"no output":        "<!-- lapbook {\"format\":1} -->\n<!-- lapbook {\"id\":\"a\"} -->\n^^^go\nx\n^^^\n<!-- lapbook-result {\"id\":\"a\",\"result\":{\"status\":\"ok\",\"stdout\":\"x\"}} -->\n",
		"tags":             "<!-- lapbook {\"format\":1} -->\n<!-- lapbook {\"id\":\"a\",\"tags\":[\"slow\",\"skip\"]} -->\n^^^go\nx\n^^^\n",
		"setext":           "<!-- lapbook {\"format\":1} -->\nTitle\n=====\n\n* * *\n<!-- lapbook {\"id\":\"a\"} -->\n^^^go\nx\n^^^\ntext at once\n",
	}
}

func TestMarkdownKeepsBytes(t *testing.T) {
	for name, file := range markdownFiles() {
		file = fences(file)
		t.Run(name, func(t *testing.T) {
			nb := mustDecode(t, "x.md", file)
			if got := mustEncode(t, nb, "x.md"); got != file {
				t.Errorf("wrote\n%q\nwant\n%q", got, file)
			}
		})
	}
}

func TestMarkdownThroughIPYNBKeepsBytes(t *testing.T) {
	for name, file := range markdownFiles() {
		file = fences(file)
		t.Run(name, func(t *testing.T) {
			if name == "unclosed" {
				file += fences("^^^\n") // the fence is closed on the way
			}
			nb := mustDecode(t, "x.md", file)
			ipynb := mustEncode(t, nb, "x.ipynb")
			back := mustEncode(t, mustDecode(t, "x.ipynb", ipynb), "x.md")
			if back != file {
				t.Errorf("wrote\n%q\nwant\n%q\nthrough\n%s", back, file, ipynb)
			}
			if again := mustEncode(t, mustDecode(t, "x.ipynb", ipynb), "x.ipynb"); again != ipynb {
				t.Errorf("the .ipynb was rewritten as\n%s\nfrom\n%s", again, ipynb)
			}
		})
	}
}

func mustDecode(t *testing.T, name, file string) *Notebook {
	t.Helper()
	nb, err := Decode(name, []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func mustEncode(t *testing.T, nb *Notebook, name string) string {
	t.Helper()
	b, err := nb.Encode(name, testDraw)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func testDraw(c *Cell) Picture {
	return Picture{Text: c.Result.Verdict.Headline + "\n", SVG: "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"}
}

// nasty is text that breaks comments, fences and JSON.
const nasty = "--> <!-- ``` ```` -- --- \"quoted\" \\ back & <b> \u2028 é 世\n```\n~~~\n-->\n"

func nastyNotebook() *Notebook {
	nb := New()
	nb.Add(Prose, "", "# Title --> ``` x\n\nprose -- with & < >")
	c := nb.Add(Code, "", "s := `"+nasty+"`\n\n")
	r := NewResult(c.ID, 1)
	r.Stdout, r.Stderr, r.Value = nasty, "warn --", "\"--> ```\""
	r.Error = &measure.CellError{Kind: "panic", Message: nasty, Cell: c.ID, Line: 1}
	r.Verdict = &measure.Verdict{Bound: "io", Detail: "network", Headline: "I/O-bound: waiting for the network",
		Shares: map[string]float64{"network": 0.99999, "ready": 0.00001, "gc": 1e-9, "disk": 3e17}}
	r.Rich = []MIME{{"text/plain": "<plot>", "image/svg+xml": "<svg>-->```</svg>\n"}}
	c.Record(r)
	c.Tags = []string{"slow --"}
	nb.Add(Code, "other", "x")
	return nb
}

func TestNastyTextSurvives(t *testing.T) {
	for _, name := range []string{"x.md", "x.ipynb"} {
		nb := nastyNotebook()
		file := mustEncode(t, nb, name)
		back := mustDecode(t, name, file)
		if len(back.Cells) != 3 {
			t.Fatalf("%s: %d cells in\n%s", name, len(back.Cells), file)
		}
		for i, c := range nb.Cells {
			if got := back.Cells[i]; got.Source != c.Source || got.Kind != c.Kind || c.Kind == Code && got.ID != c.ID {
				t.Errorf("%s: cell %d is %q %q, want %q %q", name, i, got.ID, got.Source, c.ID, c.Source)
			}
		}
		want, got := nb.Cells[1].Result, back.Cells[1].Result
		if !sameJSON(want, got) {
			t.Errorf("%s: result\n%+v\nwant\n%+v", name, got, want)
		}
		if back.Cells[1].Stale() || !sameOutputs(back.Cells[1].Outputs, nb.Cells[1].Outputs) {
			t.Errorf("%s: outputs %+v", name, back.Cells[1].Outputs)
		}
		if again := mustEncode(t, back, name); again != file {
			t.Errorf("%s: rewritten as\n%s\nfrom\n%s", name, again, file)
		}
	}
}

func TestNastyTextThroughBothFormats(t *testing.T) {
	md := mustEncode(t, nastyNotebook(), "x.md")
	ipynb := mustEncode(t, mustDecode(t, "x.md", md), "x.ipynb")
	if back := mustEncode(t, mustDecode(t, "x.ipynb", ipynb), "x.md"); back != md {
		t.Errorf("wrote\n%s\nwant\n%s", back, md)
	}
	direct := mustEncode(t, nastyNotebook(), "x.ipynb")
	through := mustEncode(t, mustDecode(t, "x.ipynb", direct), "x.md")
	if back := mustEncode(t, mustDecode(t, "x.md", through), "x.ipynb"); back != direct {
		t.Errorf("wrote\n%s\nwant\n%s\nthrough\n%s", back, direct, through)
	}
}

// TestCRLFFile holds that new text gets the line ends of its file.
func TestCRLFFile(t *testing.T) {
	nb := mustDecode(t, "x.md", strings.ReplaceAll(fences(designExample), "\n", "\r\n"))
	nb.Find("fetch").Source = "a := 1\nb := 2"
	nb.Add(Code, "more", "c := 3\nd := `\n`")
	nb.Add(Prose, "", "text\nmore text")
	saved := mustEncode(t, nb, "x.md")
	if strings.Count(saved, "\n") != strings.Count(saved, "\r\n") {
		t.Errorf("mixed line ends: %q", saved)
	}
	again := mustDecode(t, "x.md", saved)
	if got := again.Find("more"); got == nil || got.Code() != "c := 3\nd := `\n`" || again.Find("fetch").Code() != "a := 1\nb := 2" {
		t.Errorf("%q", saved)
	}
	if last := again.Cells[len(again.Cells)-1]; last.Kind != Prose || last.Code() != "text\nmore text" {
		t.Errorf("%q", saved)
	}
}
