package main

import (
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

func judged(bound, detail, headline string, shares map[string]float64, doubts ...string) *measure.Verdict {
	return &measure.Verdict{Bound: bound, Detail: detail, Details: strings.Fields(detail), Headline: headline, Shares: shares, Doubts: doubts}
}

// TestVerdictFound: contradicted, not confirmed, or as recorded.
func TestVerdictFound(t *testing.T) {
	const busy, counters = "the machine was busy: 0 of 6 runs were quiet", "computing or memory: no hardware counters were read"
	type shares = map[string]float64
	cpu := func(d ...string) *measure.Verdict {
		return judged("cpu", "compute", "CPU-bound: computing", shares{"compute": 1}, d...)
	}
	half := func(d ...string) *measure.Verdict {
		return judged("cpu", "compute", "CPU-bound: computing", shares{"compute": 0.7, "network": 0.3}, d...)
	}
	io := judged("io", "network", "I/O-bound: waiting for the network", shares{"network": 1})
	disk := judged("io", "disk", "I/O-bound: waiting for the disk", shares{"disk": 1})
	lock := judged("lock", "mutex", "Waiting for a lock: a mutex", shares{"compute": 1})
	unclear := judged("unclear", "too-short", "Unclear: too short to say (2 ms)", nil)
	forged := judged("io", "network", "CPU-bound: computing", shares{"compute": 1})
	for _, r := range []struct {
		name      string
		then, now *measure.Verdict
		want      string // "", "contradicted" or part of why it is not confirmed
	}{
		{"the same", io, io, ""},
		{"nothing recorded", nil, io, ""},
		{"not judged now", io, nil, "not judged"},
		{"another bound", io, half(), "contradicted"},
		{"another bound, in doubt", io, half(busy), "busy"},
		{"another bound; a busy machine cannot do that", io, cpu(busy), "contradicted"},
		{"the doubt is about the detail", io, half(counters), "contradicted"},
		{"unclear now", io, unclear, "unclear"},
		{"unclear then", unclear, io, "unclear"},
		{"another device", disk, io, "contradicted"},
		{"a lock, and doubts", lock, cpu(busy), "busy"},
		{"a lock, and none", lock, cpu(), "contradicted"},
		{"another kind of computing, in doubt", judged("cpu", "memory", "CPU-bound: waiting for memory", nil), cpu(counters), "counters"},
		{"a record that contradicts itself", forged, cpu(busy), "contradicted"},
	} {
		f := verdictFound(r.then, r.now)
		switch {
		case f == nil && r.want == "":
		case f == nil:
			t.Errorf("%s: as recorded, want %s", r.name, r.want)
		case r.want == "contradicted" && f.Why != "" || r.want != "contradicted" && (r.want == "" || !strings.Contains(f.Why, r.want)):
			t.Errorf("%s: %q, want %q", r.name, f.Why, r.want)
		}
	}
}

// rows makes a comparison of models that each took so many ms, in some runs.
func rows(runs int, times map[string]int64) *measure.Comparison {
	c := &measure.Comparison{}
	for _, model := range []string{"as written", "concurrent", "parallel"} {
		ms, ok := times[model]
		if !ok {
			continue
		}
		var samples []measure.Sample
		for i := range runs {
			samples = append(samples, measure.Sample{WallNS: ms*1_000_000 + int64(i)*10_000, Effective: 2})
		}
		var base []measure.Sample
		if len(c.Columns) > 0 {
			base = c.Columns[0].Samples
		}
		c.Columns = append(c.Columns, measure.Column{Model: model}.Summarised(samples, base))
	}
	return c
}

func TestModelsFound(t *testing.T) {
	type ms = map[string]int64
	record := rows(6, ms{"as written": 400, "concurrent": 40, "parallel": 40})
	for _, r := range []struct {
		name string
		now  *measure.Comparison
		want string
	}{
		{"the same", rows(6, ms{"as written": 800, "concurrent": 70, "parallel": 70}), ""},
		{"other times, the same order", rows(6, ms{"as written": 400, "concurrent": 200, "parallel": 200}), ""},
		{"turned round", rows(6, ms{"as written": 40, "concurrent": 400, "parallel": 400}), "contradicted"},
		{"turned round in few runs", rows(3, ms{"as written": 40, "concurrent": 400, "parallel": 400}), "contradicted"},
		{"no difference in many runs", rows(20, ms{"as written": 400, "concurrent": 400, "parallel": 400}), "contradicted"},
		{"few runs", rows(3, ms{"as written": 400, "concurrent": 300, "parallel": 300}), "too few runs"},
		{"a new difference, small", rows(6, ms{"as written": 400, "concurrent": 40, "parallel": 30}), ""},
		{"a new difference, large", rows(6, ms{"as written": 400, "concurrent": 40, "parallel": 10}), "contradicted"},
		{"not compared now", nil, "not compared"},
	} {
		f := modelsFound(record, r.now)
		switch {
		case f == nil && r.want == "":
		case f == nil:
			t.Errorf("%s: as recorded, want %s", r.name, r.want)
		case r.want == "contradicted" && f.Why != "" || r.want != "contradicted" && (r.want == "" || !strings.Contains(f.Why, r.want)):
			t.Errorf("%s: %s, then %s: %q, want %q", r.name, f.Now, f.Recorded, f.Why, r.want)
		}
	}
}

func TestGrowthFound(t *testing.T) {
	class := func(c string, more ...string) *measure.Growth { return &measure.Growth{Class: c, Alternatives: more} }
	if f := growthFound(class("n"), class("n^2")); f == nil || f.Why != "" {
		t.Errorf("n, then n^2: %+v", f)
	}
	for _, now := range []*measure.Growth{class("unclear"), class("n log n", "n"), nil} {
		if f := growthFound(class("n"), now); f == nil || f.Why == "" {
			t.Errorf("n, then %+v: %+v", now, f)
		}
	}
	if f := growthFound(class("n"), class("n")); f != nil {
		t.Errorf("the same class: %+v", f)
	}
}

func printed(text string) []notebook.Output {
	return []notebook.Output{{Kind: notebook.Stdout, Text: text}}
}

// TestSettle: lines in which two runs here differ are unstable, all others are
// compared.
func TestSettle(t *testing.T) {
	for _, r := range []struct {
		name, then, now string
		again           []string
		status          string
		unstable        int
	}{
		{"the same", "a\nb\n", "a\nb\n", nil, same, 0},
		{"differs", "a\nb\n", "a\nc\n", []string{"a\nc\n"}, different, 0},
		{"varies", "a 1\nb\n", "a 2\nb\n", []string{"a 3\nb\n"}, same, 1},
		{"varies and differs", "a 1\nb\n", "a 2\nc\n", []string{"a 3\nc\n"}, different, 1},
		{"lines come and go", "a\nb\n", "a\n", []string{"a\nb\nc\n"}, same, 1},
		{"another order, always", "a b", "b a", []string{"b a", "b a"}, different, 0},
		{"another order, once", "a b", "b a", []string{"b a", "a b"}, same, 1},
	} {
		c := &checked{then: past{outputs: printed(r.then), result: &notebook.Result{}}, outputs: printed(r.now)}
		c.check.Status = same
		for _, text := range r.again {
			c.again = append(c.again, printed(text))
		}
		c.open = outputsFound(&c.then, c.outputs)
		(&checker{}).settle(c)
		if c.check.Status != r.status || len(c.check.Unstable) != r.unstable {
			t.Errorf("%s: %s, unstable %v, want %s and %d", r.name, c.check.Status, c.check.Unstable, r.status, r.unstable)
		}
	}
}

func TestUnified(t *testing.T) {
	for _, r := range []struct{ name, a, b, want string }{
		{"equal", "a\n", "a\n", ""},
		{"one line of many", "a\nb\nc\nd\ne\nf\n", "a\nb\nc\nX\ne\nf\n", "@@ -2,5 +2,5 @@\n b\n c\n-d\n+X\n e\n f\n"},
		{"from nothing", "", "a\n", "@@ -0,0 +1,1 @@\n+a\n"},
		{"far apart", "1\na\na\na\na\na\n2\n", "x\na\na\na\na\na\ny\n", "@@ -1,3 +1,3 @@\n-1\n+x\n a\n a\n@@ -5,3 +5,3 @@\n a\n a\n-2\n+y\n"},
	} {
		want := r.want
		if want != "" {
			want = "--- recorded\n+++ now\n" + want
		}
		if got := unified(r.a, r.b, "now"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", r.name, got, want)
		}
	}
	long := strings.Repeat("line\n", 5000)
	if got := unified(long, strings.Repeat("other\n", 5000), "now"); strings.Count(got, "\n") > diffLines+5 {
		t.Errorf("%d lines of a difference", strings.Count(got, "\n"))
	}
}
