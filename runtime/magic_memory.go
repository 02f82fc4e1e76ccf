package runtime

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/growth"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/stacks"
)

func memoryMagic() Magic {
	return Magic{
		Name: "memory", Group: "memory", Usage: "%memory [n=LOW..HIGH] [CELL]",
		Summary: "peak and live heap, allocations by line",
		Help: "Runs the cell once for its figures and once with every few hundred bytes of its\n" +
			"allocations noted. Peak is what it added to the heap at most, live what it made\n" +
			"and still holds at its end. Says whether streaming would cut the peak only when\n" +
			"the heap shows it: what is held grew from collection to collection. With sizes,\n" +
			"or after %grow, also how the peak grows with n.",
		Example: "var words []string\nfor i := range 100_000 { words = append(words, fmt.Sprint(i)) }\n%memory\n%pprof heap",
		Sizes:   true,
		Edit: func(p *Plan, args string) (err error) {
			p.Memory = true
			p.MemorySizes, err = memorySizes(args)
			return err
		},
	}
}

// memory measures what the cell allocates and holds.
func (m *measuring) memory(ctx context.Context) error {
	b := m.entry.bench
	if b == nil {
		var err error
		if b, err = m.prepare(ctx); err != nil {
			return err
		}
	}
	m.fe.Progress("looking where memory goes")
	plain, err := m.plainSample(ctx, b)
	if err != nil {
		return err
	}
	spec := b.spec
	spec.Turns, spec.Values = 0, engine.ValuesHash // its variables are held, as in a session
	spec.Trace, spec.TraceBytes = true, heapTrace
	spec.HeapProfile, spec.HeapRate = true, heapRate(plain.AllocBytes)
	run, err := b.program.Run(ctx, spec)
	if err != nil {
		return err
	}
	if err := fatal(run); err != nil {
		return err
	}
	mem := &measure.Memory{Of: m.res.Of, AllocBytes: plain.AllocBytes, Allocs: plain.Allocs, GCs: plain.GCs}
	if cpu := plain.CPUNS(); cpu > 0 {
		mem.GCShare = min(1, float64(plain.GCCPUNS)/float64(cpu))
	}
	curve, err := m.heap(mem, run)
	if err != nil {
		return err
	}
	m.res.Memory, m.res.Engine = mem, b.engine.Name()
	if err := m.memoryGrowth(ctx, mem); err != nil {
		return err
	}
	if mem.Advice = memoryAdvice(mem, curve); mem.Advice == "" || mem.Growth != nil && mem.Growth.Class != growth.Unclear {
		mem.Advice = cmp.Or(streamingHint(mem), mem.Advice)
	}
	return nil
}

// heapTrace bounds the trace of which only the size of the heap is read.
const heapTrace = 16 << 20

// heapRate samples about 20,000 allocations: more would tell nothing and slow
// the cell.
func heapRate(allocated int64) int { return int(min(64<<10, max(256, allocated/20_000))) }

// plainSample is a run without instruments: the median of the timed ones by
// allocated bytes, or one.
func (m *measuring) plainSample(ctx context.Context, b *bench) (measure.Sample, error) {
	if samples := slices.Clone(b.samples); len(samples) > 0 {
		slices.SortFunc(samples, func(x, y measure.Sample) int { return cmp.Compare(x.AllocBytes, y.AllocBytes) })
		return samples[len(samples)/2], nil
	}
	spec := b.spec
	spec.Values = engine.ValuesNone
	run, err := b.program.Run(ctx, spec)
	if err != nil {
		return measure.Sample{}, err
	}
	return run.Sample, fatal(run)
}

// heap fills in what the evidence run tells.
func (m *measuring) heap(mem *measure.Memory, run *engine.RunResult) (heapCurve, error) {
	var curve heapCurve
	if len(run.Trace) > 0 {
		var err error
		if curve, err = readHeapCurve(run.Trace); err != nil {
			return curve, err
		}
	}
	mem.PeakHeap, mem.Before = curve.peak-curve.before, curve.before
	if run.TraceCut || curve.peak == 0 {
		mem.PeakHeap, curve.floors = max(mem.PeakHeap, run.Sample.PeakHeapSize-curve.before), nil
	}
	if len(run.HeapProfile) == 0 {
		m.res.Notices = append(m.res.Notices, "allocations by line need the compiled engine: "+m.session.engines.missing)
		return curve, nil
	}
	e := m.entry
	e.heapProfile = run.HeapProfile
	m.res.Profile = notebook.KeepProfile(e.cpuProfile, e.heapProfile)
	texts := m.session.texts()
	ids := profileOf{texts: texts}.ids()
	made, err := stacks.Read(run.HeapProfile, stacks.Heap, ids)
	if err != nil {
		return curve, err
	}
	live, err := stacks.Read(run.HeapProfile, stacks.Live, ids)
	if err != nil {
		return curve, err
	}
	mem.LiveHeap = live.Total
	mem.PeakHeap = max(mem.PeakHeap, mem.LiveHeap)
	mem.Lines = memoryLines(made, texts)
	return curve, nil
}

// memoryLines charges each allocation to the innermost line of a cell.
func memoryLines(p *stacks.Profile, texts map[string]string) []measure.MemoryLine {
	type place struct {
		cell string
		line int
	}
	at := map[place]*measure.MemoryLine{}
	for _, s := range p.Stacks {
		for _, f := range slices.Backward(s.Frames) {
			if !f.Cell {
				continue
			}
			k := place{f.File, f.Line}
			if at[k] == nil {
				at[k] = &measure.MemoryLine{Cell: k.cell, Line: k.line, Text: textLine(texts[k.cell], k.line)}
			}
			at[k].Bytes += s.Weight
			at[k].Allocs += s.Count
			break
		}
	}
	var out []measure.MemoryLine
	for _, l := range at {
		l.Share = float64(l.Bytes) / float64(max(1, p.Total))
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b measure.MemoryLine) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Line, b.Line))
	})
	return out
}

// little is an amount of memory that is not worth a thought.
const little = 8 << 20

// memoryAdvice says whether streaming would cut the peak, where the heap shows
// it, and nothing where it does not.
func memoryAdvice(m *measure.Memory, c heapCurve) string {
	peak := m.PeakHeap
	switch {
	case m.AllocBytes < little:
		return "Little memory: nothing to gain here."
	case c.grew() && 4*peak >= m.AllocBytes:
		held := "only while it ran"
		if 2*m.LiveHeap >= peak {
			held = "also at its end"
		}
		return fmt.Sprintf("What it holds grew all along, from %s to %s, and was held %s: handling one item at a time (streaming) would cut the peak, if not all of it is needed at once.",
			measure.Bytes(max(0, c.floors[0]-c.before)), measure.Bytes(max(0, c.floors[len(c.floors)-1]-c.before)), held)
	case len(c.floors) > 0 && 16*(slices.Max(c.floors)-c.before) <= m.AllocBytes && m.GCShare >= 0.1:
		return fmt.Sprintf("It streams already: %s are allocated, and at most %s held. Fewer or reused allocations would save up to %s of the CPU time.",
			measure.Bytes(m.AllocBytes), measure.Bytes(max(0, slices.Max(c.floors)-c.before)), measure.Percent(m.GCShare))
	case len(c.floors) > 0 && 16*(slices.Max(c.floors)-c.before) <= m.AllocBytes:
		return fmt.Sprintf("It streams already: %s are allocated, and at most %s held.",
			measure.Bytes(m.AllocBytes), measure.Bytes(max(0, slices.Max(c.floors)-c.before)))
	}
	return ""
}
