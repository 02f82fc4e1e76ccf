package compiled

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/engine/harness"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/measure"
)

// program is a built unit.
type program struct {
	engine  *Engine
	builder *builder
	unit    engine.Unit
	exes    map[variant]string // built so far
	buildNS int64
	notices []string
	main    string // as in generated
}

// exe builds a variant unless it is there.
func (p *program) exe(ctx context.Context, v variant) (string, error) {
	if exe, ok := p.exes[v]; ok && exists(exe) {
		return exe, nil
	}
	start := time.Now()
	exe, built, err := p.build(ctx, v)
	if err != nil {
		return "", err
	}
	if built {
		p.buildNS += time.Since(start).Nanoseconds()
	}
	p.exes[v] = exe
	return exe, nil
}

// build builds a variant directly, and with `go build` when that fails for any
// reason but the cell's own.
func (p *program) build(ctx context.Context, v variant) (exe string, built bool, err error) {
	g, err := generate(p.unit, v)
	if err != nil {
		return "", false, err
	}
	p.notices, p.main = g.notices, g.main
	embed, err := embedded(p.unit.Cell, p.engine.opt.Dir)
	if err != nil {
		return "", false, err
	}
	r := request{script: p.unit.Cell.Script, embed: embed, name: programName(p.unit.Cell), files: g.files, imports: g.imports, mode: plain, debug: godebug(p.unit.Cell)}
	if p.unit.Race {
		r.mode = raced
	}
	exe, built, err = p.builder.program(ctx, r)
	if err != nil && r.mode == plain && mayNeedC(r.imports) {
		r.mode = withC
		if exe2, built2, err2 := p.builder.program(ctx, r); err2 == nil {
			exe, built, err = exe2, built2, nil
		}
		r.mode = plain
	}
	err = cellFault(err, p.unit.Cell)
	var ce *engine.CellError
	if err == nil || errors.As(err, &ce) || ctx.Err() != nil {
		return exe, built, err
	}
	direct := err
	v.portable = true
	if g, err = generate(p.unit, v); err != nil {
		return "", false, err
	}
	r.files, r.imports = g.files, g.imports
	exe, built, err = p.builder.goBuild(ctx, r)
	if err != nil {
		if err = cellFault(err, p.unit.Cell); errors.As(err, &ce) {
			return "", false, err
		}
		return "", false, direct
	}
	if p.engine.fellBack(direct) {
		p.notices = append(p.notices, "cells are built with go build, which takes longer: calling the compiler directly failed: "+firstOf(direct.Error()))
	}
	return exe, built, nil
}

// mayNeedC tells whether C may be what a program lacks: a package of the user's
// may be written with cgo, and part of runtime/cgo is there with it only.
func mayNeedC(imports []string) bool {
	return importsModules(imports) || slices.Contains(imports, "runtime/cgo")
}

func firstOf(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return text
}

// BuildNS is the time of generating, compiling and linking.
func (p *program) BuildNS() int64 { return p.buildNS }

// Notices tells which variables could not be locals, and the like.
func (p *program) Notices() []string { return p.notices }

// Close does nothing: the executable stays in the cache.
func (p *program) Close() error { return nil }

// Run runs the program in a new process.
func (p *program) Run(ctx context.Context, spec engine.RunSpec) (*engine.RunResult, error) {
	exe, err := p.exe(ctx, variant{timed: spec.Values == engine.ValuesNone, probe: spec.Trace || spec.CPUProfile || spec.HeapProfile})
	if err != nil {
		return nil, err
	}
	p.engine.alone() // nothing of ours runs beside a run
	r := &runner{p: p, spec: spec, result: &engine.RunResult{Written: map[string]engine.Value{}}}
	if err := r.start(ctx, exe); err != nil {
		return nil, err
	}
	defer r.end()
	if spec.Stdin != nil {
		if r.stdin, err = newInput(); err != nil {
			return nil, fmt.Errorf("giving the cell its input: %w", err)
		}
		defer r.stdin.close()
	}
	if r.begin(ctx); r.result.Err == nil && r.err == nil {
		r.setup(ctx)
	}
	if r.result.Err == nil && r.err == nil {
		r.measure(ctx)
	}
	return r.result, r.err
}

// runner is one run.
type runner struct {
	p      *program
	spec   engine.RunSpec
	host   *host.Host
	result *engine.RunResult
	stdin  *input
	startup
	event *harness.Report // what the cell sent on its way out
	err   error
}

func (r *runner) start(ctx context.Context, exe string) error {
	h, err := host.Start(ctx, host.Config{
		Argv: append([]string{exe}, r.spec.Args...), Name: "the compiled cell", Dir: r.spec.Dir,
		Env: joined(baseEnv(r.p.engine.opt.Env), r.spec.Env), Procs: r.spec.Procs, MemoryCap: r.spec.MemoryCap, Pool: r.p.engine.opt.Pool,
	})
	r.host = h
	return err
}

// joined is a base environment and another that goes before it, in whose order it
// is: programs that list their environment see the other as it was given.
func joined(base, env []string) []string {
	has := map[string]bool{}
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		has[name] = true
	}
	out := append([]string(nil), env...)
	for _, kv := range base {
		if name, _, _ := strings.Cut(kv, "="); !has[name] {
			out = append(out, kv)
		}
	}
	return out
}

// end ends the process. Who waits for the result of a live run does not wait for
// that, too; timed runs follow each other and do.
func (r *runner) end() {
	if r.spec.Values == engine.ValuesNone {
		r.host.Close()
		return
	}
	r.p.engine.later(func() { r.host.Close() })
}

// baseEnv is what a program finds in its environment: the session's own list,
// else what a Go program may expect of a login and nothing secret.
func baseEnv(env []string) []string {
	if env != nil {
		return append([]string(nil), env...)
	}
	var out []string
	for _, k := range []string{"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "USER", "SSL_CERT_FILE", "SSL_CERT_DIR", "GODEBUG", "GOGC", "GOMEMLIMIT"} {
		if v, ok := os.LookupEnv(k); ok {
			out = append(out, k+"="+v)
		}
	}
	return out
}

func (r *runner) childSpec() harness.Spec {
	s := r.spec
	stdin := ""
	if r.stdin != nil {
		stdin = r.stdin.name
	}
	values := int(s.Values) + 1 // ValuesNone is -1
	return harness.Spec{
		Model: s.Model, Limit: s.Limit, Workers: s.Workers, Turns: s.Turns, Inputs: s.Inputs, Stdin: stdin, Values: values,
		Tasks: s.Tasks, Trace: s.Trace, CPU: s.CPUProfile, Heap: s.HeapProfile, ForNS: int64(s.For), TraceBytes: s.TraceBytes, CPUHz: s.CPUProfileHz, HeapRate: cmp.Or(s.HeapRate, 32<<10),
	}
}

// setup replays the earlier cells; what they print is not the cell's.
func (r *runner) setup(ctx context.Context) {
	var reply []byte
	exit, err := r.host.Call(ctx, harness.OpSetup, r.childSpec().Encode(), &reply, host.Output{})
	r.take(exit, err, reply)
	if r.result.Err != nil || r.err != nil {
		r.result.InSetup = true
		r.result.Stderr = exit.Stderr
	}
}

func (r *runner) measure(ctx context.Context) {
	var reply []byte
	if r.stdin != nil {
		r.stdin.feed(r.spec.Stdin)
	}
	out := host.Output{Tag: r.p.unit.Cell.ID, Stdout: r.spec.Stdout, Stderr: r.spec.Stderr, Event: r.exiting}
	counted := r.count()
	exit, err := r.host.Call(ctx, harness.OpRun, r.childSpec().Encode(), &reply, out)
	counted()
	r.result.Stdout, r.result.Stderr = after(r.startup.stdout, exit.Stdout), after(r.startup.stderr, exit.Stderr)
	r.result.Notices = append(r.result.Notices, exit.Notices...)
	if r.p.unit.Race {
		r.races()
	}
	r.withoutRateWarning()
	r.take(exit, err, reply)
	r.sentAhead()
	r.fatalExit()
	if e := r.result.Err; e != nil && e.Kind == "exit" && e.Code == 0 && r.p.unit.Cell.Script {
		r.result.Err = nil // a script may end itself
	}
}

// count starts the hardware counters when they are asked for and there; the
// process waits for its call meanwhile. The function it returns reads them.
func (r *runner) count() (read func()) {
	if !r.spec.Counters {
		return func() {}
	}
	c, err := measure.OpenCounters(r.host.PID())
	if err != nil {
		return func() {} // no figures: the verdict says so
	}
	return func() {
		if e, err := c.Read(); err == nil && e.Cycles > 0 {
			r.result.Events = &e
		}
		c.Close()
	}
}

// rateWarning is what the runtime says when a CPU profile is taken at another
// rate than 100 Hz, for which there is no silent way.
const rateWarning = "runtime: cannot set cpu profile rate until previous profile has finished.\n"

func (r *runner) withoutRateWarning() {
	if hz := r.spec.CPUProfileHz; !r.spec.CPUProfile || hz == 0 || hz == 100 {
		return
	}
	if rest, ok := bytes.CutPrefix(r.result.Stderr.Head, []byte(rateWarning)); ok {
		r.result.Stderr.Head = rest
		r.result.Stderr.Total -= int64(len(rateWarning))
	}
}

// races takes the detector's reports out of stderr.
func (r *runner) races() {
	reports, rest := raceReports(r.result.Stderr.String(), r.ids())
	if len(reports) == 0 {
		return
	}
	r.result.Race = reports
	r.result.Stderr = engine.Captured{Head: []byte(rest), Total: int64(len(rest))}
}

// fatalExit knows the one fatal error that prints no stack: the last goroutine
// ended by Goexit.
func (r *runner) fatalExit() {
	e := r.result.Err
	if e == nil || e.Kind != "exit" || e.Code != 2 {
		return
	}
	text := strings.TrimSpace(r.result.Stderr.String())
	if i := strings.LastIndex(text, "\n") + 1; strings.HasPrefix(text[i:], "fatal error: ") {
		e.Kind, e.Message = "panic", strings.TrimPrefix(text[i:], "fatal error: ")
	}
}

func (r *runner) exiting(body []byte) {
	if rep, err := harness.DecodeReport(body); err == nil {
		r.event = rep
	}
}

// sentAhead keeps what a cell sent that did not end by itself.
func (r *runner) sentAhead() {
	if r.event == nil || r.result.Sample.Turns != 0 {
		return
	}
	res := r.result
	res.Sample = sample(r.event.Sample)
	r.evidence(r.event.Evidence)
	if r.event.Stopped {
		res.Stopped, res.Err = true, nil
	}
}

// take reads the answer of a call into the result.
func (r *runner) take(exit host.Exit, err error, reply []byte) {
	if exit.Fault != nil {
		r.result.Err = r.fault(exit)
		return
	}
	if err != nil {
		r.err = fmt.Errorf("running the compiled cell: %w", err)
		r.result.Err = &engine.CellError{Kind: "panic", Message: err.Error()}
		return
	}
	rep, err := harness.DecodeReport(reply)
	if err != nil {
		r.err = fmt.Errorf("running the compiled cell: %w", err)
		return
	}
	r.report(rep)
}

// fault is the end of the process, told on the cells' lines.
func (r *runner) fault(exit host.Exit) *engine.CellError {
	f := *exit.Fault
	f.Stack = r.asTyped(f.Stack)
	return faultError(&f, exit.Interrupted, r.ids())
}

// asTyped makes functions and lines of a stack those of the cells.
func (r *runner) asTyped(stack string) string {
	if r.p.main != "" {
		stack = strings.ReplaceAll(stack, r.p.main, "main.main")
	}
	return byID(stack, r.p.unit.Cell)
}

func (r *runner) report(rep *harness.Report) {
	res := r.result
	res.Sample = sample(rep.Sample)
	res.Value, res.Table, res.Shown = rep.Value, rep.Table, rep.Shown
	res.Notices = append(res.Notices, rep.Notices...)
	res.Graph = rep.Graph
	for _, w := range rep.Written {
		res.Written[w.Name] = engine.Value{Type: w.Type, Hash: w.Hash, Text: w.Text, Plain: w.Plain, Why: w.Why, Parts: w.Parts, Len: w.Len}
	}
	r.evidence(rep.Evidence)
	for _, t := range rep.Tasks {
		res.Tasks = append(res.Tasks, engine.TaskStat{Iteration: int(t.Iteration), StartNS: t.Start, EndNS: t.End, CPUNS: t.CPU, Worker: int(t.Worker)})
	}
	res.InFlight = rep.InFlight
	if p := rep.Panic; p != nil {
		p.Stack = r.asTyped(p.Stack)
		for i := range p.Frames {
			p.Frames[i].Func = r.asTyped(p.Frames[i].Func)
		}
		res.Err = panicError(p, r.ids())
	}
}

func (r *runner) evidence(e harness.Evidence) {
	r.result.Trace, r.result.TraceCut = e.Trace, e.TraceCut
	r.result.CPUProfile, r.result.HeapProfile = e.CPUProfile, e.HeapProfile
}

// panicError is the cell's error. A task's own frames come before those of the
// loop that waited for it.
func panicError(p *harness.Panic, ids map[string]bool) *engine.CellError {
	e := &engine.CellError{Kind: "panic", Message: p.Message, Cell: p.Cell, Code: 2}
	var frames []harness.Frame
	for _, f := range dumpFrames(p.Stack, ids) {
		frames = append(frames, harness.Frame{Func: f.fun, Cell: f.cell, Line: f.line})
	}
	p.Frames = append(frames, p.Frames...)
	for _, f := range p.Frames {
		if e.Line == 0 && ids[f.Cell] {
			e.Cell, e.Line = f.Cell, f.Line
		}
		e.Frames = append(e.Frames, fmt.Sprintf("%s %s:%d", f.Func, f.Cell, f.Line))
	}
	return e
}

// ids are the cells of the unit.
func (r *runner) ids() map[string]bool {
	ids := map[string]bool{r.p.unit.Cell.ID: true}
	for _, c := range r.p.unit.Slice {
		ids[c.ID] = true
	}
	return ids
}

func sample(s harness.Sample) measure.Sample {
	return measure.Sample{
		WallNS: s.WallNS, UserNS: s.UserNS, SystemNS: s.SystemNS, ChildNS: s.ChildNS, AllocBytes: s.AllocBytes, Allocs: s.Allocs,
		GCs: s.GCs, GCCPUNS: s.GCCPUNS, GCPauseNS: s.GCPauseNS, MaxRSSBytes: s.MaxRSSBytes, RunDelayNS: s.RunDelayNS,
		VolSwitches: s.VolSwitches, InvSwitches: s.InvSwitches, Turns: int(s.Turns), Goroutines: int(s.Goroutines),
		MutexWaitNS: s.MutexWaitNS, SetupNS: s.SetupNS, PeakHeapSize: s.PeakHeapSize, IOBlocks: &s.IOBlocks, ReadBlocks: s.ReadBlocks,
	}
}
