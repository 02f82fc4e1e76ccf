package compiled

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// cellFunc is a cell's function as the joining file calls it.
type cellFunc struct {
	cell      *source.Cell
	name      string
	in        []types.Object
	out       []result
	keep      []types.Object // kept alive and not returned
	value     string         // name of the variable that takes the value; "" when there is none
	valueAs   string         // its type
	keepValue bool           // it is kept alive and not returned
	early     bool           // it may return before its end: it has no results, and the value is a package variable
}

func (f cellFunc) returnsValue() bool { return f.value != "" && !f.keepValue && !f.early }

// result is a local that the cell's function returns.
type result struct {
	obj     types.Object
	pointer bool   // its address is returned: it is large, or a pointer of the cell aliases it
	typ     string // as returned; "any" when its type has no name here
}

// function is the cell's function.
func (w *cellWriter) function(i int) (string, error) {
	f, err := w.signature(i)
	w.funcs = append(w.funcs, f)
	if w.cell.Script || err != nil {
		return "", err
	}
	var b strings.Builder
	for _, s := range w.cell.Body {
		from, to := w.offset(s.Pos()), w.offset(s.End())
		if from == to { // an empty statement
			continue
		}
		w.place(&b, from)
		text := w.between(from, to)
		if f.value != "" && s == w.cell.Body[len(w.cell.Body)-1] {
			text = w.take(f, text)
		}
		b.WriteString(text)
		b.WriteString(w.after[s])
		b.WriteByte('\n')
	}
	return fmt.Sprintf("//line lapbook.go:1\n//go:noinline\nfunc %s(%s) (%s) {\n%s//line lapbook.go:1\n%s\n}\n", f.name, w.params(f), w.results(f), b.String(), w.returns(f)), nil
}

// take assigns the last expression of a cell to the variable for its value.
func (w *cellWriter) take(f cellFunc, text string) string {
	if f.valueAs == "[]any" {
		text = w.helper("Box") + "(" + text + ")"
	}
	if f.early {
		return f.value + " = " + text
	}
	return "var " + f.value + " " + f.valueAs + " = " + text
}

// helper is the name of a function of the harness here.
func (w *cellWriter) helper(name string) string {
	w.imports[importKey{w.prefix + "h", harnessPath}] = true
	return w.prefix + "h." + name
}

// signature decides what goes in and what comes out.
func (w *cellWriter) signature(i int) (cellFunc, error) {
	base := "cell"
	if !w.last {
		base = "cell_" + strconv.Itoa(i+1)
	}
	f := cellFunc{cell: w.cell, name: w.names.own(base)}
	if w.cell.Script {
		return f, nil
	}
	f.early = returnsEarly(w.cell)
	own := map[types.Object]bool{}
	for _, obj := range w.cell.Defs {
		own[obj] = true
	}
	seen := map[types.Object]bool{}
	var err error
	for _, s := range w.cell.Body {
		ast.Inspect(s, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			v := sessionVar(w.cell, id, w.names)
			if v == nil || seen[v] || w.share.is(v) {
				return true
			}
			seen[v] = true
			if !own[v] {
				f.in = append(f.in, v)
				if _, ok := w.types.write(v.Type()); !ok && err == nil {
					err = w.unnameable(id.Pos(), v)
				}
			}
			if w.last && w.timed && (holdsPointers(v.Type()) || w.byAddress(v)) {
				f.keep = append(f.keep, v)
				return true
			}
			f.out = append(f.out, w.result(v))
			return true
		})
	}
	if w.cell.Value != nil {
		f.value, f.valueAs = fmt.Sprintf("%sv%d", w.prefix, i), w.valueType()
		if f.early {
			f.valueAs = "[]any" // nil says that it was not reached
		}
		f.keepValue = w.last && w.timed && !f.early && holdsPointers(w.cell.Info.TypeOf(w.cell.Value))
	}
	return f, err
}

// holdsPointers says whether returning a value of type t lets something escape.
func holdsPointers(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return t.Info()&(types.IsNumeric|types.IsBoolean) == 0
	case *types.Array:
		return holdsPointers(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if holdsPointers(f.Type()) {
				return true
			}
		}
		return false
	}
	return true
}

// result says how a local leaves the cell's function. Only the measured cell
// may return pointers: an earlier cell shares such a variable.
func (w *cellWriter) result(v types.Object) result {
	r := result{obj: v}
	text, ok := w.types.write(v.Type())
	switch {
	case !ok:
		r.typ = "any"
	case w.last && w.byAddress(v):
		r.pointer, r.typ = true, "*"+text
	default:
		r.typ = text
	}
	return r
}

// byAddress says whether the address of a local is returned and not its value.
func (w *cellWriter) byAddress(v types.Object) bool {
	return w.share.addressed[v] || sizeof(v.Type()) > copyLimit
}

func (w *cellWriter) valueType() string {
	t := w.cell.Info.TypeOf(w.cell.Value)
	if _, tuple := t.(*types.Tuple); tuple {
		return "[]any"
	}
	if b, ok := t.(*types.Basic); ok && b.Kind() == types.UntypedNil {
		return "any"
	}
	if text, ok := w.types.write(types.Default(t)); ok {
		return w.qualify(text, types.Default(t))
	}
	return "[]any"
}

// qualify returns a type for use inside a cell's file. The names of imports
// that the type writer chose are imported there too.
func (w *cellWriter) qualify(text string, t types.Type) string {
	for path, name := range w.types.imports {
		if strings.Contains(text, name+".") {
			w.imports[importKey{name, path}] = true
		}
	}
	return text
}

func (w *cellWriter) params(f cellFunc) string {
	var list []string
	for _, v := range f.in {
		text, _ := w.types.write(v.Type())
		list = append(list, w.names.of[v]+" "+w.qualify(text, v.Type()))
	}
	return strings.Join(list, ", ")
}

func (w *cellWriter) results(f cellFunc) string {
	var list []string
	for _, r := range f.out {
		list = append(list, w.qualify(r.typ, r.obj.Type()))
	}
	if f.returnsValue() {
		list = append(list, f.valueAs)
	}
	return strings.Join(list, ", ")
}

// returns is the end of the function.
func (w *cellWriter) returns(f cellFunc) string {
	var list, keep []string
	for _, r := range f.out {
		name := w.names.of[r.obj]
		if r.pointer {
			name = "&" + name
		}
		list = append(list, name)
	}
	for _, v := range f.keep {
		keep = append(keep, w.names.of[v])
	}
	switch {
	case f.returnsValue():
		list = append(list, f.value)
	case f.value != "" && !f.early:
		keep = append(keep, f.value)
	}
	var b strings.Builder
	for _, name := range keep {
		w.imports[importKey{w.prefix + "runtime", "runtime"}] = true
		fmt.Fprintf(&b, "%sruntime.KeepAlive(%s)\n", w.prefix, name)
	}
	if len(list) > 0 {
		b.WriteString("return " + strings.Join(list, ", "))
	}
	return b.String()
}
