package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// history is everything that the trace says about the goroutines.
type history struct {
	*stacks
	goroutines map[trace.GoID]*goroutine
	order      []*goroutine // as they were met
	root       *goroutine   // runs the cell
	start, end int64        // of the cell, ns
	last       int64        // time of the last event
	began      int64        // time of the first event
	ended      bool         // the end of the cell was seen
	cut        string       // why the trace does not reach it
	regions    []*taskSpan
	census     census
	services   []service              // when the cell's own servers ran; nil until asked for
	pipes      map[pipeEnd]*goroutine // who is at the other end, as far as asked
	background int64                  // running time of goroutines that are not the cell's
	events     int
	samples    int
	procs      int
	cells      map[string]string // text of the cells
}

// goroutine is one goroutine with its states, in order of time.
type goroutine struct {
	id       trace.GoID
	creator  *goroutine
	born     int64
	bornAt   int32 // site of its go statement
	root     string
	system   bool // the Go runtime's own
	collects bool // of those, the collector's workers
	member   bool // the cell's: its descendants, and who they wake
	helper   bool // a member that runs library code only
	serves   bool // accepts connections, or was made by one that does
	known    bool // born inside the trace
	clocked  bool // made by a timer
	spans    []span
	cur      span
	open     bool
	assists  bool
	label    string
	ticks    []tick
	task     *taskSpan
	queue    *queue // that it waits in
}

// span is a state with its time. waker is for ready: who ended the wait.
type span struct {
	start, end int64
	waker      *goroutine
	info       *stack // frames at its beginning; for run at its end
	proc       int16
	state      state
	clock      bool // for ready: a timer ended the wait
}

// tick is a CPU sample.
type tick struct {
	time int64
	info *stack
}

// checkEvery is how many events pass between looks at the time budget. What
// comes before the cell does not count: sweeping after the setup may be long.
const checkEvery = 1 << 14

// read builds the history. A trace that ends too early, or whose analysis runs
// out of time, gives the part that was read.
func read(data []byte, o Options) (*history, error) {
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNoCell, err)
	}
	h := &history{stacks: newStacks(o.Files), goroutines: map[trace.GoID]*goroutine{}, procs: o.Procs, began: -1, cells: o.Source, census: newCensus()}
	deadline := time.Now().Add(o.Budget)
	for !h.ended {
		ev, err := r.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			h.cut = "the trace was cut"
			break
		}
		h.event(ev)
		if h.root != nil && h.events%checkEvery == 0 && time.Now().After(deadline) {
			h.cut = "too many events to read within the budget"
			break
		}
	}
	return h, h.finish(o)
}

// finish closes what is open at the end of the trace.
func (h *history) finish(o Options) error {
	if h.root == nil {
		return ErrNoCell
	}
	if !h.ended {
		h.end = h.last
		if h.cut == "" && o.Cut {
			h.cut = "the trace reached its size limit"
		}
		h.census.advance(h, h.end)
	}
	if h.end <= h.start {
		return ErrNoCell
	}
	for _, g := range h.order { // creators come before whom they made
		if g.open {
			g.close(h.end, nil)
		}
		g.serves = g.serves || g.creator != nil && g.creator.serves
	}
	for _, t := range h.regions {
		if t.end == 0 {
			t.end = h.end
		}
	}
	if h.procs == 0 {
		h.procs = max(1, h.census.procs)
	}
	return nil
}

func (h *history) event(ev trace.Event) {
	h.events++
	h.last = int64(ev.Time())
	if h.began < 0 {
		h.began = h.last
	}
	switch ev.Kind() {
	case trace.EventStateTransition:
		if st := ev.StateTransition(); st.Resource.Kind == trace.ResourceGoroutine {
			h.transition(ev, st)
		}
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		h.rangeEvent(ev)
	case trace.EventRegionBegin, trace.EventRegionEnd:
		h.region(ev)
	case trace.EventLog:
		if l := ev.Log(); l.Category == LogTask {
			h.get(ev.Goroutine()).name(l.Message)
		}
	case trace.EventStackSample:
		h.sample(ev)
	case trace.EventMetric:
		if m := ev.Metric(); m.Name == "/sched/gomaxprocs:threads" && m.Value.Kind() == trace.ValueUint64 {
			h.census.sawProc(int(m.Value.Uint64()) - 1)
		}
	}
}

func (h *history) get(id trace.GoID) *goroutine {
	g := h.goroutines[id]
	if g == nil {
		g = &goroutine{id: id}
		h.goroutines[id] = g
		h.order = append(h.order, g)
	}
	return g
}

func (h *history) sample(ev trace.Event) {
	if h.root == nil || ev.Goroutine() == trace.NoGoroutine {
		return
	}
	g := h.get(ev.Goroutine())
	g.ticks = append(g.ticks, tick{int64(ev.Time()), h.of(ev.Stack())})
	h.samples++
}

// region notes the window of the cell and those of its tasks.
func (h *history) region(ev trace.Event) {
	begin := ev.Kind() == trace.EventRegionBegin
	switch ev.Region().Type {
	case RegionCell:
		if begin && h.root == nil {
			h.root, h.start = h.get(ev.Goroutine()), h.last
			h.root.helper = false
			h.census.begin(h, h.last)
			h.join(h.root)
		} else if !begin && ev.Goroutine() == h.root.id {
			h.census.advance(h, h.last)
			h.end, h.ended = h.last, true
		}
	case RegionTask:
		if begin {
			h.beginTask(h.get(ev.Goroutine()))
		} else {
			h.endTask(h.get(ev.Goroutine()))
		}
	}
}

// rangeEvent splits a running span where it begins or ends to help the
// collector.
func (h *history) rangeEvent(ev trace.Event) {
	rg := ev.Range()
	if rg.Name != "GC mark assist" || rg.Scope.Kind != trace.ResourceGoroutine {
		return
	}
	g := h.get(rg.Scope.Goroutine())
	g.assists = ev.Kind() != trace.EventRangeEnd
	if g.open && (g.cur.state == run || g.cur.state == assist) {
		next := span{start: h.last, state: g.running(), proc: g.cur.proc}
		h.change(g, next, h.of(ev.Stack()))
	}
}

func (g *goroutine) running() state {
	if g.assists {
		return assist
	}
	return run
}

// close ends the current span; info is the stack at its end, when it is the
// goroutine's own.
func (g *goroutine) close(now int64, info *stack) {
	s := g.cur
	s.end = now
	if (s.state == run || s.state == assist) && info != nil {
		s.info = info
	}
	if s.state == fileCall && s.end-s.start > cachedCall {
		s.state = longCall
	}
	if s.end > s.start || s.waker != nil {
		g.spans = append(g.spans, s)
	}
	g.open = false
}

// change moves a goroutine to its next span, with the census kept.
func (h *history) change(g *goroutine, next span, info *stack) {
	var was span
	if g.open {
		was = g.cur
		g.close(next.start, info)
	}
	if h.root != nil {
		h.census.move(h, g, was, next)
	}
	g.cur, g.open = next, true
}

func (h *history) transition(ev trace.Event, st trace.StateTransition) {
	now := int64(ev.Time())
	g := h.get(st.Resource.Goroutine())
	from, to := st.Goroutine()
	info := h.of(st.Stack)
	if from == trace.GoNotExist {
		h.birth(g, ev, info)
	} else if g.root == "" && info.root != "" {
		h.census.recount(g, func() { h.setRoot(g, info.root) })
	}
	if from == to && g.open {
		return // a status of a new generation: nothing changed
	}
	if info.accepts && g != h.root {
		g.serves = true
	}
	next := span{start: now, info: info, proc: -1}
	if from == trace.GoUndetermined {
		next.start = h.began
	}
	switch to {
	case trace.GoRunning:
		next.state, next.proc, next.info = g.running(), int16(ev.Proc()), nil
		h.census.sawProc(int(ev.Proc()))
	case trace.GoRunnable:
		next.state = ready
		h.wake(g, ev, &next, from)
	case trace.GoWaiting:
		next.state = waitState(st.Reason, info)
	case trace.GoSyscall:
		next.state = info.call
	default:
		h.death(g, now)
		return
	}
	h.change(g, next, info)
}

func (h *history) death(g *goroutine, now int64) {
	if g.open {
		was := g.cur
		g.close(now, nil)
		if h.root != nil {
			h.census.move(h, g, was, span{})
		}
	}
}

// birth notes who made a goroutine and joins it to the cell when that did.
func (h *history) birth(g *goroutine, ev trace.Event, info *stack) {
	g.born, g.known = int64(ev.Time()), true
	h.setRoot(g, info.root)
	maker := ev.Goroutine()
	if maker == trace.NoGoroutine {
		g.clocked = true
		return
	}
	at := h.of(ev.Stack())
	g.creator, g.bornAt = h.get(maker), at.site
	g.clocked = at.clock
	if g.creator.member && h.root != nil && !g.system {
		h.join(g)
	}
}

func (h *history) setRoot(g *goroutine, fn string) {
	g.root = fn
	if carriers[fn] {
		return
	}
	g.system = strings.HasPrefix(fn, "runtime.") && fn != "runtime.main" || strings.HasPrefix(fn, "runtime/trace.") || strings.HasPrefix(fn, "runtime/pprof.") || strings.HasPrefix(fn, "os/signal.")
	g.collects = strings.HasPrefix(fn, "runtime.gcBgMark") || fn == "runtime.bgsweep" || fn == "runtime.bgscavenge"
	g.helper = library(fn) && g != h.root // whatever calls the cell
}

// carriers are functions of the standard library at the root of goroutines that
// run the caller's own code.
var carriers = map[string]bool{
	"runtime.corostart":          true, // iter.Pull
	"sync.(*WaitGroup).Go.func1": true,
}

// library tells the functions of the standard library: no dot in the first
// element of the path, and not package main.
func library(fn string) bool {
	first, _, nested := strings.Cut(fn, "/")
	if nested {
		return !strings.Contains(first, ".")
	}
	pkg, _, _ := strings.Cut(fn, ".")
	return pkg != "main" && pkg != ""
}

// wake notes who ended a wait. Parked descriptors and sleepers are woken by
// whoever happens to poll: that goroutine is no cause.
func (h *history) wake(g *goroutine, ev trace.Event, next *span, from trace.GoState) {
	if from != trace.GoWaiting || g.cur.state.outside() {
		return
	}
	id := ev.Goroutine()
	if id == trace.NoGoroutine {
		next.clock = true
		return
	}
	next.clock = h.of(ev.Stack()).clock
	next.waker = h.get(id)
	if next.waker.clocked && next.waker.member == false && strings.HasPrefix(next.waker.root, "context.") {
		next.clock = true
	}
	if next.waker.member && !g.member && !g.system && h.root != nil {
		h.join(g)
	}
}

// join makes a goroutine one of the cell's from now on.
func (h *history) join(g *goroutine) {
	if g.member {
		return
	}
	h.census.join(h, g)
}
