package runtime

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// TestModelsOfBadNumbers: what cannot be meant is refused before anything runs.
func TestModelsOfBadNumbers(t *testing.T) {
	s := newSession(t, Config{})
	typed(t, s, "x := 1")
	for line, want := range map[string]string{
		"%parallel 0":          "want the number of workers, such as %parallel 8",
		"%parallel -1":         "want the number of workers",
		"%parallel 1000000000": "the number of workers is at most 1024",
		"%concurrent many":     "want the number of tasks in flight",
		"%concurrent 99999999": "the number of tasks in flight is at most 100000",
	} {
		refusedWith(t, s, line, want)
	}
}

// TestModelsOfFaults: whatever a task does, the models do it in the order of the
// cell as written, say so, and leave the session as it was.
func TestModelsOfFaults(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{Budget: time.Second})
	typed(t, s, "xs, now := make([]int, 8), make([]int, 8)")
	for _, tt := range []struct{ name, cell, want string }{
		{"prints in order", `for i := range xs { time.Sleep(time.Duration(8-i) * time.Millisecond); fmt.Println("task", i) }`, "8 tasks, same; "},
		{"unstable", `for i := range now { time.Sleep(time.Millisecond); now[i] = int(time.Now().UnixNano()) }`, "8 tasks, nothing to compare, unstable now; "},
		{"part of it unstable", `for i := range now { time.Sleep(time.Millisecond); now[i] = int(time.Now().UnixNano()); fmt.Println(i) }`, "8 tasks, same, unstable now; "},
		{"lab.Map", `sq := lab.Map(xs, func(x int) int { time.Sleep(time.Millisecond); return x * x })`, "8 tasks, same; "},
		{"lab.Go", `lab.Go(func() { time.Sleep(time.Millisecond) }, func() { fmt.Println("b") })`, "2 tasks, same; "},
		{"no loop", "y := 1", "refused; "},
		{"concurrent already", "for i := range xs { go func() { xs[i] = 1 }() }", "refused; "},
		{"panic", `for i := range xs { time.Sleep(time.Millisecond); fmt.Println(i); if i == 5 { panic("boom") }; xs[i] = i }`, "6 tasks, same; "},
	} {
		s.Do(context.Background(), tt.cell, silent{})
		res := s.Do(context.Background(), "%concurrent 4", silent{})
		if got := outcome(res[len(res)-1]); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if res := typed(t, s, "len(xs)"); res.Value != "8" {
		t.Errorf("the session is left with %q", res.Value)
	}
}

// outcome says in a few words what a comparison found.
func outcome(res *notebook.Result) string {
	kind := ""
	if res.Error != nil {
		kind = res.Error.Kind
	}
	c := res.Comparison
	switch {
	case res.Refused != nil:
		return "refused; " + kind
	case c == nil:
		return "no comparison; " + kind
	}
	same := "nothing to compare"
	if c.SameResult != nil && *c.SameResult {
		same = "same"
	} else if c.SameResult != nil {
		same = "differs: " + c.Difference
	}
	for _, u := range c.Unstable {
		same += ", unstable " + u.What
	}
	return plural(c.Tasks, "task") + ", " + same + "; " + kind
}

// hangs is a program that does not end by itself.
type hangs struct{ serves }

func (*hangs) Run(ctx context.Context, _ engine.RunSpec) (*engine.RunResult, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestStuckRun(t *testing.T) {
	v := newVariant(&hangs{}, engine.RunSpec{}, ModelWish{Model: concurrent})
	v.patience = time.Millisecond
	_, err := v.run(context.Background())
	var cell *engine.CellError
	if !errors.As(err, &cell) || cell.Kind != "timeout" || !strings.Contains(cell.Message, "did not end within 1ms") {
		t.Errorf("%v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := v.run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
