// Package evidence turns the execution trace and the CPU profile of one run of
// a cell into an account of its wall time.
//
// The account follows the critical path, walked backward from the end of the
// cell: time in which the cell's goroutine ran, was ready, slept, or waited for
// the outside is charged to itself; a wait for another goroutine is handed to
// the goroutine that ended it, and before its birth to its creator. So every
// nanosecond of wall time is charged exactly once, and helpers (a transport's
// read loop, a pool's worker) are charged to the line of the cell that waits.
//
// The trace knows only what Go's scheduler knows. "Running" may be off the CPU
// and a system call may be waiting for a device or copying from memory; the
// figures that the system keeps for the same run (Options.Sample) tell these
// apart.
package evidence

import (
	"errors"
	"fmt"
	"time"

	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/measure"
)

// Names that the child gives to what it traces. RegionCell spans the cell, from
// the start of its clock to the end; RegionTask spans one task of a model, and
// is labelled by a log message of category LogTask with the task's name.
const (
	RegionCell = "lapbook:cell"
	RegionTask = "lapbook:task"
	LogTask    = "lapbook:task"
)

// ErrNoCell is returned for a trace in which the cell never began.
var ErrNoCell = errors.New("the trace holds no run of the cell")

// Options tell Analyze what the trace cannot know.
type Options struct {
	// Files are the file names that stand for cells (//line names, cell ids).
	// Nil: every file name without a slash that does not end in ".go".
	Files []string
	// Cell is the id of the measured cell; its lines are preferred when a
	// stack passes through several cells. May be empty.
	Cell   string
	Source map[string]string // text of the cells by id, for Line.Text; may be nil
	Sample measure.Sample    // what the system counted for this very run
	Procs  int               // GOMAXPROCS of the run; 0: as many as the trace shows
	Budget time.Duration     // for the analysis; 0: 10 s, at least 2 s. Beyond it a part is analysed, and said
	Cut    bool              // the trace was stopped at its byte budget
	// Stopped says why the run ended before the cell did, such as "it ended by a
	// panic"; the trace then reaches to there, and is whole.
	Stopped string
	Bins    int // width of the timeline; 0: 60
	Lanes   int // lanes of the timeline at most; 0: 8
}

// Evidence is the account of one traced run.
type Evidence struct {
	Facts    bound.Facts
	Lines    []measure.Line     // by falling share, along the critical path
	Slots    map[string]float64 // worker slots: busy gc ready idle-io idle-timer idle-lock idle-serial; sums to 1
	Timeline *measure.Timeline
	Tasks    []Task // by start; empty when the run had no task regions
	Doubts   []string

	BackgroundNS int64 // CPU of goroutines that earlier cells left running
	Events       int   // trace events read
	Dials        int   // connections that net/http opened in the cell
}

// Input is what bound.Classify wants, from this evidence and the timed runs.
func (e *Evidence) Input(m measure.Measurement) bound.Input {
	return bound.Input{
		Facts: e.Facts, Measurement: m, Interpreted: m.Engine == "interpreted",
		Lines: e.Lines, Timeline: e.Timeline, Slots: e.Slots, Doubts: e.Doubts,
	}
}

// Analyze accounts for one run. trace is what runtime/trace wrote, complete or
// cut anywhere; profile is a CPU profile of the same or of a further run, or
// nil. The error is ErrNoCell, or says that the trace cannot be read at all.
func Analyze(trace, profile []byte, o Options) (*Evidence, error) {
	o = o.withDefaults()
	h, err := read(trace, o)
	if err != nil {
		return nil, err
	}
	p, err := parseProfile(profile, o)
	if err != nil {
		return nil, fmt.Errorf("cpu profile: %w", err)
	}
	path := h.walk()
	a := h.account(path, o.Sample)
	e := &Evidence{
		Facts:        h.facts(path, a, p, o),
		Lines:        h.lines(path, a, p, o),
		Slots:        h.slots(),
		Timeline:     h.timeline(o),
		Tasks:        h.tasks(path, a),
		Doubts:       h.doubts(o),
		BackgroundNS: int64(float64(h.background) * (1 - a.off)),
		Events:       h.events,
		Dials:        h.dials(),
	}
	return e, nil
}

// leastBudget is for about a million events; a smaller budget is not worth the
// doubt that it costs.
const leastBudget = 2 * time.Second

func (o Options) withDefaults() Options {
	if o.Budget == 0 {
		o.Budget = 10 * time.Second
	}
	o.Budget = max(o.Budget, leastBudget)
	if o.Bins == 0 {
		o.Bins = 60
	}
	if o.Lanes == 0 {
		o.Lanes = 8
	}
	return o
}
