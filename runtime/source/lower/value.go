package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// funcValue is a function used as a value.
func (g *gen) funcValue(e ast.Expr) string {
	var id *ast.Ident
	switch e := unparen(e).(type) {
	case *ast.Ident:
		id = e
	case *ast.SelectorExpr:
		id = e.Sel
	}
	f, ok := g.u.info.Uses[id].(*types.Func)
	if !ok {
		g.refuse("generic value", "it has no lowered form")
	}
	if !g.s.own(f.Pkg()) {
		g.valueAllowed(f)
	}
	return g.value(g.funcName(id, f), f, g.typ(id))
}

// value makes a function value of a top-level function. The interpreter hands
// compiled code an empty function when the named one is declared later, so the
// value is a closure that calls it.
func (g *gen) value(name string, f *types.Func, t types.Type) string {
	if !g.s.own(f.Pkg()) {
		return name
	}
	if g.recovers(f) {
		g.refuse("recover in "+f.Name(), "the function is used as a value, and recover works only where it is deferred directly")
	}
	sig := t.(*types.Signature)
	return g.bind(nil, func([]string) string {
		return g.closureOver(sig, func(ss []string) string { return name + "(" + strings.Join(ss, ", ") + ")" }, nil)
	}, g.lt(sig))
}

// funcName is the lowered name of a function in its instance.
func (g *gen) funcName(id *ast.Ident, f *types.Func) string {
	var targs []types.Type
	if in, ok := g.u.info.Instances[id]; ok {
		for a := range in.TypeArgs.Types() {
			targs = append(targs, g.subst(a))
		}
	}
	if g.s.own(f.Pkg()) {
		return g.want(f, targs)
	}
	if len(targs) > 0 {
		g.refuse(f.Pkg().Name()+"."+f.Name(), "a generic function of a compiled package")
	}
	return g.native(f.Pkg(), f.Name(), false)
}

// variadicValue wraps a compiled variadic function, whose lowered type takes a slice.
func (g *gen) variadicValue(o *types.Func, s *types.Signature) string {
	name, ok := g.printer(o)
	if !ok {
		g.valueAllowed(o)
		if mentionsEmpty(s.Params().At(s.Params().Len() - 1).Type()) {
			g.refuse(o.Pkg().Name()+"."+o.Name(), "it is used as a value and would look inside its arguments by reflection")
		}
		name = g.native(o.Pkg(), o.Name(), false)
	}
	return g.helper("variadic "+name, func(n string) string {
		return "func " + n + strings.TrimPrefix(g.closureOver(s, func(ss []string) string {
			ss = append([]string{}, ss...)
			ss[len(ss)-1] += "..."
			return name + "(" + strings.Join(ss, ", ") + ")"
		}, nil), "func") + "\n"
	})
}
