package notebook

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// sameBooks tells how two notebooks differ in what a reader would miss.
func sameBooks(a, b *Notebook) string {
	if len(a.Cells) != len(b.Cells) {
		return "number of cells"
	}
	for i, c := range a.Cells {
		d := b.Cells[i]
		switch {
		case c.Kind != d.Kind:
			return "kind of a cell"
		case c.Source != d.Source:
			return "text of a cell"
		case c.Kind == Code && c.ID != d.ID:
			return "id of a cell"
		case !sameOutputs(c.Outputs, d.Outputs):
			return "outputs of a cell"
		case (c.Result == nil) != (d.Result == nil) || c.Result != nil && !sameJSON(c.Result, d.Result):
			return "result of a cell"
		case strings.Join(c.Tags, "\n") != strings.Join(d.Tags, "\n"):
			return "tags of a cell"
		}
	}
	return ""
}

// FuzzMarkdown holds that any Markdown file that is read can be written, that
// what is written means the same, and that a second save changes no byte, also
// after a way through .ipynb.
func FuzzMarkdown(f *testing.F) {
	for _, file := range markdownFiles() {
		f.Add(fences(file))
	}
	f.Add("<!-- lapbook-ipynb {\"cell_type\":\"markdown\"}-->")
	f.Add("```go\nx\n```\n- a\n  ```go\n  b\n```\n~~~go\n")
	f.Fuzz(func(t *testing.T, file string) {
		nb, err := Decode("x.md", []byte(file))
		if err != nil {
			return
		}
		saved, err := nb.Encode("x.md", nil)
		if err != nil {
			t.Fatalf("%q is read and cannot be written: %v", file, err)
		}
		again, err := Decode("x.md", saved)
		if err != nil {
			t.Fatalf("%q was saved as %q: %v", file, saved, err)
		}
		if d := sameBooks(nb, again); d != "" {
			t.Fatalf("%q was saved as %q: the %s changed", file, saved, d)
		}
		if twice, err := again.Encode("x.md", nil); err != nil || string(twice) != string(saved) {
			t.Fatalf("a second save of %q changed it to %q (%v)", saved, twice, err)
		}
		through(t, again, string(saved))
	})
}

func through(t *testing.T, nb *Notebook, saved string) {
	ipynb, err := nb.Encode("x.ipynb", nil)
	if err != nil {
		t.Fatalf("%q cannot be an .ipynb: %v", saved, err)
	}
	over, err := Decode("x.ipynb", ipynb)
	if err != nil {
		t.Fatalf("%q became an .ipynb that cannot be read: %v\n%s", saved, err, ipynb)
	}
	if d := sameBooks(nb, over); d != "" {
		t.Fatalf("%q as .ipynb: the %s changed\n%s", saved, d, ipynb)
	}
	back, err := over.Encode("x.md", nil)
	if n := len(nb.Cells); n > 0 && nb.Cells[n-1].origin.open {
		return // the fence is closed on the way
	}
	if err != nil || string(back) != saved {
		t.Fatalf("%q came back from .ipynb as %q (%v)\n%s", saved, back, err, ipynb)
	}
}

// FuzzIPYNB holds the same for .ipynb.
func FuzzIPYNB(f *testing.F) {
	f.Add(okIPYNB)
	for _, file := range markdownFiles() {
		nb, err := Decode("x.md", []byte(fences(file)))
		if err != nil {
			f.Fatal(err)
		}
		b, err := nb.Encode("x.ipynb", nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	b, err := nastyNotebook().Encode("x.ipynb", testDraw)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Fuzz(func(t *testing.T, file string) {
		nb, err := Decode("x.ipynb", []byte(file))
		if err != nil {
			return
		}
		saved, err := nb.Encode("x.ipynb", nil)
		if err != nil {
			t.Fatalf("%q is read and cannot be written: %v", file, err)
		}
		again, err := Decode("x.ipynb", saved)
		if err != nil {
			t.Fatalf("%q was saved as %q: %v", file, saved, err)
		}
		if d := sameBooks(nb, again); d != "" {
			t.Fatalf("%q was saved as %q: the %s changed", file, saved, d)
		}
		if twice, err := again.Encode("x.ipynb", nil); err != nil || string(twice) != string(saved) {
			t.Fatalf("a second save of\n%s\nchanged it to\n%s (%v)", saved, twice, err)
		}
		md, err := again.Encode("x.md", nil)
		if err != nil {
			t.Fatalf("%s cannot be Markdown: %v", saved, err)
		}
		over, err := Decode("x.md", md)
		if err != nil {
			t.Fatalf("%s became Markdown that cannot be read: %v\n%s", saved, err, md)
		}
		if d := sameBooks(again, over); d != "" {
			t.Fatalf("%s as Markdown: the %s changed\n%s", saved, d, md)
		}
	})
}

// FuzzJSON holds that our parser accepts what encoding/json accepts, but for
// what it is stricter about, and decodes strings alike.
func FuzzJSON(f *testing.F) {
	f.Add(`{"a":[1,-2.5e3,true,false,null,"\u00e9\ud83d\ude00\n"]}`)
	f.Add(`"\ud800"`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseJSON([]byte(text))
		if err == nil && !json.Valid([]byte(text)) {
			t.Fatalf("%q is no JSON", text)
		}
		if err != nil && json.Valid([]byte(text)) && utf8.ValidString(text) && !strings.Contains(err.Error(), "twice") && !strings.Contains(err.Error(), "nested") {
			t.Fatalf("%q is refused: %v", text, err)
		}
		if err == nil && v.isString() {
			var want string
			if json.Unmarshal([]byte(text), &want) == nil && v.str() != want {
				t.Fatalf("%q is read as %q, want %q", text, v.str(), want)
			}
		}
	})
}

// FuzzJournal holds that no journal file, however torn, stops the next start.
func FuzzJournal(f *testing.F) {
	f.Add("{\"lapbook_journal\":1,\"pid\":3}\n{\"key\":1,\"cell\":{\"cell_type\":\"code\",\"source\":\"x\"}}\n{\"order\":[1]}\n{\"ke")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := replay(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Notebook.Encode("x.ipynb", nil); err != nil {
			t.Fatal(err)
		}
	})
}

// fragments are what cells of FuzzBook are made of: all that Markdown, comments
// and fences could take for something else.
func fragments() []string {
	return []string{"```go\n", "```\n", "````\n", "~~~\n", "~~~go\n", "```go norun\n", "```output\n", "<!-- lapbook {\"id\":\"x\"} -->\n",
		"<!-- lapbook-ipynb {\"cell_type\":\"code\"} -->\n", "<!-- lapbook-result {\"id\":\"x\",\"result\":{}} -->\n", "<!-- lapbook {\"format\":1} -->\n",
		"<!--", "-->", "--", "- a\n", "  ", "    ", "\t", "> ", "\n", "\r\n", "\r", "text", "<pre>\n", "</pre>\n", "<div>\n", "# H\n", "---\n", "===\n",
		"`", "\u2028", "\x00", "\x1b[31m", "[a]: b\n", "1. ", "|", "\\", "<script>", "<![CDATA[", "<?", "&amp;", bom, "é", "go", " "}
}

// FuzzBook holds that any notebook can be written as Markdown and as .ipynb
// without loss. The input chooses kinds and fragments.
func FuzzBook(f *testing.F) {
	f.Add([]byte{0, 0, 1, 255, 1, 0, 22, 255, 0, 12, 22, 255, 2, 3, 255, 0, 4})
	f.Add([]byte{0, 11, 255, 1, 22, 255, 0, 7, 0, 22, 1})
	all := fragments()
	f.Fuzz(func(t *testing.T, recipe []byte) {
		if len(recipe) > 60 {
			return
		}
		nb := New()
		kinds := []Kind{Prose, Code, Raw}
		var text strings.Builder
		flush := func() {
			if text.Len() == 0 {
				return
			}
			kind := kinds[int(recipe[0])%3]
			recipe = recipe[1:]
			c := nb.Add(kind, "", text.String())
			if kind == Code && strings.Contains(text.String(), "text") {
				c.Record(&Result{Status: OK, Index: 1, Stdout: text.String(), Value: "1"})
			}
			text.Reset()
		}
		for len(recipe) > 1 {
			b := recipe[1]
			recipe = append(recipe[:1:1], recipe[2:]...)
			if b == 255 {
				flush()
				if len(recipe) == 0 {
					break
				}
				continue
			}
			text.WriteString(all[int(b)%len(all)])
		}
		checkBook(t, nb)
	})
}

func described(nb *Notebook) string {
	var b strings.Builder
	for _, c := range nb.Cells {
		fmt.Fprintf(&b, "\n%s %q %q", c.Kind, c.ID, c.Source)
	}
	return b.String()
}

func checkBook(t *testing.T, nb *Notebook) {
	for _, ext := range []string{"x.md", "x.ipynb"} {
		saved, err := nb.Encode(ext, nil)
		if err != nil {
			t.Fatalf("%s: %v%s", ext, err, described(nb))
		}
		again, err := Decode(ext, saved)
		if err != nil {
			t.Fatalf("%s cannot be read: %v\n%s", ext, err, saved)
		}
		if d := sameBooks(nb, again); d != "" {
			t.Fatalf("%s: the %s changed\n%q", ext, d, saved)
		}
		if twice, err := again.Encode(ext, nil); err != nil || string(twice) != string(saved) {
			t.Fatalf("a second save of\n%q\nchanged it to\n%q (%v)", saved, twice, err)
		}
		if ext == "x.md" {
			through(t, again, string(saved))
		}
		// A cell added below must be seen, whatever stands above it.
		again.Add(Code, "added", "1 + 1")
		more, err := again.Encode(ext, nil)
		if err != nil {
			t.Fatalf("with a cell more: %v\n%q", err, saved)
		}
		third, err := Decode(ext, more)
		if err != nil {
			t.Fatalf("%v in\n%q", err, more)
		}
		if d := sameBooks(again, third); d != "" {
			t.Fatalf("with a cell more the %s changed\n%q\n%q", d, saved, more)
		}
	}
}

// FuzzGo holds that any Go file that is read can be written as a program and
// read back.
func FuzzGo(f *testing.F) {
	f.Add("package main\n\nfunc main() {}\n")
	for _, book := range goBooks() {
		nb, err := Decode("x.md", []byte(fences(book.md)))
		if err != nil {
			f.Fatal(err)
		}
		b, err := nb.Encode("x.go", nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, file string) {
		if strings.Contains(file, "\r") {
			return // line ends become those of Go
		}
		nb, err := Decode("x.go", []byte(file))
		if err != nil {
			return
		}
		saved, err := nb.Encode("x.go", nil)
		if err != nil {
			t.Fatalf("%q is read and cannot be written: %v", file, err)
		}
		again, err := Decode("x.go", saved)
		if err != nil {
			t.Fatalf("%q was saved as %q: %v", file, saved, err)
		}
		if d := sameBooks(nb, again); d != "" {
			t.Fatalf("%q was saved as\n%s\nthe %s changed", file, saved, d)
		}
	})
}
