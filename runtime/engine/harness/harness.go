//go:build unix

package harness

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// Cell is a cell's function.
type Cell struct {
	ID   string
	File string // under which the compiler knows its text; "" is the id
	Run  func()
}

// Var is a variable: a pointer to it, or a function that gives one once the
// cell has run.
type Var struct {
	Name string
	Ptr  any
	Get  func() any
}

func (v Var) pointer() any {
	if v.Get != nil {
		return v.Get()
	}
	return v.Ptr
}

// Program is what the generated code tells the harness.
type Program struct {
	Setup   []Cell
	Cell    Cell
	Inputs  []Var        // variables of earlier cells
	Written []Var        // variables that the measured cell defines or may write
	Value   func() []any // the value of its last expression, or nil
	// Results is Values where the program has variables or a value; else nil,
	// and the linker leaves out what reads them, a quarter of a small program.
	Results *Results

	// AtExit has f called when the process exits through os.Exit; nil where
	// that cannot be arranged.
	AtExit func(f func())
	// Probe starts the instruments of an evidence run; nil in a plain program.
	Probe func(Spec) Instruments
	// Bind makes the newest version of every function the one that is called,
	// for runs without a replay; nil when nothing is called through a variable.
	Bind func()
	// Replay is told when earlier cells run; nil when none of them listens.
	Replay Replay
	// Pool runs the tasks of cells that have some; else nil.
	Pool Pool
	// Shown gives what was displayed since it was called last; nil where
	// nothing can be.
	Shown func() []map[string]string
}

// Replay is how the harness sees package listen.
type Replay interface {
	Begin()
	End() (notices []string)
}

// Pool is how the harness sees the execution model (package tasks).
type Pool interface {
	Set(Spec)
	Tasks(start time.Time) (list []Task, inFlight int)
	Failure() string
}

// Instruments are running instruments.
type Instruments interface {
	Around(run func()) // runs the cell as a region of the trace
	Stop() Evidence
}

// Main serves the parent until it hangs up.
func Main(p Program) {
	child, err := wire.NewChild()
	if err == nil {
		err = child.Ready()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "lapbook:", err)
		os.Exit(2)
	}
	(&server{p: p, child: child}).serve()
}

// Script is Main of a program that has begun.
func Script(begun *Begun, p Program) {
	if begun == nil {
		p.Cell.Run()
		return
	}
	s := &server{p: p, child: begun.child}
	s.call(begun.req)
	s.serve()
}

func (s *server) serve() {
	for {
		req, err := s.child.NextCall()
		if err != nil {
			os.Exit(0)
		}
		s.call(req)
	}
}

// server answers the calls of one process.
type server struct {
	p     Program
	child *wire.Child
	setup int64
	meter *meter // non-nil while the measured cell runs
	probe Instruments
	ended atomic.Bool // one of the cell, its exit and the limit of time was first
	id    uint32      // of the request that is served
	where string      // id of the cell that runs
}

func (s *server) call(req *wire.Request) {
	s.id = req.ID
	spec, err := DecodeSpec(req.Body)
	var body []byte
	switch {
	case err != nil:
	case req.Op == OpStart:
		body = (&Report{}).Encode()
	case req.Op == OpSetup:
		body, err = s.prepare(spec)
	case req.Op == OpRun:
		body = s.run(spec).Encode()
	default:
		err = fmt.Errorf("unknown operation %q", req.Op)
	}
	reply := wire.Reply{Body: body}
	if err != nil {
		reply = wire.Reply{Status: wire.Failed, Message: err.Error()}
	}
	if s.child.Answer(req, reply) != nil {
		os.Exit(0)
	}
}

// prepare brings the process to the start of the measured cell. The reply is a
// Report with the failure of an earlier cell, if any.
func (s *server) prepare(spec Spec) ([]byte, error) {
	if err := spec.begin(); err != nil {
		return nil, err
	}
	if s.p.Pool != nil {
		s.p.Pool.Set(Spec{}) // earlier cells ran as written
	}
	start := time.Now()
	var r Report
	if spec.Inputs != nil {
		if s.p.Bind != nil {
			s.p.Bind()
		}
		if s.p.Results != nil {
			if err := s.p.Results.restore(spec.Inputs, s.p.Inputs); err != nil {
				return nil, err
			}
		}
	} else {
		r.Panic, r.Notices = s.replay()
	}
	s.setup = time.Since(start).Nanoseconds()
	return r.Encode(), nil
}

// replay runs the earlier cells.
func (s *server) replay() (p *Panic, notices []string) {
	if s.p.Replay != nil {
		s.p.Replay.Begin()
		defer func() { notices = s.p.Replay.End() }()
	}
	for _, c := range s.p.Setup {
		if p := s.guard(c.ID, c.Run); p != nil {
			return p, nil
		}
	}
	return nil, nil
}

// run measures the cell and reads what it left.
func (s *server) run(spec Spec) *Report {
	if s.p.Pool != nil {
		s.p.Pool.Set(spec)
	}
	if s.p.AtExit != nil {
		s.p.AtExit(s.exiting)
	}
	run := s.p.Cell.Run
	r := &Report{}
	if s.p.Shown != nil {
		s.p.Shown() // by earlier cells, which were replayed
	}
	s.meter = newMeter(spec.Turns)
	s.ended.Store(false)
	if s.p.Probe != nil {
		s.probe = s.p.Probe(spec)
		plain := run
		run = func() { s.probe.Around(plain) }
		if spec.ForNS > 0 {
			defer time.AfterFunc(time.Duration(spec.ForNS), s.timeUp).Stop()
		}
	}
	r.Panic = s.guard(s.p.Cell.ID, s.timed(run, spec.Turns))
	if s.ended.Swap(true) {
		select {} // the limit was first, and ends the process
	}
	r.Sample = s.meter.sample
	r.Sample.SetupNS = s.setup
	if s.p.Pool != nil {
		r.Tasks, r.InFlight = s.p.Pool.Tasks(s.meter.start)
		if r.Panic != nil {
			r.Panic.Stack = s.p.Pool.Failure()
		}
	}
	s.meter = nil
	if s.probe != nil {
		r.Evidence = s.probe.Stop()
	}
	if r.Panic != nil {
		return r
	}
	if s.p.Results != nil {
		s.p.Results.read(s.p, spec, r)
	}
	if s.p.Shown != nil {
		r.Shown = s.p.Shown()
	}
	return r
}

// timed is the cell between the two readings, repeated as often as asked.
func (s *server) timed(run func(), turns int) func() {
	m := s.meter
	return func() {
		m.begin()
		defer m.end()
		run()
		for i := 1; i < turns; i++ {
			run()
		}
	}
}

// exiting is called on the way out of the process while the cell runs: its
// sample is sent ahead, the exit status follows by itself.
func (s *server) exiting() {
	if s.meter == nil || s.ended.Swap(true) {
		return
	}
	s.ahead(false)
}

// timeUp ends an evidence run that lasts longer than there is time for.
func (s *server) timeUp() {
	if s.ended.Swap(true) {
		return
	}
	s.ahead(true)
	os.Exit(0)
}

// ahead sends what is known of a cell that will not end by itself.
func (s *server) ahead(stopped bool) {
	s.meter.end()
	r := Report{Sample: s.meter.sample, Stopped: stopped}
	r.Sample.SetupNS = s.setup
	if s.probe != nil {
		r.Evidence = s.probe.Stop()
	}
	_ = s.child.Send(wire.Frame{Kind: wire.KindEvent, ID: s.id, Payload: r.Encode()})
}
