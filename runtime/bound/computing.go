package bound

import (
	"fmt"
	"math"

	"github.com/lapbook/lapbook/runtime/measure"
)

// details of computing, in the order in which they are asked. Several may
// hold; the first is the verdict's.
func computing(v *view) *claim {
	if v.first() != Compute {
		return nil
	}
	c := &claim{bound: "cpu", why: []string{fmt.Sprintf("%s of the path computes", measure.Percent(v.group[Compute]))}}
	for _, d := range []struct {
		name, words string
		holds       bool
	}{
		{"syscall", "system calls", v.callsMost()},
		{"alloc", "allocating", v.allocates()},
		{"pipeline", "one slow stage", v.oneStage()}, // on two workers both these may nearly saturate
		{"imbalance", "one big task", v.oneTask()},
		{"saturated", "all cores busy", v.saturated()},
		{"memory", "waiting for memory", v.missesCache()},
		{"compute", "computing", true},
	} {
		if !d.holds {
			continue
		}
		c.details = append(c.details, d.name)
		if c.headline == "" {
			c.headline = "CPU-bound: " + d.words
		}
	}
	c.note = v.computeNote(c.details[0])
	return c
}

// callsMost: the kernel takes near half of the CPU, and the cell calls it (not
// the collector, nor first touches of fresh memory). The trace does not see raw
// calls; samples do.
func (v *view) callsMost() bool {
	sys, cpu := v.SystemNS, v.CPUNS
	if m := v.Measurement; m.Runs > 0 && m.UserNS+m.SystemNS > 0 {
		sys, cpu = m.SystemNS, m.UserNS+m.SystemNS
	}
	traced := v.Path[Syscall] >= 0.2*(1-v.Path[Machine])*v.group[Compute]
	return cpu > 0 && float64(sys) >= 0.4*float64(cpu) && (traced || v.Samples >= 15 && v.Calls >= 0.3)
}

// allocates: claimed from at least 15 samples, from less when the collector
// says so too; a busy machine inflates its share.
func (v *view) allocates() bool {
	if v.Path[Collect] >= 0.3*(1-v.Path[Machine]) && v.Alloc >= 0.2 { // pays for its allocations itself, or waits until they are paid for
		return true
	}
	if v.Samples < 15 {
		return v.GC >= 0.5 || v.allocCost() >= 0.35 && v.Alloc >= 0.25 || v.allocCost() >= 0.6 && v.Samples < 5 || v.Samples >= 4 && (v.GC >= 0.4 && v.Alloc >= 0.5 || v.GC >= 0.25 && v.Alloc >= 0.75)
	}
	spread := 0.5 / math.Sqrt(float64(v.Samples)) // of a share near a half
	return v.Alloc-spread >= 0.35 || v.Alloc >= 0.25 && v.GC >= 0.4 || v.Alloc >= 0.15 && v.GC >= 0.4 && v.allocCost() >= 0.35
}

// Least costs of an allocation and of a byte of it, in ns: what small objects,
// and large ones that must be cleared, take in a quiet process.
const (
	eachAlloc = 25
	eachByte  = 0.1
)

// allocCost is the share of the CPU that the timed runs spent at least on
// collecting and allocating, by what they counted: it needs no samples.
func (v *view) allocCost() float64 {
	m := v.Measurement
	cpu := float64(m.UserNS + m.SystemNS)
	if m.Runs == 0 || cpu <= 0 {
		return 0
	}
	return (float64(m.GCCPUNS) + eachAlloc*float64(m.Allocs) + eachByte*float64(m.AllocBytes)) / cpu
}

// saturated: equal tasks end apart where the machine runs others meanwhile.
func (v *view) saturated() bool {
	return v.Wanting >= 1.5 && v.Running >= (0.75-0.1*v.Path[Machine])*float64(v.Procs)
}

func (v *view) oneStage() bool {
	return v.Procs > 1 && v.Solo.Stage >= 0.4 && v.Solo.Handoffs >= 8 && v.Solo.Top >= 0.6
}

func (v *view) oneTask() bool {
	return v.Procs > 1 && v.Solo.Share >= 0.35 && v.Solo.Siblings >= 2 && v.Solo.Biggest >= 2.5 && v.Solo.Longest >= 0.25
}

// missesCache: where the machine counts, more than half of the cycles stalled
// or under half an instruction a cycle with a miss every 200 instructions.
func (v *view) missesCache() bool {
	k := v.Counters
	if k == nil || k.Cycles <= 0 || k.Instructions <= 0 {
		return false
	}
	return k.StalledCycles*2 > k.Cycles || k.Instructions*2 < k.Cycles && k.CacheMisses*200 > k.Instructions
}

func (v *view) computeNote(detail string) string {
	switch detail {
	case "alloc":
		return fmt.Sprintf("%s of the CPU samples lie in the allocator or the collector.", measure.Percent(v.Alloc))
	case "syscall":
		return "The kernel answers from memory: each call costs, not the device."
	case "saturated":
		return fmt.Sprintf("%.1f of %d workers run on average: more goroutines will not help.", v.Running, v.Procs)
	case "pipeline":
		return fmt.Sprintf("One stage runs alone for %s of the time; the others wait for it.", measure.Percent(v.Solo.Stage))
	case "imbalance":
		return fmt.Sprintf("One task runs alone for %s of the time: split it.", measure.Percent(v.Solo.Share))
	}
	own := ""
	if v.Path[Machine] >= 0.1 {
		own = " of its own time" // the table shows less
	}
	return fmt.Sprintf("Interleaving on one worker will not help: %s%s computes.", measure.Percent(v.group[Compute]), own)
}
