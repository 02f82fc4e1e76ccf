package runtime

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// TestCompiledCellStartsAtTheLiveState: a compiled cell sees the values that the
// session has, and what it leaves is the session's.
func TestCompiledCellStartsAtTheLiveState(t *testing.T) {
	needGo(t)
	for _, tt := range []struct {
		name  string
		cells []string // the last is judged
		want  string
		start string
	}{
		{"random value", []string{"x := rand.Int()", "y := x", "%%engine compiled\nx == y"}, "true", ""},
		{"random values measured", []string{"xs := make([]int, 10)\nfor i := range xs { xs[i] = rand.Int() }", "ys := append([]int(nil), xs...)", "%%profile\nslices.Equal(xs, ys)"}, "true", "restored"},
		{"nothing is printed again", []string{"n := 0\nfmt.Println(n)", "%%engine compiled\nn++\nn", "n"}, "1", ""},
		{"aliases", []string{"a := []int{1, 2}\nb := a", "%%engine compiled\na[0] = 5", "b[0]"}, "5", ""},
		{"a function's variable", []string{"n := rand.Int()\nfunc get() int { return n }", "m := get()", "%%engine compiled\nget() == m"}, "true", ""},
		{"a failed cell", []string{"k := 1", "k = 2; func() { defer func() { recover() }(); panic(k) }(); k = 3", "%%engine compiled\nk"}, "3", ""},
		{"a closure is replayed", []string{"c := 1\nadd := func() int { c++; return c }", "%%engine compiled\nadd()"}, "2", ""},
		{"environment is replayed", []string{"os.Setenv(\"LAP_IN\", \"1\")\nv := 7", "%%engine compiled\nfmt.Sprint(os.Getenv(\"LAP_IN\"), v)"}, `"17"`, ""},
		{"directory and environment, once", []string{"dir, _ := os.MkdirTemp(\"\", \"lap\")\nos.Chdir(dir)\nos.Setenv(\"LAP_IN\", dir)", "%%engine compiled\nos.WriteFile(\"f\", []byte(os.Getenv(\"LAP_IN\")), 0o600)", "b, _ := os.ReadFile(filepath.Join(dir, \"f\"))\nos.RemoveAll(dir)\nstring(b) == dir"}, "true", ""},
		{"environment that a compiled cell set", []string{"os.Setenv(\"LAP_IN\", \"1\")", "%%engine compiled\nos.Setenv(\"LAP_IN\", \"2\")", "os.Getenv(\"LAP_IN\")"}, `"2"`, ""},
		{"a logger that a compiled cell set up", []string{"%%engine compiled\nlog.SetPrefix(\"p\")", "log.Prefix()"}, `"p"`, ""},
		{"a context that a compiled cell cancelled", []string{"ctx, cancel := context.WithCancel(context.Background())", "%%engine compiled\ncancel()", "ctx.Err() != nil"}, "true", ""},
		{"linked", []string{"type node struct{ v int; next *node }\nvar list *node\nfor range 3 { list = &node{rand.Int(), list} }", "sum := list.v ^ list.next.v", "%%profile\nsum == list.v ^ list.next.v"}, "true", "process"},
		{"redefined after", []string{"x := rand.Int()\np := &x", "y := x", "%%engine compiled\nx := 3\nfmt.Sprint(x, *p == y)"}, `"3 true"`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := typed(t, newSession(t, Config{Budget: 1}), tt.cells...)
			if res.Value != tt.want {
				t.Errorf("%q, want %q (%s; %s)", res.Value, tt.want, res.Engine, strings.Join(res.Notices, "; "))
			}
			if tt.start != "" && (res.Measurement == nil || res.Measurement.Start != tt.start) {
				t.Errorf("measurement %+v, want start %s", res.Measurement, tt.start)
			}
		})
	}
}

func TestReplayAsksBeforeOutsideWrites(t *testing.T) {
	needGo(t)
	for repeat, want := range map[string]notebook.Status{"once": notebook.Refused, "": notebook.Refused, "yes": notebook.OK} {
		s := newSession(t, Config{Repeat: repeat})
		typed(t, s, "os.WriteFile(\"out.txt\", nil, 0o600)\nk := func() int { return 3 }")
		res := s.Do(context.Background(), "%%engine compiled\nk()", silent{})[0]
		if res.Status != want || want == notebook.Refused && !strings.Contains(res.Error.Message, "cell 1 writes outside (line 1: os.WriteFile)") {
			t.Errorf("--repeat %q: %s, %v", repeat, res.Status, res.Error)
		}
		if want == notebook.OK && res.EffectsRepeated != 1 {
			t.Errorf("repeated %d", res.EffectsRepeated)
		}
	}
}

// What was agreed to is some 20 writes: a cell too fast to be timed alone is not
// looped, and the record says how often it wrote.
func TestRepeatedWritesAreCounted(t *testing.T) {
	needGo(t)
	dir := t.TempDir()
	s := newSession(t, Config{Repeat: "yes", Dir: dir})
	res := typed(t, s, "f, _ := os.OpenFile(\"log.txt\", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)\nfmt.Fprintln(f, \"once\")\nf.Close()", "%timeit")
	log, err := os.ReadFile(filepath.Join(dir, "log.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Count(string(log), "\n")
	if lines > 40 || res.EffectsRepeated == 0 || res.EffectsRepeated%(lines-1) != 0 {
		t.Errorf("%d lines, repeated %d", lines, res.EffectsRepeated)
	}
}

// A cell that is measured does not run compiled at that price.
func TestMeasuredWithoutConsentRunsInterpreted(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{Repeat: "once"})
	res := typed(t, s, "os.WriteFile(\"out.txt\", nil, 0o600)\nk := func() int { return 3 }", "%%profile\nk()")
	if res.Value != "3" || res.LiveRun != "interpreted" || res.Measurement != nil || !strings.Contains(strings.Join(res.Notices, "\n"), "not repeated, so not measured") {
		t.Errorf("%+v", res)
	}
}

func TestBothTimes(t *testing.T) {
	needGo(t)
	res := typed(t, newSession(t, Config{}), "%%engine compiled\nfmt.Println(1)")
	if all := strings.Join(res.Notices, "\n"); !strings.Contains(all, "compiled ") || !strings.Contains(all, " · interpreted ") || res.Stdout != "1\n" {
		t.Errorf("%q, %q", all, res.Stdout)
	}
	for _, tt := range []struct {
		compiled, interpreted int64
		capped                bool
		want                  string
	}{
		{12e6, 492e6, false, "compiled 12 ms · interpreted 492 ms: interpreted 41× slower"},
		{50e6, 51e6, false, "compiled 50 ms · interpreted 51 ms: no difference"},
		{50e6, 25e6, false, "compiled 50 ms · interpreted 25 ms: interpreted 2.0× faster"},
		{50e6, 5e9, true, "compiled 50 ms · interpreted more than 5.00 s (stopped): interpreted more than 100× slower"},
		{8e9, 5e9, true, "compiled 8.00 s; interpreted it did not end within 5.00 s"},
	} {
		if got := slower(tt.compiled, tt.interpreted, tt.capped); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
