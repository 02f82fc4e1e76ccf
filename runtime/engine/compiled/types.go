package compiled

import (
	"fmt"
	"go/types"
	"path"
	"sort"
	"strconv"
	"strings"
)

// typeWriter writes types as Go source of package main outside any cell's file:
// it names the imports that it needs itself. A type that cannot be written (a
// local type, an unexported type of another package) makes ok false.
type typeWriter struct {
	names   *namer
	prefix  string
	imports map[string]string // path → local name
	ok      bool
}

// write returns t as source, or false when t has no name here.
func (w *typeWriter) write(t types.Type) (string, bool) {
	w.ok = true
	s := w.text(t)
	return s, w.ok
}

// use is the local name of a package.
func (w *typeWriter) use(p *types.Package) string {
	name, ok := w.imports[p.Path()]
	if !ok {
		name = w.prefix + "p" + strconv.Itoa(len(w.imports))
		w.imports[p.Path()] = name
	}
	return name
}

func (w *typeWriter) text(t types.Type) string {
	switch t := t.(type) {
	case *types.Basic:
		return w.basic(t)
	case *types.Alias:
		return w.alias(t)
	case *types.Named:
		return w.named(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		return "*" + w.text(t.Elem())
	case *types.Slice:
		return "[]" + w.text(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), w.text(t.Elem()))
	case *types.Map:
		return "map[" + w.text(t.Key()) + "]" + w.text(t.Elem())
	case *types.Chan:
		return w.channel(t)
	case *types.Signature:
		return "func" + w.signature(t)
	case *types.Struct:
		return w.structure(t)
	case *types.Interface:
		return w.iface(t)
	}
	w.ok = false
	return ""
}

func (w *typeWriter) basic(t *types.Basic) string {
	switch t.Kind() {
	case types.UnsafePointer:
		return w.use(types.Unsafe) + ".Pointer"
	case types.UntypedNil, types.Invalid:
		w.ok = false
	}
	return types.Default(t).(*types.Basic).Name()
}

func (w *typeWriter) alias(t *types.Alias) string {
	obj := t.Obj()
	if _, ours := w.names.name(obj); ours || obj.Pkg() == nil || obj.Exported() {
		return w.named(obj, t.TypeArgs())
	}
	return w.text(types.Unalias(t))
}

func (w *typeWriter) named(obj *types.TypeName, args *types.TypeList) string {
	name, ours := w.names.name(obj)
	switch {
	case ours:
	case obj.Pkg() == nil:
		name = obj.Name()
	case obj.Parent() == obj.Pkg().Scope() && obj.Exported():
		name = w.use(obj.Pkg()) + "." + obj.Name()
	default:
		w.ok = false
	}
	if args.Len() == 0 {
		return name
	}
	var list []string
	for t := range args.Types() {
		list = append(list, w.text(t))
	}
	return name + "[" + strings.Join(list, ", ") + "]"
}

func (w *typeWriter) channel(t *types.Chan) string {
	elem := w.text(t.Elem())
	switch t.Dir() {
	case types.SendOnly:
		return "chan<- " + elem
	case types.RecvOnly:
		return "<-chan " + elem
	}
	if c, ok := t.Elem().(*types.Chan); ok && c.Dir() == types.RecvOnly {
		elem = "(" + elem + ")"
	}
	return "chan " + elem
}

func (w *typeWriter) signature(t *types.Signature) string {
	params := w.tuple(t.Params(), t.Variadic())
	results := w.tuple(t.Results(), false)
	if t.Results().Len() == 0 {
		return "(" + params + ")"
	}
	return "(" + params + ") (" + results + ")"
}

func (w *typeWriter) tuple(t *types.Tuple, variadic bool) string {
	var list []string
	for i := range t.Len() {
		if s, ok := t.At(i).Type().(*types.Slice); ok && variadic && i == t.Len()-1 {
			list = append(list, "..."+w.text(s.Elem()))
			continue
		}
		list = append(list, w.text(t.At(i).Type()))
	}
	return strings.Join(list, ", ")
}

func (w *typeWriter) structure(t *types.Struct) string {
	var list []string
	for i := range t.NumFields() {
		f := t.Field(i)
		if f.Pkg() != nil && !f.Exported() && !w.ours(f) {
			w.ok = false
		}
		text := w.text(f.Type())
		if !f.Embedded() {
			text = f.Name() + " " + text
		}
		if tag := t.Tag(i); tag != "" {
			text += " " + strconv.Quote(tag)
		}
		list = append(list, text)
	}
	return "struct{ " + strings.Join(list, "; ") + " }"
}

// ours says whether an unexported name was written in a cell: those belong to
// package main.
func (w *typeWriter) ours(obj types.Object) bool { return obj.Pkg().Path() == "main" }

func (w *typeWriter) iface(t *types.Interface) string {
	var list []string
	for i := range t.NumExplicitMethods() {
		m := t.ExplicitMethod(i)
		if !m.Exported() && !w.ours(m) {
			w.ok = false
		}
		list = append(list, m.Name()+w.signature(m.Signature()))
	}
	for i := range t.NumEmbeddeds() {
		list = append(list, w.union(t.EmbeddedType(i)))
	}
	return "interface{ " + strings.Join(list, "; ") + " }"
}

func (w *typeWriter) union(t types.Type) string {
	u, ok := t.(*types.Union)
	if !ok {
		return w.text(t)
	}
	var list []string
	for i := range u.Len() {
		text := w.text(u.Term(i).Type())
		if u.Term(i).Tilde() {
			text = "~" + text
		}
		list = append(list, text)
	}
	return strings.Join(list, " | ")
}

// importLines are import declarations for a path → name table, sorted by path.
func importLines(imports map[string]string) string {
	paths := make([]string, 0, len(imports))
	for p := range imports {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	var b strings.Builder
	for _, p := range paths {
		if name := imports[p]; name == path.Base(p) {
			fmt.Fprintf(&b, "import %q\n", p)
		} else {
			fmt.Fprintf(&b, "import %s %q\n", name, p)
		}
	}
	return b.String()
}
