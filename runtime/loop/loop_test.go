package loop

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
)

// patterns find the examples: those of the shared corpus, and harder ones.
var patterns = []string{"testdata/corpus/*.txtar", "testdata/hard/*.txtar"}

var importer = sync.OnceValue(source.EmbeddedImporter)

// checkCells checks texts as the cells of one session.
func checkCells(t testing.TB, texts ...string) []*source.Cell {
	t.Helper()
	scope := source.NewScope(importer())
	var out []*source.Cell
	for i, text := range texts {
		c, errs := scope.Check(source.Text{ID: "cell-" + itoa(i+1), Index: i + 1, Code: text})
		if len(errs) > 0 {
			t.Fatalf("cell %d does not check: %v", i+1, errs)
		}
		scope.Accept(c)
		out = append(out, c)
	}
	return out
}

// analyzeText analyzes the last of the texts. When it marks a loop with @loop,
// that one counts.
func analyzeText(t testing.TB, texts ...string) (*Plan, *measure.Refusal) {
	t.Helper()
	cells := checkCells(t, texts...)
	c := cells[len(cells)-1]
	marks := map[int]bool{}
	for i, line := range strings.Split(c.Code, "\n") {
		if strings.Contains(line, "@loop") {
			marks[i+1] = true
		}
	}
	return analyze(c, cells[:len(cells)-1], func(line int) bool { return len(marks) == 0 || marks[line] })
}

// An example is cells, of which the last is analyzed, and what is wanted.
type example struct {
	name  string
	cells []string
	want  string // yes, no, trivial; ? is any of them
	vars  string
}

func examples(t testing.TB, pattern string) (out []example) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples at %s: %v", pattern, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		parts := txtar.Parse(data).Files
		if parts[0].Name == "want" {
			out = append(out, corpusExample(strings.TrimSuffix(filepath.Base(f), ".txtar"), parts))
			continue
		}
		for _, p := range parts {
			out = append(out, hardExample(strings.TrimSuffix(p.Name, ".go"), string(p.Data)))
		}
	}
	return out
}

func corpusExample(name string, parts []txtar.File) example {
	e := example{name: name, cells: []string{string(parts[1].Data)}}
	verdict, vars, _ := strings.Cut(strings.TrimSpace(string(parts[0].Data)), "\n")
	e.want = strings.TrimPrefix(verdict, "verdict: ")
	e.vars = strings.TrimPrefix(strings.TrimSpace(vars), "var=")
	return e
}

// hardExample: the first line says what is wanted, "// ---" begins a cell.
func hardExample(name, text string) example {
	line, code, _ := strings.Cut(text, "\n")
	e := example{name: name, cells: strings.Split(code, "// ---\n")}
	e.want, e.vars, _ = strings.Cut(strings.TrimPrefix(line, "// "), " ")
	return e
}

func TestVerdicts(t *testing.T) {
	for _, pattern := range patterns {
		for _, e := range examples(t, pattern) {
			t.Run(e.name, func(t *testing.T) {
				plan, refusal := analyzeText(t, e.cells...)
				checkVerdict(t, e, plan, refusal)
			})
		}
	}
}

func checkVerdict(t *testing.T, e example, plan *Plan, refusal *measure.Refusal) {
	t.Helper()
	got := "yes"
	if refusal != nil {
		got = "no"
		if refusal.Kind == "trivial" {
			got = "trivial"
		}
		t.Logf("line %d %s (%s): %s %s", refusal.Line, refusal.Variable, refusal.Kind, refusal.Reason, refusal.Advice)
	} else {
		t.Logf("%+v %v weight %.1f", plan.Split, plan.Written, plan.Weight)
	}
	if e.want == "?" {
		return
	}
	if got != e.want {
		t.Fatalf("verdict %s, want %s", got, e.want)
	}
	if e.want == "no" && refusal.Variable != e.vars {
		t.Errorf("names %q, want %q", refusal.Variable, e.vars)
	}
}

// TestMagics: magic lines stay blank in what the engines run, so that lines
// hold, and are left out of what the reader takes home.
func TestMagics(t *testing.T) {
	plan, refusal := analyzeText(t, "%%concurrent\n%%timeline\nurls := lab.Pages(4, 0)\nsizes := make([]int, len(urls))\nfor i, u := range urls {\n\tsizes[i] = len(lab.Fetch(u))\n}\n")
	if refusal != nil {
		t.Fatalf("refused: %+v", refusal)
	}
	if got := plan.Split; got.Line != 5 || len(got.Task) != 1 || got.Task[0] != 6 {
		t.Errorf("split %+v, want the loop in line 5 and the task in line 6", got)
	}
	if len(plan.Notes) != 1 || !strings.Contains(plan.Notes[0], "lab.Fetch") {
		t.Errorf("notes %q, want one on lab.Fetch", plan.Notes)
	}
	lines := strings.Split(plan.Rewrite(), "\n")
	if strings.TrimSpace(lines[0]+lines[1]) != "" || !strings.Contains(lines[4], "range urls") {
		t.Errorf("lines moved in\n%s", plan.Rewrite())
	}
	if code := plan.Code(); strings.Contains(code, "%%") || !strings.HasPrefix(code, "import ") {
		t.Errorf("%%code begins with\n%s", code)
	}
}

func BenchmarkAnalyze(b *testing.B) {
	for _, e := range examples(b, "testdata/corpus/matrix_rows.txtar") {
		cells := checkCells(b, e.cells...)
		for b.Loop() {
			if _, refusal := Analyze(cells[0], nil); refusal != nil {
				b.Fatal(refusal)
			}
		}
	}
}
