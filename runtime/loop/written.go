package loop

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// written lists what the iterations change and outlives them.
func (s *splitter) written(sp *split) []Written {
	c := &writtenList{s: s, ordered: sp.task.orderedStmts()}
	ast.Inspect(s.body, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.AssignStmt:
			for i, l := range x.Lhs {
				c.add(l, c.assignKind(x, i))
			}
		case *ast.IncDecStmt:
			c.add(x.X, c.kind(x.X, x, "reduce+"))
		}
		return true
	})
	c.effects()
	for _, p := range s.own {
		how := "ordered"
		if p.op != "" {
			how = "reduce" + p.op
		}
		if p.scratch != nil && p.scratch.how != "" {
			how = p.scratch.how
		}
		c.note(p.obj.Name(), how)
	}
	return c.out
}

type writtenList struct {
	s       *splitter
	ordered []ast.Stmt
	out     []Written
}

func (c *writtenList) inOrder(n ast.Node) bool {
	return slices.ContainsFunc(c.ordered, func(st ast.Stmt) bool { return st.Pos() <= n.Pos() && n.End() <= st.End() })
}

func (c *writtenList) assignKind(x *ast.AssignStmt, i int) string {
	how := "ordered"
	if x.Tok != token.ASSIGN && x.Tok != token.DEFINE {
		how = "reduce" + strings.TrimSuffix(x.Tok.String(), "=")
	} else if isSelfAppend(c.s.unit, x.Lhs[i], x) {
		how = "append"
	}
	return c.kind(x.Lhs[i], x, how)
}

func (c *writtenList) kind(l ast.Expr, st ast.Node, how string) string {
	if ix, ok := ast.Unparen(l).(*ast.IndexExpr); ok {
		if _, ok := core(c.s.unit.Info.TypeOf(ix.X)).(*types.Map); ok {
			return "map"
		}
	}
	if !c.inOrder(st) {
		return "disjoint"
	}
	return how
}

// add notes a change through expression l, unless it stays in the iteration.
func (c *writtenList) add(l ast.Expr, how string) {
	q := c.s.qs[0]
	for _, u := range q.all {
		if !u.write || u.loc == nil || u.pos < l.Pos() || u.pos >= l.End() && u.pos != l.Pos() {
			continue
		}
		if len(q.touched(u)) > 0 {
			c.note(q.name(u), how)
			return
		}
	}
}

// effects notes what calls change.
func (c *writtenList) effects() {
	q := c.s.qs[0]
	for _, u := range q.all {
		if u.write && u.loc != nil && u.deep && len(q.touched(u)) > 0 {
			how := "ordered"
			if !c.inOrderPos(u.at) {
				how = "disjoint"
			}
			c.note(q.name(u), how)
		}
	}
}

func (c *writtenList) inOrderPos(p token.Pos) bool {
	return slices.ContainsFunc(c.ordered, func(st ast.Stmt) bool { return st.Pos() <= p && p < st.End() })
}

func (c *writtenList) note(name, how string) {
	if name == "" {
		return
	}
	for i, w := range c.out {
		if w.Name == name {
			if w.How != how {
				c.out[i].How = "ordered"
			}
			return
		}
	}
	c.out = append(c.out, Written{name, how})
}
