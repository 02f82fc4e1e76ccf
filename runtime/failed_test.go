package runtime

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// TestMethodsDeclaredAnew: what ran with the old method keeps its value.
func TestMethodsDeclaredAnew(t *testing.T) {
	needGo(t)
	const old, anew = "type T struct{ n int }\nfunc (t T) M() int { return 1 }\nfunc (t *T) P() int { return t.M() + 10 }", "func (t T) M() int { return 2 }"
	for _, tt := range []struct {
		name    string
		cells   []string // the last is judged
		want    string
		refusal string
	}{
		{"measured", []string{old, "v := T{}.M()", anew, "%%profile\nv*10 + T{}.M()"}, "12", ""},
		{"measured later", []string{old, "v := []any{T{}.M()}", anew, "v[0].(int)*10 + T{}.M()", "%profile"}, "", ""},
		{"through a method", []string{old, "p := (&T{}).P()", anew, "%%engine compiled\np*100 + (&T{}).P()"}, "1112", ""},
		{"through fmt", []string{"type S int\nfunc (S) String() string { return \"old\" }", "s := map[string]string{\"a\": fmt.Sprint(S(1))}", "func (S) String() string { return \"new\" }", "%%engine compiled\ns[\"a\"] + fmt.Sprint(S(1))"}, `"oldnew"`, ""},
		{"generic", []string{"func G[E any](e E) int { return 1 }", "g := G(0)", "func G[E any](e E) int { return 2 }", "%%engine compiled\ng*10 + G(0)"}, "12", ""},
		{"nothing ran between", []string{old + "\nv := 1\nadd := func() int { v++; return v }", anew, "%%engine compiled\nadd() + T{}.M()"}, "4", ""},
		{"nothing to copy", []string{old + "\nfmt.Println(T{}.M())", anew, "%%engine compiled\nT{}.M()"}, "2", ""},
		{"cannot be copied", []string{old, "v := T{}.M()\nadd := func() int { v++; return v }", anew, "%%engine compiled\nadd() + T{}.M()"}, "", "cell 3 stands in the way: it declares M anew"},
		{"cannot be copied, measured", []string{old, "v := T{}.M()\nadd := func() int { v++; return v }", anew, "add() + T{}.M()", "%profile"}, "", "cell 3 stands in the way: it declares M anew"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, Config{Budget: time.Millisecond})
			last := len(tt.cells) - 1
			typed(t, s, tt.cells[:last]...)
			res := s.Do(context.Background(), tt.cells[last], silent{})[0]
			switch {
			case tt.refusal != "":
				if res.Status != notebook.Refused || !strings.Contains(res.Error.Message, tt.refusal) {
					t.Errorf("%s: %v", res.Status, res.Error)
				}
			case res.Failed() || res.Value != tt.want:
				t.Errorf("%q, want %q (%s: %v)", res.Value, tt.want, res.Status, res.Error)
			}
		})
	}
}

// TestMeasuringAfterAFailedCell: a cell behind one that failed starts, measured too,
// from what the failed one left.
func TestMeasuringAfterAFailedCell(t *testing.T) {
	needGo(t)
	for _, tt := range []struct {
		name    string
		cells   []string // the second fails
		magic   string
		want    string // value of the measured cell
		refusal string
	}{
		{"panic", []string{"m := map[string]int{}", "for i := range 8 { if i == 5 { panic(\"boom\") }; m[string(rune('a'+i))] = i }", "n := len(m)\nn"}, "%profile", "5", ""},
		{"panic, tasks", []string{"xs := make([][]int, 8)", "for i := range xs { if i == 5 { panic(\"boom\") }; xs[i] = make([]int, 1) }", "for i := range 5 { for j := range 300_000 { xs[i][0] += j % (i + 2) } }"}, "%concurrent", "", ""},
		{"panic, measured at once", []string{"m := map[string]int{}", "m[\"a\"] = 1; panic(\"boom\")", "%%profile\nlen(m)"}, "", "1", ""},
		{"exit", []string{"m := map[string]int{}", "m[\"a\"] = 1; os.Exit(3)", "len(m)"}, "%profile", "1", ""},
		{"time limit", []string{"m := map[string]int{}", "for { m[\"a\"] = 1 }", "len(m)"}, "%profile", "1", ""},
		{"cannot be copied", []string{"n := 0\nadd := func() { n++ }", "add(); panic(\"boom\")", "add()\nn"}, "%profile", "2", "cell 2 stands in the way: it ended by a panic"},
		{"cannot be copied, measured at once", []string{"n := 0\nadd := func() { n++ }", "add(); panic(\"boom\")", "%%profile\nadd()\nn"}, "", "2", "cell 2 stands in the way: it ended by a panic"},
		{"grow", []string{"n := 1000\nm := map[int]int{}", "m[1] = 1; panic(\"boom\")", "for i := range n { m[i]++ }"}, "%grow n", "", "cell 2 stands in the way"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, Config{Budget: time.Millisecond, Timeout: 2 * time.Second})
			typed(t, s, tt.cells[0])
			if res := s.Do(context.Background(), tt.cells[1], silent{})[0]; !res.Failed() {
				t.Fatal("it did not fail")
			}
			res := s.Do(context.Background(), tt.cells[2], silent{})[0]
			if tt.want != "" && res.Value != tt.want {
				t.Errorf("value %q, want %q (%v)", res.Value, tt.want, res.Error)
			}
			if tt.magic != "" {
				res = s.Do(context.Background(), tt.magic, silent{})[0]
			}
			switch {
			case tt.refusal != "":
				if res.Status != notebook.Refused || !strings.Contains(res.Error.Message, tt.refusal) {
					t.Errorf("%s: %v", res.Status, res.Error)
				}
			case res.Failed() || res.Measurement == nil || res.Measurement.Start != "restored":
				t.Errorf("%s: %v, %+v", res.Status, res.Error, res.Measurement)
			}
		})
	}
}
