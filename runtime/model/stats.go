package model

import (
	"cmp"
	"context"
	"runtime/trace"
	"slices"
	"strconv"
	"sync"
	"time"
)

// The name under which a task appears in an execution trace: a region, with a
// log message of that category that holds its iteration.
const regionTask = "lapbook:task"

// A Task is one task that has run.
type Task struct {
	Iteration  int
	Start, End time.Time
}

// maxTasks bounds what Tasks keeps; a loop may have millions.
const maxTasks = 100_000

type stats struct {
	mu    sync.Mutex
	tasks []Task
}

// Tasks returns the tasks since Set by their start, the first 100,000 to end;
// when there were more, the last of these is the one with the highest iteration.
// It returns nil unless Options.Stats asked for them.
func Tasks() []Task {
	s := get().stats
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tasks := slices.Clone(s.tasks)
	slices.SortFunc(tasks, func(a, b Task) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Iteration, b.Iteration))
	})
	return tasks
}

func (s *stats) add(t Task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.tasks) < maxTasks:
		s.tasks = append(s.tasks, t)
	case t.Iteration > s.tasks[maxTasks-1].Iteration:
		s.tasks[maxTasks-1] = t
	}
}

// observes tells whether tasks are to be recorded or are being traced. Where
// not, a timed run pays nothing for either.
func (p *process) observes() bool { return p.stats != nil || trace.IsEnabled() }

// observed returns task with its trace region and its statistics.
func (p *process) observed(task func(i int)) func(i int) {
	if !p.observes() {
		return task
	}
	return func(i int) {
		defer p.observe(i)()
		task(i)
	}
}

// observe begins iteration i and returns what ends it.
func (p *process) observe(i int) (end func()) {
	ctx := context.Background()
	region := trace.StartRegion(ctx, regionTask)
	if trace.IsEnabled() {
		trace.Log(ctx, regionTask, strconv.Itoa(i))
	}
	start := time.Now()
	return func() {
		region.End()
		if p.stats != nil {
			p.stats.add(Task{Iteration: i, Start: start, End: time.Now()})
		}
	}
}
