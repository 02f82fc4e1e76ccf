package runtime

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"time"

	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// facts are what evidence runs told of a cell.
type facts struct {
	evidence *evidence.Evidence
	verdict  measure.Verdict
}

// measureEntry carries out the measuring part of a plan on a cell that ran.
func (s *Session) measureEntry(ctx context.Context, e *entry, p *Plan, res *notebook.Result, fe Frontend) {
	if !p.Measures() {
		res.Target = s.targetOf(res.ID, e.runNS, asWritten)
		return
	}
	m := &measuring{session: s, entry: e, plan: p, res: res, fe: fe, left: newBudget(s.budgetOf(p))}
	if err := m.carryOut(ctx); err != nil {
		m.fail(ctx, err)
	}
}

func (s *Session) budgetOf(p *Plan) time.Duration {
	if p.Budget > 0 {
		return p.Budget
	}
	return s.cfg.Budget
}

// measuring is one plan being carried out on one cell.
type measuring struct {
	session *Session
	entry   *entry
	plan    *Plan
	res     *notebook.Result
	fe      Frontend
	left    budget
	engine  engine.Engine
}

// carryOut takes the parts of the plan in the order of the ladder: timed runs,
// evidence and verdict, then models.
func (m *measuring) carryOut(ctx context.Context) error {
	if once, err := m.consent(); err != nil || once {
		return err
	}
	if m.timed() {
		if err := m.timedParts(ctx); err != nil {
			return err
		}
	}
	if m.plan.Memory {
		if err := m.memory(ctx); err != nil {
			return err
		}
	}
	if m.plan.Race {
		if err := m.race(ctx); err != nil {
			return err
		}
	}
	if m.plan.Code {
		return m.code()
	}
	return nil
}

// timedParts are those that stand on timed runs.
func (m *measuring) timedParts(ctx context.Context) error {
	if err := m.time(ctx); err != nil {
		return err
	}
	if m.wantsEvidence() {
		if err := m.witness(ctx); err != nil {
			return err
		}
	}
	if len(m.plan.Models) > 0 {
		if err := m.compare(ctx); err != nil {
			return err
		}
	}
	if m.plan.Curve {
		return m.curve(ctx)
	}
	return nil
}

// timed tells whether the plan needs timed runs.
func (m *measuring) timed() bool {
	p := m.plan
	return p.Timeit || p.Profile || p.Classify || len(p.Models) > 0 || p.Curve
}

// wantsEvidence: a model on an unmeasured cell measures and forecasts first.
func (m *measuring) wantsEvidence() bool {
	return m.plan.Profile || m.plan.Classify || (len(m.plan.Models) > 0 || m.plan.Curve) && m.entry.facts == nil
}

// fail turns what stopped the measuring into words. The live run and what was
// measured before stay.
func (m *measuring) fail(ctx context.Context, err error) {
	var cell *engine.CellError
	switch {
	case interrupted(ctx):
		m.res.Status = notebook.Interrupted
		m.res.Error = &measure.CellError{Kind: "interrupted", Message: "interrupted while measuring; the session is as it was", Cell: m.entry.nb.ID}
	case errors.As(err, &cell):
		m.res.Error, m.res.Status = cell, statusOf(cell.Kind)
	default:
		m.res.Status = notebook.Failed
		m.res.Error = &measure.CellError{Kind: "crash", Message: err.Error(), Cell: m.entry.nb.ID}
	}
}

// consent asks before outside writes are repeated. once means that the cell is
// not to be run again.
func (m *measuring) consent() (once bool, err error) {
	if len(m.entry.effects) == 0 {
		return false, nil
	}
	first := m.entry.effects[0]
	if m.repeatAllowed(first.Line, first.What) {
		m.res.EffectsRepeated = len(m.entry.effects)
		return false, nil
	}
	m.res.Notices = append(m.res.Notices, fmt.Sprintf(
		"%s writes outside (line %d: %s): not repeated, so not measured; --repeat yes allows it", m.session.cellName(m.entry.nb), first.Line, first.What))
	return true, nil
}

func (m *measuring) repeatAllowed(line int, what string) bool {
	repeat := m.plan.Repeat
	if repeat == "" {
		repeat = m.session.cfg.Repeat
	}
	if repeat != "" {
		return repeat == "yes"
	}
	answer, ok := m.fe.Ask(fmt.Sprintf("%s writes outside (line %d: %s). Repeat it about 20 times? [y/N/once]", m.session.cellName(m.entry.nb), line, what))
	return ok && (answer == "y" || answer == "Y" || answer == "yes")
}

// time does the timed runs of the cell as written, or takes them from an
// earlier magic on the same text.
func (m *measuring) time(ctx context.Context) error {
	e := m.entry
	if e.bench == nil {
		b, err := m.prepare(ctx)
		if err != nil {
			return err
		}
		first := func(r *engine.RunResult) { m.fe.Progress(firstAnswer(r)) }
		if err := b.timed(ctx, m.timingBudget(), first); err != nil {
			return err
		}
		e.bench = b
	}
	m.engine = e.bench.engine
	m.summarise()
	return nil
}

// timingBudget is what the timed runs of the cell alone may cost. When models
// follow, their rounds hold the cell as written too, and need most of the time.
func (m *measuring) timingBudget() budget {
	if len(m.plan.Models) == 0 && !m.plan.Curve {
		return newBudget(m.left.left() * 3 / 4)
	}
	return newBudget(m.left.share(6))
}

// summarise makes the measurement from the timed runs of the cell as written.
func (m *measuring) summarise() {
	e := m.entry
	got := measure.Summarise(e.bench.samples, goruntime.NumCPU())
	got.Engine, got.Start, got.BuildNS = m.engine.Name(), "process", e.bench.program.BuildNS()
	got.Of = m.res.Of
	if e.facts != nil {
		got.BackgroundCPUNS = e.facts.evidence.BackgroundNS
	}
	m.res.Measurement = &got
	m.res.Engine = got.Engine
	m.res.Target = m.session.targetOf(e.nb.ID, got.WallNS.Median, asWritten)
}

// prepare builds the cell for the engine that measures.
func (m *measuring) prepare(ctx context.Context) (*bench, error) {
	eng, err := m.session.engines.forMeasuring(m.plan.Engine, m.session.cfg.Engine, m.fe)
	if err != nil {
		return nil, err
	}
	m.engine = eng
	m.fe.Progress("building the cell")
	unit := engine.Unit{Slice: m.session.slice(m.entry.checked), Cell: m.entry.checked}
	prog, err := eng.Prepare(ctx, unit)
	if err != nil {
		return nil, err
	}
	m.res.Notices = append(m.res.Notices, prog.Notices()...)
	return &bench{engine: eng, program: prog, spec: m.session.runSpec()}, nil
}

// runSpec is the start that every measured run has.
func (s *Session) runSpec() engine.RunSpec {
	return engine.RunSpec{Dir: s.cfg.Dir, Env: s.live.env(), MemoryCap: s.cfg.Memory, Args: s.cfg.Args}
}

// witness does the evidence runs, which are never the timed ones: one under the
// execution trace, then CPU profiles until 150 samples or a fifth of the budget.
func (m *measuring) witness(ctx context.Context) error {
	b := m.entry.bench
	m.fe.Progress("looking where the time goes")
	spec := b.spec
	spec.Turns, spec.Trace, spec.HeapProfile = 0, true, true
	spec.Values = engine.ValuesNone
	traced, err := b.program.Run(ctx, spec)
	if err != nil {
		return err
	}
	if err := fatal(traced); err != nil {
		return err
	}
	cpu, err := m.profile(ctx)
	if err != nil {
		return err
	}
	ev, err := evidence.Analyze(traced.Trace, cpu, evidence.Options{
		Cell: m.entry.nb.ID, Source: m.session.sources(), Sample: traced.Sample, Cut: traced.TraceCut,
		Budget: m.left.share(5),
	})
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	m.entry.cpuProfile, m.entry.heapProfile, m.entry.trace = cpu, traced.HeapProfile, keepTrace(traced.Trace, traced.TraceCut)
	in := ev.Input(*m.res.Measurement)
	in.RuledOut = m.session.ruledOut()
	v := bound.Classify(in)
	v.Of = m.res.Of
	m.entry.facts = &facts{ev, v}
	if m.plan.Profile || m.plan.Classify || len(m.plan.Models) > 0 {
		m.res.Verdict = &v
	}
	m.res.Profile = notebook.KeepProfile(cpu, traced.HeapProfile)
	return nil
}

// sources is the text of every cell that ran, by id.
func (s *Session) sources() map[string]string {
	out := map[string]string{}
	for _, e := range s.entries {
		out[e.nb.ID] = e.checked.Code
	}
	return out
}
