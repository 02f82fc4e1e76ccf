package runtime

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
)

// A forecast that is off by more than this is explained, or said to be
// unexplained: a cause is named only when a counter of the same rounds shows it.
const farOff = 0.3

// missedBy says how far the forecast of a row was off, and why.
func missedBy(col, base *measure.Column, cores float64, try *trial) []string {
	if col.PredictedWallNS == nil || *col.PredictedWallNS <= 0 || col.WallNS.Median <= 0 {
		return nil
	}
	predicted, took := float64(*col.PredictedWallNS), float64(col.WallNS.Median)
	if took <= predicted*(1+farOff) && predicted <= took*(1+farOff) {
		return nil
	}
	return []string{fmt.Sprintf("predicted %s, took %s: %s", measure.Duration(*col.PredictedWallNS), measure.Duration(col.WallNS.Median), cause(col, base, cores, try))}
}

// cause looks for what the forecast could not know, in the counters of the rows.
func cause(col, base *measure.Column, cores float64, try *trial) string {
	wall := float64(col.WallNS.Median)
	per := func(of func(measure.Sample) int64, in []measure.Sample) float64 {
		var list []int64
		for _, s := range in {
			list = append(list, of(s))
		}
		slices.Sort(list)
		if len(list) == 0 {
			return 0
		}
		return float64(list[len(list)/2])
	}
	delay := func(s measure.Sample) int64 { return s.RunDelayNS }
	lock := func(s measure.Sample) int64 { return s.MutexWaitNS }
	gc := func(s measure.Sample) int64 { return s.GCCPUNS }
	slower := wall > float64(*col.PredictedWallNS)
	was, is := float64(base.CPUNS.Median), float64(col.CPUNS.Median)
	switch {
	case per(delay, col.Samples) > 0.15*wall:
		return "other programs had the cores (run delay " + measure.Duration(int64(per(delay, col.Samples))) + ")"
	case col.Workers > 1 && cores > 0 && offBy(col.EffectiveCores, cores):
		return fmt.Sprintf("the machine gave %.1f cores in these rounds, %.1f when the forecast was made", col.EffectiveCores, cores)
	case per(lock, col.Samples) > 0.15*wall:
		return "tasks waited for a lock (" + measure.Duration(int64(per(lock, col.Samples))) + ")"
	case slower && per(gc, col.Samples) > 0.15*is && per(gc, col.Samples) > per(gc, base.Samples):
		return "the collector took " + measure.Percent(per(gc, col.Samples)/is) + " of the CPU"
	case medianTask(try.tasks) < smallTask:
		return fmt.Sprintf("a task lasts %s only: handing it over counts", measure.Duration(medianTask(try.tasks)))
	case was > 0 && (is > 1.3*was || was > 1.3*is):
		return fmt.Sprintf("the tasks took %s of CPU, as written %s", measure.Duration(int64(is)), measure.Duration(int64(was)))
	case per(delay, base.Samples) > 0.15*float64(base.WallNS.Median):
		return "as written, other programs had the cores (run delay " + measure.Duration(int64(per(delay, base.Samples))) + ")"
	}
	return "no counter of ours shows why"
}

// smallTask is how long a task lasts for which handing it over does not count.
const smallTask = 10_000

func offBy(a, b float64) bool { return a > 0 && (a > 1.15*b || b > 1.15*a) }

// medianTask is how long a task took as they ran one after the other.
func medianTask(tasks []evidence.Task) int64 {
	if len(tasks) == 0 {
		return smallTask
	}
	s := slices.SortedFunc(slices.Values(tasks), func(a, b evidence.Task) int {
		return cmp.Compare(a.EndNS-a.StartNS, b.EndNS-b.StartNS)
	})
	t := s[len(s)/2]
	return t.EndNS - t.StartNS
}
