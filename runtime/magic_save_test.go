package runtime

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/exp/trace"
	"golang.org/x/perf/benchfmt"
)

func TestSaveTraceAndBench(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{Budget: 4 * time.Second})
	t.Chdir(s.cfg.Dir) // files are saved where the front end is
	refusedWith(t, s, "%save trace", "%profile or %classify")
	refusedWith(t, s, "%save bench", "%profile")
	refusedWith(t, s, "%save pprof", "%profile")
	typed(t, s, "sums := make([]int, 8)\nfor i := range sums { for j := range 200_000 { sums[i] += j % (i + 2) } }", "%profile", "%save trace t.out")
	data, err := os.ReadFile(filepath.Join(s.cfg.Dir, "t.out"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.ReadEvent(); err != nil {
		t.Errorf("the trace cannot be read: %v", err)
	}
	typed(t, s, "%save bench before.txt", "%parallel", "%save bench after.txt 1")
	before, after := benchSamples(t, s, "before.txt"), benchSamples(t, s, "after.txt")
	if before["as_written"] < 1 || len(before) != 1 {
		t.Errorf("before: %v", before)
	}
	if after["as_written"] < 1 || after["parallel"] < 1 {
		t.Errorf("after: %v", after)
	}
	refusedWith(t, s, "%save bench x.txt nosuch", "no such cell")
}

// benchSamples counts the lines of a benchmark file by model, read as benchstat
// does.
func benchSamples(t *testing.T, s *Session, name string) map[string]int {
	t.Helper()
	f, err := os.Open(filepath.Join(s.cfg.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	models := map[string]int{}
	r := benchfmt.NewReader(f, name)
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(rec)
		case *benchfmt.Result:
			base, parts := rec.Name.Parts()
			if string(base) != "Cell_1" || len(parts) == 0 {
				t.Errorf("name %s", rec.Name)
				continue
			}
			model := strings.TrimPrefix(string(parts[0]), "/model=")
			models[model]++
			for _, unit := range []string{"sec/op", "cpu-sec/op", "B/op", "allocs/op"} {
				if _, ok := rec.Value(unit); !ok && unit != "cpu-sec/op" {
					t.Errorf("%s has no %s", rec.Name, unit)
				}
			}
			if len(rec.Values) != 4 {
				t.Errorf("%d values: %v", len(rec.Values), rec.Values)
			}
		}
	}
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	return models
}

func TestBenchName(t *testing.T) {
	for _, tt := range []struct {
		id, model string
		procs     int
		want      string
	}{
		{"fetch", asWritten, 8, "BenchmarkFetch/model=as_written-8"},
		{"cell-3", parallel, 2, "BenchmarkCell_3/model=parallel-2"},
		{"x", oneWorker, 1, "BenchmarkX/model=as_written,1_worker"},
	} {
		if got := benchName(tt.id, tt.model, tt.procs); got != tt.want {
			t.Errorf("%s, %s: %s, want %s", tt.id, tt.model, got, tt.want)
		}
	}
}
