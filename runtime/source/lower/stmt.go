package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

func (g *gen) block(list []ast.Stmt) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(g.stmt(s, ""))
	}
	return b.String()
}

// stmt lowers a statement; label is the label that stands before it.
func (g *gen) stmt(s ast.Stmt, label string) string {
	if s == nil {
		return ""
	}
	g.at = s
	switch s := s.(type) {
	case *ast.EmptyStmt:
		return ""
	case *ast.BlockStmt:
		return "{\n" + g.block(s.List) + "}\n"
	case *ast.LabeledStmt:
		return g.labeled(s)
	}
	m := g.markFor(s)
	if g.s.conf.Labels && g.top[s] {
		m += fmt.Sprintf("rt.Label(%q, %d)\n", g.u.cell+":cell", g.line(s.Pos()))
	}
	outer := g.didCheck
	g.didCheck = map[string]bool{}
	defer func() { g.didCheck = outer }()
	m += g.boundChecks(s)
	before, after := g.waits(s)
	return m + before + g.plainStmt(s, label) + after
}

func (g *gen) plainStmt(s ast.Stmt, label string) string {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return g.exprStmt(s)
	case *ast.DeclStmt:
		return g.localDecl(s.Decl.(*ast.GenDecl))
	case *ast.AssignStmt:
		return g.assign(s)
	case *ast.IncDecStmt:
		return g.incDec(s)
	case *ast.ReturnStmt:
		return g.ret(s)
	case *ast.IfStmt:
		return g.ifStmt(s)
	case *ast.BranchStmt:
		return g.branch(s.Tok, s.Label)
	case *ast.ForStmt:
		return g.forStmt(s, label)
	case *ast.RangeStmt:
		return g.rangeStmt(s, label)
	case *ast.SwitchStmt:
		return g.switchStmt(s, label)
	case *ast.TypeSwitchStmt:
		return g.typeSwitch(s, label)
	case *ast.SelectStmt:
		return g.selectStmt(s, label)
	case *ast.SendStmt:
		return g.send(s)
	case *ast.GoStmt:
		return g.goStmt(s)
	case *ast.DeferStmt:
		return g.deferStmt(s)
	}
	g.refuse(fmt.Sprintf("%T", s), "this statement has no lowered form")
	return ""
}

func (g *gen) exprStmt(s *ast.ExprStmt) string {
	switch x := unparen(s.X).(type) {
	case *ast.CallExpr:
		return g.callText(x) + "\n"
	}
	if isUntypedNil(g.typ(s.X)) {
		return ""
	}
	return g.discard(g.expr(s.X), types.Default(g.typ(s.X)))
}

func (g *gen) labeled(s *ast.LabeledStmt) string {
	switch s.Stmt.(type) {
	case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
		if g.gotos[s.Label.Name] {
			return s.Label.Name + ":\n" + g.stmt(s.Stmt, s.Label.Name)
		}
		return g.stmt(s.Stmt, s.Label.Name)
	case *ast.BlockStmt:
		if !g.gotos[s.Label.Name] { // break L out of a block
			pre := g.push(s.Label.Name, false)
			text := pre + "switch {\ndefault:\n" + g.block(s.Stmt.(*ast.BlockStmt).List) + "}\n"
			g.pop()
			return text
		}
	}
	if !g.gotos[s.Label.Name] {
		return g.stmt(s.Stmt, "")
	}
	return s.Label.Name + ":\n" + g.stmt(s.Stmt, "")
}

func (g *gen) incDec(s *ast.IncDecStmt) string {
	t := g.typ(s.X)
	b, ok := under(t).(*types.Basic)
	if !ok {
		g.refuse(s.Tok.String()+" on "+nameOf(t), "it has no lowered form")
	}
	if b.Kind() == types.Uintptr || b.Info()&types.IsComplex != 0 { // it would end the function without a word
		return g.lhs(s.X) + " " + s.Tok.String()[:1] + "= " + g.literal(constant.MakeInt64(1), t) + "\n"
	}
	return g.lhs(s.X) + s.Tok.String() + "\n"
}

func (g *gen) ifStmt(s *ast.IfStmt) string {
	var b strings.Builder
	if s.Init != nil {
		b.WriteString("{\n" + g.stmt(s.Init, "") + g.condChecks(s.Cond))
	}
	b.WriteString("if " + g.expr(s.Cond) + " {\n" + g.block(s.Body.List) + "}")
	if s.Else != nil {
		b.WriteString(" else {\n" + g.stmt(s.Else, "") + "}")
	}
	b.WriteString("\n")
	if s.Init != nil {
		b.WriteString("}\n")
	}
	return b.String()
}

// goStmt starts a goroutine whose operands are evaluated now.
func (g *gen) goStmt(s *ast.GoStmt) string {
	g.goBody(s.Call.Fun)
	parts, f := g.call(s.Call)
	site := g.site(s)
	return fmt.Sprintf("rt.Go(%d, %s)\n", site, g.bind(parts, func(ss []string) string { return "func() { " + f(ss) + " }" }, "func()"))
}

// deferStmt registers a call whose operands are evaluated now. The frame is an
// operand too, because the maker is a top-level function.
func (g *gen) deferStmt(s *ast.DeferStmt) string {
	if g.isRecover(s.Call) {
		g.refuse("defer recover()", "which panic it sees is not known here")
	}
	g.fn.deferring = true
	parts, f := g.call(s.Call)
	g.fn.deferring = false
	fr := g.fn.frame
	parts = append(parts, part{fr, "*rt.Frame"})
	return fr + ".Defer(" + g.bind(parts, func(ss []string) string {
		k := len(ss) - 1
		return "func() { " + strings.ReplaceAll(f(ss[:k]), fr, ss[k]) + " }"
	}, "func()") + ")\n"
}

func (g *gen) localDecl(d *ast.GenDecl) string {
	var b strings.Builder
	for _, sp := range d.Specs {
		switch sp := sp.(type) {
		case *ast.TypeSpec:
			if len(g.fn.env) > 0 {
				g.refuse("type "+sp.Name.Name, "a type declared in a generic function")
			}
		case *ast.ValueSpec:
			if d.Tok == token.VAR {
				b.WriteString(g.varSpec(sp))
			}
		}
	}
	return b.String()
}

func (g *gen) varSpec(sp *ast.ValueSpec) string {
	var vs []*types.Var
	for _, n := range sp.Names {
		v, _ := g.u.info.Defs[n].(*types.Var)
		vs = append(vs, v)
	}
	switch len(sp.Values) {
	case 0:
		var b strings.Builder
		for _, v := range vs {
			if v != nil {
				t := g.subst(v.Type())
				b.WriteString(g.declare(v, g.zero(t), t))
			}
		}
		return b.String()
	case len(vs):
		return g.varValues(sp, vs)
	}
	return g.multi(sp.Values[0], len(vs), func(i int, src string, t types.Type) string {
		if vs[i] == nil || vs[i].Name() == "_" {
			return ""
		}
		vt := g.subst(vs[i].Type())
		return g.declare(vs[i], g.conv(src, t, vt), vt)
	})
}

func (g *gen) varValues(sp *ast.ValueSpec, vs []*types.Var) string {
	var b strings.Builder
	typeOf := func(i int) types.Type {
		if vs[i] != nil {
			return g.subst(vs[i].Type())
		}
		return types.Default(g.typ(sp.Values[i]))
	}
	srcs := make([]string, len(vs))
	for i := range vs {
		srcs[i] = g.to(sp.Values[i], typeOf(i))
		if len(vs) > 1 {
			n := g.temp()
			fmt.Fprintf(&b, "var %s %s = %s\n", n, g.lt(typeOf(i)), srcs[i])
			srcs[i] = n
		}
	}
	for i, v := range vs {
		b.WriteString(g.declare(v, srcs[i], typeOf(i)))
	}
	return b.String()
}

// declare makes variable o with the value src of type t: a local, a cell, or
// the slot of a session variable.
func (g *gen) declare(o *types.Var, src string, t types.Type) string {
	if o == nil || o.Name() == "_" {
		if src == "nil" {
			return ""
		}
		return g.discard(src, t)
	}
	if g.isGlobal(o) {
		return "*" + g.redeclare(o) + " = " + src + "\n"
	}
	l, lt := g.local(o), g.lt(t)
	if g.fn.boxed[o] {
		return fmt.Sprintf("%s := new(%s); *%s = %s\n", l, lt, l, src)
	}
	if lt == unnameable {
		return fmt.Sprintf("%s := %s\n", l, src)
	}
	return fmt.Sprintf("var %s %s = %s\n", l, lt, src)
}

func (g *gen) isGlobal(o *types.Var) bool {
	return o.Pkg() != nil && o.Parent() == o.Pkg().Scope()
}

// multi evaluates an expression with n values and passes each to use.
func (g *gen) multi(e ast.Expr, n int, use func(i int, src string, t types.Type) string) string {
	e = unparen(e)
	ts := make([]types.Type, n)
	ns := make([]string, n)
	for i := range ns {
		ns[i] = g.temp()
	}
	tup, isTuple := g.typ(e).(*types.Tuple)
	for i := range ts {
		switch {
		case isTuple:
			ts[i] = tup.At(i).Type()
		case i == 0:
			ts[i] = g.typ(e)
		default:
			ts[i] = types.Typ[types.Bool]
		}
	}
	if isTuple && n > 1 { // comma, ok
		ts[n-1] = types.Default(ts[n-1])
	}
	src := g.multiText(e, ts)
	var b strings.Builder
	b.WriteString(strings.Join(ns, ", ") + " := " + src + "\n")
	if _, inMap := e.(*ast.IndexExpr); inMap { // the interpreter leaves in v what a turn of a loop before this one put there
		fmt.Fprintf(&b, "if !%s { %s = %s }\n", ns[1], ns[0], g.zero(ts[0]))
	}
	for i := range ns {
		b.WriteString(use(i, ns[i], ts[i]))
	}
	return b.String()
}

func (g *gen) multiText(e ast.Expr, ts []types.Type) string {
	switch x := e.(type) {
	case *ast.CallExpr:
		return g.callText(x)
	case *ast.IndexExpr:
		return g.index(x)
	case *ast.UnaryExpr:
		return g.receiveOK(x) + "(" + g.expr(x.X) + ")"
	case *ast.TypeAssertExpr:
		t := g.typ(x.Type)
		ts[0] = t
		v := g.expr(x.X)
		if !isInterface(t) {
			ok, _ := g.unbox(t, g.typ(x.X))
			return ok + "(" + v + ")"
		}
		id := g.id(t)
		h := g.helper(fmt.Sprint("okI ", id), func(n string) string {
			return fmt.Sprintf("func %s(x interface{}) (%s, bool) { if rt.Impl(x, %d) { return %s, true }; return %s, false }\n", n, g.lt(t), id, g.fromAny("x", t), g.nilOf(t))
		})
		return h + "(" + v + ")"
	}
	g.refuse(fmt.Sprintf("several values from %T", e), "it has no lowered form")
	return ""
}

// initializer is one step of the initialisation of a script's package variables.
func (g *gen) initializer(in *types.Initializer) string {
	g.enter(nil)
	g.at = in.Rhs
	g.analyse(in.Rhs)
	if len(in.Lhs) == 1 {
		v := in.Lhs[0]
		if v.Name() == "_" {
			return g.discard(g.to(in.Rhs, types.Default(g.typ(in.Rhs))), types.Default(g.typ(in.Rhs)))
		}
		src := g.to(in.Rhs, v.Type())
		return "*" + g.global(v) + " = " + src + "\n"
	}
	return g.multi(in.Rhs, len(in.Lhs), func(i int, src string, t types.Type) string {
		v := in.Lhs[i]
		if v.Name() == "_" {
			return ""
		}
		return "*" + g.global(v) + " = " + g.conv(src, t, v.Type()) + "\n"
	})
}
