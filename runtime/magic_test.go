package runtime

import (
	"context"
	"strings"
	"testing"
	"time"
)

func newSession(t *testing.T, cfg Config) *Session {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the session: %v", err)
		}
	})
	return s
}

// TestMagicExamples types the example of every magic: what help shows works.
func TestMagicExamples(t *testing.T) {
	for _, m := range Magics() {
		t.Run(m.Name, func(t *testing.T) {
			if m.Example == "" {
				t.Skipf("%%%s has no example: it needs an editor", m.Name)
			}
			dir := t.TempDir()
			s := newSession(t, Config{Dir: dir, Budget: 2 * time.Second})
			for _, line := range strings.Split(strings.ReplaceAll(m.Example, "$TMP", dir), "\n") {
				for _, res := range s.Do(context.Background(), strings.ReplaceAll(line, "␤", "\n"), silent{}) {
					if res.Failed() {
						t.Fatalf("%s: %s: %v", line, res.Status, res.Error)
					}
				}
			}
		})
	}
}

func TestEveryMagicIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Magics() {
		if seen[m.Name] {
			t.Errorf("%%%s stands twice in the table", m.Name)
		}
		seen[m.Name] = true
		if m.Summary == "" || len([]rune(m.Summary)) > 52 {
			t.Errorf("%%%s: the summary %q must have 1 to 52 columns", m.Name, m.Summary)
		}
		if !strings.HasPrefix(m.Usage, "%"+m.Name) {
			t.Errorf("%%%s: usage %q", m.Name, m.Usage)
		}
		if m.Edit == nil && m.Do == nil {
			t.Errorf("%%%s does nothing", m.Name)
		}
	}
	for _, line := range strings.Split(HelpScreen(), "\n") {
		if len([]rune(line)) > 78 {
			t.Errorf("help line of %d columns: %s", len([]rune(line)), line)
		}
	}
}

func TestUnknownMagicSuggestsTheNearest(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"clasify", "classify"},
		{"profiel", "profile"},
		{"paralel", "parallel"},
		{"tiemit", "timeit"},
		{"con", "concurrent"},
		{"zzzzzz", ""},
	}
	for _, tt := range tests {
		_, err := lookup(tt.typed)
		if err == nil {
			t.Fatalf("%%%s was found", tt.typed)
		}
		if got := strings.Contains(err.Error(), "did you mean %"+tt.want+"?"); got != (tt.want != "") {
			t.Errorf("%%%s: %v", tt.typed, err)
		}
	}
}

func TestPlanIsOrderFree(t *testing.T) {
	s := newSession(t, Config{})
	texts := []string{"%%classify\n%%concurrent 8\n%%parallel 2\nx := 1", "%%parallel 2\n%%classify\n%%concurrent 8\nx := 1"}
	for _, text := range texts {
		magics, _, err := s.split(text)
		if err != nil {
			t.Fatal(err)
		}
		var p Plan
		if err := s.edits(&p, magics); err != nil {
			t.Fatal(err)
		}
		con, par := 0, 0
		for _, w := range p.Models {
			if w.Model == concurrent {
				con = w.Limit
			} else {
				par = w.Workers
			}
		}
		if !p.Classify || con != 8 || par != 2 {
			t.Errorf("%q: %+v", text, p)
		}
	}
}
