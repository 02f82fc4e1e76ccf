package loop

import (
	"go/ast"
	"go/token"
	"go/types"
)

func (w *walker) stmts(list []ast.Stmt) {
	for _, s := range list {
		w.stmt(s)
	}
}

// stmt walks a statement with a node of its own in the tree of effects.
func (w *walker) stmt(s ast.Stmt) {
	if s == nil {
		return
	}
	w.in(s, func() { w.statement(s, nil) })
}

func (w *walker) statement(s ast.Stmt, label *ast.LabeledStmt) {
	switch x := s.(type) {
	case *ast.AssignStmt:
		w.assignment(x)
	case *ast.IncDecStmt:
		l := w.place(x.X)
		w.add(access{loc: l.loc, path: l.path, isMap: l.isMap, update: true, pos: x.Pos()})
		w.write(l, x.Pos(), true)
	case *ast.ExprStmt:
		w.expr(x.X)
	case *ast.BlockStmt:
		w.stmts(x.List)
	case *ast.DeclStmt:
		w.declStmt(x)
	case *ast.IfStmt:
		w.ifStmt(x)
	case *ast.ForStmt:
		w.forStmt(x, label)
	case *ast.RangeStmt:
		w.rangeStmt(x, label)
	case *ast.SwitchStmt:
		w.stmt(x.Init)
		w.expr(x.Tag)
		w.clauses(x.Body)
	case *ast.TypeSwitchStmt:
		w.stmt(x.Init)
		w.typeSwitch(x)
	case *ast.SelectStmt:
		w.outside(syncing, true, x.Pos(), "select")
		w.clauses(x.Body)
	case *ast.ReturnStmt:
		w.returnStmt(x)
	case *ast.LabeledStmt:
		w.in(x.Stmt, func() { w.statement(x.Stmt, x) })
		w.forget(x.Stmt)
	case *ast.GoStmt:
		w.fatal("goroutine", x.Pos(), "go")
		n := len(w.loops)
		w.callWithEffects(x.Call)
		for _, l := range w.loops[n:] {
			l.beside = true
		}
	case *ast.DeferStmt:
		w.fatal("defer", x.Pos(), "defer")
		w.callWithEffects(x.Call)
	case *ast.SendStmt:
		ch := w.expr(x.Chan)
		v := w.expr(x.Value)
		w.assign(at(w.deref(ch).loc, "val"), elemOf(w.typeOf(x.Chan)), v, w.typeOf(x.Value))
		w.outside(syncing, true, x.Pos(), "channel")
	case *ast.BranchStmt, *ast.EmptyStmt:
	default:
		w.fatal("unknown", s.Pos(), "this statement")
	}
}

func (w *walker) ifStmt(x *ast.IfStmt) {
	w.stmt(x.Init)
	w.expr(x.Cond)
	w.branch(func() { w.stmt(x.Body) })
	if x.Else != nil {
		w.branch(func() { w.stmt(x.Else) })
		w.forget(x.Else)
	}
	w.forget(x.Body)
}

func (w *walker) clauses(body *ast.BlockStmt) {
	if fallsThrough(body) {
		w.forget(body)
	}
	for _, c := range body.List {
		w.branch(func() {
			switch cl := c.(type) {
			case *ast.CaseClause:
				w.exprs(cl.List)
				w.stmts(cl.Body)
			case *ast.CommClause:
				w.stmt(cl.Comm)
				w.stmts(cl.Body)
			}
		})
	}
	w.forget(body)
}

func (w *walker) typeSwitch(x *ast.TypeSwitchStmt) {
	var operand ast.Expr
	switch a := x.Assign.(type) {
	case *ast.ExprStmt:
		operand = a.X.(*ast.TypeAssertExpr).X
	case *ast.AssignStmt:
		operand = a.Rhs[0].(*ast.TypeAssertExpr).X
	}
	v := w.expr(operand)
	for _, c := range x.Body.List {
		cl := c.(*ast.CaseClause)
		if o, ok := w.frame.sess.Info.Implicits[cl].(*types.Var); ok {
			t := w.resolve(o.Type())
			w.set(w.declare(o), t, w.unbox(v, t), t)
		}
		w.branch(func() { w.stmts(cl.Body) })
	}
	w.forget(x.Body)
}

func (w *walker) declStmt(x *ast.DeclStmt) {
	g, ok := x.Decl.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range g.Specs {
		vs, ok := spec.(*ast.ValueSpec)
		if !ok || g.Tok != token.VAR {
			continue
		}
		vals, ts := w.operands(vs.Values, len(vs.Names))
		for i, id := range vs.Names {
			if i < len(vals) {
				w.define(id, vals[i], ts[i])
				continue
			}
			w.define(id, value{}, nil)
		}
	}
}

// define makes the variable that id declares and gives it v; a nil type is the
// zero value.
func (w *walker) define(id *ast.Ident, v value, t types.Type) {
	o := w.frame.sess.Info.Defs[id]
	if o == nil || id.Name == "_" {
		return
	}
	dst := w.frame.vars[o]
	if dst == nil || w.frame.node != nil {
		dst = w.declare(o)
	}
	if dst == nil {
		return
	}
	if t != nil {
		w.set(dst, w.resolve(o.Type()), v, t)
		dst.num = v.num
	} else if isInteger(o.Type()) {
		v.num = whole(0)
	}
	dst.start = v.num
	w.becomes(dst, v.num)
	w.add(access{loc: dst.loc, path: &path{root: dst, loc: dst.loc}, write: true, pos: id.Pos()})
}

// operands walks the right side of an assignment to n places.
func (w *walker) operands(rhs []ast.Expr, n int) (vals []value, ts []types.Type) {
	if len(rhs) == 1 && n > 1 {
		return w.multiple(rhs[0], n)
	}
	for _, e := range rhs {
		vals = append(vals, w.expr(e))
		ts = append(ts, w.typeOf(e))
	}
	return vals, ts
}

// multiple is a call with several results, or v, ok.
func (w *walker) multiple(e ast.Expr, n int) (vals []value, ts []types.Type) {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		vals = w.callWithEffects(call)
	} else {
		vals = []value{w.expr(e)}
	}
	tup, _ := w.typeOf(e).(*types.Tuple)
	for i := range n {
		if i >= len(vals) {
			vals = append(vals, value{})
		}
		t := types.Type(types.Typ[types.Bool])
		switch {
		case tup != nil && i < tup.Len():
			t = tup.At(i).Type()
		case i == 0:
			t = w.typeOf(e)
		}
		ts = append(ts, t)
	}
	return vals, ts
}

func (w *walker) assignment(x *ast.AssignStmt) {
	if x.Tok != token.DEFINE && x.Tok != token.ASSIGN {
		w.operation(x)
		return
	}
	places := make([]place, len(x.Lhs))
	for i, l := range x.Lhs {
		if id, ok := l.(*ast.Ident); ok && (id.Name == "_" || x.Tok == token.DEFINE && w.frame.sess.Info.Defs[id] != nil) {
			continue
		}
		places[i] = w.place(l)
	}
	vals, ts := w.operands(x.Rhs, len(x.Lhs))
	swap := isSwap(w.frame.sess, x)
	w.exchange(x, places, vals)
	for i, l := range x.Lhs {
		id, isIdent := ast.Unparen(l).(*ast.Ident)
		switch {
		case isIdent && id.Name == "_":
		case isIdent && x.Tok == token.DEFINE && w.frame.sess.Info.Defs[id] != nil:
			w.define(id, vals[i], ts[i])
		default:
			n := len(w.stores)
			w.assignTo(l, places[i], vals[i], ts[i], x, swap)
			if isExchange(w.frame.sess, x) && len(w.stores) == n+1 && w.stores[n].holder == places[i].loc {
				w.stores[n].partner = places[1-i].loc
			}
		}
	}
}

// part notes that a part of a variable is set.
func (w *walker) part(p place, t types.Type, v value) {
	if p.path == nil || !refers(t) {
		return
	}
	for _, s := range p.path.steps() {
		if s.field == "*" {
			return
		}
	}
	p.path.root.parts = append(p.path.root.parts, v)
}

// exchange marks the values of a, b = b, a.
func (w *walker) exchange(x *ast.AssignStmt, places []place, vals []value) {
	if len(x.Lhs) != 2 || len(x.Rhs) != 2 || x.Tok != token.ASSIGN || len(vals) != 2 {
		return
	}
	a, b := wholeVariable(places[0]), wholeVariable(places[1])
	va, vb := vals[0].path, vals[1].path
	if a == nil || b == nil || va == nil || vb == nil || va.up != nil || vb.up != nil || va.root != b || vb.root != a {
		return
	}
	vals[0].swapped, vals[1].swapped = b, a
}

func (w *walker) assignTo(l ast.Expr, p place, v value, vt types.Type, x *ast.AssignStmt, swap bool) {
	if p.loc == nil {
		return
	}
	t := w.typeOf(l)
	n := len(w.stores)
	if dst := wholeVariable(p); dst != nil {
		w.set(dst, t, v, vt)
	} else {
		w.assign(p.loc, t, v, vt)
		w.part(p, t, v)
	}
	if len(x.Rhs) == len(x.Lhs) && isSelfAppend(w.frame.sess, l, x) && len(v.from) > 1 {
		for i := n; i < len(w.stores); i++ { // what was there, or new memory
			w.stores[i].val.from = v.from[1:]
		}
	}
	if swap { // a permutation of what was there puts no reference twice
		w.stores = w.stores[:n]
	}
	w.write(p, l.Pos(), len(x.Rhs) == len(x.Lhs) && isSelfAppend(w.frame.sess, l, x))
	if dst := wholeVariable(p); dst != nil {
		w.becomes(dst, v.num)
	}
}

func wholeVariable(p place) *variable {
	if p.path != nil && p.path.up == nil {
		return p.path.root
	}
	return nil
}

// isSelfAppend recognises x = append(x, …).
func isSelfAppend(u *unit, l ast.Expr, x *ast.AssignStmt) bool {
	if len(x.Lhs) != 1 {
		return false
	}
	c, ok := ast.Unparen(x.Rhs[0]).(*ast.CallExpr)
	if !ok || len(c.Args) == 0 {
		return false
	}
	id, ok := c.Fun.(*ast.Ident)
	return ok && id.Name == "append" && u.text(c.Args[0]) == u.text(l)
}

// isSwap recognises a[i], a[j] = a[j], a[i].
func isSwap(u *unit, x *ast.AssignStmt) bool {
	if len(x.Lhs) != 2 || len(x.Rhs) != 2 || x.Tok != token.ASSIGN {
		return false
	}
	a, ok1 := x.Lhs[0].(*ast.IndexExpr)
	b, ok2 := x.Lhs[1].(*ast.IndexExpr)
	return ok1 && ok2 && u.text(a.X) == u.text(b.X) && u.text(a) == u.text(x.Rhs[1]) && u.text(b) == u.text(x.Rhs[0])
}

// isExchange recognises s.a, s.b = s.b, s.a, of variables and fields.
func isExchange(u *unit, x *ast.AssignStmt) bool {
	if len(x.Lhs) != 2 || len(x.Rhs) != 2 || x.Tok != token.ASSIGN {
		return false
	}
	plain := func(e ast.Expr) bool {
		for {
			switch y := e.(type) {
			case *ast.Ident:
				return y.Name != "_"
			case *ast.SelectorExpr:
				e = y.X
			default:
				return false
			}
		}
	}
	return plain(x.Lhs[0]) && plain(x.Lhs[1]) && u.text(x.Lhs[0]) == u.text(x.Rhs[1]) && u.text(x.Lhs[1]) == u.text(x.Rhs[0])
}

// operation is x op= e.
func (w *walker) operation(x *ast.AssignStmt) {
	l := w.place(x.Lhs[0])
	w.add(access{loc: l.loc, path: l.path, isMap: l.isMap, update: true, pos: x.Pos()})
	by := w.expr(x.Rhs[0]).num
	dst := wholeVariable(l)
	if dst == nil || dst.obj == nil || !wide(dst.obj.Type()) || w.unseen(dst) || x.Tok != token.ADD_ASSIGN && x.Tok != token.SUB_ASSIGN {
		w.write(l, x.Pos(), true)
		return
	}
	sign := int64(1)
	if x.Tok == token.SUB_ASSIGN {
		sign = -1
	}
	n := add(w.now(dst), by, sign)
	w.write(l, x.Pos(), true)
	w.becomes(dst, n)
}

func (w *walker) returnStmt(x *ast.ReturnStmt) {
	f := w.frame
	f.returns++
	if len(x.Results) == 0 {
		return
	}
	vals, ts := w.operands(x.Results, len(f.results))
	for i, r := range f.results {
		if i >= len(vals) || f.node == nil {
			break
		}
		w.set(r, w.resultType(f.node, i), vals[i], ts[i])
		if f.returns == 1 {
			r.num = vals[i].num
		}
	}
}

func (w *walker) resultType(fn ast.Node, i int) types.Type {
	for _, field := range typeOfFunc(fn).Results.List {
		n := max(len(field.Names), 1)
		if i < n {
			return w.typeOf(field.Type)
		}
		i -= n
	}
	return types.Typ[types.Invalid]
}
