package runtime

import (
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
)

func TestMemory(t *testing.T) {
	needGo(t)
	for _, tt := range []struct {
		name, text string
		line       int
		low, high  int64 // of what is still held, bytes
		advice     string
	}{
		{"held", "var words []string\nfor i := range 400_000 {\n\twords = append(words, fmt.Sprint(\"word \", i))\n}", 3, 8 << 20, 40 << 20, "streaming) would cut the peak"},
		{"streamed", "total := 0\nfor i := range 1_000_000 {\n\ttotal += len(fmt.Sprint(\"word \", i))\n}", 3, 0, 1 << 20, "It streams already"},
		{"one array", "xs := make([]int, 4 << 20)\nfor i := range xs {\n\txs[i] = i\n}", 1, 30 << 20, 40 << 20, ""},
		{"little", "xs := make([]int, 100)", 0, 0, 1 << 20, "nothing to gain"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSession(t, Config{})
			m := typed(t, s, tt.text, "%memory").Memory
			if m == nil {
				t.Fatal("no memory")
			}
			if m.LiveHeap < tt.low || m.LiveHeap > tt.high || m.PeakHeap < m.LiveHeap {
				t.Errorf("live %d, peak %d", m.LiveHeap, m.PeakHeap)
			}
			if tt.line > 0 && (len(m.Lines) == 0 || m.Lines[0].Line != tt.line || m.Lines[0].Share < 0.9) {
				t.Errorf("lines %+v", m.Lines)
			}
			if !strings.Contains(m.Advice, tt.advice) || tt.advice == "" && m.Advice != "" {
				t.Errorf("advice %q", m.Advice)
			}
		})
	}
}

func TestMemoryAdvice(t *testing.T) {
	const mb = 1 << 20
	for _, tt := range []struct {
		name string
		m    measure.Memory
		c    heapCurve
		want string
	}{
		{"little", measure.Memory{AllocBytes: mb, PeakHeap: mb}, heapCurve{}, "Little"},
		{"no collection, no evidence", measure.Memory{AllocBytes: 100 * mb, PeakHeap: 100 * mb}, heapCurve{}, ""},
		{"grew", measure.Memory{AllocBytes: 100 * mb, PeakHeap: 80 * mb}, heapCurve{floors: []int64{5 * mb, 10 * mb, 30 * mb}}, "only while it ran"},
		{"grew and is held", measure.Memory{AllocBytes: 100 * mb, PeakHeap: 80 * mb, LiveHeap: 60 * mb}, heapCurve{floors: []int64{5 * mb, 10 * mb, 30 * mb}}, "also at its end"},
		{"a plateau", measure.Memory{AllocBytes: 100 * mb, PeakHeap: 80 * mb}, heapCurve{floors: []int64{40 * mb, 41 * mb, 40 * mb}}, ""},
		{"streams", measure.Memory{AllocBytes: 100 * mb, PeakHeap: 6 * mb}, heapCurve{before: mb, floors: []int64{2 * mb, mb, 2 * mb}}, "streams already"},
		{"streams at a cost", measure.Memory{AllocBytes: 100 * mb, PeakHeap: 6 * mb, GCShare: 0.3}, heapCurve{floors: []int64{mb}}, "up to 30% of the CPU time"},
	} {
		if got := memoryAdvice(&tt.m, tt.c); !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
