package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// site numbers the place of a node, for a blocking operation to name.
func (g *gen) site(n ast.Node) int {
	return g.out.site(Site{g.u.cell, g.line(n.Pos())})
}

// receive is the helper of <-c.
func (g *gen) receive(e *ast.UnaryExpr) string {
	return g.receiver(under(g.typ(e.X)).(*types.Chan), g.site(e), false)
}

// receiveOK is the helper of v, ok := <-c.
func (g *gen) receiveOK(e *ast.UnaryExpr) string {
	return g.receiver(under(g.typ(e.X)).(*types.Chan), g.site(e), true)
}

// receiver receives through the run time, which can interrupt the wait and
// knows on which line a cell waits.
func (g *gen) receiver(c *types.Chan, site int, ok bool) string {
	el := g.lt(c.Elem())
	ct := g.lt(c)
	return g.helper(fmt.Sprint("recv ", ct, site, ok), func(n string) string {
		if ok {
			return fmt.Sprintf("func %s(c %s) (%s, bool) { v := new(%s); ok := rt.Recv(c, v, %d); return *v, ok }\n", n, ct, el, el, site)
		}
		return fmt.Sprintf("func %s(c %s) %s { v := new(%s); rt.Recv(c, v, %d); return *v }\n", n, ct, el, el, site)
	})
}

func (g *gen) send(s *ast.SendStmt) string {
	c := under(g.typ(s.Chan)).(*types.Chan)
	el := c.Elem()
	ch, v := g.expr(s.Chan), g.to(s.Value, el)
	site := g.site(s)
	h := g.helper(fmt.Sprint("send ", g.lt(c), site), func(n string) string {
		if isFloat(el) {
			return fmt.Sprintf("func %s(c %s, v interface{}) { p := new(%s); *p = v.(%s); rt.Send(c, p, %d) }\n", n, g.lt(c), g.lt(el), g.lt(el), site)
		}
		return fmt.Sprintf("func %s(c %s, v %s) { p := new(%s); *p = v; rt.Send(c, p, %d) }\n", n, g.lt(c), g.lt(el), g.lt(el), site)
	})
	return h + "(" + ch + ", " + v + ")\n"
}

// commCase is one clause of a select, without the default.
type commCase struct {
	clause *ast.CommClause
	recv   types.Type // element type of a receive
}

// selectStmt goes through reflect.Select: the interpreter's own select shares
// its cases between goroutines.
func (g *gen) selectStmt(s *ast.SelectStmt, label string) string {
	var dirs, chans, vals []string
	var cases []commCase
	var def *ast.CommClause
	var pre strings.Builder
	operand := func(e ast.Expr) string { // evaluated once, in source order
		n := g.temp()
		fmt.Fprintf(&pre, "var %s %s = %s\n", n, g.lt(g.typ(e)), g.expr(e))
		return n
	}
	for _, c := range s.Body.List {
		c := c.(*ast.CommClause)
		switch m := c.Comm.(type) {
		case nil:
			def = c
		case *ast.SendStmt:
			ch := under(g.typ(m.Chan)).(*types.Chan)
			p := g.temp()
			chans = append(chans, operand(m.Chan))
			fmt.Fprintf(&pre, "%s := new(%s); *%s = %s\n", p, g.lt(ch.Elem()), p, g.to(m.Value, ch.Elem()))
			dirs, vals = append(dirs, "1"), append(vals, p)
			cases = append(cases, commCase{c, nil})
		default:
			u := received(m)
			ch := under(g.typ(u.X)).(*types.Chan)
			dirs, chans, vals = append(dirs, "0"), append(chans, operand(u.X)), append(vals, "nil")
			cases = append(cases, commCase{c, ch.Elem()})
		}
	}
	i, v, ok := g.temp(), g.temp(), g.temp()
	var b strings.Builder
	fmt.Fprintf(&b, "{\n%s%s, %s, %s := rt.Select(%d, %v, []int{%s}, []interface{}{%s}, []interface{}{%s})\n_, _ = %s, %s\n", pre.String(), i, v, ok,
		g.site(s), def != nil, strings.Join(dirs, ", "), strings.Join(chans, ", "), strings.Join(vals, ", "), v, ok)
	b.WriteString(g.push(label, false) + "switch {\n")
	for n, c := range cases {
		fmt.Fprintf(&b, "case %s == %d:\n", i, n)
		b.WriteString(g.commValues(c, v, ok))
		b.WriteString(g.block(c.clause.Body))
	}
	if def != nil {
		b.WriteString("default:\n" + g.block(def.Body))
	}
	g.pop()
	b.WriteString("}\n}\n")
	return b.String()
}

func received(s ast.Stmt) *ast.UnaryExpr {
	var x ast.Expr
	switch m := s.(type) {
	case *ast.ExprStmt:
		x = m.X
	case *ast.AssignStmt:
		x = m.Rhs[0]
	}
	return unparen(x).(*ast.UnaryExpr)
}

// commValues stores what a clause of a select received.
func (g *gen) commValues(c commCase, v, ok string) string {
	a, isAssign := c.clause.Comm.(*ast.AssignStmt)
	if !isAssign {
		return ""
	}
	p, lt := g.temp(), g.lt(c.recv)
	s := fmt.Sprintf("%s := new(%s); rt.Set(%s, %s)\n", p, lt, p, v)
	s += g.commStore(a, a.Lhs[0], "*"+p, c.recv)
	if len(a.Lhs) > 1 {
		s += g.commStore(a, a.Lhs[1], ok, types.Typ[types.Bool])
	}
	return s
}

func (g *gen) commStore(a *ast.AssignStmt, e ast.Expr, src string, t types.Type) string {
	if isBlank(e) {
		return ""
	}
	if id := identOf(e); id != nil && a.Tok == token.DEFINE {
		if o, ok := g.u.info.Defs[id].(*types.Var); ok {
			vt := g.subst(o.Type())
			return g.declare(o, g.conv(src, t, vt), vt)
		}
	}
	return g.lhs(e) + " = " + g.conv(src, t, g.typ(e)) + "\n"
}
