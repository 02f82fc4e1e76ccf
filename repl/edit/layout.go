package edit

import "strings"

// layout is a text as rows of a screen, with the place of the cursor.
type layout struct {
	rows     []string
	row, col int // of the cursor
}

// page says what stands around a text on the screen.
type page struct {
	first, more string // prompts of the first and the other lines, equally wide
	paint       func(string) string
	width       int // columns of the terminal
}

// lay breaks a text into rows: a line longer than the screen goes on below,
// under its own start. The last column stays free, because terminals differ in
// where the cursor is after it was written.
func (p page) lay(text []rune, pos int) layout {
	var l layout
	prompt := p.first
	margin := strings.Repeat(" ", advance(0, prompt))
	room := max(1, p.width-1-len(margin))
	var row strings.Builder
	row.WriteString(p.painted(prompt))
	col, used := 0, 0 // column in the line; columns used in the row
	newRow := func(head string) {
		l.rows = append(l.rows, row.String())
		row.Reset()
		row.WriteString(head)
		used = 0
	}
	for i := 0; ; i++ {
		if i == pos {
			l.row, l.col = len(l.rows), len(margin)+used
		}
		if i == len(text) {
			break
		}
		r := text[i]
		if r == '\n' {
			newRow(p.painted(p.more))
			col = 0
			continue
		}
		w := width(r, col)
		if used+w > room {
			newRow(margin)
			if i == pos {
				l.row, l.col = len(l.rows), len(margin)
			}
		}
		row.WriteString(shown(r, w))
		col, used = col+w, used+w
	}
	l.rows = append(l.rows, row.String())
	return l
}

func (p page) painted(prompt string) string {
	if p.paint == nil {
		return prompt
	}
	return p.paint(prompt)
}

func shown(r rune, w int) string {
	switch {
	case r == '\t':
		return strings.Repeat(" ", w)
	case r < ' ' || r >= 0x7f && r < 0xa0:
		return ""
	}
	return string(r)
}

// window is the part of the rows that fits on the screen, around the cursor.
// top is the row with which the last window began: it moves no more than needed.
func (l layout) window(top, height int) (layout, int) {
	height = max(1, height)
	if len(l.rows) <= height {
		return l, 0
	}
	top = min(max(top, l.row-height+1, 0), l.row, len(l.rows)-height)
	return layout{l.rows[top : top+height], l.row - top, l.col}, top
}
