package loop

import (
	"go/ast"
	"go/token"
	"go/types"
)

// loopWeight is how much more often than its surroundings the body of a loop is
// assumed to run.
const loopWeight = 10

func (w *walker) begin(s ast.Stmt, label *ast.LabeledStmt) *loop {
	l := &loop{stmt: s, label: label, frame: w.frame, outer: w.nest}
	l.nest = &nest{up: w.nest, loop: l}
	w.loops = append(w.loops, l)
	return l
}

func (w *walker) forStmt(x *ast.ForStmt, label *ast.LabeledStmt) {
	l := w.begin(x, label)
	outer := w.nest
	l.head = w.in(&ast.BlockStmt{Lbrace: x.For}, func() {
		// The variables of the header live as long as the loop: an iteration
		// gets a copy of what the one before made of them.
		w.nest = outer
		w.stmt(x.Init)
		w.nest = l.nest
		w.forget(x)
		w.expr(x.Cond)
	})
	w.counter(l, x)
	if l.index != nil {
		w.versions[l.index] = l.index
	}
	w.offsets(l, x, x.Body, x.Cond)
	w.body(x.Body)
	post := w.eff
	w.eff = l.head
	w.forget(x.Body)
	w.stmt(x.Post)
	w.eff = post
	w.nest = outer
	w.forget(x)
}

func (w *walker) body(b *ast.BlockStmt) {
	e := w.in(b, func() { w.stmts(b.List) })
	e.looped = true
}

// counter recognises for i := a; i < b; i += c, with a body that leaves i alone.
// The step may also be the end of the body, and i may be declared outside.
func (w *walker) counter(l *loop, x *ast.ForStmt) {
	post := x.Post
	if post == nil {
		if post = w.lastStep(x, l.label); post == nil {
			return
		}
		l.steps = []ast.Stmt{post}
	}
	id, step := w.stepOf(post)
	if id == nil || step == nil || condition(x) == nil {
		return
	}
	o := w.frame.sess.object(id)
	v := w.lookup(o)
	own := x.Init != nil && declares(w.frame.sess, x.Init, o)
	if v == nil || w.fact(o).address > 0 || assigns(w.frame.sess, x.Body, o) > len(l.steps) || !own && w.fact(o).inLit || !wide(v.obj.Type()) {
		l.steps = nil
		return
	}
	start := v.num
	v.num = nil
	l.index, l.step = v, step
	if w.fact(o).assigns != 1 || !own {
		return // it may begin anywhere
	}
	if c, ok := step.isConst(); !ok || c > 0 {
		v.low = start
		v.highs = w.limits(x.Cond, o)
	}
}

// condition is what a loop tests before every iteration; of for { if c { break } …
// that is c.
func condition(x *ast.ForStmt) ast.Expr {
	if x.Cond != nil || len(x.Body.List) == 0 {
		return x.Cond
	}
	first, ok := x.Body.List[0].(*ast.IfStmt)
	if !ok || first.Init != nil || first.Else != nil || len(first.Body.List) != 1 {
		return nil
	}
	if b, ok := first.Body.List[0].(*ast.BranchStmt); ok && b.Tok == token.BREAK && b.Label == nil {
		return first.Cond
	}
	return nil
}

// lastStep is the last statement of a body when it steps a variable like i++
// and every iteration gets there.
func (w *walker) lastStep(x *ast.ForStmt, label *ast.LabeledStmt) ast.Stmt {
	n := len(x.Body.List)
	if n == 0 || x.Init != nil {
		return nil
	}
	last := x.Body.List[n-1]
	id := steppedBy(last)
	moves := id == nil
	if moves {
		id = movedBy(last)
	}
	if id == nil || condition(x) == nil || !mentions(w.frame.sess, condition(x), w.frame.sess.object(id)) || !moves && usesOwn(w.frame.sess, last, x.Body) {
		return nil
	}
	for _, b := range jumps(x.Body.List, labelName(label)) {
		if b.Tok == token.CONTINUE {
			return nil
		}
	}
	return last
}

// steppedBy is the variable of i++ or i += n.
func steppedBy(s ast.Stmt) *ast.Ident {
	switch p := s.(type) {
	case *ast.IncDecStmt:
		id, _ := p.X.(*ast.Ident)
		return id
	case *ast.AssignStmt:
		if len(p.Lhs) == 1 && (p.Tok == token.ADD_ASSIGN || p.Tok == token.SUB_ASSIGN) {
			id, _ := p.Lhs[0].(*ast.Ident)
			return id
		}
	}
	return nil
}

// movedBy is the variable of p = p.next or rest = rest[k:], without calls.
func movedBy(s ast.Stmt) *ast.Ident {
	a, ok := s.(*ast.AssignStmt)
	if !ok || a.Tok != token.ASSIGN || len(a.Lhs) != 1 || len(a.Rhs) != 1 || hasCall(a.Rhs[0]) {
		return nil
	}
	id, _ := a.Lhs[0].(*ast.Ident)
	return id
}

// usesOwn tells whether n uses something that block declares.
func usesOwn(u *unit, n ast.Node, block *ast.BlockStmt) (found bool) {
	ast.Inspect(n, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok {
			if o := u.object(id); o != nil && block.Pos() <= o.Pos() && o.Pos() < block.End() {
				found = true
			}
		}
		return !found
	})
	return found
}

func mentions(u *unit, n ast.Node, o types.Object) (found bool) {
	ast.Inspect(n, func(m ast.Node) bool {
		if id, ok := m.(*ast.Ident); ok && u.object(id) == o {
			found = true
		}
		return !found
	})
	return found
}

// assigns counts the statements in n that assign variable o.
func assigns(u *unit, n ast.Node, o types.Object) (count int) {
	is := func(e ast.Expr) bool {
		id := ast.Expr(nil)
		if e != nil {
			id = ast.Unparen(e)
		}
		x, ok := id.(*ast.Ident)
		return ok && u.object(x) == o
	}
	ast.Inspect(n, func(m ast.Node) bool {
		switch x := m.(type) {
		case *ast.AssignStmt:
			for _, l := range x.Lhs {
				if is(l) {
					count++
				}
			}
		case *ast.IncDecStmt:
			if is(x.X) {
				count++
			}
		case *ast.RangeStmt:
			if x.Tok == token.ASSIGN && (is(x.Key) || is(x.Value)) {
				count++
			}
		}
		return true
	})
	return count
}

func declares(u *unit, s ast.Stmt, o types.Object) bool {
	a, ok := s.(*ast.AssignStmt)
	if !ok || a.Tok != token.DEFINE {
		return false
	}
	for _, l := range a.Lhs {
		if id, ok := l.(*ast.Ident); ok && u.Info.Defs[id] == o {
			return true
		}
	}
	return false
}

// stepOf is the variable that post advances, and by how much.
func (w *walker) stepOf(post ast.Stmt) (*ast.Ident, *poly) {
	switch p := post.(type) {
	case *ast.IncDecStmt:
		id, _ := p.X.(*ast.Ident)
		if id == nil || !isInteger(w.typeOf(id)) {
			return nil, nil
		}
		if p.Tok == token.INC {
			return id, whole(1)
		}
		return id, whole(-1)
	case *ast.AssignStmt:
		if len(p.Lhs) != 1 || p.Tok != token.ADD_ASSIGN && p.Tok != token.SUB_ASSIGN {
			return nil, nil
		}
		id, _ := p.Lhs[0].(*ast.Ident)
		if id == nil || !isInteger(w.typeOf(id)) {
			return nil, nil
		}
		n := w.quiet(p.Rhs[0]).num
		if p.Tok == token.SUB_ASSIGN {
			n = add(&poly{}, n, -1)
		}
		if c, ok := n.isConst(); n == nil || ok && c == 0 {
			return nil, nil
		}
		return id, n
	}
	return nil, nil
}

// quiet walks e for its number alone.
func (w *walker) quiet(e ast.Expr) value {
	if e == nil || hasCall(w.withoutSides(e)) {
		return value{}
	}
	old := w.eff
	w.eff = &effects{frame: w.frame}
	v := w.expr(e)
	w.eff = old
	return v
}

func hasCall(e ast.Node) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			if id, ok := x.Fun.(*ast.Ident); !ok || id.Name != "len" && id.Name != "min" && id.Name != "int" {
				found = true
			}
		case *ast.FuncLit:
			found = true
		}
		return !found
	})
	return found
}

// withoutSides is e, or what it is when it is r.Dx() or r.Dy() of a rectangle,
// which only subtract.
func (w *walker) withoutSides(e ast.Expr) ast.Expr {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return e
	}
	s, ok := call.Fun.(*ast.SelectorExpr)
	if ok && (s.Sel.Name == "Dx" || s.Sel.Name == "Dy") && isNamed(w.typeOf(s.X), "image", "Rectangle") {
		return s.X
	}
	return e
}

// limits lists what the variable o is at most while cond holds.
func (w *walker) limits(cond ast.Expr, o types.Object) []*poly {
	b, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok {
		return nil
	}
	if b.Op == token.LAND {
		return append(w.limits(b.X, o), w.limits(b.Y, o)...)
	}
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && w.frame.sess.object(id) == o
	}
	bound, strict := ast.Expr(nil), true
	switch {
	case is(b.X) && (b.Op == token.LSS || b.Op == token.LEQ):
		bound, strict = b.Y, b.Op == token.LSS
	case is(b.Y) && (b.Op == token.GTR || b.Op == token.GEQ):
		bound, strict = b.X, b.Op == token.GTR
	default:
		return nil
	}
	n := w.quiet(bound).num
	if strict {
		n = add(n, whole(1), -1)
	}
	if n == nil {
		return nil
	}
	return []*poly{n}
}

func (w *walker) rangeStmt(x *ast.RangeStmt, label *ast.LabeledStmt) {
	l := w.begin(x, label)
	outer := w.nest
	v := w.rangeOperand(x) // once, before the loop
	l.temp = w.temporary(v)
	l.head = w.in(&ast.BlockStmt{Lbrace: x.For}, func() {
		w.nest = l.nest
		w.forget(x)
		w.rangeHead(l, x, v)
	})
	w.offsets(l, x, x.Body, nil)
	w.body(x.Body)
	w.nest = outer
	w.forget(x)
}

// rangeOperand evaluates what a range runs over. Of an array only the length is
// needed when there is no second variable; else a copy of it is made.
func (w *walker) rangeOperand(x *ast.RangeStmt) value {
	if _, ok := core(w.typeOf(x.X)).(*types.Array); ok && (x.Value == nil || isBlank(x.Value)) && !hasCall(x.X) {
		return value{}
	}
	return w.expr(x.X)
}

func (w *walker) rangeHead(l *loop, x *ast.RangeStmt, v value) {
	t := w.typeOf(x.X)
	switch u := core(t).(type) {
	case *types.Basic:
		w.rangeBasic(l, x, v, u)
	case *types.Slice:
		d := w.deref(v)
		w.rangeElements(l, x, func(i *poly) place { return element(d, v, i) }, u.Elem(), w.lengthOf(v))
	case *types.Array:
		copied := w.newVariable(nil)
		w.assign(copied.loc, t, v, t)
		p := place{loc: copied.loc, path: &path{root: copied, loc: copied.loc}}
		w.rangeElements(l, x, func(i *poly) place { return w.arrayElement(p, i) }, u.Elem(), whole(u.Len()))
	case *types.Pointer:
		p := w.deref(v)
		a := u.Elem().Underlying().(*types.Array)
		w.rangeElements(l, x, func(i *poly) place { return w.arrayElement(p, i) }, a.Elem(), whole(a.Len()))
	case *types.Map:
		w.rangeMap(l, x, v, u)
	case *types.Chan:
		w.outside(syncing, true, x.Pos(), "channel")
		w.loopVar(x.Key, x.Tok, w.load(place{loc: at(w.deref(v).loc, "val")}, u.Elem()), u.Elem())
	case *types.Signature:
		w.rangeFunc(x, v, u)
	}
}

func (w *walker) rangeBasic(l *loop, x *ast.RangeStmt, v value, u *types.Basic) {
	i := w.loopVar(x.Key, x.Tok, value{}, w.keyType(x))
	if i == nil || x.Tok != token.DEFINE {
		w.loopVar(x.Value, x.Tok, value{}, types.Typ[types.Rune])
		return
	}
	w.index(l, i)
	if u.Info()&types.IsInteger != 0 {
		i.low = whole(0)
		if v.num != nil {
			i.highs = []*poly{add(v.num, whole(1), -1)}
		}
		return
	}
	w.loopVar(x.Value, x.Tok, value{}, types.Typ[types.Rune])
}

func (w *walker) keyType(x *ast.RangeStmt) types.Type {
	if x.Key == nil {
		return types.Typ[types.Int]
	}
	if id, ok := x.Key.(*ast.Ident); ok && id.Name == "_" {
		return types.Typ[types.Int]
	}
	return w.typeOf(x.Key)
}

// index makes v the number of the iteration of l, when the body leaves it alone.
func (w *walker) index(l *loop, v *variable) {
	if v.obj != nil {
		f := w.fact(v.obj)
		if f.assigns != 0 || f.address > 0 {
			return
		}
	}
	v.num = nil
	l.index, l.step = v, whole(1)
}

// rangeElements is a range over numbered elements.
func (w *walker) rangeElements(l *loop, x *ast.RangeStmt, elem func(*poly) place, t types.Type, length *poly) {
	i := w.loopVar(x.Key, x.Tok, value{}, types.Typ[types.Int])
	if i == nil || i.obj != nil && (w.fact(i.obj).assigns != 0 || w.fact(i.obj).address > 0) || x.Tok != token.DEFINE {
		i = w.newVariable(nil)
		i.fixed = true
	}
	i.low = whole(0)
	if length != nil {
		i.highs = []*poly{add(length, whole(1), -1)}
	}
	w.index(l, i)
	if x.Value == nil || isBlank(x.Value) {
		return
	}
	p := elem(single(i.atom))
	v := w.readPlace(p, t, x.X.Pos())
	w.loopVar(x.Value, x.Tok, v, t)
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

func (w *walker) rangeMap(l *loop, x *ast.RangeStmt, v value, u *types.Map) {
	m := w.deref(v)
	w.read(mapPlace(m), x.X.Pos())
	k := w.loopVar(x.Key, x.Tok, w.load(place{loc: at(m.loc, "key")}, u.Key()), u.Key())
	if k == nil || k.obj != nil && !k.fixed || x.Tok != token.DEFINE {
		k = w.newVariable(nil)
		k.fixed = true
	}
	k.num = single(k.atom)
	l.keyed = k
	if x.Value == nil || isBlank(x.Value) {
		return
	}
	loc := at(m.loc, "val")
	p := place{loc: loc, path: extend(m.path, "[]", single(k.atom), loc)}
	w.loopVar(x.Value, x.Tok, w.load(p, u.Elem()), u.Elem())
}

// rangeFunc is a range over an iterator: it runs in order between the
// iterations, like the header of a for statement.
func (w *walker) rangeFunc(x *ast.RangeStmt, v value, u *types.Signature) {
	if v.loc == nil {
		w.fatal("call", x.Pos(), w.frame.sess.text(x.X))
		return
	}
	object := at(v.loc, "*")
	yield, _ := u.Params().At(0).Type().Underlying().(*types.Signature)
	n := newNode()
	w.assign(at(object, "p0"), u.Params().At(0).Type(), value{loc: n}, u.Params().At(0).Type())
	w.eff.via = append(w.eff.via, object)
	w.add(access{fatal: "via", loc: object, pos: x.Pos(), what: w.frame.sess.text(x.X)})
	if find(object).quiet { // compiled code, which reads what it was made of
		w.add(access{loc: object, deep: true, pos: x.Pos(), what: w.frame.sess.text(x.X)})
	}
	y := at(n, "*")
	find(y).fns = appendNew(find(y).fns, []*instance{{frame: w.frame, effects: &effects{frame: w.frame}}})
	for i, e := range []ast.Expr{x.Key, x.Value} {
		if yield == nil || i >= yield.Params().Len() {
			break
		}
		t := yield.Params().At(i).Type()
		loc := at(y, "p"+itoa(i))
		tmp := w.newVariable(nil)
		tmp.open = true
		w.loopVar(e, x.Tok, value{loc: loc, path: &path{root: tmp, loc: loc}}, t)
	}
}

// loopVar defines or assigns the key or value of a range.
func (w *walker) loopVar(e ast.Expr, tok token.Token, v value, t types.Type) *variable {
	if e == nil || isBlank(e) {
		return nil
	}
	if id, ok := e.(*ast.Ident); ok && tok == token.DEFINE {
		w.define(id, v, t)
		return w.frame.vars[w.frame.sess.Info.Defs[id]]
	}
	p := w.place(e)
	if dst := wholeVariable(p); dst != nil {
		w.set(dst, w.typeOf(e), v, t)
	} else {
		w.assign(p.loc, w.typeOf(e), v, t)
		w.part(p, t, v)
	}
	w.write(p, e.Pos(), false)
	return nil
}
