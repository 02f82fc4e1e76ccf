// Package model runs the tasks of a cell under an execution model: as written
// (one after the other, on the goroutine that asks), concurrent (interleaved on
// one worker) or parallel (spread over all workers). Each is for tasks that are
// known by their number; a Pipe is for loops whose header finds out as it goes.
//
// Concurrent and parallel differ only outside of this package: in GOMAXPROCS,
// which belongs to whoever starts the process. Here both mean that up to Limit
// tasks are in flight.
//
// The package is linked into compiled cells and into the interpreter's process,
// so it imports the standard library only. The model is the process's, set by
// its harness before the clock starts.
package model

import (
	goruntime "runtime"
	"sync/atomic"
)

// The models, as the design names them. "" is AsWritten.
const (
	AsWritten  = "as written"
	Concurrent = "concurrent"
	Parallel   = "parallel"
)

// defaultLimit is how many tasks are in flight when nobody says.
const defaultLimit = 16

// With Options.Race so many tasks are in flight at most, wave for each Each or
// Pipe: the detector follows 8128 goroutines.
const (
	maxRace = 4 * wave
	wave    = 1000
)

// Options say how tasks run.
type Options struct {
	Model   string
	Limit   int  // tasks in flight at most; 0 = 16, and never fewer than Workers
	Workers int  // Ps that the process has for them; 0 = GOMAXPROCS
	Stats   bool // keep the start and end of each task for Tasks
	// Race is for programs built with the race detector. It takes whatever a pool
	// does between two tasks as an order between them, and so would miss their
	// races. With Race tasks have nothing in common: each has its own goroutine,
	// hundreds at a time whatever the limit. It has no effect as written.
	Race bool
}

// A process is what Set made of Options, and what all tasks share.
type process struct {
	model    string
	limit    int
	slots    slots
	race     bool
	stats    *stats // nil unless asked for
	canceled atomic.Bool
	failure  atomic.Pointer[Failure]
}

// current is the only state of the package: an execution model is a property of
// a process and may not be a parameter of the code that it runs.
var current atomic.Pointer[process]

// Set chooses the model for all tasks that start from now on, and forgets the
// statistics, failure and cancellation of earlier ones. An unknown model is as
// written.
func Set(o Options) {
	p := &process{model: o.Model, limit: 1}
	if o.Model == Concurrent || o.Model == Parallel {
		p.limit = o.Limit
		if p.limit <= 0 {
			p.limit = defaultLimit
		}
		if o.Model == Parallel {
			workers := o.Workers
			if workers <= 0 {
				workers = goruntime.GOMAXPROCS(0)
			}
			p.limit = max(p.limit, workers)
		}
		p.race = o.Race
		if p.race {
			p.limit = maxRace
		}
	} else {
		p.model = AsWritten
	}
	p.slots.free.Store(int64(p.limit))
	p.slots.least.Store(int64(p.limit))
	if o.Stats {
		p.stats = &stats{}
	}
	current.Store(p)
}

// get returns the process, as written before the first Set.
func get() *process {
	if p := current.Load(); p != nil {
		return p
	}
	current.CompareAndSwap(nil, &process{model: AsWritten, limit: 1})
	return current.Load()
}

// Current returns the model and how many tasks may be in flight.
func Current() (model string, limit int) {
	p := get()
	return p.model, p.limit
}

// InFlight returns how many tasks were in flight at most since Set.
func InFlight() int {
	p := get()
	return max(1, p.limit-int(p.slots.least.Load()))
}

// Cancel stops the tasks of the process: those that run are not interrupted, no
// further one starts, and who waits for them panics with Canceled.
func Cancel() { get().canceled.Store(true) }

// Canceled is the panic of Each and Pipe after Cancel.
type Canceled struct{}

func (Canceled) Error() string { return "interrupted" }

// slots counts the tasks that may still start. A task that itself has tasks
// finds few or no slots free and then runs them on its own goroutine, so nesting
// neither exceeds the limit nor deadlocks.
type slots struct {
	free  atomic.Int64
	least atomic.Int64 // that free ever was
}

func (s *slots) take() bool {
	for {
		n := s.free.Load()
		if n <= 0 {
			return false
		}
		if s.free.CompareAndSwap(n, n-1) {
			s.note(n - 1)
			return true
		}
	}
}

func (s *slots) note(free int64) {
	for {
		old := s.least.Load()
		if free >= old || s.least.CompareAndSwap(old, free) {
			return
		}
	}
}

// takeAll takes n slots or none.
func (s *slots) takeAll(n int64) bool {
	if s.free.Add(-n) < 0 {
		s.free.Add(n)
		return false
	}
	return true
}

func (s *slots) giveAll(n int64) { s.free.Add(n) }

func (s *slots) give() { s.free.Add(1) }
