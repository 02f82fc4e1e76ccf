package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/lapbook/lapbook/runtime/growth"
	"github.com/lapbook/lapbook/runtime/measure"
)

// memorySizes reads the argument of %memory: none, or sizes.
func memorySizes(args string) (*growth.Sizes, error) {
	if args == "" {
		return nil, nil
	}
	sizes, err := growth.Parse(args)
	if err != nil || sizes.Low == 0 {
		return nil, fmt.Errorf("%%memory %s: no such cell, and no sizes such as n=1000..100000", args)
	}
	return &sizes, nil
}

// memoryGrowth says how the peak of the heap grows: with the sizes that are
// asked for, else with those of the last %grow of the cell.
func (m *measuring) memoryGrowth(ctx context.Context, mem *measure.Memory) error {
	sizes := m.plan.MemorySizes
	if sizes == nil {
		sizes = m.grownSizes()
	}
	if sizes == nil {
		return nil
	}
	sw, err := m.newSweep(ctx, *sizes)
	if err != nil {
		return err
	}
	sw.counted = nil // only the heap is looked at
	sw.peaks = true
	sw.limit = min(sw.limit, memoryTime)
	sw.spec.Trace, sw.spec.TraceBytes = true, heapTrace
	sw.spec.Env = append(m.session.runSpec().Env, "GOGC=10", "GODEBUG=gcstoptheworld=1") // so that little of a peak is garbage
	if err := sw.pilot(ctx); err != nil {
		return err
	}
	mem.Growth = sw.peakAnswer()
	mem.Growth.Of = m.res.Of
	return nil
}

// memoryTime is what growing sizes may cost for their memory.
const memoryTime = 4 * time.Second

// grownSizes are those of the last %grow of this text, or nil.
func (m *measuring) grownSizes() *growth.Sizes {
	g := m.res.Growth
	if r := m.entry.nb.Result; g == nil && r != nil && !m.entry.nb.Stale() {
		g = r.Growth
	}
	if g == nil || g.High <= g.Low {
		return nil
	}
	return &growth.Sizes{Name: g.Parameter, Low: g.Low, High: g.High}
}

// peakAnswer makes the result of the peaks.
func (sw *growSweep) peakAnswer() *measure.Growth {
	var ns, peaks []float64
	g := &measure.Growth{Parameter: sw.sizes.Name, Engine: sw.engine, Measure: "peak heap", Stopped: sw.stopped}
	for _, p := range sw.seen {
		ns, peaks = append(ns, float64(p.N)), append(peaks, p.PeakHeap)
		g.Points = append(g.Points, measure.GrowthPoint{N: p.N, WallNS: int64(p.Wall()), CPUNS: int64(p.CPU()), Runs: 1,
			AllocBytes: int64(p.Bytes), PeakHeap: int64(p.PeakHeap)})
	}
	if len(ns) == 0 {
		return g
	}
	first, last := g.Points[0], g.Points[len(g.Points)-1]
	g.Low, g.High = first.N, last.N
	s := growth.JudgePeaks(ns, peaks)
	g.Class = s.Class.String()
	if s.Unclear {
		g.Class = growth.Unclear
		g.Evidence = append(g.Evidence, s.Why)
	}
	if !s.Unclear {
		for i, f := range growth.FitPeaks(s.Class, ns, peaks) {
			g.Points[i].Fitted = f
		}
	}
	for _, c := range s.Also {
		if c.Named() {
			g.Alternatives = append(g.Alternatives, c.String())
		}
	}
	g.Headline = fmt.Sprintf("peak heap grows like %s: %s at %s=%d, %s at %s=%d", g.Class,
		measure.Bytes(first.PeakHeap), g.Parameter, first.N, measure.Bytes(last.PeakHeap), g.Parameter, last.N)
	switch {
	case s.Unclear:
		g.Headline = fmt.Sprintf("how the peak heap grows is unclear: %s at %s=%d, %s at %s=%d",
			measure.Bytes(first.PeakHeap), g.Parameter, first.N, measure.Bytes(last.PeakHeap), g.Parameter, last.N)
	case s.Class == growth.Constant:
		g.Headline = fmt.Sprintf("peak heap is the same at every %s up to %d: at most %s", g.Parameter, last.N, measure.Bytes(max(first.PeakHeap, last.PeakHeap)))
	case s.Class == growth.Linear:
		g.Headline += fmt.Sprintf(", %s for each", measure.Bytes((last.PeakHeap-first.PeakHeap)/max(1, last.N-first.N)))
	}
	return g
}

// peakOf is what a traced run added to the heap at most.
func peakOf(trace []byte, cut bool, heap int64) (float64, error) {
	curve, err := readHeapCurve(trace)
	if err != nil {
		return 0, err
	}
	if cut || curve.peak == 0 {
		return float64(max(curve.peak, heap) - curve.before), nil
	}
	return float64(curve.peak - curve.before), nil
}

// streamingHint says whether handling one item at a time would cut the peak, by
// how the peak grows.
func streamingHint(m *measure.Memory) string {
	g := m.Growth
	switch {
	case g == nil || g.Class == growth.Unclear:
		return ""
	case g.Class == "1":
		return "It streams already: a larger " + g.Parameter + " needs no more memory."
	case g.Class == "log n":
		return "A larger " + g.Parameter + " hardly needs more memory: nothing to gain here."
	case m.PeakHeap < little: // most of it may be garbage that nobody collected yet
		return "The peak grows with " + g.Parameter + ": streaming (handling one item at a time) would keep it flat, if not all of it is needed at once."
	case 2*m.LiveHeap >= m.PeakHeap:
		return "The peak grows with " + g.Parameter + " and is still held at the end: streaming (handling one item at a time) would cut it only if not all of it is needed at once."
	}
	return "The peak grows with " + g.Parameter + " and is not held at the end: streaming (handling one item at a time) would keep it flat, if one item at a time is enough."
}
