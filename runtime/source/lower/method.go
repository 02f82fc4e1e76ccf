package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// methodExpr is T.Method as a function value.
func (g *gen) methodExpr(e *ast.SelectorExpr) string {
	sig := g.typ(e).(*types.Signature)
	t := g.typ(e.X)
	obj, index, _ := types.LookupFieldOrMethod(t, true, g.pkgOf(e), e.Sel.Name)
	m := obj.(*types.Func)
	g.methodValueAllowed(m)
	return g.bind(nil, func([]string) string {
		return g.closureOver(sig, func(ss []string) string { return g.method(ss[0], t, m, index)(ss[1:]) }, nil)
	}, g.lt(sig))
}

// method is the call of obj on recv, through the embedded fields of index.
func (g *gen) method(recv string, t types.Type, obj *types.Func, index []int) apply {
	x, t := g.path(recv, t, index[:len(index)-1])
	return g.methodOn(x, t, obj)
}

func (g *gen) methodOn(x string, t types.Type, obj *types.Func) apply {
	if isInterface(t) {
		return g.interfaceMethod(x, t, obj)
	}
	base, isPtr := receiverBase(t)
	n, ok := types.Unalias(base).(*types.Named)
	if !ok {
		g.refuse("method "+obj.Name(), "its receiver %s has no name", nameOf(base))
	}
	if !g.s.own(n.Obj().Pkg()) {
		x = strings.TrimPrefix(x, "&")
		return func(as []string) string { return x + "." + obj.Name() + "(" + strings.Join(as, ", ") + ")" }
	}
	wantPtr := pointerReceiver(obj)
	switch {
	case wantPtr && !isPtr:
		if p, ok := starred(x); ok {
			x = p
		} else {
			x = "&" + x
		}
	case !wantPtr && isPtr:
		x = "(*" + x + ")"
	}
	name := g.wantMethod(obj, n)
	lead := ""
	if g.recovers(obj) {
		lead = g.lead(true) + ", "
	}
	return func(as []string) string {
		return name + "(" + lead + strings.Join(append([]string{x}, as...), ", ") + ")"
	}
}

func (g *gen) interfaceMethod(x string, t types.Type, obj *types.Func) apply {
	if g.nativeInterface(t) {
		return func(as []string) string { return x + "." + obj.Name() + "(" + strings.Join(as, ", ") + ")" }
	}
	d := g.dispatcher(obj, t)
	return func(as []string) string { return d + "(" + strings.Join(append([]string{x}, as...), ", ") + ")" }
}

// receiverBase is the type that has the method: what an unnamed pointer points to.
func receiverBase(t types.Type) (base types.Type, isPtr bool) {
	p, isPtr := under(t).(*types.Pointer)
	if isPtr && !isNamed(t) {
		return p.Elem(), true
	}
	return t, isPtr
}

func pointerReceiver(obj *types.Func) bool {
	_, ok := types.Unalias(obj.Type().(*types.Signature).Recv().Type()).(*types.Pointer)
	return ok
}

func (g *gen) wantMethod(obj *types.Func, n *types.Named) string {
	var targs []types.Type
	for a := range n.TypeArgs().Types() {
		targs = append(targs, a)
	}
	return g.want(obj, targs)
}

// callee splits a method selector into the receiver, which is evaluated now,
// and the call on it.
func (g *gen) callee(e *ast.SelectorExpr) ([]part, apply) {
	t := g.typ(e.X)
	o, index, _ := types.LookupFieldOrMethod(t, true, g.pkgOf(e), e.Sel.Name)
	obj := o.(*types.Func)
	x, t := g.path(g.expr(e.X), t, index[:len(index)-1])
	if isInterface(t) {
		if !g.nativeInterface(t) && g.fn.deferring {
			x = "rt.NonNil(" + x + ")"
		}
		return []part{{x, g.lt(t)}}, func(ss []string) string { return g.methodOn(ss[0], t, obj)(ss[1:]) }
	}
	wantPtr := pointerReceiver(obj)
	_, isPtr := under(t).(*types.Pointer)
	switch {
	case wantPtr && !isPtr:
		if p, ok := starred(x); ok {
			x = p
		} else {
			x = "&" + x
		}
		t = types.NewPointer(t)
	case !wantPtr && isPtr && !isNamed(t):
		t = under(t).(*types.Pointer).Elem()
		x = "(*" + x + ")"
	}
	return []part{{x, g.lt(t)}}, func(ss []string) string { return g.methodOn(ss[0], t, obj)(ss[1:]) }
}
