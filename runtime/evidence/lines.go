package evidence

import (
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/measure"
)

// enough is how many CPU samples a distribution over lines needs; below it the
// lines of running time come from where the trace saw them end.
const enough = 50

// lineKey is a line with a kind of time.
type lineKey struct {
	at   site
	kind string
}

// lines charges the path to the lines of the cells. Waits belong to the line
// that waits. Running time is shared out by the CPU samples that fall on the
// path when these are enough, else by those of the CPU profile, else segment by
// segment.
func (h *history) lines(path []segment, a account, p *profileFacts, o Options) []measure.Line {
	at := map[lineKey]float64{}
	add := func(s site, st state, ns float64) {
		a.split(st, ns, func(kind string, v float64) { at[lineKey{s, kind}] += v })
	}
	ran := 0.0
	for _, s := range path {
		d := float64(s.end - s.start)
		if s.state == run || s.state == assist {
			ran += d
			continue
		}
		add(h.sites[s.site], s.state, d)
	}
	for s, part := range h.runLines(path, p) {
		add(s, run, ran*part)
	}
	return h.merge(at, o)
}

// runLines shares running time among lines; the shares sum to 1 (or there are none).
func (h *history) runLines(path []segment, p *profileFacts) map[site]float64 {
	sampled, segments := h.runSamples(path)
	if total(sampled) >= enough {
		return shared(sampled)
	}
	if own := onlyCells(p.lines, path, h.sites); total(own) >= enough {
		return shared(own)
	}
	return shared(segments)
}

// runSamples gives the samples that fall on the path, by line, and its running
// time by line: each segment's time goes to the lines of its samples, without
// samples to where the trace saw it end.
func (h *history) runSamples(path []segment) (sampled, segments map[site]float64) {
	sampled, segments = map[site]float64{}, map[site]float64{}
	for _, s := range path {
		if s.state != run && s.state != assist {
			continue
		}
		d := float64(s.end - s.start)
		lines := h.lined(s.g.between(s.start, s.end))
		for _, at := range lines {
			sampled[at]++
			segments[at] += d / float64(len(lines))
		}
		if len(lines) == 0 {
			segments[h.sites[s.site]] += d
		}
	}
	return sampled, segments
}

// lined are the lines of those samples that have one.
func (h *history) lined(ticks []tick) (at []site) {
	for _, t := range ticks {
		if t.info.site != 0 {
			at = append(at, h.sites[t.info.site])
		}
	}
	return at
}

// onlyCells leaves the lines of cells that the path passes through: a profile
// holds the servers of earlier cells too.
func onlyCells(lines map[site]int, path []segment, sites []site) map[site]float64 {
	cells := map[string]bool{}
	for _, s := range path {
		cells[sites[s.site].cell] = true
	}
	out := map[site]float64{}
	for at, n := range lines {
		if cells[at.cell] {
			out[at] = float64(n)
		}
	}
	return out
}

func total(m map[site]float64) (t float64) {
	for _, v := range m {
		t += v
	}
	return t
}

func shared(m map[site]float64) map[site]float64 {
	t := total(m)
	for k := range m {
		m[k] /= t
	}
	return m
}

// between are the goroutine's samples in (from, to].
func (g *goroutine) between(from, to int64) []tick {
	i, _ := slices.BinarySearchFunc(g.ticks, from+1, func(t tick, at int64) int { return cmp(t.time, at) })
	j, _ := slices.BinarySearchFunc(g.ticks, to+1, func(t tick, at int64) int { return cmp(t.time, at) })
	return g.ticks[i:max(i, j)]
}

func cmp(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// merge makes one Line of each cell line, with the kind that took most of it.
func (h *history) merge(at map[lineKey]float64, o Options) []measure.Line {
	type place struct {
		cell string
		line int
	}
	total, kinds := map[place]float64{}, map[place]map[string]float64{}
	for k, v := range at {
		p := place{k.at.cell, k.at.line}
		if k.at.cell == "" || v <= 0 {
			continue
		}
		total[p] += v
		if kinds[p] == nil {
			kinds[p] = map[string]float64{}
		}
		kind := k.kind
		if kind == bound.Machine {
			kind = bound.Compute
		}
		kinds[p][kind] += v
	}
	wall := float64(h.end - h.start)
	var out []measure.Line
	for p, v := range total {
		out = append(out, measure.Line{
			Cell: p.cell, Line: p.line, Share: v / wall, NS: int64(v),
			Kind: largest(kinds[p]), Text: lineText(o.Source[p.cell], p.line),
		})
	}
	slices.SortFunc(out, func(a, b measure.Line) int {
		if c := cmp(b.NS, a.NS); c != 0 {
			return c
		}
		if c := strings.Compare(a.Cell, b.Cell); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return out
}

func largest(m map[string]float64) (name string) {
	for k, v := range m {
		if name == "" || v > m[name] || v == m[name] && k < name {
			name = k
		}
	}
	return name
}

func lineText(text string, n int) string {
	lines := strings.Split(text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[n-1])
}
