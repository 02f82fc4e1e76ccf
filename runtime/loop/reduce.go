package loop

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// reduces tells whether all that the loop carries from one iteration to the next
// are sums, maxima, appends and the like, which nothing else in it uses. Such a
// loop has no dependence that forbids tasks, only too little work for them.
func (s *splitter) reduces() bool {
	r := &reduction{s: s}
	for _, o := range s.assignedIn(s.list) {
		if !(s.body.Pos() <= o.Pos() && o.Pos() < s.body.End()) {
			r.vars = append(r.vars, o)
		}
	}
	for _, st := range s.list {
		ast.Inspect(st, func(n ast.Node) bool { // elements count as their variable
			if ix, ok := n.(*ast.IndexExpr); ok {
				if id, ok := ast.Unparen(ix.X).(*ast.Ident); ok && r.isTarget(ix) {
					if v, ok := s.unit.object(id).(*types.Var); ok {
						r.vars = append(r.vars, v)
					}
				}
			}
			return true
		})
	}
	return !slices.ContainsFunc(s.list, func(st ast.Stmt) bool { return !r.allowed(st) })
}

type reduction struct {
	s    *splitter
	vars []*types.Var
}

// isTarget tells whether an element is assigned anywhere in the body.
func (r *reduction) isTarget(ix *ast.IndexExpr) (found bool) {
	for _, st := range r.s.list {
		ast.Inspect(st, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.AssignStmt:
				found = found || slices.ContainsFunc(x.Lhs, func(l ast.Expr) bool { return l == ast.Expr(ix) })
			case *ast.IncDecStmt:
				found = found || x.X == ast.Expr(ix)
			}
			return !found
		})
	}
	return found
}

func (r *reduction) free(n ast.Node) bool {
	return !slices.ContainsFunc(r.vars, func(v *types.Var) bool { return mentions(r.s.unit, n, v) })
}

// base is the carried variable that e is or is an element of.
func (r *reduction) base(e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, ok := r.s.unit.object(x).(*types.Var)
		return ok && slices.Contains(r.vars, v)
	case *ast.IndexExpr:
		return r.base(x.X) && r.free(x.Index)
	case *ast.SelectorExpr:
		return r.base(x.X)
	}
	return false
}

func (r *reduction) allowed(st ast.Stmt) bool {
	if r.free(st) {
		return true
	}
	switch x := st.(type) {
	case *ast.IncDecStmt:
		return r.base(x.X)
	case *ast.AssignStmt:
		return r.assignment(x)
	case *ast.IfStmt:
		return x.Init == nil && r.condition(x)
	case *ast.BlockStmt:
		return !slices.ContainsFunc(x.List, func(t ast.Stmt) bool { return !r.allowed(t) })
	}
	return false
}

func (r *reduction) assignment(x *ast.AssignStmt) bool {
	if x.Tok == token.DEFINE {
		return false
	}
	for i, l := range x.Lhs {
		if !r.base(l) || len(x.Rhs) != len(x.Lhs) {
			return false
		}
		e := x.Rhs[i]
		if x.Tok == token.ASSIGN {
			if c, ok := e.(*ast.CallExpr); ok && isFold(c) && r.s.unit.text(c.Args[0]) == r.s.unit.text(l) {
				if slices.ContainsFunc(c.Args[1:], func(a ast.Expr) bool { return !r.free(a) }) {
					return false
				}
				continue
			}
		}
		if x.Tok == token.ASSIGN && r.addsTo(l, e) {
			continue
		}
		if !r.free(e) {
			return false
		}
	}
	return true
}

// addsTo recognises x + e and x * e for x.
func (r *reduction) addsTo(l, e ast.Expr) bool {
	b, ok := ast.Unparen(e).(*ast.BinaryExpr)
	return ok && (b.Op == token.ADD || b.Op == token.MUL) && r.s.unit.text(b.X) == r.s.unit.text(l) && r.free(b.Y)
}

// isFold recognises append, min and max.
func isFold(c *ast.CallExpr) bool {
	id, ok := c.Fun.(*ast.Ident)
	return ok && (id.Name == "append" || id.Name == "min" || id.Name == "max") && len(c.Args) > 1
}

func (r *reduction) condition(x *ast.IfStmt) bool {
	if !r.allowed(x.Body) {
		return false
	}
	return x.Else == nil || r.allowed(x.Else)
}
