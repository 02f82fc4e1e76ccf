package compiled

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
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
	main    string // what func main of a script is called here, "main.main_1"
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
	measured int                           // index of the measured cell
	initial  map[types.Object]types.Object // variables whose type has no name here → what they are defined by

	funcs   []cellFunc
	imports map[string]bool
	notices []string
	temp    int
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
	if u.Cell.Script {
		out.files = append(out.files, g.begin())
	}
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
	if fn := scriptMain(u.Cell); fn != nil {
		out.main = "main." + g.names.of[u.Cell.Info.Defs[fn.Name]]
	}
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

// begin is the file whose variable is the first that a script's program
// initialises: it is the first file also in the order of names, in which the go
// command has them.
func (g *generator) begin() file {
	h := g.prefix + "h"
	return file{"lap.go", "package main\n" + importLines(map[string]string{harnessPath: h}) + "var " + g.begun() + " = " + h + ".Begin()\n"}
}

func (g *generator) begun() string { return g.prefix + "begun" }

// file is the name under which the compiler knows a cell's text: its id, because
// whoever reads evidence looks for that. A script that is a file sees its own name
// in its plain runs, in log lines and stacks, as when the go command builds it.
func (g *generator) file(c *source.Cell) string {
	if g.probe || g.race {
		return c.ID
	}
	return fileOf(c)
}

func fileOf(c *source.Cell) string {
	if !c.Script || c.File == "" || strings.ContainsAny(c.File, "\r\n") {
		return c.ID
	}
	return c.File
}

// programName is what a script's executable is called, for it may tell: usage
// texts do. "" where the file's name says nothing.
func programName(c *source.Cell) string {
	if fileOf(c) == c.ID {
		return ""
	}
	return strings.TrimSuffix(filepath.Base(c.File), ".go")
}

// byID names cells in what the toolchain or a Go program says of lines by their
// ids: fault and error messages show those.
func byID(text string, cells ...*source.Cell) string {
	for _, c := range cells {
		if name := fileOf(c); name != c.ID {
			text = strings.ReplaceAll(text, name+":", c.ID+":")
		}
	}
	return text
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
	g.findInitial()
	return g
}

// findInitial finds variables of earlier cells whose type cannot be written but
// which are defined by a variable of another package, such as
// order := binary.BigEndian: they are declared by that.
func (g *generator) findInitial() {
	g.initial = map[types.Object]types.Object{}
	for _, c := range g.cells[:g.measured] {
		for _, s := range c.Body {
			a, ok := s.(*ast.AssignStmt)
			if !ok || a.Tok != token.DEFINE || len(a.Lhs) != 1 {
				continue
			}
			sel, ok := ast.Unparen(a.Rhs[0]).(*ast.SelectorExpr)
			id, isName := a.Lhs[0].(*ast.Ident)
			if !ok || !isName {
				continue
			}
			from, ok := c.Info.Uses[sel.Sel].(*types.Var)
			v := sessionVar(c, id, g.names)
			if !ok || v == nil || from.Pkg() == nil || from.Parent() != from.Pkg().Scope() || from.Pkg() == c.Pkg {
				continue
			}
			if _, ok := g.types.write(v.Type()); !ok {
				g.initial[v] = from
				g.share.mark(v, "its type has no name outside its package")
			}
		}
	}
}

// notice says which variables that loops of the measured cell use could not be
// locals. Elsewhere it makes no difference that anybody could measure.
func (g *generator) notice(c *source.Cell) {
	said := map[types.Object]bool{}
	use := func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		if v := sessionVar(c, id, g.names); v != nil && !said[v] && g.share.why[v] != "" {
			said[v] = true
			g.notices = append(g.notices, fmt.Sprintf("%s stays a package variable (%s): a loop over it may be slower than over a local", v.Name(), g.share.why[v]))
		}
		return true
	}
	for _, s := range c.Body {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				ast.Inspect(n, use)
				return false
			}
			return true
		})
	}
}
