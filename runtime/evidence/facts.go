package evidence

import (
	"fmt"

	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/measure"
)

// facts reduces the history to what the rules of bound look at.
func (h *history) facts(path []segment, a account, p *profileFacts, o Options) bound.Facts {
	wall := h.end - h.start
	c := &h.census
	f := bound.Facts{
		WallNS: int64(float64(wall) / h.turns(o.Sample)), Procs: h.workers(), Coverage: h.coverage(o.Sample),
		CPUNS: o.Sample.CPUNS(), SystemNS: o.Sample.SystemNS, ChildNS: o.Sample.ChildNS, DelayNS: o.Sample.RunDelayNS,
		ReadRate:   1e9 * share(o.Sample.ReadBlocks*512, o.Sample.WallNS*int64(max(1, o.Sample.Turns))),
		Background: share(h.background, h.background+c.runTime),
		Running:    share(c.runTime, wall), Wanting: share(c.wantTime, wall),
		Goroutines: c.members, Switches: c.switches, Spawns: c.spawns,
		GC: share(c.gcTime, c.anyRun), Blocked: a.long,
	}
	f.Path, f.Turns = h.pathShares(path, a)
	f.Queue = h.queue(path, a)
	f.Solo = h.soloFacts()
	f.Timers = h.timers(path)
	cpu := h.cpuSamples(p)
	f.Samples = cpu.samples
	f.Alloc, f.Calls = cpu.share(cpu.alloc), cpu.share(cpu.calls)
	f.Queue.Spin, f.Interp = cpu.share(cpu.lock), cpu.share(cpu.interp)
	return f
}

func share(part, whole int64) float64 {
	if whole <= 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// pathShares are the kinds of time along the path; they sum to 1. turns is how
// often the path changes between computing and one kind of waiting, looked at
// through a window of a hundredth of the wall time.
func (h *history) pathShares(path []segment, a account) (m map[string]float64, turns int) {
	m = map[string]float64{}
	wall := float64(h.end - h.start)
	const bins = 100
	var busy [bins]float64
	for _, s := range path {
		a.split(s.state, float64(s.end-s.start), func(kind string, ns float64) {
			if ns > 0 {
				m[kind] += ns / wall
			}
		})
		if s.state <= ready {
			spread(busy[:], s.start-h.start, s.end-h.start, h.end-h.start)
		}
	}
	for i := 1; i < bins; i++ {
		if (busy[i] > 0.5) != (busy[i-1] > 0.5) {
			turns++
		}
	}
	return m, turns
}

// spread adds the interval [from, to) of a window to the bins that it meets,
// in shares of a bin.
func spread(bins []float64, from, to, window int64) {
	width := float64(window) / float64(len(bins))
	for i := int(float64(from) / width); i < len(bins); i++ {
		lo, hi := max(float64(from), float64(i)*width), min(float64(to), float64(i+1)*width)
		if hi <= lo {
			return
		}
		bins[i] += (hi - lo) / width
	}
}

// queue completes the facts of the worst lock by what is done while it is held.
func (h *history) queue(path []segment, a account) bound.Queue {
	q, _, users := h.queueFacts()
	wall := float64(h.end - h.start)
	q.Hold = map[string]float64{}
	for _, s := range path {
		d := float64(s.end - s.start)
		if users[s.g] {
			q.Among += d / wall
		}
		if !s.locked {
			continue
		}
		q.Path += d / wall
		a.split(s.state, d, func(kind string, ns float64) { q.Hold[kind] += ns })
	}
	if q.Path > 0 {
		for k := range q.Hold {
			q.Hold[k] /= q.Path * wall
		}
	}
	return q
}

func (h *history) soloFacts() bound.Solo {
	c := &h.census
	wall := h.end - h.start
	f := bound.Solo{Share: share(c.solo, wall), Stage: share(c.stage, wall), Handoffs: c.handoffs, Siblings: c.most}
	f.Top, _ = h.topRunner(func(g *goroutine) bool { return true })
	site, n := int32(0), 1
	for s, k := range c.siblings {
		if k > n {
			site, n = s, k
		}
	}
	if n < 2 {
		return f
	}
	top, longest := h.topRunner(func(g *goroutine) bool { return g.bornAt == site })
	f.Longest = share(longest, wall)
	if top < 1 {
		f.Biggest = min(1000, top*float64(n-1)/(1-top))
	}
	return f
}

// topRunner is the one of some of the cell's goroutines that ran most: its share
// of their running time, and its time.
func (h *history) topRunner(some func(*goroutine) bool) (part float64, most int64) {
	var all int64
	for _, g := range h.order {
		if g.member && some(g) {
			r := g.ran(h.start, h.end)
			all, most = all+r, max(most, r)
		}
	}
	return share(most, all), most
}

// ran is the goroutine's running time within a window.
func (g *goroutine) ran(from, to int64) (t int64) {
	for i := range g.spans {
		if s := &g.spans[i]; s.state == run || s.state == assist || s.state == cgoCall {
			t += max(0, min(s.end, to)-max(s.start, from))
		}
	}
	return t
}

// cpuSamples are the CPU samples of the cell, from the trace or the profile,
// whichever holds more.
func (h *history) cpuSamples(p *profileFacts) *profileFacts {
	own := &profileFacts{}
	for _, g := range h.order {
		if !g.member && !g.collects {
			continue
		}
		for _, t := range g.between(h.start, h.end) {
			own.note(1, t.info)
		}
	}
	if p.samples > own.samples {
		return p
	}
	return own
}

func (h *history) doubts(o Options) (d []string) {
	if o.Stopped != "" {
		d = append(d, fmt.Sprintf("%s: the evidence covers the first %s", o.Stopped, measure.Duration(h.end-h.start)))
		if h.cut == "the trace was cut" {
			return d
		}
	}
	if h.cut != "" {
		d = append(d, fmt.Sprintf("%s: it covers the first %s of %s", h.cut, measure.Duration(h.end-h.start), h.whole(o.Sample)))
	}
	return d
}

// whole is how long the run took, as far as that is known.
func (h *history) whole(s measure.Sample) string {
	all := int64(float64(s.WallNS) * h.turns(s))
	if all <= h.end-h.start {
		return "the run"
	}
	return measure.Duration(all)
}
