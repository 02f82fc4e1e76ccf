package evidence

import (
	"sort"

	"github.com/lapbook/lapbook/runtime/bound"
)

// Task is one task of a model, or one iteration, as the trace saw it.
type Task struct {
	Name    string
	StartNS int64 // since the start of the cell
	EndNS   int64
	Phases  []Phase
}

// Phase is a stretch of a task, computing or waiting. Outside is computing that
// needs a core but no worker: a child process does it.
type Phase struct {
	CPU     bool
	Outside bool
	NS      int64
}

// CPUNS and WaitNS are the sums of the two kinds of phases.
func (t Task) CPUNS() int64  { return t.sum(true) }
func (t Task) WaitNS() int64 { return t.sum(false) }

func (t Task) sum(cpu bool) (n int64) {
	for _, p := range t.Phases {
		if p.CPU == cpu {
			n += p.NS
		}
	}
	return n
}

// taskSpan is a task region in the trace.
type taskSpan struct {
	g          *goroutine
	name       string
	start, end int64
}

func (h *history) beginTask(g *goroutine) {
	t := &taskSpan{g: g, start: h.last, name: g.label}
	g.task = t
	h.regions = append(h.regions, t)
}

func (h *history) endTask(g *goroutine) {
	if g.task != nil {
		g.task.end = h.last
		g.task = nil
	}
}

// name labels the goroutine, and the task that it is in.
func (g *goroutine) name(s string) {
	g.label = s
	if g.task != nil {
		g.task.name = s
	}
}

// tasks gives each task its phases, cut out of the critical path where the
// task ran alone on it (a loop as written), else out of its own goroutine.
func (h *history) tasks(path []segment, a account) []Task {
	segs := forward(path)
	out := make([]Task, 0, len(h.regions))
	for _, t := range h.regions {
		if t.start < h.start || t.start >= h.end {
			continue
		}
		out = append(out, Task{
			Name: t.name, StartNS: t.start - h.start, EndNS: min(t.end, h.end) - h.start,
			Phases: phasesOf(segs, t.start, min(t.end, h.end), a),
		})
	}
	return out
}

// phasesOf cuts the window out of the path. Time that the account splits
// keeps its order: computing first. Machine and ready are the machine's, and
// not the task's.
func phasesOf(segs []segment, from, to int64, a account) (ps []Phase) {
	i := sort.Search(len(segs), func(i int) bool { return segs[i].end > from })
	for ; i < len(segs) && segs[i].start < to; i++ {
		d := float64(min(segs[i].end, to) - max(segs[i].start, from))
		var cpu, wait, outside float64
		a.split(segs[i].state, d, func(kind string, ns float64) {
			switch {
			case computing(kind):
				cpu += ns
			case kind == bound.Child:
				outside += ns * a.childBusy
				wait += ns * (1 - a.childBusy)
			case kind != bound.Machine && kind != bound.Ready:
				wait += ns
			}
		})
		ps = appendPhase(ps, Phase{CPU: true, NS: int64(cpu)})
		ps = appendPhase(ps, Phase{CPU: true, Outside: true, NS: int64(outside)})
		ps = appendPhase(ps, Phase{NS: int64(wait)})
	}
	return ps
}

func appendPhase(ps []Phase, p Phase) []Phase {
	if p.NS <= 0 {
		return ps
	}
	if n := len(ps); n > 0 && ps[n-1].CPU == p.CPU && ps[n-1].Outside == p.Outside {
		ps[n-1].NS += p.NS
		return ps
	}
	return append(ps, p)
}

func computing(kind string) bool {
	return kind == bound.Compute || kind == bound.Collect || kind == bound.Syscall
}

// dials counts the connections that net/http opened in the cell: each has a
// goroutine that reads its answers.
func (h *history) dials() (n int) {
	for _, g := range h.order {
		if g.known && g.born >= h.start && g.born < h.end && g.root == "net/http.(*persistConn).readLoop" {
			n++
		}
	}
	return n
}
