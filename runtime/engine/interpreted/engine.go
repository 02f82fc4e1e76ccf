package interpreted

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// Options of an Engine.
type Options struct {
	Importer source.Importer // that checked the cells
	Dir      string          // where cells start, unless a run says otherwise
	Env      []string        // of the cells
	Pool     *host.Pool      // lends wardens; may be nil
}

// Engine measures cells in the interpreter: every run is a fresh host that
// replays the slice, untimed, and then runs the cell inside the clock. Its
// figures are the interpreter's; it is what is left without a toolchain.
type Engine struct{ opt Options }

// NewEngine returns an engine.
func NewEngine(opt Options) *Engine { return &Engine{opt} }

// Name is "interpreted".
func (e *Engine) Name() string { return "interpreted" }

// Prepare lowers the unit. What cannot be interpreted is a CellError of kind
// refused.
func (e *Engine) Prepare(_ context.Context, u engine.Unit) (engine.Program, error) {
	if u.Race {
		return nil, errors.New("only compiled cells can be checked for races")
	}
	p := &measured{engine: e, unit: u}
	start := time.Now()
	for _, labels := range []bool{false, true} {
		codes, err := e.lower(u, labels)
		if err != nil {
			return nil, err
		}
		p.codes[index(labels)] = codes
	}
	p.buildNS = time.Since(start).Nanoseconds()
	return p, nil
}

func index(labels bool) int {
	if labels {
		return 1
	}
	return 0
}

func (e *Engine) lower(u engine.Unit, labels bool) ([]*lower.Code, error) {
	s := lower.NewSession(lower.Config{Importer: e.opt.Importer, Has: Has(), Labels: labels})
	var codes []*lower.Code
	for _, c := range append(append([]*source.Cell{}, u.Slice...), u.Cell) {
		code, refusal := s.Lower(c)
		if refusal != nil {
			return nil, RefusalError(refusal)
		}
		s.Accept(c)
		codes = append(codes, code)
	}
	return codes, nil
}

// RefusalError is a refusal as the error of a cell.
func RefusalError(r *lower.Refusal) *measure.CellError {
	return &measure.CellError{Kind: "refused", Message: "not interpreted: " + r.Construct + ": " + r.Reason, Cell: r.Cell, Line: r.Line, Column: r.Column}
}

// measured is a prepared unit.
type measured struct {
	engine  *Engine
	unit    engine.Unit
	codes   [2][]*lower.Code // plain, and with labels for profiles
	buildNS int64
}

// BuildNS is the time of lowering.
func (p *measured) BuildNS() int64 { return p.buildNS }

// Notices says whose figures these are.
func (p *measured) Notices() []string {
	return []string{"interpreted: the figures are the interpreter's, not those of a Go program"}
}

// Close does nothing.
func (p *measured) Close() error { return nil }

// Run runs the unit in a new host.
func (p *measured) Run(ctx context.Context, spec engine.RunSpec) (*engine.RunResult, error) {
	dir := spec.Dir
	if dir == "" {
		dir = p.engine.opt.Dir
	}
	h, err := host.Start(ctx, host.Config{Role: RoleName, Name: "interpreted run", Dir: dir, Env: append(append([]string{}, p.engine.opt.Env...), spec.Env...),
		Procs: spec.Procs, MemoryCap: spec.MemoryCap, Pool: p.engine.opt.Pool})
	if err != nil {
		return nil, fmt.Errorf("starting a process for the cell: %w", err)
	}
	defer h.Close()
	r := &measuredRun{p: p, spec: spec, h: h, codes: p.codes[index(spec.CPUProfile || spec.HeapProfile)], result: &engine.RunResult{Written: map[string]engine.Value{}}}
	start := time.Now()
	if err := r.setup(ctx); err != nil || r.result.Err != nil {
		return r.result, err
	}
	setup := time.Since(start).Nanoseconds()
	err = r.measure(ctx)
	r.result.Sample.SetupNS = setup
	return r.result, err
}

// measuredRun is one run.
type measuredRun struct {
	p      *measured
	spec   engine.RunSpec
	h      *host.Host
	codes  []*lower.Code
	result *engine.RunResult
}

// setup brings the host to the start of the measured cell.
func (r *measuredRun) setup(ctx context.Context) error {
	slice := r.codes[:len(r.codes)-1]
	if r.spec.Inputs != nil {
		return r.restore(ctx, slice)
	}
	for _, code := range slice {
		o, exit, err := Run(ctx, r.h, code, nil, host.Output{})
		r.result.Notices = append(r.result.Notices, exit.Notices...)
		if r.failed(o.Err, err, code.Cell); r.result.Err != nil {
			r.result.InSetup = true
			return nil
		}
	}
	return nil
}

// restore defines what the slice defines and sets its variables.
func (r *measuredRun) restore(ctx context.Context, slice []*lower.Code) error {
	all := &lower.Code{Text: "package main\nfunc main() {}\n", Cell: "inputs"}
	for _, code := range slice {
		if err := Restore(ctx, r.h, code, nil); err != nil {
			return err
		}
		all.Slots = append(all.Slots, code.Slots...)
	}
	return Restore(ctx, r.h, all, r.spec.Inputs)
}

func (r *measuredRun) measure(ctx context.Context) error {
	s := r.spec
	code := r.codes[len(r.codes)-1]
	req := measureRequest{Code: code, Args: append([]string{"cell"}, s.Args...), Turns: s.Turns, Model: s.Model, Limit: s.Limit, Workers: s.Workers,
		Trace: s.Trace, TraceBytes: s.TraceBytes, CPU: s.CPUProfile, CPUHz: s.CPUProfileHz, Heap: s.HeapProfile, Tasks: s.Tasks, Values: int(s.Values)}
	var rep measureReply
	exit, err := r.h.Call(ctx, opMeasure, req, &rep, host.Output{Tag: code.Cell, Stdin: s.Stdin, Stdout: s.Stdout, Stderr: s.Stderr})
	res := r.result
	res.Stdout, res.Stderr = exit.Stdout, exit.Stderr
	res.Notices = append(append(res.Notices, exit.Notices...), rep.Outcome.Notices...)
	r.failed(rep.Outcome.Err, err, code.Cell)
	var fault *host.Fault
	if err != nil && !errors.As(err, &fault) && ctx.Err() == nil {
		return err
	}
	res.Sample, res.Value, res.Trace, res.TraceCut = rep.Sample, rep.Outcome.Value, rep.Trace, rep.TraceCut
	res.Table, res.Shown = rep.Outcome.Table, rep.Outcome.Shown
	res.Tasks, res.InFlight, res.Graph = rep.Tasks, rep.InFlight, rep.Graph
	for name, v := range rep.Written {
		res.Written[name] = v
	}
	if s.CPUProfile {
		res.CPUProfile = attribute(rep.CPU)
	}
	if s.HeapProfile {
		res.HeapProfile = attribute(rep.Heap)
	}
	return nil
}

// failed notes why a cell did not end well.
func (r *measuredRun) failed(cell *measure.CellError, err error, id string) {
	var fault *host.Fault
	switch {
	case cell != nil:
		r.result.Err = cell
	case errors.As(err, &fault):
		r.result.Err = FaultError(fault, id)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		r.result.Err = &measure.CellError{Kind: "interrupted", Cell: id, Message: "interrupted"}
	case err != nil:
		r.result.Err = &measure.CellError{Kind: "panic", Cell: id, Message: err.Error()}
	}
}

// FaultError is what ended a host, as the error of the cell that ran.
func FaultError(f *host.Fault, cell string) *measure.CellError {
	e := &measure.CellError{Kind: string(f.Kind), Message: f.Error(), Cell: cell}
	if e.Kind == "interrupt" {
		e.Kind = "interrupted"
	}
	return e
}

var _ engine.Engine = (*Engine)(nil)
var _ = os.DevNull
