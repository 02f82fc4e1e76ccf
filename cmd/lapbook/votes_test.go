package main

import (
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		q      question
		line   string
		shown  string
		truth  string
		share  float64
		judged string
		err    string
	}{
		{q: boundQuestion(), line: "i", shown: "waiting", truth: "waiting", share: 1, judged: "right"},
		{q: boundQuestion(), line: "I/O", shown: "waiting", truth: "computing", judged: "wrong"},
		{q: boundQuestion(), line: "i 18 c 12", shown: "i 18 · c 12", truth: "waiting", share: 0.6, judged: "18 of 30 right"},
		{q: boundQuestion(), line: "i=1, c=0", shown: "i 1 · c 0", truth: "waiting", share: 1, judged: "right"},
		{q: boundQuestion(), line: "computing 3", shown: "c 3", truth: "computing", share: 1, judged: "3 of 3 right"},
		{q: boundQuestion(), line: "comptuing", err: `did you mean computing?`},
		{q: boundQuestion(), line: "i 3 c", err: "how many said computing?"},
		{q: boundQuestion(), line: "i c", err: `"c" is no count`},
		{q: boundQuestion(), line: "i -3 c 2", err: `"-3" is no count`},
		{q: modelQuestion(), line: "as written", shown: "as written", truth: "as written", share: 1, judged: "right"},
		{q: modelQuestion(), line: "a 1 c 2 p 3", shown: "a 1 · c 2 · p 3", truth: "parallel", share: 0.5, judged: "3 of 6 right"},
		{q: modelQuestion(), line: "", shown: "–"},
		{q: speedQuestion(), line: "30", shown: "30×", truth: "37×", share: 1, judged: "right"},
		{q: speedQuestion(), line: "3.7x", shown: "3.7×", truth: "37×", judged: "off by 10×"},
		{q: speedQuestion(), line: "2 30 40", shown: "2.0× · 30× · 40×", truth: "37×", share: 2. / 3, judged: "2 of 3 right"},
		{q: speedQuestion(), line: "2x 5 30x 15", shown: "2.0× 5 · 30× 15", truth: "37×", share: 0.75, judged: "15 of 20 right"},
		{q: speedQuestion(), line: "fast", err: `"fast" is no ratio`},
		{q: speedQuestion(), line: "0", err: `"0" is no ratio`},
		{q: speedQuestion(), line: "NaN", err: "is no ratio"},
	} {
		v, err := tt.q.read(tt.line)
		if tt.err != "" || err != nil {
			if err == nil || !strings.Contains(err.Error(), tt.err) || tt.err == "" {
				t.Errorf("%q: error %v, want %q", tt.line, err, tt.err)
			}
			continue
		}
		if got := v.String(); got != tt.shown {
			t.Errorf("%q is shown as %q, want %q", tt.line, got, tt.shown)
		}
		if len(v) == 0 {
			continue
		}
		if share, says := v.against(tt.truth); share != tt.share || says != tt.judged {
			t.Errorf("%q against %s: %v, %q; want %v, %q", tt.line, tt.truth, share, says, tt.share, tt.judged)
		}
	}
}

// rows of a comparison with times in milliseconds, tight intervals and forecasts.
func comparisonOf(times map[string][2]int64) *measure.Comparison {
	c := &measure.Comparison{}
	for _, model := range []string{"as written", "concurrent", "parallel"} {
		ms, ok := times[model]
		if !ok {
			continue
		}
		low, high, forecast := ms[0]*990_000, ms[0]*1_010_000, ms[1]*1_000_000
		c.Columns = append(c.Columns, measure.Column{Model: model, Runs: 20, Significant: true,
			WallNS: measure.Interval{Median: ms[0] * 1_000_000, Low: &low, High: &high}, PredictedWallNS: &forecast,
			Speedup: measure.Ratio{Median: float64(times["as written"][0]) / float64(ms[0])}})
	}
	return c
}

func TestTruths(t *testing.T) {
	waits := comparisonOf(map[string][2]int64{"as written": {200, 200}, "concurrent": {10, 8}, "parallel": {10, 8}})
	computes := comparisonOf(map[string][2]int64{"as written": {200, 200}, "concurrent": {200, 200}, "parallel": {100, 110}})
	nothing := comparisonOf(map[string][2]int64{"as written": {200, 200}, "concurrent": {205, 100}})
	oneEnough := comparisonOf(map[string][2]int64{"as written": {200, 200}, "concurrent": {11, 10}, "parallel": {10, 10}})
	columnOf(oneEnough, "parallel").WallNS.High = columnOf(oneEnough, "concurrent").WallNS.High // they overlap
	for _, tt := range []struct {
		c                            *measure.Comparison
		model, speed, foreseen, said string
	}{
		{waits, "concurrent", "20×", "concurrent", "concurrent = parallel < as written"},
		{oneEnough, "concurrent", "18×", "concurrent", "parallel = concurrent < as written"},
		{computes, "parallel", "2.0×", "parallel", "parallel < as written = concurrent"},
		{nothing, "as written", "1.0×", "concurrent", "as written = concurrent"},
	} {
		r := &notebook.Result{Comparison: tt.c}
		if m, s := modelQuestion().truth(r), speedQuestion().truth(r); m != tt.model || s != tt.speed {
			t.Errorf("keep %s, %s; want %s, %s", m, s, tt.model, tt.speed)
		}
		if f := modelQuestion().forecast(r); f != tt.foreseen {
			t.Errorf("foreseen %s, want %s", f, tt.foreseen)
		}
		if got := order(tt.c); got != tt.said {
			t.Errorf("order %q, want %q", got, tt.said)
		}
	}
	if sameOrder(waits, computes) || !sameOrder(waits, waits) {
		t.Error("orders are not told apart")
	}
	if got := kept(nil, measured); got != "" {
		t.Errorf("no comparison, and yet %s", got)
	}
	for bound, want := range map[string]string{"io": "waiting", "lock": "waiting", "cpu": "computing", "mixed": "both", "unclear": ""} {
		if got := boundQuestion().truth(&notebook.Result{Verdict: &measure.Verdict{Bound: bound}}); got != want {
			t.Errorf("%s: %q, want %q", bound, got, want)
		}
	}
}
