package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// lhs is an operand that is assigned to.
func (g *gen) lhs(e ast.Expr) string {
	e = unparen(e)
	if isBlank(e) {
		return "_"
	}
	s := g.expr(e)
	if p, ok := starred(s); ok {
		return "*" + p
	}
	return s
}

func (g *gen) assign(s *ast.AssignStmt) string {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		return g.assignOp(s)
	}
	if len(s.Lhs) == 1 {
		return g.assignOne(s)
	}
	lvs, pre := g.leftSides(s)
	if g.exchange(s) {
		lvs, pre = make([]string, len(s.Lhs)), ""
	}
	if len(s.Rhs) == 1 {
		return pre + g.multi(s.Rhs[0], len(s.Lhs), func(i int, src string, t types.Type) string {
			return g.store(s, i, src, t, lvs[i])
		})
	}
	return pre + g.assignMany(s, lvs)
}

// exchange reports whether s assigns to elements only, and no assignment changes
// which element another one means: a[i], a[j] = a[j], a[i].
func (g *gen) exchange(s *ast.AssignStmt) bool {
	for _, l := range s.Lhs {
		if !g.fixed(l) {
			return false
		}
	}
	return true
}

// assignOp is x op= y.
func (g *gen) assignOp(s *ast.AssignStmt) string {
	t := g.typ(s.Lhs[0])
	op := strings.TrimSuffix(s.Tok.String(), "=")
	r := ""
	if op == "<<" || op == ">>" {
		r = g.count(s.Rhs[0])
	} else {
		r = g.to(s.Rhs[0], t)
	}
	if g.simpleTarget(s.Lhs[0]) || !g.effects(s.Rhs[0]) || g.calm(s.Rhs[0]) && g.ready(s.Lhs[0]) {
		return g.lhs(s.Lhs[0]) + " " + op + "= " + r + "\n"
	}
	// The right side may panic or change what the left side names.
	lt := g.lt(t)
	if op == "<<" || op == ">>" {
		lt = "uint64"
	}
	lvs, pre := g.leftSides(s)
	v := g.temp()
	if lvs[0] == "" {
		lvs[0] = g.lhs(s.Lhs[0])
	}
	return fmt.Sprintf("%svar %s %s = %s\n%s%s %s= %s\n", pre, v, lt, r, g.lateCheck(lvs[0]), lvs[0], op, v)
}

func (g *gen) assignOne(s *ast.AssignStmt) string {
	t := g.targetType(s, 0)
	l := unparen(s.Lhs[0])
	src := g.to(s.Rhs[0], t)
	if src == "nil" && !isBlank(l) {
		src = g.typedNil(t)
	}
	// A store through a map, an index or a pointer must not happen, nor create
	// its target, when the right side panics.
	if !g.simpleTarget(l) && !(isNumber(t) && g.calm(s.Rhs[0]) && g.ready(l)) && (g.effects(s.Rhs[0]) || isStructText(t, s.Rhs[0])) {
		v := g.temp()
		if g.effects(l) && !g.fixed(l) {
			lvs, pre := g.leftSides(s)
			return pre + fmt.Sprintf("var %s %s = %s\n", v, g.lt(t), src) + g.store(s, 0, v, t, lvs[0])
		}
		return fmt.Sprintf("var %s %s = %s\n", v, g.lt(t), src) + g.targetCheck(l) + g.store(s, 0, v, t, "")
	}
	return g.store(s, 0, src, t, "")
}

// isStructText reports whether e makes a struct on the spot. The interpreter
// makes it in the pointer's place when it is stored through one, and not in
// what the pointer points at.
func isStructText(t types.Type, e ast.Expr) bool {
	_, isStruct := under(t).(*types.Struct)
	_, named := unparen(e).(*ast.Ident)
	return isStruct && !named
}

// lateCheck is the comparison that a target with evaluated operands needs right
// before it is assigned to.
func (g *gen) lateCheck(lv string) string {
	text := g.late[lv]
	delete(g.late, lv)
	return text
}

// targetCheck is the comparison for an element whose operands nothing changes
// before it is assigned to; none when the statement has compared the same.
func (g *gen) targetCheck(e ast.Expr) string {
	ix, ok := unparen(e).(*ast.IndexExpr)
	if !ok || g.isMap(ix.X) {
		return ""
	}
	did := g.didCheck
	g.didCheck = nil
	text := g.condChecks(ix)
	if g.didCheck = did; did[text] {
		return ""
	}
	return text
}

// simpleTarget reports whether assigning to e touches only a variable.
func (g *gen) simpleTarget(e ast.Expr) bool {
	_, ok := unparen(e).(*ast.Ident)
	return ok
}

// effects reports whether evaluating e may call, receive or panic.
func (g *gen) effects(e ast.Expr) bool { return g.risk(e) != markPlain }

// targetType is the type that the i-th right side is converted to.
func (g *gen) targetType(s *ast.AssignStmt, i int) types.Type {
	l := unparen(s.Lhs[i])
	if isBlank(l) {
		return types.Default(g.typ(s.Rhs[i]))
	}
	if o, ok := g.u.info.Defs[identOf(l)].(*types.Var); ok && identOf(l) != nil {
		return g.subst(o.Type())
	}
	return g.typ(l)
}

// store assigns src of type t to the i-th left side, whose operands lv holds
// when they were evaluated before.
func (g *gen) store(s *ast.AssignStmt, i int, src string, t types.Type, lv string) string {
	l := unparen(s.Lhs[i])
	if id, ok := l.(*ast.Ident); ok {
		if id.Name == "_" {
			if src == "nil" {
				return ""
			}
			return g.discard(src, t)
		}
		if o, ok := g.u.info.Defs[id].(*types.Var); ok && s.Tok == token.DEFINE {
			vt := g.subst(o.Type())
			return g.declare(o, g.conv(src, t, vt), vt)
		}
	}
	if lv == "" {
		lv = g.lhs(l)
	}
	return g.lateCheck(lv) + lv + " = " + g.conv(src, t, g.typ(l)) + "\n"
}

// discard evaluates src, which may panic: the interpreter skips what is
// assigned to the blank identifier.
func (g *gen) discard(src string, t types.Type) string {
	n := g.temp()
	return "var " + n + " " + g.lt(t) + " = " + src + "\n_ = " + n + "\n"
}

// leftSides evaluates the index and pointer operands on the left, as Go does
// before any assignment takes place.
func (g *gen) leftSides(s *ast.AssignStmt) ([]string, string) {
	var b strings.Builder
	lvs := make([]string, len(s.Lhs))
	for i, l := range s.Lhs {
		if !g.simpleTarget(l) {
			lvs[i] = g.place(&b, l)
		}
	}
	return lvs, b.String()
}

// place evaluates the operands of an assignable expression into temporaries and
// returns the expression over them.
func (g *gen) place(b *strings.Builder, e ast.Expr) string {
	switch e := unparen(e).(type) {
	case *ast.IndexExpr:
		return g.placeIndex(b, e)
	case *ast.SelectorExpr:
		if _, ok := g.u.info.Selections[e]; ok {
			return g.placeField(b, e)
		}
	case *ast.StarExpr:
		return "*" + g.keep(b, e.X)
	}
	return g.lhs(e)
}

// keep evaluates e now.
func (g *gen) keep(b *strings.Builder, e ast.Expr) string {
	n := g.temp()
	fmt.Fprintf(b, "%s := %s\n", n, g.expr(e))
	return n
}

func (g *gen) placeIndex(b *strings.Builder, ix *ast.IndexExpr) string {
	xt := under(g.typ(ix.X))
	base := ""
	switch xt.(type) {
	case *types.Array:
		base = g.place(b, ix.X)
		if strings.HasPrefix(base, "*") {
			base = "(" + base + ")"
		}
	case *types.Pointer:
		base = "(*" + g.keep(b, ix.X) + ")"
	default:
		base = g.keep(b, ix.X)
	}
	n := g.temp()
	if m, ok := xt.(*types.Map); ok {
		fmt.Fprintf(b, "var %s %s = %s\n", n, g.lt(m.Key()), g.element(ix.Index, m.Key()))
		return base + "[" + n + "]"
	}
	fmt.Fprintf(b, "var %s int = %s\n", n, g.intIndex(ix.Index))
	target := base + "[" + n + "]"
	if !g.settled(ix) {
		g.late[target] = indexCheck(n, "len("+base+")", false)
	}
	return target
}

func (g *gen) placeField(b *strings.Builder, sel *ast.SelectorExpr) string {
	xt := g.typ(sel.X)
	base := ""
	if isPointer(xt) {
		base = g.keep(b, sel.X)
	} else {
		base = g.place(b, sel.X)
		if p, ok := strings.CutPrefix(base, "*"); ok {
			base = p // a field of what a pointer points at: no explicit *
		}
	}
	_, index, _ := types.LookupFieldOrMethod(xt, true, g.pkgOf(sel), sel.Sel.Name)
	s, _ := g.path(base, xt, index)
	return s
}

func (g *gen) assignMany(s *ast.AssignStmt, lvs []string) string {
	var b strings.Builder
	tmp := make([]string, len(s.Rhs))
	for i, r := range s.Rhs {
		t := g.targetType(s, i)
		tmp[i] = g.temp()
		fmt.Fprintf(&b, "var %s %s = %s\n", tmp[i], g.lt(t), g.to(r, t))
	}
	for i, l := range s.Lhs {
		if lvs[i] == "" {
			b.WriteString(g.targetCheck(l))
		}
		b.WriteString(g.store(s, i, tmp[i], g.targetType(s, i), lvs[i]))
	}
	return b.String()
}

// ret lowers a return statement.
func (g *gen) ret(s *ast.ReturnStmt) string {
	var b strings.Builder
	vals := g.returned(&b, s)
	if g.fn.resBoxes != nil && len(vals) > 0 {
		g.storeResults(&b, vals)
	}
	switch {
	case g.fn.inRange:
		b.WriteString(g.leave(len(g.fn.targets), 1))
	case g.fn.resBoxes != nil || g.fn.frame != "":
		b.WriteString("return\n")
	default:
		b.WriteString("return " + strings.Join(vals, ", ") + "\n")
	}
	return b.String()
}

func (g *gen) resultType(i int) types.Type { return g.fn.sig.Results().At(i).Type() }

func (g *gen) returned(b *strings.Builder, s *ast.ReturnStmt) (vals []string) {
	n := g.fn.sig.Results().Len()
	switch {
	case len(s.Results) == 0:
		if g.fn.resBoxes != nil {
			return nil
		}
		for i := range n {
			if v := g.fn.resNames[i]; v == nil || v.Name() == "_" {
				vals = append(vals, g.zero(g.resultType(i)))
			} else {
				vals = append(vals, g.varRef(v))
			}
		}
	case len(s.Results) == n:
		for i, r := range s.Results {
			src := g.to(r, g.resultType(i))
			if src == "nil" {
				src = g.nilOf(g.resultType(i))
			}
			vals = append(vals, src)
		}
	default:
		b.WriteString(g.multi(s.Results[0], n, func(i int, src string, t types.Type) string {
			vals = append(vals, g.conv(src, t, g.resultType(i)))
			return ""
		}))
	}
	return vals
}

func (g *gen) storeResults(b *strings.Builder, vals []string) {
	if len(vals) > 1 {
		for i, v := range vals {
			t := g.temp()
			fmt.Fprintf(b, "var %s %s = %s\n", t, g.lt(g.resultType(i)), v)
			vals[i] = t
		}
	}
	for i := range vals {
		fmt.Fprintf(b, "*%s = %s\n", g.fn.resBoxes[i], vals[i])
	}
}
