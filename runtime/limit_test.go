package runtime

import (
	"context"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
)

// serves is a program whose tasks wait for something that serves so many at a
// time.
type serves struct {
	tasks, places int
	tried         []int
}

func (s *serves) Run(_ context.Context, spec engine.RunSpec) (*engine.RunResult, error) {
	s.tried = append(s.tried, spec.Limit)
	const task = 10_000_000
	return &engine.RunResult{Sample: measure.Sample{WallNS: int64(task * s.tasks / min(spec.Limit, s.places))}}, nil
}

func (s *serves) BuildNS() int64    { return 0 }
func (s *serves) Notices() []string { return nil }
func (s *serves) Close() error      { return nil }

func TestSearchLimit(t *testing.T) {
	waits := func(n int) *trial {
		t := &trial{count: n}
		for range n {
			t.tasks = append(t.tasks, evidence.Task{EndNS: 10_000_000, Phases: []evidence.Phase{{NS: 10_000_000}}})
		}
		return t
	}
	for _, tt := range []struct {
		name          string
		tasks, places int
		blind         bool // without a forecast
		want, tries   int
	}{
		{"all at once", 40, 1000, false, 40, 4},
		{"all at once, blind", 40, 1000, true, 40, 10},
		{"the server has 12 places", 400, 12, false, 16, 12},
		{"the server has one place", 400, 1, false, 2, 14},
		{"two tasks", 2, 1000, false, 2, 2},
	} {
		p := &serves{tasks: tt.tasks, places: tt.places}
		v := newVariant(p, engine.RunSpec{}, ModelWish{Model: concurrent})
		try := waits(tt.tasks)
		if tt.blind {
			try.tasks = nil
		}
		if err := searchLimit(context.Background(), v, try, newBudget(time.Hour), silent{}); err != nil {
			t.Fatal(err)
		}
		if v.spec.Limit != tt.want || len(p.tried) > tt.tries {
			t.Errorf("%s: limit %d after %v, want %d after at most %d", tt.name, v.spec.Limit, p.tried, tt.want, tt.tries)
		}
	}
}

func TestCurveNote(t *testing.T) {
	curve := func(ceiling float64, speedups ...float64) *measure.Curve {
		c := &measure.Curve{Over: "limit", Ceiling: ceiling}
		for i, s := range speedups {
			c.Points = append(c.Points, measure.Column{Runs: 6, Limit: 1 << i, Speedup: measure.Ratio{Median: s}})
		}
		return c
	}
	for _, tt := range []struct {
		c    *measure.Curve
		want string
	}{
		{curve(0, 0.9, 1, 1), "No number of them gains anything here."},
		{curve(0, 1, 2, 3.9), "It rises as far as 4 in flight."},
		{curve(0, 1, 2, 2.1, 2.1), "More than 2 in flight gains nothing here."},
		{curve(4, 1, 2, 2.1), "More than 2 in flight gains nothing here. 25% stays in order: nothing can give more than 4.0×."},
	} {
		if got := curveNote(tt.c); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
