package notebook

import (
	"strings"
	"testing"

	"github.com/lapbook/lapbook/stdlib/grid"
)

// The last value of a cell that is a table stands in the outputs once, and comes
// back from both formats with its value.
func TestDisplayedValue(t *testing.T) {
	g := grid.Of(map[string]int{"<b>": 1, "日本": 22})
	for _, ext := range []string{".md", ".ipynb"} {
		nb := New()
		c := nb.Add(Code, "a", "m")
		r := NewResult("a", 1)
		r.Value, r.Rich = "map[…]", Displayed(nil, g.Pack(), "map[…]")
		c.Record(r)
		if len(c.Outputs) != 1 || c.Outputs[0].Kind != Rich {
			t.Fatalf("outputs %+v", c.Outputs)
		}
		data, err := nb.Encode("x"+ext, nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode("x"+ext, data)
		if err != nil {
			t.Fatal(err)
		}
		got := back.CodeCells()[0].Result
		if got == nil || got.Value != "map[…]" || !got.ShowsValue() {
			t.Fatalf("%s: %+v", ext, got)
		}
		if html := got.Rich[0].AsHTML(); !strings.Contains(html, "&lt;b&gt;") || strings.Contains(html, "<b>") {
			t.Errorf("%s: %s", ext, html)
		}
		if text := got.Rich[0]["text/plain"]; !strings.Contains(text, "日本     22") {
			t.Errorf("%s:\n%s", ext, text)
		}
	}
}

// What a file says of a table is not trusted to be one.
func TestAsHTMLRefuses(t *testing.T) {
	for _, data := range []string{"", "null", `{"columns":["a"],"rows":[[]]}`, `{"columns":[]}`, `[`} {
		if html := (MIME{TableMIME: data, "text/html": "<script>"}).AsHTML(); html != "" {
			t.Errorf("%q gives %s", data, html)
		}
	}
}
