package evidence

import (
	"math"
	"slices"

	"github.com/lapbook/lapbook/runtime/bound"
)

// nap is one wait for the clock.
type nap struct {
	start, end int64
}

// timers names the pattern of the waits for a clock on the path. A goroutine
// that sleeps a fixed time drifts: its work and its late wake-ups add up. One
// that is paced (a ticker, a token bucket) wakes on a grid that does not drift.
func (h *history) timers(path []segment) bound.Timers {
	type place struct {
		g     *goroutine
		site  int32
		state state
	}
	naps, total := map[place][]nap{}, map[place]int64{}
	infos := map[place]*stack{}
	var sum, count int64
	for i := len(path) - 1; i >= 0; i-- {
		s := path[i]
		if s.state != sleep && s.state != napCall {
			continue
		}
		p := place{s.g, s.site, s.state}
		if s.info != nil {
			infos[p] = s.info
		}
		if k := h.stateAt(s); k == channel || k == selects {
			p.state = channel
		}
		naps[p] = append(naps[p], nap{s.start, s.end})
		total[p] += s.end - s.start
		infos[p] = s.info
		sum += s.end - s.start
		count++
	}
	var best place
	for p, t := range total {
		if t > total[best] {
			best = p
		}
	}
	if count == 0 {
		return bound.Timers{}
	}
	return bound.Timers{
		Pattern: pattern(naps[best], best.state == channel, infos[best]),
		Count:   int(count), MeanNS: sum / count,
	}
}

// stateAt is the state that the trace gives to a segment's time, before the
// walk found that a timer ended it.
func (h *history) stateAt(s segment) state {
	if i := s.g.at(s.end); i >= 0 {
		return s.g.spans[i].state
	}
	return s.state
}

func pattern(naps []nap, onChannel bool, in *stack) string {
	switch {
	case in != nil && in.retries || growing(naps):
		return "backoff"
	case in != nil && in.pacing:
		return "ratelimit"
	case onChannel && gridded(naps):
		return "ticker"
	case gridded(naps):
		return "ratelimit"
	}
	return "sleep"
}

// growing tells waits that get longer by a factor, at least three times in a
// row, for most of the waits.
func growing(naps []nap) bool {
	best, row := 0, 0
	for i := 1; i < len(naps); i++ {
		a, b := naps[i-1].end-naps[i-1].start, naps[i].end-naps[i].start
		if float64(b) > 1.25*float64(a) {
			row++
		} else {
			row = 0
		}
		best = max(best, row)
	}
	return best >= 3
}

// gridded tells whether the wake-ups keep to a grid: their distance from a
// straight line stays as small as their jitter. The sum of independent
// delays wanders away from it, with the root of their number.
func gridded(naps []nap) bool {
	n := len(naps)
	if n < 12 {
		return false
	}
	ends := make([]float64, n)
	var steps []float64
	for i, s := range naps {
		ends[i] = float64(s.end)
		if i > 0 {
			steps = append(steps, ends[i]-ends[i-1])
		}
	}
	period := median(steps)
	if period <= 0 || deviation(steps) > 0.3*period {
		return false
	}
	return wander(ends) < 1.1*deviation(steps)
}

// wander is the root mean square distance of the points from the line through
// them.
func wander(y []float64) float64 {
	n := float64(len(y))
	mx, my := (n-1)/2, mean(y)
	var sxy, sxx float64
	for i, v := range y {
		sxy += (float64(i) - mx) * (v - my)
		sxx += (float64(i) - mx) * (float64(i) - mx)
	}
	slope := sxy / sxx
	var sum float64
	for i, v := range y {
		d := v - my - slope*(float64(i)-mx)
		sum += d * d
	}
	return math.Sqrt(sum / n)
}

func mean(v []float64) (m float64) {
	for _, x := range v {
		m += x / float64(len(v))
	}
	return m
}

func deviation(v []float64) float64 {
	m, sum := mean(v), 0.0
	for _, x := range v {
		sum += (x - m) * (x - m)
	}
	return math.Sqrt(sum / float64(max(1, len(v))))
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
