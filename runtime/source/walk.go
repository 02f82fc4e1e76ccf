package source

import (
	"go/ast"
	"go/token"
	"go/types"
)

// walk notes what n does. Expressions that are read are walked by expr, which
// returns what the value may share memory with.
func (a *analysis) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case ast.Expr:
			a.expr(n)
			return false
		case *ast.AssignStmt:
			a.assign(n)
			return false
		case *ast.ValueSpec:
			a.valueSpec(n)
			return false
		case *ast.TypeSpec:
			a.typeNames(n)
			return false
		case *ast.IncDecStmt:
			a.store(n.X, nil)
			return false
		case *ast.RangeStmt:
			a.rangeStmt(n)
			return false
		case *ast.SendStmt:
			ch := a.expr(n.Chan)
			a.writeAll(ch, n.Pos())
			a.linkAll(union(ch, a.expr(n.Value)))
			return false
		case *ast.ReturnStmt:
			for _, e := range n.Results {
				for r := range a.expr(e) {
					if a.lits == 0 {
						a.f.results[r] = true
					}
				}
			}
			return false
		case *ast.GoStmt:
			a.f.starts = true
			a.expr(n.Call)
			return false
		case *ast.SelectStmt:
			a.joined()
		case *ast.TypeSwitchStmt:
			a.typeSwitch(n)
			return false
		case *ast.LabeledStmt:
			a.walk(n.Stmt)
			return false
		case *ast.BranchStmt:
			return false
		}
		return true
	})
}

// joined notes a wait outside of function literals.
func (a *analysis) joined() {
	if a.lits == 0 {
		a.f.joins = true
	}
}

func (a *analysis) assign(n *ast.AssignStmt) {
	var shared roots
	values := make([]roots, len(n.Rhs))
	for i, e := range n.Rhs {
		values[i] = a.expr(e)
		shared = union(shared, values[i])
		a.noteTemp(n.Lhs, e)
		a.contexts(n.Lhs, e)
	}
	for i, l := range n.Lhs {
		rs := shared
		if len(n.Lhs) == len(n.Rhs) {
			rs = values[i]
		}
		a.store(l, rs)
	}
}

// contexts links a context, the function that cancels it and the context that it
// comes from: whoever cancels one changes the others. To pass a context on is no
// way to change it, so contexts carry nothing otherwise.
func (a *analysis) contexts(lhs []ast.Expr, e ast.Expr) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return
	}
	if f := callee(a.info, call); f == nil || f.Pkg() == nil || f.Pkg().Path() != "context" {
		return
	}
	all := roots{}
	for _, x := range append(lhs[:len(lhs):len(lhs)], call.Args...) {
		id, ok := ast.Unparen(x).(*ast.Ident)
		if !ok {
			continue
		}
		if v, ok := a.info.ObjectOf(id).(*types.Var); ok && a.isSession(v) {
			all[v] = true
		}
	}
	a.linkAll(all)
}

// store notes that a value which shares memory with rs goes to e.
func (a *analysis) store(e ast.Expr, rs roots) {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		into := a.expr(e)
		if at := a.place(e); at != nil {
			into = at
		}
		a.storeInto(into, e.Pos())
		if carries(a.info.TypeOf(e)) {
			a.linkAll(union(into, rs))
		}
		return
	}
	if id.Name == "_" {
		return
	}
	if v, ok := a.info.Defs[id].(*types.Var); ok {
		a.flow(v, rs)
		return
	}
	v, ok := a.info.Uses[id].(*types.Var)
	if !ok {
		return
	}
	a.mention(v)
	if a.isSession(v) {
		a.f.write(v, id.Pos())
	}
	if v.Pkg() != a.cell.Pkg { // dot import
		a.act(processAct, id.Pos(), "sets "+v.Pkg().Name()+"."+v.Name())
		return
	}
	a.flow(v, rs)
}

// storeInto notes a store into memory of rs: the program itself writes, so
// variables of imported packages count.
func (a *analysis) storeInto(rs roots, at token.Pos) {
	for r := range rs {
		if r.Pkg() != a.cell.Pkg && r.Pkg() != nil {
			a.act(processAct, at, "sets "+r.Pkg().Name()+"."+r.Name())
		}
	}
	a.writeAll(rs, at)
}

func (a *analysis) valueSpec(n *ast.ValueSpec) {
	if n.Type != nil {
		a.expr(n.Type)
	}
	var all roots
	for i, e := range n.Values {
		rs := a.expr(e)
		all = union(all, rs)
		for _, id := range n.Names[:1] {
			a.noteTemp([]ast.Expr{id}, e)
		}
		if i < len(n.Names) && len(n.Names) == len(n.Values) {
			a.store(n.Names[i], rs)
		}
	}
	if len(n.Names) != len(n.Values) {
		for _, id := range n.Names {
			a.store(id, all)
		}
	}
}

func (a *analysis) rangeStmt(n *ast.RangeStmt) {
	x := a.expr(n.X)
	switch t := a.info.TypeOf(n.X); t.Underlying().(type) {
	case *types.Chan:
		a.writeAll(x, n.Pos())
		a.joined()
	case *types.Signature:
		a.writeAll(x, n.Pos())
	}
	for _, e := range []ast.Expr{n.Key, n.Value} {
		if e != nil {
			a.store(e, x)
		}
	}
	a.walk(n.Body)
}

func (a *analysis) typeSwitch(n *ast.TypeSwitchStmt) {
	if n.Init != nil {
		a.walk(n.Init)
	}
	var x roots
	switch s := n.Assign.(type) {
	case *ast.AssignStmt:
		x = a.switched(s.Rhs[0])
	case *ast.ExprStmt:
		x = a.switched(s.X)
	}
	for _, clause := range n.Body.List {
		c := clause.(*ast.CaseClause)
		for _, e := range c.List {
			a.expr(e)
		}
		if v, ok := a.info.Implicits[c].(*types.Var); ok {
			a.flow(v, x)
		}
		for _, s := range c.Body {
			a.walk(s)
		}
	}
}

// switched evaluates x of x.(type), which has no type of its own.
func (a *analysis) switched(e ast.Expr) roots {
	if assert, ok := ast.Unparen(e).(*ast.TypeAssertExpr); ok {
		return a.expr(assert.X)
	}
	return a.expr(e)
}

// mention notes a reference to a package-level object or a method of a cell.
func (a *analysis) mention(obj types.Object) {
	if obj == nil || obj.Pkg() != a.cell.Pkg {
		return
	}
	if f, ok := obj.(*types.Func); ok {
		obj = f.Origin()
	} else if obj.Parent() != obj.Pkg().Scope() {
		return
	}
	if a.ready[obj] && !a.f.refs[obj] {
		a.f.again[obj] = true
	}
	a.f.refs[obj] = true
	if a.lits > 0 {
		a.f.inLits[obj] = true
	}
}

// typeNames notes every object mentioned in a type.
func (a *analysis) typeNames(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			a.mention(a.info.Uses[id])
		}
		return true
	})
}

// place returns the roots of the variable in which the left side e lies.
func (a *analysis) place(e ast.Expr) roots {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			if v, ok := a.info.Uses[x].(*types.Var); ok {
				return a.of(v)
			}
			return nil
		case *ast.SelectorExpr:
			if v := a.imported(x); v != nil {
				return roots{v: true}
			}
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.TypeAssertExpr:
			e = x.X
		default:
			return a.expr(e) // *get() = 1
		}
	}
}

// expr notes what evaluating e does and returns what the value may share memory with.
func (a *analysis) expr(e ast.Expr) roots {
	if e == nil {
		return nil
	}
	if tv, ok := a.info.Types[e]; ok && tv.IsType() {
		a.typeNames(e)
		return nil
	}
	if rs, done := a.seen[e]; done {
		return rs
	}
	rs := a.value(e)
	if len(rs) > 0 && !carries(a.info.TypeOf(e)) {
		rs = nil
	}
	a.seen[e] = rs
	return rs
}

func (a *analysis) value(e ast.Expr) roots {
	switch e := e.(type) {
	case *ast.Ident:
		obj := a.info.Uses[e]
		a.mention(obj)
		switch obj := obj.(type) {
		case *types.Var:
			return a.of(obj)
		case *types.Func:
			return a.asValue(obj, e.Pos())
		}
		return nil
	case *ast.ParenExpr:
		return a.expr(e.X)
	case *ast.SelectorExpr:
		return a.selector(e)
	case *ast.IndexExpr:
		rs := a.expr(e.X)
		a.expr(e.Index)
		return rs
	case *ast.IndexListExpr:
		for _, x := range e.Indices {
			a.expr(x)
		}
		return a.expr(e.X)
	case *ast.SliceExpr:
		for _, x := range []ast.Expr{e.Low, e.High, e.Max} {
			a.expr(x)
		}
		rs := a.expr(e.X)
		if _, array := a.info.TypeOf(e.X).Underlying().(*types.Array); array {
			return union(rs, a.place(e.X))
		}
		return rs
	case *ast.StarExpr:
		return a.expr(e.X)
	case *ast.TypeAssertExpr:
		if e.Type != nil {
			a.typeNames(e.Type)
		}
		return a.expr(e.X)
	case *ast.UnaryExpr:
		return a.unary(e)
	case *ast.BinaryExpr:
		a.expr(e.X)
		a.expr(e.Y)
		return nil
	case *ast.KeyValueExpr:
		return union(a.expr(e.Key), a.expr(e.Value))
	case *ast.CompositeLit:
		return a.composite(e)
	case *ast.FuncLit:
		return a.literal(e)
	case *ast.CallExpr:
		return a.call(e)
	}
	return nil
}

func (a *analysis) unary(e *ast.UnaryExpr) roots {
	rs := a.expr(e.X)
	switch e.Op {
	case token.AND:
		return union(rs, a.place(e.X))
	case token.ARROW:
		a.writeAll(rs, e.Pos())
		a.joined()
	}
	return rs
}

func (a *analysis) selector(e *ast.SelectorExpr) roots {
	if v := a.imported(e); v != nil {
		return roots{v: true}
	}
	rs := a.expr(e.X)
	sel := a.info.Selections[e]
	if sel == nil || sel.Kind() == types.FieldVal {
		return rs
	}
	a.mention(sel.Obj()) // a method value or expression: called by whoever gets it
	a.writeAll(union(rs, a.place(e.X)), e.Pos())
	return union(rs, a.place(e.X), a.asValue(sel.Obj().(*types.Func), e.Pos()))
}

// imported returns the variable of an imported package that e denotes, or nil.
func (a *analysis) imported(e *ast.SelectorExpr) *types.Var {
	id, ok := e.X.(*ast.Ident)
	if !ok {
		return nil
	}
	if _, pkg := a.info.Uses[id].(*types.PkgName); !pkg {
		return nil
	}
	v, _ := a.info.Uses[e.Sel].(*types.Var)
	return v
}

func (a *analysis) composite(e *ast.CompositeLit) roots {
	if e.Type != nil {
		a.typeNames(e.Type)
	}
	var rs roots
	_, isStruct := a.info.TypeOf(e).Underlying().(*types.Struct)
	if p, ok := a.info.TypeOf(e).Underlying().(*types.Pointer); ok {
		_, isStruct = p.Elem().Underlying().(*types.Struct)
	}
	for _, elt := range e.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok && isStruct {
			rs = union(rs, a.expr(kv.Value))
			continue
		}
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			rs = union(rs, a.expr(kv.Key), a.expr(kv.Value))
			continue
		}
		rs = union(rs, a.expr(elt))
	}
	return rs
}

// literal notes what the body of a function literal does, as if it were done
// here, and returns what the function holds on to.
func (a *analysis) literal(e *ast.FuncLit) roots {
	a.typeNames(e.Type)
	a.lits++
	a.walk(e.Body)
	a.lits--
	held := roots{}
	ast.Inspect(e.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v, ok := a.info.Uses[id].(*types.Var); ok && !v.IsField() {
				for r := range a.of(v) {
					held[r] = true
				}
			}
		}
		return true
	})
	return held
}

// asValue notes that a function is handed on: whoever has it may call it.
func (a *analysis) asValue(f *types.Func, at token.Pos) roots {
	callee := a.lookup(f)
	if callee == nil {
		return nil
	}
	held := roots{}
	for v := range callee.writes {
		if a.isSession(v) {
			a.f.write(v, at)
			held[v] = true
		}
	}
	for r := range callee.results {
		if a.isSession(r) {
			held[r] = true
		}
	}
	a.actsOf(callee, at)
	return held
}

// lookup returns the facts of a function or method that a cell declares.
func (a *analysis) lookup(f *types.Func) *facts {
	if f.Pkg() != a.cell.Pkg {
		return nil
	}
	if own := a.funcs[f.Origin()]; own != nil {
		return own
	}
	return a.s.funcFacts[f.Origin()]
}
