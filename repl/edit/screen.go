package edit

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// screen draws rows on a terminal, below what stands there, and rewrites those
// that changed. It uses no more than what every terminal since the VT100 has.
type screen struct {
	w        io.Writer
	rows     []string // as drawn
	row, col int      // of the cursor
	width    int      // of the terminal when the rows were drawn
}

// draw shows a layout; it is one write, so that nothing flickers.
func (s *screen) draw(l layout, width int) error {
	var b strings.Builder
	if s.width != 0 && s.width != width {
		s.reflow(&b, width)
	}
	s.width = width
	for i, row := range l.rows {
		if i < len(s.rows) && s.rows[i] == row {
			continue
		}
		s.moveTo(&b, i)
		b.WriteString("\r" + row + "\x1b[K")
	}
	if len(s.rows) > len(l.rows) {
		s.moveTo(&b, len(l.rows))
		b.WriteString("\r\x1b[J")
	}
	s.rows = append([]string(nil), l.rows...)
	s.moveTo(&b, l.row)
	b.WriteString("\r")
	if l.col > 0 {
		fmt.Fprintf(&b, "\x1b[%dC", l.col)
	}
	s.col = l.col
	_, err := io.WriteString(s.w, b.String())
	return err
}

// moveTo moves the cursor to a row. Below the last row a new one is made, which
// scrolls the terminal when need be.
func (s *screen) moveTo(b *strings.Builder, row int) {
	if row < s.row {
		fmt.Fprintf(b, "\x1b[%dA", s.row-row)
	}
	if down := min(row, len(s.rows)-1) - s.row; down > 0 {
		fmt.Fprintf(b, "\x1b[%dB", down)
		s.row += down
	}
	for ; s.row < row; s.row++ {
		b.WriteString("\r\n")
	}
	s.row = row
}

// reflow forgets what was drawn, from its first row on, after the terminal got
// another width: rows that no longer fit were wrapped by the terminal.
func (s *screen) reflow(b *strings.Builder, width int) {
	above := s.col / max(1, width)
	for _, row := range s.rows[:min(s.row, len(s.rows))] {
		above += 1 + max(0, columns(row)-1)/max(1, width)
	}
	if above > 0 {
		fmt.Fprintf(b, "\x1b[%dA", above)
	}
	b.WriteString("\r\x1b[J")
	s.rows, s.row, s.col = nil, 0, 0
}

// above writes whole lines in the place of what was drawn; the next draw stands
// below them.
func (s *screen) above(text string) error {
	if text == "" {
		return nil
	}
	var b strings.Builder
	s.moveTo(&b, 0)
	b.WriteString("\r\x1b[J" + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\r\n") + "\r\n")
	s.rows, s.row, s.col = nil, 0, 0
	_, err := io.WriteString(s.w, b.String())
	return err
}

// leave puts the cursor on a new line below all rows.
func (s *screen) leave(mark string) error {
	var b strings.Builder
	s.moveTo(&b, max(0, len(s.rows)-1))
	if mark != "" {
		fmt.Fprintf(&b, "\r\x1b[%dC%s", max(1, columns(s.last())), mark)
	}
	b.WriteString("\r\n")
	_, err := io.WriteString(s.w, b.String())
	s.rows, s.row, s.col = nil, 0, 0
	return err
}

func (s *screen) last() string {
	if len(s.rows) == 0 {
		return ""
	}
	return s.rows[len(s.rows)-1]
}

// columns is the width of a row that may hold colours.
func columns(row string) int {
	n := 0
	for i := 0; i < len(row); i++ {
		if row[i] == 0x1b {
			if j := strings.IndexByte(row[i:], 'm'); j >= 0 {
				n += runewidth.StringWidth(row[:i])
				return n + columns(row[i+j+1:])
			}
		}
	}
	return n + runewidth.StringWidth(row)
}

// restart erases what was drawn, so that the next draw writes every row.
func (s *screen) restart() {
	var b strings.Builder
	s.moveTo(&b, 0)
	b.WriteString("\r\x1b[J")
	_, _ = io.WriteString(s.w, b.String()) // shows in the next draw
	s.rows = nil
}

// cut is a row cut to some columns.
func cut(row string, width int) string {
	if runewidth.StringWidth(row) <= width {
		return row
	}
	return runewidth.Truncate(row, max(0, width), "")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
