package rt

import (
	"context"
	"runtime/pprof"
	"strconv"
)

// Label makes the profiler attribute this goroutine's samples to a function of
// the cell until Unlabel.
func (c *Cell) Label(parent any, fn string, line int) any {
	ctx, ok := parent.(context.Context)
	if !ok {
		ctx = context.Background()
	}
	ctx = pprof.WithLabels(ctx, pprof.Labels("cell_func", fn, "cell_line", strconv.Itoa(line)))
	pprof.SetGoroutineLabels(ctx)
	return ctx
}

// Unlabel gives the goroutine the labels that it had before.
func (c *Cell) Unlabel(parent any) {
	ctx, ok := parent.(context.Context)
	if !ok {
		ctx = context.Background()
	}
	pprof.SetGoroutineLabels(ctx)
}
