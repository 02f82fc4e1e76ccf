//go:build unix

package harness

import (
	goruntime "runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// reading is everything that is read beside the clock.
type reading struct {
	mem        goruntime.MemStats
	gcCPU      float64
	mutex      float64
	delay      int64
	self, kids syscall.Rusage
	cpu        int64 // clock of the process's CPU time, ns; 0 where there is none
}

// meter takes a reading before and after the cell. Everything is allocated
// when it is made, so that end can be called from anywhere.
type meter struct {
	turns         int64
	before, after reading
	metrics       []metrics.Sample
	start         time.Time
	ended         bool
	sample        Sample
}

func newMeter(turns int) *meter {
	m := &meter{turns: int64(max(turns, 1))}
	m.metrics = []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/sync/mutex/wait/total:seconds"}}
	return m
}

// begin collects garbage, so that no run pays for the setup's, and starts the
// clock last. What allocates is read before the counters of allocation.
func (m *meter) begin() {
	resetPeak()
	goruntime.GC()
	m.before.delay = runDelay()
	metrics.Read(m.metrics)
	m.before.gcCPU, m.before.mutex = m.metrics[0].Value.Float64(), m.metrics[1].Value.Float64()
	goruntime.ReadMemStats(&m.before.mem)
	m.before.usage()
	m.start = time.Now()
}

// end stops the clock first. It may be called twice.
func (m *meter) end() {
	wall := time.Since(m.start)
	if m.ended {
		return
	}
	m.ended = true
	m.after.usage()
	goroutines := goruntime.NumGoroutine()
	goruntime.ReadMemStats(&m.after.mem)
	metrics.Read(m.metrics)
	m.after.gcCPU, m.after.mutex = m.metrics[0].Value.Float64(), m.metrics[1].Value.Float64()
	m.after.delay = runDelay()
	m.sample = m.difference(wall)
	m.sample.Goroutines = int64(goroutines)
}

func (r *reading) usage() {
	_ = syscall.Getrusage(syscall.RUSAGE_CHILDREN, &r.kids)
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r.self)
	r.cpu = cpuClock()
}

// cpuBetween is the user and system time between two readings. getrusage alone
// is up to a tick (4 ms) old for a thread that runs; the clock is exact, but
// does not tell the two apart.
func cpuBetween(a, b *reading) (user, system int64) {
	user, system = b.self.Utime.Nano()-a.self.Utime.Nano(), b.self.Stime.Nano()-a.self.Stime.Nano()
	exact := b.cpu - a.cpu
	if exact <= 0 {
		return user, system
	}
	if user+system <= 0 {
		return exact, 0
	}
	system = int64(float64(exact) * float64(system) / float64(user+system))
	return exact - system, system
}

func (m *meter) difference(wall time.Duration) Sample {
	a, b, n := &m.before, &m.after, m.turns
	user, system := cpuBetween(a, b)
	return Sample{
		Turns:        n,
		WallNS:       wall.Nanoseconds() / n,
		UserNS:       user / n,
		SystemNS:     system / n,
		ChildNS:      (b.kids.Utime.Nano() + b.kids.Stime.Nano() - a.kids.Utime.Nano() - a.kids.Stime.Nano()) / n,
		AllocBytes:   int64(b.mem.TotalAlloc-a.mem.TotalAlloc) / n,
		Allocs:       int64(b.mem.Mallocs-a.mem.Mallocs) / n,
		GCs:          int64(b.mem.NumGC - a.mem.NumGC),
		GCPauseNS:    int64(b.mem.PauseTotalNs - a.mem.PauseTotalNs),
		GCCPUNS:      int64((b.gcCPU-a.gcCPU)*1e9) / n,
		MutexWaitNS:  int64((b.mutex-a.mutex)*1e9) / n,
		RunDelayNS:   max(b.delay-a.delay, 0) / n,
		VolSwitches:  (b.self.Nvcsw - a.self.Nvcsw) / n,
		InvSwitches:  (b.self.Nivcsw - a.self.Nivcsw) / n,
		MaxRSSBytes:  peakRSS(&b.self),
		PeakHeapSize: int64(b.mem.HeapSys - b.mem.HeapReleased),
		IOBlocks:     int64(b.self.Inblock - a.self.Inblock + b.self.Oublock - a.self.Oublock),
		ReadBlocks:   int64(b.self.Inblock - a.self.Inblock),
	}
}

// runDelay is how long the threads of this process were ready while the
// operating system ran something else, in ns; 0 where it does not tell.
// /proc/self/schedstat is the main thread's only.
func runDelay() int64 {
	var sum int64
	for _, t := range names("/proc/self/task") {
		if f := strings.Fields(read("/proc/self/task/" + t + "/schedstat")); len(f) > 1 {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			sum += n
		}
	}
	return sum
}

// resetPeak makes the kernel forget the peak of the setup.
func resetPeak() {
	if fd, err := syscall.Open("/proc/self/clear_refs", syscall.O_WRONLY, 0); err == nil {
		_, _ = syscall.Write(fd, []byte("5"))
		syscall.Close(fd)
	}
}

// peakRSS is the peak since resetPeak where the kernel tells, else since the
// start of the process.
func peakRSS(u *syscall.Rusage) int64 {
	if _, rest, ok := strings.Cut(read("/proc/self/status"), "VmHWM:"); ok {
		if f := strings.Fields(rest); len(f) > 1 {
			n, _ := strconv.ParseInt(f[0], 10, 64)
			return n << 10
		}
	}
	return maxRSS(u)
}
