package render

import (
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

func squared() *notebook.Result {
	r := notebook.NewResult("pairs", 2)
	g := &measure.Growth{Parameter: "n", Low: 100, High: 3200, Class: "n^2", Measure: "CPU time", Engine: "compiled",
		Headline: "n^2: time and counters agree; doubling n costs 4.0×", Evidence: []string{"steps: exactly n^2"}, Stopped: "n=6400 would take about 1.2 s: not run",
		Lines: []measure.GrowthLine{{Cell: "pairs", Line: 3, What: "loop", Class: "n^2", Count: 10_240_000, Text: "for j := range n {"}}}
	for n := int64(100); n <= 3200; n *= 2 {
		g.Points = append(g.Points, measure.GrowthPoint{N: n, CPUNS: n * n, WallNS: n * n, Steps: n * n, Runs: 3, Fitted: float64(n * n)})
	}
	r.Growth = g
	return r
}

func TestGrowthText(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		var b strings.Builder
		if err := Report(&b, squared(), Options{ASCII: ascii}); err != nil {
			t.Fatal(err)
		}
		wants := []string{"n²: time and counters agree; doubling n costs 4.0×", "●", "│", "n=100..3200", "1.0e7 times: for j := range n {", "n=6400 would take"}
		if ascii {
			wants = []string{"n^2: time and counters agree; doubling n costs 4.0x", " o", "|", "log-log"}
		}
		for _, w := range wants {
			if !strings.Contains(b.String(), w) {
				t.Errorf("ascii %v: no %q in\n%s", ascii, w, b.String())
			}
		}
		for _, line := range strings.Split(b.String(), "\n") {
			if columns(line) > 78 {
				t.Errorf("%d columns: %s", columns(line), line)
			}
			if ascii && !isASCII(line) {
				t.Errorf("not ASCII: %q", line)
			}
		}
	}
}

func TestGrowthSVG(t *testing.T) {
	got := SVG(squared())
	for _, w := range []string{`role="img"`, "<title>n²: time and counters agree", "CPU from 10 µs at n=100 to 10 ms at n=3200", "<polyline", "both axes logarithmic"} {
		if !strings.Contains(got, w) {
			t.Errorf("no %q in %s", w, got)
		}
	}
	if n := strings.Count(got, "<circle"); n != 6 {
		t.Errorf("%d points, want 6", n)
	}
}
