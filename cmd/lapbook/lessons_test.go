package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// lesson is what a notebook of the course must show on any machine: the bounds of
// its cells. Figures are not among it: they are the machine's.
type lesson struct {
	file   string
	bounds map[string]string // cell: bound
}

// lessons is the course, in the order in which it is read.
func lessons() []lesson {
	return []lesson{
		{"01-measure-first.md", map[string]string{"first": "cpu"}},
		{"02-concurrency-is-not-parallelism.md", map[string]string{"fetch": "io", "hash": "cpu"}},
		{"03-waiting-or-computing.md", map[string]string{"fetch": "io", "letters": "cpu", "polite": "timer"}},
		{"04-nothing-got-faster.md", map[string]string{"primes": "cpu", "locked": "lock", "overlapped": "io"}},
		{"05-fix-the-algorithm.md", map[string]string{"lists": "cpu"}},
		{"06-stream-to-cut-memory.md", nil},
		{"07-the-right-model.md", map[string]string{"waits": "io", "computes": "cpu"}},
		{"08-locks-imbalance-small-tasks.md", map[string]string{"long-lock": "lock"}},
		{"09-scale-out.md", nil},
		{"10-interview.md", map[string]string{"job": "mixed", "better": "io"}},
	}
}

// TestLessons reads all lessons: each is recorded, for its text as it stands,
// with the bounds of the table, and ends with a question whose answer is folded.
func TestLessons(t *testing.T) {
	files, err := filepath.Glob("../../notebooks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(lessons()) {
		t.Errorf("%d notebooks, %d rows in the table", len(files), len(lessons()))
	}
	for _, l := range lessons() {
		t.Run(l.file, func(t *testing.T) {
			nb, err := notebook.Load("../../notebooks/" + l.file)
			if err != nil {
				t.Fatal(err)
			}
			checkRecord(t, nb)
			checkBounds(t, l, results(nb))
			checkProse(t, nb)
		})
	}
}

// results are those that are recorded, by the id of the cell.
func results(nb *notebook.Notebook) map[string]*notebook.Result {
	out := map[string]*notebook.Result{}
	for _, c := range nb.CodeCells() {
		out[c.ID] = c.Result
	}
	return out
}

func checkRecord(t *testing.T, nb *notebook.Notebook) {
	t.Helper()
	for _, c := range nb.CodeCells() {
		switch {
		case c.Result == nil:
			t.Errorf("cell %s: nothing is recorded", c.ID)
		case c.Stale():
			t.Errorf("cell %s: recorded for an older text", c.ID)
		case c.Result.Status != notebook.OK:
			t.Errorf("cell %s: %s: %v", c.ID, c.Result.Status, c.Result.Error)
		}
	}
}

func checkBounds(t *testing.T, l lesson, cells map[string]*notebook.Result) {
	t.Helper()
	for id, bound := range l.bounds {
		res := cells[id]
		if res == nil || res.Verdict == nil {
			t.Errorf("cell %s has no verdict", id)
			continue
		}
		if res.Verdict.Bound != bound {
			t.Errorf("cell %s: bound %s (%s), want %s", id, res.Verdict.Bound, res.Verdict.Headline, bound)
		}
		sum := 0.0
		for _, share := range res.Verdict.Shares {
			sum += share
		}
		if sum < 0.99 || sum > 1.01 {
			t.Errorf("cell %s: the shares sum to %v", id, sum)
		}
	}
}

func checkProse(t *testing.T, nb *notebook.Notebook) {
	t.Helper()
	var b strings.Builder
	for _, c := range nb.Cells {
		if c.Kind == notebook.Prose {
			b.WriteString(c.Code() + "\n")
		}
	}
	text := b.String()
	open, end := strings.Count(text, "<details>"), strings.Count(text, "</details>")
	if open == 0 || open != end || !strings.Contains(text, "## Practice") {
		t.Errorf("%d folded answers, %d ends; want a practice with an answer", open, end)
	}
	if words := len(regexp.MustCompile(`\w+`).FindAllString(text, -1)); words < 250 || words > 1200 {
		t.Errorf("%d words: a lesson takes 5 to 10 minutes", words)
	}
}

// TestLessonRuns runs one lesson whole: what it shows holds on this machine too.
// All of them are run by lapbook check.
func TestLessonRuns(t *testing.T) {
	needGo(t)
	l := lessons()[1]
	cells := runLesson(t, "../../notebooks/"+l.file)
	checkBounds(t, l, cells)
	for id := range l.bounds {
		checkComparison(t, id, cells[id])
	}
}

// runLesson runs a notebook and returns its results by the id of the cell.
func runLesson(t *testing.T, file string) map[string]*notebook.Result {
	t.Helper()
	cmd := exec.Command("lapbook", "run", "--json", "--budget", "3s", file)
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

func checkComparison(t *testing.T, id string, res *notebook.Result) {
	t.Helper()
	if res == nil || res.Comparison == nil || res.Comparison.Loop == nil {
		t.Fatalf("cell %s has no comparison of a loop: %+v", id, res)
	}
	if s := res.Comparison.SameResult; s == nil || !*s {
		t.Errorf("cell %s: the results differ: %s", id, res.Comparison.Difference)
	}
	var models []string
	for i := range res.Comparison.Columns {
		models = append(models, res.Comparison.Columns[i].Model)
	}
	for _, want := range []string{"as written", "concurrent", "parallel"} {
		if !slices.Contains(models, want) {
			t.Errorf("cell %s: models %v lack %s", id, models, want)
		}
	}
}
