package measure

import (
	"flag"
	"math/rand/v2"
	goruntime "runtime"
	"testing"

	"golang.org/x/sys/unix"
)

var realTrials = flag.Int("real", 0, "trials of the comparison on real runs of this machine: equal pairs, and half as many at 1.3×")

// TestRealTrials compares real computing by its CPU time, as the stopping rule
// has it: runs of a few milliseconds, in random order within each round.
func TestRealTrials(t *testing.T) {
	if *realTrials == 0 {
		t.Skip("run with -real 200")
	}
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	const turns = 2_000_000
	equal, found := 0, 0
	for range *realTrials {
		if realCompare(turns, turns) {
			equal++
		}
	}
	for range *realTrials / 2 {
		if realCompare(turns*13/10, turns) {
			found++
		}
	}
	t.Logf("%d of %d equal pairs claimed different; 1.3× found in %d of %d", equal, *realTrials, found, *realTrials/2)
	if equal*100 > *realTrials*4 || found*100 < *realTrials/2*90 {
		t.Error("want at most 4% and at least 90%")
	}
}

func realCompare(a, b int) (claimed bool) {
	var x, y []int64
	for n := NextRuns(0, false); n > 0; n = NextRuns(n, claimed) {
		for len(x) < n {
			if rand.IntN(2) == 0 {
				x, y = append(x, threadCPU(a)), append(y, threadCPU(b))
			} else {
				y, x = append(y, threadCPU(b)), append(x, threadCPU(a))
			}
		}
		claimed, _ = Differ(x, y)
	}
	return claimed
}

// threadCPU is the CPU time of some turns of work on this thread. getrusage
// would be up to a tick (4 ms) old.
func threadCPU(turns int) int64 {
	before := threadClock()
	spin(turns)
	return threadClock() - before
}

func threadClock() int64 {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts)
	return ts.Nano()
}
