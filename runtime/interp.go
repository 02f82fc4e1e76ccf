package runtime

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/engine/interpreted"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// process is the interpreter in a host, seen from the session. Lowered cells
// are kept between Refuses and Run, so that each is lowered once.
type process struct {
	host    *host.Host
	low     *lower.Session
	lowered *source.Cell
	code    *lower.Code
	args    []string
	late    func(cell, stream string, b []byte)
}

// startProcess starts the process in which cells live.
func (s *Session) startProcess() (interpreter, error) {
	p := &process{args: append([]string{"script"}, s.cfg.Args...), late: s.late}
	p.low = lower.NewSession(lower.Config{Importer: s.imp, Has: interpreted.Has()})
	h, err := host.Start(context.Background(), host.Config{
		Role: interpreted.RoleName, Name: "cells", Dir: s.cfg.Dir, Env: s.live.env(), MemoryCap: s.cfg.Memory, Pool: &s.wardens,
		Late: func(tag string, st host.Stream, b []byte) { s.late(tag, st.String(), b) },
	})
	if err != nil {
		return nil, err
	}
	p.host = h
	return p, nil
}

// Refuses lowers a cell and tells why that cannot be done.
func (p *process) Refuses(c *source.Cell) *engine.CellError {
	if p.lowered == c {
		return nil
	}
	code, refusal := p.low.Lower(c)
	if refusal != nil {
		return &engine.CellError{Kind: "refused", Message: refusal.Construct + ": " + refusal.Reason, Cell: refusal.Cell, Line: refusal.Line, Column: refusal.Column}
	}
	p.lowered, p.code = c, code
	return nil
}

// Run runs a cell in the live state. The error is a *host.Fault when the
// process is gone; the result says what the cell did even then.
func (p *process) Run(ctx context.Context, c *source.Cell, stdio Streams) (*engine.RunResult, error) {
	if refusal := p.Refuses(c); refusal != nil {
		return nil, refusal
	}
	p.low.Accept(c)
	out, exit, err := interpreted.Run(ctx, p.host, p.code, p.args, host.Output{Tag: stdio.Tag, Stdin: stdio.Stdin, Stdout: stdio.Stdout, Stderr: stdio.Stderr})
	p.lowered, p.code = nil, nil
	res := &engine.RunResult{Stdout: exit.Stdout, Stderr: exit.Stderr, Value: out.Value, Table: out.Table, Shown: out.Shown, Err: out.Err}
	res.Sample.WallNS = out.RunNS
	res.Notices = append(exit.Notices, out.Notices...)
	if out.Goroutines > 0 && out.Err == nil {
		res.Notices = append(res.Notices, running(out.Goroutines))
	}
	if out.Err != nil && out.Err.Kind == "interrupted" {
		res.Err = interruptedError(out.Err, exit)
	}
	var fault *host.Fault
	switch {
	case errors.As(err, &fault):
		return p.faulted(res, fault, exit, stdio.Tag)
	case err != nil:
		res.Err = &engine.CellError{Kind: "panic", Message: err.Error(), Cell: stdio.Tag}
	}
	return res, nil
}

// running is said of goroutines that a cell leaves behind in numbers.
func running(n int) string {
	if n == 1 {
		return "1 goroutine of this cell is still running"
	}
	return fmt.Sprintf("%d goroutines of this cell are still running", n)
}

// faulted is a call that did not end by itself. When the fault is of an earlier
// cell, whose goroutine ended the process, it is charged to that one.
func (p *process) faulted(res *engine.RunResult, f *host.Fault, exit host.Exit, tag string) (*engine.RunResult, error) {
	res.Err = faultError(f, exit, tag)
	if f.Gone {
		return res, lostError{f, tag}
	}
	return res, nil
}

// lostError says that the process is gone.
type lostError struct {
	*host.Fault
	running string // cell that was asked to run
}

// interruptedError adds what the stacks say: the kernel's view of a wait in a
// compiled call, such as the network.
func interruptedError(e *engine.CellError, exit host.Exit) *engine.CellError {
	waits := waitsFor(exit.Stacks)
	switch {
	case waits == "":
	case e.Message == "interrupted":
		e.Message = "interrupted while it waited for " + waits
	default:
		e.Hint = "it waited for " + waits
	}
	return e
}

func faultError(f *host.Fault, exit host.Exit, tag string) *engine.CellError {
	e := &engine.CellError{Kind: string(f.Kind), Message: f.Message, Cell: tag, Code: f.Code}
	if f.Tag != "" {
		e.Cell = f.Tag
	}
	switch f.Kind {
	case host.Interrupt:
		e.Kind = "interrupted"
		if waits := waitsFor(exit.Stacks); waits != "" {
			e.Message = "interrupted while it waited for " + waits
		}
		e.Hint = "the process of the cells had to be replaced; their state is restored by running them again"
	case host.Signal:
		e.Signal = f.Message
	}
	return e
}

// waitsFor is what the goroutines of the interrupted cell waited for.
func waitsFor(stacks string) string {
	seen := map[string]bool{}
	var out []string
	for _, g := range host.Goroutines(stacks) {
		w := g.WaitsFor()
		if w == "a select" || w == "a channel receive" {
			continue // the interpreter's own; a cell's are known to the interpreter
		}
		if w != "" && g.Tag() != "" && !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}

// Restore defines what a cell defines without running it, and sets variables
// from the graph of a compiled run.
func (p *process) Restore(ctx context.Context, c *source.Cell, graph []byte) error {
	if refusal := p.Refuses(c); refusal != nil {
		return refusal
	}
	p.low.Accept(c)
	err := interpreted.Restore(ctx, p.host, p.code, graph)
	p.lowered, p.code = nil, nil
	return err
}

// Export reads variables as one graph, and where the process is.
func (p *process) Export(ctx context.Context, vars []*types.Var) (out interpreted.Exported, exact bool, err error) {
	var slots []lower.Slot
	for _, v := range vars {
		slot, ok := p.low.SlotOf(v)
		if !ok {
			return out, false, nil
		}
		slots = append(slots, slot)
	}
	out, err = interpreted.Export(ctx, p.host, slots)
	return out, err == nil && len(out.Refused) == 0, err
}

func (p *process) Close() error { return p.host.Close() }

// late takes output that arrived after its cell had ended: it belongs to that
// cell, in the notebook too. It is called from the host's goroutines.
func (s *Session) late(cell, stream string, b []byte) {
	s.lateMu.Lock()
	defer s.lateMu.Unlock()
	s.lateOutput = append(s.lateOutput, lateOutput{cell, stream, string(b)})
	if s.onLate != nil {
		s.onLate(stream, b)
	}
}

// OnLate has show get the output of goroutines whose cell has ended, as it comes
// and from any goroutine; after OnLate(nil) it is not called any more.
func (s *Session) OnLate(show func(stream string, b []byte)) {
	s.lateMu.Lock()
	defer s.lateMu.Unlock()
	s.onLate = show
}

type lateOutput struct{ cell, stream, text string }

// settleLate adds late output to the recorded results of its cells.
func (s *Session) settleLate() {
	s.lateMu.Lock()
	outs := s.lateOutput
	s.lateOutput = nil
	s.lateMu.Unlock()
	for _, o := range outs {
		c := s.book.Find(o.cell)
		if c == nil || c.Result == nil {
			continue
		}
		if o.stream == "stderr" {
			c.Result.Stderr += o.text
		} else {
			c.Result.Stdout += o.text
		}
		c.Record(c.Result)
	}
}
