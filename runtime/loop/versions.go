package loop

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// A number that changes has one name for every value that it has: each reading of
// a variable gives the version that it has there, so that what it was before a
// change and what it is after never cancel each other out in an index. A version
// knows the number itself where it was just set, and else bounds of it: an offset
// that only inner loops advance is at most where its last step leads.

// now is the value of the integer variable v at this point of the walk.
func (w *walker) now(v *variable) *poly {
	if v.obj == nil || v.fixed {
		return single(v.atom)
	}
	f := w.fact(v.obj)
	if f.assigns == 0 && f.address == 0 {
		return single(v.atom)
	}
	if w.unseen(v) {
		if v.nest == nil { // no loop has one for each of its iterations
			return single(v.atom)
		}
		return single(w.version(v).atom)
	}
	s := w.versions[v]
	if s == nil {
		s = w.version(v)
		s.low, s.highs = w.offsetBounds(v, nil)
		w.versions[v] = s
	}
	return single(s.atom)
}

// unseen tells whether v may change where the walk does not see it.
func (w *walker) unseen(v *variable) bool {
	f := w.fact(v.obj)
	return f.inLit || f.address > 0 || w.jumps
}

func (w *walker) version(v *variable) *variable {
	s := *v
	s.of, s.made = v, w.nest
	s.fixed, s.num, s.low, s.highs = true, nil, nil, nil
	s.atom = w.newAtom(&s)
	return &s
}

// becomes notes that v is set to n, a number or nil.
func (w *walker) becomes(v *variable, n *poly) {
	delete(w.versions, v)
	if n == nil || v.obj == nil || v.fixed || !wide(v.obj.Type()) || w.unseen(v) {
		return
	}
	s := w.version(v)
	s.num = n
	w.versions[v] = s
}

// branch walks what may run or not, from here: what it leaves in the versions of
// variables does not count after it. The caller forgets what it assigns.
func (w *walker) branch(f func()) {
	before := maps.Clone(w.versions)
	f()
	w.versions = before
}

// fallsThrough tells whether a clause of a switch goes on in the next.
func fallsThrough(body *ast.BlockStmt) bool {
	return slices.ContainsFunc(body.List, func(c ast.Stmt) bool {
		cl, ok := c.(*ast.CaseClause)
		if !ok || len(cl.Body) == 0 {
			return false
		}
		b, ok := cl.Body[len(cl.Body)-1].(*ast.BranchStmt)
		return ok && b.Tok == token.FALLTHROUGH
	})
}

// forget ends the versions of all variables that n assigns.
func (w *walker) forget(n ast.Node) {
	if n == nil {
		return
	}
	drop := func(e ast.Expr) {
		if e == nil {
			return
		}
		if id, ok := ast.Unparen(e).(*ast.Ident); ok {
			if v := w.known(w.frame.sess.object(id)); v != nil {
				delete(w.versions, v)
			}
		}
	}
	ast.Inspect(n, func(m ast.Node) bool {
		switch x := m.(type) {
		case *ast.AssignStmt:
			for _, l := range x.Lhs {
				drop(l)
			}
		case *ast.IncDecStmt:
			drop(x.X)
		case *ast.RangeStmt:
			drop(x.Key)
			drop(x.Value)
		}
		return true
	})
}

// known is the variable of o, when the walk has met it.
func (w *walker) known(o types.Object) *variable {
	for f := w.frame; f != nil; f = f.up {
		if v := f.vars[o]; v != nil {
			return v
		}
	}
	return nil
}

// offsets gives the variables that the body of l advances, in no loop inside it,
// their bounds at its beginning.
func (w *walker) offsets(l *loop, s ast.Stmt, body *ast.BlockStmt, cond ast.Expr) {
	seen := map[types.Object]bool{}
	note := func(id *ast.Ident) {
		o := w.frame.sess.object(id)
		v := w.known(o)
		if v == nil || seen[o] || v.fixed || v.obj == nil || !wide(v.obj.Type()) || w.unseen(v) || assigns(w.frame.sess, s, o) == 0 {
			return
		}
		if body.Pos() <= o.Pos() && o.Pos() < body.End() {
			return
		}
		n := v // the index has one name in the body, and may have bounds already
		if v != l.index {
			n = w.version(v)
		} else if v.low != nil || len(v.highs) > 0 || w.fact(o).assigns != 1 {
			return
		}
		seen[o] = true
		n.low, n.highs = w.offsetBounds(v, l)
		w.versions[v] = n
	}
	ast.Inspect(s, func(m ast.Node) bool {
		switch x := m.(type) {
		case *ast.AssignStmt:
			for _, e := range x.Lhs {
				if id, ok := e.(*ast.Ident); ok {
					note(id)
				}
			}
		case *ast.IncDecStmt:
			if id, ok := x.X.(*ast.Ident); ok {
				note(id)
			}
		}
		return true
	})
	for o := range seen {
		if n := w.versions[w.known(o)]; cond != nil {
			n.highs = append(n.highs, w.limits(cond, o)...)
			if n.low == nil {
				n.low = w.floor(cond, o)
			}
		}
	}
}

// floor is what the variable o is at least while cond holds.
func (w *walker) floor(cond ast.Expr, o types.Object) *poly {
	b, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok {
		return nil
	}
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && w.frame.sess.object(id) == o
	}
	switch {
	case b.Op == token.LAND:
		if low := w.floor(b.X, o); low != nil {
			return low
		}
		return w.floor(b.Y, o)
	case b.Op == token.LSS && is(b.Y):
		return add(w.quiet(b.X).num, whole(1), 1)
	case b.Op == token.GTR && is(b.X):
		return add(w.quiet(b.Y).num, whole(1), 1)
	case b.Op == token.LEQ && is(b.Y):
		return w.quiet(b.X).num
	case b.Op == token.GEQ && is(b.X):
		return w.quiet(b.Y).num
	}
	return nil
}

// offsetBounds are bounds of v, which is set once and then only advanced or only
// moved back: anywhere, or at the beginning of the body of l.
func (w *walker) offsetBounds(v *variable, l *loop) (low *poly, highs []*poly) {
	f := w.fact(v.obj)
	if v.start == nil || len(f.steps) == 0 || len(f.steps) != f.assigns {
		return nil, nil
	}
	up, down, step := true, true, int64(0)
	for _, s := range f.steps {
		c, ok := w.fixedStep(s)
		up, down, step = up && ok && c > 0, down && ok && c < 0, c
	}
	switch {
	case up:
		low = v.start
	case down:
		highs = []*poly{v.start}
	}
	own := w.ownStep(f.steps, l)
	if own == nil {
		return low, highs
	}
	times, outermost := w.times(v, l)
	if times == nil || slices.ContainsFunc(f.steps, func(s ast.Stmt) bool { return s != own && !w.otherBranch(s, outermost) }) {
		return low, highs
	}
	step, _ = w.fixedStep(own)
	n := add(times, whole(1), -1) // each time but the last was before
	if c, ok := n.isConst(); ok && c <= 0 {
		return v.start, []*poly{v.start}
	}
	if up {
		if far := add(v.start, mul(n, whole(step)), 1); far != nil {
			highs = append(highs, far)
		}
	}
	return low, highs
}

// fixedStep is by how much s moves its variable, when that is one number.
func (w *walker) fixedStep(s ast.Stmt) (int64, bool) {
	a, ok := s.(*ast.AssignStmt)
	if !ok {
		if s.(*ast.IncDecStmt).Tok == token.INC {
			return 1, true
		}
		return -1, true
	}
	var n *poly
	if tv, isConst := w.constantOf(a.Rhs[0]); isConst {
		n = intConstant(tv.Value)
	} else if id, isIdent := a.Rhs[0].(*ast.Ident); isIdent {
		if v := w.known(w.frame.sess.object(id)); v != nil && v.fixed && v.num != nil {
			n = w.settled(v.num)
		}
	}
	c, ok := n.isConst()
	if a.Tok == token.SUB_ASSIGN {
		c = -c
	}
	return c, ok
}

// ownStep is the only one of steps that l, and no loop inside it, runs.
func (w *walker) ownStep(steps []ast.Stmt, l *loop) (own ast.Stmt) {
	if l == nil {
		return nil
	}
	for _, s := range steps {
		if l.stmt.Pos() > s.Pos() || s.End() > l.stmt.End() {
			continue
		}
		if own != nil || innermost(l.stmt, s) != l.stmt {
			return nil
		}
		own = s
	}
	return own
}

// innermost is the innermost loop around s in root.
func innermost(root, s ast.Node) (out ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			if n.Pos() <= s.Pos() && s.End() <= n.End() {
				out = n
			}
		}
		return true
	})
	return out
}

// otherBranch tells whether s is in one branch of an if, and l in the other.
func (w *walker) otherBranch(s ast.Stmt, l *loop) (apart bool) {
	body := bodyOf(w.frame.node)
	if body == nil {
		return false
	}
	in := func(n ast.Node, b ast.Stmt) bool { return b != nil && b.Pos() <= n.Pos() && n.End() <= b.End() }
	ast.Inspect(body, func(n ast.Node) bool {
		if x, ok := n.(*ast.IfStmt); ok && x.Else != nil {
			apart = apart || in(s, x.Body) && in(l.stmt, x.Else) || in(s, x.Else) && in(l.stmt, x.Body)
		}
		return true
	})
	return apart
}

// times is how often at most the body of l runs from where v is declared on; nil
// when that is not known, or is not the same whenever the loop begins.
func (w *walker) times(v *variable, l *loop) (product *poly, outermost *loop) {
	product, outermost = whole(1), l
	n := l.nest
	for ; n != nil && n != v.nest; n = n.up {
		i := n.loop.index
		c, ok := n.loop.step.isConst()
		if i == nil || !ok || c != 1 || i.low == nil || len(i.highs) == 0 {
			return nil, nil
		}
		trips := add(add(i.highs[0], i.low, -1), whole(1), 1)
		if product = mul(product, w.settled(trips)); product == nil {
			return nil, nil
		}
		outermost = n.loop
	}
	if n != v.nest {
		return nil, nil
	}
	for _, a := range product.atoms() {
		in := a.v
		if in == nil {
			in = a.at.root
		} else if f := w.facts[in.obj]; !in.fixed && (in.obj == nil || f == nil || f.assigns+f.address > 0) {
			return nil, nil
		}
		if in.nest.contains(outermost) || in.of != nil && in.made.contains(outermost) {
			return nil, nil
		}
	}
	return product, outermost
}

// settled puts the numbers of variables that do not change in their place.
func (w *walker) settled(p *poly) *poly {
	for range 12 {
		if p == nil {
			return nil
		}
		next := p
		for _, a := range p.atoms() {
			if a.v != nil && a.v.fixed && a.v.num != nil {
				next = p.replace(a, a.v.num)
				break
			}
		}
		if next == p {
			return p
		}
		p = next
	}
	return p
}

// isStep tells whether s is v++, v--, v += e or v -= e.
func isStep(s ast.Stmt) bool {
	switch x := s.(type) {
	case *ast.IncDecStmt:
		return true
	case *ast.AssignStmt:
		return len(x.Lhs) == 1 && (x.Tok == token.ADD_ASSIGN || x.Tok == token.SUB_ASSIGN)
	}
	return false
}
