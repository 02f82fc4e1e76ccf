package runtime

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
)

// runCode checks a cell, runs it once in the live session and carries out the
// rest of its plan.
func (s *Session) runCode(ctx context.Context, cell *notebook.Cell, magics []source.Magic, code string, fe Frontend) *notebook.Result {
	index := s.book.Index(cell)
	res := notebook.NewResult(cell.ID, index)
	res.Magics = names(magics)
	var p Plan
	if err := s.edits(&p, magics); err != nil {
		res.Status, res.Error = notebook.Refused, &measure.CellError{Kind: "usage", Message: err.Error(), Cell: cell.ID}
		return res
	}
	s.changedPkg.look(s.modules)
	checked, errs := s.check(source.Text{ID: cell.ID, Index: index, Code: code, File: s.scriptFile()})
	if len(errs) > 0 {
		s.changedPkg.hint(s.modules, errs)
		compileError(res, errs)
		return res
	}
	res.Notices = append(res.Notices, checked.Notices...)
	res.Notices = append(res.Notices, s.changedPkg.notices(s.modules, checked)...)
	e := &entry{nb: cell, checked: checked, index: index, effects: checked.Effects()}
	s.runLive(ctx, e, &p, res, fe)
	if e.engine == "" {
		return res // nothing ran
	}
	if e.failed = res.Failed(); e.failed {
		e.ended = howEnded(res)
	}
	if res.Status == notebook.Crashed {
		s.measureEnded(ctx, e, &p, res, fe)
		return res // its process is gone, and with it what it defined
	}
	if e.failed && e.engine == "compiled" {
		s.remember(e) // its process took along what it did: the session is as it was before
	} else {
		s.accept(e)
	}
	if e.failed && e.engine == "interpreted" {
		s.failures[checked] = &failed{cell, e.ended, res.Status == notebook.Interrupted || res.Status == notebook.TimedOut}
	}
	if e.failed {
		s.measureEnded(ctx, e, &p, res, fe)
		return res
	}
	s.measureEntry(ctx, e, &p, res, fe)
	return res
}

// scriptFile is the path of the script that is the session's whole document, or "".
func (s *Session) scriptFile() string {
	if filepath.Ext(s.path) != ".go" || len(s.book.CodeCells()) != 1 {
		return ""
	}
	return s.path
}

// check checks a text in the scope of the session.
func (s *Session) check(t source.Text) (*source.Cell, source.Errors) {
	s.scope.Pending(s.pending)
	return s.scope.Check(t)
}

// pending names the cell of the notebook that would define a name, had it run.
func (s *Session) pending(name string) (string, bool) {
	for _, c := range s.book.CodeCells() {
		if s.entryOf(c) != nil {
			continue
		}
		if _, code, err := s.split(c.Code()); err == nil && declares(code, name) {
			return fmt.Sprintf("cell %d", s.book.Index(c)), true
		}
	}
	return "", false
}

// compileError reports the front end's errors: the first is the error, all
// stand in its message.
func compileError(res *notebook.Result, errs source.Errors) {
	res.Status = notebook.Failed
	first := errs[0]
	var lines []string
	for _, e := range errs {
		place := fmt.Sprintf("%d:%d", e.Line, e.Column)
		if e.Cell != "" && e.Cell != res.ID {
			place = e.Cell + ":" + place
		}
		lines = append(lines, place+": "+e.Message)
	}
	res.Error = &measure.CellError{Kind: "compile", Message: first.Message, Cell: res.ID, Line: first.Line, Column: first.Column, Hint: first.Hint}
	if len(errs) > 1 {
		res.Error.Message = strings.Join(lines, "\n")
	}
}

// accept makes the definitions of a cell that ran the session's.
func (s *Session) accept(e *entry) {
	s.scope.Accept(e.checked)
	s.remember(e)
}

// remember makes a cell one that ran, whatever it left.
func (s *Session) remember(e *entry) {
	if old := s.entryOf(e.nb); old != nil {
		s.forget(old)
	}
	s.entries = append(s.entries, e)
}

func (s *Session) forget(old *entry) {
	for i, e := range s.entries {
		if e == old {
			s.entries = append(s.entries[:i], s.entries[i+1:]...)
			return
		}
	}
}

// runLive runs a checked cell once, for the session's state and its recorded
// output.
func (s *Session) runLive(ctx context.Context, e *entry, p *Plan, res *notebook.Result, fe Frontend) {
	want := p.Engine
	if want == "" {
		want = s.cfg.Engine
	}
	if s.cfg.Timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, s.cfg.Timeout, errTimeout)
		defer stop()
	}
	if want == "auto" && (p.Measures() || p.Time || s.profile || e.checked.Script) && s.engines.compiled != nil {
		// What is measured runs compiled from its first run on: interpreted it
		// could take a thousand times as long. So does a script, which shares no
		// variables with the session.
		want = compiledElseAuto
	}
	begin := time.Now()
	run, err := s.live.exec(ctx, e, want, fe)
	e.runNS = int64(time.Since(begin))
	if run != nil && run.Sample.WallNS > 0 {
		e.runNS = run.Sample.WallNS
		e.sample = run.Sample
	}
	s.report(ctx, e, run, err, res)
	res.RunNS = e.runNS
	if p.Engine == "compiled" && !p.Measures() && run != nil && run.Err == nil && err == nil {
		s.bothTimes(ctx, e, run.Sample, res, fe)
	}
	if p.Time && run != nil {
		res.Notices = append(res.Notices, timeLine(run.Sample, e.engine))
	}
	if s.profile && run != nil && !p.Measures() {
		res.Notices = append(res.Notices, profileLine(run.Sample, e.engine))
	}
}

// errTimeout tells a cap on time from an interrupt.
var errTimeout = errors.New("timeout")

// report fills a result from a live run.
func (s *Session) report(ctx context.Context, e *entry, run *engine.RunResult, err error, res *notebook.Result) {
	res.Engine, res.LiveRun, res.EffectsRepeated = e.engine, e.engine, e.repeated
	if run != nil {
		res.SetStdout(run.Stdout.Head, run.Stdout.Tail, run.Stdout.Total)
		res.SetStderr(run.Stderr.Head, run.Stderr.Tail, run.Stderr.Total)
		res.Value, res.Rich = run.Value, notebook.Displayed(run.Shown, run.Table, run.Value)
		res.Notices = append(res.Notices, run.Notices...)
		if run.Err != nil {
			res.Error = run.Err
			res.Status = statusOf(run.Err.Kind)
		}
		if run.Err != nil && e.checked.Script && run.Err.Kind == "exit" && run.Err.Code == 0 {
			res.Error, res.Status = nil, notebook.OK // a script may say so itself
		}
	}
	var refusal *engine.CellError
	switch {
	case errors.As(err, &refusal):
		res.Error, res.Status = refusal, statusOf(refusal.Kind)
	case err != nil:
		res.Error = &measure.CellError{Kind: "crash", Message: err.Error(), Cell: res.ID}
		res.Status = notebook.Crashed
	}
	if res.Failed() && errors.Is(context.Cause(ctx), errTimeout) {
		res.Status = notebook.TimedOut
		res.Error = &measure.CellError{Kind: "timeout", Message: "stopped after " + s.cfg.Timeout.String() + " (--timeout)", Cell: res.ID}
	}
}

// statusOf is the status of a cell that ended with an error of a kind.
func statusOf(kind string) notebook.Status {
	switch kind {
	case "refused", "usage":
		return notebook.Refused
	case "interrupted":
		return notebook.Interrupted
	case "timeout":
		return notebook.TimedOut
	case "signal", "memory", "fatal", "stack", "lost", "crash":
		return notebook.Crashed
	}
	return notebook.Failed
}

// timeLine is what %time says of one run. Of an interpreted run only the wall
// time is known: its CPU time is the interpreter's.
func timeLine(s measure.Sample, engine string) string {
	if engine == "interpreted" {
		return measure.Duration(s.WallNS) + " wall · one run, interpreted"
	}
	return fmt.Sprintf("%s wall · %s CPU (%s user, %s system) · one run, %s", measure.Duration(s.WallNS),
		measure.Duration(s.CPUNS()), measure.Duration(s.UserNS), measure.Duration(s.SystemNS), engine)
}

// profileLine ends every cell while %profile is on. The time in which the cell
// could run and the machine ran other programs is neither waiting nor computing.
func profileLine(s measure.Sample, engine string) string {
	if engine == "interpreted" {
		return measure.Duration(s.WallNS) + " · interpreted · %profile"
	}
	kind := "mostly computing"
	if 2*(s.CPUNS()+s.ChildNS) < s.WallNS-s.RunDelayNS {
		kind = "mostly waiting"
	}
	return fmt.Sprintf("%s · CPU %s · %s · %s · %%profile", measure.Duration(s.WallNS), measure.Duration(s.CPUNS()), measure.Bytes(s.AllocBytes), kind)
}
