package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"strings"
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
	if e.failed && p.onlyEvidence() {
		s.measureEnded(ctx, e, p, res, fe)
		return
	}
	m := &measuring{session: s, entry: e, plan: p, res: res, fe: fe, left: newBudget(s.budgetOf(p))}
	before := e.repeats
	if err := m.carryOut(ctx); err != nil {
		m.fail(ctx, err)
	}
	res.EffectsRepeated += m.writes * (e.repeats - before)
	res.Target = s.bestTarget(e, res)
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
	first   string // the answer so far, which stands before what is being done
	writes  int    // outside writes that each run repeats
	once    bool   // asked whether to repeat them, the person wants the one run shown
}

// say shows what is being done, after the answer so far.
func (m *measuring) say(what string) {
	if m.first != "" {
		what = m.first + "; " + what
	}
	m.fe.Progress(what + "…")
}

// carryOut takes the parts of the plan in the order of the ladder: timed runs,
// evidence and verdict, then models.
func (m *measuring) carryOut(ctx context.Context) error {
	if once, err := m.consent(); err != nil || once {
		if m.once && m.timed() {
			m.oneRun()
		}
		return err
	}
	if m.timed() {
		if err := m.timedParts(ctx); err != nil {
			return err
		}
	}
	if m.plan.Grow != nil {
		if err := m.grow(ctx); err != nil {
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
	var writes []outsideWrite
	if m.entry.inputs == nil { // each run replays the slice
		writes = m.session.outside(m.session.slice(m.entry.checked))
	}
	for _, effect := range m.entry.effects {
		writes = append(writes, outsideWrite{m.entry.nb, effect})
	}
	if len(writes) == 0 {
		return false, nil
	}
	first := fmt.Sprintf("%s writes outside (line %d: %s)", m.session.cellName(writes[0].cell), writes[0].Line, writes[0].What)
	allowed, why := m.repeatAllowed(first)
	if allowed {
		m.writes = len(writes)
		return false, nil
	}
	m.res.Notices = append(m.res.Notices, first+": not repeated, so "+why)
	return true, nil
}

// repeatAllowed asks where nothing is settled. why says what follows from a no,
// and how to say yes.
func (m *measuring) repeatAllowed(first string) (yes bool, why string) {
	repeat := cmp.Or(m.plan.Repeat, m.session.cfg.Repeat)
	if repeat != "" {
		return repeat == "yes", "not measured; --repeat yes allows it"
	}
	answer, ok := m.fe.Ask(first + ". Repeat it about 20 times? [y/N/once]")
	switch answer = strings.ToLower(strings.TrimSpace(answer)); {
	case !ok:
		return false, "not measured; --repeat yes allows it"
	case answer == "once":
		m.once = true
		return false, "only the run that was made is shown; answer y to repeat it"
	}
	return answer == "y" || answer == "yes", "not measured; answer y to allow it"
}

// time does the timed runs of the cell as written, or takes them from an
// earlier magic on the same text.
func (m *measuring) time(ctx context.Context) error {
	e := m.entry
	m.answer(e.live())
	if e.bench == nil || e.bench.engine != m.wanted() {
		b, err := m.prepare(ctx)
		if err != nil {
			return err
		}
		left := m.timingBudget()
		if live := e.live(); len(live) > 0 && m.engine.Name() == e.engine && e.runNS > int64(left.left()/2) {
			b.samples = live // longer than there is time for: its one run is known already
		} else if err := b.timed(ctx, left, m.refine); err != nil {
			return err
		}
		e.bench = b
	}
	m.engine = e.bench.engine
	m.summarise()
	return nil
}

// wanted is the engine that this measurement asks for, nil when it cannot be had.
func (m *measuring) wanted() engine.Engine {
	eng, err := m.session.engines.forMeasuring(m.plan.Engine, m.session.cfg.Engine, m.fe)
	if err != nil {
		return nil
	}
	return eng
}

// live is the sample of the session's own run, when it was compiled: the first
// answer. Interpreted figures are another thing.
func (e *entry) live() []measure.Sample {
	if e.engine != "compiled" || e.sample.WallNS == 0 {
		return nil
	}
	return []measure.Sample{e.sample}
}

// answer keeps what these samples tell in a few words.
func (m *measuring) answer(samples []measure.Sample) {
	if len(samples) > 0 {
		m.first = answerOf(samples)
	}
}

// refine shows the answer of the runs so far while the next is made.
func (m *measuring) refine(samples []measure.Sample, next int) {
	m.answer(samples)
	if next == 0 {
		m.say("refining")
		return
	}
	m.say(fmt.Sprintf("run %d of %d", len(samples)+1, next))
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
	got.Engine, got.Start, got.BuildNS = m.engine.Name(), e.bench.start(), e.bench.program.BuildNS()
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
	m.say("building the cell")
	unit := engine.Unit{Slice: m.session.slice(m.entry.checked), Cell: m.entry.checked}
	if err := m.session.mayStart(m.entry, unit.Slice); err != nil {
		return nil, err
	}
	stop := m.session.engines.watch(m.fe, preparingStd)
	begin := time.Now()
	prog, err := eng.Prepare(ctx, unit)
	m.left.pause(begin)
	stop()
	if err != nil {
		return nil, err
	}
	m.res.Notices = append(m.res.Notices, prog.Notices()...)
	spec := m.session.runSpec()
	if eng == m.session.engines.compiled || m.session.unrepeatable(unit.Cell, unit.Slice) != "" {
		m.entry.startOf(&spec)
	}
	return &bench{engine: eng, program: m.counted(prog), spec: spec, alone: len(m.entry.effects) > 0}, nil
}

// runSpec is the start that every measured run has.
func (s *Session) runSpec() engine.RunSpec {
	return engine.RunSpec{Dir: s.cfg.Dir, Env: s.live.env(), MemoryCap: s.cfg.Memory, Args: s.cfg.Args}
}

// witness does the evidence runs, which are never the timed ones: one under the
// execution trace, then CPU profiles until 150 samples or a fifth of the budget.
func (m *measuring) witness(ctx context.Context) error {
	var limit time.Duration
	if took := m.res.Measurement.WallNS.Median; took > int64(m.evidenceTime()) {
		limit = m.evidenceTime() // the first part of the cell has to do
	}
	traced, err := m.traced(ctx, limit)
	if err != nil {
		return err
	}
	cpu := traced.CPUProfile
	if limit == 0 && m.worthProfiles() {
		if cpu, err = m.profile(ctx); err != nil {
			return err
		}
	}
	v, err := m.judge(traced, cpu)
	if err != nil {
		return err
	}
	if m.plan.Profile || m.plan.Classify || len(m.plan.Models) > 0 {
		m.res.Verdict = &v
	}
	return nil
}

// judge makes the evidence of a traced run and the verdict, and keeps both with
// the cell.
func (m *measuring) judge(traced *engine.RunResult, cpu []byte) (v measure.Verdict, err error) {
	e := m.entry
	ended := e.ended
	if traced.Stopped && ended == "" {
		ended = "the evidence run was ended early"
	}
	ev, err := evidence.Analyze(traced.Trace, cpu, evidence.Options{
		Cell: e.nb.ID, Source: m.session.sources(e), Sample: traced.Sample, Cut: traced.TraceCut,
		Stopped: ended, Budget: m.left.share(5),
	})
	if err != nil {
		return v, fmt.Errorf("evidence: %w", err)
	}
	if whole := m.res.Measurement.WallNS.Median; traced.Stopped && traced.Sample.WallNS < whole {
		ev.Facts.Coverage *= float64(traced.Sample.WallNS) / float64(whole)
	}
	if k := traced.Events; k != nil {
		ev.Facts.Counters = &bound.Counters{Cycles: k.Cycles, Instructions: k.Instructions, StalledCycles: k.StalledCycles, CacheMisses: k.CacheMisses}
	}
	e.cpuProfile, e.heapProfile, e.trace = cpu, traced.HeapProfile, keepTrace(traced.Trace, traced.TraceCut)
	in := ev.Input(*m.res.Measurement)
	in.RuledOut, in.Ended = m.session.ruledOut(e, m.res), e.ended
	v = bound.Classify(in)
	v.Of = m.res.Of
	if t := m.session.bestTarget(e, m.res); t != nil && t.Met {
		v.Next = targetMet
	}
	e.keepFacts(&facts{ev, v}, in.Interpreted)
	m.res.Profile = notebook.KeepProfile(cpu, traced.HeapProfile)
	return e.facts.verdict, nil
}

// keepFacts keeps the facts of a measurement. Those of compiled runs are the
// truth; an interpreted verdict is shown beside them when both exist.
func (e *entry) keepFacts(f *facts, interpreted bool) {
	old := e.facts
	switch {
	case old == nil || interpreted == e.isInterpreted:
	case interpreted:
		f.verdict.Compiled = alone(old.verdict)
		bound.KnownCompiled(&f.verdict, old.verdict.Headline)
	default:
		f.verdict.Interpreted = alone(old.verdict)
	}
	e.facts, e.isInterpreted = f, interpreted
}

// alone is a verdict without the one beside it.
func alone(v measure.Verdict) *measure.Verdict {
	v.Interpreted, v.Compiled = nil, nil
	return &v
}

// sources is the text of every cell that ran, by id, and of others.
func (s *Session) sources(more ...*entry) map[string]string {
	out := map[string]string{}
	for _, e := range append(more, s.entries...) {
		out[e.nb.ID] = e.checked.Code
	}
	return out
}
