// Package render draws a notebook.Result: as text for a terminal, as the output
// fence of a Markdown file, as HTML, SVG and JSON. It only draws; every word of
// a finding comes with the result.
package render

import (
	"fmt"
	"io"
	"os"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
	"golang.org/x/term"
)

// maxWidth is the widest line that any of our own words may make.
const maxWidth = 78

// Options say how a result is drawn as text.
type Options struct {
	Width    int  // columns; 0 and more than 78 are 78
	ASCII    bool // no glyph beyond ASCII
	Color    bool // SGR colours
	More     bool // also intervals, runner-up, doubts, and what decided
	Streamed bool // the cell's output was shown as it came
	// Above is the comparison of the same cell that stands above on the
	// screen: only models that it has not are drawn, as further rows.
	Above *measure.Comparison
	// Name names a cell by its id, as in "cell 3 (fetch)"; nil uses the id.
	Name func(id string) string
}

// Color decides whether a writer gets colours. mode is auto, always or never;
// auto asks NO_COLOR and whether the writer is a terminal.
func Color(w io.Writer, mode string) (bool, error) {
	switch mode {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "", "auto":
		f, ok := w.(*os.File)
		return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd())), nil
	}
	return false, fmt.Errorf("--color %s: want auto, always or never", mode)
}

// Export is a file format that is written and never read back. The formats that
// are read too are those of package notebook.
type Export struct {
	Ext   string
	Write func(w io.Writer, nb *notebook.Notebook, title string) error
}

// Exports is the table of them.
func Exports() []Export {
	return []Export{{".html", HTML}}
}

// paint colours text for one writer, whatever other writers do.
func (o *Options) paint(s string, attrs ...color.Attribute) string {
	if !o.Color || s == "" || len(attrs) == 0 {
		return s
	}
	c := color.New(attrs...)
	c.EnableColor()
	return c.Sprint(s)
}

func (o *Options) width() int {
	if o.Width <= 0 || o.Width > maxWidth {
		return maxWidth
	}
	return max(o.Width, 40)
}
