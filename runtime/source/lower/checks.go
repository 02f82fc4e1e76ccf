package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// The interpreter panics for an index out of range, but loses the numbers that
// Go's message has. A call into the run time for every index costs four times
// the index itself, so a statement is preceded by plain comparisons for the
// indexes that it certainly evaluates, before it calls anything. An index that
// this does not reach is checked by a call where its panic may be recovered.

// boundChecks are the comparisons for what a statement indexes and slices.
func (g *gen) boundChecks(s ast.Stmt) string {
	c := &checks{g: g}
	switch s := s.(type) {
	case *ast.ExprStmt:
		c.visit(s.X)
	case *ast.AssignStmt:
		c.all(s.Rhs)
		c.targets(s.Lhs)
	case *ast.IncDecStmt:
		c.visit(s.X)
	case *ast.ReturnStmt:
		c.all(s.Results)
	case *ast.SendStmt:
		c.visit(s.Chan)
		c.visit(s.Value)
	case *ast.IfStmt:
		if s.Init == nil {
			c.visit(s.Cond)
		}
	case *ast.SwitchStmt:
		if s.Init == nil && s.Tag != nil {
			c.visit(s.Tag)
		}
	case *ast.RangeStmt:
		if _, array := under(c.g.typ(s.X)).(*types.Array); !array { // or only its length may count
			c.visit(s.X)
		}
	case *ast.DeclStmt:
		c.decl(s)
	}
	return c.text.String()
}

// condChecks are the comparisons for an expression that is evaluated next.
func (g *gen) condChecks(e ast.Expr) string {
	c := &checks{g: g}
	c.visit(e)
	return c.text.String()
}

// checkedCond lowers a condition that is not always evaluated, or more than once
// in its statement: the comparisons for it are part of it.
func (g *gen) checkedCond(e ast.Expr) string {
	did := g.didCheck
	g.didCheck = nil
	c := &checks{g: g, inside: true}
	c.visit(e)
	g.didCheck = did
	text := g.expr(e)
	if c.text.Len() == 0 {
		return text
	}
	return "(" + c.text.String() + text + ")"
}

// checks walks expressions in the order of their evaluation.
type checks struct {
	g      *gen
	text   strings.Builder
	done   bool // something was called, which may change what comes later
	inside bool // the comparisons are operands of &&, not statements
}

func (c *checks) all(es []ast.Expr) {
	for _, e := range es {
		c.visit(e)
	}
}

// targets visits what is assigned to. Of several, each may panic when its turn
// comes, after those before it have been assigned: only operands come first.
func (c *checks) targets(es []ast.Expr) {
	for _, e := range es {
		ix, ok := unparen(e).(*ast.IndexExpr)
		if !ok || len(es) == 1 {
			c.visit(e)
			continue
		}
		delete(c.g.compared, ix)
		c.visit(ix.X)
		c.visit(ix.Index)
	}
}

func (c *checks) decl(s *ast.DeclStmt) {
	d, _ := s.Decl.(*ast.GenDecl)
	if d == nil || d.Tok != token.VAR {
		return
	}
	for _, spec := range d.Specs {
		c.all(spec.(*ast.ValueSpec).Values)
		c.done = true // the next variables may use this one
	}
}

func (c *checks) visit(e ast.Expr) {
	if e == nil || c.done {
		return
	}
	if tv := c.g.u.info.Types[e]; tv.IsType() || tv.Value != nil {
		return
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		c.visit(e.X)
	case *ast.SelectorExpr:
		c.visit(e.X)
	case *ast.StarExpr:
		c.visit(e.X)
	case *ast.UnaryExpr:
		c.visit(e.X)
		c.done = c.done || e.Op == token.ARROW
	case *ast.BinaryExpr:
		c.visit(e.X)
		if e.Op == token.LAND || e.Op == token.LOR {
			c.done = true // the right side may not be evaluated
			return
		}
		c.visit(e.Y)
	case *ast.KeyValueExpr:
		c.visit(e.Value)
	case *ast.CompositeLit:
		c.all(e.Elts)
	case *ast.TypeAssertExpr:
		c.visit(e.X)
	case *ast.CallExpr:
		c.call(e)
	case *ast.IndexExpr:
		c.index(e)
	case *ast.SliceExpr:
		c.slice(e)
	}
}

func (c *checks) call(e *ast.CallExpr) {
	tv := c.g.u.info.Types[e.Fun]
	if !tv.IsType() && !tv.IsBuiltin() {
		c.visit(e.Fun)
	}
	c.all(e.Args)
	c.done = c.done || !tv.IsType() && !tv.IsBuiltin()
}

func (c *checks) index(e *ast.IndexExpr) {
	c.visit(e.X)
	c.visit(e.Index)
	delete(c.g.compared, e)
	if c.g.inside(e) {
		c.g.compared[e] = true
		return
	}
	if c.done || !c.simple(e.Index) {
		return
	}
	constant := c.g.u.info.Types[e.Index].Value != nil
	n := ""
	if a, array := under(c.g.typ(e.X)).(*types.Array); array && !constant {
		n = fmt.Sprint(a.Len())
	} else if _, ok := c.indexable(e.X); ok && !array {
		n = "len(" + c.g.expr(e.X) + ")"
	} else {
		return
	}
	i := c.g.intIndex(e.Index)
	c.g.compared[e] = true
	natural := constant || c.g.natural(e.Index)
	if c.inside {
		c.add(indexCond(i, n, natural))
		return
	}
	c.add(indexCheck(i, n, natural))
}

// indexCheck compares an index with a length.
func indexCheck(i, n string, natural bool) string {
	below := i + " < 0 || "
	if natural {
		below = ""
	}
	return fmt.Sprintf("if %s%s >= %s { rt.Idx(%s, %s) }\n", below, i, n, i, n)
}

// indexCond is the same as an operand that is true or panics.
func indexCond(i, n string, natural bool) string {
	above := i + " >= 0 && "
	if natural {
		above = ""
	}
	return fmt.Sprintf("(%s%s < %s || rt.Idx(%s, %s) < 0) && ", above, i, n, i, n)
}

func (c *checks) add(text string) {
	c.text.WriteString(text)
	if c.g.didCheck != nil {
		c.g.didCheck[text] = true
	}
}

func (c *checks) slice(e *ast.SliceExpr) {
	c.visit(e.X)
	t, ok := c.indexable(e.X)
	delete(c.g.compared, e)
	var bounds [3]string
	for i, k := range []ast.Expr{e.Low, e.High, e.Max} {
		if k == nil {
			continue
		}
		c.visit(k)
		if ok = ok && c.simple(k); ok {
			bounds[i] = c.g.intIndex(k)
		}
	}
	if !ok || c.done || e.Max != nil {
		return
	}
	c.g.compared[e] = true
	low, high, x := bounds[0], bounds[1], c.g.expr(e.X)
	limit := "cap"
	if _, slice := t.(*types.Slice); !slice {
		limit = "len"
	}
	var wrong []string
	if low != "" {
		wrong = append(wrong, low+" < 0")
	}
	switch {
	case high != "":
		wrong = append(wrong, high+" < "+orZero(low), high+" > "+limit+"("+x+")")
	case low != "":
		wrong = append(wrong, low+" > len("+x+")")
	default:
		return
	}
	if c.inside {
		c.add("(!(" + strings.Join(wrong, " || ") + ") || " + c.g.checkBounds(x, t, bounds) + " < 0) && ")
		return
	}
	c.add(fmt.Sprintf("if %s { %s }\n", strings.Join(wrong, " || "), c.g.checkBounds(x, t, bounds)))
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// indexable reports whether x is a slice, string or array that can be named
// twice, and its underlying type.
func (c *checks) indexable(x ast.Expr) (types.Type, bool) {
	if !c.simple(x) || c.g.u.info.Types[x].Value != nil || c.g.u.info.Types[x].IsType() {
		return nil, false
	}
	t := under(c.g.typ(x))
	switch u := t.(type) {
	case *types.Slice, *types.Array:
		return t, true
	case *types.Basic:
		return t, u.Info()&types.IsString != 0
	}
	return nil, false
}

// simple reports whether evaluating e twice is cheap and the same as once.
func (c *checks) simple(e ast.Expr) bool {
	if tv := c.g.u.info.Types[e]; tv.Value != nil {
		return true
	}
	switch e := e.(type) {
	case *ast.Ident:
		_, ok := c.g.u.info.Uses[e].(*types.Var)
		return ok
	case *ast.ParenExpr:
		return c.simple(e.X)
	case *ast.SelectorExpr:
		s := c.g.u.info.Selections[e]
		return s != nil && s.Kind() == types.FieldVal && c.simple(e.X)
	case *ast.BinaryExpr:
		return c.g.calmOp(e) && c.simple(e.X) && c.simple(e.Y)
	case *ast.IndexExpr:
		return c.g.compared[e] && c.simple(e.X)
	case *ast.CallExpr:
		if c.g.u.info.Types[e.Fun].IsType() {
			return len(e.Args) == 1 && isNumber(c.g.typ(e.Fun)) && isNumber(c.g.typ(e.Args[0])) && c.simple(e.Args[0])
		}
		id, ok := e.Fun.(*ast.Ident)
		return ok && id.Name == "len" && c.g.u.info.Types[e.Fun].IsBuiltin() && c.simple(e.Args[0])
	}
	return false
}
