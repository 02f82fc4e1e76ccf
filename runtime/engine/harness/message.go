// Package harness runs inside every generated program: it serves the parent
// over the wire protocol, replays the earlier cells, and runs the measured cell
// between two readings of the clock. It imports only std and its siblings,
// because its source is compiled once per toolchain and linked into cells.
// While the clock runs there is no goroutine, timer or signal handler of it.
package harness

import (
	"errors"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// Operations that a program serves, in this order.
const (
	OpStart = "start" // body: Spec; answers when the packages are initialised
	OpSetup = "setup" // body: Spec; replays the earlier cells or restores Spec.Inputs
	OpRun   = "run"   // body: Spec; runs the measured cell; the reply is a Report
)

// Spec is the part of a run that the child has to know.
type Spec struct {
	Model          string
	Limit, Workers int
	Turns          int
	Inputs         []byte // graph, or nil: replay
	Args           []string
	Stdin          string // file that becomes descriptor 0; "" leaves it as it is
	Values         int    // 0 none, 1 fingerprints, 2 graph as well

	Tasks            bool // report each task of a model
	Trace, CPU, Heap bool
	TraceBytes       int64
	CPUHz, HeapRate  int
	ForNS            int64 // an evidence run is ended after this long; 0: never
}

// Report is what a run gave.
type Report struct {
	Sample   Sample
	Panic    *Panic
	Value    string
	Table    string              // the value as a packed grid, "" when it is no table
	Shown    []map[string]string // what the cell displayed
	Written  []Written
	Graph    []byte
	Evidence Evidence
	Tasks    []Task
	InFlight int // tasks of a model in flight at most
	Notices  []string
	Stopped  bool // Spec.ForNS ended the run before the cell did
}

// Written is a variable after the cell.
type Written struct {
	Name, Type, Hash, Text string
	Plain                  bool
	Why                    string
	Parts                  []uint64 // graph.Parts
	Len                    int
}

// Task is one task of a model.
type Task struct{ Iteration, Start, End, CPU, Worker int64 }

// Frame is a frame of a cell: "main.fib", the cell's id as file, its line.
type Frame struct {
	Func string
	Cell string
	Line int
}

// Panic is a recovered panic.
type Panic struct {
	Message string
	Cell    string // the cell that ran
	Frames  []Frame
	Stack   string // as Go prints it, of a task's goroutine that panicked; else ""
}

// Sample is the cost of the cell, per turn. Its fields are those of
// measure.Sample, which cannot be imported here.
type Sample struct {
	WallNS, UserNS, SystemNS, ChildNS int64
	AllocBytes, Allocs                int64
	GCs, GCCPUNS, GCPauseNS           int64
	MaxRSSBytes, RunDelayNS           int64
	VolSwitches, InvSwitches          int64
	Turns, Goroutines                 int64
	MutexWaitNS, SetupNS              int64
	PeakHeapSize                      int64
	IOBlocks                          int64 // read from or written to a device, all turns
	ReadBlocks                        int64 // of those, read
}

// Evidence is what instruments gave.
type Evidence struct {
	Trace, CPUProfile, HeapProfile []byte
	TraceCut                       bool
}

// Encode packs the spec.
func (s Spec) Encode() []byte {
	var p wire.Pack
	p.String(s.Model)
	p.Bytes(s.Inputs)
	p.Strings(s.Args)
	p.String(s.Stdin)
	for _, n := range []int64{int64(s.Limit), int64(s.Workers), int64(s.Turns), flag(s.Inputs != nil), int64(s.Values),
		flag(s.Tasks), flag(s.Trace), flag(s.CPU), flag(s.Heap), s.TraceBytes, int64(s.CPUHz), int64(s.HeapRate), s.ForNS} {
		p.Uint(uint64(n))
	}
	return p
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

var errShort = errors.New("a message of the parent was cut short")

// DecodeSpec unpacks a spec.
func DecodeSpec(b []byte) (Spec, error) {
	u := wire.Unpack{Rest: b}
	s := Spec{Model: u.String(), Inputs: u.Bytes(), Args: u.Strings(), Stdin: u.String()}
	num := func() int { return int(int64(u.Uint())) }
	s.Limit, s.Workers, s.Turns = num(), num(), num()
	if num() == 0 {
		s.Inputs = nil
	}
	s.Values = num()
	s.Tasks, s.Trace, s.CPU, s.Heap = num() != 0, num() != 0, num() != 0, num() != 0
	s.TraceBytes, s.CPUHz, s.HeapRate, s.ForNS = int64(num()), num(), num(), int64(num())
	if u.Bad {
		return s, errShort
	}
	return s, nil
}

// numbers are the fields of a sample in the order in which they travel.
func (s *Sample) numbers() []*int64 {
	return []*int64{&s.WallNS, &s.UserNS, &s.SystemNS, &s.ChildNS, &s.AllocBytes, &s.Allocs, &s.GCs, &s.GCCPUNS, &s.GCPauseNS,
		&s.MaxRSSBytes, &s.RunDelayNS, &s.VolSwitches, &s.InvSwitches, &s.Turns, &s.Goroutines, &s.MutexWaitNS, &s.SetupNS, &s.PeakHeapSize, &s.IOBlocks, &s.ReadBlocks}
}

// Encode packs the report.
func (r *Report) Encode() []byte {
	var p wire.Pack
	for _, n := range r.Sample.numbers() {
		p.Uint(uint64(*n))
	}
	p.Uint(uint64(flag(r.Panic != nil)))
	if r.Panic != nil {
		p.String(r.Panic.Message)
		p.String(r.Panic.Cell)
		p.String(r.Panic.Stack)
		p.Uint(uint64(len(r.Panic.Frames)))
		for _, f := range r.Panic.Frames {
			p.String(f.Func)
			p.String(f.Cell)
			p.Uint(uint64(f.Line))
		}
	}
	p.String(r.Value)
	p.String(r.Table)
	p.Uint(uint64(len(r.Shown)))
	for _, parts := range r.Shown {
		var list []string
		for name, content := range parts {
			list = append(list, name, content)
		}
		p.Strings(list)
	}
	p.Uint(uint64(len(r.Written)))
	for _, w := range r.Written {
		p.Strings([]string{w.Name, w.Type, w.Hash, w.Text, w.Why})
		p.Uint(uint64(flag(w.Plain)))
		p.Uint(uint64(w.Len))
		p.Uint(uint64(len(w.Parts)))
		for _, part := range w.Parts {
			p.Uint(part)
		}
	}
	p.Bytes(r.Graph)
	p.Bytes(r.Evidence.Trace)
	p.Bytes(r.Evidence.CPUProfile)
	p.Bytes(r.Evidence.HeapProfile)
	p.Uint(uint64(flag(r.Evidence.TraceCut)))
	p.Uint(uint64(flag(r.Stopped)))
	p.Strings(r.Notices)
	p.Uint(uint64(r.InFlight))
	p.Uint(uint64(len(r.Tasks)))
	for _, t := range r.Tasks {
		for _, n := range []int64{t.Iteration, t.Start, t.End, t.CPU, t.Worker} {
			p.Uint(uint64(n))
		}
	}
	return p
}

// DecodeReport unpacks a report.
func DecodeReport(b []byte) (*Report, error) {
	u := wire.Unpack{Rest: b}
	r := &Report{}
	for _, n := range r.Sample.numbers() {
		*n = int64(u.Uint())
	}
	if u.Uint() != 0 {
		r.Panic = decodePanic(&u)
	}
	r.Value = u.String()
	r.Table = u.String()
	for n := u.Uint(); n > 0 && !u.Bad; n-- {
		parts, list := map[string]string{}, u.Strings()
		for i := 0; i+1 < len(list); i += 2 {
			parts[list[i]] = list[i+1]
		}
		r.Shown = append(r.Shown, parts)
	}
	for n := u.Uint(); n > 0 && !u.Bad; n-- {
		if s := u.Strings(); len(s) == 5 {
			w := Written{Name: s[0], Type: s[1], Hash: s[2], Text: s[3], Why: s[4], Plain: u.Uint() != 0, Len: int(u.Uint())}
			for k := u.Uint(); k > 0 && !u.Bad; k-- {
				w.Parts = append(w.Parts, u.Uint())
			}
			r.Written = append(r.Written, w)
		}
	}
	r.Graph = u.Bytes()
	r.Evidence = Evidence{Trace: u.Bytes(), CPUProfile: u.Bytes(), HeapProfile: u.Bytes(), TraceCut: u.Uint() != 0}
	r.Stopped = u.Uint() != 0
	r.Notices = u.Strings()
	r.InFlight = int(u.Uint())
	for n := u.Uint(); n > 0 && !u.Bad; n-- {
		num := func() int64 { return int64(u.Uint()) }
		r.Tasks = append(r.Tasks, Task{num(), num(), num(), num(), num()})
	}
	if u.Bad {
		return nil, errShort
	}
	return r, nil
}

func decodePanic(u *wire.Unpack) *Panic {
	p := &Panic{Message: u.String(), Cell: u.String(), Stack: u.String()}
	for n := u.Uint(); n > 0 && !u.Bad; n-- {
		p.Frames = append(p.Frames, Frame{Func: u.String(), Cell: u.String(), Line: int(u.Uint())})
	}
	return p
}
