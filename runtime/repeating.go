package runtime

import (
	"context"

	"github.com/lapbook/lapbook/runtime/engine"
)

// repeating is a program that counts its runs: each of them does once more what
// the cell, or the slice below it, writes outside.
type repeating struct {
	engine.Program
	runs *int
}

func (r repeating) Run(ctx context.Context, spec engine.RunSpec) (*engine.RunResult, error) {
	*r.runs++
	return r.Program.Run(ctx, spec)
}

// counted has the runs of a program counted, where that tells something.
func (m *measuring) counted(p engine.Program) engine.Program {
	if m.writes == 0 {
		return p
	}
	return repeating{p, &m.entry.repeats}
}
