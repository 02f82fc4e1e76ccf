package interpreted

import (
	"fmt"
	"testing"

	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

const tenLines = `type point struct{ x, y float64 }
dist := func(a, b point) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }
ps := []point{{0, 0}, {3, 4}, {6, 8}}
sum := 0.0
for i := 1; i < len(ps); i++ {
	sum += dist(ps[i-1], ps[i])
}
words := map[string]int{}
for _, w := range strings.Fields("a b a c") {
	words[w]++
}
fmt.Sprintf("%.1f %v", sum, words)`

// A cell from its text to its value, in this process: check, lower, run.
func BenchmarkCell(b *testing.B) {
	for _, c := range []struct{ name, text string }{{"1+1", "1 + 1"}, {"ten lines", tenLines}, {"sort", "xs := []int{3, 1, 2}\nslices.SortFunc(xs, func(a, b int) int { return a - b })\nxs"}} {
		b.Run(c.name, func(b *testing.B) {
			s := newSession(b)
			s.files = true
			s.cell(c.text)
			b.ResetTimer()
			for range b.N {
				if a := s.cell(c.text); a.Value == "" {
					b.Fatal(a)
				}
			}
		})
	}
}

// Check and lower alone.
func BenchmarkLower(b *testing.B) {
	imp := source.EmbeddedImporter()
	scope := source.NewScope(imp)
	low := lower.NewSession(lower.Config{Importer: imp, Has: Has()})
	b.ResetTimer()
	for i := range b.N {
		c, errs := scope.Check(source.Text{ID: fmt.Sprint(i), Code: tenLines})
		if errs != nil {
			b.Fatal(errs)
		}
		if _, r := low.Lower(c); r != nil {
			b.Fatal(r)
		}
	}
}
