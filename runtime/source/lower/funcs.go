package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// isFloat reports whether a call of the interpreter may lose a value of type t:
// it takes negative zero for zero and does not pass it. Such a parameter is an
// interface{}.
func isFloat(t types.Type) bool {
	b, ok := under(t).(*types.Basic)
	return ok && b.Info()&(types.IsFloat|types.IsComplex) != 0
}

// body is a function body being put together.
type body struct {
	params []string // of the function
	pre    []string // statements that move parameters into cells
	pass   []part   // what a hoisted maker of the body is given
}

// funcBody lowers parameters and body of a function. value is the expression
// whose value a cell shows.
func (g *gen) funcBody(fields []*ast.Field, ft *ast.FuncType, sig *types.Signature, block *ast.BlockStmt, value ast.Expr) (params, text string) {
	has := g.contents(block)
	ownLines := g.ownLines
	g.ownLines = false
	outer := g.fn
	g.fn = outer.nested(sig)
	g.fn.top = outer.sig == nil && len(fields) > 0
	defer func() { g.fn = outer }()
	var bd body
	if has.recovers {
		g.fn.rec = g.name("rec")
		bd.params = append(bd.params, g.fn.rec+" *rt.Frame")
		bd.pass = append(bd.pass, part{g.fn.rec, "*rt.Frame"})
	}
	framed := has.defers || has.returnsInRange
	for _, f := range fields {
		g.params(&bd, f, framed)
	}
	if g.fn.ownLines = ownLines; ownLines {
		bd.pre = append(bd.pre, mark(g.inFunc, 0, markEntry))
	}
	g.fn.resNames = g.resultNames(ft)
	if framed {
		text = g.framedBody(&bd, fields, ft, block, value)
	} else {
		text = g.plainBody(&bd, block, value)
	}
	return strings.Join(bd.params, ", "), text
}

// params adds the parameters of one field. Those that need no cell are used as
// they come, but for a framed body, which is a function of its own inside.
func (g *gen) params(bd *body, f *ast.Field, framed bool) {
	names := f.Names
	if len(names) == 0 {
		names = []*ast.Ident{nil}
	}
	var t types.Type
	if el, ok := f.Type.(*ast.Ellipsis); ok {
		t = types.NewSlice(g.typ(el.Elt))
	} else {
		t = g.typ(f.Type)
	}
	lt := g.lt(t)
	for _, n := range names {
		pn := g.name("p")
		pt, from := lt, pn
		if g.fn.top && isFloat(t) {
			pt, from = "interface{}", pn+".("+lt+")"
		}
		bd.params = append(bd.params, pn+" "+pt)
		if n == nil || n.Name == "_" {
			continue
		}
		o := g.u.info.Defs[n].(*types.Var)
		if !framed && !g.fn.boxed[o] && pt == lt {
			g.names[o] = pn
			continue
		}
		l := g.local(o)
		if g.fn.boxed[o] {
			bd.pre = append(bd.pre, fmt.Sprintf("%s := new(%s); *%s = %s\n", l, lt, l, from))
		} else {
			bd.pre = append(bd.pre, fmt.Sprintf("%s := %s\n", l, from))
		}
		bd.pass = append(bd.pass, part{pn, pt})
	}
}

func (g *gen) resultNames(ft *ast.FuncType) (res []*types.Var) {
	if ft.Results == nil {
		return nil
	}
	for _, f := range ft.Results.List {
		for _, n := range f.Names {
			o, _ := g.u.info.Defs[n].(*types.Var)
			res = append(res, o)
		}
	}
	return res
}

func (g *gen) plainBody(bd *body, block *ast.BlockStmt, value ast.Expr) string {
	var b strings.Builder
	for _, p := range bd.pre {
		b.WriteString(p)
	}
	for _, o := range g.fn.resNames {
		t := g.subst(o.Type())
		b.WriteString(g.declare(o, g.zero(t), t))
	}
	b.WriteString(g.block(block.List))
	b.WriteString(g.shown(value))
	if g.fn.sig.Results().Len() > 0 && !endsInReturn(block) {
		b.WriteString("panic(\"unreachable\")\n")
	}
	return b.String()
}

// framedBody lowers a body that defers, or that returns out of a range over a
// function: results live in cells, and the body runs under rt.Call.
func (g *gen) framedBody(bd *body, fields []*ast.Field, ft *ast.FuncType, block *ast.BlockStmt, value ast.Expr) string {
	var out strings.Builder
	rets := g.resultCells(&out, bd)
	g.fn.frame = g.name("fr")
	g.fn.extra = append(g.fn.extra, part{g.fn.frame, "*rt.Frame"})
	if g.fn.rec != "" {
		g.fn.extra = append(g.fn.extra, part{g.fn.rec, "*rt.Frame"})
	}
	own := g.declared(fields, ft)
	for _, v := range g.free(block) {
		if !own[v.o] {
			bd.pass = append(bd.pass, part{v.name, "*" + g.lt(g.subst(v.o.Type()))})
		}
	}
	var b strings.Builder
	for _, p := range bd.pre {
		b.WriteString(p)
	}
	b.WriteString(g.block(block.List))
	b.WriteString(g.shown(value))
	mk := g.name("mkb")
	g.alias(mk)
	var params, args []string
	for _, p := range bd.pass {
		params = append(params, p.src+" "+p.t)
		args = append(args, p.src)
	}
	g.out.funcDecl(fmt.Sprintf("func %s(%s) func(*rt.Frame) { return func(%s *rt.Frame) {\n%s} }\n", mk, strings.Join(params, ", "), g.fn.frame, b.String()))
	fmt.Fprintf(&out, "rt.Call(%s(%s))\n", mk, strings.Join(args, ", "))
	if len(rets) > 0 {
		fmt.Fprintf(&out, "return %s\n", strings.Join(rets, ", "))
	}
	return out.String()
}

func (g *gen) resultCells(out *strings.Builder, bd *body) (rets []string) {
	res := g.fn.resNames
	for i := range g.fn.sig.Results().Len() {
		lt := g.lt(g.fn.sig.Results().At(i).Type())
		var n string
		if i < len(res) && res[i] != nil {
			g.fn.boxed[res[i]] = true
			n = g.local(res[i])
		} else {
			n = g.name("res")
		}
		fmt.Fprintf(out, "%s := new(%s)\n", n, lt)
		g.fn.resBoxes = append(g.fn.resBoxes, n)
		g.fn.extra = append(g.fn.extra, part{n, "*" + lt})
		bd.pass = append(bd.pass, part{n, "*" + lt})
		rets = append(rets, "*"+n)
	}
	return rets
}

// declared are the parameters and results of a function.
func (g *gen) declared(fields []*ast.Field, ft *ast.FuncType) map[types.Object]bool {
	all := fields
	if ft.Results != nil {
		all = append(append([]*ast.Field{}, fields...), ft.Results.List...)
	}
	own := map[types.Object]bool{}
	for _, f := range all {
		for _, n := range f.Names {
			own[g.u.info.Defs[n]] = true
		}
	}
	return own
}

// shown reports the value that the cell shows.
func (g *gen) shown(value ast.Expr) string {
	if value == nil {
		return ""
	}
	g.at = value
	m := g.markFor(value) + g.condChecks(value)
	if tup, ok := g.typ(value).(*types.Tuple); ok {
		return m + g.multi(value, tup.Len(), func(_ int, src string, t types.Type) string {
			return "rt.Value(" + g.conv(src, t, anyType) + ")\n"
		})
	}
	t := types.Default(g.typ(value))
	if isUntypedNil(t) {
		return "rt.Value(nil)\n"
	}
	if tv := g.u.info.Types[value]; tv.Value != nil {
		return m + "rt.Value(" + g.conv(g.literal(tv.Value, t), t, anyType) + ")\n"
	}
	return m + "rt.Value(" + g.conv(g.expr(value), t, anyType) + ")\n"
}

func endsInReturn(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	_, ok := b.List[len(b.List)-1].(*ast.ReturnStmt)
	return ok
}

// funcLit emits a function literal as the call of a hoisted maker. direct means
// that the literal is called or deferred where it stands.
func (g *gen) funcLit(e *ast.FuncLit, direct bool) string {
	recovers := g.litRecovers(e)
	if recovers && !direct {
		g.refuse("recover", "this function literal is used as a value; recover works only where the literal is deferred directly")
	}
	sig := g.typ(e).(*types.Signature)
	vs := g.free(e)
	wasDeferring := g.fn.deferring
	g.fn.deferring = false
	mk := g.name("mk")
	f := Func{Name: "function literal", Cell: g.u.cell, Line: g.line(e.Pos())}
	var params, text string
	g.called(mk)
	g.function(f, mk, func() {
		g.ownLines = g.goBodies[e]
		params, text = g.funcBody(e.Type.Params.List, e.Type, sig, e.Body, nil)
	})
	g.fn.deferring = wasDeferring
	var mp, as []string
	for _, v := range vs {
		mp = append(mp, v.name+" *"+g.lt(g.subst(v.o.Type())))
		as = append(as, v.name)
	}
	lt := "func" + g.sigText(sig)
	if recovers {
		lt = "func" + g.recoverSig(sig)
	}
	g.out.funcDecl(fmt.Sprintf("func %s(%s) %s { return func(%s)%s {\n%s} }\n", mk, strings.Join(mp, ", "), lt, params, g.resultText(sig), text))
	return mk + "(" + strings.Join(as, ", ") + ")"
}

// recoverSig is the signature of a function that recovers: the frame comes first.
func (g *gen) recoverSig(sig *types.Signature) string {
	s := g.sigText(sig)
	if strings.HasPrefix(s, "()") {
		return "(*rt.Frame)" + s[2:]
	}
	return "(*rt.Frame, " + s[1:]
}
