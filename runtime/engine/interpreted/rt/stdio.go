package rt

import "os"

// stdio are the standard input, output and error that a cell sees.
type stdio [3]*os.File

// point makes whoever holds these files use those of another cell.
func (f stdio) point(to stdio) {
	for i := range f {
		if f[i] != nil && to[i] != nil {
			*f[i] = *to[i]
		}
	}
}

// files are those of all cells of a session. What an earlier cell made, a
// closure that prints or a writer around os.Stdout, writes into the cell that
// uses it; only a cell that still runs goes on writing into its own pipes.
type files struct{ of []owned }

type owned struct {
	stdio
	cell *Cell // nil when it has ended
}

// next are the files of a cell whose own pipes are given. The files of cells
// that have ended become the same.
func (f *files) next(c *Cell, own stdio) stdio {
	for i := range f.of {
		o := &f.of[i]
		if o.cell != nil && (o.cell.Quiet() || !o.cell.begun.Load()) {
			o.cell = nil
		}
		if o.cell == nil {
			o.point(own)
		}
	}
	var std stdio
	for i := range own {
		if own[i] != nil {
			std[i] = new(os.File)
		}
	}
	std.point(own)
	f.of = append(f.of, owned{std, c})
	return std
}
