package lower

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// conversion is T(x).
func (g *gen) conversion(e *ast.CallExpr) string {
	to, arg := g.typ(e.Fun), e.Args[0]
	from := g.typ(arg)
	if s, ok := g.constConversion(arg, from, to); ok {
		return s
	}
	if isInterface(to) {
		return g.conv(g.expr(arg), from, to)
	}
	if isUntypedNil(from) {
		return g.typedNil(to)
	}
	x := g.expr(arg)
	if g.lt(to) == g.lt(from) {
		return x
	}
	switch u := under(to).(type) {
	case *types.Signature, *types.Map:
		if p := namedPkg(to); p == nil || g.s.own(p) {
			return x
		}
	case *types.Pointer:
		if g.boxes(to) {
			g.refuse("conversion to "+nameOf(to), "pointers to different structs share memory")
		}
	case *types.Array:
		return g.toArray(x, from, to)
	case *types.Struct:
		return g.toStruct(x, from, to, u)
	}
	if s, ok := g.floatToInt(x, from, to); ok {
		return s
	}
	return convertTo(g.lt(to), x)
}

// convertTo writes a conversion. The type is in parentheses only where Go asks
// for it: the interpreter loses the result of (T)(x) in a condition.
func convertTo(lt, x string) string {
	if strings.ContainsAny(lt[:1], "*<(") || strings.HasPrefix(lt, "func") || strings.HasPrefix(lt, "chan") {
		lt = "(" + lt + ")"
	}
	return lt + "(" + x + ")"
}

func (g *gen) constConversion(arg ast.Expr, from, to types.Type) (string, bool) {
	tv := g.u.info.Types[arg]
	tb, ok := under(to).(*types.Basic)
	if tv.Value == nil || !ok {
		return "", false
	}
	if tb.Info()&types.IsString != 0 && tv.Value.Kind() == constant.Int {
		return "string(rune(" + g.expr(arg) + "))", true
	}
	if tb.Info()&types.IsComplex != 0 {
		return g.literal(tv.Value, to), true
	}
	if fb, ok := under(from).(*types.Basic); ok && fb.Info()&types.IsString == 0 {
		return g.lt(to) + "(" + g.expr(arg) + ")", true
	}
	return "", false
}

// floatToInt keeps the conversion of a float to an integer to compiled code.
func (g *gen) floatToInt(x string, from, to types.Type) (string, bool) {
	fb, ok1 := under(from).(*types.Basic)
	tb, ok2 := under(to).(*types.Basic)
	if !ok1 || !ok2 || fb.Info()&types.IsFloat == 0 || tb.Info()&types.IsInteger == 0 {
		return "", false
	}
	if tb.Info()&types.IsUnsigned != 0 {
		return g.lt(to) + "(rt.Unsigned(float64(" + x + ")))", true
	}
	return g.lt(to) + "(int64(" + x + "))", true
}

// toArray converts a slice to an array, which the interpreter cannot.
func (g *gen) toArray(x string, from, to types.Type) string {
	if _, ok := under(from).(*types.Slice); !ok {
		return convertTo(g.lt(to), x)
	}
	lt, n := g.lt(to), under(to).(*types.Array).Len()
	h := g.helper("array "+lt, func(name string) string {
		return fmt.Sprintf("func %s(x %s) %s { rt.Enough(len(x), %d); a := new(%s); for i := 0; i < %d; i++ { (*a)[i] = x[i] }; return *a }\n", name, g.lt(from), lt, n, lt, n)
	})
	return h + "(" + x + ")"
}

// toStruct converts between struct types by copying the fields.
func (g *gen) toStruct(x string, from, to types.Type, u *types.Struct) string {
	if !g.boxes(to) || !g.boxes(from) {
		return convertTo(g.lt(to), x)
	}
	lf, lt := g.lt(from), g.lt(to)
	h := g.helper("struct "+lf+" "+lt, func(name string) string {
		s := fmt.Sprintf("func %s(x %s) %s { v := new(%s)\n", name, lf, lt, lt)
		for i := range u.NumFields() {
			f := g.fieldIndexName(to, u, i)
			s += fmt.Sprintf("v.%s = x.%s\n", f, f)
		}
		return s + "return *v }\n"
	})
	return h + "(" + x + ")"
}

func namedPkg(t types.Type) *types.Package {
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Pkg()
	}
	return nil
}
