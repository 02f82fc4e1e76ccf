package runtime

import (
	"context"
	"flag"
	"fmt"
	goruntime "runtime"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

var (
	ratios      = flag.Bool("ratios", false, "what the models cost beside loops and pools written by hand: a table of each of TestRatios/{overhead,pool,cores,waits} (up to 4 minutes each)")
	ratioRounds = flag.Int("ratio-rounds", 30, "interleaved rounds of each table")
)

// spinCell computes for about n turns of 1 ns.
const spinCell = `func spin(n int) uint64 {
	x := uint64(n) | 1
	for range n {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}`

// TestRatios sets what a cell's tasks take under a model beside what a person
// would have written. All programs are cells, compiled and started as any
// measured run is; those of the tool are rewritten by the analysis of loops and
// have the limit that the search finds. They run in random order in each round,
// and a ratio is the median of the rounds' own, with its 95% interval.
func TestRatios(t *testing.T) {
	if !*ratios {
		t.Skip("takes minutes of a quiet machine; -ratios runs it")
	}
	needGo(t)
	t.Run("overhead", overheadTable)
	t.Run("pool", poolTable)
	t.Run("cores", coresTable)
	t.Run("waits", waitsTable)
}

// contest is one session whose cells run against each other.
type contest struct {
	*testing.T
	s    *Session
	vs   []*variant
	name []string
}

func newContest(t *testing.T, setup ...string) *contest {
	c := &contest{T: t, s: newSession(t, Config{Engine: "compiled"})}
	typed(t, c.s, setup...)
	return c
}

// cell types a cell, which runs once, and returns what measures it.
func (c *contest) cell(text string) *measuring {
	c.Helper()
	typed(c.T, c.s, text)
	e := c.s.last()
	m := &measuring{session: c.s, entry: e, plan: &Plan{}, res: notebook.NewResult(e.nb.ID, 0), fe: silent{}, left: newBudget(time.Hour)}
	b, err := m.prepare(context.Background())
	if err != nil {
		c.Fatal(err)
	}
	e.bench = b
	return m
}

// byHand adds a cell that runs as written, on so many workers; 0: Go's default.
func (c *contest) byHand(name, text string, workers int) int {
	c.Helper()
	m := c.cell(text)
	v := newVariant(m.entry.bench.program, m.entry.bench.spec, ModelWish{Model: asWritten})
	v.spec.Procs = workers
	return c.add(name, v)
}

// under adds a cell whose tasks run under a model.
func (c *contest) under(name, text string, tasks int, w ModelWish) int {
	c.Helper()
	m := c.cell(text)
	found, refusal := m.findTasks()
	if refusal != nil {
		c.Fatalf("%s: %s", text, refusal.Reason)
	}
	p, err := m.tasksProgram(context.Background(), found)
	if err != nil {
		c.Fatal(err)
	}
	v := newVariant(p, m.entry.bench.spec, w)
	if err := searchLimit(context.Background(), v, &trial{count: tasks}, m.left, silent{}); err != nil {
		c.Fatal(err)
	}
	return c.add(name, v)
}

func (c *contest) add(name string, v *variant) int {
	c.vs, c.name = append(c.vs, v), append(c.name, name)
	return len(c.vs) - 1
}

func (c *contest) run() {
	ctx := context.Background()
	if _, err := warmUp(ctx, c.vs); err != nil {
		c.Fatal(err)
	}
	for range *ratioRounds {
		if err := round(ctx, c.vs); err != nil {
			c.Fatal(err)
		}
	}
}

// each gives a figure of every round, from the wall times of its runs.
func (c *contest) each(of func(round int, wall func(k int) float64) float64) (median, low, high float64) {
	const scale = 1e6
	var list []int64
	for i := range c.vs[0].samples {
		list = append(list, int64(scale*of(i, func(k int) float64 { return float64(c.vs[k].samples[i].WallNS) })))
	}
	s := measure.Summary(list)
	if s.Low == nil || s.High == nil {
		return float64(s.Median) / scale, 0, 0
	}
	return float64(s.Median) / scale, float64(*s.Low) / scale, float64(*s.High) / scale
}

// ratio is that of program k to program by.
func (c *contest) ratio(k, by int) string {
	return interval(c.each(func(_ int, wall func(int) float64) float64 { return wall(k) / wall(by) }))
}

func interval(median, low, high float64) string {
	return fmt.Sprintf("%6.3f [%.3f, %.3f]", median, low, high)
}

func (c *contest) wall(k int) string {
	return measure.Summary(measure.Walls(c.vs[k].samples)).PlusMinus()
}

// heads says on what a table was taken.
func (c *contest) heads() string {
	busy := 0
	for _, s := range c.vs[0].samples {
		if s.DelayShare() >= 0.03 {
			busy++
		}
	}
	return fmt.Sprintf("%d interleaved rounds, compiled, %d cores; busy rounds: %d", len(c.vs[0].samples), goruntime.NumCPU(), busy)
}

// handPool is the pool that one writes: workers on a channel of indices.
func handPool(workers, tasks, body string) string {
	return `jobs := make(chan int)
var wg sync.WaitGroup
for range ` + workers + ` {
	wg.Go(func() {
		for i := range jobs {
			` + body + `
		}
	})
}
for i := range ` + tasks + ` {
	jobs <- i
}
close(jobs)
wg.Wait()`
}

// overheadTable: what handing over costs a task, of as many as make it count:
// the workers' time beyond that of the loop as written, by the number of tasks.
func overheadTable(t *testing.T) {
	var b strings.Builder
	for _, kind := range []struct {
		name, body string
		turns      int
	}{
		{"index", "out[i] = spin(%d)", 1},
		{"index", "out[i] = spin(%d)", 300},
		{"append", "got = append(got, spin(%d+i%%2))", 300},
		{"lab.Each", "", 1},
		{"lab.Each", "", 300},
	} {
		tasks := 150_000_000 / (300 + kind.turns)
		loop := func(out string) string {
			reset := strings.ReplaceAll("out := make([]uint64, N); got := out[:0]; _ = got; ", "N", fmt.Sprint(tasks))
			if out != "" {
				return reset + out
			}
			return reset + "for i := range out { " + fmt.Sprintf(kind.body, kind.turns) + " }"
		}
		tool := loop("")
		if kind.name == "lab.Each" {
			tool = loop(fmt.Sprintf("lab.Each(out, func(i int, _ uint64) { out[i] = spin(%d) })", kind.turns))
		}
		c := newContest(t, spinCell)
		plain := c.byHand("as written", tool, 1)
		hand := c.byHand("pool by hand", loop(handPool("2", "out", fmt.Sprintf("out[i] = spin(%d)", kind.turns))), 2)
		con := c.under("%concurrent", tool, tasks, ModelWish{Model: concurrent})
		par := c.under("%parallel 2", tool, tasks, ModelWish{Model: parallel, Workers: 2})
		c.run()
		fmt.Fprintf(&b, "\n%s, %d tasks of %s; %s\n", kind.name, tasks, measure.Duration(medianWall(c.vs[plain])/int64(tasks)), c.heads())
		for _, k := range []int{con, par, hand} {
			workers := float64(max(1, c.vs[k].spec.Procs))
			over := interval(c.each(func(_ int, wall func(int) float64) float64 {
				return (workers*wall(k) - wall(plain)) / float64(tasks) / 1000
			}))
			fmt.Fprintf(&b, "  %-12s  %12s  overhead %s µs a task\n", c.name[k], c.wall(k), over)
		}
	}
	t.Log("overhead of a task; wanted: at most 1 µs" + b.String())
}

func medianWall(v *variant) int64 { return measure.Summary(measure.Walls(v.samples)).Median }

// poolTable: computing tasks of 50 µs and more under %parallel beside the pool
// written by hand on as many workers.
func poolTable(t *testing.T) {
	workers := goruntime.NumCPU()
	var b strings.Builder
	for _, turns := range []int{50_000, 250_000, 2_000_000} {
		tasks := 100_000_000 / turns
		begin := fmt.Sprintf("out := make([]uint64, %d); got := out[:0]; _ = got; ", tasks)
		body := fmt.Sprintf("out[i] = spin(%d)", turns)
		c := newContest(t, spinCell)
		plain := c.byHand("as written", begin+"for i := range out { "+body+" }", 0)
		hand := c.byHand("pool by hand", begin+handPool(fmt.Sprint(workers), "out", body), workers)
		w := ModelWish{Model: parallel, Workers: workers}
		c.under("loop", begin+"for i := range out { "+body+" }", tasks, w)
		c.under("loop that appends", begin+fmt.Sprintf("for i := range out { got = append(got, spin(%d+i%%2)) }", turns), tasks, w)
		c.under("lab.Each", begin+fmt.Sprintf("lab.Each(out, func(i int, _ uint64) { out[i] = spin(%d) })", turns), tasks, w)
		c.run()
		fmt.Fprintf(&b, "\n%d tasks of %s; %s\n", tasks, measure.Duration(medianWall(c.vs[plain])/int64(tasks)), c.heads())
		for k := range c.vs {
			fmt.Fprintf(&b, "  %-18s %12s  by hand × %s\n", c.name[k], c.wall(k), c.ratio(k, hand))
		}
	}
	t.Log("%parallel beside a pool by hand; wanted: at most 1.05" + b.String())
}

// coresTable: the speedup of computing tasks in terms of the cores that the
// machine gave in the same round: to two loops of equal work without any pool, one
// for each worker, and to the spins beside each run.
func coresTable(t *testing.T) {
	workers := goruntime.NumCPU()
	const tasks = 400
	body := func(turns string) string { return "out[i] = spin(" + turns + ")" }
	var b strings.Builder
	for _, kind := range []struct{ name, turns string }{{"equal tasks", "400_000"}, {"unequal tasks", "100_000 + i*1500"}} {
		begin := fmt.Sprintf("out := make([]uint64, %d); ", tasks)
		loop := begin + "for i := range out { " + body(kind.turns) + " }"
		halves := begin + fmt.Sprintf("var wg sync.WaitGroup\nfor w := range %d {\n\twg.Go(func() {\n\t\tfor i := w; i < len(out); i += %d { %s }\n\t})\n}\nwg.Wait()", workers, workers, body(kind.turns))
		c := newContest(t, spinCell)
		plain := c.byHand("as written", loop, 0)
		split := c.byHand("equal shares", halves, workers)
		par := c.under("%parallel", loop, tasks, ModelWish{Model: parallel, Workers: workers})
		c.run()
		fmt.Fprintf(&b, "\n%d %s of %s; %s\n", tasks, kind.name, measure.Duration(medianWall(c.vs[plain])/tasks), c.heads())
		fmt.Fprintf(&b, "  as written %s, %%parallel %s: speedup %s\n", c.wall(plain), c.wall(par), c.ratio(plain, par))
		fmt.Fprintf(&b, "  of that of equal shares without a pool (%s): %s\n", c.wall(split), c.ratio(split, par))
		eff := func(i int) float64 {
			sum := 0.0
			for k := range c.vs {
				sum += c.vs[k].samples[i].Effective
			}
			return sum / float64(len(c.vs))
		}
		fmt.Fprintf(&b, "  effective cores, by spins in the rounds: %s\n", interval(c.each(func(i int, _ func(int) float64) float64 { return eff(i) })))
		fmt.Fprintf(&b, "  speedup by those of the same round: %s\n", interval(c.each(func(i int, wall func(int) float64) float64 {
			return wall(plain) / wall(par) / eff(i)
		})))
	}
	t.Log("%parallel on computing tasks; wanted: at least 0.95 of the effective cores" + b.String())
}

// waitsTable: %concurrent on answers of a server beside two fan-outs that one
// writes, with the same limit and the same client, on one worker.
func waitsTable(t *testing.T) {
	const limit, pages = 50, 500
	var b strings.Builder
	for _, kind := range []struct{ name, setup, fetch string }{
		{"lab.Fetch", "", "sizes[i] = len(lab.Fetch(urls[i]))"},
		{"http.Get, two idle connections kept", "func get(u string) int {\n\tresp, err := http.Get(u)\n\tif err != nil { panic(err) }\n\tdefer resp.Body.Close()\n\tb, err := io.ReadAll(resp.Body)\n\tif err != nil { panic(err) }\n\treturn len(b)\n}", "sizes[i] = get(urls[i])"},
		{"time.Sleep", "", "time.Sleep(5*time.Millisecond); sizes[i] = len(urls[i])"},
	} {
		c := newContest(t, fmt.Sprintf("urls := lab.Pages(%d, 5*time.Millisecond)\nsizes := make([]int, len(urls))", pages))
		if kind.setup != "" {
			typed(t, c.s, kind.setup)
		}
		sem := fmt.Sprintf("sem := make(chan bool, %d)\nvar wg sync.WaitGroup\nfor i := range urls {\n\tsem <- true\n\twg.Go(func() {\n\t\tdefer func() { <-sem }()\n\t\t%s\n\t})\n}\nwg.Wait()", limit, kind.fetch)
		pool := c.byHand("pool by hand", handPool(fmt.Sprint(limit), "urls", kind.fetch), 1)
		fan := c.byHand("semaphore by hand", sem, 1)
		c.under("loop", "for i := range urls { "+kind.fetch+" }", pages, ModelWish{Model: concurrent, Limit: limit})
		c.under("lab.Each", "lab.Each(urls, func(i int, _ string) { "+kind.fetch+" })", pages, ModelWish{Model: concurrent, Limit: limit})
		c.run()
		fmt.Fprintf(&b, "\n%s: %d waits of 5 ms, %d in flight; %s\n", kind.name, pages, limit, c.heads())
		for k := range c.vs {
			fmt.Fprintf(&b, "  %-18s %12s  pool × %s  semaphore × %s\n", c.name[k], c.wall(k), c.ratio(k, pool), c.ratio(k, fan))
		}
	}
	t.Log("%concurrent beside fan-outs by hand; wanted: at most 1.05" + b.String())
}
