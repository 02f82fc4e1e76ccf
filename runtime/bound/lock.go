package bound

import (
	"fmt"

	"github.com/lapbook/lapbook/runtime/measure"
)

// lock claims cells whose goroutines queue for each other while workers idle,
// when the critical path runs under that lock. Two more cases do not show as
// idle workers: a lock that is let go and taken again within microseconds keeps
// those that it wakes ready but never lets two work, and a tiny one is spun on.
func lock(v *view) *claim {
	q := v.Queue
	queued := q.Share >= 0.3 && q.Path >= 0.25 || q.Share >= 0.5 && q.Path >= 0.15 // one holder, again and again, keeps the path to itself
	barged := q.Kind != "channel" && q.Any >= 0.6 && q.Path >= 0.7 && v.Running >= 0.5 && v.Running < 0.75*float64(v.Procs)
	kept := q.Share >= 0.5 && q.Path >= 0.08 && q.Among >= 0.75 && v.Running <= 1.25 // one at a time, and mostly the same again
	spun := q.Spin >= 0.4 && (q.Any >= 0.3 || q.Path >= 0.4)
	if q.Kind == "" || !queued && !barged && !kept && !spun {
		return nil
	}
	hold := largestOf(q.Hold)
	c := &claim{bound: "lock", details: []string{q.Kind}, headline: "Waiting for a lock: " + lockNames[q.Kind]}
	if d := holdDetails[hold]; d != "" {
		c.details = append(c.details, d)
		c.headline += ", held while " + holdWords[hold]
	}
	c.why = []string{
		fmt.Sprintf("%s of the path runs under the lock; in %s of the time somebody queues and a worker idles", measure.Percent(q.Path), measure.Percent(q.Share)),
		fmt.Sprintf("%d waits, %s each on average", q.Waits, measure.Duration(q.MeanNS)),
	}
	c.note = "More workers will not help: one at a time holds the lock."
	return c
}

var lockNames = map[string]string{"mutex": "a mutex", "rwmutex": "a read-write mutex", "channel": "a channel used as one"}

var holdDetails = map[string]string{Compute: "compute", Collect: "compute", Ready: "compute", Machine: "compute", Syscall: "syscall", Network: "network", Disk: "disk", Pipe: "pipe", Timer: "sleep", Child: "child"}

var holdWords = map[string]string{Compute: "computing", Collect: "computing", Ready: "computing", Machine: "computing", Syscall: "calling the system", Network: "waiting for the network", Disk: "waiting for the disk", Pipe: "waiting for a pipe", Timer: "sleeping", Child: "waiting for a child process"}

func largestOf(m map[string]float64) (name string) {
	for k, s := range m {
		if name == "" || s > m[name] || s == m[name] && k < name {
			name = k
		}
	}
	return name
}
