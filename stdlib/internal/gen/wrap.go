package main

import (
	"fmt"
	"go/types"
	"strings"
)

// wrap adds the interface wrapper of an interface: a struct with a function
// field for each method, through which the interpreter gives an interpreted
// value the methods that compiled code asks for. The names of type and fields
// are what yaegi looks for.
func (t *table) wrap(obj *types.TypeName, iface *types.Interface) {
	name := "_" + mangle(t.path) + "_" + obj.Name()
	var fields, methods strings.Builder
	for m := range iface.Methods() {
		if !m.Exported() {
			continue // no type outside the package can have it
		}
		s, ok := t.signature(m.Signature())
		if !ok {
			return
		}
		fmt.Fprintf(&fields, "\tW%s func%s\n", m.Name(), s.decl)
		fmt.Fprintf(&methods, "\nfunc (w %s) %s%s {\n", name, m.Name(), s.decl)
		if m.Name() == "String" && s.decl == "() string" {
			// fmt asks for it also while a value is being built.
			methods.WriteString("\tif w.WString == nil {\n\t\treturn \"\"\n\t}\n")
		}
		fmt.Fprintf(&methods, "\t%sw.W%s(%s)\n}\n", s.ret, m.Name(), s.args)
	}
	t.entry("_"+obj.Name(), "value", "(*"+name+")(nil)")
	t.wraps = append(t.wraps, fmt.Sprintf("// %s wraps %s.%s.\ntype %s struct {\n\tIValue any\n%s}\n%s",
		name, obj.Pkg().Name(), obj.Name(), name, fields.String(), methods.String()))
}

// spelling is a method's signature as text, with parameters named a0, a1, ….
type spelling struct{ decl, args, ret string }

// signature spells a signature; it fails where a type cannot be named from here.
func (t *table) signature(sig *types.Signature) (spelling, bool) {
	ok := true
	qualify := func(p *types.Package) string {
		ok = ok && importable(p.Path())
		t.imports[p.Path()] = true
		return p.Name()
	}
	var params, args, results []string
	for i := range sig.Params().Len() {
		typ := sig.Params().At(i).Type()
		ok = ok && nameable(typ)
		text, arg := types.TypeString(typ, qualify), fmt.Sprintf("a%d", i)
		param := arg + " " + text
		if sig.Variadic() && i == sig.Params().Len()-1 {
			param, arg = arg+" ..."+strings.TrimPrefix(text, "[]"), arg+"..."
		}
		params, args = append(params, param), append(args, arg)
	}
	for v := range sig.Results().Variables() {
		ok = ok && nameable(v.Type())
		results = append(results, types.TypeString(v.Type(), qualify))
	}
	s := spelling{decl: "(" + strings.Join(params, ", ") + ")", args: strings.Join(args, ", ")}
	switch len(results) {
	case 0:
		return s, ok
	case 1:
		s.decl += " " + results[0]
	default:
		s.decl += " (" + strings.Join(results, ", ") + ")"
	}
	s.ret = "return "
	return s, ok
}

// nameable tells whether another package can write the type, as far as its
// outer layers go; the compiler has the last word.
func nameable(typ types.Type) bool {
	switch typ := typ.(type) {
	case *types.Named:
		return typ.Obj().Pkg() == nil || typ.Obj().Exported()
	case *types.Alias:
		return typ.Obj().Pkg() == nil || typ.Obj().Exported()
	case *types.Pointer:
		return nameable(typ.Elem())
	case *types.Slice:
		return nameable(typ.Elem())
	}
	return true
}
