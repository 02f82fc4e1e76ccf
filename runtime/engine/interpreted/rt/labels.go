package rt

import (
	"context"
	"runtime/pprof"
	"strconv"
)

// Profiles of interpreted code show the interpreter's functions. Labels tell
// which function of the cell they worked for: cell_func is "cell:function" and
// cell_line the line on which it begins.

// Label makes the profiler attribute this goroutine's samples to a function of
// the cell until Unlabel is given the result. What ran before is known only for
// the goroutine that runs the cell's statements; labels of others end.
func (c *Cell) Label(fn string, line int) any {
	outer := c.label.Load()
	ctx := pprof.WithLabels(context.Background(), pprof.Labels("cell_func", fn, "cell_line", strconv.Itoa(line)))
	pprof.SetGoroutineLabels(ctx)
	c.label.Store(&ctx)
	return outer
}

// Unlabel gives the goroutine the labels that it had before.
func (c *Cell) Unlabel(outer any) {
	ctx := context.Background()
	p, _ := outer.(*context.Context)
	if p != nil {
		ctx = *p
	}
	pprof.SetGoroutineLabels(ctx)
	c.label.Store(p)
}
