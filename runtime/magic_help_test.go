package runtime

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHelpIsNarrow(t *testing.T) {
	for _, m := range Magics() {
		for line := range strings.Lines(reflow(m.Help)) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > answerWidth {
				t.Errorf("%%help %s: %d columns: %s", m.Name, n, line)
			}
		}
	}
}

func TestReflow(t *testing.T) {
	long := strings.Repeat("word ", 20)
	for _, tt := range []struct{ text, want string }{
		{"one\ntwo.", "one two."},
		{"One.\n%save x does\nthis.", "One.\n%save x does this."},
		{"One.\n  code\n  more\n\nTwo", "One.\n  code\n  more\n\nTwo"},
		{long, strings.TrimSpace(strings.Repeat("word ", 15)) + "\n" + strings.TrimSpace(strings.Repeat("word ", 5))},
	} {
		if got := reflow(tt.text); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
	para := "    " + strings.TrimSpace(strings.Repeat("word ", 15)) + "\n    end"
	if got, want := narrow("func f()\n\n"+para+"\n"), "func f()\n\n    "+strings.TrimSpace(strings.Repeat("word ", 14))+"\n    word end\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := wrap("    "+long), "    "+strings.TrimSpace(strings.Repeat("word ", 14))+"\n    "+strings.TrimSpace(strings.Repeat("word ", 6)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
