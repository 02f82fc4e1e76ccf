package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// apply makes the text of a call from the texts of its operands.
type apply func(operands []string) string

// target of a call: what is evaluated first, and how the call is written.
type callee struct {
	recv   []part
	f      apply
	fn     *types.Func // when it is known statically
	native bool
}

// call splits a call into the operands that Go evaluates at the statement and
// the call itself, which go and defer make later.
func (g *gen) call(e *ast.CallExpr) ([]part, apply) {
	fun := unparen(e.Fun)
	if tv := g.u.info.Types[fun]; tv.IsType() {
		return []part{{g.conversion(e), g.lt(g.typ(e))}}, func(ss []string) string { return ss[0] }
	} else if tv.IsBuiltin() {
		return g.builtin(e)
	}
	sig, ok := under(g.typ(fun)).(*types.Signature)
	if !ok {
		g.refuse("call of "+nameOf(g.typ(fun)), "it has no lowered form")
	}
	c, ps, f, done := g.target(e, fun, sig)
	if done {
		return ps, f
	}
	if len(e.Args) == 1 {
		if tup, ok := g.typ(e.Args[0]).(*types.Tuple); ok && tup.Len() > 1 {
			if c.native {
				g.spreadAllowed(tup)
			}
			return g.spread(e, sig, tup, c)
		}
	}
	args := g.args(e, sig)
	if c.native {
		g.readArgs(c.fn, e, sig, args)
		c.f = g.handedFunc(sig, c.f)
	}
	return g.arrange(e, sig, c, args)
}

// handedFunc is a compiled call that returns a function. The interpreter loses
// it where it is stored through a pointer; from a lowered function it does not.
func (g *gen) handedFunc(sig *types.Signature, f apply) apply {
	if sig.Results().Len() != 1 {
		return f
	}
	t := sig.Results().At(0).Type()
	if _, ok := under(t).(*types.Signature); !ok {
		return f
	}
	lt := g.lt(t)
	h := g.helper("handed "+lt, func(n string) string {
		return fmt.Sprintf("func %s(f %s) %s { return f }\n", n, lt, lt)
	})
	return func(ss []string) string { return h + "(" + f(ss) + ")" }
}

// target finds what is called. done means that a special form took the whole call.
func (g *gen) target(e *ast.CallExpr, fun ast.Expr, sig *types.Signature) (c callee, ps []part, f apply, done bool) {
	base := fun
	switch x := fun.(type) {
	case *ast.IndexExpr:
		base = x.X
	case *ast.IndexListExpr:
		base = x.X
	}
	var id *ast.Ident
	switch x := unparen(base).(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
		if c, ps, f, done, ok := g.methodTarget(e, x, sig); ok {
			return c, ps, f, done
		}
	}
	if fn, ok := g.u.info.Uses[id].(*types.Func); ok && id != nil && fn.Type().(*types.Signature).Recv() == nil {
		return g.functionTarget(e, id, fn, sig)
	}
	return g.valueTarget(fun, sig), nil, nil, false
}

func (g *gen) methodTarget(e *ast.CallExpr, x *ast.SelectorExpr, sig *types.Signature) (c callee, ps []part, f apply, done, ok bool) {
	if _, sel := g.u.info.Selections[x]; !sel || g.u.info.Types[x.X].IsType() {
		return
	}
	fn, isFunc := g.u.info.Uses[x.Sel].(*types.Func)
	if !isFunc {
		return
	}
	o, _, _ := types.LookupFieldOrMethod(g.typ(x.X), true, fn.Pkg(), fn.Name())
	if m, isM := o.(*types.Func); isM {
		fn = m
	}
	if ps, f, done := g.specialMethod(fn, e, x, sig); done {
		return c, ps, f, true, true
	}
	c.recv, c.f = g.callee(x)
	c.fn, c.native = fn, !g.s.own(fn.Pkg())
	if c.native {
		g.nativeCall(fn, e, sig)
	}
	return c, nil, nil, false, true
}

func (g *gen) functionTarget(e *ast.CallExpr, id *ast.Ident, fn *types.Func, sig *types.Signature) (c callee, ps []part, f apply, done bool) {
	if ps, f, ok := g.special(fn, e, sig); ok {
		return c, ps, f, true
	}
	c.fn, c.native = fn, !g.s.own(fn.Pkg())
	name := g.funcName(id, fn)
	if c.native {
		g.nativeCall(fn, e, sig)
	}
	lead := g.lead(g.recovers(fn))
	c.f = func(ss []string) string {
		if lead != "" {
			ss = append([]string{lead}, ss...)
		}
		return name + "(" + strings.Join(ss, ", ") + ")"
	}
	return c, nil, nil, false
}

// lead is the extra first argument of a function that recovers: the frame of
// the function that defers it, nil when it is called otherwise.
func (g *gen) lead(recovers bool) string {
	switch {
	case !recovers:
		return ""
	case g.fn.deferring:
		return g.fn.frame
	}
	return "nil"
}

// valueTarget calls a function value, or a function literal in place.
func (g *gen) valueTarget(fun ast.Expr, sig *types.Signature) callee {
	fl, ok := fun.(*ast.FuncLit)
	if !ok {
		return callee{recv: []part{{g.expr(fun), g.lt(sig)}}, f: func(ss []string) string {
			return ss[0] + "(" + strings.Join(ss[1:], ", ") + ")"
		}}
	}
	lead := g.lead(g.litRecovers(fl))
	s := g.funcLit(fl, true)
	if lead == "" {
		return callee{recv: []part{{s, g.lt(sig)}}, f: func(ss []string) string {
			return ss[0] + "(" + strings.Join(ss[1:], ", ") + ")"
		}}
	}
	return callee{recv: []part{{s, "func" + g.recoverSig(sig)}}, f: func(ss []string) string {
		return ss[0] + "(" + strings.Join(append([]string{lead}, ss[1:]...), ", ") + ")"
	}}
}

// arrange puts variadic arguments where the callee expects them: a slice for a
// lowered function, whose own variadics are slices.
func (g *gen) arrange(e *ast.CallExpr, sig *types.Signature, c callee, args []part) ([]part, apply) {
	fixed, recv := sig.Params().Len()-1, len(c.recv)
	parts := append(append([]part{}, c.recv...), args...)
	switch {
	case sig.Variadic() && !c.native && !e.Ellipsis.IsValid():
		list := g.lt(sig.Params().At(fixed).Type())
		return parts, func(ss []string) string {
			as := append([]string{}, ss[:recv+fixed]...)
			rest := g.typedNil(sig.Params().At(fixed).Type())
			if len(ss) > recv+fixed {
				rest = list + "{" + strings.Join(keyed(ss[recv+fixed:], func(i int) int64 { return int64(i) }), ", ") + "}"
			}
			return c.f(append(as, rest))
		}
	case c.native && e.Ellipsis.IsValid():
		return parts, func(ss []string) string {
			ss = append([]string{}, ss...)
			ss[len(ss)-1] += "..."
			return c.f(ss)
		}
	}
	return parts, c.f
}

// args lowers the arguments of a call, each converted to its parameter's type.
func (g *gen) args(e *ast.CallExpr, sig *types.Signature) []part {
	var ps []part
	n := sig.Params().Len()
	for i, a := range e.Args {
		pt := types.Type(nil)
		if sig.Variadic() && i >= n-1 && !e.Ellipsis.IsValid() {
			pt = under(sig.Params().At(n - 1).Type()).(*types.Slice).Elem()
		} else {
			pt = sig.Params().At(i).Type()
		}
		src := g.to(a, pt)
		if src == "nil" {
			src = g.typedNil(pt)
		}
		ps = append(ps, part{src, g.lt(pt)})
	}
	return ps
}

// spread calls f with the several values of one call.
func (g *gen) spread(e *ast.CallExpr, sig *types.Signature, tup *types.Tuple, c callee) ([]part, apply) {
	inner := g.expr(e.Args[0])
	ft := "func(" + strings.Join(g.tupleTypes(tup), ", ") + ")" + g.resultText(sig)
	mk := g.bind(c.recv, func(rs []string) string {
		params, args := g.spreadArgs(sig, tup, c.native)
		ret := ""
		if sig.Results().Len() > 0 {
			ret = "return "
		}
		return "func(" + strings.Join(params, ", ") + ")" + g.resultText(sig) + " { " + ret + c.f(append(append([]string{}, rs...), args...)) + " }"
	}, ft)
	if g.fn.deferring {
		g.refuse("defer f(g())", "g has several results")
	}
	return nil, func([]string) string { return mk + "(" + inner + ")" }
}

func (g *gen) tupleTypes(tup *types.Tuple) []string {
	var ts []string
	for v := range tup.Variables() {
		ts = append(ts, g.lt(v.Type()))
	}
	return ts
}

func (g *gen) spreadArgs(sig *types.Signature, tup *types.Tuple, native bool) (params, args []string) {
	var rest []string
	n := sig.Params().Len()
	for i := range tup.Len() {
		a, t := g.name("a"), tup.At(i).Type()
		params = append(params, a+" "+g.lt(t))
		if sig.Variadic() && i >= n-1 {
			el := under(sig.Params().At(n - 1).Type()).(*types.Slice).Elem()
			rest = append(rest, g.conv(a, t, el))
		} else {
			args = append(args, g.conv(a, t, sig.Params().At(i).Type()))
		}
	}
	switch {
	case sig.Variadic() && native:
		args = append(args, rest...)
	case sig.Variadic():
		args = append(args, g.lt(sig.Params().At(n-1).Type())+"{"+strings.Join(rest, ", ")+"}")
	}
	return params, args
}

// bind evaluates parts now and returns body(names), built by a hoisted maker.
func (g *gen) bind(parts []part, body apply, lt string) string {
	var params, names, args []string
	for _, p := range parts {
		if p.t == unnameable {
			g.refuse("a value of an unexported type", "it is kept for a later call")
		}
		n := g.name("t")
		names = append(names, n)
		params = append(params, n+" "+p.t)
		args = append(args, p.src)
	}
	text := body(names)
	mk := g.name("mk")
	g.alias(mk)
	g.out.funcDecl("func " + mk + "(" + strings.Join(params, ", ") + ") " + lt + " { return " + text + " }\n")
	return mk + "(" + strings.Join(args, ", ") + ")"
}

// alias makes a maker function count as the function that it serves.
func (g *gen) alias(mk string) {
	if f, ok := g.out.funcInfo[g.inFunc]; ok {
		f.Var, f.Name = "", ""
		g.out.funcInfo[mk] = f
	}
}

func (g *gen) closureOver(sig *types.Signature, f apply, recv []string) string {
	var params, args []string
	for v := range sig.Params().Variables() {
		a := g.name("a")
		params = append(params, a+" "+g.lt(v.Type()))
		args = append(args, a)
	}
	ret := ""
	if sig.Results().Len() > 0 {
		ret = "return "
	}
	return "func(" + strings.Join(params, ", ") + ")" + g.resultText(sig) + " { " + ret + f(append(append([]string{}, recv...), args...)) + " }"
}
