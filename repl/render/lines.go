package render

import (
	"io"
	"strings"
)

// Lines writes lines of text under an indent, in the signs of the terminal and
// without control bytes. They are not cut: a difference must be seen.
func Lines(w io.Writer, o Options, indent int, text string) error {
	p := &printer{o: o}
	for line := range strings.SplitSeq(text, "\n") {
		p.b.WriteString(strings.Repeat(" ", indent) + p.t(line) + "\n")
	}
	return p.flush(w)
}
