package runtime

import (
	"context"
	"fmt"
	goruntime "runtime"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
)

func curveMagic() Magic {
	return Magic{
		Name: "curve", Group: "model", Usage: "%curve [CELL]",
		Summary: "speedup over 1..N workers, or tasks in flight",
		Help: "For a cell that mostly computes the curve is over workers, for one that mostly\n" +
			"waits over tasks in flight on one worker. The ceiling is what must stay in order.",
		Example: "sums := make([]int, 8)\nfor i := range sums { for j := range 1_000_000 { sums[i] += j % (i + 2) } }\n%curve",
		Edit:    func(p *Plan, _ string) error { p.Curve = true; return nil },
	}
}

// curve measures the tasks of the cell at growing numbers of workers or of tasks
// in flight, in interleaved rounds with the cell as written.
func (m *measuring) curve(ctx context.Context) error {
	t, refusal := m.findTasks()
	if refusal != nil {
		m.res.Refused = refusal
		return nil
	}
	rewritten, err := m.tasksProgram(ctx, t)
	if err != nil {
		return err
	}
	base := m.entry.bench
	vs := []*variant{newVariant(base.program, base.spec, ModelWish{Model: asWritten})}
	probe := newVariant(rewritten, base.spec, ModelWish{Model: concurrent, Limit: 1})
	try, err := m.tryTasks(ctx, probe)
	if err != nil {
		return err
	}
	over := "workers"
	if waitingShare(m.entry.verdict()) > 0.5 {
		over = "limit"
	}
	for _, w := range curvePoints(over, try.count) {
		vs = append(vs, newVariant(rewritten, base.spec, w))
	}
	if err := rounds(ctx, vs, m.left, m.fe); err != nil {
		return err
	}
	m.res.Curve = &measure.Curve{Of: m.res.Of, Over: over}
	for _, v := range vs[1:] {
		m.res.Curve.Points = append(m.res.Curve.Points, v.row(vs[0].samples, false))
	}
	m.res.Curve.Ceiling = ceiling(try, vs[0])
	m.res.Curve.Note = curveNote(m.res.Curve)
	return nil
}

// curvePoints are the settings of a curve: every number of workers up to eight
// and then doubling, or limits doubling up to the number of tasks.
func curvePoints(over string, tasks int) []ModelWish {
	var out []ModelWish
	if over == "workers" {
		n := goruntime.NumCPU()
		for w := 1; w <= n; w++ {
			if w <= 8 || w == n || w&(w-1) == 0 {
				out = append(out, ModelWish{Model: parallel, Workers: w, Limit: max(w, min(tasks, 2*w))})
			}
		}
		return out
	}
	for limit := 1; ; limit = min(2*limit, tasks) {
		out = append(out, ModelWish{Model: concurrent, Limit: limit})
		if limit >= tasks || len(out) == 8 {
			return out
		}
	}
}

// ceiling is Amdahl's bound from the part that stays in order; 0 when that is
// next to nothing.
func ceiling(try *trial, base *variant) float64 {
	wall := measure.Summary(measure.Walls(base.samples)).Median
	if len(try.tasks) == 0 || wall <= 0 || try.serialNS*1000 < wall {
		return 0
	}
	return float64(wall) / float64(min(try.serialNS, wall))
}

// curveNote says where the curve ends to rise, and what it cannot exceed.
func curveNote(c *measure.Curve) string {
	of := func(p *measure.Column) string {
		if c.Over == "limit" {
			return fmt.Sprintf("%d in flight", p.Limit)
		}
		return plural(p.Workers, "worker")
	}
	best := &c.Points[0]
	for i := range c.Points {
		if p := &c.Points[i]; p.Speedup.Median >= enoughGain*best.Speedup.Median {
			best = p
		}
	}
	note := fmt.Sprintf("More than %s gains nothing here.", of(best))
	if best == &c.Points[len(c.Points)-1] {
		note = fmt.Sprintf("It rises as far as %s.", of(best))
	}
	switch {
	case len(c.Points) < 2:
		note = ""
	case c.Points[0].Runs < 6:
		note = fmt.Sprintf("%s each: nothing can be claimed (--budget allows more).", plural(c.Points[0].Runs, "run"))
	case best.Speedup.Median < 1.05:
		note = "No number of them gains anything here."
	}
	if c.Ceiling > 0 {
		note += fmt.Sprintf(" %s stays in order: nothing can give more than %s.", measure.Percent(1/c.Ceiling), measure.Times(c.Ceiling))
	}
	return strings.TrimSpace(note)
}
