package loop

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A private variable is declared around the loop, but every iteration sets it
// before it reads it: each task may have its own, and the last one's value is
// left behind in order.
//
// A sum of integers that the body only adds to is like that as well: each task
// has a part of it, and the parts are added in order.
type private struct {
	obj *types.Var
	def token.Pos // end of the assignment that sets it
	op  string    // "": the last value counts; else what joins the parts: + ^ |

	scratch *scratch // not nil: memory of which each task has its own
}

// privates finds the private variables of a loop.
func (s *splitter) privates() (out []private) {
	seen := map[*types.Var]bool{}
	out = s.scratches()
	for _, p := range out {
		seen[p.obj] = true
	}
	for _, o := range s.assignedIn(s.list) {
		if seen[o] {
			continue
		}
		seen[o] = true
		if def, ok := s.setFirst(o); ok && s.mayBePrivate(o) {
			out = append(out, private{obj: o, def: def})
		} else if op := s.sumOf(o); op != "" && s.mayBePrivate(o) {
			out = append(out, private{obj: o, def: s.body.Pos(), op: op})
		}
	}
	return out
}

// sumOf tells by which operation alone the body changes the integer o, which it
// must not read otherwise.
func (s *splitter) sumOf(o *types.Var) (op string) {
	if !isInteger(o.Type()) {
		return ""
	}
	targets := map[*ast.Ident]bool{}
	same := true
	join := func(l ast.Expr, by string) {
		if id, ok := l.(*ast.Ident); ok && s.unit.object(id) == o {
			targets[id] = true
			same = same && by != "" && (op == "" || op == by)
			op = by
		}
	}
	for _, st := range s.list {
		ast.Inspect(st, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.IncDecStmt:
				join(x.X, "+")
			case *ast.AssignStmt:
				for _, l := range x.Lhs {
					join(l, joins[x.Tok])
				}
			case *ast.Ident:
				same = same && (s.unit.object(x) != o || targets[x])
			}
			return true
		})
	}
	if !same {
		return ""
	}
	return op
}

func (s *splitter) mayBePrivate(o *types.Var) bool {
	q := s.qs[0]
	f := q.w.facts[o]
	if f == nil || f.address > 0 || f.inLit || !s.nameable(o.Type()) || s.guarded() {
		return false
	}
	if v := q.l.frame.find(o); v == nil || q.inner(v) {
		return false
	}
	for _, n := range s.headerNodes() {
		if mentions(s.unit, n, o) {
			return false
		}
	}
	return true
}

// headerNodes are the parts of the loop that run for every iteration besides
// its body.
func (s *splitter) headerNodes() (out []ast.Node) {
	switch x := s.qs[0].l.stmt.(type) {
	case *ast.ForStmt:
		if x.Init != nil {
			out = append(out, x.Init)
		}
		if x.Cond != nil {
			out = append(out, x.Cond)
		}
		if x.Post != nil {
			out = append(out, x.Post)
		}
	case *ast.RangeStmt:
		out = append(out, x.X)
		for _, e := range []ast.Expr{x.Key, x.Value} {
			if e != nil {
				out = append(out, e)
			}
		}
	}
	for _, st := range s.qs[0].l.steps {
		out = append(out, st)
	}
	return out
}

// setFirst tells whether the first statement of the body that mentions o is an
// assignment to all of it, and where that ends.
func (s *splitter) setFirst(o *types.Var) (token.Pos, bool) {
	for _, st := range s.list {
		if !mentions(s.unit, st, o) {
			continue
		}
		switch x := st.(type) {
		case *ast.AssignStmt:
			return x.End(), s.sets(x, o)
		case *ast.IfStmt:
			a, ok := x.Init.(*ast.AssignStmt)
			return initEnd(x.Init), ok && s.sets(a, o)
		case *ast.SwitchStmt:
			a, ok := x.Init.(*ast.AssignStmt)
			return initEnd(x.Init), ok && s.sets(a, o)
		}
		return 0, false
	}
	return 0, false
}

func initEnd(s ast.Stmt) token.Pos {
	if s == nil {
		return 0
	}
	return s.End()
}

// sets tells whether x assigns o as a whole and does not use it otherwise.
func (s *splitter) sets(x *ast.AssignStmt, o *types.Var) bool {
	if x.Tok != token.ASSIGN && x.Tok != token.DEFINE {
		return false
	}
	count := 0
	for _, l := range x.Lhs {
		if id, ok := ast.Unparen(l).(*ast.Ident); ok && s.unit.object(id) == o {
			count++
		} else if mentions(s.unit, l, o) {
			return false
		}
	}
	for _, r := range x.Rhs {
		if mentions(s.unit, r, o) {
			return false
		}
	}
	return count == 1
}

func (s *splitter) nameable(t types.Type) bool { return nameable(t, s.unit) }

// nameable tells whether a type can be written in a cell: its names are visible,
// and no variable of the cell hides one of them.
func nameable(t types.Type, u *unit) bool {
	ok := true
	hidden := map[string]bool{}
	for _, o := range u.Info.Defs {
		if v, isVar := o.(*types.Var); isVar && !v.IsField() {
			hidden[v.Name()] = true
		}
	}
	walkNamed(t, 0, func(n *types.Named) {
		o := n.Obj()
		switch {
		case o.Pkg() == nil || o.Pkg() == u.Pkg:
			ok = ok && !hidden[o.Name()]
		default:
			ok = ok && o.Exported() && !hidden[o.Pkg().Name()]
		}
	})
	return ok
}
