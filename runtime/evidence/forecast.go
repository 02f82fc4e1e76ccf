package evidence

import "container/heap"

// Model says how Forecast runs tasks.
type Model struct {
	Workers int     // that run tasks at an instant; 1 for concurrent
	Limit   int     // tasks in flight; 0: all
	Cores   float64 // effective cores of the machine; 0: as many as workers
	Quantum int64   // ns after which a computing task yields; 0: 10 ms, Go's own
	Serial  int64   // ns that must stay in order, outside of the tasks
}

// Forecast is the wall time that the tasks would take under a model, in ns: a
// discrete-event simulation over their phases. A task in flight computes when
// a worker takes it, in turns of a quantum; waits overlap freely. With more
// workers busy than effective cores, all are slowed alike.
//
// It is a best case: locks between tasks and devices that serve one at a time
// do not show in a sequential run. A miss is evidence of these.
func Forecast(tasks []Task, m Model) int64 {
	s := newSimulation(tasks, m)
	for s.step() {
	}
	return int64(s.now) + m.Serial
}

type simulation struct {
	tasks   [][]Phase
	m       Model
	now     float64
	next    int // task to be started
	flight  int
	ready   []simTask // first in, first out
	running []simTask
	outside []simTask // computing without a worker
	waiting simHeap
}

// simTask is a task in flight: index, phase, and what is left of the phase. For
// waiting ones left is the time at which the wait ends.
type simTask struct {
	id, phase int
	left      float64
	slice     float64 // left of the quantum
}

func newSimulation(tasks []Task, m Model) *simulation {
	m.Workers = max(1, m.Workers)
	if m.Limit <= 0 {
		m.Limit = max(1, len(tasks))
	}
	if m.Cores <= 0 {
		m.Cores = float64(m.Workers)
	}
	if m.Quantum <= 0 {
		m.Quantum = 10_000_000
	}
	s := &simulation{m: m}
	for _, t := range tasks {
		s.tasks = append(s.tasks, t.Phases)
	}
	s.admit()
	return s
}

// admit starts tasks up to the limit.
func (s *simulation) admit() {
	for s.next < len(s.tasks) && s.flight < s.m.Limit {
		s.flight++
		s.next++
		s.enter(simTask{id: s.next - 1})
	}
}

// enter puts a task into the queue of its phase; one without phases left ends.
func (s *simulation) enter(t simTask) {
	ps := s.tasks[t.id]
	if t.phase >= len(ps) {
		s.flight--
		return
	}
	p := ps[t.phase]
	if p.CPU && p.Outside {
		t.left, t.slice = float64(p.NS), float64(p.NS)
		s.outside = append(s.outside, t)
		return
	}
	if p.CPU {
		t.left = float64(p.NS)
		s.ready = append(s.ready, t)
		return
	}
	t.left = s.now + float64(p.NS)
	heap.Push(&s.waiting, t)
}

// step advances to the next event, false when nothing is left.
func (s *simulation) step() bool {
	for len(s.running) < s.m.Workers && len(s.ready) > 0 {
		t := s.ready[0]
		s.ready = s.ready[1:]
		t.slice = float64(s.m.Quantum)
		s.running = append(s.running, t)
	}
	speed := min(1, s.m.Cores/float64(max(1, len(s.running)+len(s.outside))))
	d := -1.0
	for _, ts := range [][]simTask{s.running, s.outside} {
		for _, t := range ts {
			if r := min(t.left, t.slice) / speed; d < 0 || r < d {
				d = r
			}
		}
	}
	if len(s.waiting) > 0 {
		if r := s.waiting[0].left - s.now; d < 0 || r < d {
			d = max(0, r)
		}
	}
	if d < 0 {
		return false
	}
	s.now += d
	s.compute(d * speed)
	s.wake()
	s.admit()
	return true
}

// compute takes work off the tasks that compute.
func (s *simulation) compute(work float64) {
	var moved []simTask
	s.running, moved = advance(s.running, moved, work)
	s.outside, moved = advance(s.outside, moved, work)
	for _, t := range moved {
		if t.left > least {
			s.ready = append(s.ready, t)
			continue
		}
		t.phase++
		s.enter(t)
	}
}

// least is the work, in ns, below which a phase is done; sums of floats need it.
const least = 0.5

// advance takes work off tasks, and moves those that are through, or through
// with their quantum, to moved.
func advance(ts, moved []simTask, work float64) (keep, out []simTask) {
	keep = ts[:0]
	for _, t := range ts {
		t.left -= work
		t.slice -= work
		if t.left <= least || t.slice <= least {
			moved = append(moved, t)
		} else {
			keep = append(keep, t)
		}
	}
	return keep, moved
}

func (s *simulation) wake() {
	for len(s.waiting) > 0 && s.waiting[0].left <= s.now+least {
		t := heap.Pop(&s.waiting).(simTask)
		t.phase++
		s.enter(t)
	}
}

// simHeap orders waiting tasks by the time at which they wake.
type simHeap []simTask

func (h simHeap) Len() int           { return len(h) }
func (h simHeap) Less(i, j int) bool { return h[i].left < h[j].left }
func (h simHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *simHeap) Push(x any)        { *h = append(*h, x.(simTask)) }
func (h *simHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	*h = old[:len(old)-1]
	return t
}
