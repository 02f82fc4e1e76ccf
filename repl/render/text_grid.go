package render

import (
	"io"
	"strings"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// Words draws sentences of our own: indented, wrapped, in the signs of the
// terminal. Strong ones stand out.
func Words(w io.Writer, o Options, strong bool, sentences ...string) error {
	p := &printer{r: &notebook.Result{}, o: o}
	var attrs []color.Attribute
	if strong {
		attrs = append(attrs, color.Bold)
	}
	for _, s := range sentences {
		p.words(2, s, attrs...)
	}
	return p.flush(w)
}

// Grid draws rows of texts under each other. The first row is the heading; the
// columns after the first are set to the right where figures says so.
func Grid(w io.Writer, o Options, figures bool, rows [][]string) error {
	p := &printer{r: &notebook.Result{}, o: o}
	var wide []int
	for _, row := range rows {
		for i, text := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], columns(p.t(text)))
		}
	}
	for n, row := range rows {
		line := ""
		for i, text := range row {
			text = p.t(text)
			if figures && i > 0 {
				text = right(text, wide[i])
			}
			line += "  " + left(text, wide[i])
		}
		if n == 0 {
			p.line(strings.TrimRight(line, " "), color.Faint)
			continue
		}
		p.line(line)
	}
	return p.flush(w)
}

// Provenance is the machine and the date of a result.
func Provenance(r *notebook.Result) string { return provenance(r) }
