package bound

import "github.com/lapbook/lapbook/runtime/measure"

// Kinds of time on the critical path: the keys of Facts.Path and of
// measure.Verdict.Shares.
const (
	Compute = "compute" // on a CPU, in Go code or below it
	Collect = "gc"      // helping or waiting for the collector
	Syscall = "syscall" // on a CPU, inside the kernel on the cell's behalf
	Ready   = "ready"   // could run, but no worker was free
	Machine = "machine" // a worker ran it, but the system ran somebody else
	Network = "network"
	Disk    = "disk"
	Pipe    = "pipe"
	Timer   = "timer"
	Child   = "child"
	Lock    = "lock" // queueing for a lock whose holder is not known
	Wait    = "wait" // waiting for something that the trace does not explain

	// Interpreter is the part of an interpreted cell's computing that is the
	// interpreter's own. It is a key of Verdict.Shares only.
	Interpreter = "interpreter"
)

// Facts is what the evidence of one traced run says, reduced to what the rules
// look at. Shares lie between 0 and 1; those of Path sum to 1.
type Facts struct {
	WallNS   int64              // of the traced run
	Procs    int                // workers (Go Ps)
	Path     map[string]float64 // wall time along the critical path, by kind
	Coverage float64            // share of the run that the trace covers: 1 unless cut

	CPUNS    int64 // user and system, whole process, traced run
	SystemNS int64
	ChildNS  int64   // CPU of children that were waited for
	ReadRate float64 // bytes a second that a device gave
	DelayNS  int64   // runnable, but the system ran others

	Background float64 // share of the Go running time that goroutines of earlier cells used
	Running    float64 // running goroutines of the cell on average, in workers
	Wanting    float64 // running and ready ones on average
	Goroutines int     // that the cell used, itself included
	Switches   int     // scheduling events of the cell

	Queue   Queue
	Solo    Solo
	Timers  Timers
	Spawns  int     // child processes started in the cell
	Alloc   float64 // share of CPU samples in the allocator and the collector
	Calls   float64 // share of CPU samples below a system call
	Samples int     // CPU samples behind these shares
	Interp  float64 // share of CPU samples in the interpreter itself
	GC      float64 // share of Go running time used by the collector
	Turns   int     // how often the path changes between waiting and computing
	Blocked float64 // share of file system calls' time off the CPU

	Counters *Counters
}

// Queue describes the lock that the cell queues for longest.
type Queue struct {
	Kind   string             // "mutex", "rwmutex", "channel" or ""
	Share  float64            // of wall: somebody queues and a worker is idle
	Any    float64            // of wall: somebody queues
	Spin   float64            // of CPU samples: in the lock itself
	Path   float64            // of wall: the critical path runs under it
	Among  float64            // of wall: the critical path is with goroutines that queue for it, too
	Hold   map[string]float64 // of Path: what is done while it is held, by kind
	Waits  int                // how often somebody queued
	MeanNS int64              // of those waits
}

// Solo describes the time in which exactly one goroutine of the cell runs while
// others of its making exist or have ended.
type Solo struct {
	Share    float64 // of wall: one runs, workers idle, siblings had been started
	Stage    float64 // of wall: one runs, others of the cell wait in a channel for it
	Top      float64 // of the cell's running time: the goroutine that runs most
	Handoffs int     // channel wake-ups in that time
	Longest  float64 // of wall: what the longest sibling ran
	Biggest  float64 // the longest sibling's running time over the mean of the others
	Siblings int     // goroutines started from one place, at most
}

// Timers describes the waits for a clock on the critical path.
type Timers struct {
	Pattern string // "sleep", "ticker", "ratelimit", "backoff"
	Count   int
	MeanNS  int64
	Handed  bool // another goroutine waited for it and handed on what it made
}

// Counters are hardware events of the cell, where the machine has them.
type Counters struct {
	Cycles, Instructions, StalledCycles, CacheMisses int64
}

// Input is all that Classify looks at.
type Input struct {
	Facts
	Measurement measure.Measurement // the timed runs; Runs 0 when there were none yet
	Interpreted bool                // the evidence is of the interpreter
	RuledOut    []string            // rungs of the ladder that are done: "algorithm", "memory", "concurrent", "parallel"
	Lines       []measure.Line
	Timeline    *measure.Timeline
	Slots       map[string]float64
	Doubts      []string // of the evidence
	Ended       string   // why the cell did not end by itself: "it ended by a panic"; "" when it did
}
