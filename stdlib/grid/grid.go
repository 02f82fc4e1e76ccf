// Package grid turns values into tables: a slice of structs, a map, rows of
// cells. It reads and cuts; drawing is for whoever shows them. It imports only
// the standard library, because it is linked into compiled cells.
package grid

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of a value a table spells out.
const (
	MaxRows    = 20
	MaxColumns = 16
	maxCell    = 80 // runes
)

// Grid is a table as it is shown. Every row has one text for each column.
type Grid struct {
	Columns     []string
	Rows        [][]string
	Total       int // rows that there are, those that are left out too
	MoreColumns int // columns that are left out
}

// Build makes a grid of n rows, reading only those that are shown.
func Build(columns []string, n int, row func(i int) []string) *Grid {
	g := &Grid{Columns: columns, Total: n}
	if len(columns) > MaxColumns {
		g.Columns, g.MoreColumns = columns[:MaxColumns], len(columns)-MaxColumns
	}
	for i := range min(n, MaxRows) {
		cells := row(i)
		line := make([]string, len(g.Columns))
		for k := range line {
			if k < len(cells) {
				line[k] = clean(cells[k])
			}
		}
		g.Rows = append(g.Rows, line)
	}
	return g
}

// clean makes a text fit a cell: one line without control characters, cut.
func clean(s string) string {
	if len(s) > 4*maxCell {
		s = s[:4*maxCell]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return '\uFFFD'
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) > maxCell {
		s = string([]rune(s)[:maxCell-1]) + "…"
	}
	return s
}

// Text draws the grid in columns of characters, numbers to the right. It counts
// runes: a front end that knows the width of wide ones draws it better.
func (g *Grid) Text() string { return g.Draw(1<<20, utf8.RuneCountInString) }

// Draw is Text for a place of so many columns, in which columns shrink, and
// with a measure of the width of a text.
func (g *Grid) Draw(room int, width func(string) int) string {
	d := newDrawing(g, room, width)
	var b strings.Builder
	d.line(&b, d.columns)
	b.WriteString(strings.Repeat("─", d.total()) + "\n")
	for _, r := range g.Rows {
		d.line(&b, r)
	}
	if note := g.Note(len(d.widths)); note != "" {
		b.WriteString(note + "\n")
	}
	return b.String()
}

// Note says what is left out of a table that shows so many columns.
func (g *Grid) Note(columns int) string {
	var notes []string
	if g.Total > len(g.Rows) {
		notes = append(notes, "… "+strconv.Itoa(len(g.Rows))+" of "+strconv.Itoa(g.Total)+" rows")
	}
	if n := g.MoreColumns + len(g.Columns) - columns; n > 0 {
		notes = append(notes, "… "+strconv.Itoa(n)+" more columns")
	}
	return strings.Join(notes, " · ")
}

// Numeric tells whether a column holds numbers only.
func (g *Grid) Numeric(column int) bool {
	for _, r := range g.Rows {
		if _, err := strconv.ParseFloat(r[column], 64); err != nil {
			return false
		}
	}
	return len(g.Rows) > 0
}
