package render

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// Notebook draws a whole notebook for a terminal: prose, code, and what is
// recorded. Nothing runs.
func Notebook(w io.Writer, nb *notebook.Notebook, o Options) error {
	if o.Name == nil {
		o.Name = names(nb)
	}
	for i, c := range nb.Cells {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if err := cell(w, nb, c, o); err != nil {
			return err
		}
	}
	return nil
}

// names is how the session names the cells of a notebook.
func names(nb *notebook.Notebook) func(string) string {
	index := map[string]int{}
	n := 0
	for _, c := range nb.CodeCells() {
		if !c.MagicOnly() {
			n++
			index[c.ID] = n
		}
	}
	return func(id string) string {
		if n := index[id]; n > 0 {
			return numbered(n, id)
		}
		return "cell " + id
	}
}

func cell(w io.Writer, nb *notebook.Notebook, c *notebook.Cell, o Options) error {
	switch c.Kind {
	case notebook.Prose:
		return Prose(w, c.Source, o)
	case notebook.Code:
		if err := code(w, c, nb.Index(c), o); err != nil {
			return err
		}
		return Recorded(w, c, o)
	}
	return nil
}

// Code draws the text of a cell as it would have been typed.
func Code(w io.Writer, c *notebook.Cell, o Options) error {
	n := 0
	if c.ExecutionCount != nil {
		n = *c.ExecutionCount
	}
	return code(w, c, n, o)
}

func code(w io.Writer, c *notebook.Cell, number int, o Options) error {
	label := " "
	if number > 0 {
		label = strconv.Itoa(number)
	}
	return Typed(w, label, c.Code(), o)
}

// Typed draws a text as it is typed at a prompt with a label.
func Typed(w io.Writer, label, text string, o Options) error {
	p := &printer{r: &notebook.Result{}, o: o}
	prompt := p.t("[" + label + "]› ")
	more := p.t(strings.Repeat(" ", len(label)+1) + " … ")
	if o.ASCII {
		more = strings.Repeat(" ", len(label)+2) + ". "
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(p.t(line), " \t")
		p.b.WriteString(strings.TrimRight(o.paint(prompt, color.FgCyan)+line, " ") + "\n")
		prompt = more
	}
	return p.flush(w)
}

// Recorded draws what is recorded for a cell.
func Recorded(w io.Writer, c *notebook.Cell, o Options) error {
	p := &printer{r: &notebook.Result{ID: c.ID}, o: o}
	if c.Stale() {
		p.words(2, "Recorded for an older text of this cell:", color.FgYellow)
	}
	if c.Result == nil {
		for _, out := range c.Outputs {
			text := out.Text
			if text == "" && out.Data != nil {
				text = "(a picture: lapbook convert to .html shows it)"
			}
			p.output(text)
		}
		return p.flush(w)
	}
	p.r = c.Result
	if err := p.flush(w); err != nil {
		return err
	}
	o.Streamed = false
	if err := Text(w, c.Result, o); err != nil {
		return err
	}
	if from := provenance(c.Result); from != "" && c.Result.Measured() {
		_, err := fmt.Fprintln(w, o.paint("  "+strings.TrimSpace(p.t(from)), color.Faint))
		return err
	}
	return nil
}
