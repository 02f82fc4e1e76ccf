package evidence

import (
	"slices"
	"sort"
)

// segment is a piece of the critical path.
type segment struct {
	g          *goroutine
	start, end int64
	info       *stack
	site       int32 // line it is charged to: its own, or that of the waiter it was reached from
	state      state
	locked     bool // somebody waits for a lock that is held meanwhile
}

// waiter is a wait that the walk left through the goroutine that ended it.
type waiter struct {
	g    *goroutine
	from int64 // start of the wait
	site int32
	lock bool
}

// walk follows the critical path from the end of the cell to its start. The
// segments come in falling time, without gap or overlap, and cover the window.
func (h *history) walk() []segment {
	_, locks, _ := h.queueFacts()
	w := walker{h: h, g: h.root, t: h.end, locks: locks}
	for w.t > h.start {
		w.step()
	}
	return w.out
}

type walker struct {
	h     *history
	g     *goroutine
	t     int64 // everything after t is charged
	jumps []waiter
	held  int // jumps that left a wait for a lock
	locks map[int32]bool
	out   []segment
}

// step charges at least one nanosecond, or changes to another goroutine that
// is known to be doing something at t.
func (w *walker) step() {
	w.pop()
	i := w.g.at(w.t)
	if i < 0 {
		w.gap()
		return
	}
	s := &w.g.spans[i]
	if s.state.jumps() && w.jump(i) {
		return
	}
	if s.state == network || s.state == pipe {
		w.outside(i)
		return
	}
	st := s.state
	if s.state.jumps() && s.info != nil && s.info.memory {
		st = network
	}
	if w.g.serves && st == sleep {
		st = network // a server of the cell's own takes its time: so it looks to whom asked
	}
	if s.state.jumps() && i+1 < len(w.g.spans) && w.g.spans[i+1].clock && st != mutex && st != rwmutex {
		st = sleep // a ticker, a timeout
	}
	w.charge(s.start, st, w.stackOf(i))
}

// outside charges a wait for a socket or a pipe. Where a server that the cell
// itself started computed meanwhile, that is what the cell waited for.
func (w *walker) outside(i int) {
	s := &w.g.spans[i]
	from, back := s.start, w.g
	if w.g.serves && len(w.jumps) == 0 && w.h.root.at(w.t) >= 0 {
		w.g = w.h.root // the request came from the cell
		return
	}
	if w.piped(i) {
		return
	}
	if w.provoked(i) {
		f := w.jumps[len(w.jumps)-1]
		from, back = f.from, f.g
	}
	if b := w.h.served(max(from, w.h.start), w.t); b != nil {
		if b.end < w.t {
			w.charge(b.end, b.g.passes(b.end+1, s.state), s.info)
			return
		}
		own := w.g
		w.g = b.g
		w.charge(max(from, b.start), b.state, b.info)
		w.g = own
		if w.t > from {
			return
		}
	} else {
		w.charge(from, w.h.asked(w.t, s.state), s.info)
	}
	if w.t <= from {
		w.g = back
	}
}

// passes is the state of who waits for a server of the cell's own when that is
// g at t: where g waits for the network too, nobody has more to do than to wake
// the other.
func (g *goroutine) passes(t int64, st state) state {
	if i := g.at(t); st == network && i >= 0 && g.spans[i].state == network {
		return deliver
	}
	return st
}

// asked is the same before a service that begins at t.
func (h *history) asked(t int64, st state) state {
	i := sort.Search(len(h.services), func(i int) bool { return h.services[i].start >= t })
	if i == len(h.services) || h.services[i].start != t {
		return st
	}
	return h.services[i].g.passes(t, st)
}

// service is a stretch in which a server that the cell started ran, or was
// ready to.
type service struct {
	g          *goroutine
	start, end int64
	info       *stack
	state      state
}

// served is the latest service that overlaps (from, to], cut to end there; nil
// when there is none.
func (h *history) served(from, to int64) *service {
	if h.services == nil {
		h.findServices()
	}
	i := sort.Search(len(h.services), func(i int) bool { return h.services[i].start >= to })
	if i == 0 || h.services[i-1].end <= from {
		return nil
	}
	s := h.services[i-1]
	s.end = min(s.end, to)
	return &s
}

// findServices lists when the cell's own servers ran, without overlaps: of two
// that run at once the one that began first counts.
func (h *history) findServices() {
	h.services = []service{}
	for _, g := range h.order {
		if !g.member || !g.serves || g == h.root {
			continue
		}
		for i := range g.spans {
			if s := &g.spans[i]; (s.state >= run && s.state <= ready || s.state == netCall) && s.end > s.start {
				h.services = append(h.services, service{g, s.start, s.end, s.info, s.state})
			}
		}
	}
	slices.SortFunc(h.services, func(a, b service) int { return cmp(a.start, b.start) })
	out := h.services[:0]
	for _, s := range h.services {
		if n := len(out); n > 0 && s.start < out[n-1].end {
			s.start = out[n-1].end
		}
		if s.end > s.start {
			out = append(out, s)
		}
	}
	h.services = out
}

// stackOf is the stack of span i; that of a running span is known at its end,
// which may lie in a later span.
func (w *walker) stackOf(i int) *stack {
	for k := i; k < len(w.g.spans) && k < i+3; k++ {
		if in := w.g.spans[k].info; in != nil && in.site != 0 {
			return in
		}
	}
	return w.g.spans[i].info
}

// at is the index of the span with start < t <= end, or -1.
func (g *goroutine) at(t int64) int {
	i := sort.Search(len(g.spans), func(i int) bool { return g.spans[i].end >= t })
	if i < len(g.spans) && g.spans[i].start < t {
		return i
	}
	return -1
}

// pop forgets waits that began at t or later: the walk is before them.
func (w *walker) pop() {
	for n := len(w.jumps); n > 0 && w.jumps[n-1].from >= w.t; n = len(w.jumps) {
		if w.jumps[n-1].lock {
			w.held--
		}
		w.jumps = w.jumps[:n-1]
	}
}

// jump goes to the goroutine that ended the wait of span i, if it is known and
// was alive then.
func (w *walker) jump(i int) bool {
	s := &w.g.spans[i]
	if w.t != s.end {
		return false
	}
	if i+1 >= len(w.g.spans) {
		return w.t == w.h.end && !w.h.ended && w.goOn(s)
	}
	next := &w.g.spans[i+1]
	k := next.waker
	if k == nil || next.clock || k == w.g || k.system || k.at(w.t) < 0 || w.circular(k) {
		return false
	}
	if s.info != nil && s.info.memory && !w.h.descends(k) {
		return false // the far end of a connection in memory is a server of an earlier cell
	}
	f := waiter{g: w.g, from: s.start}
	if s.info != nil {
		f.site = s.info.site
	}
	f.lock = s.state == mutex || s.state == rwmutex || (s.state == channel || s.state == cond) && w.locks[f.site]
	if f.lock {
		w.held++
	}
	w.jumps = append(w.jumps, f)
	w.g = k
	return true
}

// descends tells whether the cell made a goroutine, or is it.
func (h *history) descends(g *goroutine) bool {
	for ; g != nil; g = g.creator {
		if g == h.root {
			return true
		}
	}
	return false
}

// goOn takes the place of a wait that the end of the trace cut: somebody would
// have ended it, most likely who works then and worked most.
func (w *walker) goOn(s *span) bool {
	var best *goroutine
	var most int64 = -1
	for _, g := range w.h.order {
		if !g.member || g.helper || g.serves || g == w.g || w.circular(g) {
			continue
		}
		i := g.at(w.t)
		if i < 0 || g.spans[i].state.jumps() {
			continue
		}
		if t := g.ran(w.h.start, w.h.end); t > most {
			best, most = g, t
		}
	}
	if best == nil {
		return false
	}
	f := waiter{g: w.g, from: s.start}
	if s.info != nil {
		f.site = s.info.site
	}
	w.jumps = append(w.jumps, f)
	w.g = best
	return true
}

// circular tells whether the walk already left k at this very instant; traces
// with coarse clocks can hold such rings.
func (w *walker) circular(k *goroutine) bool {
	for i := len(w.jumps) - 1; i >= 0 && i > len(w.jumps)-64; i-- {
		if w.jumps[i].g == k && w.t <= w.h.end {
			return w.jumps[i].from < w.t
		}
	}
	return false
}

// provoked tells whether the event that ended the outside wait of span i was
// caused by the waiter that the walk came from. A read loop is parked since the
// last answer, long before the next question; the time before the waiter began
// to wait belongs to the waiter. A goroutine that itself asked since its
// last wait is the cause of its own answer.
func (w *walker) provoked(i int) bool {
	n := len(w.jumps)
	if n == 0 || w.jumps[n-1].from <= w.g.spans[i].start {
		return false
	}
	if w.g.serves {
		return true // it answers, it does not ask
	}
	if in := w.g.spans[i].info; in != nil && in.writes {
		return false // a dial
	}
	for k := i - 1; k >= 0 && k > i-200; k-- {
		s := &w.g.spans[k]
		if s.state == network || s.state == pipe {
			break
		}
		if s.state == netCall && s.info != nil && s.info.writes {
			return false
		}
	}
	return true
}

// gap handles a time at which the goroutine has no state: before its birth, or
// in a trace with holes.
func (w *walker) gap() {
	g := w.g
	if g.known && w.t <= g.born+1 && (len(g.spans) == 0 || w.t <= g.spans[0].start+1) {
		if g.clocked && len(w.jumps) > 0 { // made by a timer: somebody waited for the clock, whoever ran it
			f := w.jumps[len(w.jumps)-1]
			w.charge(f.from, sleep, nil)
			w.g = f.g
			return
		}
		if c := g.creator; c != nil && !c.system {
			w.g = c
			if c.at(w.t) < 0 {
				w.charge(w.t-1, unknown, nil)
			}
			return
		}
	}
	if n := len(w.jumps); n > 0 {
		f := w.jumps[n-1]
		w.charge(f.from, unknown, nil)
		w.g = f.g
		return
	}
	if r := w.h.root; g != r && r.at(w.t) >= 0 {
		w.g = r // a clock made it while nobody waited yet: the cell was still about its own
		return
	}
	w.charge(w.before(), unknown, nil)
}

// before is the end of the goroutine's last span that ends before t, or the
// start of the cell.
func (w *walker) before() int64 {
	spans := w.g.spans
	i := sort.Search(len(spans), func(i int) bool { return spans[i].end >= w.t })
	if i == 0 {
		return w.h.start
	}
	return spans[i-1].end
}

// charge adds the segment from start to t, at least one nanosecond and not
// before the cell, and moves t to its start.
func (w *walker) charge(start int64, st state, info *stack) {
	start = max(min(start, w.t-1), w.h.start)
	if info != nil && info.reads && (st == run || st.blocking()) {
		st = forkCall // starting a child and moving its output is part of it
	}
	seg := segment{g: w.g, start: start, end: w.t, info: info, state: st, locked: w.held > 0}
	if info != nil {
		seg.site = info.site
	}
	if seg.site == 0 {
		seg.site = w.inherited()
	}
	w.out = append(w.out, seg)
	w.t = start
}

// inherited is the line of the nearest waiter that has one, or the line that
// started the goroutine.
func (w *walker) inherited() int32 {
	for i := len(w.jumps) - 1; i >= 0; i-- {
		if w.jumps[i].site != 0 {
			return w.jumps[i].site
		}
	}
	for g := w.g; g != nil; g = g.creator {
		if g.bornAt != 0 {
			return g.bornAt
		}
	}
	return 0
}

// forward gives the segments in rising time.
func forward(path []segment) []segment {
	out := slices.Clone(path)
	slices.Reverse(out)
	return out
}
