package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/measure"
)

// traced runs f as a cell, with the execution trace on.
func traced(t testing.TB, f func()) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := trace.Start(&buf); err != nil {
		t.Skip("another trace is running: ", err)
	}
	trace.WithRegion(context.Background(), RegionCell, f)
	trace.Stop()
	return buf.Bytes()
}

// slowServer answers each byte after a while, in goroutines that are not the
// cell's.
func slowServer(t testing.TB) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, 1)
				for {
					if _, err := c.Read(b); err != nil {
						return
					}
					time.Sleep(4 * time.Millisecond)
					c.Write(b)
				}
			}()
		}
	}()
	return ln.Addr().String()
}

// checkSums fails when time is charged twice or not at all.
func checkSums(t *testing.T, e *Evidence) {
	t.Helper()
	sum := func(m map[string]float64) (s float64) {
		for _, v := range m {
			s += v
		}
		return s
	}
	if s := sum(e.Facts.Path); s < 0.99 || s > 1.01 {
		t.Errorf("the path's shares sum to %v: %v", s, e.Facts.Path)
	}
	if s := sum(e.Slots); s < 0.99 || s > 1.01 {
		t.Errorf("the workers' slots sum to %v: %v", s, e.Slots)
	}
	lines := 0.0
	for _, l := range e.Lines {
		lines += l.Share
	}
	if lines > 1.01 {
		t.Errorf("the lines sum to %v", lines)
	}
}

func TestAnalyze(t *testing.T) {
	for _, row := range []struct {
		cell string
		run  func()
		kind string // takes most of the path
		line int    // which is charged for it
	}{
		{"computes", computes, bound.Compute, 4},
		{"sleeps", sleeps, bound.Timer, 3},
		{"waits", waits, bound.Timer, 3},
		{"queues", queueUp, bound.Timer, 3},
		{"fetches", fetches(slowServer(t)), bound.Network, 9},
		{"files", files, bound.Syscall, 7},
	} {
		t.Run(row.cell, func(t *testing.T) {
			complaint := ""
			for range 5 { // another process may take the CPU at any moment of a try
				if complaint = tryAnalyze(t, row.run, row.cell, row.kind, row.line); complaint == "" {
					return
				}
			}
			t.Error(complaint)
		})
	}
}

// tryAnalyze traces one run, and tells what is wrong with its account.
func tryAnalyze(t *testing.T, f func(), cell, kind string, line int) string {
	e, err := Analyze(traced(t, f), nil, Options{Files: []string{cell}, Sample: measure.Sample{UserNS: int64(time.Hour), IOBlocks: new(int64)}})
	if err != nil {
		t.Fatal(err)
	}
	checkSums(t, e)
	if e.Timeline == nil || len(e.Timeline.Lanes) == 0 || len(e.Timeline.Lanes[0].Bins) != 60 {
		t.Fatalf("timeline %+v", e.Timeline)
	}
	if got := largest(e.Facts.Path); got != kind {
		return fmt.Sprintf("mostly %s, want %s: %v", got, kind, e.Facts.Path)
	}
	if len(e.Lines) == 0 || e.Lines[0].Line != line || e.Lines[0].Kind != kind {
		return fmt.Sprintf("lines %+v, want line %d first, %s", e.Lines, line, kind)
	}
	return ""
}

func TestQueueing(t *testing.T) {
	e, err := Analyze(traced(t, queueUp), nil, Options{Files: []string{"queues"}})
	if err != nil {
		t.Fatal(err)
	}
	q := e.Facts.Queue
	if q.Kind != "mutex" || q.Share == 0 || q.Path == 0 || q.Hold[bound.Timer] == 0 {
		t.Errorf("queue %+v", q)
	}
}

// TestCutTraces cuts a trace everywhere: what can be read must add up, and say
// that it was cut.
func TestCutTraces(t *testing.T) {
	data := traced(t, queueUp)
	for n := range 32 {
		cut := data[:len(data)*n/32]
		e, err := Analyze(cut, nil, Options{Files: []string{"queues"}, Cut: true, Sample: measure.Sample{WallNS: int64(time.Second)}})
		if errors.Is(err, ErrNoCell) {
			continue
		}
		if err != nil {
			t.Errorf("%d/32 of the trace: %v", n, err)
			continue
		}
		checkSums(t, e)
		if len(e.Doubts) == 0 || e.Facts.Coverage >= 1 {
			t.Errorf("%d/32 of the trace: doubts %q, coverage %v", n, e.Doubts, e.Facts.Coverage)
		}
	}
	if _, err := Analyze([]byte("no trace"), nil, Options{}); !errors.Is(err, ErrNoCell) {
		t.Errorf("no trace at all: %v", err)
	}
}

// TestStoppedTrace stops the trace while the cell runs on, as the child does
// when the byte budget is spent.
func TestStoppedTrace(t *testing.T) {
	var buf bytes.Buffer
	if err := trace.Start(&buf); err != nil {
		t.Skip(err)
	}
	trace.WithRegion(context.Background(), RegionCell, func() {
		sleeps()
		trace.Stop()
		sleeps()
	})
	e, err := Analyze(buf.Bytes(), nil, Options{Files: []string{"sleeps"}, Cut: true, Sample: measure.Sample{WallNS: int64(60 * time.Millisecond)}})
	if err != nil {
		t.Fatal(err)
	}
	checkSums(t, e)
	if e.Facts.Path[bound.Timer] == 0 || len(e.Doubts) != 1 || !strings.Contains(e.Doubts[0], "size limit") {
		t.Errorf("path %v, doubts %q", e.Facts.Path, e.Doubts)
	}
}

func TestCellThatPanics(t *testing.T) {
	data := traced(t, func() {
		defer func() { _ = recover() }()
		panics()
	})
	e, err := Analyze(data, nil, Options{Files: []string{"panics"}})
	if err != nil {
		t.Fatal(err)
	}
	checkSums(t, e)
}

func TestHundredThousandGoroutines(t *testing.T) {
	e, err := Analyze(traced(t, many), nil, Options{Files: []string{"many"}})
	if err != nil {
		t.Fatal(err)
	}
	checkSums(t, e)
	if e.Facts.Goroutines < 100_000 && len(e.Doubts) == 0 {
		t.Errorf("%d goroutines, no doubt", e.Facts.Goroutines)
	}
}

// TestBudget: an analysis that runs out of time uses what it read, and says so.
func TestBudget(t *testing.T) {
	data := traced(t, pingpong(200_000))
	o := Options{Files: []string{"pingpong"}, Sample: measure.Sample{WallNS: int64(10 * time.Second)}}
	h, err := read(data, o) // without a budget at all
	if err != nil {
		t.Fatal(err)
	}
	if h.ended || !strings.Contains(h.cut, "budget") || h.coverage(o.Sample) >= 1 {
		t.Errorf("ended %v, cut %q, coverage %v", h.ended, h.cut, h.coverage(o.Sample))
	}
	if d := h.doubts(Options{}); len(d) != 1 {
		t.Errorf("doubts %q", d)
	}
}

func BenchmarkMillionSwitches(b *testing.B) {
	data := traced(b, pingpong(250_000))
	b.ReportMetric(float64(len(data)), "trace-bytes")
	for b.Loop() {
		e, err := Analyze(data, nil, Options{Files: []string{"pingpong"}, Budget: time.Minute})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(e.Facts.Switches), "switches")
	}
}

// TestWaitGroupGo: goroutines that the standard library starts for the cell are
// the cell's own: siblings, with lanes.
func TestWaitGroupGo(t *testing.T) {
	e, err := Analyze(traced(t, goes), nil, Options{Files: []string{"goes"}})
	if err != nil {
		t.Fatal(err)
	}
	checkSums(t, e)
	if e.Facts.Solo.Siblings != 3 || len(e.Timeline.Lanes) != 4 {
		t.Errorf("%d siblings and %d lanes, want 3 and 4", e.Facts.Solo.Siblings, len(e.Timeline.Lanes))
	}
}

// TestWhoIsWaitedFor: kinds of time that the path must hold, and must not.
func TestWhoIsWaitedFor(t *testing.T) {
	for _, row := range []struct {
		cell      string
		run       func()
		kind, not string
	}{
		{"outlives", outlives, bound.Timer, bound.Wait},
		{"inMemory", inMemory, bound.Timer, bound.Network},
		{"asksInMemory", asksInMemory(), bound.Network, bound.Timer},
	} {
		e, err := Analyze(traced(t, row.run), nil, Options{Files: []string{row.cell}})
		if err != nil {
			t.Fatal(err)
		}
		checkSums(t, e)
		if p := e.Facts.Path; p[row.kind] == 0 || p[row.not] > 0.01 {
			t.Errorf("%s: %v, want %s and no %s", row.cell, p, row.kind, row.not)
		}
	}
}

// TestDeliveries: between a cell and a server of its own nobody but the system
// takes time.
func TestDeliveries(t *testing.T) {
	var h *history
	var path []segment
	for try := 0; try < 20 && !slices.ContainsFunc(path, func(s segment) bool { return s.state == deliver }); try++ {
		var err error // the connection may be there before the server waits for it
		if h, err = read(traced(t, answersItself), Options{Files: []string{"answersItself"}}.withDefaults()); err != nil {
			t.Fatal(err)
		}
		path = h.walk()
	}
	for _, delay := range []int64{0, int64(time.Hour)} {
		a := h.account(path, measure.Sample{UserNS: int64(time.Hour), RunDelayNS: delay})
		if want := min(1, float64(delay)); a.tardy != want {
			t.Errorf("with %v of run delay %v of the deliveries are the machine's, want %v", time.Duration(delay), a.tardy, want)
		}
	}
}
