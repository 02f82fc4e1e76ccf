package runtime

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
)

// trial is what runs of the tasks one after the other tell: how many there are,
// when each computes and waits, and what must stay in order.
type trial struct {
	count    int
	tasks    []evidence.Task // nil where the trace does not show all of them
	serialNS int64
	meanNS   int64 // of a task, what stays in order included, from timed runs
	saw      sight
}

// sight is what a traced run of a row showed of its tasks.
type sight struct {
	timeline     *measure.Timeline
	taskNS       int64 // from the start of a task to its end, on average
	longestNS    int64
	readyNS      int64 // of it, ready but without a worker
	backgroundNS int64 // CPU of goroutines that earlier cells left running
	dials        int   // connections opened
	delayNS      int64 // ready, but the system ran others
}

// trialTrace is enough for a hundred thousand tasks; where there are more, each
// is too small to be forecast, or to be seen in a picture.
const trialTrace = 16 << 20

// mostTrials: a task that was late in one run is not late in all of them.
const mostTrials = 3

// tryTasks runs the tasks as written, under the trace.
func (m *measuring) tryTasks(ctx context.Context, v *variant) (*trial, error) {
	m.fe.Progress("counting the tasks and what each waits for")
	var all []*trial
	for len(all) < mostTrials {
		begin := time.Now()
		t, err := m.tryOnce(ctx, v)
		if err != nil {
			return nil, err
		}
		if all = append(all, t); t.tasks == nil || time.Since(begin) > m.left.share(30) {
			break
		}
	}
	t := middle(all)
	t.settle(m.res.Measurement)
	if timed := m.res.Measurement; timed != nil {
		t.meanNS = max(1, timed.WallNS.Median/int64(t.count))
	}
	return t, nil
}

func (m *measuring) tryOnce(ctx context.Context, v *variant) (*trial, error) {
	spec := m.entry.bench.spec
	spec.Turns, spec.Model, spec.Tasks, spec.Trace, spec.Values = 0, asWritten, true, true, engine.ValuesNone
	spec.TraceBytes = trialTrace
	res, err := v.program.Run(ctx, spec)
	if err != nil {
		return nil, err
	}
	if err := fatal(res); err != nil {
		return nil, err
	}
	if len(res.Tasks) == 0 {
		return nil, errors.New("the cell ran no task")
	}
	t := &trial{count: tasksOf(res)}
	ev, err := evidence.Analyze(res.Trace, nil, evidence.Options{Cell: m.entry.nb.ID, Sample: res.Sample, Cut: res.TraceCut, Budget: m.left.share(5), Bins: 48, Lanes: 3, Procs: v.spec.Procs})
	if err != nil {
		return t, nil
	}
	t.saw = sightOf(ev)
	t.saw.delayNS = res.Sample.RunDelayNS
	if len(ev.Tasks) != t.count {
		return t, nil // no forecast: a trace that was cut shows some of the tasks only
	}
	t.tasks = ev.Tasks
	t.serialNS = res.Sample.WallNS
	for _, task := range ev.Tasks {
		t.serialNS -= task.EndNS - task.StartNS
	}
	t.serialNS = max(0, t.serialNS)
	return t, nil
}

// tasksOf is how many tasks a run had; of more than are kept, the last one kept
// has the highest number.
func tasksOf(res *engine.RunResult) int {
	n := len(res.Tasks)
	for _, t := range res.Tasks {
		n = max(n, t.Iteration+1)
	}
	return n
}

func sightOf(ev *evidence.Evidence) sight {
	s := sight{timeline: ev.Timeline, backgroundNS: ev.BackgroundNS, dials: ev.Dials}
	if n := int64(len(ev.Tasks)); n > 0 {
		for _, t := range ev.Tasks {
			s.taskNS += lasted(t) / n
			s.longestNS = max(s.longestNS, lasted(t))
		}
		s.readyNS = int64((ev.Facts.Wanting-ev.Facts.Running)*float64(ev.Facts.WallNS)) / n
	}
	return s
}

// middle makes one trial of several: each task as in the run in which it took
// neither least nor most.
func middle(all []*trial) *trial {
	out := *all[0]
	for _, t := range all[1:] {
		if len(t.tasks) != len(out.tasks) {
			return all[0]
		}
	}
	out.tasks = slices.Clone(out.tasks)
	at := (len(all) - 1) / 2
	for i := range out.tasks {
		list := slices.SortedFunc(slices.Values(all), func(a, b *trial) int { return cmp.Compare(lasted(a.tasks[i]), lasted(b.tasks[i])) })
		out.tasks[i] = list[at].tasks[i]
	}
	out.serialNS = slices.SortedFunc(slices.Values(all), func(a, b *trial) int { return cmp.Compare(a.serialNS, b.serialNS) })[at].serialNS
	return &out
}

// settle makes the CPU of the tasks what the timed runs of the cell used, which no
// trace slowed. CPU beyond that of the tasks and of what stays in order was used
// while they waited, by helpers, by the collector, by a server of an earlier cell
// in the same process: with tasks in flight it needs a worker as theirs does.
func (t *trial) settle(timed *measure.Measurement) {
	if timed == nil || timed.CPUNS.Median <= 0 || len(t.tasks) == 0 {
		return
	}
	var own, waits int64
	for _, task := range t.tasks {
		for _, p := range task.Phases {
			switch {
			case !p.CPU:
				waits += p.NS
			case !p.Outside:
				own += p.NS
			}
		}
	}
	used := timed.CPUNS.Median
	if used < own {
		t.scale(float64(used)/float64(own), 0)
		return
	}
	beside := float64(max(0, used-own-t.serialNS))
	moved := min(beside, 0.9*float64(waits))
	more := 1.0
	if own > 0 {
		more += (beside - moved) / float64(own)
	}
	t.scale(more, moved/float64(max(1, waits)))
}

// scale multiplies what the tasks compute, and makes a part of their waits
// computing.
func (t *trial) scale(cpu, ofWaits float64) {
	for i, task := range t.tasks {
		var ps []evidence.Phase
		for _, p := range task.Phases {
			switch {
			case p.Outside:
			case p.CPU:
				p.NS = int64(float64(p.NS) * cpu)
			default:
				busy := int64(float64(p.NS) * ofWaits)
				if busy > 0 {
					ps = append(ps, evidence.Phase{CPU: true, NS: busy})
				}
				p.NS -= busy
			}
			ps = append(ps, p)
		}
		t.tasks[i].Phases = ps
	}
}

// inFlight are the tasks as they would be with so many in flight. Where the first
// of them opened a connection that the others used again, all that start with it
// open one.
func (t *trial) inFlight(limit int) []evidence.Task {
	n := min(limit, len(t.tasks))
	if t.saw.dials != 1 || n < 2 {
		return t.tasks
	}
	rest := slices.SortedFunc(slices.Values(t.tasks[1:]), func(a, b evidence.Task) int { return cmp.Compare(a.CPUNS(), b.CPUNS()) })
	cpu := t.tasks[0].CPUNS() - rest[len(rest)/2].CPUNS()
	if cpu <= 0 {
		return t.tasks
	}
	out := slices.Clone(t.tasks)
	for i := 1; i < n; i++ {
		out[i].Phases = append([]evidence.Phase{{CPU: true, NS: cpu}}, out[i].Phases...)
	}
	return out
}

// lasted is how long a task took as they ran one after the other.
func lasted(t evidence.Task) int64 { return t.EndNS - t.StartNS }

// cpuNS and waitNS are those of a task on average.
func (t *trial) cpuNS() int64  { return t.mean(evidence.Task.CPUNS) }
func (t *trial) waitNS() int64 { return t.mean(evidence.Task.WaitNS) }

func (t *trial) mean(of func(evidence.Task) int64) (sum int64) {
	for _, task := range t.tasks {
		sum += of(task)
	}
	return sum / int64(max(1, len(t.tasks)))
}
