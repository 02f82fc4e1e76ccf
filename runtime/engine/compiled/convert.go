package compiled

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/types"
	"path"
	"sort"
	"strings"
	"unicode"

	"github.com/lapbook/lapbook/runtime/source"
)

// Program is a notebook as one ordinary Go program, which `go run` accepts
// anywhere: a function for each cell, called in order, whose last value is
// printed as the notebook shows it. What it uses of lab stands in it. name goes
// into its first comment.
func Program(name string, cells []*source.Cell) (string, error) {
	g, parts, err := ordinary(cells)
	if err != nil {
		return "", err
	}
	body := parts + g.mainFunc()
	return g.file("main", fmt.Sprintf("// Converted from %s: each function is a cell.\n", name), body)
}

// Benchmark names a cell to be measured and the cells that it depends on.
type Benchmark struct {
	Cell  *source.Cell
	Slice []*source.Cell
}

// Benchmarks is a notebook as a test file with a benchmark for each measured
// cell, whose earlier cells run before the clock starts.
func Benchmarks(name string, cells []*source.Cell, list []Benchmark) (string, error) {
	g, body, err := ordinary(cells)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(body)
	g.use("testing")
	for _, bench := range list {
		g.benchmark(&b, bench)
	}
	return g.file("notebook", fmt.Sprintf("// Converted from %s: go test -bench . runs its measured cells.\n", name), b.String())
}

// ordinary writes the cells for a reader.
func ordinary(cells []*source.Cell) (*generator, string, error) {
	if len(cells) == 0 {
		return nil, "", fmt.Errorf("there are no cells to convert")
	}
	for _, c := range cells {
		if err := refuse(c); err != nil {
			return nil, "", err
		}
	}
	g := newGenerator(cells, variant{ordinary: true})
	g.importNames, g.inlined, g.helpers = map[string]string{}, map[string]map[string]bool{}, map[string]string{}
	g.types.name = func(p *types.Package) string { return g.use(p.Path()) }
	g.types.inline = g.inlineName
	var b strings.Builder
	for _, p := range g.parts {
		text, err := g.writePart(p)
		if err != nil {
			return nil, "", err
		}
		b.WriteString("\n" + text)
	}
	return g, b.String(), nil
}

// use is the name of an import in the one file.
func (g *generator) use(importPath string) string {
	if name, ok := g.importNames[importPath]; ok {
		return name
	}
	base := path.Base(importPath)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		base = path.Base(path.Dir(importPath)) // math/rand/v2
	}
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
			return r
		}
		return '_'
	}, base)
	for _, other := range g.importNames {
		if other == name {
			name = g.names.fresh(name)
			break
		}
	}
	g.importNames[importPath] = name
	return name
}

// qualified edits a reference to another package: to the file's own name of it,
// to a function of lapbook that stands in the file, or from a dot import.
func (w *cellWriter) qualified(id *ast.Ident, obj types.Object, selected bool) bool {
	if p, ok := obj.(*types.PkgName); ok {
		if own := p.Imported().Path(); isOwn(own) {
			sel := w.selectors()[id]
			w.replace(id.Pos(), sel.Sel.End(), w.inlineUse(own, sel.Sel.Name))
			return true
		}
		if name := w.use(p.Imported().Path()); name != id.Name {
			w.replace(id.Pos(), id.End(), name)
		}
		return true
	}
	pkg := obj.Pkg()
	if selected || pkg == nil || pkg.Path() == "main" || obj.Parent() != pkg.Scope() {
		return false
	}
	if isOwn(pkg.Path()) {
		w.replace(id.Pos(), id.End(), w.inlineUse(pkg.Path(), id.Name))
		return true
	}
	w.insert(id.Pos(), w.use(pkg.Path())+".")
	return true
}

// selectors are the selector expressions of the part by what stands before the dot.
func (w *cellWriter) selectors() map[*ast.Ident]*ast.SelectorExpr {
	if w.sels == nil {
		w.sels = map[*ast.Ident]*ast.SelectorExpr{}
		eachNode(w.cell, func(n ast.Node) {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok {
					w.sels[id] = sel
				}
			}
		})
	}
	return w.sels
}

// mainFunc calls the cells in order.
func (g *generator) mainFunc() string {
	e := &entryWriter{generator: g}
	e.variables()
	var b strings.Builder
	b.WriteString("\nfunc main() {\n")
	for i, f := range g.funcs {
		b.WriteString(e.bind(i))
		b.WriteString(g.call(e, f, i, true))
	}
	b.WriteString("}\n")
	return e.vars.String() + b.String()
}

// call is the statement that runs a cell, and prints its value.
func (g *generator) call(e *entryWriter, f cellFunc, i int, show bool) string {
	if f.cell.Script {
		return e.scriptMain(f) + "\n"
	}
	if f.value == "" || !show {
		return e.call(f, i) + "\n"
	}
	text, shower := e.call(f, i), g.ownHelper("Show")
	dots := ""
	if f.valueAs == "[]any" {
		dots = "..."
	}
	if f.early {
		return text + "\n" + shower + "(" + f.value + "...)\n"
	}
	lhs, call, _ := strings.Cut(text, " = ")
	if lhs == "_" {
		return shower + "(" + call + dots + ")\n"
	}
	value := "value" // the block lets each cell have one
	return "{\nvar " + value + " " + f.valueAs + "\n" + strings.TrimSuffix(lhs, "_") + value + " = " + call + "\n" + shower + "(" + value + dots + ")\n}\n"
}

// benchmark runs the slice of a cell once, and then the cell as often as asked.
func (g *generator) benchmark(b *strings.Builder, bench Benchmark) {
	e := &entryWriter{generator: g}
	needed := map[*source.Cell]bool{bench.Cell: true}
	for _, c := range bench.Slice {
		needed[c] = true
	}
	if b.Len() > 0 && !g.declared {
		e.variables()
		g.declared = true
	}
	var body strings.Builder
	for i, f := range g.funcs {
		if !needed[f.cell] {
			continue
		}
		body.WriteString(e.bind(i))
		call := g.call(e, f, i, false)
		if f.cell != bench.Cell {
			body.WriteString(call)
			continue
		}
		body.WriteString("b.ReportAllocs()\nfor b.Loop() {\n" + call + "}\n")
		break
	}
	fmt.Fprintf(b, "%s\nfunc Benchmark%s(b *testing.B) {\n%s}\n", e.vars.String(), identifier(bench.Cell.ID), body.String())
}

// identifier is a cell's id as part of a Go name: "load-pages" is LoadPages.
func identifier(id string) string {
	var b strings.Builder
	up := true
	for _, r := range id {
		if r == '-' || r == '_' {
			up = true
			continue
		}
		if up {
			r = unicode.ToUpper(r)
		}
		up = false
		b.WriteRune(r)
	}
	return b.String()
}

// helperText are the functions that stand for those of the harness.
var helperText = map[string]string{
	"Box": "func %s(values ...any) []any { return values }\n",
	"New": "func %s[T any](v T) *T { return &v }\n",
	"Show": `// %[1]s prints values as a notebook shows them.
func %[1]s(values ...any) {
	for i, v := range values {
		if i > 0 {
			%[2]s.Print(", ")
		}
		if s, ok := v.(string); ok {
			%[2]s.Printf("%%q", s)
			continue
		}
		%[2]s.Printf("%%+v", v)
	}
	if len(values) > 0 {
		%[2]s.Println()
	}
}
`,
}

// file joins the parts of a program and formats it.
func (g *generator) file(pkg, comment, body string) (string, error) {
	inlined, err := g.inlineText()
	if err != nil {
		return "", err
	}
	for _, name := range sortedKeys(g.helpers) {
		if name == "Show" {
			body += "\n" + fmt.Sprintf(helperText[name], g.helpers[name], g.use("fmt"))
			continue
		}
		body += "\n" + fmt.Sprintf(helperText[name], g.helpers[name])
	}
	for _, p := range g.parts {
		for _, spec := range p.Imports {
			if spec.Name != nil && spec.Name.Name == "_" {
				g.importNames[strings.Trim(spec.Path.Value, "\"`")] = "_"
			}
		}
	}
	var imports []string
	for importPath, name := range g.importNames {
		line := fmt.Sprintf("%q", importPath)
		if name != path.Base(importPath) {
			line = name + " " + line
		}
		imports = append(imports, line)
	}
	sort.Slice(imports, func(i, j int) bool { return strings.Trim(imports[i], "_ ") < strings.Trim(imports[j], "_ ") })
	text := comment + "package " + pkg + "\n\nimport (\n" + strings.Join(imports, "\n") + "\n)\n" + body + inlined
	out, err := format.Source([]byte(text))
	if err != nil {
		return "", fmt.Errorf("the converted program does not parse: %w", err)
	}
	return string(out), nil
}
