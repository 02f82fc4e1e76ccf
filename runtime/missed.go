package runtime

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
)

// A forecast that is off by more than this is explained, or said to be
// unexplained: a cause is named only when a counter of the same rounds shows it.
const farOff = 0.3

// missedBy says how far the forecast of a row was off, and why.
func missedBy(col, base *measure.Column, cores float64, try *trial, saw sight) []string {
	if col.PredictedWallNS == nil || *col.PredictedWallNS <= 0 || col.WallNS.Median <= 0 {
		return nil
	}
	predicted, took := float64(*col.PredictedWallNS), float64(col.WallNS.Median)
	if took <= predicted*(1+farOff) && predicted <= took*(1+farOff) {
		return nil
	}
	m := &miss{col: col, base: base, cores: cores, try: try, saw: saw, by: took - predicted}
	why := m.slower()
	if m.by < 0 {
		why = m.faster()
	}
	if why == "" {
		why = unexplained
	}
	return []string{fmt.Sprintf("predicted %s, took %s: %s", measure.Duration(*col.PredictedWallNS), measure.Duration(col.WallNS.Median), why)}
}

// miss is a forecast that was far off, with what was counted in the rounds of the
// row and of the cell as written.
type miss struct {
	col, base *measure.Column
	cores     float64 // when the forecast was made
	try       *trial
	saw       sight   // of the row
	by        float64 // took minus predicted, in ns
}

// cause is something that was counted, with the wall time, in ns, that it explains
// at most.
type cause struct {
	ns  float64
	why string
}

// explains is the first cause that is large enough for the miss: that a counter
// points the same way does not make half a millisecond the cause of forty.
func (m *miss) explains(causes []cause) string {
	for _, c := range causes {
		if c.ns >= math.Abs(m.by)/2 {
			return c.why
		}
	}
	return ""
}

// slower looks for what the forecast could not know.
func (m *miss) slower() string {
	predicted, workers := float64(*m.col.PredictedWallNS), float64(max(1, m.col.Workers))
	was, is := m.base.CPUNS.Median, m.col.CPUNS.Median
	delay, lock, gc := middleOf(m.col.Samples, runDelay), middleOf(m.col.Samples, mutexWait), middleOf(m.col.Samples, gcCPU)
	more := float64(is-was) / workers
	causes := []cause{
		{float64(delay), "other programs had the cores (run delay " + measure.Duration(delay) + ")"},
		{m.lostCores() * predicted, m.coresSwung()},
		{float64(lock), "tasks waited for a lock (" + measure.Duration(lock) + ")"},
		{float64(gc - middleOf(m.base.Samples, gcCPU)), "the collector took " + measure.Percent(float64(gc)/float64(max(1, is))) + " of the CPU"},
	}
	if m.saw.dials > 2*max(1, m.try.saw.dials) {
		causes = append(causes, cause{more, fmt.Sprintf("%d connections were opened, as written %d: keep as many as are in flight (MaxIdleConnsPerHost)", m.saw.dials, m.try.saw.dials)})
	}
	causes = append(causes,
		cause{float64(m.saw.backgroundNS) / workers, "goroutines of earlier cells took " + measure.Duration(m.saw.backgroundNS) + " of CPU beside the tasks"},
		cause{float64(m.waited()-m.try.waitNS()) * m.rounds(), fmt.Sprintf("a task waited %s, as written %s: what it waits for does not serve %d at the same time", measure.Duration(m.waited()), measure.Duration(m.try.waitNS()), m.col.Limit)},
	)
	if task := m.try.typicalNS(); task < smallTask {
		causes = append(causes, cause{float64(smallTask) * float64(m.try.count), fmt.Sprintf("a task lasts %s only: handing it over counts", measure.Duration(task))})
	}
	causes = append(causes, cause{more, fmt.Sprintf("the tasks took %s of CPU, as written %s", measure.Duration(is), measure.Duration(was))})
	return m.explains(causes)
}

// faster looks for what made the tasks seem longer than they are when the forecast
// was made.
func (m *miss) faster() string {
	predicted, workers := float64(*m.col.PredictedWallNS), float64(max(1, m.col.Workers))
	delay := middleOf(m.base.Samples, runDelay)
	was, is := m.base.CPUNS.Median, m.col.CPUNS.Median
	causes := []cause{
		{float64(delay), "as written, other programs had the cores (run delay " + measure.Duration(delay) + ")"},
		{float64(m.try.saw.delayNS), "other programs had the cores for " + measure.Duration(m.try.saw.delayNS) + " of the run that it was forecast from"},
		{-m.lostCores() * predicted, m.coresSwung()},
	}
	if m.waited() > 0 {
		causes = append(causes, cause{float64(m.try.waitNS()-m.waited()) * m.rounds(), fmt.Sprintf("a task waited %s, when the forecast was made %s", measure.Duration(m.waited()), measure.Duration(m.try.waitNS()))})
	}
	if m.saw.longestNS > 0 {
		causes = append(causes, cause{float64(m.longest() - m.saw.longestNS), fmt.Sprintf("the longest task took %s when the forecast was made, %s in the run that was traced", measure.Duration(m.longest()), measure.Duration(m.saw.longestNS))})
	}
	if is > 0 {
		causes = append(causes, cause{float64(was-is) / workers, fmt.Sprintf("the tasks took %s of CPU, as written %s", measure.Duration(is), measure.Duration(was))})
	}
	return m.explains(causes)
}

// lostCores is the part by which a row computes longer because the machine gave
// fewer cores than when the forecast was made; negative where it gave more.
func (m *miss) lostCores() float64 {
	if m.col.Workers < 2 || m.col.EffectiveCores <= 0 || m.cores <= 0 {
		return 0
	}
	return m.cores/m.col.EffectiveCores - 1
}

func (m *miss) coresSwung() string {
	return fmt.Sprintf("the machine gave %.1f cores in these rounds, %.1f when the forecast was made", m.col.EffectiveCores, m.cores)
}

// rounds is how many tasks follow each other in one place in flight.
func (m *miss) rounds() float64 { return float64(m.try.count) / float64(max(1, m.col.Limit)) }

// waited is how long a task of the row waited for something else than a worker.
func (m *miss) waited() int64 {
	return max(0, m.saw.taskNS-m.saw.readyNS-m.col.CPUNS.Median/int64(max(1, m.try.count)))
}

// longest is how long the longest task lasted when the forecast was made.
func (m *miss) longest() int64 {
	longest := int64(0)
	for _, t := range m.try.tasks {
		longest = max(longest, lasted(t))
	}
	return longest
}

func runDelay(s measure.Sample) int64  { return s.RunDelayNS }
func mutexWait(s measure.Sample) int64 { return s.MutexWaitNS }
func gcCPU(s measure.Sample) int64     { return s.GCCPUNS }

// middleOf is the median of a counter.
func middleOf(samples []measure.Sample, of func(measure.Sample) int64) int64 {
	var list []int64
	for _, s := range samples {
		list = append(list, of(s))
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// unexplained is said of a miss for which no counter stands.
const unexplained = "not explained by our counters"

// smallTask is how long a task lasts for which handing it over does not count.
const smallTask = 10_000

// medianTask is how long a task took as they ran one after the other.
func medianTask(tasks []evidence.Task) int64 {
	if len(tasks) == 0 {
		return smallTask
	}
	s := slices.SortedFunc(slices.Values(tasks), func(a, b evidence.Task) int {
		return cmp.Compare(lasted(a), lasted(b))
	})
	return lasted(s[len(s)/2])
}
