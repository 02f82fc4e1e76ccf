package repl

import (
	"fmt"
	"strings"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/repl/render"
)

// look is how the prompt is drawn.
type look struct {
	ascii bool
	color bool
}

func lookOf(o render.Options) look { return look{ascii: o.ASCII, color: o.Color} }

// prompt colours a prompt for its own writer: fatih/color asks standard output.
func (l look) prompt(s string) string {
	if !l.color || strings.TrimSpace(s) == "" {
		return s
	}
	c := color.New(color.FgCyan)
	if !strings.HasPrefix(s, "[") {
		c = color.New(color.Faint)
	}
	c.EnableColor()
	return c.Sprint(s)
}

// prompts are the first and the continuation prompt of a cell, equally wide.
func prompts(label string, ascii bool) (first, more string) {
	sign, dots := "›", "…"
	if ascii {
		sign, dots = ">", "."
	}
	first = fmt.Sprintf("[%s]%s ", label, sign)
	more = strings.Repeat(" ", len(label)+2) + dots + " "
	return first, more
}
