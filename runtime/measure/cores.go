package measure

import (
	goruntime "runtime"
	"sync"
	"time"
)

// EffectiveCores tells how many cores' worth of computing the machine gives to
// n threads at this moment: n loops of equal work at once against one loop
// alone, each about d long (5 to 10 ms is enough). On virtual machines the
// figure swings within seconds, with neither load nor steal to be seen, so it
// is measured between the rounds of a comparison and kept with their samples.
// The result lies between about 0.5 and n; n <= 1 gives 1.
//
// It must not run while a cell's clock runs.
func EffectiveCores(n int, d time.Duration) float64 {
	if n <= 1 {
		return 1
	}
	work := calibrate(d)
	alone, together := spinAll(1, work), spinAll(n, work)
	// The shorter of two: an interruption of one of them is no fact about cores.
	alone, together = min(alone, spinAll(1, work)), min(together, spinAll(n, work))
	if together <= 0 {
		return 1
	}
	return min(float64(n), float64(n)*float64(alone)/float64(together))
}

// calibrate finds how many turns of spin last about d.
func calibrate(d time.Duration) int {
	const probe = 200_000
	t := max(1, min(spinAll(1, probe), spinAll(1, probe), spinAll(1, probe)))
	return max(probe, int(float64(probe)*float64(d)/float64(t)))
}

// spinAll is the time until n threads, started together, have done their turns.
func spinAll(n, turns int) time.Duration {
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	ready.Add(n)
	done.Add(n)
	for range n {
		go func() {
			goruntime.LockOSThread() // the thread ends with the goroutine; spins must not share one
			defer done.Done()
			ready.Done()
			<-gate
			spin(turns)
		}()
	}
	ready.Wait()
	start := time.Now()
	close(gate)
	done.Wait()
	return time.Since(start)
}

//go:noinline
func spin(turns int) uint64 {
	x := uint64(88172645463325252)
	for range turns {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}
