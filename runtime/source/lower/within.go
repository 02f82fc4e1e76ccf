package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// bounds is what loops tell about their variables: which are never negative,
// and which lists they stay within.
type bounds struct {
	natural map[*types.Var]bool
	within  map[[2]*types.Var]bool // index variable, list variable
	below   map[*types.Var]int64   // the variable is less than this
}

func newBounds() bounds {
	return bounds{map[*types.Var]bool{}, map[[2]*types.Var]bool{}, map[*types.Var]int64{}}
}

// learnRange notes that the key v of a range over x is an index of x.
func (g *gen) learnRange(v *types.Var, s *ast.RangeStmt) {
	g.known.natural[v] = true
	if n, ok := g.constant(s.X); ok {
		g.known.below[v] = n
	}
	g.learnList(v, s.X, s.Body)
}

// learnList notes that v is an index of the list x, which the body leaves alone.
func (g *gen) learnList(v *types.Var, x ast.Expr, body ast.Node) {
	if a, ok := under(g.typ(x)).(*types.Array); ok {
		g.known.below[v] = a.Len()
		return
	}
	l := g.localOf(x)
	if l == nil || g.changes(l, body) {
		return
	}
	switch under(l.Type()).(type) {
	case *types.Slice, *types.Basic:
		g.known.within[[2]*types.Var{v, l}] = true
	}
}

// learnFor notes what the head of a loop says of its variable: it starts at a
// constant, counts up, and is compared with a constant or the length of a list.
func (g *gen) learnFor(s *ast.ForStmt) {
	a, ok := s.Init.(*ast.AssignStmt)
	if !ok || a.Tok != token.DEFINE || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return
	}
	v, ok := g.u.info.Defs[identOf(a.Lhs[0])].(*types.Var)
	if !ok || g.fn.boxed[v] || g.isGlobal(v) || !types.Identical(g.subst(v.Type()), types.Typ[types.Int]) {
		return
	}
	from, ok := g.constant(a.Rhs[0])
	post, up := s.Post.(*ast.IncDecStmt)
	if !ok || from < 0 || !up || post.Tok != token.INC || g.localOf(post.X) != v || g.changes(v, s.Body) {
		return
	}
	g.known.natural[v] = true
	c, ok := s.Cond.(*ast.BinaryExpr)
	if !ok || c.Op != token.LSS || g.localOf(c.X) != v {
		return
	}
	if n, ok := g.constant(c.Y); ok {
		g.known.below[v] = n
		return
	}
	if call, ok := c.Y.(*ast.CallExpr); ok && g.u.info.Types[call.Fun].IsBuiltin() && identOf(call.Fun).Name == "len" {
		g.learnList(v, call.Args[0], s.Body)
	}
}

// constant is the value of an integer constant.
func (g *gen) constant(e ast.Expr) (int64, bool) {
	v := g.u.info.Types[e].Value
	if v == nil || v.Kind() != constant.Int {
		return 0, false
	}
	return constant.Int64Val(v)
}

// localOf is the variable that e names, when only statements of this function
// change it.
func (g *gen) localOf(e ast.Expr) *types.Var {
	id := identOf(e)
	if id == nil {
		return nil
	}
	v, ok := g.u.info.Uses[id].(*types.Var)
	if !ok || g.fn.boxed[v] || v.Pkg() == nil || g.isGlobal(v) {
		return nil
	}
	return v
}

// inside reports whether the loops around e say that its index is in range.
func (g *gen) inside(e *ast.IndexExpr) bool {
	v := g.localOf(e.Index)
	if v == nil {
		return false
	}
	if a, ok := under(g.typ(e.X)).(*types.Array); ok {
		n, ok := g.known.below[v]
		return ok && g.known.natural[v] && n <= a.Len()
	}
	l := g.localOf(e.X)
	return l != nil && g.known.within[[2]*types.Var{v, l}]
}

// natural reports whether an index is certainly not negative.
func (g *gen) natural(e ast.Expr) bool {
	if n, ok := g.constant(e); ok {
		return n >= 0
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return g.natural(e.X)
	case *ast.Ident:
		v := g.localOf(e)
		return v != nil && g.known.natural[v]
	case *ast.BinaryExpr:
		_, below := g.constant(e.Y)
		return e.Op == token.ADD && below && g.natural(e.X) && g.natural(e.Y)
	}
	return false
}
