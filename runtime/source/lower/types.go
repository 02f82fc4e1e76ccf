package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

func under(t types.Type) types.Type { return types.Unalias(t).Underlying() }

func isInterface(t types.Type) bool {
	if isTypeParam(t) {
		return false
	}
	return types.IsInterface(t)
}

func isTypeParam(t types.Type) bool { _, ok := types.Unalias(t).(*types.TypeParam); return ok }

func isPointer(t types.Type) bool { _, ok := under(t).(*types.Pointer); return ok }

func isNamed(t types.Type) bool { _, ok := types.Unalias(t).(*types.Named); return ok }

func isUntypedNil(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Kind() == types.UntypedNil
}

// nativeInterface reports whether t is an interface type kept as such: error,
// or one of a compiled package that has methods.
func (g *gen) nativeInterface(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || !types.IsInterface(t) {
		return false
	}
	return !g.s.own(n.Obj().Pkg()) && under(t).(*types.Interface).NumMethods() > 0
}

func (g *gen) boxes(t types.Type) bool { return g.s.table.boxed(t) }

// id is the number of t, which the run time must then know.
func (g *gen) id(t types.Type) int {
	i := g.s.table.id(t)
	g.used[i] = true
	return i
}

// typ is the type of an expression in the instance being lowered.
func (g *gen) typ(e ast.Expr) types.Type {
	if id, ok := e.(*ast.Ident); ok {
		if in, ok := g.u.info.Instances[id]; ok && in.Type != nil {
			return g.subst(in.Type)
		}
	}
	return g.subst(g.u.info.TypeOf(e))
}

// lt is the lowered type, as source text.
func (g *gen) lt(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return g.basicText(t)
	case *types.Named:
		return g.namedText(t)
	case *types.Pointer:
		return "*" + g.lt(t.Elem())
	case *types.Slice:
		return "[]" + g.lt(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), g.lt(t.Elem()))
	case *types.Map:
		return "map[" + g.lt(t.Key()) + "]" + g.lt(t.Elem())
	case *types.Chan:
		return [...]string{"chan ", "chan<- ", "<-chan "}[t.Dir()] + g.lt(t.Elem())
	case *types.Signature:
		return "func" + g.sigText(t)
	case *types.Interface:
		return "interface{}"
	case *types.Struct:
		return g.structText(t)
	case *types.TypeParam:
		g.refuse("generic code", "type parameter %s is not known here", t)
	}
	g.refuse("type "+t.String(), "it has no lowered form")
	return ""
}

func (g *gen) basicText(t *types.Basic) string {
	switch t.Kind() {
	case types.UnsafePointer:
		g.refuse("unsafe.Pointer", "the interpreter's memory is not laid out like the compiler's")
	case types.UntypedNil:
		return "interface{}"
	}
	return types.Typ[types.Default(t).(*types.Basic).Kind()].Name()
}

func (g *gen) namedText(t *types.Named) string {
	o := t.Obj()
	if o.Pkg() == nil {
		if o.Name() == "error" {
			return "error"
		}
		return "interface{}" // comparable
	}
	if !g.s.own(o.Pkg()) {
		return g.foreignText(t)
	}
	if st, ok := t.Underlying().(*types.Struct); ok {
		return g.structName(t, st)
	}
	if g.busy[t] {
		g.refuse("type "+o.Name(), "a recursive type that is not a struct")
	}
	g.busy[t] = true
	defer delete(g.busy, t)
	return g.lt(t.Underlying())
}

// foreignText names a type of a compiled package.
func (g *gen) foreignText(t *types.Named) string {
	o := t.Obj()
	if t.TypeArgs().Len() > 0 {
		if n := g.atomicPointer(t); n != "" {
			return n
		}
		g.refuse("type "+nameOf(t), "a generic type of a compiled package")
	}
	if types.IsInterface(t) && under(t).(*types.Interface).NumMethods() == 0 {
		return "interface{}"
	}
	if !o.Exported() {
		return unnameable
	}
	if o.Pkg().Path() == "runtime" && o.Name() == "TypeAssertionError" {
		g.refuse("runtime.TypeAssertionError", "the panic of an interpreted type assertion is of another type")
	}
	return g.native(o.Pkg(), o.Name(), false)
}

// unnameable stands for a type that lowered code cannot name: an unexported one
// of a compiled package. It must not reach the program.
const unnameable = "\x03"

// structName names a struct of the session. The run time makes its type, one
// for all cells: the interpreter cannot make recursive structs.
func (g *gen) structName(t types.Type, st *types.Struct) string {
	id := g.id(t)
	if !g.structs[id] {
		g.structs[id] = true
		g.checkFields(st)
	}
	return fmt.Sprintf("t.S%d", id)
}

// checkFields refuses what could not be stored under exported names.
func (g *gen) checkFields(st *types.Struct) {
	seen := map[string]bool{}
	for i := range st.NumFields() {
		name := fieldName(st.Field(i), i)
		if seen[name] {
			g.refuse("struct field "+st.Field(i).Name(), "it differs from another field only by a leading X")
		}
		seen[name] = true
	}
}

// structText names a struct type that has no name as the run time makes it: the
// interpreter loses the type of (*p).field where it spells the struct itself.
func (g *gen) structText(t *types.Struct) string {
	if t.NumFields() == 0 {
		return "struct { }"
	}
	return g.structName(t, t)
}

func fieldName(f *types.Var, i int) string { return shape.FieldName(f.Name(), i) }

// fieldIndexName is the name of field i of a struct, which the session or a
// compiled package declares.
func (g *gen) fieldIndexName(t types.Type, st *types.Struct, i int) string {
	if n, ok := types.Unalias(t).(*types.Named); ok && !g.s.own(n.Obj().Pkg()) {
		return st.Field(i).Name()
	}
	return fieldName(st.Field(i), i)
}

func hasBlank(t types.Type) bool {
	st, ok := under(t).(*types.Struct)
	if !ok {
		return false
	}
	for f := range st.Fields() {
		if f.Name() == "_" || hasBlank(f.Type()) {
			return true
		}
	}
	return false
}

func (g *gen) sigText(s *types.Signature) string {
	var ps []string
	for v := range s.Params().Variables() {
		ps = append(ps, g.lt(v.Type()))
	}
	return "(" + strings.Join(ps, ", ") + ")" + g.resultText(s)
}

func (g *gen) resultText(s *types.Signature) string {
	var rs []string
	for v := range s.Results().Variables() {
		rs = append(rs, g.lt(v.Type()))
	}
	switch len(rs) {
	case 0:
		return ""
	case 1:
		return " " + rs[0]
	}
	return " (" + strings.Join(rs, ", ") + ")"
}

// zero is an expression for the zero value.
func (g *gen) zero(t types.Type) string {
	switch u := under(t).(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return g.typedConst(t, `""`)
		case u.Info()&types.IsBoolean != 0:
			return g.typedConst(t, "false")
		case u.Info()&types.IsNumeric != 0:
			return g.lt(t) + "(0)"
		}
	case *types.Struct, *types.Array:
		if isNamed(t) && !g.boxes(t) {
			return "*new(" + g.lt(t) + ")"
		}
		return g.lt(t) + "{}"
	}
	return g.nilOf(t)
}

// nilOf is nil of type t: the interpreter cannot make one of a compiled
// interface type.
func (g *gen) nilOf(t types.Type) string {
	if g.nativeInterface(t) {
		if lt := g.lt(t); lt != "error" {
			return "*new(" + lt + ")"
		}
	}
	return "nil"
}

func (g *gen) typedConst(t types.Type, s string) string {
	if n, ok := types.Unalias(t).(*types.Named); ok && !g.s.own(n.Obj().Pkg()) {
		return g.lt(t) + "(" + s + ")"
	}
	return s
}

// native names a symbol of a compiled package, which the interpreter must have.
func (g *gen) native(p *types.Package, name string, isVar bool) string {
	if !g.s.conf.Has(p.Path(), name) {
		g.refuse(p.Name()+"."+name, "it is not available to the interpreter")
	}
	g.out.natives[Native{p.Path(), name, isVar}] = true
	return "n." + NativeName(p.Path(), name)
}

// NativeName is the name of a compiled package's symbol in lowered text, where
// all symbols live in one synthetic package n.
func NativeName(path, name string) string {
	return strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(path) + "_" + name
}
