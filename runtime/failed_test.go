package runtime

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/notebook"
)

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
