package compiled

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

// The import path of the package that runs inside a generated program.
const harnessPath = "github.com/lapbook/lapbook/runtime/engine/harness"

// file is one source file of a generated program.
type file struct {
	name string
	text string
}

// generated is a unit as a Go program: a file for each cell and one that joins
// them.
type generated struct {
	files   []file
	imports []string // direct imports of package main, sorted
	notices []string
}

// exitHookPath is where the runtime lets f be called on os.Exit. Nothing public
// does, and without it the sample of a script that ends in os.Exit(0) is lost.
// The compiler does not mind that it is internal; the go command does, so the
// fallback build goes without.
const exitHookPath = "internal/runtime/exithook"

// variant says for what kind of run a program is made. The cells' text is the
// same in all.
type variant struct {
	// timed leaves out of the results what holds pointers: returning a map or a
	// slice makes it escape to the heap, where func main may have it on its
	// stack (a loop over a map was 5% slower). It is kept alive all the same.
	timed bool
	probe bool // the instruments are linked
	// portable keeps to what the go command builds, which is less than the
	// compiler does.
	portable bool
}

// generator turns a unit into a program. Each cell becomes one function; its
// parameters are the variables of earlier cells that it uses and its results
// the variables that it leaves, so that all of them are locals. What sharing
// forbids stays a package variable.
type generator struct {
	cells  []*source.Cell
	parts  []part
	names  *namer
	share  *sharing
	types  *typeWriter
	prefix string
	race   bool
	variant
	measured int // index of the measured cell

	funcs   []cellFunc
	imports map[string]bool
	notices []string
	temp    int
}

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

func generate(u engine.Unit, v variant) (*generated, error) {
	cells := append(append([]*source.Cell{}, u.Slice...), u.Cell)
	for _, c := range cells {
		if err := refuse(c); err != nil {
			return nil, err
		}
	}
	g := newGenerator(cells, v)
	g.race = u.Race
	g.notice(u.Cell)
	out := &generated{}
	for i, p := range g.parts {
		text, err := g.writePart(p)
		if err != nil {
			return nil, err
		}
		out.files = append(out.files, file{fmt.Sprintf("lap%d.go", i), text})
	}
	entry, err := g.entry()
	if err != nil {
		return nil, err
	}
	out.files = append(out.files, file{"lapmain.go", entry})
	out.imports = sortedKeys(g.imports)
	out.notices = g.notices
	return out, nil
}

// godebug collects the //go:debug lines of a script, which the go command hands
// to the linker.
func godebug(c *source.Cell) string {
	if !c.Script {
		return ""
	}
	var list []string
	for line := range strings.Lines(c.Code) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "package ") {
			break
		}
		if setting, ok := strings.CutPrefix(line, "//go:debug "); ok {
			list = append(list, strings.TrimSpace(setting))
		}
	}
	return strings.Join(list, ",")
}

func newGenerator(cells []*source.Cell, v variant) *generator {
	parts := partsOf(cells)
	names := newNamer(parts)
	measured := len(cells) - 1
	g := &generator{cells: cells, parts: parts, names: names, share: shared(parts, names, measured), imports: map[string]bool{}, variant: v, measured: measured}
	g.prefix = "lap_"
	for taken := true; taken; {
		taken = false
		for name := range names.seen {
			if strings.HasPrefix(name, g.prefix) {
				g.prefix, taken = "x"+g.prefix, true
			}
		}
	}
	g.types = &typeWriter{names: names, prefix: g.prefix, imports: map[string]string{}}
	return g
}

// notice says which variables of the measured cell could not be locals.
func (g *generator) notice(c *source.Cell) {
	said := map[types.Object]bool{}
	eachIdent(c, func(id *ast.Ident) {
		v := sessionVar(c, id, g.names)
		if v == nil || said[v] || g.share.why[v] == "" || c.Script {
			return
		}
		said[v] = true
		g.notices = append(g.notices, fmt.Sprintf("%s stays a package variable (%s): a loop over it may be slower than over a local", v.Name(), g.share.why[v]))
	})
}

// writePart writes the file of a part: its declarations and a cell's function.
func (g *generator) writePart(p part) (string, error) {
	w := &cellWriter{generator: g, index: p.index, again: p.again, cellText: newCellText(p.Cell), last: p.index == g.measured, imports: map[importKey]bool{}}
	for _, s := range w.cell.Body {
		if err := w.statement(s); err != nil {
			return "", err
		}
	}
	w.tolerate()
	w.listen()
	w.rename()
	w.sort()
	body, err := "", error(nil)
	decls := w.declarations()
	if !p.again {
		body, err = w.function(p.index)
	}
	return "package main\n" + w.importText() + decls + body, err
}

// cellWriter writes one cell.
type cellWriter struct {
	*generator
	*cellText
	index   int
	again   bool
	last    bool
	imports map[importKey]bool
	after   map[ast.Stmt]string // text that follows a statement
}

type importKey struct{ name, path string }

// rename edits every identifier whose object has another name in the program,
// and notes which imports are used: the others are dropped. What the statements'
// own edits replaced is not looked at.
func (w *cellWriter) rename() {
	selected := map[*ast.Ident]bool{}
	eachNode(w.cell, func(n ast.Node) {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			selected[sel.Sel] = true
		}
	})
	inDecl := map[*ast.Ident]bool{}
	for _, d := range w.cell.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				inDecl[id] = true
			}
			return true
		})
	}
	replaced := append([]edit(nil), w.edits...)
	eachIdent(w.cell, func(id *ast.Ident) {
		obj := object(w.cell, id)
		if obj == nil || covers(replaced, w.offset(id.Pos())) {
			return
		}
		w.noteImport(obj, selected[id])
		name, ok := w.names.use(obj, w.index, inDecl[id])
		if superseded, is := w.names.declared[id]; is {
			name, ok = superseded, true
		}
		if v, isVar := obj.(*types.Var); isVar && !ok {
			name, ok = w.names.fieldName(v)
		} else if isVar && w.share.boxed(v) {
			name = "(*" + name + ")"
		}
		if ok && name != id.Name && id.Name != "_" {
			w.replace(id.Pos(), id.End(), name)
		}
	})
	for _, spec := range w.cell.Imports {
		if spec.Name != nil && spec.Name.Name == "_" {
			path, _ := strconv.Unquote(spec.Path.Value)
			w.imports[importKey{"_", path}] = true
		}
	}
}

func covers(edits []edit, offset int) bool {
	for _, e := range edits {
		if e.from <= offset && offset < e.to {
			return true
		}
	}
	return false
}

func (w *cellWriter) noteImport(obj types.Object, selected bool) {
	if p, ok := obj.(*types.PkgName); ok {
		w.imports[importKey{p.Name(), p.Imported().Path()}] = true
		return
	}
	pkg := obj.Pkg()
	if selected || pkg == nil || pkg.Path() == "main" || obj.Parent() != pkg.Scope() {
		return
	}
	if _, ours := w.names.name(obj); !ours {
		w.imports[importKey{".", pkg.Path()}] = true
	}
}

func (w *cellWriter) importText() string {
	lines := map[string]bool{}
	for k := range w.imports {
		w.generator.imports[k.path] = true
		lines[fmt.Sprintf("import %s %q\n", k.name, k.path)] = true
	}
	return strings.Join(sortedKeys(lines), "")
}

// declarations is the text of the cell's package-level declarations, each on
// the line that it has in the cell.
func (w *cellWriter) declarations() string {
	var b strings.Builder
	for _, d := range w.cell.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		from, to := w.offset(d.Pos()), w.offset(d.End())
		from = w.directives(from)
		w.place(&b, from)
		b.WriteString(w.between(from, to))
		b.WriteByte('\n')
	}
	return b.String()
}

// place makes the compiler take what follows for the cell's text at offset.
func (w *cellWriter) place(b *strings.Builder, offset int) {
	line := 0
	for line+1 < len(w.lines) && w.lines[line+1] <= offset {
		line++
	}
	fmt.Fprintf(b, "//line %s:%d:%d\n", w.cell.ID, line+1, offset-w.lines[line]+1)
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

func eachNode(c *source.Cell, f func(ast.Node)) {
	visit := func(n ast.Node) bool {
		if n != nil {
			f(n)
		}
		return true
	}
	for _, d := range c.Decls {
		ast.Inspect(d, visit)
	}
	for _, s := range c.Body {
		ast.Inspect(s, visit)
	}
}
