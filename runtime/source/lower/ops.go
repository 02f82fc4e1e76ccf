package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"strconv"
	"strings"
)

// literal is a constant of type t. Constants are folded here: the interpreter's
// own constant arithmetic and iota are not trusted.
func (g *gen) literal(v constant.Value, t types.Type) string {
	if n, ok := types.Unalias(t).(*types.Named); ok && !g.s.own(n.Obj().Pkg()) {
		return g.lt(t) + "(" + g.literal(v, t.Underlying()) + ")"
	}
	b, ok := under(t).(*types.Basic)
	if !ok {
		g.refuse("constant of type "+nameOf(t), "it has no lowered form")
	}
	b = types.Default(b).(*types.Basic)
	name := types.Typ[b.Kind()].Name()
	switch {
	case b.Info()&types.IsBoolean != 0:
		return strconv.FormatBool(constant.BoolVal(v))
	case b.Info()&types.IsString != 0:
		return strconv.Quote(constant.StringVal(v))
	case b.Info()&types.IsInteger != 0:
		return intLiteral(constant.ToInt(v).ExactString(), b, name)
	case b.Info()&types.IsFloat != 0:
		return name + "(" + g.floatLiteral(v, b) + ")"
	case b.Info()&types.IsComplex != 0:
		v = constant.ToComplex(v)
		re, _ := constant.Float64Val(constant.Real(v))
		im, _ := constant.Float64Val(constant.Imag(v))
		return fmt.Sprintf("%s(complex(float64(%s), float64(%s)))", name, formatFloat(re), formatFloat(im))
	}
	g.refuse("constant "+v.String(), "it has no lowered form")
	return ""
}

func intLiteral(s string, b *types.Basic, name string) string {
	if b.Kind() != types.Int {
		return name + "(" + s + ")"
	}
	if s == "-9223372036854775808" {
		return "(-9223372036854775807 - 1)"
	}
	if s[0] == '-' {
		return "(" + s + ")"
	}
	return s
}

func (g *gen) floatLiteral(v constant.Value, b *types.Basic) string {
	f, _ := constant.Float64Val(constant.ToFloat(v))
	if b.Kind() == types.Float32 {
		h, _ := constant.Float32Val(constant.ToFloat(v))
		f = float64(h)
	}
	if math.IsInf(f, 0) {
		g.refuse("constant "+v.String(), "it overflows")
	}
	return formatFloat(f)
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// wrap forces the result of arithmetic on a sized number into its range.
func (g *gen) wrap(s string, t types.Type) string {
	b, ok := under(t).(*types.Basic)
	if !ok || b.Info()&types.IsNumeric == 0 || b.Info()&types.IsUntyped != 0 {
		return s
	}
	switch {
	case b.Info()&types.IsInteger != 0, b.Kind() == types.Float64, b.Kind() == types.Complex128:
		if n, ok := types.Unalias(t).(*types.Named); !ok || g.s.own(n.Obj().Pkg()) {
			return s
		}
	}
	return g.lt(t) + s
}

func (g *gen) binary(e *ast.BinaryExpr) string {
	switch e.Op {
	case token.EQL, token.NEQ:
		if s, ok := g.equality(e); ok {
			return s
		}
	case token.SHL, token.SHR:
		x := g.to(e.X, g.typ(e))
		if g.u.info.Types[e.X].Value != nil && !strings.HasSuffix(x, ")") {
			x = g.lt(g.typ(e)) + "(" + x + ")" // or the interpreter takes the type of what is around it
		}
		return g.wrap("("+x+" "+e.Op.String()+" "+g.count(e.Y)+")", g.typ(e))
	case token.LAND, token.LOR:
		x := g.expr(e.X)
		return "(" + x + " " + e.Op.String() + " " + g.checkedCond(e.Y) + ")"
	}
	t := g.typ(e.X)
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = g.typ(e.Y)
	}
	x, y := g.to(e.X, t), g.to(e.Y, t)
	switch yt := g.typ(e.Y); {
	case directed(yt) && !directed(t):
		x = "(" + g.lt(yt) + ")(" + x + ")"
	case directed(t) && !directed(yt):
		y = "(" + g.lt(t) + ")(" + y + ")"
	}
	if b, ok := under(t).(*types.Basic); ok && b.Info()&types.IsInteger != 0 && (e.Op == token.QUO || e.Op == token.REM) && g.u.info.Types[e.Y].Value == nil {
		return g.wrap(g.divide(x, y, e.Op, t), g.typ(e))
	}
	s := "(" + x + " " + e.Op.String() + " " + y + ")"
	switch e.Op {
	case token.ADD, token.SUB, token.MUL, token.QUO, token.REM, token.AND, token.OR, token.XOR, token.AND_NOT:
		return g.wrap(s, g.typ(e))
	}
	return s
}

// directed reports whether t is a channel that only sends or only receives: one
// of both directions is compared with it as its like.
func directed(t types.Type) bool {
	c, ok := under(t).(*types.Chan)
	return ok && c.Dir() != types.SendRecv
}

// divide is integer division, which must panic on zero as Go does.
func (g *gen) divide(x, y string, op token.Token, t types.Type) string {
	return "(" + x + " " + op.String() + " " + y + ")"
}

// equality compares what the interpreter's == gets wrong: interfaces, structs,
// arrays, and nil.
func (g *gen) equality(e *ast.BinaryExpr) (string, bool) {
	x, y := g.typ(e.X), g.typ(e.Y)
	not := ""
	if e.Op == token.NEQ {
		not = "!"
	}
	xn, yn := g.u.info.Types[e.X].IsNil(), g.u.info.Types[e.Y].IsNil()
	if xn || yn {
		v, t := e.X, x
		if xn {
			v, t = e.Y, y
		}
		if isInterface(t) {
			return not + "rt.IsNil(" + g.expr(v) + ")", true
		}
		return "(" + g.expr(v) + " " + e.Op.String() + " nil)", true
	}
	if !g.needsEq(x) && !g.needsEq(y) {
		return "", false
	}
	if hasBlank(x) || hasBlank(y) {
		g.refuse("comparison of structs with blank fields", "the blank fields would count")
	}
	a, b := g.expr(e.X), g.expr(e.Y)
	switch {
	case isInterface(x) && !isInterface(y):
		b = g.conv(g.expr(e.Y), y, x)
	case isInterface(y) && !isInterface(x):
		a = g.conv(g.expr(e.X), x, y)
	}
	return not + "rt.Eq(" + a + ", " + b + ")", true
}

func (g *gen) needsEq(t types.Type) bool {
	if isInterface(t) {
		return true
	}
	switch under(t).(type) {
	case *types.Struct, *types.Array:
		return true
	}
	return false
}

// count is a shift count, as a uint64.
func (g *gen) count(e ast.Expr) string {
	if v := g.u.info.Types[e].Value; v != nil {
		return g.literal(v, types.Typ[types.Uint64])
	}
	if b, ok := under(g.typ(e)).(*types.Basic); ok && b.Info()&types.IsUnsigned == 0 {
		return "rt.Shift(int64(" + g.expr(e) + "))"
	}
	return "uint64(" + g.expr(e) + ")"
}
