package main

import (
	"fmt"
	"go/constant"
	"go/format"
	"go/types"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// unlinked are packages whose names are in no table: what linking them does to
// the whole program outweighs what an interpreted cell could do with them. Cells
// that use them are compiled.
var unlinked = map[string]string{
	"plugin":       "its presence makes the linker keep every function of the program",
	"runtime/cgo":  "it needs a C compiler",
	"runtime/race": "it exists for the race detector only",
	"time/tzdata":  "it declares nothing and adds 450 KB",
	"unsafe":       "its functions are the compiler's",
}

// A table is the symbol table of one package on one platform, as Go text.
type table struct {
	path    string
	entries []string        // elements of a []symbol
	wraps   []string        // declarations of interface wrappers
	imports map[string]bool // packages that the wrappers mention
	skipped []string        // generic functions and types
}

func newTable(pkg *types.Package) *table {
	t := &table{path: pkg.Path(), imports: map[string]bool{}}
	for _, name := range pkg.Scope().Names() {
		if obj := pkg.Scope().Lookup(name); obj.Exported() {
			t.add(obj)
		}
	}
	if len(t.entries) > 0 {
		t.imports[t.path] = true
	}
	return t
}

// add writes the entry of one exported name. An entry is static data, so that a
// table costs nothing until it is asked for.
func (t *table) add(obj types.Object) {
	ref := obj.Pkg().Name() + "." + obj.Name()
	switch obj := obj.(type) {
	case *types.Const:
		t.constant(obj, ref)
	case *types.Var:
		t.entry(obj.Name(), "variable", "&"+ref)
	case *types.Func:
		if obj.Signature().TypeParams().Len() > 0 {
			t.skipped = append(t.skipped, obj.Name())
			return
		}
		t.entry(obj.Name(), "value", ref)
	case *types.TypeName:
		if generic(obj) {
			t.skipped = append(t.skipped, obj.Name())
			return
		}
		t.entry(obj.Name(), "value", "(*"+ref+")(nil)")
		if iface, ok := obj.Type().Underlying().(*types.Interface); ok {
			t.wrap(obj, iface)
		}
	}
}

func (t *table) entry(name, kind, value string) {
	t.entries = append(t.entries, fmt.Sprintf("{%q, %s, %s},", name, kind, value))
}

// generic tells whether a type has parameters or is a constraint, which no
// variable can have.
func generic(obj *types.TypeName) bool {
	switch t := obj.Type().(type) {
	case *types.Named:
		if t.TypeParams().Len() > 0 {
			return true
		}
	case *types.Alias:
		if t.TypeParams().Len() > 0 {
			return true
		}
	}
	iface, ok := obj.Type().Underlying().(*types.Interface)
	return ok && !iface.IsMethodSet()
}

// constant keeps an untyped constant exact: the interpreter gives it a type only
// where the cell does.
func (t *table) constant(obj *types.Const, ref string) {
	basic, ok := obj.Type().(*types.Basic)
	if !ok || basic.Info()&types.IsUntyped == 0 {
		t.entry(obj.Name(), "value", ref)
		return
	}
	switch v := obj.Val(); v.Kind() {
	case constant.String:
		t.entry(obj.Name(), "untypedString", strconv.Quote(constant.StringVal(v)))
	case constant.Int:
		if basic.Kind() == types.UntypedFloat {
			t.entry(obj.Name(), "untypedFloat", strconv.Quote(v.ExactString()+".0"))
			return
		}
		t.entry(obj.Name(), "untypedInt", strconv.Quote(v.ExactString()))
	case constant.Float:
		t.entry(obj.Name(), "untypedFloat", strconv.Quote(decimal(v)))
	default:
		t.entry(obj.Name(), "value", ref)
	}
}

// decimal spells a float so that it reads back to the value at the precision at
// which go/constant keeps it.
func decimal(v constant.Value) string {
	switch v := constant.Val(v).(type) {
	case *big.Rat:
		f := new(big.Float).SetPrec(512).SetRat(v)
		return f.Text('g', 160)
	case *big.Float:
		return v.Text('g', 160)
	}
	return v.ExactString()
}

// text is the file body of the table without its build constraint.
func (t *table) text() (string, error) {
	var b strings.Builder
	b.WriteString("package symbols\n\nimport (\n")
	for _, p := range slices.Sorted(maps.Keys(t.imports)) {
		fmt.Fprintf(&b, "\t%q\n", p)
	}
	b.WriteString(")\n\n")
	fmt.Fprintf(&b, "var %s = table{\n\tname: %q,\n", t.ident(), t.path)
	if len(t.skipped) > 0 {
		fmt.Fprintf(&b, "\tgeneric: %q,\n", strings.Join(t.skipped, " "))
	}
	b.WriteString("\tsymbols: []symbol{\n" + strings.Join(t.entries, "\n") + "\n},\n}\n")
	for _, w := range t.wraps {
		b.WriteString("\n" + w)
	}
	src, err := format.Source([]byte(b.String()))
	return string(src), err
}

func (t *table) ident() string { return "table_" + mangle(t.path) }

// mangle makes a Go name of an import path, short for lapbook's own.
func mangle(path string) string {
	return strings.ReplaceAll(strings.TrimPrefix(path, modulePath), "/", "_")
}
