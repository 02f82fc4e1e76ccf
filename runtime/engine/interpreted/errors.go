package interpreted

import (
	"fmt"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine/interpreted/rt"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// cellError is how a run ended, in the words of a cell: the message of the
// panic, the innermost line, and the cell's own functions.
func cellError(code *lower.Code, o rt.Outcome) *measure.CellError {
	e := &measure.CellError{Kind: "panic", Message: o.Message, Cell: code.Cell}
	switch o.Kind {
	case "exit":
		e.Kind, e.Code = "exit", o.Code
		return e
	case "goexit":
		e.Kind = "exit"
		return e
	case "refused", "fault":
		e.Kind = "refused"
	}
	frames := merge(o.Frames)
	if len(frames) > 0 {
		e.Cell, e.Line = frames[0].Cell, frames[0].Line
	}
	for _, f := range frames {
		e.Frames = append(e.Frames, fmt.Sprintf("main.%s %s:%d", f.Func, f.Cell, f.Line))
	}
	if o.Goroutine {
		e.Hint = "in a goroutine of cell " + code.Cell
		if o.GoSite.Line > 0 {
			e.Hint = fmt.Sprintf("in a goroutine started at line %d of cell %s", o.GoSite.Line, o.GoSite.Cell)
		}
	}
	return e
}

// merge joins the parts that one source function was lowered to: its body, made
// by a hoisted maker, and itself.
func merge(frames []rt.Frame0) []rt.Frame0 {
	var out []rt.Frame0
	pending := 0
	for _, f := range frames {
		if f.Func == "…" {
			if pending == 0 {
				pending = f.Line
			}
			continue
		}
		if pending > 0 {
			f.Line, pending = pending, 0
		}
		if n := len(out); n > 0 && out[n-1] == f {
			continue
		}
		out = append(out, f)
	}
	return out
}

func overflowError(code *lower.Code) *measure.CellError {
	e := &measure.CellError{Kind: "panic", Cell: code.Cell, Message: "stack overflow"}
	if len(code.Deep) > 0 {
		e.Message += " in " + strings.Join(code.Deep, " or ")
	}
	e.Hint = "a function that calls itself without an end; deep recursion that ends needs %engine compiled"
	for _, f := range code.Funcs {
		if len(code.Deep) > 0 && f.Name == code.Deep[0] {
			e.Cell, e.Line = f.Cell, f.Line
		}
	}
	return e
}

func waits(c *rt.Cell) (list []Wait) {
	for _, op := range c.Waits() {
		list = append(list, Wait{op.What, op.Site.Cell, op.Site.Line})
	}
	return list
}

func interruptedText(ws []Wait) string {
	if len(ws) == 0 {
		return "interrupted"
	}
	var parts []string
	for k, w := range ws {
		if k == 4 {
			parts = append(parts, fmt.Sprintf("and %d more", len(ws)-k))
			break
		}
		parts = append(parts, w.String())
	}
	return "interrupted while it waited: " + strings.Join(parts, "; ")
}

// lateText reports the failure of a goroutine whose cell has ended.
func lateText(e *measure.CellError) string {
	text := "panic: " + e.Message
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	for _, f := range e.Frames {
		text += "\n\t" + f
	}
	return text
}
