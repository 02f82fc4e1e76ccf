package runtime

import (
	"context"
	"strings"
	"testing"
)

// answering is a front end that gives one answer to all questions.
type answering struct {
	Frontend
	answer string
}

func (a answering) Ask(string) (string, bool) { return a.answer, true }

// Once shows the run that was made; no says how to allow more.
func TestAnswerOnce(t *testing.T) {
	for _, tt := range []struct {
		answer string
		runs   int
		notice string
	}{
		{"once", 1, "answer y to repeat it"},
		{"n", 0, "not measured; answer y to allow it"},
	} {
		s := newSession(t, Config{Dir: t.TempDir(), Engine: "interpreted"})
		done := s.Do(context.Background(), "%%classify\nos.WriteFile(\"out.txt\", nil, 0o600)", answering{silent{}, tt.answer})
		res := done[len(done)-1]
		runs := 0
		if m := res.Measurement; m != nil {
			runs = m.Runs
			if !strings.Contains(strings.Join(m.Doubts, ";"), "one run") {
				t.Errorf("%s: doubts %q", tt.answer, m.Doubts)
			}
		}
		if notices := strings.Join(res.Notices, "\n"); runs != tt.runs || !strings.Contains(notices, tt.notice) {
			t.Errorf("%s: %d runs, notices %q, error %v", tt.answer, runs, notices, res.Error)
		}
	}
}
