package runtime

import (
	"context"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
)

// TestBothEngines: a verdict of one engine keeps that of the other beside it, and
// what was a guess of the compiled cell becomes what was measured.
func TestBothEngines(t *testing.T) {
	of := func(headline string, doubts ...string) *facts {
		return &facts{&evidence.Evidence{}, measure.Verdict{Headline: headline, Doubts: doubts}}
	}
	var e entry
	e.keepFacts(of("slow", "interpreted: what it would be compiled is not clear"), true)
	if v := e.facts.verdict; v.Compiled != nil || v.Interpreted != nil {
		t.Errorf("the first has %v and %v beside it", v.Compiled, v.Interpreted)
	}
	e.keepFacts(of("fast"), false)
	if v := e.facts.verdict; v.Interpreted == nil || v.Interpreted.Headline != "slow" || v.Compiled != nil {
		t.Errorf("compiled after interpreted: %+v", v)
	}
	e.keepFacts(of("slow again", "interpreted: what it would be compiled is not clear"), true)
	v := e.facts.verdict
	if v.Compiled == nil || v.Compiled.Headline != "fast" || v.Compiled.Interpreted != nil || v.Doubts[0] != "interpreted: compiled it is fast" {
		t.Errorf("interpreted after compiled: %+v", v)
	}
}

// TestAnswer: what is said after one run, and how it is refined.
func TestAnswer(t *testing.T) {
	runs := func(n int, wall, cpu int64) (s []measure.Sample) {
		for range n {
			s = append(s, measure.Sample{WallNS: wall, UserNS: cpu})
		}
		return s
	}
	for _, tt := range []struct {
		samples []measure.Sample
		want    string
	}{
		{runs(1, 1_630_000_000, 31_000_000), "about 1.63 s, mostly waiting"},
		{runs(1, 100_000_000, 99_000_000), "about 100 ms, mostly computing"},
		{runs(3, 100_000_000, 50_000_000), "about 100 ms, computing and waiting"},
		{runs(6, 100_000_000, 0), "about 100 ms ±0%, mostly waiting"},
	} {
		if got := answerOf(tt.samples); got != tt.want {
			t.Errorf("%d runs: %q, want %q", len(tt.samples), got, tt.want)
		}
	}
}

// The line under a cell claims a CPU time only where one was measured.
func TestLinesOfOneRun(t *testing.T) {
	sample := measure.Sample{WallNS: 1_330_000_000, UserNS: 1_300_000_000, AllocBytes: 1200}
	crowded := measure.Sample{WallNS: 193_000_000, UserNS: 28_000_000, RunDelayNS: 160_000_000}
	for _, tt := range []struct{ got, want string }{
		{profileLine(sample, "compiled"), "1.33 s · CPU 1.30 s · 1.2 kB · mostly computing · %profile"},
		{profileLine(crowded, "compiled"), "193 ms · CPU 28 ms · 0 B · mostly computing · %profile"},
		{profileLine(sample, "interpreted"), "1.33 s · interpreted · %profile"},
		{timeLine(sample, "interpreted"), "1.33 s wall · one run, interpreted"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

// While %profile is on, cells run compiled: what is measured does.
func TestProfileOnRunsCompiled(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{})
	s.Do(context.Background(), "%profile on", silent{})
	res := typed(t, s, "n := 0\nfor i := range 10_000_000 { n += i % 7 }")
	if res.LiveRun != "compiled" || !strings.Contains(strings.Join(res.Notices, "\n"), "CPU") {
		t.Errorf("%s: %q", res.LiveRun, res.Notices)
	}
}
