package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// lesson is what a notebook of the course must show on any machine. Figures are
// not among it: they are the machine's.
type lesson struct {
	cell   string
	bounds []string
	loop   bool
}

func lessons() map[string]lesson {
	return map[string]lesson{
		"01-go-source.md": {cell: "hash", bounds: []string{"cpu", "mixed", "io"}, loop: true},
		"02-fetch.md":     {cell: "fetch", bounds: []string{"io"}, loop: true},
	}
}

func TestLessons(t *testing.T) {
	needGo(t)
	files, err := filepath.Glob("../../notebooks/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, ok := lessons()[filepath.Base(file)]
			if !ok {
				t.Fatal("the lesson has no row in the table")
			}
			checkLesson(t, want, runLesson(t, file))
		})
	}
}

// runLesson runs a notebook and returns its cells by id.
func runLesson(t *testing.T, file string) map[string]*notebook.Result {
	t.Helper()
	cmd := exec.Command("lapbook", "run", "--json", "--budget", "5s", file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cells := map[string]*notebook.Result{}
	for line := range strings.Lines(string(out)) {
		var res notebook.Result
		if err := json.Unmarshal([]byte(line), &res); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if res.Type == "cell" {
			cells[res.ID] = &res
		}
	}
	return cells
}

func checkLesson(t *testing.T, want lesson, cells map[string]*notebook.Result) {
	t.Helper()
	for id, res := range cells {
		if res.Status != notebook.OK {
			t.Errorf("cell %s: %s: %v", id, res.Status, res.Error)
		}
	}
	res := cells[want.cell]
	if res == nil || res.Verdict == nil || res.Comparison == nil {
		t.Fatalf("cell %s has no verdict or no comparison: %+v", want.cell, res)
	}
	if !slices.Contains(want.bounds, res.Verdict.Bound) {
		t.Errorf("bound %s (%s), want one of %v", res.Verdict.Bound, res.Verdict.Headline, want.bounds)
	}
	if s := res.Comparison.SameResult; s == nil || !*s {
		t.Errorf("the results differ: %s", res.Comparison.Difference)
	}
	if (res.Comparison.Loop != nil) != want.loop {
		t.Errorf("loop %v, want %v", res.Comparison.Loop, want.loop)
	}
	sum := 0.0
	for _, share := range res.Verdict.Shares {
		sum += share
	}
	if sum < 0.99 || sum > 1.01 {
		t.Errorf("the shares sum to %v", sum)
	}
}
