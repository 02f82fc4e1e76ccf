//go:build unix

// Package probe holds the instruments of an evidence run: execution trace, CPU
// profile, allocation profile. It is apart from the harness so that a timed
// program links none of it.
package probe

import (
	"bytes"
	"context"
	goruntime "runtime"
	"runtime/pprof"
	"runtime/trace"
	"sync"

	"github.com/lapbook/lapbook/runtime/engine/harness"
)

// Region is the name of the trace region that is the cell.
const Region = "lapbook:cell"

const defaultTraceBytes = 64 << 20

// Start starts what the spec asks for.
func Start(spec harness.Spec) harness.Instruments {
	p := &probe{spec: spec}
	if spec.Heap {
		goruntime.MemProfileRate = max(spec.HeapRate, 1)
	}
	if spec.Trace {
		budget := spec.TraceBytes
		if budget <= 0 {
			budget = defaultTraceBytes
		}
		p.trace = &bounded{left: budget, full: make(chan struct{})}
		if trace.Start(p.trace) != nil {
			p.trace = nil
		}
	}
	if spec.CPU {
		if spec.CPUHz > 0 && spec.CPUHz != 100 {
			goruntime.SetCPUProfileRate(spec.CPUHz)
		}
		p.cpuOn = pprof.StartCPUProfile(&p.cpu) == nil
	}
	return p
}

type probe struct {
	spec  harness.Spec
	trace *bounded
	cpu   bytes.Buffer
	cpuOn bool
	stop  sync.WaitGroup
	done  chan struct{}
}

// Around runs the cell as a region of the trace. When the trace has used up
// its budget it is stopped there: what was written by then is a whole trace.
func (p *probe) Around(run func()) {
	if p.trace == nil {
		run()
		return
	}
	p.done = make(chan struct{})
	p.stop.Go(func() {
		select {
		case <-p.trace.full:
			trace.Stop()
		case <-p.done:
		}
	})
	trace.WithRegion(context.Background(), Region, run)
}

// Stop ends the instruments; the cell may have ended by a panic.
func (p *probe) Stop() harness.Evidence {
	var e harness.Evidence
	if p.cpuOn {
		pprof.StopCPUProfile()
		e.CPUProfile = p.cpu.Bytes()
	}
	if p.trace != nil {
		if p.done != nil {
			close(p.done)
			p.stop.Wait()
		}
		trace.Stop()
		e.Trace, e.TraceCut = p.trace.buf.Bytes(), p.trace.cut
	}
	if p.spec.Heap {
		var b bytes.Buffer
		goruntime.GC()
		goruntime.GC() // the profile is published at the end of the second
		if pprof.Lookup("allocs").WriteTo(&b, 0) == nil {
			e.HeapProfile = b.Bytes()
		}
	}
	return e
}

// bounded keeps everything and tells when its budget is used up.
type bounded struct {
	buf  bytes.Buffer
	left int64
	cut  bool
	full chan struct{}
}

func (b *bounded) Write(p []byte) (int, error) {
	b.left -= int64(len(p))
	if b.left < 0 && !b.cut {
		b.cut = true
		close(b.full)
	}
	return b.buf.Write(p)
}
