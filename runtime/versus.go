package runtime

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// since compares a measurement with what was recorded for the cell before, on
// this machine and with the same engine: what an edit bought.
func since(then *notebook.Result, now *measure.Measurement) *measure.Versus {
	if then == nil || then.Measurement == nil || now == nil || !sameMachine(then.Machine) {
		return nil
	}
	was := then.Measurement
	if was.Engine != now.Engine || len(was.Samples) == 0 {
		return nil
	}
	a, b := measure.Walls(was.Samples), measure.Walls(now.Samples)
	v := &measure.Versus{WasNS: was.WallNS, NowNS: now.WallNS, Speedup: measure.Speedup(was.WallNS, now.WallNS), Date: then.Date}
	v.Significant, v.P = measure.Differ(a, b)
	v.Conclusion = measure.Change(was.WallNS, now.WallNS, a, b)
	return v
}

// sameMachine tells whether a record was made on a machine like this one.
// Figures of another machine are compared as ratios only, by replay and check.
func sameMachine(m *measure.Machine) bool {
	return m != nil && m.Cores == goruntime.NumCPU() && m.OS == goruntime.GOOS && m.Arch == goruntime.GOARCH && m.Go == goruntime.Version()
}

// compareCells measures two cells in interleaved rounds, as variants of one job.
func (s *Session) compareCells(ctx context.Context, c Call) error {
	words := strings.Fields(c.Args)
	if len(words) != 2 {
		return errTwoCells
	}
	var vs []*variant
	var cells []*entry
	for _, ref := range words {
		e, err := s.ranCell(ref)
		if err != nil {
			return fmt.Errorf("%%compare: %w", err)
		}
		m := &measuring{session: s, entry: e, plan: &Plan{}, res: c.Result, fe: c.Fe, left: newBudget(s.cfg.Budget)}
		if once, err := m.consent(); err != nil || once {
			return err
		}
		b, err := m.prepare(ctx)
		if err != nil {
			return err
		}
		v := newVariant(b.program, b.spec, ModelWish{Model: asWritten})
		v.column.Model = s.cellName(e.nb)
		vs, cells = append(vs, v), append(cells, e)
	}
	if err := rounds(ctx, vs, newBudget(s.cfg.Budget), c.Fe); err != nil {
		return err
	}
	c.Result.Versus = versus(vs)
	c.Result.Versus.Of, c.Result.Versus.Cell = cells[0].nb.ID, cells[1].nb.ID
	c.Result.Of = cells[0].nb.ID
	s.keepVersus(cells[1], c.Result)
	return nil
}

// ranCell is the entry of a cell by number or id.
func (s *Session) ranCell(ref string) (*entry, error) {
	cell := s.book.Find(ref)
	if cell == nil {
		return nil, fmt.Errorf("no cell %s; there are %s", ref, plural(len(s.book.CodeCells()), "cell"))
	}
	e := s.entryOf(cell)
	if e == nil {
		return nil, fmt.Errorf("%s has not run here; %%run %s runs it", s.cellName(cell), ref)
	}
	return e, nil
}

// versus judges the second variant against the first.
func versus(vs []*variant) *measure.Versus {
	a, b := vs[0].column.Summarised(vs[0].samples, nil), vs[1].column.Summarised(vs[1].samples, vs[0].samples)
	v := &measure.Versus{WasNS: a.WallNS, NowNS: b.WallNS, Speedup: b.Speedup, Significant: b.Significant, P: b.P}
	v.SameResult, v.Difference = sameOutcome(vs[0].results, vs[1].results)
	switch {
	case b.Runs < 6:
		v.Conclusion = "too few runs to compare; --budget allows more"
	case !b.Significant:
		v.Conclusion = fmt.Sprintf("no significant difference in %d runs; one of %s would have shown", b.Runs, measure.Times(measure.Visible(measure.Walls(vs[0].samples), measure.Walls(vs[1].samples))))
	case b.Speedup.Median >= 1:
		v.Conclusion = fmt.Sprintf("%s is %s faster", b.Model, measure.Times(b.Speedup.Median))
	default:
		v.Conclusion = fmt.Sprintf("%s is %s slower", b.Model, measure.Times(1/b.Speedup.Median))
	}
	return v
}

// sameOutcome compares what two cells have in common: what they print, their
// last value, and the variables of one name that both write.
func sameOutcome(a, b []*engine.RunResult) (*bool, string) {
	ref := newReference(a)
	first := *b[0]
	common := map[string]engine.Value{}
	for name, v := range first.Written {
		if _, both := ref.first.Written[name]; both {
			common[name] = v
		}
	}
	first.Written = common
	same := true
	d := ref.difference(&first)
	if d == "" && ref.first.Value != first.Value {
		d = fmt.Sprintf("value %s, then %s", ref.first.Value, first.Value)
	}
	if d != "" {
		same = false
	} else if len(common) == 0 && first.Stdout.Total == 0 && first.Value == "" {
		return nil, ""
	}
	return &same, d
}

var errTwoCells = errors.New("%compare: want no cell, one, or two, such as %compare 3 5")
