package model

import (
	"sync/atomic"
	"time"
)

// How tasks are handed out together. Handing one out costs about as much as a
// map lookup, so short tasks travel in batches worth batchTime; a longer batch
// would gain nothing and would keep a free worker waiting at the end.
const (
	batchTime = 20 * time.Microsecond
	maxBatch  = 256
	// After slowBatch the rest of a batch is offered to other workers: its tasks
	// turned out to be longer, or to wait.
	slowBatch = 5 * batchTime
	// lookEvery tasks of a batch the clock is read: each reading costs up to 50 ns.
	lookEvery = 4
)

var epoch = time.Now()

// now is a monotonic clock in nanoseconds.
func now() int64 { return int64(time.Since(epoch)) }

// pace is the mean time of the tasks so far, waiting included: a few tasks that
// wait make it long, so that tasks which may wait are not put behind each other.
type pace struct{ spent, tasks atomic.Int64 }

func (p *pace) add(ns int64, tasks int) {
	p.spent.Add(ns)
	p.tasks.Add(int64(tasks))
}

// batch is how many tasks to hand out together: one until some are measured.
func (p *pace) batch() int {
	tasks := p.tasks.Load()
	if tasks == 0 {
		return 1
	}
	mean := p.spent.Load()/tasks + 1
	return int(min(max(int64(batchTime)/mean, 1), maxBatch))
}
