package interpreted

import (
	"fmt"
	"runtime"
	"testing"
)

// Time and memory per cell stay flat over a long session: every cell has its
// own interpreter, and hidden variables are dropped.
func TestLongSession(t *testing.T) {
	n := 5000
	if testing.Short() {
		n = 500
	}
	s := newSession(t)
	s.files = true
	s.cell("total := 0\nfunc add(x int) int { return total + x }\ntype P struct{ X, Y int }")
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early, late uint64
	for i := range n {
		a := s.cell(fmt.Sprintf("x := P{%d, 2}\ntotal = add(x.Y)\ny := []int{total, x.X}\nlen(y)", i))
		if a.Value != "2" {
			t.Fatalf("cell %d: %s", i, a)
		}
		switch i {
		case n / 5:
			early = heap()
		case n - 1:
			late = heap()
		}
	}
	if slots := s.run.session.Slots(); slots > 10 {
		t.Errorf("%d variables are kept after %d cells that define 2 each", slots, n)
	}
	// What grows is the front end, which keeps the syntax of every cell.
	if perCell := (int64(late) - int64(early)) / int64(n-n/5); perCell > 32<<10 {
		t.Errorf("the heap grows by %d bytes per cell", perCell)
	}
	if a := s.cell("total"); a.Value != fmt.Sprint(2*n) {
		t.Errorf("total is %s, want %d", a.Value, 2*n)
	}
}
