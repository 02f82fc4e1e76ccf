package evidence

import (
	"math"
	"regexp"
	"slices"
	"strings"

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
	infos, deadline := map[place]*stack{}, map[place]bool{}
	var sum, count int64
	for i := len(path) - 1; i >= 0; i-- {
		s := path[i]
		if s.state != sleep && s.state != napCall {
			continue
		}
		p := place{s.g, s.site, s.state}
		if k, d := h.stateAt(s); k == channel || k == selects {
			p.state = channel
			deadline[p] = deadline[p] || d
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
	t := bound.Timers{Count: int(count), MeanNS: sum / count}
	t.Pattern = pattern(naps[best], best.state == channel, deadline[best], infos[best], sourceAt(h.cells, h.sites[best.site]))
	t.Handed = best.g != h.root && !best.g.helper && h.census.time[channel] > (h.end-h.start)/2
	if t.Handed && t.Pattern == "ticker" && h.rootsWait().says("token", "ratelimit", "rate_limit", "limiter", "throttl", "bucket", "pacer", "quota") {
		t.Pattern = "ratelimit" // somebody else's ticker hands out permits
	}
	return t
}

// rootsWait is the text at which the cell's first goroutine waits longest for
// another one.
func (h *history) rootsWait() source {
	var longest *queue
	for _, q := range h.census.queues {
		if q.users[h.root] && (longest == nil || q.total > longest.total) {
			longest = q
		}
	}
	if longest == nil {
		return source{}
	}
	return sourceAt(h.cells, h.sites[longest.site])
}

// stateAt is the state that the trace gives to a segment's time, before the
// walk found that a timer ended it; deadline when the timer ran a function of
// its own, as a context's does, and was no channel of ticks.
func (h *history) stateAt(s segment) (st state, deadline bool) {
	i := s.g.at(s.end)
	if i < 0 {
		return s.state, false
	}
	if i+1 < len(s.g.spans) {
		deadline = s.g.spans[i+1].waker != nil
	}
	return s.g.spans[i].state, deadline
}

// pattern names how a goroutine waits in one place: first by what its text
// says, then by the times.
func pattern(naps []nap, onChannel, deadline bool, in *stack, text source) string {
	switch {
	case in != nil && in.retries || text.says(retriers...) || text.grows() || growing(naps) && !text.fixed():
		return "backoff"
	case in != nil && in.pacing || text.says(pacers...) || len(naps) > 2 && text.computed():
		return "ratelimit"
	case deadline || text.has("time.After(", ".Done()", "time.NewTimer("):
		return "sleep"
	case onChannel && text.line != "" && !text.ticks():
		return "sleep"
	case onChannel && (text.has("time.Tick(", ".C") || gridded(naps)):
		return "ticker"
	case !onChannel && text.line == "" && gridded(naps):
		return "ratelimit"
	}
	return "sleep"
}

// source is the text at which a goroutine waits: the line, or the whole select
// statement that begins there, and the text of the cells.
type source struct {
	line string
	all  string // the cell, and those before it
}

// sourceAt cuts the text out of the cells; both are "" when it is not known.
func sourceAt(cells map[string]string, at site) source {
	text := cells[at.cell]
	lines := strings.Split(text, "\n")
	if at.line < 1 || at.line > len(lines) {
		return source{}
	}
	s := source{line: lines[at.line-1]}
	for _, t := range cells {
		s.all += t
	}
	if !strings.HasPrefix(strings.TrimSpace(s.line), "select") {
		return s
	}
	depth := 0
	for _, l := range lines[at.line-1:] {
		depth += strings.Count(l, "{") - strings.Count(l, "}")
		s.line += l + "\n"
		if depth <= 0 {
			break
		}
	}
	return s
}

func (s source) has(words ...string) bool {
	for _, w := range words {
		if strings.Contains(s.line, w) {
			return true
		}
	}
	return false
}

// says is has for words inside of names, whatever their case. Names in strings
// and comments count too; what they say is rarely the opposite.
func (s source) says(words ...string) bool {
	return named(s.line, words)
}

// ticks tells whether there are tickers at all; a .C may be a timer's.
func (s source) ticks() bool {
	return strings.Contains(s.all, "time.NewTicker(") || strings.Contains(s.all, "time.Tick(")
}

// fixed tells a wait for a time that is written out, or for a ticker.
func (s source) fixed() bool {
	for _, call := range []string{"time.Sleep(", "time.After("} {
		if _, arg, ok := strings.Cut(s.line, call); ok {
			arg = strings.TrimLeft(arg, "0123456789* ")
			return strings.HasPrefix(arg, "time.Millisecond)") || strings.HasPrefix(arg, "time.Microsecond)") || strings.HasPrefix(arg, "time.Second)")
		}
	}
	return s.line != "" && s.ticks()
}

// waitName is the name of the variable that is slept for.
var waitName = regexp.MustCompile(`(?:Sleep|After)\(\s*([A-Za-z_][A-Za-z_0-9]*)\b`)

// grows tells a wait for a variable that the cells multiply, or for a power.
func (s source) grows() bool {
	if s.has("Sleep(", "After(") && s.has("<<", "math.Pow(") {
		return true
	}
	m := waitName.FindStringSubmatch(s.line)
	if m == nil || m[1] == "time" {
		return false
	}
	v := regexp.QuoteMeta(m[1])
	multiplied := regexp.MustCompile(`\b` + v + `\s*(\*=|<<=|\+=\s*` + v + `\b|=\s*(min\()?(` + v + `\s*(\*|<<)|2\s*\*\s*` + v + `\b))`)
	return multiplied.MatchString(s.all)
}

// computed tells a sleep until a moment that was worked out, here or in a variable:
// what is left of an interval, and not a fixed time.
func (s source) computed() bool {
	_, arg, ok := strings.Cut(s.line, "time.Sleep(")
	if m := waitName.FindStringSubmatch(s.line); ok && m != nil && m[1] != "time" {
		left := regexp.MustCompile(`\b` + regexp.QuoteMeta(m[1]) + `\s*:?=[^\n]*(time\.Until\(|time\.Since\(|\.Sub\()`)
		if left.MatchString(s.all) {
			return true
		}
	}
	return ok && (strings.Contains(arg, "-") || strings.Contains(arg, ".Sub(") || strings.Contains(arg, "Until("))
}

// growing tells waits that get longer by a factor, three times in a row.
func growing(naps []nap) bool {
	row, first := 0, 0.0
	for i := 1; i < len(naps); i++ {
		a, b := float64(naps[i-1].end-naps[i-1].start), float64(naps[i].end-naps[i].start)
		if b <= 1.3*a {
			row = 0
			continue
		}
		if row == 0 {
			first = a
		}
		row++
		if row >= 3 && b > 3*first {
			return true
		}
	}
	return false
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
