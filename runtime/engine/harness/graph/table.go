package graph

import "github.com/lapbook/lapbook/stdlib/grid"

// Table is the one value of a cell's last expression as a packed grid, "" when
// it is no table.
func Table(values []any) (packed string) {
	if len(values) != 1 {
		return ""
	}
	defer func() {
		if recover() != nil { // a method of the cell's that panics
			packed = ""
		}
	}()
	if g := grid.Of(values[0]); g != nil {
		return g.Pack()
	}
	return ""
}
