package runtime

import (
	"fmt"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// findings are all that was measured of one cell's present text, in this session
// or as the notebook records it.
type findings struct {
	cell        *notebook.Cell // nil when there is none
	name        string
	runNS       int64  // of its last live run, 0 when it has not run
	runEngine   string // that made that run
	target      int64  // ns; 0 for none
	stale       bool   // what is recorded is for an older text, and was left out
	measurement *measure.Measurement
	verdict     *measure.Verdict
	comparison  *measure.Comparison
	growth      *measure.Growth
	memory      *measure.Memory
	refused     *measure.Refusal
	curve       *measure.Curve
	faster      *measure.Versus // of %compare: this cell is significantly faster than another
	slower      *measure.Versus // of %compare: another cell is significantly faster than this one
	machine     *measure.Machine
}

// about finds the cell that a magic's arguments name: without any, the one that
// was measured last here; else the slowest of those that are recorded; else the
// last one.
func (s *Session) about(args string) (*findings, error) {
	ref := strings.TrimSpace(args)
	if ref != "" {
		cell := s.book.Find(ref)
		if cell == nil {
			return nil, fmt.Errorf("no cell %s; there %s", ref, areCells(len(s.book.CodeCells())))
		}
		return s.findings(cell), nil
	}
	return s.findings(s.measuredLast()), nil
}

func (s *Session) measuredLast() *notebook.Cell {
	if r := s.lastShow; r != nil {
		for _, id := range []string{r.Of, r.ID} {
			if cell := s.book.Find(id); id != "" && cell != nil && !cell.MagicOnly() {
				return cell
			}
		}
	}
	var slowest *notebook.Cell
	most := int64(-1)
	for _, cell := range s.book.CodeCells() {
		if f := s.findings(cell); !cell.MagicOnly() && f.measurement != nil && f.measurement.WallNS.Median > most {
			slowest, most = cell, f.measurement.WallNS.Median
		}
	}
	if slowest != nil {
		return slowest
	}
	return s.lastCode()
}

// findings gathers what is known of a cell: its own result, then those of cells
// of magics about it, in the order of the notebook.
func (s *Session) findings(cell *notebook.Cell) *findings {
	f := &findings{cell: cell, target: int64(s.target)}
	if cell == nil {
		return f
	}
	f.name = s.cellName(cell)
	if e := s.entryOf(cell); e != nil {
		f.runNS, f.runEngine = e.runNS, e.engine
	}
	f.stale = cell.Stale()
	if r := cell.Result; r != nil && !f.stale {
		f.add(r)
		if f.runNS == 0 {
			f.runNS, f.runEngine = r.RunNS, r.LiveRun
		}
	}
	for _, c := range s.book.CodeCells() {
		r := c.Result
		if r == nil || c.Stale() {
			continue
		}
		if c.MagicOnly() && r.Of == cell.ID && !f.stale {
			f.add(r)
		}
		f.versus(r.Versus, cell.ID)
	}
	return f
}

// add takes over what a result has.
func (f *findings) add(r *notebook.Result) {
	take(&f.measurement, r.Measurement)
	take(&f.verdict, r.Verdict)
	take(&f.comparison, r.Comparison)
	take(&f.growth, r.Growth)
	take(&f.memory, r.Memory)
	take(&f.refused, r.Refused)
	take(&f.curve, r.Curve)
	take(&f.machine, r.Machine)
	if f.comparison != nil {
		f.refused = nil
	}
}

func take[T any](old **T, add *T) {
	if add != nil {
		*old = add
	}
}

// versus keeps a comparison of two cells that one of them clearly won, where
// this is one of them.
func (f *findings) versus(v *measure.Versus, id string) {
	if v == nil || v.Cell == "" || !v.Significant || v.Speedup.Median <= 1 || v.SameResult != nil && !*v.SameResult {
		return
	}
	switch id {
	case v.Cell:
		f.faster = v
	case v.Of:
		f.slower = v
	}
}

// took is a way in which the cell ran, and how long that took.
type took struct {
	model  string
	ns     int64
	runs   int
	engine string
}

// best is the fastest way in which the cell ran that is known: as written, or
// under a model that is significantly faster and gives the same result. nil
// when it has not run.
func (f *findings) best() *took {
	if c := f.comparison; c != nil && len(c.Columns) > 0 && (c.SameResult == nil || *c.SameResult) {
		col := fastest(c)
		return &took{model: col.Model, ns: col.WallNS.Median, runs: col.Runs, engine: f.engine()}
	}
	if m := f.measurement; m != nil && m.Runs > 0 {
		return &took{model: asWritten, ns: m.WallNS.Median, runs: m.Runs, engine: m.Engine}
	}
	if f.faster != nil {
		return &took{model: asWritten, ns: f.faster.NowNS.Median, engine: f.runEngine}
	}
	if f.runNS > 0 {
		return &took{model: asWritten, ns: f.runNS, runs: 1, engine: f.runEngine}
	}
	return nil
}

func (f *findings) engine() string {
	if f.measurement != nil {
		return f.measurement.Engine
	}
	return f.runEngine
}

// model is the magic of the model that suits the bound.
func (f *findings) model() string {
	if f.verdict == nil {
		return ""
	}
	switch f.verdict.Bound {
	case "cpu":
		return parallel
	case "mixed":
		return parallel
	case "child":
		if f.verdict.Detail == "compute" {
			return parallel
		}
	}
	return concurrent
}

// enoughRuns is how many runs a model needs before anything is said of it.
const enoughRuns = 6

// tried tells whether a model was measured, in enough runs. What runs on all
// workers interleaves too.
func (f *findings) tried(model string) bool {
	return f.runsOf(model) >= enoughRuns || model == concurrent && f.runsOf(parallel) >= enoughRuns
}

// runsOf is how often the cell ran under a model.
func (f *findings) runsOf(model string) int {
	if f.comparison == nil {
		return 0
	}
	if col := column(f.comparison, model); col != nil {
		return col.Runs
	}
	return 0
}

// usesAllCores tells whether a model on all workers gained most of what the
// cores can give, or the cell keeps them busy as it is.
func (f *findings) usesAllCores() bool {
	if f.verdict != nil && f.verdict.Detail == "saturated" {
		return true
	}
	if f.comparison == nil {
		return false
	}
	col := column(f.comparison, parallel)
	return col != nil && col.Workers > 1 && gained(col) && col.Speedup.Median >= 0.7*float64(col.Workers)
}

// ruledOut are the steps of a verdict that are no next step any more for a cell:
// ruled out by the user, or settled by what was measured. now is the result that
// is being made.
func (s *Session) ruledOut(e *entry, now *notebook.Result) []string {
	f := s.findings(e.nb)
	f.add(now)
	var out []string
	for _, r := range rungs()[1:] {
		mark, _ := s.stateOf(r, f)
		_, skipped := s.skips()[r.name]
		switch {
		case r.name == "concurrency" && skipped:
			out = append(out, concurrent, parallel)
		case r.name == "concurrency":
			for _, model := range []string{concurrent, parallel} {
				if f.runsOf(model) >= enoughRuns {
					out = append(out, model)
				}
			}
		case mark != open:
			out = append(out, r.name)
		}
	}
	return out
}

// keepVersus records with a cell that it was compared with another one, unless
// a cell of magics asked and keeps that itself; and says when it meets the
// target.
func (s *Session) keepVersus(e *entry, res *notebook.Result) {
	v := res.Versus
	if s.target > 0 && v.Significant && v.Speedup.Median > 1 && v.NowNS.Median <= int64(s.target) && (v.SameResult == nil || *v.SameResult) {
		v.Conclusion += ". " + targetMet
	}
	if !s.asked && e.nb.Result != nil {
		e.nb.Result.Merge(&notebook.Result{Versus: v})
		s.changed()
	}
	s.show(res)
}
