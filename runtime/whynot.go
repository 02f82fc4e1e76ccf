package runtime

import (
	"fmt"

	"github.com/lapbook/lapbook/runtime/measure"
)

// enoughOfWorkers is the part of its workers that a parallel row of computing
// tasks must gain before nobody asks why it was not more.
const enoughOfWorkers = 0.7

// whyNotMore names what keeps more workers from making computing tasks faster:
// few cores, a lock, one long task, the part that stays in order, tasks too
// small. Each is shown by a figure of the same rounds; "" where none is.
func whyNotMore(c *measure.Comparison, waiting float64, try *trial) string {
	par, ordered := column(c, parallel), c.Ordered
	if con := column(c, concurrent); par == nil && con != nil && con.Runs >= 6 && waiting <= 0.5 && !gained(con) && try.typicalNS() < smallTask {
		return tooSmall(c, try)
	}
	if par == nil || par.Workers < 2 || par.Runs < 6 || waiting > 0.5 || par.Speedup.Median > enoughOfWorkers*float64(par.Workers) {
		return ""
	}
	lock := middleOf(par.Samples, mutexWait)
	longest, share := longestTask(try)
	switch {
	case lock*4 > par.WallNS.Median:
		return fmt.Sprintf("The tasks wait for a lock (%s in a run): while one holds it, the others stand. Compute before it is taken, and hold it only to store the result.", measure.Duration(lock))
	case share*float64(par.Workers) > 1/enoughOfWorkers:
		return fmt.Sprintf("One task, number %d, does %s of the work: the others wait for it. Split that one.", longest+1, measure.Percent(share))
	case try.typicalNS() < smallTask:
		return tooSmall(c, try)
	case ordered*float64(par.Workers) > 1:
		return fmt.Sprintf("%s of the cell stays in order, whatever the workers: at most %s.", measure.Percent(ordered), measure.Times(1/ordered))
	case par.EffectiveCores > 0 && par.EffectiveCores < enoughOfWorkers*float64(par.Workers):
		return fmt.Sprintf("The machine gave %.1f of %d cores meanwhile.", par.EffectiveCores, par.Workers)
	}
	return ""
}

// tooSmall says that tasks take less than it costs to hand them over.
func tooSmall(c *measure.Comparison, try *trial) string {
	cost := ""
	if c.OverheadNS > 0 {
		cost = ", and handing one over takes " + measure.Duration(c.OverheadNS)
	}
	return fmt.Sprintf("The tasks are too small, %s each%s: give a task more to do.", measure.Duration(try.typicalNS()), cost)
}

// typicalNS is how long a task takes: half of them take less. Of more tasks than a
// trace shows it is the mean.
func (t *trial) typicalNS() int64 {
	if len(t.tasks) == 0 && t.meanNS > 0 {
		return t.meanNS
	}
	return medianTask(t.tasks)
}

// longestTask is the index of the longest task and its share of all their time.
func longestTask(try *trial) (index int, share float64) {
	var sum, most int64
	for i, t := range try.tasks {
		d := t.EndNS - t.StartNS
		sum += d
		if d > most {
			most, index = d, i
		}
	}
	if sum == 0 {
		return 0, 0
	}
	return index, float64(most) / float64(sum)
}

// tooMany says that more tasks are in flight than what they wait for serves: each
// waits much longer than it did alone.
func tooMany(c *measure.Comparison, waiting float64, vs []*variant, try *trial) string {
	alone := try.waitNS()
	if waiting < 0.5 || alone == 0 {
		return ""
	}
	for i, v := range vs[1:] {
		col := &c.Columns[i+1]
		m := miss{col: col, try: try, saw: v.saw}
		if waited := m.waited(); gained(col) && col.Limit > 8 && waited > 3*alone {
			return fmt.Sprintf("%d in flight are more than are served at a time: a task waited %s, as written %s. %%concurrent alone finds how many are enough.",
				col.Limit, measure.Duration(waited), measure.Duration(alone))
		}
	}
	return ""
}
