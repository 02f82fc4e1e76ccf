package runtime

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/rogpeppe/go-internal/txtar"
)

var mistakes = flag.Bool("mistakes", false, "judge the answers to all common mistakes: minutes of a quiet machine")

// TestMistakes types cells with the common mistakes of concurrency and wants the
// answers that a learner needs: headline, table, conclusion and next step, each a
// regular expression over the text, blanks and line ends alike. On a busy machine
// the figures decide nothing, so by default one cell is typed that has none.
func TestMistakes(t *testing.T) {
	needGo(t)
	files, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			parts := sections(t, file)
			var want []*regexp.Regexp
			for line := range strings.Lines(parts["want"]) {
				want = append(want, regexp.MustCompile(strings.TrimSpace(line)))
			}
			if !*mistakes && name != "goroutines_already" {
				t.Skip("takes seconds of a quiet machine; -mistakes runs it")
			}
			s := newSession(t, Config{Budget: 20 * time.Second})
			res := typed(t, s, parts["setup.go"], parts["cell.go"])
			var b strings.Builder
			render.Text(&b, res, render.Options{Width: 78})
			text := b.String()
			flat := strings.Join(strings.Fields(text), " ")
			for _, re := range want {
				if !*mistakes && strings.Contains(re.String(), "bound") || re.MatchString(flat) {
					continue
				}
				t.Errorf("nothing like %s in\n%s", re, text)
			}
			if *mistakes {
				t.Log("\n" + text)
			}
		})
	}
}

// sections are the files of a txtar by name.
func sections(t *testing.T, file string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range txtar.Parse(data).Files {
		out[f.Name] = strings.TrimSpace(string(f.Data))
	}
	return out
}
