package host

import "testing"

// TestWords gives pieces of stderr and wants what is shown after each.
func TestWords(t *testing.T) {
	tests := [][][2]string{ // each: piece, shown
		{{"plain\n", "plain\n"}, {"text", "text"}, {"panic: in a line\n", "panic: in a line\n"}},
		{{"p", ""}, {"r", "pr"}, {"int\n", "int\n"}},
		{{"a\npanic: b\n", "a\n"}, {"c\n", ""}},
		{{"fatal", ""}, {" error: x\n", ""}},
		{{"fatal", ""}, {"ly\np", "fatally\n"}, {"ut\n", "put\n"}},
	}
	for _, pieces := range tests {
		w := words{release: func() {}}
		for _, p := range pieces {
			if got := string(w.filter([]byte(p[0]))); got != p[1] {
				t.Errorf("%q: after %q %q is shown", pieces, p[0], got)
			}
		}
		w.take()
	}
}
