package runtime

import (
	"strings"
	"testing"
)

// TestCompiledCellStartsAtTheLiveState: a compiled cell sees the values that the
// session has, and what it leaves is the session's.
func TestCompiledCellStartsAtTheLiveState(t *testing.T) {
	needGo(t)
	for _, tt := range []struct {
		name  string
		cells []string // the last is judged
		want  string
		start string
	}{
		{"random value", []string{"x := rand.Int()", "y := x", "%%engine compiled\nx == y"}, "true", ""},
		{"random values measured", []string{"xs := make([]int, 10)\nfor i := range xs { xs[i] = rand.Int() }", "ys := append([]int(nil), xs...)", "%%profile\nslices.Equal(xs, ys)"}, "true", "restored"},
		{"nothing is printed again", []string{"n := 0\nfmt.Println(n)", "%%engine compiled\nn++\nn", "n"}, "1", ""},
		{"aliases", []string{"a := []int{1, 2}\nb := a", "%%engine compiled\na[0] = 5", "b[0]"}, "5", ""},
		{"a function's variable", []string{"n := rand.Int()\nfunc get() int { return n }", "m := get()", "%%engine compiled\nget() == m"}, "true", ""},
		{"a failed cell", []string{"k := 1", "k = 2; func() { defer func() { recover() }(); panic(k) }(); k = 3", "%%engine compiled\nk"}, "3", ""},
		{"a closure is replayed", []string{"c := 1\nadd := func() int { c++; return c }", "%%engine compiled\nadd()"}, "2", ""},
		{"environment is replayed", []string{"os.Setenv(\"LAP_IN\", \"1\")\nv := 7", "%%engine compiled\nfmt.Sprint(os.Getenv(\"LAP_IN\"), v)"}, `"17"`, ""},
		{"linked", []string{"type node struct{ v int; next *node }\nvar list *node\nfor range 3 { list = &node{rand.Int(), list} }", "sum := list.v ^ list.next.v", "%%profile\nsum == list.v ^ list.next.v"}, "true", "process"},
		{"redefined after", []string{"x := rand.Int()\np := &x", "y := x", "%%engine compiled\nx := 3\nfmt.Sprint(x, *p == y)"}, `"3 true"`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := typed(t, newSession(t, Config{Budget: 1}), tt.cells...)
			if res.Value != tt.want {
				t.Errorf("%q, want %q (%s; %s)", res.Value, tt.want, res.Engine, strings.Join(res.Notices, "; "))
			}
			if tt.start != "" && (res.Measurement == nil || res.Measurement.Start != tt.start) {
				t.Errorf("measurement %+v, want start %s", res.Measurement, tt.start)
			}
		})
	}
}
