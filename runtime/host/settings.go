package host

import (
	"fmt"
	"math"
	"os"
	"os/signal"
	goruntime "runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
)

// settings are those of the Go runtime that return to their default after each
// call, so that no cell poisons the figures of a later one.
type settings struct {
	now  []metrics.Sample
	base [3]uint64
}

// The order of settings.now.
const (
	setGC = iota
	setLimit
	setProcs
)

func newSettings() *settings {
	s := &settings{now: []metrics.Sample{
		{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}, {Name: "/sched/gomaxprocs:threads"},
	}}
	s.base = s.read()
	return s
}

func (s *settings) read() (v [3]uint64) {
	metrics.Read(s.now)
	for i := range s.now {
		v[i] = s.now[i].Value.Uint64()
	}
	return v
}

// restore sets back what a call changed and says so. Signals are reset only
// when the engine says that the cell used them: that nothing is installed
// cannot be seen from outside, and signal.Reset takes a millisecond.
func (s *settings) restore(n *notices) {
	if n.resetSignals() {
		resetSignals()
		n.add("the cell installed signal handlers; they are back to their default")
	}
	v := s.read()
	if v == s.base {
		return
	}
	if v[setGC] != s.base[setGC] {
		debug.SetGCPercent(int(int32(s.base[setGC])))
		n.add(fmt.Sprintf("the cell changed the collector's setting to GOGC=%s; back to %s", percent(v[setGC]), percent(s.base[setGC])))
	}
	if v[setLimit] != s.base[setLimit] {
		debug.SetMemoryLimit(int64(s.base[setLimit]))
		n.add(fmt.Sprintf("the cell changed the memory limit to %s; back to %s", limit(v[setLimit]), limit(s.base[setLimit])))
	}
	if v[setProcs] != s.base[setProcs] {
		restoreProcs(int(s.base[setProcs]))
		n.add(fmt.Sprintf("the cell changed GOMAXPROCS to %d; back to %d", v[setProcs], s.base[setProcs]))
	}
	s.base = s.read() // the default may follow the machine's quota
}

// resetSignals undoes Notify and Ignore; Reset alone undoes Notify only.
func resetSignals() {
	c := make(chan os.Signal, 1)
	for s := syscall.Signal(1); s < 32; s++ {
		if signal.Ignored(s) {
			signal.Notify(c, s)
		}
	}
	signal.Reset()
}

func restoreProcs(n int) {
	if os.Getenv("GOMAXPROCS") == "" {
		goruntime.SetDefaultGOMAXPROCS()
		return
	}
	goruntime.GOMAXPROCS(n)
}

func percent(v uint64) string {
	if int32(v) < 0 {
		return "off"
	}
	return fmt.Sprint(int32(v))
}

func limit(v uint64) string {
	if v == math.MaxInt64 {
		return "none"
	}
	return Bytes(int64(v))
}
