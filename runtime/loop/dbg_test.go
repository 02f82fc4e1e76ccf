package loop

import "testing"

func TestDebug(t *testing.T) {
	if *show == "" {
		t.Skip()
	}
	for _, pattern := range patterns {
		for _, e := range examples(t, pattern) {
			if e.name != *show {
				continue
			}
			cells := checkCells(t, e.cells...)
			w := newWalker(newProgram(cells[len(cells)-1], cells[:len(cells)-1]))
			w.run()
			for _, g := range w.candidates(func(int) bool { return true }) {
				q := newQuery(w, g[0], g[0].frame.effs[loopBody(g[0].stmt)], nil)
				t.Logf("loop line %d", q.l.frame.sess.line(q.l.stmt.Pos()))
				for _, u := range q.all {
					for _, n := range q.touched(u) {
						if len(q.hot[n]) > 0 {
							t.Logf("  line %d %s write=%v deep=%v path=%v disjoint=%+v", q.line(u), q.name(u), u.write, u.deep, u.path != nil, q.disjoint(n))
						}
					}
				}
			}
		}
	}
}
