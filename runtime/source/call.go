package source

import (
	"go/ast"
	"go/types"
)

// call notes what a call does and returns what its result may share memory with.
func (a *analysis) call(e *ast.CallExpr) roots {
	if tv := a.info.Types[e.Fun]; tv.IsType() {
		a.typeNames(e.Fun)
		return a.expr(e.Args[0])
	} else if tv.IsBuiltin() {
		return a.builtin(e)
	}
	if lit, ok := ast.Unparen(e.Fun).(*ast.FuncLit); ok {
		return a.callLiteral(lit, e)
	}
	f := callee(a.info, e)
	recv, viaInterface := a.receiver(e)
	args, all := a.arguments(e, recv)
	switch {
	case f == nil || viaInterface:
		held := a.calledValue(e, f)
		a.writeAll(union(all, held), e.Pos())
		a.linkAll(union(all, held))
		if f != nil {
			a.noteImported(f, e)
		}
		return union(all, held)
	case f.Pkg() == a.cell.Pkg:
		a.mention(f)
		a.instances(e.Fun)
		return a.callDeclared(f, recv, args, e)
	}
	a.instances(e.Fun)
	a.noteImported(f, e)
	if !readonly(f) {
		a.writeAll(all, e.Pos())
		a.linkAll(all)
	} else if w := writtenArgument(f); w >= 0 && w < len(args) {
		a.writeAll(args[w], e.Pos())
	}
	return all
}

// calledValue notes the call of a function value or through an interface.
func (a *analysis) calledValue(e *ast.CallExpr, f *types.Func) roots {
	if f != nil {
		a.f.dynamic[f.Name()] = true
		var held roots
		for _, m := range a.s.past.byName[f.Name()] {
			held = union(held, a.asValue(m.(*types.Func), e.Pos()))
		}
		for m := range a.funcs {
			if m.Name() == f.Name() && isMethod(m) {
				held = union(held, a.asValue(m.(*types.Func), e.Pos()))
			}
		}
		return held
	}
	return a.expr(e.Fun)
}

// receiver returns what the receiver of a method call shares memory with, and
// whether the method is called through an interface.
func (a *analysis) receiver(e *ast.CallExpr) (rs roots, viaInterface bool) {
	sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	s := a.info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal {
		return nil, false
	}
	rs = a.expr(sel.X)
	m := s.Obj().(*types.Func)
	if r := m.Signature().Recv(); r != nil {
		if _, ptr := r.Type().Underlying().(*types.Pointer); ptr {
			rs = union(rs, a.place(sel.X)) // x.M() is (&x).M()
		}
		viaInterface = types.IsInterface(r.Type())
	}
	return rs, viaInterface
}

// arguments walks the arguments; all is what they and the receiver share
// memory with, and what function literals among them may get as parameters.
func (a *analysis) arguments(e *ast.CallExpr, recv roots) (args []roots, all roots) {
	args = make([]roots, len(e.Args))
	all = union(recv)
	for i, x := range e.Args {
		if _, lit := ast.Unparen(x).(*ast.FuncLit); !lit {
			args[i] = a.expr(x)
			all = union(all, args[i])
		}
	}
	given := all
	for i, x := range e.Args {
		if lit, ok := ast.Unparen(x).(*ast.FuncLit); ok {
			for _, p := range a.params(lit.Type.Params) {
				if p != nil {
					a.flow(p, given)
				}
			}
			args[i] = a.literal(lit)
			all = union(all, args[i])
		}
	}
	return args, all
}

func (a *analysis) callLiteral(lit *ast.FuncLit, e *ast.CallExpr) roots {
	args, all := a.arguments(e, nil)
	params := a.params(lit.Type.Params)
	for i, rs := range args {
		if len(params) > 0 {
			if p := params[min(i, len(params)-1)]; p != nil {
				a.flow(p, rs)
			}
		}
	}
	return union(all, a.literal(lit))
}

// callDeclared applies the facts of a function or method of a cell.
func (a *analysis) callDeclared(f *types.Func, recv roots, args []roots, e *ast.CallExpr) roots {
	callee := a.lookup(f)
	if callee == nil {
		return union(append(args, recv)...) // its facts come in a later round
	}
	given := map[*types.Var]roots{}
	all := args
	if callee.method {
		all = append([]roots{recv}, args...)
	}
	for i, rs := range all {
		if len(callee.params) == 0 {
			break
		}
		if p := callee.params[min(i, len(callee.params)-1)]; p != nil {
			given[p] = union(given[p], rs)
		}
	}
	mapped := func(v *types.Var) roots {
		if a.isSession(v) {
			return roots{v: true}
		}
		return given[v]
	}
	for v := range callee.writes {
		a.writeAll(mapped(v), e.Pos())
	}
	for pair := range callee.links {
		a.linkAll(union(mapped(pair[0]), mapped(pair[1])))
	}
	a.actsOf(callee, e.Pos())
	if callee.joins {
		a.joined()
	}
	var rs roots
	for v := range callee.results {
		rs = union(rs, mapped(v))
	}
	return rs
}

// instances notes the types in explicit type arguments.
func (a *analysis) instances(fun ast.Expr) {
	switch x := ast.Unparen(fun).(type) {
	case *ast.IndexExpr:
		a.typeNames(x.Index)
	case *ast.IndexListExpr:
		for _, i := range x.Indices {
			a.typeNames(i)
		}
	}
}

func (a *analysis) builtin(e *ast.CallExpr) roots {
	name := ""
	if id, ok := ast.Unparen(e.Fun).(*ast.Ident); ok {
		name = id.Name
	}
	var all roots
	args := make([]roots, len(e.Args))
	for i, x := range e.Args {
		args[i] = a.expr(x)
		all = union(all, args[i])
	}
	if len(args) == 0 {
		return nil
	}
	switch name {
	case "append":
		a.linkAll(all)
		a.writeAll(args[0], e.Pos())
		return all
	case "copy":
		a.writeAll(union(args[0], a.place(e.Args[0])), e.Pos())
		if t, ok := a.info.TypeOf(e.Args[0]).Underlying().(*types.Slice); ok && carries(t.Elem()) {
			a.linkAll(all)
		}
	case "delete", "clear", "close":
		a.writeAll(args[0], e.Pos())
	}
	return nil
}

// noteImported notes acts of a function of an imported package.
func (a *analysis) noteImported(f *types.Func, e *ast.CallExpr) {
	name := qualified(f)
	if waits[name] || f.Name() == "Wait" {
		a.joined()
	}
	if what := processActs[name]; what != "" {
		a.act(processAct, e.Pos(), what)
	}
	if what := a.outside(name, e); what != "" {
		a.act(outsideAct, e.Pos(), what)
	}
	if what := a.fixedPort(name, e); what != "" {
		a.act(portAct, e.Pos(), what)
	}
}

// qualified names a function as path.Name and a method as path.Type.Name.
func qualified(f *types.Func) string {
	if f.Pkg() == nil {
		return f.Name()
	}
	if recv := f.Signature().Recv(); recv != nil {
		t := recv.Type()
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		if n, ok := types.Unalias(t).(*types.Named); ok {
			return f.Pkg().Path() + "." + n.Obj().Name() + "." + f.Name()
		}
	}
	return f.Pkg().Path() + "." + f.Name()
}
