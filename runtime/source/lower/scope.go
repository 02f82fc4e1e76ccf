package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// scope is the state of the function that is being emitted.
type scope struct {
	env   map[*types.TypeParam]types.Type
	boxed map[*types.Var]bool // variables that live in a cell made by new

	sig       *types.Signature
	resBoxes  []string // not nil: results are stored there
	resNames  []*types.Var
	frame     string // of a function that defers
	rec       string // frame of the deferring function, in a function that recovers
	targets   []target
	inRange   bool   // inside the body of a range over a function
	extra     []part // names that such a body needs besides captured variables
	deferring bool
	ownLines  bool // marks go to a variable of this activation
	top       bool // a top-level function, which the interpreter calls directly
}

// nested is the scope of a function literal or body: the variables are shared.
func (s *scope) nested(sig *types.Signature) *scope {
	return &scope{env: s.env, boxed: s.boxed, sig: sig}
}

// enter starts a top-level function.
func (g *gen) enter(env map[*types.TypeParam]types.Type) {
	g.fn = &scope{env: env, boxed: map[*types.Var]bool{}}
}

// analyser finds the variables that must live in a cell: captured by a function
// literal (or the body of a range over a function), or having their address taken.
type analyser struct {
	g     *gen
	owner map[types.Object]ast.Node
	cur   ast.Node
}

func (g *gen) analyse(root ast.Node) {
	a := &analyser{g: g, owner: map[types.Object]ast.Node{}, cur: root}
	ast.Inspect(root, a.visit)
}

func (a *analyser) define(o types.Object) {
	if v, ok := o.(*types.Var); ok {
		a.owner[v] = a.cur
	}
}

func (a *analyser) use(o types.Object) {
	v, ok := o.(*types.Var)
	if !ok || v.IsField() {
		return
	}
	if f, ok := a.owner[v]; ok && f != a.cur {
		a.g.fn.boxed[v] = true
	}
}

// addressed marks the variable whose memory &e points into.
func (a *analyser) addressed(e ast.Expr) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		a.addressed(e.X)
	case *ast.Ident:
		if v, ok := a.g.u.info.Uses[e].(*types.Var); ok {
			a.g.fn.boxed[v] = true
			if a.g.isGlobal(v) {
				a.g.s.addressed[v] = true
			}
		}
	case *ast.SelectorExpr:
		if _, ok := a.g.u.info.Selections[e]; ok && !isPointer(a.g.typ(e.X)) {
			a.addressed(e.X)
		}
	case *ast.IndexExpr:
		if _, arr := under(a.g.typ(e.X)).(*types.Array); arr {
			a.addressed(e.X)
		}
	}
}

func (a *analyser) nested(fn ast.Node, parts ...ast.Node) {
	old := a.cur
	a.cur = fn
	for _, p := range parts {
		ast.Inspect(p, a.visit)
	}
	a.cur = old
}

func (a *analyser) visit(n ast.Node) bool {
	info := a.g.u.info
	switch n := n.(type) {
	case *ast.FuncLit:
		a.nested(n, n.Type, n.Body)
		return false
	case *ast.RangeStmt:
		if a.g.rangesFunc(n) {
			ast.Inspect(n.X, a.visit)
			a.nested(n, present(n.Key, n.Value)...)
			a.nested(n, n.Body)
			return false
		}
	case *ast.CaseClause, *ast.CommClause:
		if o := info.Implicits[n]; o != nil {
			a.define(o)
		}
	case *ast.Ident:
		if o := info.Defs[n]; o != nil {
			a.define(o)
		} else if o := info.Uses[n]; o != nil {
			a.use(o)
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			a.addressed(n.X)
		}
	case *ast.SliceExpr:
		if _, arr := under(a.g.typ(n.X)).(*types.Array); arr {
			a.addressed(n.X)
		}
	case *ast.SelectorExpr:
		a.methodReceiver(n)
	}
	return true
}

// methodReceiver: calling a method with a pointer receiver takes the address.
func (a *analyser) methodReceiver(n *ast.SelectorExpr) {
	info := a.g.u.info
	if _, ok := info.Selections[n]; !ok || info.Types[n.X].IsType() {
		return
	}
	f, ok := info.Uses[n.Sel].(*types.Func)
	if !ok || f.Type().(*types.Signature).Recv() == nil {
		return
	}
	if (pointerReceiver(f) || isTypeParam(info.TypeOf(n.X))) && !isPointer(a.g.typ(n.X)) {
		a.addressed(n.X)
	}
}

func present(es ...ast.Expr) (r []ast.Node) {
	for _, e := range es {
		if e != nil {
			r = append(r, e)
		}
	}
	return r
}

func (g *gen) rangesFunc(n *ast.RangeStmt) bool {
	_, ok := under(g.typ(n.X)).(*types.Signature)
	return ok
}

// contents tells what a body contains at its own function level.
type contents struct{ defers, recovers, returnsInRange bool }

func (g *gen) contents(body ast.Node) (c contents) {
	var walk func(n ast.Node, inRange bool)
	walk = func(n ast.Node, inRange bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			switch m := m.(type) {
			case *ast.FuncLit:
				return m == n
			case *ast.DeferStmt:
				c.defers = true
			case *ast.CallExpr:
				c.recovers = c.recovers || g.isRecover(m)
			case *ast.ReturnStmt:
				c.returnsInRange = c.returnsInRange || inRange
			case *ast.RangeStmt:
				if m != n && g.rangesFunc(m) {
					walk(m.Body, true)
				}
			}
			return true
		})
	}
	walk(body, false)
	return c
}

func (g *gen) isRecover(c *ast.CallExpr) bool {
	id, ok := c.Fun.(*ast.Ident)
	if !ok || id.Name != "recover" {
		return false
	}
	_, ok = g.u.info.Uses[id].(*types.Builtin)
	return ok
}

// recovers reports whether the function f itself calls recover.
func (g *gen) recovers(f *types.Func) bool {
	d, ok := g.declOf(f.Origin())
	if !ok || d.node.Body == nil {
		return false
	}
	u := g.u
	g.u = d.unit
	defer func() { g.u = u }()
	return g.contents(d.node.Body).recovers
}

func (g *gen) litRecovers(l *ast.FuncLit) bool { return g.contents(l.Body).recovers }

// freeVar is a variable in a cell that a function body uses from outside.
type freeVar struct {
	o    *types.Var
	name string
}

// free lists the cells used in the nodes that are declared outside them.
func (g *gen) free(ns ...ast.Node) []freeVar {
	inside := map[types.Object]bool{}
	for _, n := range ns {
		ast.Inspect(n, func(m ast.Node) bool {
			if m == nil {
				return true
			}
			if o := g.u.info.Implicits[m]; o != nil {
				inside[o] = true
			}
			if id, ok := m.(*ast.Ident); ok && g.u.info.Defs[id] != nil {
				inside[g.u.info.Defs[id]] = true
			}
			return true
		})
	}
	seen := map[types.Object]bool{}
	var vs []freeVar
	for _, n := range ns {
		ast.Inspect(n, func(m ast.Node) bool {
			id, ok := m.(*ast.Ident)
			if !ok {
				return true
			}
			v, ok := g.u.info.Uses[id].(*types.Var)
			if !ok || inside[v] || seen[v] || v.IsField() || v.Parent() == nil || v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
				return true
			}
			seen[v] = true
			if g.fn.boxed[v] {
				vs = append(vs, freeVar{v, g.local(v)})
			}
			return true
		})
	}
	return vs
}
