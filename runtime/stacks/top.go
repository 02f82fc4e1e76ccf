package stacks

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Row is a line or a function with what it cost: Flat by itself, Cum with all
// that it called.
type Row struct {
	Frame Frame
	Flat  int64
	Cum   int64
}

// Lines are the lines of cells and of the user's module, the costliest first.
func (p *Profile) Lines() []Row {
	rows := p.rows(func(f Frame) (Frame, bool) { return f, f.Own })
	slices.SortFunc(rows, func(a, b Row) int { return byCost(a, b, a.Cum, b.Cum) })
	return rows
}

// Funcs are the functions of libraries and of Go itself, those first that take
// most by themselves.
func (p *Profile) Funcs() []Row {
	rows := p.rows(func(f Frame) (Frame, bool) { return Frame{Func: f.Func, File: f.File}, !f.Own })
	slices.SortFunc(rows, func(a, b Row) int { return byCost(a, b, a.Flat, b.Flat) })
	return rows
}

func byCost(a, b Row, x, y int64) int {
	return cmp.Or(cmp.Compare(y, x), cmp.Compare(b.Cum, a.Cum), cmp.Compare(a.Frame.String(), b.Frame.String()))
}

// rows sums by key. A stack counts once for a key, however deep it recurses.
func (p *Profile) rows(key func(Frame) (Frame, bool)) []Row {
	at := map[Frame]*Row{}
	for _, s := range p.Stacks {
		seen := map[Frame]bool{}
		for i, f := range s.Frames {
			k, ok := key(f)
			if !ok {
				continue
			}
			if at[k] == nil {
				at[k] = &Row{Frame: k}
			}
			if !seen[k] {
				seen[k] = true
				at[k].Cum += s.Weight
			}
			if i == len(s.Frames)-1 {
				at[k].Flat += s.Weight
			}
		}
	}
	rows := make([]Row, 0, len(at))
	for _, r := range at {
		rows = append(rows, *r)
	}
	return rows
}

// width is the widest line that is written: 78 columns less the indent of a
// magic's answer.
const width = 76

// Top writes the table of %pprof top: the lines of the cells, then the functions
// that they call, at most n of each. text gives the text of a line.
func (p *Profile) Top(w io.Writer, n int, text func(Frame) string) error {
	t := writer{w: w}
	t.linef("     flat            cum")
	for i, r := range p.Lines() {
		if i == n {
			t.linef("  … and %d more lines (%%pprof top %d)", len(p.Lines())-n, len(p.Lines()))
			break
		}
		t.row(p, r, text(r.Frame))
	}
	funcs := slices.DeleteFunc(p.Funcs(), func(r Row) bool { return r.Flat == 0 })
	if len(funcs) > 0 {
		t.linef("functions that they call, and Go's own:")
	}
	for i, r := range funcs {
		if i == n {
			t.linef("  … and %d more functions", len(funcs)-n)
			break
		}
		t.row(p, r, "")
	}
	return t.err
}

func (t *writer) row(p *Profile, r Row, text string) {
	head := fmt.Sprintf("%9s %4s %9s %4s  ", p.amount(r.Flat), p.share(r.Flat), p.amount(r.Cum), p.share(r.Cum))
	f := r.Frame
	f.Func = short(f.Func)
	name := f.String()
	if text != "" {
		name = pad(name, 18) + "  " + text
	}
	t.linef("%s%s", head, fit(name, width-len([]rune(head))))
}
