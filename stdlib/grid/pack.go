package grid

import (
	"strconv"
	"strings"
)

// Packed names a packed grid among the parts of what a cell displays, beside MIME
// types. It never reaches a file.
const Packed = "lapbook/grid"

// Separators of a packed grid; clean leaves none of them in a cell.
const (
	nextRow  = "\x1e"
	nextCell = "\x1f"
)

// Pack writes a grid as one text, to travel between processes.
func (g *Grid) Pack() string {
	lines := []string{
		strconv.Itoa(g.Total) + nextCell + strconv.Itoa(g.MoreColumns),
		strings.Join(g.Columns, nextCell),
	}
	for _, r := range g.Rows {
		lines = append(lines, strings.Join(r, nextCell))
	}
	return strings.Join(lines, nextRow)
}

// Unpack reads what Pack wrote; nil when it is something else.
func Unpack(s string) *Grid {
	lines := strings.Split(s, nextRow)
	total, more, ok := strings.Cut(lines[0], nextCell)
	if !ok || len(lines) < 2 {
		return nil
	}
	g := &Grid{Columns: strings.Split(lines[1], nextCell)}
	var err, err2 error
	g.Total, err = strconv.Atoi(total)
	g.MoreColumns, err2 = strconv.Atoi(more)
	if err != nil || err2 != nil {
		return nil
	}
	for _, l := range lines[2:] {
		cells := strings.Split(l, nextCell)
		if len(cells) != len(g.Columns) {
			return nil
		}
		g.Rows = append(g.Rows, cells)
	}
	return g
}
