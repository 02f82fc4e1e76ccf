package interpreted

import (
	"context"
	"math"
	"reflect"
	"runtime/metrics"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/traefik/yaegi/interp"

	"github.com/lapbook/lapbook/runtime/engine/interpreted/rt"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// Stopping an interpreter makes all its code return at once: it counts its run
// number up, and functions of an older number do nothing. Closures that the cell
// left in variables would then silently do nothing for ever. So once everything
// of the stopped cell has ended, the number is set back.

// revive makes function values and methods that a stopped cell left behind work
// again: methods at once, from a fresh interpreter; function values when the
// cell's last goroutine has ended.
func (i *Interp) revive(c *rt.Cell, code *lower.Code, p program) {
	c.InitOnly()
	if again, err := i.compile(c, code); err == nil {
		_, _ = again.y.Execute(again.p)
	}
	for range 100 { // most cells end at once
		if c.Quiet() {
			restart(p.y)
			return
		}
		time.Sleep(200 * time.Microsecond)
	}
	go func() {
		for wait := time.Millisecond; !c.Quiet(); wait = min(2*wait, time.Second) {
			time.Sleep(wait)
		}
		restart(p.y)
	}()
}

// stop makes all code of an interpreter return at once.
func stop(y *interp.Interpreter) {
	if n := runNumber(y); n != nil {
		atomic.AddUint64(n, 1)
	}
}

// restart undoes the effect of one stop.
func restart(y *interp.Interpreter) {
	if n := runNumber(y); n != nil {
		atomic.AddUint64(n, math.MaxUint64)
	}
}

// runNumber finds the counter in the interpreter, which has no method for this;
// nil when a newer interpreter is laid out otherwise.
func runNumber(y *interp.Interpreter) *uint64 {
	f, ok := reflect.TypeFor[interp.Interpreter]().FieldByName("id")
	if !ok || f.Offset != 0 || f.Type.Kind() != reflect.Uint64 {
		return nil
	}
	return (*uint64)(unsafe.Pointer(y))
}

// watchStacks stops the cell when goroutine stacks grow beyond the limit: a
// real overflow is fatal to the process. A depth counter in every function was
// rejected: it made calls a third slower.
func (i *Interp) watchStacks(ctx context.Context, c *rt.Cell) *atomic.Bool {
	var over atomic.Bool
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/sched/goroutines:goroutines"}}
		metrics.Read(sample)
		limit := int64(sample[0].Value.Uint64()) + i.conf.StackLimit
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			metrics.Read(sample)
			bytes, n := sample[0].Value.Uint64(), sample[1].Value.Uint64()
			if int64(bytes) > limit && bytes/max(n, 1) > 64<<10 {
				over.Store(true)
				c.Stop()
				return
			}
		}
	}()
	return &over
}
