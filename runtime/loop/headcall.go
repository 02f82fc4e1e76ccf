package loop

import (
	"go/ast"
	"go/types"
	"slices"
)

// headCalls finds calls in the body that only read what the header of the loop
// changes, as sc.Text() does in a loop over sc.Scan(). They are made right after
// the header, and the task gets what they gave.
func (s *splitter) headCalls() (out []*ast.CallExpr) {
	for _, st := range s.list {
		ast.Inspect(st, func(n ast.Node) bool {
			if _, ok := n.(*ast.FuncLit); ok {
				return false
			}
			if c, ok := n.(*ast.CallExpr); ok && s.isHeadCall(c) {
				// The smallest call that needs it: the rest is work for the task.
				out = slices.DeleteFunc(out, func(o *ast.CallExpr) bool { return o.Pos() <= c.Pos() && c.End() <= o.End() })
				out = append(out, c)
			}
			return true
		})
	}
	return out
}

func (s *splitter) isHeadCall(c *ast.CallExpr) bool {
	tv := s.unit.Info.Types[c]
	if tv.Type == nil || tv.IsVoid() || tv.Value != nil || refers(tv.Type) || !s.nameable(tv.Type) || usesOwn(s.unit, c, s.body) {
		return false
	}
	if _, ok := tv.Type.(*types.Tuple); ok {
		return false
	}
	needed := false
	for _, q := range s.qs {
		e := q.l.frame.effs[c]
		if e == nil {
			return false
		}
		for _, u := range q.uses(e) {
			if u.fatal != "" || u.resource != noResource || u.write {
				return false
			}
			for _, n := range q.touched(u) {
				if len(q.hot[n]) == 0 || slices.ContainsFunc(q.hot[n], func(w use) bool { return s.isPassed(q, w, n) }) {
					continue
				}
				if !q.onlyHeader(n) {
					return false
				}
				needed = needed || u.deep
			}
		}
	}
	return needed
}

// onlyHeader tells whether only the header of the loop changes class n.
func (q *query) onlyHeader(n *node) bool {
	for _, w := range q.hot[n] {
		if w.at >= loopBody(q.l.stmt).Pos() {
			return false
		}
	}
	return true
}

// atHead tells whether a use happens in a call that the header makes.
func (s *splitter) atHead(u use) bool {
	return slices.ContainsFunc(s.early, func(c *ast.CallExpr) bool { return c.Pos() <= u.at && u.at < c.End() })
}
