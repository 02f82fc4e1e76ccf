package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// part is an operand that is evaluated before what uses it, with its lowered type.
type part struct {
	src string
	t   string
}

// to is e converted to type t.
func (g *gen) to(e ast.Expr, t types.Type) string {
	if tv := g.u.info.Types[e]; tv.Value != nil && !isInterface(t) {
		return g.literal(tv.Value, t)
	}
	return g.conv(g.expr(e), g.typ(e), t)
}

// expr lowers an expression that has one value.
func (g *gen) expr(e ast.Expr) string {
	g.at = e
	if tv := g.u.info.Types[e]; tv.Value != nil {
		return g.literal(tv.Value, g.typ(e))
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return "(" + g.expr(e.X) + ")"
	case *ast.Ident:
		return g.ident(e)
	case *ast.FuncLit:
		return g.funcLit(e, false)
	case *ast.CompositeLit:
		return g.composite(e)
	case *ast.SelectorExpr:
		return g.selector(e)
	case *ast.IndexExpr:
		if g.u.info.Types[e.Index].IsType() {
			return g.funcValue(e.X)
		}
		return g.index(e)
	case *ast.IndexListExpr:
		return g.funcValue(e.X)
	case *ast.SliceExpr:
		return g.slice(e)
	case *ast.StarExpr:
		return "(*" + g.expr(e.X) + ")"
	case *ast.TypeAssertExpr:
		return g.assertion(e)
	case *ast.UnaryExpr:
		return g.unary(e)
	case *ast.BinaryExpr:
		return g.binary(e)
	case *ast.CallExpr:
		return g.callText(e)
	}
	g.refuse(fmt.Sprintf("%T", e), "this expression has no lowered form")
	return ""
}

func (g *gen) callText(e *ast.CallExpr) string {
	parts, f := g.call(e)
	ss := make([]string, len(parts))
	for i, p := range parts {
		ss[i] = p.src
	}
	return f(ss)
}

func (g *gen) unary(e *ast.UnaryExpr) string {
	switch e.Op {
	case token.AND:
		return g.addr(e.X)
	case token.ARROW:
		return g.receive(e) + "(" + g.expr(e.X) + ")"
	}
	return g.wrap("("+e.Op.String()+g.expr(e.X)+")", g.typ(e))
}

func (g *gen) ident(e *ast.Ident) string {
	o := g.u.info.Uses[e]
	if o == nil {
		o = g.u.info.Defs[e]
	}
	switch o := o.(type) {
	case *types.Nil:
		return "nil"
	case *types.Var:
		return g.varRef(o)
	case *types.Func:
		return g.funcValue(e)
	}
	g.refuse("identifier "+e.Name, "it has no lowered form")
	return ""
}

// varRef is a variable: (*x) when it lives in a cell or in a slot.
func (g *gen) varRef(o *types.Var) string {
	if o.Pkg() != nil && o.Parent() == o.Pkg().Scope() {
		if !g.s.own(o.Pkg()) {
			return g.nativeVar(o)
		}
		return "(*" + g.global(o) + ")"
	}
	if g.fn.boxed[o] {
		return "(*" + g.local(o) + ")"
	}
	return g.local(o)
}

// nativeVar is a variable of a compiled package, reached by its address: the
// interpreter loses the result of a call assigned to such a variable.
func (g *gen) nativeVar(o *types.Var) string {
	return "(*" + g.native(o.Pkg(), o.Name(), true) + ")"
}

func (g *gen) local(o types.Object) string {
	n := g.names[o]
	if n == "" {
		base := o.Name()
		if base == "_" {
			base = "blank"
		}
		n = g.name(base)
		g.names[o] = n
	}
	return n
}

// starred reports whether s is (*x) of one name, and returns x.
func starred(s string) (string, bool) {
	if strings.HasPrefix(s, "(*") && strings.Index(s, ")") == len(s)-1 {
		return s[2 : len(s)-1], true
	}
	return "", false
}

// addr is the address of an operand.
func (g *gen) addr(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return g.addr(e.X)
	case *ast.CompositeLit:
		s := g.composite(e)
		if _, ok := under(g.typ(e)).(*types.Struct); ok && strings.HasPrefix(s, "t.S") {
			return "&" + s
		}
		return g.pointerTo(g.typ(e)) + "(" + s + ")"
	case *ast.StarExpr:
		return g.expr(e.X)
	}
	s := g.expr(e)
	if p, ok := starred(s); ok {
		return p
	}
	return "&" + s
}

// pointerTo is the helper that moves a value of type t to the heap.
func (g *gen) pointerTo(t types.Type) string {
	lt := g.lt(t)
	return g.helper("ptr "+lt, func(n string) string {
		if isFloat(t) {
			return fmt.Sprintf("func %s(x interface{}) *%s { p := new(%s); *p = x.(%s); return p }\n", n, lt, lt, lt)
		}
		return fmt.Sprintf("func %s(x %s) *%s { p := new(%s); *p = x; return p }\n", n, lt, lt, lt)
	})
}

func (g *gen) composite(e *ast.CompositeLit) string {
	t := g.typ(e)
	if p, ok := under(t).(*types.Pointer); ok { // elided &T in a list
		return g.pointerTo(p.Elem()) + "(" + g.compositeOf(e, p.Elem()) + ")"
	}
	return g.compositeOf(e, t)
}

func (g *gen) compositeOf(e *ast.CompositeLit, t types.Type) string {
	var xs []string
	switch u := under(t).(type) {
	case *types.Struct:
		xs = g.structElements(e, t, u)
	case *types.Map:
		seen := map[string]bool{}
		for _, x := range e.Elts {
			kv := x.(*ast.KeyValueExpr)
			key := g.element(kv.Key, u.Key())
			lt := g.lt(g.typ(kv.Key))
			id := lt + " " + strings.TrimSuffix(strings.TrimPrefix(key, lt+"("), ")")
			if seen[id] { // a constant of two type parameters that are one type here
				key = g.same(u.Key()) + "(" + key + ")"
			}
			seen[id] = true
			xs = append(xs, key+": "+g.element(kv.Value, u.Elem()))
		}
	case *types.Slice:
		xs = g.listElements(e, u.Elem())
	case *types.Array:
		xs = g.listElements(e, u.Elem())
	default:
		g.refuse("composite literal of "+nameOf(t), "it has no lowered form")
	}
	return g.lt(t) + "{" + strings.Join(xs, ", ") + "}"
}

func (g *gen) structElements(e *ast.CompositeLit, t types.Type, u *types.Struct) []string {
	var xs []string
	for i, x := range e.Elts {
		j := i
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			for k := range u.NumFields() {
				if u.Field(k).Name() == kv.Key.(*ast.Ident).Name {
					j = k
				}
			}
			x = kv.Value
		}
		if src := g.to(x, u.Field(j).Type()); src != "nil" { // the interpreter cannot place an untyped nil everywhere
			xs = append(xs, g.fieldIndexName(t, u, j)+": "+src)
		}
	}
	return xs
}

func (g *gen) listElements(e *ast.CompositeLit, el types.Type) []string {
	var xs []string
	next := int64(0)
	keys := make([]int64, len(e.Elts))
	for i, x := range e.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			next, _ = constant.Int64Val(g.u.info.Types[kv.Key].Value)
			x = kv.Value
		}
		xs, keys[i] = append(xs, g.element(x, el)), next
		next++
	}
	return keyed(xs, func(i int) int64 { return keys[i] })
}

// keyed gives the elements of a list their indexes where one is out of order, or
// looks into what a pointer means: the interpreter takes (*p).x for a pointer
// in a list, but not after a key.
func keyed(xs []string, key func(i int) int64) []string {
	for i, x := range xs {
		if key(i) == int64(i) && !strings.HasPrefix(strings.TrimPrefix(x, "append("), "(*") {
			continue
		}
		list := make([]string, len(xs))
		for j, y := range xs {
			list[j] = fmt.Sprintf("%d: %s", key(j), y)
		}
		return list
	}
	return xs
}

func (g *gen) element(x ast.Expr, t types.Type) string {
	src := g.to(x, t)
	if src == "nil" {
		return g.typedNil(t)
	}
	if _, ok := under(t).(*types.Basic); ok && strings.HasPrefix(src, "((") {
		return g.lt(t) + src // or the interpreter takes (*x)-1 for a pointer
	}
	if strings.HasPrefix(src, "&") && !strings.HasPrefix(src, "&t.S") {
		return g.same(t) + "(" + src + ")" // or it fails on &x[i]
	}
	return src
}

// same is a function that returns its argument of type t.
func (g *gen) same(t types.Type) string {
	lt := g.lt(t)
	return g.helper("same "+lt, func(n string) string { return fmt.Sprintf("func %s(x %s) %s { return x }\n", n, lt, lt) })
}

// typedNil is nil of type t where the interpreter needs to know the type.
func (g *gen) typedNil(t types.Type) string {
	lt := g.lt(t)
	return g.helper("nil "+lt, func(n string) string { return fmt.Sprintf("func %s() %s { return %s }\n", n, lt, g.nilOf(t)) }) + "()"
}

// intIndex is an index, converted to int.
func (g *gen) intIndex(e ast.Expr) string {
	if v := g.u.info.Types[e].Value; v != nil {
		return g.literal(v, types.Typ[types.Int])
	}
	s := g.expr(e)
	b, ok := under(g.typ(e)).(*types.Basic)
	if !ok || b.Kind() == types.Int {
		return s
	}
	if b.Info()&types.IsUnsigned != 0 && b.Kind() != types.Uint8 && b.Kind() != types.Uint16 && b.Kind() != types.Uint32 {
		return "rt.Index(uint64(" + s + "))"
	}
	return "int(" + s + ")"
}

func (g *gen) index(e *ast.IndexExpr) string {
	x := g.expr(e.X)
	t := under(g.typ(e.X))
	if m, ok := t.(*types.Map); ok {
		return x + "[" + g.element(e.Index, m.Key()) + "]"
	}
	i := g.intIndex(e.Index)
	if p, ok := t.(*types.Pointer); ok {
		x, t = "(*"+x+")", under(p.Elem())
	}
	_, array := t.(*types.Array)
	constant := g.u.info.Types[e.Index].Value != nil
	switch {
	case array && constant || g.compared[e] || g.inside(e):
		return x + "[" + i + "]"
	case !g.hasCall(e.X) && !g.hasCall(e.Index):
		return x + "[rt.Idx(" + i + ", len(" + x + "))]"
	case array:
		return x + "[rt.Idx(" + i + ", " + fmt.Sprint(t.(*types.Array).Len()) + ")]"
	}
	return g.indexOf(g.typ(e.X), g.typ(e)) + "(" + x + ", " + i + ")"
}

func (g *gen) slice(e *ast.SliceExpr) string {
	x := g.expr(e.X)
	t := under(g.typ(e.X))
	if p, ok := t.(*types.Pointer); ok {
		if _, arr := under(p.Elem()).(*types.Array); arr {
			x, t = "(*"+x+")", under(p.Elem())
		}
	}
	bounds := [3]string{}
	for i, k := range []ast.Expr{e.Low, e.High, e.Max} {
		if k != nil {
			bounds[i] = g.intIndex(k)
		}
	}
	switch {
	case g.compared[e]:
	case !g.hasCall(e):
		bounds[0] = g.checkBounds(x, t, bounds)
	default:
		if _, array := t.(*types.Array); !array {
			return g.sliceOf(g.typ(e.X), e.Max != nil) + "(" + x + ", " + orZero(bounds[0]) + ", " + g.orLen(bounds[1]) + ", " + orZero(bounds[2]) + ")"
		}
	}
	s := x + "[" + bounds[0] + ":" + bounds[1]
	if e.Max != nil {
		s += ":" + bounds[2]
	}
	return s + "]"
}

// indexOf is a function that indexes a value of type t which cannot be named twice.
func (g *gen) indexOf(t, el types.Type) string {
	if p, ok := under(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	return g.helper("index "+g.lt(t), func(n string) string {
		return fmt.Sprintf("func %s(x %s, i int) %s { if i < 0 || i >= len(x) { rt.Idx(i, len(x)) }; return x[i] }\n", n, g.lt(t), g.lt(el))
	})
}

// sliceOf is the same for slicing; a high bound of -1 << 63 stands for none.
func (g *gen) sliceOf(t types.Type, three bool) string {
	return g.helper(fmt.Sprint("slice ", g.lt(t), three), func(n string) string {
		end, most := "", "-1"
		if three {
			end, most = ":most", "most"
		}
		return fmt.Sprintf("func %s(x %s, low, high, most int) %s { if high == %s { high = len(x) }; low = %s; return x[low:high%s] }\n",
			n, g.lt(t), g.lt(t), noBound, g.checkBounds("x", under(t), [3]string{"low", "high", most}), end)
	})
}

const noBound = "-9223372036854775808"

func (g *gen) orLen(s string) string {
	if s == "" {
		return noBound
	}
	return s
}

// checkBounds makes the low bound of a slice expression panic as compiled code
// does for any of the bounds.
func (g *gen) checkBounds(x string, t types.Type, bounds [3]string) string {
	kind := "rt.SliceLow"
	limit := "cap(" + x + ")"
	if _, ok := t.(*types.Slice); !ok {
		kind, limit = "rt.StringLow", "len("+x+")"
	}
	low, high, most := bounds[0], bounds[1], bounds[2]
	if low == "" {
		low = "0"
	}
	if high == "" {
		high = "len(" + x + ")"
	}
	if most == "" {
		most = "-1"
	}
	return kind + "(" + low + ", " + high + ", " + most + ", len(" + x + "), " + limit + ")"
}

func (g *gen) assertion(e *ast.TypeAssertExpr) string {
	t := g.typ(e.Type)
	x := g.expr(e.X)
	if !isInterface(t) {
		_, must := g.unbox(t, g.typ(e.X))
		return must + "(" + x + ")"
	}
	id := g.id(t)
	h := g.helper(fmt.Sprint("mustI ", id), func(n string) string {
		return fmt.Sprintf("func %s(x interface{}) %s { if !rt.Impl(x, %d) { rt.BadAssert(x, %d, \"interface\") }; return %s }\n", n, g.lt(t), id, id, g.fromAny("x", t))
	})
	return h + "(" + x + ")"
}

// fromAny converts an interface{} that is known to implement t.
func (g *gen) fromAny(src string, t types.Type) string { return g.conv(src, anyType, t) }

// path follows the embedded fields of a selection from x; it returns the
// expression and its type. There is no explicit * in between: the interpreter
// fails on (*(*p)).f.
func (g *gen) path(x string, t types.Type, index []int) (string, types.Type) {
	for _, i := range index {
		if p, ok := under(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		st := under(t).(*types.Struct)
		if f := st.Field(i); f.Embedded() && !f.Exported() && !g.s.own(f.Pkg()) {
			t = f.Type() // promoted through a hidden field: reflection finds it by its name alone
			continue
		}
		x += "." + g.fieldIndexName(t, st, i)
		t = st.Field(i).Type()
	}
	return x, t
}

func (g *gen) selector(e *ast.SelectorExpr) string {
	if id, ok := e.X.(*ast.Ident); ok {
		if _, ok := g.u.info.Uses[id].(*types.PkgName); ok {
			return g.qualified(e)
		}
	}
	if g.u.info.Types[e.X].IsType() {
		return g.methodExpr(e)
	}
	xt := g.typ(e.X)
	obj, index, _ := types.LookupFieldOrMethod(xt, true, g.pkgOf(e), e.Sel.Name)
	switch obj.(type) {
	case *types.Var:
		s, _ := g.path(g.expr(e.X), xt, index)
		return s
	case *types.Func: // method value: the receiver is bound now
		if !g.s.own(obj.Pkg()) {
			g.valueAllowed(obj.(*types.Func))
		}
		parts, f := g.callee(e)
		if isInterface(g.recvType(xt, index)) {
			parts[0].src = g.notNil(parts[0])
		}
		sig := g.typ(e).(*types.Signature)
		return g.bind(parts, func(ss []string) string { return g.closureOver(sig, f, ss) }, g.lt(sig))
	}
	g.refuse("selector "+e.Sel.Name, "it has no lowered form")
	return ""
}

// recvType is the type in which a selection through index ends.
func (g *gen) recvType(t types.Type, index []int) types.Type {
	_, t = g.path("", t, index[:len(index)-1])
	return t
}

// notNil panics for a nil interface whose method is taken.
func (g *gen) notNil(p part) string {
	h := g.helper("notnil "+p.t, func(n string) string {
		return fmt.Sprintf("func %s(x %s) %s { rt.NonNil(x); return x }\n", n, p.t, p.t)
	})
	return h + "(" + p.src + ")"
}

// qualified is pkg.Name.
func (g *gen) qualified(e *ast.SelectorExpr) string {
	switch o := g.u.info.Uses[e.Sel].(type) {
	case *types.Func:
		if s := o.Type().(*types.Signature); s.Variadic() && !g.s.own(o.Pkg()) {
			return g.variadicValue(o, s)
		}
		if !g.s.own(o.Pkg()) {
			g.valueAllowed(o)
		}
		return g.value(g.funcName(e.Sel, o), o, g.typ(e))
	case *types.Var:
		return g.varRef(o)
	}
	g.refuse(e.Sel.Name, "it has no lowered form")
	return ""
}

func (g *gen) pkgOf(e *ast.SelectorExpr) *types.Package {
	if o := g.u.info.Uses[e.Sel]; o != nil {
		return o.Pkg()
	}
	return nil
}

func unparen(e ast.Expr) ast.Expr { return ast.Unparen(e) }

func identOf(e ast.Expr) *ast.Ident { id, _ := unparen(e).(*ast.Ident); return id }

func isBlank(e ast.Expr) bool {
	id := identOf(e)
	return id != nil && id.Name == "_"
}
