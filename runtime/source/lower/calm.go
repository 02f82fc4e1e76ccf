package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Operands that nothing can change or interrupt between two statements need no
// temporaries. Each of those costs the interpreter as much as an addition.

// calm reports whether evaluating e calls nothing, and panics for nothing but an
// index that was compared before, or a nil pointer.
func (g *gen) calm(e ast.Expr) bool {
	if tv := g.u.info.Types[e]; tv.Value != nil {
		return true
	}
	switch e := e.(type) {
	case *ast.Ident:
		_, ok := g.u.info.Uses[e].(*types.Var)
		return ok
	case *ast.ParenExpr:
		return g.calm(e.X)
	case *ast.SelectorExpr:
		s := g.u.info.Selections[e]
		return s != nil && s.Kind() == types.FieldVal && g.calm(e.X)
	case *ast.StarExpr:
		return g.calm(e.X)
	case *ast.IndexExpr:
		return g.settled(e) && g.calm(e.X) && g.calm(e.Index)
	case *ast.UnaryExpr:
		return (e.Op == token.SUB || e.Op == token.XOR) && g.calm(e.X)
	case *ast.BinaryExpr:
		return g.calmOp(e) && g.calm(e.X) && g.calm(e.Y)
	case *ast.CallExpr:
		return g.calmCall(e)
	}
	return false
}

// settled reports whether an index is known to be in range.
func (g *gen) settled(e *ast.IndexExpr) bool {
	if _, array := under(g.typ(e.X)).(*types.Array); array && g.u.info.Types[e.Index].Value != nil {
		return true
	}
	return g.compared[e] || g.inside(e)
}

func (g *gen) calmOp(e *ast.BinaryExpr) bool {
	b, ok := under(g.typ(e)).(*types.Basic)
	if !ok || b.Info()&types.IsNumeric == 0 {
		return false
	}
	switch e.Op {
	case token.ADD, token.SUB, token.MUL, token.AND, token.OR, token.XOR, token.AND_NOT:
		return true
	}
	return !g.riskyOp(e)
}

// calmCall accepts conversions between numbers, and len.
func (g *gen) calmCall(e *ast.CallExpr) bool {
	if len(e.Args) != 1 || !g.calm(e.Args[0]) {
		return false
	}
	tv := g.u.info.Types[e.Fun]
	if tv.IsType() {
		return isNumber(g.typ(e.Fun)) && isNumber(g.typ(e.Args[0]))
	}
	id, ok := e.Fun.(*ast.Ident)
	return ok && tv.IsBuiltin() && id.Name == "len" && !isPointer(g.typ(e.Args[0]))
}

func isNumber(t types.Type) bool {
	b, ok := under(t).(*types.Basic)
	return ok && b.Info()&types.IsNumeric != 0
}

// still reports whether e is a constant or a variable that only the statements
// of this function change.
func (g *gen) still(e ast.Expr) bool {
	if tv := g.u.info.Types[e]; tv.Value != nil {
		return true
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return g.still(e.X)
	case *ast.Ident:
		v, ok := g.u.info.Uses[e].(*types.Var)
		return ok && !g.fn.boxed[v] && !g.isGlobal(v) && v.Pkg() != nil
	case *ast.BinaryExpr:
		return (e.Op == token.ADD || e.Op == token.SUB || e.Op == token.MUL) && g.still(e.X) && g.still(e.Y)
	}
	return false
}

// ready reports whether e can be stored to as it stands after a calm right side:
// an element of a list whose index was compared, or a field.
func (g *gen) ready(e ast.Expr) bool {
	switch e := unparen(e).(type) {
	case *ast.Ident:
		return true
	case *ast.IndexExpr:
		return !g.isMap(e.X) && g.settled(e) && g.calm(e.X) && g.calm(e.Index)
	case *ast.SelectorExpr:
		s := g.u.info.Selections[e]
		return s != nil && s.Kind() == types.FieldVal && g.calm(e.X)
	}
	return false
}

// fixed reports whether e is an element of a list such that neither a call nor
// an assignment to another variable than those in it changes which one.
func (g *gen) fixed(e ast.Expr) bool {
	ix, ok := unparen(e).(*ast.IndexExpr)
	if !ok || g.isMap(ix.X) || isPointer(g.typ(ix.X)) {
		return false
	}
	return g.still(ix.X) && g.still(ix.Index)
}

func (g *gen) isMap(e ast.Expr) bool {
	_, ok := under(g.typ(e)).(*types.Map)
	return ok
}

// changes reports whether a statement in the nodes assigns to v.
func (g *gen) changes(v *types.Var, ns ...ast.Node) (yes bool) {
	is := func(e ast.Expr) {
		if id := identOf(e); e != nil && id != nil && g.u.info.Uses[id] == v {
			yes = true
		}
	}
	for _, n := range ns {
		ast.Inspect(n, func(m ast.Node) bool {
			switch m := m.(type) {
			case *ast.AssignStmt:
				for _, l := range m.Lhs {
					is(l)
				}
			case *ast.IncDecStmt:
				is(m.X)
			case *ast.RangeStmt:
				is(m.Key)
				is(m.Value)
			}
			return !yes
		})
	}
	return yes
}

// counter is the variable of a loop that counts up by itself: the loop may use
// the variable of its key when the body leaves that alone.
func (g *gen) counter(s *ast.RangeStmt, e ast.Expr) *types.Var {
	if s.Tok != token.DEFINE || absent(e) {
		return nil
	}
	v, ok := g.u.info.Defs[identOf(e)].(*types.Var)
	if !ok || g.fn.boxed[v] || g.isGlobal(v) || g.changes(v, s.Body) {
		return nil
	}
	return v
}
