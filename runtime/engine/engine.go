// Package engine is the contract between the session and whatever runs cells.
// Two engines implement it: compiled (the Go toolchain, a fresh process for
// every run) and interpreted (yaegi, live state). A Unit is prepared once and
// then run as often as the measurement needs; every Run has the same start.
package engine

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
)

// Unit is what is run: the earlier cells that the measured cell depends on, in
// the order in which they ran, then the measured cell itself. A rewritten cell
// (a loop turned into tasks) is a checked cell like any other: put it in Cell.
type Unit struct {
	Slice []*source.Cell
	Cell  *source.Cell
	Race  bool // build with the race detector; figures of such a run are no measurement
}

// Values says how much of the written variables a run reports.
type Values int

// Levels of Values. Each includes the one before it.
const (
	ValuesNone  Values = iota - 1 // nothing: timed runs whose result nobody compares
	ValuesHash                    // fingerprint and rendered text (the default)
	ValuesGraph                   // and RunResult.Graph, for hand-over to another engine
)

// RunSpec is one run of a prepared program. The zero value runs the cell once,
// as written, at Go's default GOMAXPROCS.
type RunSpec struct {
	Procs   int    // GOMAXPROCS; 0 = Go's own default (affinity, cgroup quota)
	Model   string // execution model of lab.Each, lab.Map, lab.Go and rewritten loops: "", "as written", "concurrent", "parallel"
	Limit   int    // tasks in flight; 0 = the model's default
	Workers int    // workers of the model; 0 = the model's default
	Turns   int    // >1 repeats the cell inside the clock; the sample is per turn

	// Inputs is a graph (package harness/graph) of earlier variables. When it
	// is set the slice is not replayed: the variables named in it are restored,
	// the bodies of earlier cells do not run.
	Inputs []byte

	Tasks      bool  // report start and end of each task of a model
	Trace      bool  // execution trace of the cell
	TraceBytes int64 // the trace stops here; 0 = 64 MiB
	// For ends a traced or profiled run after this long and keeps what was seen
	// by then; 0 = never. Only the compiled engine can.
	For          time.Duration
	CPUProfile   bool
	CPUProfileHz int // 0 = 100
	HeapProfile  bool
	Counters     bool // hardware events, where the machine counts them
	HeapRate     int  // bytes allocated between two samples; 0 = 32 KiB
	Values       Values

	Dir       string   // working directory of the cell; "" = the front end's
	Env       []string // "k=v", over the base environment of the engine
	Args      []string // os.Args[1:] of the cell
	Stdin     io.Reader
	MemoryCap int64 // bytes; 0 = the engine's default

	Stdout, Stderr func([]byte) // live output of the measured cell, or nil
}

// Captured is an output stream: head, tail and exact length.
type Captured = measure.Captured

// CellError is why a cell did not end well.
type CellError = measure.CellError

// Value is a session variable as it was after the cell.
type Value struct {
	Type  string // as Go writes it
	Hash  string // deep fingerprint; "" when nothing of it can be compared
	Text  string // short rendering, for showing a difference
	Plain bool   // it is in RunResult.Graph and can be handed over exactly
	Why   string // why it is not plain, or which parts the fingerprint leaves out

	// Of a slice or array: its length, and fingerprints of up to 1024 pieces
	// (graph.Parts), by which the place of a difference is found.
	Len   int
	Parts []uint64
}

// TaskStat is one task of a model: times are nanoseconds since the clock started.
type TaskStat struct {
	Iteration int   `json:"iteration"`
	StartNS   int64 `json:"start_ns"`
	EndNS     int64 `json:"end_ns"`
	CPUNS     int64 `json:"cpu_ns,omitempty"`
	Worker    int   `json:"worker,omitempty"`
}

// RunResult is what one run gave. A result with Err still carries whatever was
// known: output, and the sample when the cell ended by a panic or an exit.
type RunResult struct {
	Sample  measure.Sample
	Stdout  Captured
	Stderr  Captured
	Value   string              // the last value as shown; "" when none is
	Table   string              // the last value as a packed grid; "" when it is no table
	Written map[string]Value    // every session variable that the cell defined or may write
	Graph   []byte              // all plain written variables in one graph, when asked for
	Shown   []map[string]string // what the cell displayed: content by MIME type, or a packed grid

	Trace       []byte
	TraceCut    bool // the trace stopped at its byte budget, before the cell ended
	Stopped     bool // RunSpec.For ended the run before the cell did
	CPUProfile  []byte
	HeapProfile []byte
	Tasks       []TaskStat      // RunSpec.Tasks: the first 100,000
	Events      *measure.Events // RunSpec.Counters; nil where nothing is counted
	InFlight    int             // tasks of a model that were in flight at most; 0 when the cell has none

	Race    []RaceReport // Unit.Race: what the detector found
	Err     *CellError
	InSetup bool // Err is of an earlier cell that was replayed; the measured cell did not run
	Notices []string
}

// Place is a position in a cell's text.
type Place struct {
	Cell   string `json:"cell"`
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
	Func   string `json:"func,omitempty"` // "fib", "cell" for the body of the cell itself
}

// String is cell:line.
func (p Place) String() string { return fmt.Sprintf("%s:%d", p.Cell, p.Line) }

// RaceReport is one data race on cell lines.
type RaceReport struct {
	First, Second []Place // innermost first: the two conflicting accesses
	Text          string  // the detector's own words
}

// Program is a prepared unit. It may be run many times, one run at a time.
type Program interface {
	// Run runs the unit once from its start. The error is ours (no process, no
	// disk); what the cell did wrong is in RunResult.Err.
	Run(ctx context.Context, spec RunSpec) (*RunResult, error)
	// BuildNS is what preparing it cost; 0 when a cache had it.
	BuildNS() int64
	// Notices tells what the engine had to do differently, each once.
	Notices() []string
	Close() error
}

// Engine prepares units.
type Engine interface {
	Name() string // "compiled" or "interpreted"
	// Prepare returns a *CellError when the cell is at fault and any other
	// error when the engine is.
	Prepare(ctx context.Context, u Unit) (Program, error)
}
