package runtime

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
)

const labPath = "github.com/lapbook/lapbook/stdlib/lab"

// labTasks names the call of lab that makes a cell's tasks: "lab.Each",
// "lab.Map" or "lab.Go"; "" when the cell makes none itself.
func labTasks(c *source.Cell) string {
	found := ""
	see := func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := c.Info.Uses[id]
		if obj == nil || obj.Pkg() == nil || obj.Pkg().Path() != labPath {
			return true
		}
		switch obj.Name() {
		case "Each", "EachN", "Map", "MapN", "Go":
			found = "lab." + obj.Name()
		}
		return true
	}
	for _, s := range c.Body {
		ast.Inspect(s, see)
	}
	for _, d := range c.Decls {
		ast.Inspect(d, see)
	}
	return found
}

// earlier are the checked cells that ran before an entry.
func (s *Session) earlier(e *entry) []*source.Cell {
	var out []*source.Cell
	for _, c := range s.scope.Cells() {
		if c == e.checked {
			break
		}
		out = append(out, c)
	}
	return out
}

// checkRewritten checks the text that the loop analysis made of a cell, in the
// place of that cell.
func (s *Session) checkRewritten(c *source.Cell, text string) (*source.Cell, source.Errors) {
	return s.scope.CheckInPlace(c, source.Text{ID: c.ID, Index: c.Index, Code: text})
}

// code fills the rewritten cell into the result, for %code.
func (m *measuring) code() error {
	t, refusal := m.findTasks()
	switch {
	case refusal != nil:
		m.res.Refused = refusal
	case t.plan == nil:
		m.res.Notices = append(m.res.Notices, fmt.Sprintf("the tasks are the calls of %s: nothing to rewrite", t.kind))
	default:
		m.res.Stdout = t.source
		if m.res.Comparison != nil {
			m.res.Comparison.Source = t.source
		}
	}
	return nil
}

// forecastFirst says what the verdict expects of the models before they run;
// the result judges the forecast.
func (m *measuring) forecastFirst() {
	v := m.entry.verdict()
	if v == nil {
		return
	}
	waiting := waitingShare(v)
	for _, w := range m.plan.Models {
		if w.Model == concurrent && waiting < 0.1 {
			m.fe.Notice(fmt.Sprintf("computing %s: interleaving on one worker cannot help; running it to show you", measure.Percent(1-waiting)))
		}
	}
}

// waitingShare is the part of the wall time in which the cell waits for
// something outside it or for a clock.
func waitingShare(v *measure.Verdict) float64 {
	sum := 0.0
	for _, k := range []string{"network", "disk", "pipe", "timer", "child"} {
		sum += v.Shares[k]
	}
	return sum
}

// watchRows traces each row once more: for its picture, and for what a forecast
// could not know. As written they were traced in the trial.
func (m *measuring) watchRows(ctx context.Context, vs []*variant, try *trial) error {
	vs[0].saw = try.saw
	if try.tasks == nil {
		return nil // too many of them
	}
	for _, v := range vs[1:] {
		spec := v.spec
		spec.Trace, spec.Turns, spec.Values = true, 0, engine.ValuesNone
		res, err := v.program.Run(ctx, spec)
		if err != nil {
			return err
		}
		ev, err := evidence.Analyze(res.Trace, nil, evidence.Options{Cell: m.entry.nb.ID, Sample: res.Sample, Cut: res.TraceCut, Bins: 48, Lanes: 3, Procs: v.spec.Procs})
		if errors.Is(err, evidence.ErrNoCell) {
			continue
		}
		if err != nil {
			return fmt.Errorf("timeline of %s: %w", v.column.Model, err)
		}
		v.saw = sightOf(ev)
	}
	for _, v := range vs {
		if v.saw.timeline != nil {
			v.saw.timeline.Model = v.column.Model
		}
	}
	return nil
}

// What a profile is worth: beyond enough samples more do not change the picture,
// below the least the lines come from the trace alone.
const (
	enoughSamples = 150
	leastSamples  = 20
)

// profile runs the cell under the CPU profiler until there are enough samples
// or a fifth of the budget is spent, and merges the profiles. A cell that hardly
// computes is given up as soon as its own rate tells that it would not reach the least
// of them: never after the length of one run, since a cell of 10 ms that does
// nothing but compute fills the time as well as a long one. On a busy machine the
// timed runs may have spent everything: there is one profile all the same, and a
// tenth of the budget for more.
func (m *measuring) profile(ctx context.Context) ([]byte, error) {
	b := m.entry.bench
	merged := profiles{}
	until := newBudget(max(m.left.share(5), m.left.total/10))
	var cpu int64
	for first := true; first || merged.samples < enoughSamples && until.left() > 0; first = false {
		spec := b.spec
		spec.CPUProfile, spec.Values = true, engine.ValuesNone
		res, err := b.program.Run(ctx, spec)
		if err != nil {
			return nil, err
		}
		if err := merged.add(res.CPUProfile); err != nil {
			return nil, err
		}
		cpu += res.Sample.CPUNS() * int64(max(1, spec.Turns))
		if expectedSamples(cpu, until.spent(), until.total) < leastSamples {
			break
		}
	}
	return merged.bytes()
}

// worthProfiles tells whether runs under the profiler alone can tell more than the
// one that was traced: not of a long cell that waits, unless its profile is asked
// for.
func (m *measuring) worthProfiles() bool {
	wall, cpu := m.res.Measurement.WallNS.Median, m.res.Measurement.CPUNS.Median
	return m.plan.Profile || wall < int64(time.Second) || cpu > wall/10
}

// expectedSamples is how many samples of 10 ms all the time gives when a part
// of it, spent, held cpu nanoseconds of computing.
func expectedSamples(cpu int64, spent, all time.Duration) int {
	if spent <= 0 {
		return 0
	}
	return int(float64(cpu) / 1e7 * float64(all) / float64(spent))
}
