package runtime

import (
	"context"
	"fmt"
	"testing"
)

const tenLines = `words := strings.Fields("to be or not to be that is the question")
count := map[string]int{}
for _, w := range words {
	count[strings.ToUpper(w)]++
}
keys := make([]string, 0, len(count))
for k := range count {
	keys = append(keys, k)
}
sort.Strings(keys)
len(keys)`

// BenchmarkCell is a cell from text to result, with check and isolation on: the
// benchmark fails when the cell did not run in another process.
func BenchmarkCell(b *testing.B) {
	for _, bb := range []struct{ name, text, value string }{{"1+1", "1 + 1", "2"}, {"ten-lines", tenLines, "8"}} {
		b.Run(bb.name, func(b *testing.B) {
			s, err := New(Config{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			s.Do(context.Background(), "0", silent{})
			if p, ok := s.live.interp.(*process); !ok || p.host.PID() == 0 {
				b.Fatal("cells do not run in a process of their own")
			}
			for b.Loop() {
				res := s.Do(context.Background(), bb.text, silent{})
				if len(res) != 1 || res[0].Value != bb.value || res[0].Engine != "interpreted" {
					b.Fatalf("%+v", res[0])
				}
			}
		})
	}
}

// BenchmarkSession runs many cells in one session: the time per cell must not grow.
func BenchmarkSession(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprintf("%d-cells", n), func(b *testing.B) {
			for b.Loop() {
				s, err := New(Config{Dir: b.TempDir()})
				if err != nil {
					b.Fatal(err)
				}
				for i := range n {
					if res := s.Do(context.Background(), fmt.Sprintf("v%d := %d\nv%d", i, i, i), silent{}); res[0].Failed() {
						b.Fatalf("%+v", res[0].Error)
					}
				}
				s.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/cell")
		})
	}
}
