package runtime

import "testing"

func TestSignature(t *testing.T) {
	s := newSession(t, Config{Engine: "interpreted"})
	typed(t, s, "func twice(n int, more ...string) int { return 2 * n }")
	for _, tt := range []struct{ text, want string }{
		{"strings.Replace(", "strings.Replace(s string, old string, new string, n int) string"},
		{"strings.Replace(f(1, 2), ", "strings.Replace(s string, old string, new string, n int) string"},
		{"x := twice(", "twice(n int, more ...string) int"},
		{"x := twice(3", ""},
		{"x := []int{", ""},
		{"(", ""},
		{"if x := ", ""},
	} {
		if got := s.Signature(tt.text, len(tt.text)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
}
