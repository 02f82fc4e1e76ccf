package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// measureEnded answers %profile and %classify for a cell that did not end by
// itself: a panic, an exit, a limit. Its one run is the measurement; one more
// run, under the instruments and at most as long, is the evidence. The cell's
// own error stays the result's.
func (s *Session) measureEnded(ctx context.Context, e *entry, p *Plan, res *notebook.Result, fe Frontend) {
	if !p.Profile && !p.Classify || res.Status == notebook.Refused {
		return
	}
	m := &measuring{session: s, entry: e, plan: p, res: res, fe: fe, left: newBudget(s.budgetOf(p))}
	m.oneRun()
	v := m.endedVerdict(ctx)
	v.Of = res.Of
	res.Verdict = &v
}

// howEnded is the end of a run as a part of a sentence.
func howEnded(res *notebook.Result) string {
	switch {
	case res.Status == notebook.Interrupted:
		return "it was interrupted"
	case res.Status == notebook.TimedOut:
		return "it was stopped by its time limit"
	case res.Error == nil:
		return "it did not end by itself"
	}
	switch e := res.Error; e.Kind {
	case "panic":
		return "it ended by a panic"
	case "exit":
		return fmt.Sprintf("it ended by os.Exit(%d)", e.Code)
	case "memory":
		return "it was stopped by its memory cap"
	case "signal":
		return "it ended by a signal"
	}
	return "it ended with an error"
}

// oneRun makes the measurement of the run that the session made.
func (m *measuring) oneRun() {
	e := m.entry
	sample := e.sample
	if sample.WallNS == 0 {
		sample.WallNS = e.runNS
	}
	m.one(sample, e.engine)
}

// one makes the measurement of a single run.
func (m *measuring) one(sample measure.Sample, engine string) {
	got := measure.Summarise([]measure.Sample{sample}, 0)
	got.Engine, got.Start, got.Of = engine, "process", m.res.Of
	m.res.Measurement, m.res.Engine = &got, engine
}

// endedVerdict is the verdict of the evidence run, or an unclear one when there
// could be none: the cell may not be repeated, the user wants it to stop, or its
// process took the evidence with it again.
func (m *measuring) endedVerdict(ctx context.Context) measure.Verdict {
	unclear := bound.Input{Measurement: *m.res.Measurement, Ended: m.entry.ended}
	if once, err := m.consent(); err != nil || once || ctx.Err() != nil || m.res.Status == notebook.Interrupted {
		return bound.Classify(unclear)
	}
	v, err := m.endedEvidence(ctx)
	if err != nil {
		return bound.Classify(unclear)
	}
	return v
}

// endedEvidence runs the cell again with every instrument. A process that was
// lost is stopped before the moment at which it was.
func (m *measuring) endedEvidence(ctx context.Context) (v measure.Verdict, err error) {
	b, err := m.prepare(ctx)
	if err != nil {
		return v, err
	}
	m.entry.bench = b
	defer func() { m.entry.bench = nil }()
	took := time.Duration(m.res.Measurement.WallNS.Median)
	limits := []time.Duration{max(2*took, time.Second)}
	if m.entry.sample.WallNS == 0 { // what is known of its life holds its start, too
		limits = []time.Duration{took * 6 / 10, took / 4, took / 12}
	}
	var traced *engine.RunResult
	for _, limit := range limits {
		if traced, err = m.within(ctx, min(limit, m.evidenceTime())); err == nil {
			break
		}
	}
	if err != nil {
		return v, err
	}
	if m.engine.Name() != m.entry.engine { // the session's own run was interpreted: another thing
		m.one(traced.Sample, m.engine.Name())
	}
	return m.judge(traced, traced.CPUProfile)
}

// within is traced with a limit that holds in every engine. The interpreter cannot
// keep what it saw of a run that is ended: nothing comes of that.
func (m *measuring) within(ctx context.Context, limit time.Duration) (*engine.RunResult, error) {
	if m.engine.Name() != "compiled" {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, limit)
		defer stop()
	}
	return m.traced(ctx, limit)
}

// evidenceTime is the longest that one evidence run may last.
func (m *measuring) evidenceTime() time.Duration {
	return max(m.left.left()*3/4, leastEvidence)
}

// leastEvidence is worth its time whatever the budget says.
const leastEvidence = 2 * time.Second

// traced is one run under the execution trace, with the CPU profile beside it
// and ended after limit when that is not 0.
func (m *measuring) traced(ctx context.Context, limit time.Duration) (*engine.RunResult, error) {
	b := m.entry.bench
	m.say("finding the lines")
	spec := b.spec
	spec.Turns, spec.Trace, spec.HeapProfile, spec.Counters = 0, true, true, true
	spec.Values = engine.ValuesNone
	if limit > 0 {
		spec.CPUProfile, spec.For = true, limit
	}
	run, err := b.program.Run(ctx, spec)
	if err == nil && len(run.Trace) == 0 && run.Err != nil {
		err = run.Err
	}
	if err == nil {
		err = fatal(run)
	}
	return run, err
}
