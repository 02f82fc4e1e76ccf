package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// builtin lowers a call of a predeclared function.
func (g *gen) builtin(e *ast.CallExpr) ([]part, apply) {
	id, ok := unparen(e.Fun).(*ast.Ident)
	if !ok {
		g.refuse("unsafe."+e.Fun.(*ast.SelectorExpr).Sel.Name, "the interpreter's memory is not laid out like the compiler's")
	}
	if tup, ok := g.spreads(e); ok {
		return g.builtinSpread(e, id.Name, tup)
	}
	switch id.Name {
	case "len", "cap":
		if p, ok := under(g.typ(e.Args[0])).(*types.Pointer); ok { // evaluated, not dereferenced
			lt := g.lt(p)
			h := g.helper("len "+lt, func(n string) string {
				return fmt.Sprintf("func %s(p %s) int { return %d }\n", n, lt, under(p.Elem()).(*types.Array).Len())
			})
			return g.one(e, h+"("+g.expr(e.Args[0])+")")
		}
		return g.one(e, id.Name+"("+g.expr(e.Args[0])+")")
	case "real", "imag":
		return g.one(e, id.Name+"("+g.expr(e.Args[0])+")")
	case "complex":
		ft := types.Typ[types.Float64]
		if under(g.typ(e)).(*types.Basic).Kind() == types.Complex64 {
			ft = types.Typ[types.Float32]
		}
		return g.one(e, g.lt(g.typ(e))+"(complex("+g.to(e.Args[0], ft)+", "+g.to(e.Args[1], ft)+"))")
	case "new":
		return g.newCall(e)
	case "make":
		return g.makeCall(e)
	case "append":
		return g.appendCall(e)
	case "copy":
		return g.simple("copy", e.Args)
	case "close":
		return g.simple("rt.Close", e.Args)
	case "delete":
		m := under(g.typ(e.Args[0])).(*types.Map)
		return []part{{g.expr(e.Args[0]), g.lt(m)}, {g.to(e.Args[1], m.Key()), g.lt(m.Key())}}, func(ss []string) string {
			return "delete(" + ss[0] + ", " + ss[1] + ")"
		}
	case "clear":
		return g.simple("rt.Clear", e.Args)
	case "panic":
		return []part{{g.conv(g.expr(e.Args[0]), g.typ(e.Args[0]), anyType), "interface{}"}}, func(ss []string) string { return "rt.Panic(" + ss[0] + ")" }
	case "recover":
		if g.fn.rec == "" {
			return g.one(e, "rt.NoRecover()")
		}
		return g.one(e, g.fn.rec+".Recover()")
	case "print", "println":
		return g.printCall(e, id.Name)
	case "min", "max":
		return g.minMax(e, id.Name)
	}
	g.refuse("builtin "+id.Name, "it has no lowered form")
	return nil, nil
}

// builtinSpread is a call of a predeclared function with the results of one call.
func (g *gen) builtinSpread(e *ast.CallExpr, name string, tup *types.Tuple) ([]part, apply) {
	params, args := []string{}, []string{}
	for i := range tup.Len() {
		params = append(params, g.name("a")+" "+g.lt(tup.At(i).Type()))
		args = append(args, strings.Fields(params[i])[0])
	}
	result, body := "", ""
	switch name {
	case "print", "println":
		body = "rt.Builtin" + strings.ToUpper(name[:1]) + name[1:] + "(" + strings.Join(args, ", ") + ")"
	case "append":
		st := g.typ(e)
		el := under(st).(*types.Slice).Elem()
		for i := range args[1:] {
			args[i+1] = g.conv(args[i+1], tup.At(i+1).Type(), el)
		}
		result = " " + g.lt(st)
		body = "return append(" + args[0] + ", []" + g.lt(el) + "{" + strings.Join(args[1:], ", ") + "}...)"
	default:
		g.refuse(name+"(f())", "f has %d results", tup.Len())
	}
	if g.fn.deferring {
		g.refuse("defer "+name+"(f())", "f has several results")
	}
	inner := g.expr(e.Args[0])
	ft := "func(" + strings.Join(g.tupleTypes(tup), ", ") + ")" + result
	mk := g.bind(nil, func([]string) string {
		return "func(" + strings.Join(params, ", ") + ")" + result + " { " + body + " }"
	}, ft)
	return nil, func([]string) string { return mk + "(" + inner + ")" }
}

func (g *gen) one(e *ast.CallExpr, s string) ([]part, apply) {
	t := "interface{}"
	if tt := g.typ(e); tt != nil {
		if _, ok := tt.(*types.Tuple); !ok {
			t = g.lt(tt)
		}
	}
	return []part{{s, t}}, func(ss []string) string { return ss[0] }
}

func (g *gen) simple(fn string, as []ast.Expr) ([]part, apply) {
	var ps []part
	for _, a := range as {
		ps = append(ps, part{g.expr(a), g.lt(g.typ(a))})
	}
	return ps, func(ss []string) string { return fn + "(" + strings.Join(ss, ", ") + ")" }
}

func (g *gen) newCall(e *ast.CallExpr) ([]part, apply) {
	if g.u.info.Types[e.Args[0]].IsType() {
		return g.one(e, "new("+g.lt(g.typ(e.Args[0]))+")")
	}
	t := g.typ(e).(*types.Pointer).Elem() // new(value)
	return g.one(e, g.pointerTo(t)+"("+g.to(e.Args[0], t)+")")
}

func (g *gen) makeCall(e *ast.CallExpr) ([]part, apply) {
	t := g.typ(e.Args[0])
	s := "make(" + g.lt(t)
	if c, ok := under(t).(*types.Chan); ok {
		s = "make(chan " + g.lt(c.Elem())
	}
	if _, ok := under(t).(*types.Map); ok && len(e.Args) > 1 {
		return g.one(e, s+")") // the size is only a hint
	}
	var sizes []string
	for _, a := range e.Args[1:] {
		sizes = append(sizes, g.sizeArg(a))
	}
	if sl, ok := under(t).(*types.Slice); ok && !g.constSizes(e.Args[1:]) {
		size := types.SizesFor("gc", "amd64").Sizeof(g.sizeable(sl.Elem()))
		if len(sizes) == 1 {
			sizes[0] = fmt.Sprintf("rt.Len(%s, %d)", sizes[0], size)
		} else {
			sizes[1] = fmt.Sprintf("rt.Cap(%s, %s, %d)", sizes[0], sizes[1], size)
		}
	}
	if _, ok := under(t).(*types.Chan); ok && len(sizes) == 1 && !g.constSizes(e.Args[1:]) {
		sizes[0] = "rt.ChanSize(" + sizes[0] + ")"
	}
	for _, n := range sizes {
		s += ", " + n
	}
	return g.one(e, s+")")
}

// sizeArg is a size given to make; one that is too big for an int is negative.
func (g *gen) sizeArg(e ast.Expr) string {
	s := g.intIndex(e)
	if rest, ok := strings.CutPrefix(s, "rt.Index("); ok {
		return "rt.Size(" + rest
	}
	return s
}

// constSizes reports whether the sizes given to make are small constants.
func (g *gen) constSizes(es []ast.Expr) bool {
	for _, e := range es {
		v := g.u.info.Types[e].Value
		if v == nil {
			return false
		}
		if n, ok := constant.Int64Val(constant.ToInt(v)); !ok || n > 1<<20 {
			return false
		}
	}
	return true
}

// sizeable is t where its size is known, else a word.
func (g *gen) sizeable(t types.Type) (st types.Type) {
	defer func() {
		if recover() != nil {
			st = types.Typ[types.Int]
		}
	}()
	types.SizesFor("gc", "amd64").Sizeof(t)
	return t
}

func (g *gen) appendCall(e *ast.CallExpr) ([]part, apply) {
	st := g.typ(e)
	el := under(st).(*types.Slice).Elem()
	first := g.to(e.Args[0], st)
	if first == "nil" {
		first = g.typedNil(st)
	}
	// All are evaluated before the first is appended. A lone slice that is an
	// element, as in append(list, list) of a []any, would be taken for list... .
	if !e.Ellipsis.IsValid() && (len(e.Args) > 2 || len(e.Args) == 2 && g.isSlice(e.Args[1])) {
		var xs []string
		for _, a := range e.Args[1:] {
			xs = append(xs, g.element(a, el))
		}
		return g.one(e, "append("+first+", []"+g.lt(el)+"{"+strings.Join(keyed(xs, func(i int) int64 { return int64(i) }), ", ")+"}...)")
	}
	s := "append(" + first
	for i, a := range e.Args[1:] {
		if e.Ellipsis.IsValid() && i == len(e.Args)-2 {
			s += ", " + g.spreadSlice(a) + "..."
			continue
		}
		s += ", " + g.element(a, el)
	}
	return g.one(e, s+")")
}

func (g *gen) isSlice(e ast.Expr) bool {
	_, ok := under(g.typ(e)).(*types.Slice)
	return ok
}

// spreadSlice is the last argument of append(a, b...).
func (g *gen) spreadSlice(a ast.Expr) string {
	if tv := g.u.info.Types[a]; tv.IsNil() {
		return "[]byte(nil)"
	}
	if b, ok := under(g.typ(a)).(*types.Basic); ok && b.Info()&types.IsString != 0 {
		return "[]uint8(" + g.expr(a) + ")"
	}
	return g.expr(a)
}

func (g *gen) printCall(e *ast.CallExpr, name string) ([]part, apply) {
	var ps []part
	for _, a := range e.Args {
		ps = append(ps, part{g.expr(a), g.lt(g.typ(a))})
	}
	fn := "rt.Builtin" + strings.ToUpper(name[:1]) + name[1:]
	return ps, func(ss []string) string { return fn + "(" + strings.Join(ss, ", ") + ")" }
}

func (g *gen) minMax(e *ast.CallExpr, name string) ([]part, apply) {
	t := g.typ(e)
	lt := g.lt(t)
	h := g.helper(name+" "+lt, func(n string) string {
		if under(t).(*types.Basic).Info()&types.IsFloat != 0 { // NaN and signed zero
			return fmt.Sprintf("func %s(a, b interface{}) %s { return %s(rt.%sF(float64(a.(%s)), float64(b.(%s)))) }\n", n, lt, lt, strings.ToUpper(name[:1])+name[1:], lt, lt)
		}
		op := "<"
		if name == "max" {
			op = ">"
		}
		return fmt.Sprintf("func %s(a, b %s) %s { if b %s a { return b }; return a }\n", n, lt, lt, op)
	})
	s := g.to(e.Args[0], t)
	for _, a := range e.Args[1:] {
		s = h + "(" + s + ", " + g.to(a, t) + ")"
	}
	return g.one(e, s)
}
