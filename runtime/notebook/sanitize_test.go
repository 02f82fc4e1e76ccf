package notebook

import (
	"testing"
	"unicode/utf8"
)

func TestSanitize(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "a\tb\r\n世\n", "a\tb\r\n世\n"},
		{"colour", "\x1b[31mred\x1b[0m \x1b[38;5;1mx\x1b[m", "\x1b[31mred\x1b[0m \x1b[38;5;1mx\x1b[m"},
		{"clipboard", "\x1b]52;c;ZXZpbA==\x07after", "after"},
		{"title", "\x1b]0;you have been renamed\x1b\\after", "after"},
		{"hyperlink", "\x1b]8;;file:///etc/passwd\x1b\\click\x1b]8;;\x1b\\", "click"},
		{"cursor", "\x1b[2J\x1b[1;1Hx\x1b[?25l", "x"},
		{"device query", "\x1b[c\x1b[6n\x1bZ\x1b(0x", "x"},
		{"bell and C1", "\x07a\u009b31mb\u0085", "a31mb"},
		{"invalid", "\xff\xfex\xc3(\x9b31m", "\uFFFD\uFFFDx\uFFFD(\uFFFD31m"},
		{"unfinished string", "\x1b]0;title\nnext", "\nnext"},
		{"lone escape", "a\x1b", "a"},
		{"escape before newline", "a\x1b\nb", "a\nb"},
		{"SGR look-alike", "\x1b[?1m\x1b[1$mx", "x"},
	}
	for _, tt := range tests {
		if got := Sanitize(tt.in); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func FuzzSanitize(f *testing.F) {
	f.Add("\x1b]52;c;x\x07\x1b[31mred\x1b[0m\xff\u009b")
	f.Fuzz(func(t *testing.T, s string) {
		got := Sanitize(s)
		if again := Sanitize(got); again != got {
			t.Errorf("%q is not stable: %q", got, again)
		}
		for rest := got; rest != ""; {
			if rest[0] == 0x1b {
				n := sequence(rest)
				if !isSGR(rest[:n]) {
					t.Fatalf("%q lets %q through", s, rest[:n])
				}
				rest = rest[n:]
				continue
			}
			r, n := utf8.DecodeRuneInString(rest)
			if r < ' ' && r != '\n' && r != '\t' && r != '\r' || 0x7f <= r && r < 0xa0 {
				t.Fatalf("%q lets %U through", s, r)
			}
			rest = rest[n:]
		}
	})
}
