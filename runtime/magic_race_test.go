package runtime

import (
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/engine"
)

func needRace(t *testing.T) {
	t.Helper()
	needGo(t)
	if missing := raceNeeds(); missing != "" {
		t.Skip(missing)
	}
}

func TestRace(t *testing.T) {
	needRace(t)
	for _, tt := range []struct {
		name  string
		cells []string
		want  string // of the first report; "" for none
	}{
		{"counter", []string{"n := 0\nvar wg sync.WaitGroup\nfor range 4 {\n\twg.Go(func() {\n\t\tn++\n\t})\n}\nwg.Wait()"}, "at line 5"},
		{"mutex", []string{"n := 0\nvar mu sync.Mutex\nvar wg sync.WaitGroup\nfor range 4 {\n\twg.Go(func() { mu.Lock(); n++; mu.Unlock() })\n}\nwg.Wait()"}, ""},
		{"in another cell", []string{"var m = map[int]int{}\nfunc put(i int) {\n\tm[i%2] = i\n}", "var wg sync.WaitGroup\nfor i := range 4 {\n\twg.Go(func() { put(i) })\n}\nwg.Wait()"}, "at cell-1:3"},
		{"tasks", []string{"total := 0\nlab.Each([]int{1, 2, 3, 4}, func(i, x int) {\n\ttotal += x\n\ttime.Sleep(time.Millisecond)\n})"}, "as parallel tasks: "},
		{"independent loop", []string{"sums := make([]int, 8)\nfor i := range sums {\n\tfor j := range 1000 { sums[i] += j }\n}"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, Config{})
			r := typed(t, s, append(tt.cells, "%race")...).Race
			switch {
			case r == nil:
				t.Fatal("no answer")
			case r.Found != (tt.want != ""):
				t.Errorf("found %v: %q", r.Found, r.Reports)
			case r.Found && !strings.Contains(r.Reports[0], tt.want):
				t.Errorf("%q, want %q", r.Reports, tt.want)
			}
		})
	}
}

func TestRaceWithoutACompiler(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{})
	t.Setenv("CC", "no-such-compiler")
	res := typed(t, s, "x := 1", "%race")
	if res.Race != nil || len(res.Notices) != 1 || !strings.Contains(res.Notices[0], "needs a C compiler") {
		t.Errorf("%+v, notices %q", res.Race, res.Notices)
	}
}

func TestRaceReports(t *testing.T) {
	text := "WARNING: DATA RACE\nWrite at 0x00c0 by goroutine 7:\n  main.f()\n\nPrevious read at 0x00c0 by goroutine 6:\n  main.f()\n"
	at := func(cell string, line int) []engine.Place { return []engine.Place{{Cell: cell, Line: line}} }
	r := &races{id: "c", texts: map[string]string{"c": "x := 1\nx = 2"}}
	r.add(engine.RaceReport{First: at("c", 2), Second: at("d", 9), Text: text}, "")
	r.add(engine.RaceReport{First: at("d", 9), Second: at("c", 2), Text: text}, parallel)
	r.add(engine.RaceReport{First: at("c", 1), Text: text}, parallel)
	want := []string{
		"a write at line 2 and a read at d:9 are not ordered: x = 2",
		"as parallel tasks: a write at line 1 and a read outside of the cells are not ordered: x := 1",
	}
	if strings.Join(r.list, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", r.list)
	}
}

func TestShiftWords(t *testing.T) {
	if got := shiftWords("a read at line 6 and a write at line 12: x", 2); got != "a read at line 8 and a write at line 14: x" {
		t.Error(got)
	}
}
