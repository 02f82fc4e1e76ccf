package grid

import "strings"

// drawing is a grid with the widths of its columns; those that do not fit are
// left out.
type drawing struct {
	columns []string
	numeric []bool
	widths  []int
	width   func(string) int
}

const (
	gap    = 2
	narrow = 6 // to which columns shrink before one is left out
)

func newDrawing(g *Grid, room int, width func(string) int) *drawing {
	d := &drawing{columns: g.Columns, width: width}
	for i, c := range g.Columns {
		w := width(c)
		for _, r := range g.Rows {
			w = max(w, width(r[i]))
		}
		d.widths, d.numeric = append(d.widths, max(1, w)), append(d.numeric, g.Numeric(i))
	}
	for d.total() > room && d.shrink() {
	}
	return d
}

func (d *drawing) total() int {
	n := gap * (len(d.widths) - 1)
	for _, w := range d.widths {
		n += w
	}
	return n
}

// shrink takes one column off the widest, or leaves the last column out.
func (d *drawing) shrink() bool {
	widest := 0
	for i, w := range d.widths {
		if w > d.widths[widest] {
			widest = i
		}
	}
	switch {
	case d.widths[widest] > narrow:
		d.widths[widest]--
	case len(d.widths) > 1:
		d.widths = d.widths[:len(d.widths)-1]
	default:
		return false
	}
	return true
}

func (d *drawing) line(b *strings.Builder, cells []string) {
	var line strings.Builder
	for i, w := range d.widths {
		text := d.cut(cells[i], w)
		pad := strings.Repeat(" ", max(0, w-d.width(text)))
		if d.numeric[i] {
			text = pad + text
		} else {
			text += pad
		}
		if i > 0 {
			line.WriteString(strings.Repeat(" ", gap))
		}
		line.WriteString(text)
	}
	b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

func (d *drawing) cut(s string, w int) string {
	if d.width(s) <= w {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && d.width(string(r))+1 > w {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}
