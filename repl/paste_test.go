package repl

import (
	"bytes"
	"testing"
)

func TestPasteFilter(t *testing.T) {
	tests := []struct {
		name   string
		writes []string
		want   string
	}{
		{"keys pass", []string{"x := 1\r"}, "x := 1\r"},
		{"a paste is one line", []string{"\x1b[200~for {\n\tx++\n}\n\x1b[201~\r"}, "for {␤␉x++␤}\r"},
		{"a mark in two writes", []string{"\x1b[20", "0~a\r\nb\x1b[201", "~"}, "a␤b"},
		{"a lone escape is a key", []string{"\x1b"}, "\x1b"},
		{"an arrow is a key", []string{"\x1b[A"}, "\x1b[A"},
		{"alt-enter adds a line", []string{"a\x1b\rb\r"}, "a␤b\r"},
		{"control bytes of a paste are dropped", []string{"\x1b[200~a\x03\x15b\x1b[201~"}, "ab"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			f := &pasteFilter{w: &out}
			for _, w := range tt.writes {
				if _, err := f.Write([]byte(w)); err != nil {
					t.Fatal(err)
				}
			}
			if out.String() != tt.want {
				t.Errorf("got %q, want %q", out.String(), tt.want)
			}
		})
	}
}

func TestFoldUnfold(t *testing.T) {
	for _, s := range []string{"", "a", "a\n\tb\n", "s := `x\n\ty`"} {
		if got := unfold(fold(s)); got != s {
			t.Errorf("unfold(fold(%q)) = %q", s, got)
		}
	}
}
