package bound

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
)

// path builds the facts of a cell of 300 ms on two workers.
func path(shares map[string]float64, edit ...func(*Facts)) Input {
	in := Input{Facts: Facts{WallNS: 300_000_000, Procs: 2, Coverage: 1, Path: shares, CPUNS: 300_000_000, Goroutines: 1, Running: shares[Compute], Wanting: shares[Compute], Samples: 30}}
	for _, f := range edit {
		f(&in.Facts)
	}
	return in
}

type kinds = map[string]float64

// counted is a cell of 100 ms with too few samples to say anything, whose timed
// runs counted allocations.
func counted(allocs int64) Input {
	in := path(kinds{Compute: 1}, func(f *Facts) { f.Samples, f.Alloc = 2, 0.5 })
	in.Measurement = measure.Measurement{Runs: 6, WallNS: measure.Interval{Median: 100e6}, UserNS: 95e6, SystemNS: 5e6, Allocs: allocs, AllocBytes: 80 * allocs, GCCPUNS: 17 * allocs}
	return in
}

// row is one test of a rule: figures, and what must be said of them.
type row struct {
	name     string
	in       Input
	bound    string
	details  string
	headline string
}

func check(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		v := Classify(r.in)
		if v.Bound != r.bound || strings.Join(v.Details, " ") != r.details || v.Headline != r.headline {
			t.Errorf("%s: %s/%v %q, want %s/%s %q", r.name, v.Bound, v.Details, v.Headline, r.bound, r.details, r.headline)
		}
		if v.Detail != v.Details[0] || v.Next == "" || v.RunnerUp == v.Bound {
			t.Errorf("%s: detail %q of %v, next %q, runner-up %q", r.name, v.Detail, v.Details, v.Next, v.RunnerUp)
		}
		for k, s := range v.Shares {
			if math.IsNaN(s) || math.IsInf(s, 0) {
				t.Errorf("%s: share %s is %v", r.name, k, s)
			}
		}
	}
}

func TestUnclear(t *testing.T) {
	short := path(kinds{Compute: 1})
	short.WallNS = 2_000_000
	timedShort := path(kinds{Network: 1})
	timedShort.Measurement = measure.Measurement{Runs: 6, WallNS: measure.Interval{Median: 1_000_000}}
	check(t, []row{
		{"2 ms of adding", short, "unclear", "too-short", "Unclear: too short to say (2 ms)"},
		{"1 ms when not traced", timedShort, "unclear", "too-short", "Unclear: too short to say (1 ms)"},
		{"a stretch that says enough", path(kinds{Network: 1}, func(f *Facts) { f.Coverage = 0.05 }), "io", "network", "I/O-bound: waiting for the network"},
		{"cut early", path(kinds{Network: 1}, func(f *Facts) { f.Coverage, f.WallNS = 0.02, 5e7 }), "unclear", "cut", "Unclear: the evidence covers 2% of the run"},
		{"busy and undecided", path(kinds{Machine: 0.8, Network: 0.1, Compute: 0.1}), "unclear", "busy-machine", "Unclear: the machine ran others for 80% of the time"},
		{"busy but clear", path(kinds{Machine: 0.85, Compute: 0.15}), "cpu", "compute", "CPU-bound: computing"},
		{"no evidence", path(nil), "unclear", "cut", "Unclear: the trace does not tell what it waits for"},
		{"waits for the unknown", path(kinds{Wait: 1}), "unclear", "cut", "Unclear: the trace does not tell what it waits for"},
	})
}

func TestWaiting(t *testing.T) {
	check(t, []row{
		{"pages", path(kinds{Network: 0.97, Compute: 0.02, Ready: 0.01}), "io", "network", "I/O-bound: waiting for the network"},
		{"syncs", path(kinds{Disk: 0.6, Syscall: 0.35, Compute: 0.05}), "io", "disk", "I/O-bound: waiting for the disk"},
		{"a cold file from a fast disk", path(kinds{Syscall: 0.9, Disk: 0.08, Compute: 0.02}, func(f *Facts) { f.ReadRate, f.SystemNS = 8e8, 280e6 }), "io", "disk", "I/O-bound: waiting for the disk"},
		{"a feed", path(kinds{Pipe: 0.95, Compute: 0.05}), "io", "pipe", "I/O-bound: waiting for a pipe"},
		{"busy machine", path(kinds{Network: 0.5, Machine: 0.45, Compute: 0.05}), "io", "network", "I/O-bound: waiting for the network"},
	})
}

func TestTimer(t *testing.T) {
	with := func(p string, handed bool) Input {
		return path(kinds{Timer: 0.99, Compute: 0.01}, func(f *Facts) { f.Timers = Timers{Pattern: p, Count: 20, MeanNS: 1e7, Handed: handed} })
	}
	check(t, []row{
		{"poll", with("sleep", false), "timer", "sleep", "Waiting, not computing: a timer"},
		{"ticks", with("ticker", false), "timer", "ticker", "Waiting, not computing: a timer (a ticker)"},
		{"bucket", with("ratelimit", false), "timer", "ratelimit", "Waiting, not computing: a timer (a rate limit)"},
		{"retries", with("backoff", false), "timer", "backoff", "Waiting, not computing: a timer (a back-off)"},
		{"slow source", with("sleep", true), "timer", "sleep pipeline", "Waiting, not computing: a timer"},
		{"not known", with("", false), "timer", "sleep", "Waiting, not computing: a timer"},
	})
}

func TestChild(t *testing.T) {
	with := func(n int, cpu int64, shares kinds) Input {
		return path(shares, func(f *Facts) { f.Spawns, f.ChildNS = n, cpu })
	}
	check(t, []row{
		{"sort", with(1, 290e6, kinds{Child: 0.9, Pipe: 0.1}), "child", "compute", "Waiting for a child process, which computes"},
		{"sort on a busy machine", path(kinds{Child: 1}, func(f *Facts) { f.Spawns, f.ChildNS, f.CPUNS, f.DelayNS = 1, 60e6, 5e6, 30e6 }), "child", "compute", "Waiting for a child process, which computes"},
		{"sleep", with(1, 2e6, kinds{Child: 1}), "child", "sleep", "Waiting for a child process, which waits"},
		{"many", with(60, 100e6, kinds{Child: 0.5, Compute: 0.3, Pipe: 0.2}), "child", "spawn sleep", "Waiting for child processes: many short ones"},
		{"half of it", with(1, 2e6, kinds{Child: 0.5, Compute: 0.5}), "mixed", "child+compute phases", "Both: waiting for a child process and computing"},
		{"an earlier cell's", with(0, 0, kinds{Pipe: 1}), "io", "pipe", "I/O-bound: waiting for a pipe"},
	})
}

func TestLock(t *testing.T) {
	with := func(q Queue) Input {
		return path(kinds{Compute: 0.98, Ready: 0.02}, func(f *Facts) { f.Queue = q })
	}
	held := kinds{Compute: 0.9, Machine: 0.1}
	all98 := kinds{Compute: 0.98, Ready: 0.02}
	check(t, []row{
		{"one for all", with(Queue{Kind: "mutex", Share: 0.9, Path: 1, Hold: held}), "lock", "mutex compute", "Waiting for a lock: a mutex, held while computing"},
		{"token", with(Queue{Kind: "channel", Share: 0.9, Path: 1, Hold: held}), "lock", "channel compute", "Waiting for a lock: a channel used as one, held while computing"},
		{"over a request", with(Queue{Kind: "rwmutex", Share: 0.9, Path: 1, Hold: kinds{Network: 1}}), "lock", "rwmutex network", "Waiting for a lock: a read-write mutex, held while waiting for the network"},
		{"workers never idle", with(Queue{Kind: "mutex", Share: 0.1, Path: 1, Hold: held}), "cpu", "compute", "CPU-bound: computing"},
		{"a limit of four in flight", path(kinds{Network: 0.99, Compute: 0.01}, func(f *Facts) { f.Queue = Queue{Kind: "channel", Any: 0.95, Path: 0.95, Hold: kinds{Network: 1}} }), "io", "network", "I/O-bound: waiting for the network"},
		{"taken again at once", path(all98, func(f *Facts) {
			f.Running, f.Queue = 1.2, Queue{Kind: "mutex", Share: 0.1, Any: 0.9, Path: 0.95, Hold: held}
		}), "lock", "mutex compute", "Waiting for a lock: a mutex, held while computing"},
		{"spun on", path(all98, func(f *Facts) {
			f.Running, f.Queue = 1.9, Queue{Kind: "mutex", Any: 0.5, Spin: 0.6, Path: 0.5, Hold: held}
		}), "lock", "mutex compute", "Waiting for a lock: a mutex, held while computing"},
		{"kept by who has it", path(all98, func(f *Facts) {
			f.Running, f.Queue = 1, Queue{Kind: "mutex", Share: 0.7, Any: 0.7, Path: 0.12, Among: 0.99, Hold: held}
		}), "lock", "mutex compute", "Waiting for a lock: a mutex, held while computing"},
		{"off the path", with(Queue{Kind: "mutex", Share: 0.9, Path: 0.1, Hold: held}), "cpu", "compute", "CPU-bound: computing"},
	})
}

func TestMixed(t *testing.T) {
	turns := func(n int) func(*Facts) { return func(f *Facts) { f.Turns = n } }
	check(t, []row{
		{"download, then parse", path(kinds{Network: 0.55, Compute: 0.45}, turns(1)), "mixed", "network+compute phases", "Both: waiting for the network and computing"},
		{"hash each", path(kinds{Compute: 0.6, Network: 0.4}, turns(30)), "mixed", "network+compute interleaved", "Both: waiting for the network and computing"},
		{"late answers on a crowded machine", path(kinds{Machine: 0.72, Compute: 0.22, Network: 0.06}), "cpu", "compute", "CPU-bound: computing"},
		{"hash each on a crowded machine", path(kinds{Machine: 0.6, Compute: 0.25, Network: 0.15}, turns(30)), "mixed", "network+compute interleaved", "Both: waiting for the network and computing"},
		{"read and hash", path(kinds{Disk: 0.45, Compute: 0.4, Syscall: 0.15}, turns(30)), "mixed", "disk+compute interleaved", "Both: waiting for the disk and computing"},
		{"sleep and compute", path(kinds{Timer: 0.5, Compute: 0.5}, turns(30)), "mixed", "sleep+compute interleaved", "Both: waiting for a timer and computing"},
		{"a little of the other", path(kinds{Network: 0.88, Compute: 0.12}), "io", "network", "I/O-bound: waiting for the network"},
	})
}

func TestComputing(t *testing.T) {
	all := kinds{Compute: 0.98, Ready: 0.02}
	check(t, []row{
		{"primes", path(all), "cpu", "compute", "CPU-bound: computing"},
		{"trees", path(all, func(f *Facts) { f.Alloc = 0.7 }), "cpu", "alloc compute", "CPU-bound: allocating"},
		{"few samples", path(all, func(f *Facts) { f.Alloc, f.Samples = 0.7, 5 }), "cpu", "compute", "CPU-bound: computing"},
		{"few samples, and the collector", path(all, func(f *Facts) { f.Alloc, f.Samples, f.GC = 1, 5, 0.45 }), "cpu", "alloc compute", "CPU-bound: allocating"},
		{"few samples, and a million allocations", counted(1_000_000), "cpu", "alloc compute", "CPU-bound: allocating"},
		{"few samples, and some allocations", counted(50_000), "cpu", "compute", "CPU-bound: computing"},
		{"helps the collector", path(kinds{Compute: 0.2, Collect: 0.3, Machine: 0.4, Ready: 0.1}, func(f *Facts) { f.Alloc, f.GC = 0.3, 0.3 }), "cpu", "alloc compute", "CPU-bound: allocating"},
		{"waits for a collector that the machine holds up", path(kinds{Compute: 0.11, Collect: 0.07, Machine: 0.79, Ready: 0.03}, func(f *Facts) { f.Alloc, f.GC, f.Samples = 0.07, 0.35, 85 }), "cpu", "compute", "CPU-bound: computing"},
		{"collector", path(all, func(f *Facts) { f.GC, f.Samples = 0.6, 5 }), "cpu", "alloc compute", "CPU-bound: allocating"},
		{"cached reads", path(kinds{Syscall: 0.7, Compute: 0.3}, func(f *Facts) { f.SystemNS = 200e6 }), "cpu", "syscall compute", "CPU-bound: system calls"},
		{"raw calls", path(all, func(f *Facts) { f.SystemNS, f.Calls = 250e6, 0.8 }), "cpu", "syscall compute", "CPU-bound: system calls"},
		{"first touches", path(all, func(f *Facts) { f.SystemNS = 200e6 }), "cpu", "compute", "CPU-bound: computing"},
		{"all workers", path(all, func(f *Facts) { f.Running, f.Wanting = 1.9, 2.5 }), "cpu", "saturated compute", "CPU-bound: all cores busy"},
		{"all workers, on a busy machine", path(kinds{Compute: 0.6, Machine: 0.4}, func(f *Facts) { f.Running, f.Wanting = 1.46, 1.7 }), "cpu", "saturated compute", "CPU-bound: all cores busy"},
		{"not quite all workers", path(all, func(f *Facts) { f.Running, f.Wanting = 1.46, 1.7 }), "cpu", "compute", "CPU-bound: computing"},
		{"slow stage", path(all, func(f *Facts) { f.Solo = Solo{Stage: 0.9, Handoffs: 700, Top: 0.9} }), "cpu", "pipeline compute", "CPU-bound: one slow stage"},
		{"taking turns", path(all, func(f *Facts) { f.Solo = Solo{Stage: 0.9, Handoffs: 700, Top: 0.5} }), "cpu", "compute", "CPU-bound: computing"},
		{"big task", path(all, func(f *Facts) { f.Solo = Solo{Share: 0.8, Siblings: 4, Biggest: 20, Longest: 0.9} }), "cpu", "imbalance compute", "CPU-bound: one big task"},
		{"stalled", path(all, func(f *Facts) { f.Counters = &Counters{Cycles: 1000, Instructions: 900, StalledCycles: 600} }), "cpu", "memory compute", "CPU-bound: waiting for memory"},
		{"counted, and busy", path(all, func(f *Facts) { f.Counters = &Counters{Cycles: 1000, Instructions: 2500, CacheMisses: 1} }), "cpu", "compute", "CPU-bound: computing"},
		{"slow, without misses", path(all, func(f *Facts) { f.Counters = &Counters{Cycles: 1000, Instructions: 300} }), "cpu", "compute", "CPU-bound: computing"},
		{"counters that count nothing", path(all, func(f *Facts) { f.Counters = &Counters{} }), "cpu", "compute", "CPU-bound: computing"},
		{"cache misses", path(all, func(f *Facts) { f.Counters = &Counters{Cycles: 1000, Instructions: 300, CacheMisses: 10} }), "cpu", "memory compute", "CPU-bound: waiting for memory"},
	})
}

func TestDoubts(t *testing.T) {
	in := path(kinds{Compute: 0.7, Machine: 0.3}, func(f *Facts) { f.Background, f.Samples = 0.3, 3 })
	in.Measurement.Doubts = []string{"one run"}
	got := strings.Join(Classify(in).Doubts, "; ")
	for _, want := range []string{"one run", "ran others for 30%", "earlier cells used 30%", "under 15 CPU samples", "computing or memory"} {
		if !strings.Contains(got, want) {
			t.Errorf("no doubt %q in %q", want, got)
		}
	}
}

func TestNextIsTheCheapestRungLeft(t *testing.T) {
	io := kinds{Network: 0.97, Compute: 0.03}
	for _, r := range []struct {
		shares kinds
		out    []string
		want   string
	}{
		{io, nil, "Cheaper first: fewer requests (cache, batch)? If not: %concurrent"},
		{io, []string{"algorithm"}, "%concurrent"},
		{io, []string{"algorithm", "concurrent"}, "Every rung of the ladder is done: stop here, or change the task."},
		{kinds{Compute: 1}, nil, "Cheaper first: a better algorithm (%grow)? If not: %parallel"},
		{kinds{Compute: 1}, []string{"algorithm"}, "%parallel"},
	} {
		in := path(r.shares)
		in.RuledOut = r.out
		if got := Classify(in).Next; got != r.want {
			t.Errorf("without %v: %q, want %q", r.out, got, r.want)
		}
	}
}

// TestLost: a cell whose process took all evidence with it is given no figure
// that nobody saw, and no advice about its speed.
func TestLost(t *testing.T) {
	for _, r := range []struct {
		m        measure.Measurement
		headline string
	}{
		{measure.Measurement{Runs: 1, WallNS: measure.Interval{Median: 700e6}}, "Unclear: it ended by a panic within 700 ms"},
		{measure.Measurement{Runs: 1, WallNS: measure.Interval{Median: 700e6}, CPUNS: measure.Interval{Median: 5e6}, PeakRSSBytes: 4 << 20}, "Unclear: it ended by a panic after 700 ms"},
	} {
		v := Classify(Input{Ended: "it ended by a panic", Measurement: r.m})
		if v.Headline != r.headline || v.Next != "Mend what ended it, and measure again." {
			t.Errorf("%q, %q; want %q", v.Headline, v.Next, r.headline)
		}
	}
}

// TestOwnTime: what a busy machine took stands in the table, so the sentence says
// of what it speaks.
func TestOwnTime(t *testing.T) {
	v := Classify(path(kinds{Compute: 0.5, Machine: 0.5}))
	if want := "Interleaving on one worker will not help: 100% of its own time computes."; v.Note != want {
		t.Errorf("%q, want %q", v.Note, want)
	}
}

func TestVerdictIsComplete(t *testing.T) {
	in := path(kinds{Network: 0.97, Compute: 0.02, Ready: 0.01})
	in.Lines = []measure.Line{{Cell: "fetch", Line: 2, Share: 0.97, Kind: Network}}
	v := Classify(in)
	if v.RunnerUp != "cpu" || v.Note != "More cores will not help: 2% computes." || len(v.Why) == 0 || len(v.Lines) != 1 || v.Doubts == nil {
		t.Errorf("%+v", v)
	}
	if !slices.Equal(v.Details, []string{"network"}) || v.Shares[Network] != 0.97 {
		t.Errorf("%+v", v)
	}
}

func TestInterpreted(t *testing.T) {
	for _, r := range []struct {
		name string
		in   Input
		want string
	}{
		{"waits hide behind the interpreter", path(kinds{Compute: 0.7, Network: 0.3}, func(f *Facts) { f.Interp = 0.98 }), "compiled it would be I/O-bound: waiting for the network"},
		{"computes in the library", path(kinds{Compute: 0.99, Network: 0.01}, func(f *Facts) { f.Interp = 0.02 }), "Interpreted (2% of the time is the interpreter's own); compiled it would be CPU-bound too."},
		{"depends on the factor", path(kinds{Compute: 0.97, Network: 0.03}, func(f *Facts) { f.Interp, f.WallNS = 1, 1e10 }), "not clear"},
		{"hardly anything is left", path(kinds{Compute: 0.3, Machine: 0.7}, func(f *Facts) { f.Interp, f.WallNS = 1, 100e6 }), "compiled it would be too short to say"},
		{"no samples", path(kinds{Compute: 0.9, Network: 0.1}, func(f *Facts) { f.Samples = 2 }), "too few CPU samples"},
	} {
		r.in.Interpreted = true
		v := Classify(r.in)
		doubts := strings.Join(v.Doubts, "; ")
		if !strings.Contains(v.Note+doubts, r.want) || strings.Contains(doubts, " too.") {
			t.Errorf("%s: note %q, doubts %q, want %q", r.name, v.Note, doubts, r.want)
		}
	}
}
