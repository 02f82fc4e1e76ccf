package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// switchStmt becomes a switch without a tag: the interpreter compares tags wrongly.
func (g *gen) switchStmt(s *ast.SwitchStmt, label string) string {
	var b strings.Builder
	b.WriteString("{\n")
	if s.Init != nil {
		b.WriteString(g.stmt(s.Init, ""))
	}
	tag := ""
	var tt types.Type
	if s.Tag != nil {
		tag = g.temp()
		tt = types.Default(g.typ(s.Tag))
		fmt.Fprintf(&b, "var %s %s = %s\n", tag, g.lt(tt), g.to(s.Tag, tt))
	}
	caseText := func(i int, c *ast.CaseClause) string { return g.caseText(c, tag, tt) }
	if fallsThrough(s) {
		k := g.temp()
		b.WriteString(g.chosen(s, k, tag, tt))
		caseText = func(i int, _ *ast.CaseClause) string { return fmt.Sprintf("case %s == %d:\n", k, i) }
	}
	b.WriteString(g.push(label, false) + "switch {\n")
	for i, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		b.WriteString(caseText(i, c))
		b.WriteString(g.block(c.Body))
	}
	g.pop()
	b.WriteString("}\n}\n")
	return b.String()
}

// fallsThrough reports whether a switch has a default and a fallthrough, which
// the interpreter does not get right together.
func fallsThrough(s *ast.SwitchStmt) bool {
	def, falls := false, false
	for _, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		def = def || c.List == nil
		if n := len(c.Body); n > 0 {
			br, ok := c.Body[n-1].(*ast.BranchStmt)
			falls = falls || ok && br.Tok == token.FALLTHROUGH
		}
	}
	return def && falls
}

// chosen computes the number of the clause of a switch that is run.
func (g *gen) chosen(s *ast.SwitchStmt, k, tag string, tt types.Type) string {
	def := -1
	var b strings.Builder
	text := ""
	for i, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		if c.List == nil {
			def = i
			continue
		}
		cond := strings.TrimSuffix(strings.TrimPrefix(g.caseText(c, tag, tt), "case "), ":\n")
		text += fmt.Sprintf("if %s { %s = %d } else ", cond, k, i)
	}
	fmt.Fprintf(&b, "%s := %d\n%s{ %s = %d }\n", k, def, text, k, def)
	return b.String()
}

func (g *gen) caseText(c *ast.CaseClause, tag string, tt types.Type) string {
	if c.List == nil {
		return "default:\n"
	}
	var cs []string
	for _, e := range c.List {
		if tag == "" && isInterface(g.typ(e)) {
			cs = append(cs, "rt.Eq(true, "+g.expr(e)+")")
		} else if tag == "" {
			cs = append(cs, g.expr(e))
		} else {
			cs = append(cs, g.caseTest(e, tag, tt))
		}
	}
	return "case " + strings.Join(cs, " || ") + ":\n"
}

func (g *gen) caseTest(e ast.Expr, tag string, tt types.Type) string {
	et := g.typ(e)
	switch {
	case g.u.info.Types[e].IsNil() && isInterface(tt):
		return "rt.IsNil(" + tag + ")"
	case g.u.info.Types[e].IsNil():
		return tag + " == nil"
	case isInterface(tt) || isInterface(et):
		return "rt.Eq(" + g.conv(tag, tt, anyType) + ", " + g.conv(g.expr(e), types.Default(et), anyType) + ")"
	case g.needsEq(tt):
		return "rt.Eq(" + tag + ", " + g.expr(e) + ")"
	}
	if directed(et) && !directed(tt) {
		return "(" + g.lt(et) + ")(" + tag + ") == " + g.expr(e)
	}
	if directed(tt) && !directed(et) {
		return tag + " == (" + g.lt(tt) + ")(" + g.expr(e) + ")"
	}
	return tag + " == " + g.to(e, tt)
}

func (g *gen) typeSwitch(s *ast.TypeSwitchStmt, label string) string {
	var b strings.Builder
	b.WriteString("{\n")
	if s.Init != nil {
		b.WriteString(g.stmt(s.Init, ""))
	}
	v := g.temp()
	fmt.Fprintf(&b, "var %s interface{} = %s\n", v, g.expr(switched(s)))
	b.WriteString(g.push(label, false) + "switch {\n")
	for _, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		b.WriteString(g.typeCase(c, v))
		b.WriteString(g.typeCaseVar(c, v))
		b.WriteString(g.block(c.Body))
	}
	g.pop()
	b.WriteString("}\n}\n")
	return b.String()
}

func switched(s *ast.TypeSwitchStmt) ast.Expr {
	var x ast.Expr
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X
	case *ast.AssignStmt:
		x = a.Rhs[0]
	}
	return unparen(x).(*ast.TypeAssertExpr).X
}

func (g *gen) typeCase(c *ast.CaseClause, v string) string {
	if c.List == nil {
		return "default:\n"
	}
	var cs []string
	for _, e := range c.List {
		cs = append(cs, g.typeTest(e, v))
	}
	return "case " + strings.Join(cs, " || ") + ":\n"
}

func (g *gen) typeTest(e ast.Expr, v string) string {
	if g.u.info.Types[e].IsNil() {
		return "rt.IsNil(" + v + ")"
	}
	t := g.typ(e)
	if isInterface(t) {
		return fmt.Sprintf("rt.Impl(%s, %d)", v, g.id(t))
	}
	lt := g.lt(t)
	if g.boxes(t) {
		return fmt.Sprintf("rt.ID(%s) == %d", v, g.id(t))
	}
	h := g.helper("is "+lt, func(n string) string {
		return fmt.Sprintf("func %s(x interface{}) bool { _, ok := x.(%s); return ok }\n", n, lt)
	})
	return h + "(" + v + ")"
}

// typeCaseVar declares the variable of a type switch in one of its clauses.
func (g *gen) typeCaseVar(c *ast.CaseClause, v string) string {
	o, ok := g.u.info.Implicits[c].(*types.Var)
	if !ok {
		return ""
	}
	t := g.subst(o.Type())
	if isInterface(t) {
		return g.declare(o, g.conv(v, anyType, t), t) + "_ = " + g.local(o) + "\n"
	}
	_, must := g.unbox(t, anyType)
	return g.declare(o, must+"("+v+")", t) + "_ = " + g.local(o) + "\n"
}
