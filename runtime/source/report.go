package source

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// fail takes an error from go/types.
func (k *checking) fail(err types.Error) {
	msg := err.Msg
	if err.Soft && (strings.HasPrefix(msg, "declared and not used") || strings.Contains(msg, "imported and not used") || strings.Contains(msg, " and not used")) {
		return
	}
	if strings.HasPrefix(msg, "undefined: C.") {
		return
	}
	if strings.HasSuffix(msg, " is not used") && k.last != nil && k.last.Pos() <= err.Pos && err.Pos < k.last.End() {
		return // it is shown
	}
	if k.last != nil && k.last.Pos() <= err.Pos && err.Pos < k.last.End() {
		msg = strings.Replace(msg, " in assignment to _ identifier", "", 1) // nobody wrote one
	}
	if k.breaks(err) {
		return
	}
	if rest, sub := strings.CutPrefix(msg, "\t"); sub {
		if n := len(k.errs); n > 0 && k.errs[n-1].Hint == "" {
			k.errs[n-1].Hint = rest + k.place(err.Pos)
		}
		return
	}
	k.failAt(err.Pos, msg, "")
}

func (k *checking) place(pos token.Pos) string {
	at := k.s.fset.Position(pos)
	switch {
	case !at.IsValid():
		return ""
	case at.Filename == k.cell.ID:
		return " at line " + itoa(at.Line)
	}
	return " at cell " + at.Filename + " line " + itoa(at.Line)
}

func (k *checking) failAt(pos token.Pos, msg, hint string) {
	e := k.p.errorAt(k.offset(pos), msg)
	at := k.s.fset.Position(pos)
	if at.IsValid() && at.Filename != e.Cell {
		e = Error{Message: msg, Cell: at.Filename, Line: at.Line, Column: at.Column}
	}
	e.Hint = hint
	k.errs = append(k.errs, e)
}

// offset returns the offset of pos in the text, its end for what lies behind it.
func (k *checking) offset(pos token.Pos) int {
	base := k.p.file.Base()
	return min(max(int(pos)-base, 0), k.p.file.Size()-len(stmtSuffix))
}

// report returns the errors in text order, each once, with hints.
func (k *checking) report() Errors {
	errs := k.errs
	slices.SortStableFunc(errs, func(a, b Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	errs = slices.CompactFunc(errs, func(a, b Error) bool { return a.Line == b.Line && a.Message == b.Message && a.Cell == b.Cell })
	for i := range errs {
		if errs[i].Hint == "" {
			errs[i].Hint = k.hint(errs[i].Message, k.posOf(errs[i]))
		}
	}
	k.gatherImports(errs)
	return errs
}

// posOf returns where an error of the text lies, NoPos for one of another cell.
func (k *checking) posOf(e Error) token.Pos {
	if e.Cell != k.text.ID || e.Line < 1 || e.Line > k.p.file.LineCount() {
		return token.NoPos
	}
	return k.p.file.LineStart(e.Line) + token.Pos(e.Column-1)
}

// gatherImports puts all imports that a program lacks into one hint: only that
// of the first error is shown.
func (k *checking) gatherImports(errs Errors) {
	var all []string
	for _, e := range errs {
		if strings.HasPrefix(e.Hint, "add import ") && !slices.Contains(all, e.Hint) {
			all = append(all, e.Hint)
		}
	}
	if len(all) > 1 && errs[0].Hint == all[0] {
		errs[0].Hint = strings.ReplaceAll(strings.Join(all, ", "), ", add import", ",")
	}
}

// cellName names a cell as messages do: cell 3, or cell 3 (fetch).
func (k *checking) cellName(id string) string {
	index := 0
	if id == k.text.ID {
		index = k.text.Index
	}
	for i := len(k.s.cells) - 1; i >= 0 && index == 0; i-- {
		if c := k.s.cells[i]; c.ID == id {
			index = c.Index
		}
	}
	n, numbered := strings.CutPrefix(id, "cell-")
	switch {
	case numbered && (index == 0 || n == itoa(index)):
		return "cell " + n
	case index == 0:
		return "cell " + id
	}
	return "cell " + itoa(index) + " (" + id + ")"
}

// placed is an error of an earlier cell inside another message.
func (k *checking) placed(e Error) string {
	if e.Line == 0 {
		return e.Message
	}
	return k.cellName(e.Cell) + " line " + itoa(e.Line) + ":" + itoa(e.Column) + ": " + e.Message
}
