package runtime

import (
	"context"
	"fmt"
	goruntime "runtime"
	"slices"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/loop"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
)

// tasks are what a model runs: the turns of a rewritten loop, or the calls of
// lab.Each, lab.Map and lab.Go in the cell as it stands.
type tasks struct {
	kind   string // "loop", "lab.Each", …
	plan   *loop.Plan
	cell   *source.Cell // rewritten, or the cell itself
	source string       // for %code
}

// findTasks finds the tasks of a cell, or why no model applies.
func (m *measuring) findTasks() (*tasks, *measure.Refusal) {
	c := m.entry.checked
	if kind := labTasks(c); kind != "" {
		return &tasks{kind: kind, cell: c}, nil
	}
	plan, refusal := loop.Analyze(c, m.session.earlier(m.entry))
	if refusal != nil {
		return nil, refusal
	}
	rewritten, errs := m.session.checkRewritten(c, plan.Rewrite())
	if len(errs) > 0 {
		return nil, &measure.Refusal{Cell: c.ID, Reason: "the rewritten loop does not compile; this is a bug of lapbook: " + errs[0].Message}
	}
	return &tasks{kind: "loop", plan: plan, cell: rewritten, source: plan.Code()}, nil
}

// compare runs the cell as written and under each model of the plan.
func (m *measuring) compare(ctx context.Context) error {
	t, refusal := m.findTasks()
	if refusal != nil {
		m.res.Refused = refusal
		return nil
	}
	m.forecastFirst()
	above := m.goOn()
	vs, err := m.variants(ctx, t)
	if err != nil {
		return err
	}
	try, err := m.tryTasks(ctx, vs[len(vs)-1])
	if err != nil {
		return err
	}
	for _, v := range vs[1:] {
		v.spec.Limit = min(v.spec.Limit, try.count)
		if err := searchLimit(ctx, v, try, m.left, m.fe); err != nil {
			return err
		}
		m.predict(v, try)
	}
	if err := rounds(ctx, vs, m.left, m.fe); err != nil {
		return err
	}
	m.entry.bench.samples = vs[0].samples
	before := m.res.Measurement.Doubts
	m.summarise()
	m.renewDoubts(before)
	if err := m.watchRows(ctx, vs, try); err != nil {
		return err
	}
	ref, err := m.reference(ctx, vs)
	if err != nil {
		return err
	}
	m.res.Comparison = m.comparison(t, vs, try, ref, above)
	m.entry.compared = m.res.Comparison
	return nil
}

// goOn lets the models that an earlier magic compared on this very text run
// again, beside those asked for now: rows of one table must come from the same
// rounds. It returns that earlier answer, nil when there is none to go on from.
func (m *measuring) goOn() *measure.Comparison {
	above := m.entry.compared
	if above == nil {
		return nil
	}
	var again []ModelWish
	for _, c := range above.Columns {
		switch {
		case c.Model == asWritten || c.Model == oneWorker:
		case m.plan.asksFor(c.Model):
			return nil // the answer anew
		default:
			again = append(again, ModelWish{Model: c.Model, Limit: c.Limit, Workers: c.Workers})
		}
	}
	m.plan.Models = append(again, m.plan.Models...)
	return above
}

// asksFor tells whether a model is among the wishes.
func (p *Plan) asksFor(model string) bool {
	return slices.ContainsFunc(p.Models, func(w ModelWish) bool { return w.Model == model })
}

// variants are the rows: as written first, then the models in the order of the
// table. When helpers of the cell as written use more than 5% of its CPU, the
// row "as written, 1 worker" is what concurrent is judged against.
func (m *measuring) variants(ctx context.Context, t *tasks) ([]*variant, error) {
	base := m.entry.bench
	rewritten, err := m.tasksProgram(ctx, t)
	if err != nil {
		return nil, err
	}
	vs := []*variant{newVariant(base.program, base.spec, ModelWish{Model: asWritten})}
	vs[0].tookNS = m.res.Measurement.WallNS.Median
	if m.helpersBusy() {
		vs = append(vs, newVariant(base.program, base.spec, ModelWish{Model: oneWorker}))
	}
	for _, w := range m.plan.Models {
		v := newVariant(rewritten, base.spec, w)
		v.patience = max(leastPatience, morePatience*time.Duration(vs[0].tookNS))
		vs = append(vs, v)
	}
	return vs, nil
}

// tasksProgram is the program that runs the tasks under a model.
func (m *measuring) tasksProgram(ctx context.Context, t *tasks) (engine.Program, error) {
	if t.plan == nil {
		return m.entry.bench.program, nil
	}
	begin := time.Now()
	defer func() { m.left.pause(begin) }()
	p, err := m.engine.Prepare(ctx, engine.Unit{Slice: m.session.slice(m.entry.checked), Cell: t.cell})
	if err != nil {
		return nil, fmt.Errorf("the rewritten cell does not build; this is a bug of lapbook: %w", err)
	}
	return m.counted(p), nil
}

// helpersBusy tells whether collector or other goroutines than the cell's use
// more than 5% of its CPU as written.
func (m *measuring) helpersBusy() bool {
	meas := m.res.Measurement
	if meas == nil || meas.CPUNS.Median == 0 {
		return false
	}
	return float64(meas.GCCPUNS) > 0.05*float64(meas.CPUNS.Median)
}

// leastReference is how many runs as written tell a part of the result that
// changes by itself from one that a model changed.
const leastReference = 3

// reference is what all runs as written agree on, those before the rounds
// included. Where one of a model seems to differ and they are few, there are more.
func (m *measuring) reference(ctx context.Context, vs []*variant) (*reference, error) {
	runs := vs[0].results
	if b := m.entry.bench; b.spec.Turns <= 1 {
		runs = append(slices.Clone(runs), b.results...)
	}
	ref := newReference(runs)
	differs := func(v *variant) bool {
		return slices.ContainsFunc(v.results, func(r *engine.RunResult) bool { return ref.difference(r) != "" })
	}
	for n := len(runs); n < leastReference && slices.ContainsFunc(vs[1:], differs); n++ {
		res, err := vs[0].program.Run(ctx, vs[0].spec)
		if err != nil {
			return nil, err
		}
		ref.compareRuns(res)
	}
	return ref, nil
}

// comparison makes the table.
func (m *measuring) comparison(t *tasks, vs []*variant, try *trial, ref *reference, above *measure.Comparison) *measure.Comparison {
	c := &measure.Comparison{Of: m.res.Of, Tasks: try.count, TaskKind: t.kind, Source: t.source, Unstable: ref.parts, Above: above}
	if t.plan != nil {
		split := t.plan.Split
		c.Loop = &split
		c.Notes = append(c.Notes, t.plan.Notes...)
	}
	same := true
	for i, v := range vs {
		row := v.row(vs[0].samples, i == 0)
		if i > 0 {
			row.Notes = append(row.Notes, missedBy(&row, &c.Columns[0], m.res.Measurement.EffectiveCores, try, v.saw)...)
		}
		if v.saw.timeline != nil {
			c.Timelines = append(c.Timelines, *v.saw.timeline)
		}
		c.Columns = append(c.Columns, row)
		for _, r := range v.results {
			if d := ref.difference(r); i > 0 && d != "" && same {
				same = false
				c.Difference = v.column.Model + ": " + d
			}
		}
	}
	if ref.stable() || !same {
		c.SameResult = &same
	}
	if wall := vs[0].column.WallNS.Median; wall > 0 && len(try.tasks) > 0 {
		c.Ordered = min(1, float64(try.serialNS)/float64(wall))
	}
	c.OverheadNS = overhead(vs, try.count)
	c.Conclusion = conclude(c, m.entry.verdict(), m.session.target)
	if c.Conclusion != targetMet {
		waiting := waitingShareOf(m.entry.verdict())
		for _, more := range []string{whyNotMore(c, waiting, try), tooMany(c, waiting, vs, try)} {
			c.Conclusion += strings.TrimSuffix(" "+more, " ")
		}
	}
	return c
}

// overhead is what it costs to hand a task over: the CPU of the last row beyond
// that of the cell as written, by task; 0 where they do not differ significantly.
func overhead(vs []*variant, tasks int) int64 {
	base, row := measure.CPUs(vs[0].samples), measure.CPUs(vs[len(vs)-1].samples)
	if differs, _ := measure.Differ(base, row); !differs {
		return 0
	}
	return max(0, (measure.Summary(row).Median-measure.Summary(base).Median)/int64(max(1, tasks)))
}

// row is the finished row of a variant.
func (v *variant) row(base []measure.Sample, first bool) measure.Column {
	v.column.Procs, v.column.Limit, v.column.Workers = v.spec.Procs, v.spec.Limit, v.spec.Workers
	if v.spec.Procs == 0 {
		v.column.Procs = goruntime.GOMAXPROCS(0) // Go's default, which the run has too
	}
	if first {
		return v.column.Summarised(v.samples, nil)
	}
	col := v.column.Summarised(v.samples, base)
	if v.spec.Procs == 1 && float64(col.CPUNS.Median) > 1.05*float64(col.WallNS.Median) {
		col.Notes = append(col.Notes, "system calls, cgo or children ran beside the one worker")
	}
	return col
}

// predict forecasts a row before it runs, from the tasks as they ran one after
// the other.
func (m *measuring) predict(v *variant, try *trial) {
	if v.column.Model == oneWorker || len(try.tasks) == 0 {
		return
	}
	cores := 1.0
	if v.spec.Workers > 1 {
		cores = max(1, min(float64(v.spec.Workers), m.res.Measurement.EffectiveCores))
	}
	ns := evidence.Forecast(try.inFlight(v.spec.Limit), evidence.Model{Workers: v.spec.Workers, Limit: v.spec.Limit, Cores: cores, Serial: try.serialNS})
	v.column.PredictedWallNS = &ns
}

// renewDoubts puts what the rounds raise doubts of in the place of the doubts that
// the timed runs before them raised.
func (m *measuring) renewDoubts(before []string) {
	for _, v := range []*measure.Verdict{m.entry.verdict(), m.res.Verdict} {
		if v == nil {
			continue
		}
		was := func(d string) bool { return slices.Contains(before, d) }
		at := slices.IndexFunc(v.Doubts, was)
		rest := slices.DeleteFunc(slices.Clone(v.Doubts), was)
		if at < 0 {
			at = len(rest)
		}
		now := slices.DeleteFunc(slices.Clone(m.res.Measurement.Doubts), func(d string) bool { return slices.Contains(rest, d) })
		v.Doubts = slices.Insert(rest, at, now...)
	}
}

func waitingShareOf(v *measure.Verdict) float64 {
	if v == nil {
		return 0
	}
	return waitingShare(v)
}

func (e *entry) verdict() *measure.Verdict {
	if e.facts == nil {
		return nil
	}
	return &e.facts.verdict
}
