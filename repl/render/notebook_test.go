package render

import (
	"bytes"
	"strings"
	"testing"
)

func TestNotebookOnATerminal(t *testing.T) {
	var b bytes.Buffer
	if err := Notebook(&b, measured(), Options{}); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{
		"Fetching <pages>\n\nSome prose.\n", "a  b\n1  2\n", "    func f() {}\n",
		"[1]› urls := lab.Pages(40, 40*time.Millisecond) // 40 pages\n",
		"[3]› %%classify\n   … for i, u := range urls {\n   … \tsizes[i]",
		"fetched 40 pages\n", "  cell 3 (fetch)  I/O-bound: waiting for the network",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
}

func TestProse(t *testing.T) {
	const md = "# Title\n\nA *long* paragraph with `code`, a [link](https://example.org) and\nmore words than fit on one line of a terminal.\n\n- one\n- two\n  more\n\n1. first\n\n   second part\n\n> quoted **text**\n\n<!-- a comment -->\n\n```go\nx := 1\n```\n\n---\n\x1b]0;evil\x07end"
	const want = `Title

A long paragraph with ` + "`code`" + `, a link (https://example.org) and more words than
fit on one line of a terminal.

- one
- two more

1. first

   second part

> quoted text

    x := 1

--------------------

end
`
	var b bytes.Buffer
	if err := Prose(&b, md, Options{}); err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
