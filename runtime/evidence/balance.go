package evidence

import (
	"math"

	"github.com/lapbook/lapbook/runtime/measure"
)

// books are what the trace and the system say of the same time, in ns: the
// states of all goroutines, and the CPU time and run delay of all threads.
type books struct {
	ran         float64 // goroutines running, the runtime's included
	long, short float64 // in calls that may block
	longCalls   int
	calls       int
	cpu, user   float64 // 0 when the system did not count
	delay       float64 // runnable, but the system ran others
	switches    float64 // voluntary context switches
	moved       *int64  // blocks read from or written to a device; nil when not counted
	spawned     bool
}

// cachedCall is how long a file system call lasts at most, in ns, that is
// served from memory and small; longer ones may have waited for a device.
const cachedCall = 20_000

// keepBooks adds up both sides.
func (h *history) keepBooks(s measure.Sample) *books {
	part := h.coverage(s) * h.turns(s)
	b := &books{
		ran: float64(h.census.anyRun),
		cpu: float64(s.CPUNS()) * part, user: float64(s.UserNS) * part, delay: float64(s.RunDelayNS) * part,
		switches: float64(s.VolSwitches) * part, moved: s.IOBlocks, spawned: h.census.spawns > 0,
	}
	for _, g := range h.order {
		if g.system {
			continue // a profiler's writer sits in a call all the time
		}
		for i := range g.spans {
			b.call(&g.spans[i], h.start, h.end)
		}
	}
	return b
}

func (b *books) call(s *span, from, to int64) {
	d := float64(min(s.end, to) - max(s.start, from))
	if d <= 0 || !s.state.blocking() {
		return
	}
	b.calls++
	if s.state == longCall || d > cachedCall {
		b.long += d
		b.longCalls++
	} else {
		b.short += d
	}
}

// balance finds the time blocked on devices: running time and calls, less CPU
// time, less what the system gave to others. Without figures of the system
// long calls count as device waits.
func (b *books) balance() (a account) {
	if b.cpu <= 0 {
		a.long = 1
		return a
	}
	lost := max(0, b.ran+b.long+b.short-b.cpu)
	if b.moved == nil && b.delay == 0 {
		// Neither blocks nor delay were counted: what running misses is more
		// often the machine's than a device's.
		b.delay = max(0, lost-b.long-b.short)
	}
	device := b.device()
	a.off = delayed(b.cpu, min(b.delay, lost))
	if device && (b.faults() || b.long+b.short > 0.1*(b.ran+b.long+b.short)) {
		a.off = min(a.off, b.offInCalls())
	}
	blocked := max(0, lost-b.cpu*a.off/(1-a.off))
	if !device {
		a.stream = b.longCalls > 0 && blocked >= 0.5*b.long && b.long >= 1e6*float64(b.longCalls)
		if !a.stream {
			return a
		}
	}
	a.long, blocked = fill(blocked, b.long)
	a.short, blocked = fill(blocked, b.short)
	if b.ran > 0 && blocked > 0.08*b.ran {
		a.stalled = min(1, blocked/b.ran)
	}
	if blocked > 0.25*b.cpu {
		a.faults = 1 - b.user/b.cpu
	}
	return a
}

// device tells whether calls may have waited for a device at all. When no block
// moved, or when thousands of calls went by with hardly a voluntary context
// switch, what is missing was lost to the machine.
func (b *books) device() bool {
	if b.spawned || b.moved == nil {
		return true
	}
	if *b.moved == 0 {
		return false
	}
	idle := 2 * (b.ran + b.long + b.short) / 1e6 // those of the Go runtime's own threads
	return b.calls < 5000 || b.switches >= max(0.02*float64(b.calls), idle)
}

// faults tells a run that waits for pages: it is in the kernel nearly all of its
// CPU time but makes hardly a call, and is switched away by itself more often
// than the Go runtime's idle threads are (up to three times a millisecond).
func (b *books) faults() bool {
	return b.moved != nil && *b.moved > 0 && b.user < 0.3*b.cpu && b.long+b.short < 0.3*b.ran && b.switches > 4*b.ran/1e6
}

// delayed is the share of the wish for a CPU that was not granted, when cpu was
// granted. Threads that only look for work are delayed too, so the caller cuts
// the delay to what is missing from the cell's own time.
func delayed(cpu, delay float64) float64 { return delay / (cpu + delay) }

// offInCalls bounds that share for a run that waits for devices. The delay of
// threads that a device just woke is as large as that of those that compute,
// and cannot be told from it. User time against running time shows what
// computing lost, and calls lost the same; with too little of that, at most half.
func (b *books) offInCalls() float64 {
	if b.faults() || b.ran < 0.2*(b.ran+b.long+b.short) || b.user <= 0 {
		return 0.5
	}
	return max(0, 1-b.user/b.ran)
}

// fill takes what fits into room, as a share of it.
func fill(amount, room float64) (share, left float64) {
	if room <= 0 {
		return 0, amount
	}
	used := min(amount, room)
	return used / room, amount - used
}

// coverage is the share of the run that was read, 1 unless the trace was cut.
func (h *history) coverage(s measure.Sample) float64 {
	if h.ended || s.WallNS <= 0 {
		return 1
	}
	return min(1, float64(h.end-h.start)/(float64(s.WallNS)*float64(max(1, s.Turns))))
}

// turns is how many turns of the cell the window spans: the figures of a sample
// are per turn, and an engine traces each turn apart, or all as one.
func (h *history) turns(s measure.Sample) float64 {
	if s.Turns <= 1 || s.WallNS <= 0 {
		return 1
	}
	return max(1, min(float64(s.Turns), math.Round(float64(h.end-h.start)/float64(s.WallNS))))
}
