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
	// tardy is the share of deliveries that the system's other work explains.
	tardy float64
}

// account balances the books, and tells what the path's children did.
func (h *history) account(path []segment, s measure.Sample) account {
	b := h.keepBooks(s)
	a := b.balance()
	a.spawns, a.late = h.census.spawns > 0, share(h.census.late, h.census.time[ready])
	var waits, deliveries int64
	for _, g := range path {
		if g.state == deliver {
			deliveries += g.end - g.start
		}
		if g.state == childCall || g.state == forkCall || a.spawns && g.state == pipe {
			waits += g.end - g.start
		}
	}
	a.childBusy = min(1, share(int64(float64(s.ChildNS)*h.turns(s)), waits))
	if deliveries > 0 {
		a.tardy = min(1, max(0, b.delay-b.cpu*a.off/(1-a.off))/float64(deliveries))
	}
	return a
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
	case st == deliver:
		add(bound.Machine, d*a.tardy)
		add(bound.Network, d*(1-a.tardy))
	case st == ready:
		add(bound.Machine, d*a.late)
		add(bound.Ready, d*(1-a.late))
	default:
		add(st.kind(), d)
	}
}
