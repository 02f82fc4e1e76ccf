package evidence

import (
	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/measure"
)

// account corrects what Go's scheduler believes by what the system counted:
// which part of running time was off the CPU, and which part of the calls
// waited for a device.
type account struct {
	off     float64 // share of the wish for a CPU that the system did not grant
	long    float64 // share of long calls spent waiting for a device
	short   float64 // the same of short calls
	stalled float64 // share of running time blocked in the kernel: page-ins, vfork
	spawns  bool
}

// account balances the books: running time and calls of all goroutines, less
// CPU time, less the delay by the system, is the time blocked on devices.
// Without figures of the system long calls on files count as device waits.
func (h *history) account(path []segment, s measure.Sample) account {
	a := account{spawns: h.census.spawns > 0}
	if s.CPUNS() <= 0 {
		a.long = 1
		return a
	}
	part := h.coverage(s)
	cpu, delay := float64(s.CPUNS())*part, float64(s.RunDelayNS)*part
	a.off = delay / (cpu + delay)
	long, short := h.callTimes()
	ran := float64(h.census.anyRun)
	blocked := max(0, ran+long+short-cpu-delay)
	a.long, blocked = fill(blocked, long)
	a.short, blocked = fill(blocked, short)
	if ran > 0 && blocked > 0.08*ran {
		a.stalled = min(1, blocked/ran)
	}
	return a
}

// fill takes what fits into room, as a share of it.
func fill(amount, room float64) (share, left float64) {
	if room <= 0 {
		return 0, amount
	}
	used := min(amount, room)
	return used / room, amount - used
}

// callTimes adds up the time of all goroutines in calls that may block.
func (h *history) callTimes() (long, short float64) {
	for _, g := range h.order {
		for i := range g.spans {
			s := &g.spans[i]
			if !s.state.blocking() {
				continue
			}
			d := float64(min(s.end, h.end) - max(s.start, h.start))
			if d <= 0 {
				continue
			}
			if s.state == longCall || d > cachedCall {
				long += d
			} else {
				short += d
			}
		}
	}
	return long, short
}

// coverage is the share of the run that was read, 1 unless the trace was cut.
func (h *history) coverage(s measure.Sample) float64 {
	wall := s.WallNS * int64(max(1, s.Turns))
	if h.ended || wall <= 0 {
		return 1
	}
	return min(1, float64(h.end-h.start)/float64(wall))
}

// split charges d nanoseconds in a state to kinds.
func (a account) split(st state, d float64, add func(kind string, ns float64)) {
	switch {
	case st == run || st == assist || st == netCall:
		stall := d * a.stalled
		if a.spawns {
			add(bound.Child, stall)
		} else {
			add(bound.Disk, stall)
		}
		d -= stall
		add(bound.Machine, d*a.off)
		add(st.kind(), d*(1-a.off))
	case st.blocking():
		b := a.short
		if st == longCall || d > cachedCall {
			b = a.long
		}
		wait := bound.Disk
		if st == cgoCall {
			wait = bound.Wait
		}
		add(wait, d*b)
		add(bound.Machine, d*(1-b)*a.off)
		add(st.kind(), d*(1-b)*(1-a.off))
	default:
		add(st.kind(), d)
	}
}
