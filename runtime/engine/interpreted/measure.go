package interpreted

import (
	"bytes"
	"context"
	"math"
	"reflect"
	goruntime "runtime"
	"runtime/pprof"
	"runtime/trace"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/engine/harness/graph"
	"github.com/lapbook/lapbook/runtime/engine/interpreted/rt"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/model"
	"github.com/lapbook/lapbook/runtime/source/lower"
	"github.com/lapbook/lapbook/stdlib/lab"
)

// opMeasure runs a lowered cell between two readings of the clock.
const opMeasure = "measure"

type measureRequest struct {
	Code             *lower.Code
	Args             []string
	Turns            int
	Model            string
	Limit, Workers   int
	Trace, CPU, Heap bool
	Tasks            bool
	TraceBytes       int64
	CPUHz            int
	Values           int
}

type measureReply struct {
	Outcome          Outcome
	Sample           measure.Sample
	Trace, CPU, Heap []byte
	TraceCut         bool
	Tasks            []engine.TaskStat
	InFlight         int
	Written          map[string]engine.Value
	Graph            []byte
}

// serveMeasure is the host's side of a measured run.
func serveMeasure(i *Interp, r *host.Request) (any, error) {
	var req measureRequest
	if err := r.Decode(&req); err != nil {
		return nil, err
	}
	if req.Code.Script {
		startScript(req.Args)
	}
	model.Set(model.Options{Model: req.Model, Limit: req.Limit, Workers: req.Workers, Stats: req.Tasks})
	lab.Use(model.Each)
	defer lab.Use(nil)
	m := &measurement{req: req, before: reading{}}
	var rep measureReply
	rep.Outcome = i.measure(r.Context(), m, r)
	rep.Sample = m.sample()
	rep.Trace, rep.TraceCut, rep.CPU, rep.Heap = m.trace.Bytes(), m.trace.cut, m.cpu.Bytes(), m.heap.Bytes()
	rep.Tasks, rep.InFlight = taskStats(m.start), model.InFlight()
	if rep.Outcome.Err == nil && req.Values >= int(engine.ValuesHash) {
		rep.Written = i.written(req.Code)
		if req.Values >= int(engine.ValuesGraph) {
			rep.Graph = i.Export(req.Code.Slots).Graph
		}
	}
	return &rep, nil
}

// measure is Run with a clock around the cell's statements.
func (i *Interp) measure(ctx context.Context, m *measurement, r *host.Request) Outcome {
	code := m.req.Code
	c := rt.NewCell(i.session, code, i.symbol, r.Stdout, r.Stderr, r.Stdin)
	c.Late = func(o rt.Outcome) { i.noteLate(code, o, r.Stderr) }
	c.Turns = max(m.req.Turns, 1)
	c.SetLog(i.stderr)
	i.stderr = c.Stderr
	p, err := i.compile(c, code)
	if err != nil {
		return compileFailure(code, err)
	}
	c.Before, c.After = m.begin, m.end
	return i.execute(ctx, c, code, p)
}

// measurement is the clock and the instruments of one run.
type measurement struct {
	req           measureRequest
	start         time.Time
	wall          time.Duration
	ended         bool
	before, after reading
	trace         cappedBuffer
	region        *trace.Region
	cpu, heap     bytes.Buffer
}

// reading is what is read beside the clock.
type reading struct {
	mem   goruntime.MemStats
	usage usage
}

// begin collects garbage, so that the run does not pay for the setup's, and
// starts the clock last.
func (m *measurement) begin() {
	m.trace.limit = m.req.TraceBytes
	if m.trace.limit == 0 {
		m.trace.limit = 64 << 20
	}
	goruntime.GC()
	if m.req.CPU {
		if m.req.CPUHz > 0 {
			goruntime.SetCPUProfileRate(m.req.CPUHz)
		}
		_ = pprof.StartCPUProfile(&m.cpu) // a run without samples says so itself
	}
	if m.req.Trace {
		_ = trace.Start(&m.trace)
		m.region = trace.StartRegion(context.Background(), "lapbook:cell") // evidence.RegionCell
	}
	goruntime.ReadMemStats(&m.before.mem)
	m.before.usage = readUsage()
	m.start = time.Now()
}

// end stops the clock first.
func (m *measurement) end() {
	if m.ended {
		return
	}
	m.ended = true
	m.wall = time.Since(m.start)
	m.after.usage = readUsage()
	goruntime.ReadMemStats(&m.after.mem)
	if m.req.Trace {
		m.region.End()
		trace.Stop()
	}
	if m.req.CPU {
		pprof.StopCPUProfile()
	}
	if m.req.Heap {
		_ = pprof.Lookup("allocs").WriteTo(&m.heap, 0)
	}
}

func (m *measurement) sample() measure.Sample {
	a, b, n := m.before, m.after, int64(max(m.req.Turns, 1))
	return measure.Sample{
		Turns: int(n), WallNS: m.wall.Nanoseconds() / n,
		UserNS: (b.usage.user - a.usage.user) / n, SystemNS: (b.usage.system - a.usage.system) / n, ChildNS: (b.usage.child - a.usage.child) / n,
		AllocBytes: int64(b.mem.TotalAlloc-a.mem.TotalAlloc) / n, Allocs: int64(b.mem.Mallocs-a.mem.Mallocs) / n,
		GCs: int64(b.mem.NumGC - a.mem.NumGC), GCPauseNS: int64(b.mem.PauseTotalNs - a.mem.PauseTotalNs),
		MaxRSSBytes: b.usage.peak, VolSwitches: b.usage.voluntary - a.usage.voluntary, InvSwitches: b.usage.involuntary - a.usage.involuntary,
		PeakHeapSize: int64(min(b.mem.HeapSys-b.mem.HeapReleased, math.MaxInt64)), Goroutines: goruntime.NumGoroutine(),
	}
}

// usage is what the kernel counts, in nanoseconds and bytes.
type usage struct{ user, system, child, peak, voluntary, involuntary int64 }

// cappedBuffer keeps the beginning of a trace.
type cappedBuffer struct {
	bytes.Buffer
	limit int64
	cut   bool
}

func (b *cappedBuffer) Write(p []byte) (int, error) {
	if b.cut || int64(b.Len()+len(p)) > b.limit {
		b.cut = true
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

func taskStats(start time.Time) []engine.TaskStat {
	var list []engine.TaskStat
	for _, t := range model.Tasks() {
		list = append(list, engine.TaskStat{Iteration: t.Iteration, StartNS: t.Start.Sub(start).Nanoseconds(), EndNS: t.End.Sub(start).Nanoseconds()})
	}
	return list
}

// written describes the session variables that the code refers to.
func (i *Interp) written(code *lower.Code) map[string]engine.Value {
	m := map[string]engine.Value{}
	for _, s := range code.Slots {
		p, ok := i.session.Variable(s.ID)
		if !ok {
			continue
		}
		if _, twice := m[s.Name]; twice && !s.New {
			continue
		}
		v := reflect.ValueOf(p).Elem()
		val := engine.Value{Type: i.session.TypeName(s.Type)}
		if i.session.HoldsBoxes(s.Type) {
			val.Why = "values in interfaces are not compared between interpreted runs"
		} else {
			val.Hash, val.Why = graph.Hash(v)
			val.Text = graph.Text(v, 200)
			_, refused := graph.Encode([]graph.Var{{Name: s.Name, Value: v}})
			val.Plain = refused[s.Name] == ""
		}
		m[s.Name] = val
	}
	return m
}
