package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/growth"
	"github.com/lapbook/lapbook/runtime/measure"
)

func growMagic() Magic {
	return Magic{
		Name: "grow", Group: "algorithm", Usage: "%grow n=LOW..HIGH [CELL]",
		Summary: "how the cost grows with n: n, n log n, n^2, …",
		Help: "Runs the cell, and the earlier cells that need n, with n at growing sizes, and\n" +
			"names the class: 1, log n, n, n log n, n^1.5, n^2, n^3, 2^n, or unclear when the\n" +
			"data do not decide. Loops, calls and library work are counted exactly; time\n" +
			"confirms it. n is an int that a cell sets: n := 1000. Sizes that would take too\n" +
			"long are left out. Also: n=1e3..1e6, n=1k..1M, n=10,20,40,80,160, `, 8 points`.",
		Example: "n := 1000\ntotal := 0\nfor i := range n { for j := range i { total += i ^ j } }\n%grow n=100..3000",
		Sizes:   true,
		Edit: func(p *Plan, args string) error {
			sizes, err := growth.Parse(args)
			if err != nil {
				return fmt.Errorf("%%grow: %w", err)
			}
			p.Grow = &sizes
			return nil
		},
	}
}

// growTime is what a sweep may take; it is a part of the budget of the cell.
const (
	growTime            = 5 * time.Second
	growTimeInterpreted = 8 * time.Second
)

// grow runs the cell at growing sizes and names the class.
func (m *measuring) grow(ctx context.Context) error {
	sw, err := m.newSweep(ctx, *m.plan.Grow)
	if err != nil {
		return err
	}
	if err := sw.run(ctx); err != nil {
		return err
	}
	m.res.Growth = sw.answer()
	m.res.Growth.Of = m.res.Of
	m.res.Engine = sw.engine
	return nil
}

// newSweep prepares the two forms of the cell.
func (m *measuring) newSweep(ctx context.Context, sizes growth.Sizes) (*growSweep, error) {
	s := m.session
	if err := s.stuck(m.entry, s.slice(m.entry.checked), "which %grow needs for every size"); err != nil {
		return nil, err
	}
	unit, err := s.growUnit(m.entry.checked, s.earlier(m.entry), sizes.Name)
	if err != nil {
		return nil, growError(m.entry.nb.ID, err)
	}
	if sizes.High > unit.param.high || sizes.Low > unit.param.high {
		return nil, growError(m.entry.nb.ID, fmt.Errorf("%s is %s, which holds at most %d", sizes.Name, unit.param.typ, unit.param.high))
	}
	eng, err := s.engines.forMeasuring(m.plan.Engine, s.cfg.Engine, m.fe)
	if err != nil {
		return nil, err
	}
	m.say("building the cell with its size from outside")
	defer s.engines.watch(m.fe, preparingStd)()
	sw := &growSweep{m: m, sizes: sizes, unit: unit, engine: eng.Name(), spec: s.runSpec(), limit: growTime}
	if sw.engine == "interpreted" {
		sw.limit = growTimeInterpreted
	}
	sw.limit = min(sw.limit, m.left.left())
	if sw.plain, err = eng.Prepare(ctx, unit.plain); err != nil {
		return nil, err
	}
	if unit.counted != nil {
		if sw.counted, err = eng.Prepare(ctx, *unit.counted); err != nil {
			sw.counted, unit.why = nil, err.Error()
		}
	}
	sw.spec.Values = engine.ValuesNone
	sw.spec.Env = append(append([]string(nil), sw.spec.Env...), "GOGC=off", "GOMEMLIMIT=2GiB")
	return sw, nil
}

// growError is a request that cannot be carried out.
func growError(cell string, err error) error {
	var ce *measure.CellError
	if errors.As(err, &ce) {
		return err
	}
	return &measure.CellError{Kind: "usage", Message: "%grow: " + err.Error(), Cell: cell}
}

// answer makes the result of what was seen.
func (sw *growSweep) answer() *measure.Growth {
	data := sw.data()
	a := growth.Judge(data)
	g := &measure.Growth{
		Parameter: sw.sizes.Name, Class: a.String(), Headline: a.Headline(sw.sizes.Name), Evidence: a.Evidence(&data),
		Engine: sw.engine, Measure: a.Measure, Stopped: sw.stopped,
	}
	if len(data.Points) > 0 {
		g.Low, g.High = data.Points[0].N, data.Points[len(data.Points)-1].N
	}
	if !a.Unclear {
		g.Doubling = a.Doubling
	}
	for _, c := range a.Also {
		g.Alternatives = append(g.Alternatives, c.String())
	}
	if sw.counted == nil && sw.unit.why != "" {
		g.Evidence = append(g.Evidence, "not counted: "+firstLine(sw.unit.why))
	}
	g.Points = sw.points(&a, &data)
	texts := sw.m.session.texts()
	for _, h := range data.Heaviest(3) {
		g.Lines = append(g.Lines, measure.GrowthLine{Cell: h.Site.Cell, Line: h.Site.Line, What: h.Site.What, Class: h.Class, Count: int64(h.Top),
			Text: strings.TrimSpace(textLine(texts[h.Site.Cell], h.Site.Line))})
	}
	return g
}

func (sw *growSweep) points(a *growth.Answer, data *growth.Sweep) []measure.GrowthPoint {
	var out []measure.GrowthPoint
	fitted := a.Fitted(data)
	steps := make([]float64, len(data.Points))
	if a.Counted {
		steps = data.Steps(false)
	}
	for i := range data.Points {
		p := &data.Points[i]
		out = append(out, measure.GrowthPoint{N: p.N, WallNS: int64(p.Wall()), CPUNS: int64(p.CPU()), Runs: len(p.WallNS),
			Steps: int64(steps[i]), AllocBytes: int64(p.Bytes), Fitted: fitted[i]})
	}
	return out
}
