package runtime

import (
	"context"
	"strings"
	"testing"
)

// What could not run is no cell: a notebook of it could not be replayed.
func TestRejectedTextIsNoCell(t *testing.T) {
	s := newSession(t, Config{})
	for _, tt := range []struct {
		text, want string // of the error
		next       int    // number of the next cell
	}{
		{"x :=", "syntax error", 1},
		{"y + 1", "undefined: y", 1},
		{"% classify", "no blank between: %classify", 1},
		{"%", "%help lists them", 1},
		{"x := 1", "", 2},
		{"x = \"a\"", "cannot use", 2},
		{"panic(x)", "1", 3}, // it ran
	} {
		res := s.Do(context.Background(), tt.text, silent{})[0]
		if res.Failed() != (tt.want != "") || res.Failed() && !strings.Contains(res.Error.Message, tt.want) {
			t.Errorf("%q: %s, %v", tt.text, res.Status, res.Error)
		}
		if got := s.Next(); got != tt.next {
			t.Errorf("%q: the next cell is %d, want %d", tt.text, got, tt.next)
		}
	}
	if !s.Unsaved() || len(s.Notebook().Cells) != 2 {
		t.Errorf("%d cells", len(s.Notebook().Cells))
	}
}

func TestRejectedTextIsNothingToSave(t *testing.T) {
	s := newSession(t, Config{Journal: t.TempDir()})
	s.Do(context.Background(), "x :=", silent{})
	if lost, err := Lost(s.cfg.Journal); s.Unsaved() || len(lost) > 0 || err != nil {
		t.Errorf("unsaved %v, lost %d, %v", s.Unsaved(), len(lost), err)
	}
	s.Do(context.Background(), "x := 1", silent{})
	if !s.Unsaved() {
		t.Error("a cell is not unsaved")
	}
}
