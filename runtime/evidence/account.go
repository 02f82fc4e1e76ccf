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
	faults  float64 // share of the rest that the kernel works for these
	late    float64 // share of ready time in which a worker was free
	spawns  bool
	// childBusy is the share of the path's waits for children in which these
	// computed.
	childBusy float64
	stream    bool // calls block, but on no device
}

// account balances the books, and tells what the path's children did.
//
// The balance: running time and calls of all goroutines, less
// CPU time, less the delay by the system, is the time blocked on devices.
// When the system counted no block that moved, there was no device: what is
// missing then was lost to the machine, or spent waiting for a stream that the
// poller does not know. Without figures of the system long calls on files count
// as device waits.
func (h *history) account(path []segment, s measure.Sample) account {
	a := h.balance(s)
	var waits int64
	for _, g := range path {
		if g.state == childCall || g.state == forkCall || a.spawns && g.state == pipe {
			waits += g.end - g.start
		}
	}
	a.childBusy = min(1, share(s.ChildNS*int64(max(1, s.Turns)), waits))
	return a
}

func (h *history) balance(s measure.Sample) account {
	a := account{spawns: h.census.spawns > 0, late: share(h.census.late, h.census.time[ready])}
	if s.CPUNS() <= 0 {
		a.long = 1
		return a
	}
	part := h.coverage(s) * float64(max(1, s.Turns))
	cpu, delay := float64(s.CPUNS())*part, float64(s.RunDelayNS)*part
	long, short, calls := h.callTimes()
	ran := float64(h.census.anyRun)
	lost := max(0, ran+long+short-cpu)
	moved := s.IOBlocks == nil || *s.IOBlocks > 0
	a.off = delayed(cpu, min(delay, lost))
	if moved && long+short > 0.1*(ran+long+short) {
		a.off = min(a.off, offInCalls(float64(s.UserNS)*part, ran, long+short))
	}
	blocked := lost - cpu*a.off/(1-a.off)
	if s.IOBlocks != nil && *s.IOBlocks == 0 && !a.spawns {
		a.stream = blocked >= 0.5*long && long >= 1e6*float64(calls)
		if !a.stream {
			return a
		}
	}
	a.long, blocked = fill(blocked, long)
	a.short, blocked = fill(blocked, short)
	if ran > 0 && blocked > 0.08*ran {
		a.stalled = min(1, blocked/ran)
		if blocked > 0.25*cpu {
			a.faults = float64(s.SystemNS) / float64(s.CPUNS())
		}
	}
	return a
}

// delayed is the share of the wish for a CPU that was not granted, when cpu was
// granted. Threads that only look for work are delayed too, so the caller cuts
// the delay to what is missing from the cell's own time.
func delayed(cpu, delay float64) float64 { return delay / (cpu + delay) }

// offInCalls bounds that share for a run that waits for devices. The delay of
// threads that a device just woke is as large as that of those that compute,
// and cannot be told from it. User time against running time shows what
// computing lost, and calls lost the same; with too little of that, at most half.
func offInCalls(user, ran, calls float64) float64 {
	if ran < 0.2*(ran+calls) || user <= 0 {
		return 0.5
	}
	return max(0, 1-user/ran)
}

// fill takes what fits into room, as a share of it.
func fill(amount, room float64) (share, left float64) {
	if room <= 0 {
		return 0, amount
	}
	used := min(amount, room)
	return used / room, amount - used
}

// callTimes adds up the time of all goroutines in calls that may block, and
// counts the long ones. The profiler's writer sits in a call all the time.
func (h *history) callTimes() (long, short float64, calls int) {
	for _, g := range h.order {
		for i := range g.spans {
			s := &g.spans[i]
			if g.system || !s.state.blocking() {
				continue
			}
			d := float64(min(s.end, h.end) - max(s.start, h.start))
			if d <= 0 {
				continue
			}
			if s.state == longCall || d > cachedCall {
				long += d
				calls++
			} else {
				short += d
			}
		}
	}
	return long, short, calls
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
		add(bound.Syscall, d*(1-a.off)*a.faults)
		add(st.kind(), d*(1-a.off)*(1-a.faults))
	case st.blocking():
		b := a.short
		if st == longCall || d > cachedCall {
			b = a.long
		}
		wait := bound.Disk
		if a.stream {
			wait = bound.Pipe
		}
		if st == cgoCall {
			wait = bound.Wait
		}
		add(wait, d*b)
		add(bound.Machine, d*(1-b)*a.off)
		add(st.kind(), d*(1-b)*(1-a.off))
	case st == ready:
		add(bound.Machine, d*a.late)
		add(bound.Ready, d*(1-a.late))
	default:
		add(st.kind(), d)
	}
}
