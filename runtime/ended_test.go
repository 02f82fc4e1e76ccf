package runtime

import (
	"bytes"
	"context"
	"math"
	"runtime/trace"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// TestCellThatDoesNotEndByItself: the error is shown, the verdict is that of the
// run that was made, and the session is as it was before.
func TestCellThatDoesNotEndByItself(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{Budget: 3 * time.Second, Timeout: time.Minute})
	typed(t, s, "xs := []int{1, 2, 3}")
	const busy = "for i := range 100_000_000 { xs[0] += i }\n"
	for _, tt := range []struct {
		name, text string
		status     notebook.Status
		bounds     string
		doubt      string
	}{
		{"panics", busy + "panic(\"boom\")", notebook.Failed, "cpu", "it ended by a panic"},
		{"exits", busy + "os.Exit(3)", notebook.Failed, "cpu", "it ended by os.Exit(3)"},
		{"a goroutine panics", "go func() { time.Sleep(300 * time.Millisecond); panic(\"late\") }()\nfor { xs[0]++ }", notebook.Failed, "cpu unclear", ""},
		{"at once", "var none map[string]int\nnone[\"a\"] = 1", notebook.Failed, "unclear", "it ended by a panic"},
	} {
		res := s.Do(context.Background(), "%%classify\n"+tt.text, silent{})[0]
		if res.Status != tt.status || res.Error == nil {
			t.Errorf("%s: status %s, error %v", tt.name, res.Status, res.Error)
		}
		v := res.Verdict
		if v == nil || !strings.Contains(tt.bounds, v.Bound) {
			t.Errorf("%s: verdict %+v, want one of %s", tt.name, v, tt.bounds)
			continue
		}
		if tt.doubt != "" && !strings.Contains(strings.Join(v.Doubts, "\n"), tt.doubt) {
			t.Errorf("%s: doubts %q, want %q", tt.name, v.Doubts, tt.doubt)
		}
		if sum := total(v.Shares); v.Bound != "unclear" && math.Abs(sum-1) > 0.01 {
			t.Errorf("%s: shares sum to %f", tt.name, sum)
		}
	}
	if res := s.Do(context.Background(), "panic(\"without a magic\")", silent{})[0]; !res.Failed() {
		t.Fatal("a panic is no failure")
	}
	lone := s.Do(context.Background(), "%classify", silent{})[0]
	if lone.Verdict == nil || !strings.Contains(strings.Join(append(lone.Verdict.Doubts, lone.Verdict.Headline), "\n"), "it ended by a panic") {
		t.Errorf("%%classify of a cell that panicked before: %+v %v", lone.Verdict, lone.Error)
	}
	if got := typed(t, s, "xs[0]"); got.Value != "1" {
		t.Errorf("the session has %s, want 1", got.Value)
	}
}

func total(shares map[string]float64) (sum float64) {
	for _, v := range shares {
		sum += v
	}
	return sum
}

// longEngine is an engine whose cell takes five minutes, without the wait.
type longEngine struct {
	trace []byte
	specs []engine.RunSpec
}

func (e *longEngine) Name() string                                                 { return "compiled" }
func (e *longEngine) Prepare(context.Context, engine.Unit) (engine.Program, error) { return e, nil }
func (e *longEngine) BuildNS() int64                                               { return 0 }
func (e *longEngine) Notices() []string                                            { return nil }
func (e *longEngine) Close() error                                                 { return nil }

func (e *longEngine) Run(_ context.Context, spec engine.RunSpec) (*engine.RunResult, error) {
	e.specs = append(e.specs, spec)
	r := &engine.RunResult{Sample: measure.Sample{WallNS: int64(5 * time.Minute), UserNS: int64(5 * time.Minute), Turns: 1}}
	if spec.Trace {
		r.Trace = e.trace
	}
	if spec.For > 0 {
		r.Stopped, r.Sample.WallNS, r.Sample.UserNS = true, int64(spec.For), int64(spec.For)
	}
	return r, nil
}

// TestLongCell: a cell that takes ten times its budget is run once, and its
// evidence run is ended early, which is a doubt.
func TestLongCell(t *testing.T) {
	s := newSession(t, Config{Budget: 30 * time.Second})
	long := &longEngine{trace: shortTrace(t)}
	s.engines.compiled = long
	res := s.Do(context.Background(), "%%classify\nfor { println() }", silent{})[0]
	if res.Failed() || res.Verdict == nil || res.Measurement == nil {
		t.Fatalf("%s %v", res.Status, res.Error)
	}
	if res.Measurement.Runs != 1 || len(long.specs) != 2 {
		t.Errorf("%d runs counted, %d made, want the session's own and that of the evidence", res.Measurement.Runs, len(long.specs))
	}
	limit := long.specs[len(long.specs)-1].For
	if limit <= 0 || limit > 30*time.Second {
		t.Errorf("the evidence run may take %s", limit)
	}
	doubts := strings.Join(res.Verdict.Doubts, "\n")
	for _, want := range []string{"one run", "the evidence run was ended early"} {
		if !strings.Contains(doubts, want) {
			t.Errorf("doubts %q, want %q", doubts, want)
		}
	}
}

// shortTrace is a trace of nothing much in the region of a cell.
func shortTrace(t *testing.T) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := trace.Start(&buf); err != nil {
		t.Skip("the process is traced already: run the tests without -trace: ", err)
	}
	trace.WithRegion(context.Background(), evidence.RegionCell, func() {
		for range 1_000_000 {
			buf.Len()
		}
	})
	trace.Stop()
	return buf.Bytes()
}
