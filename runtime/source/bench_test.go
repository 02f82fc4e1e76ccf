package source

import (
	"fmt"
	"testing"
)

func BenchmarkCheckSmall(b *testing.B) {
	s, _ := session(b, "x := 1")
	for b.Loop() {
		if _, errs := s.Check(Text{ID: "c", Code: "x + 1"}); errs != nil {
			b.Fatal(errs)
		}
	}
}

const tenLines = `type point struct{ x, y int }
func (p point) norm() int { return p.x*p.x + p.y*p.y }
points := []point{{1, 2}, {3, 4}}
total := 0
for _, p := range points {
	total += p.norm()
}
words := strings.Fields("a b c")
sort.Strings(words)
fmt.Println(total, words)`

func BenchmarkCheckTenLines(b *testing.B) {
	s, _ := session(b, "x := 1")
	for b.Loop() {
		if _, errs := s.Check(Text{ID: "c", Code: tenLines}); errs != nil {
			b.Fatal(errs)
		}
	}
}

// BenchmarkSession accepts b.N cells: time per cell must not grow with it.
func BenchmarkSession(b *testing.B) {
	s := NewScope(embedded())
	for i := range b.N {
		accept(b, s, i, fmt.Sprintf("v%d := %d\nfunc f%d() int { return v%d + v%d }\nf%d()", i, i, i, i, max(i-1, 0), max(i-1, 0)))
	}
}
