package runtime

import (
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
)

// row is a column with eight runs around a wall time in milliseconds.
func row(model string, ms int64, base []measure.Sample) measure.Column {
	var samples []measure.Sample
	for i := range int64(8) {
		samples = append(samples, measure.Sample{WallNS: ms*1_000_000 + i*1000})
	}
	c := measure.Column{Model: model, Limit: 8, Workers: 1}
	if model == parallel {
		c.Workers = 2
	}
	return c.Summarised(samples, base)
}

func TestConclude(t *testing.T) {
	cpu := &measure.Verdict{Headline: "CPU-bound: computing"}
	io := &measure.Verdict{Headline: "I/O-bound: waiting for the network"}
	base := row(asWritten, 200, nil)
	tests := []struct {
		name    string
		verdict *measure.Verdict
		rows    []measure.Column
		want    string
	}{
		{"interleaving helps waits", io, []measure.Column{row(concurrent, 20, base.Samples)}, "I/O-bound: 8 in flight on one worker gave 10×."},
		{"judged on one worker", cpu, []measure.Column{row(oneWorker, 160, base.Samples), row(concurrent, 160, base.Samples)}, "interleaving on one worker made no significant difference"},
		{"two workers", cpu, []measure.Column{row(concurrent, 201, base.Samples), row(parallel, 100, base.Samples)}, "two workers gave 2.0×."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &measure.Comparison{Columns: append([]measure.Column{base}, tt.rows...)}
			if got := conclude(c, tt.verdict, 0); !strings.Contains(got, tt.want) {
				t.Errorf("%q, want %q in it", got, tt.want)
			}
		})
	}
}

// TestConcludeFromLessCPU: a loop that computes faster because its code lies
// elsewhere is no gain of interleaving, and workers are judged without it.
func TestConcludeFromLessCPU(t *testing.T) {
	cpu := &measure.Verdict{Bound: "cpu", Headline: "CPU-bound: computing"}
	base := row(asWritten, 200, nil)
	con, par := row(concurrent, 100, base.Samples), row(parallel, 50, base.Samples)
	base.CPUNS.Median, con.CPUNS.Median, par.CPUNS.Median = 200e6, 100e6, 100e6
	const less = "the rewritten loop itself takes 100 ms of CPU, as written 200 ms"
	for _, tt := range []struct {
		rows []measure.Column
		want string
	}{
		{[]measure.Column{con, par}, "CPU-bound: interleaving bought nothing: " + less + "; against that two workers gave 2.0×."},
		{[]measure.Column{con}, "CPU-bound: interleaving bought nothing: " + less + "."},
		{[]measure.Column{par}, "CPU-bound: two workers gave 4.0×, but not by workers alone: " + less + "."},
	} {
		if got := conclude(&measure.Comparison{Columns: append([]measure.Column{base}, tt.rows...)}, cpu, 0); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestGoesOn(t *testing.T) {
	io := &measure.Verdict{Headline: "I/O-bound: waiting for the network"}
	base := row(asWritten, 200, nil)
	c := &measure.Comparison{Columns: []measure.Column{base, row(concurrent, 20, base.Samples), row(parallel, 20, base.Samples)}}
	c.Above = &measure.Comparison{Columns: c.Columns[:2]}
	if got, want := conclude(c, io, 0), "No difference from concurrent in 8 runs: keep one worker."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	c.Above = nil
	if got := conclude(c, io, 100*time.Millisecond); got != targetMet {
		t.Errorf("%q with the target met", got)
	}
}

func TestMissedBy(t *testing.T) {
	predicted := int64(20_000_000)
	base := row(asWritten, 200, nil)
	col := row(concurrent, 21, base.Samples)
	col.PredictedWallNS = &predicted
	if got := missedBy(&col, &base, 2, &trial{}, sight{}); got != nil {
		t.Errorf("%q for a forecast that held", got)
	}
	col = row(concurrent, 60, base.Samples)
	col.PredictedWallNS = &predicted
	for i := range col.Samples {
		col.Samples[i].MutexWaitNS = 40_000_000
	}
	if got := missedBy(&col, &base, 2, &trial{}, sight{}); len(got) != 1 || !strings.Contains(got[0], "waited for a lock") {
		t.Errorf("%q, want the lock", got)
	}
}

// TestMissedBecause: a cause is named when its counter is large enough for the
// miss, and points the same way.
func TestMissedBecause(t *testing.T) {
	base := row(asWritten, 200, nil)
	waits := func(ms int64) *trial {
		t := &trial{count: 8}
		for range 8 {
			t.tasks = append(t.tasks, evidence.Task{EndNS: ms * 1e6, Phases: []evidence.Phase{{NS: ms * 1e6}}})
		}
		return t
	}
	late := waits(25)
	late.saw.delayNS = 50e6
	for _, tt := range []struct {
		name            string
		predicted, took int64
		try             *trial
		saw             sight
		want            string
	}{
		{"connections", 20, 80, &trial{count: 8}, sight{dials: 300}, unexplained}, // opened, but no CPU went there
		{"waits", 25, 100, waits(25), sight{taskNS: 100e6, longestNS: 100e6}, "does not serve 8 at the same time"},
		{"a server of the cell", 20, 80, &trial{count: 8}, sight{backgroundNS: 40e6}, "goroutines of earlier cells"},
		{"late when forecast", 80, 25, late, sight{taskNS: 25e6, longestNS: 25e6}, "of the run that it was forecast from"},
		{"one late task", 80, 25, waits(80), sight{longestNS: 25e6}, "the longest task took 80 ms"},
	} {
		predicted := tt.predicted * 1e6
		col := row(concurrent, tt.took, base.Samples)
		col.PredictedWallNS = &predicted
		if got := missedBy(&col, &base, 2, tt.try, tt.saw); len(got) != 1 || !strings.Contains(got[0], tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWhyNotMore(t *testing.T) {
	base := row(asWritten, 200, nil)
	task := func(us int64) evidence.Task { return evidence.Task{EndNS: us * 1000} }
	alike := &trial{tasks: []evidence.Task{task(900), task(1000), task(1100), task(1000)}}
	for _, tt := range []struct {
		name    string
		ms      int64
		lockNS  int64
		cores   float64
		ordered float64
		try     *trial
		want    string
	}{
		{"gained", 105, 0, 2, 0, alike, ""},
		{"a lock", 200, 150_000_000, 2, 0, alike, "wait for a lock"},
		{"one slow task", 190, 0, 2, 0, &trial{tasks: []evidence.Task{task(10), task(10), task(900)}}, "number 3, does 98% of the work"},
		{"in order", 190, 0, 2, 0.8, alike, "80% of the cell stays in order"},
		{"too small", 200, 0, 2, 0, &trial{tasks: []evidence.Task{task(1), task(1), task(1)}}, "too small, 1 µs each"},
		{"one core", 200, 0, 1.1, 0, alike, "gave 1.1 of 2 cores"},
	} {
		col := row(parallel, tt.ms, base.Samples)
		col.EffectiveCores = tt.cores
		for i := range col.Samples {
			col.Samples[i].MutexWaitNS = tt.lockNS
		}
		got := whyNotMore(&measure.Comparison{Columns: []measure.Column{base, col}, Ordered: tt.ordered}, 0, tt.try)
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
