package render

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

const ms = 1_000_000

// interval is a median of milliseconds with a relative half-width.
func interval(median, spread float64) measure.Interval {
	low, high := int64(median*ms*(1-spread)), int64(median*ms*(1+spread))
	return measure.Interval{Median: int64(median * ms), Low: &low, High: &high}
}

func yes() *bool { return new(true) }

// classified is the result of %classify in the design's first transcript.
func classified() *notebook.Result {
	r := notebook.NewResult("cell-3", 3)
	r.Kind, r.Of = "magic", "cell-3"
	r.Measurement = &measure.Measurement{Engine: "compiled", Runs: 6, WallNS: interval(1630, 0.01), CPUNS: interval(31, 0.02)}
	r.Verdict = &measure.Verdict{
		Bound: "io", Detail: "network", Details: []string{"network"}, Headline: "I/O-bound: waiting for the network",
		Shares:   map[string]float64{"network": 0.97, "compute": 0.02, "ready": 0.01},
		RunnerUp: "cpu",
		Lines:    []measure.Line{{Cell: "cell-3", Line: 2, Share: 0.968, Kind: "network", Text: "\tsizes[i] = len(lab.Fetch(u))"}},
		Next:     "Cheaper first: fewer requests (cache, batch)? If not: %concurrent",
		Note:     "More cores will not help: 2% computes.",
	}
	return r
}

// compared is the result of %concurrent there.
func compared() *notebook.Result {
	r := notebook.NewResult("cell-3", 3)
	r.Kind, r.Of = "magic", "cell-3"
	predicted := int64(42 * ms)
	r.Comparison = &measure.Comparison{
		Tasks: 40, TaskKind: "loop", Loop: &measure.LoopSplit{Line: 1, Header: []int{1}, Task: []int{2}}, SameResult: yes(),
		Columns: []measure.Column{
			{Model: "as written", Workers: 1, Procs: 2, Limit: 1, Runs: 6, WallNS: interval(1630, 0.01), CPUNS: interval(31, 0.02), Speedup: measure.Ratio{Median: 1}},
			{Model: "concurrent", Workers: 1, Procs: 1, Limit: 40, Runs: 6, WallNS: interval(44, 0.04), CPUNS: interval(38, 0.02), Speedup: measure.Ratio{Median: 37}, Significant: true, PredictedWallNS: &predicted},
		},
		Timelines: []measure.Timeline{{Total: 40, WallNS: 44 * ms, Lanes: []measure.Lane{
			{Name: "A", Bins: "RwwwwwwwwwwwwwwwwwwwwR     "},
			{Name: "B", Bins: "rRwwwwwwwwwwwwwwwwwwwwR    "},
			{Name: "C", Bins: "rrRwwwwwwwwwwwwwwwwwwwwR   "},
		}}},
		Conclusion: "Target met: stop here.",
	}
	return r
}

// further is the result of %parallel there.
func further() *notebook.Result {
	r := compared()
	predicted := int64(42 * ms)
	r.Comparison.Columns = append(r.Comparison.Columns, measure.Column{Model: "parallel", Workers: 2, Procs: 2, Limit: 40, Runs: 20,
		WallNS: interval(43, 0.05), CPUNS: interval(41, 0.02), Speedup: measure.Ratio{Median: 38}, Significant: true, PredictedWallNS: &predicted})
	r.Comparison.Timelines = nil
	r.Comparison.Conclusion = "No difference from concurrent in 20 runs: keep one worker."
	return r
}

// withTimeline is the result of %timeline.
func withTimeline() *notebook.Result {
	r := classified()
	r.Magics = []string{"timeline"}
	r.Verdict.Shares, r.Verdict.Lines = nil, nil
	t := compared().Comparison.Timelines[0]
	t.Workers = []measure.Lane{{Name: "worker 0", Bins: "RRR"}}
	r.Verdict.Timeline = &t
	return r
}

func drawn(t *testing.T, r *notebook.Result, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTranscript holds the look of the design's transcript, character by
// character.
func TestTranscript(t *testing.T) {
	above := compared().Comparison
	tests := []struct {
		name string
		r    *notebook.Result
		o    Options
		want string
	}{
		{"classify", classified(), Options{}, `
  cell 3  I/O-bound: waiting for the network        6 runs, compiled
    waiting    97%  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░  network
    computing   2%  ▓
    ready       1%  ·   could run, but no worker was free
    line 2     97%  sizes[i] = len(lab.Fetch(u))
  Cheaper first: fewer requests (cache, batch)? If not: %concurrent
  More cores will not help: 2% computes.
`},
		{"concurrent", compared(), Options{}, `
  cell 3  40 tasks: the loop at line 1              same result ✓
               wall        speedup  predicted  CPU    in flight  workers
  as written   1.63 s ±1%     1.0×      –      31 ms      1         1
  concurrent    44 ms ±4%      37×    42 ms    38 ms     40         1
    A |▓░░░░░░░░░░░░░░░░░░░░▓     |   3 of 40 tasks
    B |·▓░░░░░░░░░░░░░░░░░░░░▓    |   ▓ running  · ready  ░ waiting
    C |··▓░░░░░░░░░░░░░░░░░░░░▓   |
  Target met: stop here.
`},
		{"parallel", further(), Options{Above: above}, `
  parallel      43 ms ±5%      38×    42 ms    41 ms     40         2
  No difference from concurrent in 20 runs: keep one worker.
`},
		{"target", &notebook.Result{Kind: "magic", Target: &measure.Target{Of: "cell-3", WallNS: 100 * ms, TookNS: 1630 * ms}}, Options{}, `
  cell 3 took 1.63 s: not met
`},
		{"refused", &notebook.Result{ID: "cell-3", Index: 3, Refused: &measure.Refusal{Line: 3, Variable: "total", Reason: "It is carried.", Advice: "Split it."}}, Options{}, `
  cell 3  no model applies: line 3, total
    It is carried.
    Split it.
`},
		{"timeline", withTimeline(), Options{}, `
  cell 3  I/O-bound: waiting for the network        6 runs, compiled
    A        |▓░░░░░░░░░░░░░░░░░░░░▓     |
    B        |·▓░░░░░░░░░░░░░░░░░░░░▓    |
    C        |··▓░░░░░░░░░░░░░░░░░░░░▓   |
    worker 0 |▓▓▓|
    3 of 40 tasks   ▓ running  · ready  ░ waiting
  Cheaper first: fewer requests (cache, batch)? If not: %concurrent
  More cores will not help: 2% computes.
`},
		{"ascii", compared(), Options{ASCII: true}, `
  cell 3  40 tasks: the loop at line 1              same result yes
               wall          speedup  predicted  CPU    in flight  workers
  as written   1.63 s +/-1%     1.0x      -      31 ms      1         1
  concurrent    44 ms +/-4%      37x    42 ms    38 ms     40         1
    A |#--------------------#     |   3 of 40 tasks
    B |.#--------------------#    |   # running  . ready  - waiting
    C |..#--------------------#   |
  Target met: stop here.
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := "\n" + drawn(t, tt.r, tt.o); got != tt.want {
				t.Errorf("got%s\nwant%s", got, tt.want)
			}
		})
	}
}

func TestNoLineIsTooWide(t *testing.T) {
	long := strings.Repeat("a very long word of advice, 世界 and so on; ", 12) + strings.Repeat("x", 200)
	r := compared()
	r.Verdict = classified().Verdict
	r.Measurement = classified().Measurement
	r.Verdict.Headline, r.Verdict.Next, r.Verdict.Note = long, long, long
	r.Verdict.Doubts, r.Verdict.Why = []string{long, long}, []string{long}
	r.Verdict.Lines[0].Text, r.Verdict.Lines[0].Cell = long, "another-cell-with-a-long-name"
	r.Comparison.Columns[1].Model = "as written, 1 worker"
	r.Comparison.Columns[1].Notes = []string{long}
	r.Comparison.Unstable = []measure.Unstable{{What: "stdout", Reason: long}}
	r.Comparison.Timelines[0].Lanes[0].Bins = strings.Repeat("Rrw ", 100)
	r.Error = &measure.CellError{Message: long, Cell: "cell-3", Line: 2, Column: 4, Frames: []string{long}, Hint: long}
	r.Refused = &measure.Refusal{Line: 2, Variable: "total", Reason: long, Advice: long}
	r.Growth = &measure.Growth{Class: "n log n", Parameter: "n", Low: 1000, High: 1000000, Evidence: []string{long}, Alternatives: []string{"n"}}
	r.Memory = &measure.Memory{PeakHeap: 1 << 30, Lines: []measure.MemoryLine{{Line: 3, Share: 1, Text: long}}, Advice: long}
	r.Race = &measure.Race{Found: true, Reports: []string{long}}
	r.Advice = &measure.Advice{Next: "%grow", Reason: long, Paragraph: long}
	r.Versus = &measure.Versus{Conclusion: long}
	r.Curve = &measure.Curve{Over: "workers", Points: r.Comparison.Columns, Note: long}
	for _, o := range []Options{{}, {More: true}, {ASCII: true, More: true}, {Width: 50}, {Width: 500}} {
		for line := range strings.Lines(drawn(t, r, o)) {
			line = strings.TrimSuffix(line, "\n")
			if n := columns(line); n > o.width() {
				t.Errorf("%+v: %d columns: %s", o, n, line)
			}
			if o.ASCII && !isASCII(line) {
				t.Errorf("not ASCII: %s", line)
			}
			if line != strings.TrimRight(line, " ") {
				t.Errorf("blanks at the end of %q", line)
			}
		}
	}
}

func TestColourOnlyWhenAsked(t *testing.T) {
	r := classified()
	r.Stdout = "\x1b[31mred\x1b[0m\n"
	if got := drawn(t, r, Options{}); strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
	r.Value = "\x1b[32mleft on"
	if got := drawn(t, r, Options{Color: true}); !strings.Contains(got, "left on\x1b[0m\n") || strings.Contains(got, "\x1b[m") {
		t.Errorf("%q", got)
	}
	if got := drawn(t, r, Options{Color: true}); !strings.Contains(got, "\x1b[31mred\x1b[0m") || !strings.Contains(got, "\x1b[1mI/O-bound") {
		t.Errorf("%q", got)
	}
}
