package interpreted

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// hosted types cells that run in a host child.
type hosted struct {
	t     *testing.T
	scope *source.Scope
	lower *lower.Session
	h     *host.Host
	n     int
}

func newHosted(t *testing.T) *hosted {
	h, err := host.Start(t.Context(), host.Config{Role: RoleName, Env: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	imp := source.EmbeddedImporter()
	return &hosted{t: t, scope: source.NewScope(imp), lower: lower.NewSession(lower.Config{Importer: imp, Has: Has()}), h: h}
}

func (s *hosted) cell(ctx context.Context, text string) (Outcome, host.Exit) {
	s.t.Helper()
	s.n++
	c, errs := s.scope.Check(source.Text{ID: "c" + string(rune('0'+s.n)), Index: s.n, Code: text})
	if errs != nil {
		s.t.Fatal(errs)
	}
	code, refusal := s.lower.Lower(c)
	if refusal != nil {
		s.t.Fatal(refusal)
	}
	s.scope.Accept(c)
	s.lower.Accept(c)
	o, exit, err := Run(ctx, s.h, code, nil, host.Output{Tag: c.ID})
	if err != nil {
		s.t.Fatal(err)
	}
	return o, exit
}

// A cell that is interrupted, whatever it does, leaves its state and its
// function values usable.
func TestInterrupt(t *testing.T) {
	for name, c := range map[string]struct{ setup, cell, want string }{
		"loop":    {"k := 5", "for i := 0; ; i++ {\n\tif i < 0 {\n\t\ti = 0\n\t}\n}", "interrupted"},
		"receive": {"results := make(chan int)", "fmt.Println(\"waiting\")\nv := <-results\nfmt.Println(v)", "channel receive at line 2 of cell c2"},
		"sleep":   {"k := 5", "time.Sleep(time.Hour)", "time.Sleep at line 1 of cell c2"},
		"locks": {"var a, b sync.Mutex", `var done sync.WaitGroup
done.Add(2)
take := func(p, q *sync.Mutex) {
	defer done.Done()
	p.Lock()
	time.Sleep(20 * time.Millisecond)
	q.Lock()
}
go take(&a, &b)
go take(&b, &a)
done.Wait()`, "Lock at line 7 of cell c2; (*sync.Mutex).Lock at line 7"},
		"select":   {"c := make(chan int)", "select {\ncase <-c:\ncase c <- 1:\n}", "select at line 1"},
		"function": {"f := func() int { return 1 }", "f = func() int { return 42 }\nfor { f() }", "interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newHosted(t)
			s.cell(t.Context(), c.setup)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // the cell waits long before, on a slow machine too
			defer cancel()
			o, _ := s.cell(ctx, c.cell)
			if o.Err == nil || o.Err.Kind != "interrupted" || !strings.Contains(o.Err.Message, c.want) {
				t.Fatalf("%s gave %+v", c.cell, o)
			}
			if name == "function" {
				if o, _ := s.cell(t.Context(), "f()"); o.Value != "42" {
					t.Errorf("function value of an interrupted cell gives %+v", o)
				}
			}
			if _, exit := s.cell(t.Context(), `fmt.Println("still here")`); string(exit.Stdout.Head) != "still here\n" {
				t.Errorf("after the interrupt: %+v", exit.Stdout)
			}
		})
	}
}

// A goroutine that fails after its cell has ended is charged to that cell.
func TestLate(t *testing.T) {
	s := newHosted(t)
	s.cell(t.Context(), "go func() {\n\ttime.Sleep(10 * time.Millisecond)\n\tpanic(\"late\")\n}()")
	o, _ := s.cell(t.Context(), "time.Sleep(100 * time.Millisecond)\n7")
	if o.Value != "7" || len(o.Late) != 1 || o.Late[0].Cell != "c1" || o.Late[0].Err.Message != "late" || o.Late[0].Err.Line != 3 {
		t.Errorf("got %+v", o)
	}
}
