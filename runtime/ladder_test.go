package runtime

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// recorded is a session whose only cell has a result, as a loaded notebook has.
func recorded(t *testing.T, res notebook.Result) *Session {
	t.Helper()
	book := notebook.New()
	cell := book.Add(notebook.Code, "job", "work()")
	res.ID, res.Kind, res.Index, res.Status = "job", "code", 1, notebook.OK
	cell.Record(&res)
	s := newSession(t, Config{})
	s.Adopt(book, "")
	return s
}

func wall(ms int64) measure.Interval { return measure.Interval{Median: ms * 1e6} }

func waits() notebook.Result {
	return notebook.Result{
		Measurement: &measure.Measurement{Runs: 6, WallNS: wall(1630), CPUNS: wall(31), Engine: "compiled"},
		Verdict: &measure.Verdict{Bound: "io", Detail: "network", Headline: "I/O-bound: waiting for the network",
			Shares: map[string]float64{"network": 0.97, "compute": 0.02, "ready": 0.01},
			Lines:  []measure.Line{{Cell: "job", Line: 2, Share: 0.968, Kind: "network"}}},
		Machine: &measure.Machine{Cores: 2, Go: "go1.26.8"},
	}
}

func computes(detail string, alloc int64) notebook.Result {
	return notebook.Result{
		Measurement: &measure.Measurement{Runs: 6, WallNS: wall(500), CPUNS: wall(500), AllocBytes: alloc, Engine: "compiled"},
		Verdict: &measure.Verdict{Bound: "cpu", Detail: detail, Headline: "CPU-bound: computing",
			Shares: map[string]float64{"compute": 1}},
	}
}

// with adds a comparison in which a model took so many ms.
func with(r notebook.Result, model string, ms int64, significant bool) notebook.Result {
	same := true
	base := r.Measurement.WallNS
	r.Comparison = &measure.Comparison{SameResult: &same, Columns: []measure.Column{
		{Model: asWritten, Workers: 1, Limit: 1, Runs: 6, WallNS: base, Speedup: measure.Ratio{Median: 1}},
		{Model: model, Workers: 2, Limit: 40, Runs: 6, WallNS: wall(ms), Significant: significant, Speedup: measure.Speedup(base, wall(ms))},
	}}
	return r
}

func and(r notebook.Result, edit func(*notebook.Result)) notebook.Result {
	edit(&r)
	return r
}

func grows(class string) func(*notebook.Result) {
	return func(r *notebook.Result) {
		r.Growth = &measure.Growth{Parameter: "n", Low: 1000, High: 1000000, Class: class}
	}
}

func do(t *testing.T, s *Session, text string) *notebook.Result {
	t.Helper()
	res := s.Do(context.Background(), text, silent{})[0]
	if res.Failed() {
		t.Fatalf("%s: %v", text, res.Error)
	}
	return res
}

func TestAdviseNamesTheCheapestRungLeft(t *testing.T) {
	refused := func(r *notebook.Result) {
		r.Refused = &measure.Refusal{Line: 2, Variable: "total", Reason: "each turn needs the one before"}
	}
	for _, r := range []struct {
		name       string
		res        notebook.Result
		type_      string
		rung, next string
	}{
		{"nothing measured", notebook.Result{}, "", "measure", "%profile"},
		{"waits", waits(), "", "algorithm", "ask for less"},
		{"waits, all are needed", waits(), "%skip algorithm", "model", "%concurrent"},
		{"waits, interleaved, no target", with(waits(), concurrent, 44, true), "", "stop", ""},
		{"waits, target met by a model", with(waits(), concurrent, 44, true), "%target 100ms", "stop", ""},
		{"waits, target met as written", waits(), "%target 2s", "stop", ""},
		{"a model without significance meets nothing", with(waits(), concurrent, 44, false), "%target 100ms", "algorithm", "ask for less"},
		{"computes", computes("compute", 0), "", "algorithm", "%grow"},
		{"computes, quadratic", and(computes("compute", 0), grows("n^2")), "", "algorithm", "fix the algorithm"},
		{"computes, linear", and(computes("compute", 0), grows("n")), "", "model", "%parallel"},
		{"allocates, linear", and(computes("alloc", 1<<30), grows("n")), "", "memory", "%memory"},
		{"allocates, memory skipped", and(computes("alloc", 1<<30), grows("n")), "%skip memory", "model", "%parallel"},
		{"parallel, but quadratic", and(with(computes("compute", 0), parallel, 260, true), grows("n^2")), "", "algorithm", "fix the algorithm"},
		{"all cores, target missed", and(with(computes("compute", 0), parallel, 260, true), grows("n")), "%target 100ms", "scale", "scale out"},
		{"all cores, scale skipped", and(with(computes("compute", 0), parallel, 260, true), grows("n")), "%target 100ms\n%skip scale", "stop", ""},
		{"no model applies", and(and(computes("compute", 0), grows("n")), refused), "", "stop", ""},
	} {
		t.Run(r.name, func(t *testing.T) {
			s := recorded(t, r.res)
			for line := range strings.Lines(r.type_) {
				do(t, s, strings.TrimSpace(line))
			}
			a := do(t, s, "%advise").Advice
			if a == nil || a.Rung != r.rung || a.Next != r.next || a.Stop != (r.rung == "stop") || a.Reason == "" {
				t.Errorf("%+v, want rung %s, next %q", a, r.rung, r.next)
			}
		})
	}
}

func TestParagraphSaysWhatWasMeasured(t *testing.T) {
	s := recorded(t, with(waits(), concurrent, 44, true))
	do(t, s, "%target 100ms")
	got := do(t, s, "%advise").Advice.Paragraph
	want := "First I profiled: 97% of 1.63 s waits for the network at line 2, so it is I/O-bound. " +
		"Interleaved on one worker, 40 in flight, it took 44 ms instead of 1.63 s: 37× faster, significant in 6 runs, with the same result. " +
		"The target of 100 ms is met, so I stopped. Times are medians of 6 runs, compiled, on 2 cores with go1.26.8."
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	s = recorded(t, and(with(computes("compute", 0), parallel, 490, false), func(r *notebook.Result) { r.Verdict.Doubts = []string{"one run"} }))
	got = do(t, s, "%advise").Advice.Paragraph
	for _, want := range []string{"100% of 500 ms computes, so it is CPU-bound.", "Spread over two workers it made no significant difference in 6 runs.", "Doubts: one run."} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	if strings.Contains(got, "faster") || strings.Contains(got, "target") {
		t.Errorf("a claim without evidence: %s", got)
	}
}

// TestParagraphLeavesTheMachineOut: what other programs took is no share of the
// cell's.
func TestParagraphLeavesTheMachineOut(t *testing.T) {
	busy := func(v map[string]float64) func(*notebook.Result) {
		return func(r *notebook.Result) { r.Verdict.Shares = v }
	}
	for _, r := range []struct {
		res  notebook.Result
		want string
	}{
		{and(computes("compute", 0), busy(map[string]float64{"compute": 0.2, "machine": 0.8})),
			"First I profiled: it takes 500 ms; leaving out the 80% in which the machine ran other programs, 100% computes, so it is CPU-bound."},
		{and(waits(), func(r *notebook.Result) {
			*r.Verdict = measure.Verdict{Bound: "lock", Detail: "mutex", Headline: "Waiting for a lock: a mutex, held while computing"}
		}), "First I profiled: 1.63 s are spent on a mutex, held while computing, so it is bound by the lock."},
	} {
		if got := do(t, recorded(t, r.res), "%advise").Advice.Paragraph; !strings.HasPrefix(got, r.want) {
			t.Errorf("%s\nwant %s", got, r.want)
		}
	}
}

// TestComparedCells: the cell that lost is told to give way, whatever else was
// measured of it; one that won knows by how much.
func TestComparedCells(t *testing.T) {
	s := recorded(t, computes("compute", 0))
	won := s.book.Add(notebook.Code, "better", "work2()")
	won.Record(&notebook.Result{ID: "better", Kind: "code", Status: notebook.OK, Versus: &measure.Versus{
		Of: "job", Cell: "better", WasNS: wall(500), NowNS: wall(5), Significant: true, Speedup: measure.Ratio{Median: 100}, Conclusion: "cell better is 100× faster"}})
	if a := do(t, s, "%advise job").Advice; a.Rung != "algorithm" || a.Next != "go on with cell better" || !strings.Contains(a.Reason, "could not be compared") {
		t.Errorf("%+v", a)
	}
	want := "It takes 5 ms where cell job takes 500 ms: 100× faster, significant; whether it gives the same result could not be compared."
	if a := do(t, s, "%advise better").Advice; a.Rung != "measure" || !strings.Contains(a.Paragraph, want) {
		t.Errorf("%+v", a)
	}
}

// TestMagicsAboveACell: what acts on the session does so from that cell on, or
// says that it does not.
func TestMagicsAboveACell(t *testing.T) {
	s := newSession(t, Config{Engine: "interpreted"})
	res := do(t, s, "%%target 1h\n%%skip algorithm it is one line\n%%advise\nx := 1")
	if res.Advice == nil || !res.Advice.Stop || s.skips()["algorithm"] != "it is one line" || res.Target == nil || !res.Target.Met {
		t.Errorf("%+v, target %+v, skipped %v", res.Advice, res.Target, s.skips())
	}
	res = s.Do(context.Background(), "%%ladder\ny := 2", silent{})[0]
	if res.Error == nil || !strings.Contains(res.Error.Message, "stands alone") {
		t.Errorf("%+v", res)
	}
}

// TestStaleEvidenceCountsForNothing: what was measured of an older text says
// nothing of this one.
func TestStaleEvidenceCountsForNothing(t *testing.T) {
	s := recorded(t, waits())
	s.book.Cells[0].Source = "other()"
	if a := do(t, s, "%advise").Advice; a.Rung != "measure" || a.Paragraph != "" || !strings.Contains(a.Reason, "older text") {
		t.Errorf("%+v", a)
	}
}

func TestSkipIsKeptInTheNotebook(t *testing.T) {
	for _, ext := range []string{".md", ".ipynb"} {
		s := recorded(t, waits())
		do(t, s, "%skip stream all rows are needed -- twice")
		do(t, s, "%target 150ms")
		file := filepath.Join(t.TempDir(), "nb"+ext)
		do(t, s, "%save "+file)
		again := newSession(t, Config{})
		if err := again.Open(file); err != nil {
			t.Fatal(err)
		}
		if got := again.skips()["memory"]; got != "all rows are needed -- twice" || again.target != 150e6 {
			t.Errorf("%s: reason %q, target %d", ext, got, again.target)
		}
		if out := do(t, again, "%ladder").Stdout; !strings.Contains(out, "– 3 stream to cut memory") || !strings.Contains(out, "twice") {
			t.Errorf("%s:\n%s", ext, out)
		}
		do(t, again, "%skip --undo memory")
		if len(again.skips()) != 0 {
			t.Errorf("%s: still skipped: %v", ext, again.skips())
		}
	}
}

func TestSkipRefuses(t *testing.T) {
	s := recorded(t, waits())
	for text, want := range map[string]string{
		"%skip measure": "cannot be ruled out", "%skip algoritm": "did you mean algorithm?", "%skip --undo": "no rung is skipped",
		"%skip --undo scale": "not skipped", "%advise --pdf": "want --md", "%ladder 7": "there is 1 cell",
	} {
		res := s.Do(context.Background(), text, silent{})[0]
		if res.Error == nil || !strings.Contains(res.Error.Message, want) {
			t.Errorf("%s: %+v, want %q", text, res.Error, want)
		}
	}
}

func TestLadderMarks(t *testing.T) {
	for _, r := range []struct {
		name, marks string
		res         notebook.Result
	}{
		{"nothing", "?????", notebook.Result{}},
		{"waits", "✓?–??", waits()},
		{"interleaved", "✓?–✓?", with(waits(), concurrent, 44, true)},
		{"in vain", "✓?––?", with(waits(), concurrent, 1600, false)},
		{"run once only", "✓?–??", and(with(waits(), concurrent, 1600, false), func(r *notebook.Result) { r.Comparison.Columns[1].Runs = 1 })},
		{"linear", "✓✓–??", and(computes("compute", 0), grows("n"))},
		{"unclear", "✓?–??", and(computes("compute", 0), grows("unclear"))},
	} {
		s := recorded(t, r.res)
		var marks string
		f := s.findings(s.book.Cells[0])
		for _, rung := range rungs() {
			mark, _ := s.stateOf(rung, f)
			marks += mark
		}
		if marks != r.marks {
			t.Errorf("%s: %s, want %s", r.name, marks, r.marks)
		}
		for line := range strings.Lines(do(t, s, "%ladder").Stdout) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 76 {
				t.Errorf("a line of %d columns: %s", n, line)
			}
		}
	}
}

func TestRuledOutStepsOfAVerdict(t *testing.T) {
	s := recorded(t, with(waits(), concurrent, 44, true))
	e := &entry{nb: s.book.Cells[0]}
	do(t, s, "%skip algorithm")
	if got := s.ruledOut(e, &notebook.Result{}); !slices.Equal(got, []string{"algorithm", "memory", "concurrent"}) {
		t.Errorf("%v", got)
	}
	do(t, s, "%skip concurrency")
	if got := s.ruledOut(e, &notebook.Result{}); !slices.Contains(got, parallel) {
		t.Errorf("%v", got)
	}
}

func TestAdviceIsSavedBesideTheNotebook(t *testing.T) {
	s := recorded(t, waits())
	dir := t.TempDir()
	do(t, s, "%save "+filepath.Join(dir, "nb.md"))
	for range 2 { // it may be written again
		if out := do(t, s, "%advise --md").Stdout; !strings.Contains(out, "nb.advice.md") {
			t.Errorf("%q", out)
		}
	}
	res := s.Do(context.Background(), "%advise --md "+filepath.Join(dir, "nb.md"), silent{})[0]
	if res.Error == nil || !strings.Contains(res.Error.Message, "no advice of lapbook") {
		t.Errorf("a notebook was overwritten: %+v", res.Error)
	}
}
