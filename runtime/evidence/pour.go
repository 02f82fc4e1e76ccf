package evidence

import "sort"

// A pipe within the process: one goroutine reads what another writes. The
// scheduler does not know that, since the system wakes who waits. A goroutine is
// taken for the other end when nearly every wait holds a call of it, and it does
// not call much more often than the other waits, as one that keeps a log would.
const (
	pourShare = 0.8 // of the waits
	pourMost  = 4   // calls a wait
)

// pipeEnd is one end of a pipe: who waits there, to read or to write.
type pipeEnd struct {
	g     *goroutine
	write bool
}

// otherEnd is the goroutine at the other end of a pipe, nil when it is not one
// of the cell's.
func (h *history) otherEnd(e pipeEnd) *goroutine {
	if k, known := h.pipes[e]; known {
		return k
	}
	waits := e.waits(h.start, h.end)
	var best *goroutine
	most := 0
	for _, k := range h.order {
		if k == e.g || !k.member || k.system {
			continue
		}
		if n := e.servedBy(k, waits, h.start, h.end); n > most {
			best, most = k, n
		}
	}
	if float64(most) < pourShare*float64(len(waits)) {
		best = nil
	}
	if h.pipes == nil {
		h.pipes = map[pipeEnd]*goroutine{}
	}
	h.pipes[e] = best
	return best
}

// waits are the waits at this end.
func (e pipeEnd) waits(from, to int64) (waits []*span) {
	for i := range e.g.spans {
		if s := &e.g.spans[i]; s.state == pipe && s.writes() == e.write && s.end > from && s.start < to {
			waits = append(waits, s)
		}
	}
	return waits
}

func (s *span) writes() bool { return s.info != nil && s.info.pours }

// servedBy counts the waits in which k did the opposite; 0 when it does it too
// often to be the cause.
func (e pipeEnd) servedBy(k *goroutine, waits []*span, from, to int64) (n int) {
	calls, at, last := 0, 0, -1
	for i := range k.spans {
		s := &k.spans[i]
		if !e.served(s) || s.end <= from || s.start >= to {
			continue
		}
		calls++
		at += sort.Search(len(waits)-at, func(j int) bool { return waits[at+j].end >= s.start })
		if at < len(waits) && s.end > waits[at].start && at != last {
			last = at
			n++
		}
	}
	if calls > pourMost*len(waits) {
		return 0
	}
	return n
}

// served tells whether a call may end a wait at this end.
func (e pipeEnd) served(s *span) bool {
	if !s.state.blocking() || s.info == nil {
		return false
	}
	if e.write {
		return s.info.drains
	}
	return s.info.pours
}

// piped goes from a wait for a pipe to the goroutine at its other end, if that
// is one of the cell's.
func (w *walker) piped(i int) bool {
	s := &w.g.spans[i]
	if s.state != pipe {
		return false
	}
	e := pipeEnd{w.g, s.writes()}
	k := w.h.otherEnd(e)
	if k == nil {
		return false
	}
	call := e.lastOf(k, s.start, w.t)
	if call == nil || k.at(min(call.end, w.t)) < 0 {
		return false
	}
	if call.end < w.t {
		w.charge(call.end, ready, s.info) // it could go on, but was not yet woken
	}
	f := waiter{g: w.g, from: s.start}
	if s.info != nil {
		f.site = s.info.site
	}
	w.jumps = append(w.jumps, f)
	w.g = k
	return true
}

// lastOf is k's last call that began before t and ended after from.
func (e pipeEnd) lastOf(k *goroutine, from, t int64) *span {
	i := sort.Search(len(k.spans), func(i int) bool { return k.spans[i].start >= t })
	for i--; i >= 0 && k.spans[i].end > from; i-- {
		if e.served(&k.spans[i]) {
			return &k.spans[i]
		}
	}
	return nil
}
