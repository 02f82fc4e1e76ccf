package compiled

import (
	"fmt"
	"go/ast"
	"go/types"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// entry writes the file that declares the package variables, calls the cells
// in order and tells the harness where everything is.
func (g *generator) entry() (string, error) {
	e := &entryWriter{generator: g, h: g.prefix + "h"}
	e.variables()
	for i, f := range g.funcs[:len(g.funcs)-1] {
		if f.cell.Script {
			continue
		}
		e.setup = append(e.setup, fmt.Sprintf("{ID: %q, Run: func() { %s%s }}", f.cell.ID, e.bind(i), e.call(f, i)))
	}
	last := g.funcs[len(g.funcs)-1]
	run := e.runMeasured(last)
	if bind := e.bind(len(g.funcs) - 1); bind != "" {
		e.setup = append(e.setup, fmt.Sprintf("{ID: %q, Run: func() { %s }}", last.cell.ID, bind))
	}
	start := e.h + ".Main("
	if last.cell.Script {
		start = e.h + ".Script(" + e.begun() + ", "
	}
	body := fmt.Sprintf(`func main() {
	%s%s.Program{
		Setup: []%s.Cell{%s},
		Cell: %s.Cell{ID: %q, File: %q, Run: func() { %s }},
		Inputs: []%s.Var{%s},
		Written: []%s.Var{%s},
		Value: %s,
		AtExit: %s,
		Probe: %s,%s%s%s%s
	})
}
`, start, e.h, e.h, strings.Join(e.setup, ", "), e.h, last.cell.ID, g.file(last.cell), run, e.h, strings.Join(e.inputs, ", "), e.h, strings.Join(e.written, ", "), e.value, e.atExit(), e.instruments(), e.results(), e.pool(), e.replay(), e.bindAll())
	text := e.vars.String() + body + e.labUse()
	imports := map[string]string{harnessPath: e.h}
	if !g.portable {
		imports[exitHookPath] = e.prefix + "x"
	}
	if g.imports[listenPath] || g.imports[listenHTTPPath] {
		imports[listenPath] = e.prefix + "listen"
	}
	if g.probe {
		imports[probePath] = e.prefix + "probe"
	}
	if g.hasTasks() {
		imports[tasksPath] = e.prefix + "tasks"
	}
	if g.imports[labPath] {
		imports[labPath], imports[modelPath] = e.prefix+"lab", e.prefix+"model"
	}
	for path, name := range g.types.imports {
		if strings.Contains(text, name+".") {
			imports[path] = name
		}
	}
	for path := range imports {
		g.imports[path] = true
	}
	return "package main\n" + importLines(imports) + text, nil
}

// Packages whose tasks a model runs.
const (
	labPath   = modulePath + "/stdlib/lab"
	modelPath = modulePath + "/runtime/model"
	tasksPath = harnessPath + "/tasks"
)

// hasTasks says whether a cell uses lab, or the model itself as rewritten loops do.
func (g *generator) hasTasks() bool { return g.imports[labPath] || g.imports[modelPath] }

func (e *entryWriter) atExit() string {
	if e.portable {
		return "nil"
	}
	return fmt.Sprintf("func(f func()) { for _, failed := range []bool{false, true} { %sx.Add(%sx.Hook{F: f, RunOnFailure: failed}) } }", e.prefix, e.prefix)
}

func (e *entryWriter) instruments() string {
	if !e.probe {
		return "nil"
	}
	return e.prefix + "probe.Start"
}

// results links what reads and restores variables, where there are some.
func (e *entryWriter) results() string {
	if len(e.inputs)+len(e.written) == 0 && e.value == "nil" {
		return ""
	}
	return fmt.Sprintf("\n\t\tResults: %s.Values(),", e.h)
}

func (e *entryWriter) replay() string {
	if !e.imports[listenPath] && !e.imports[listenHTTPPath] {
		return ""
	}
	return fmt.Sprintf("\n\t\tReplay: %slisten.Process(),", e.prefix)
}

func (e *entryWriter) pool() string {
	if !e.hasTasks() {
		return ""
	}
	shown := ""
	if e.imports[labPath] {
		shown = fmt.Sprintf("\n\t\tShown: %slab.Shown,", e.prefix)
	}
	return fmt.Sprintf("\n\t\tPool: %stasks.Pool{Race: %v},%s", e.prefix, e.race, shown)
}

// labUse makes lab's tasks run under the model.
func (e *entryWriter) labUse() string {
	if !e.imports[labPath] {
		return ""
	}
	return fmt.Sprintf("func init() { %slab.Use(%smodel.Each); %slab.Collect(%s.Table) }\n", e.prefix, e.prefix, e.prefix, e.h)
}

// entryWriter collects the parts of the joining file.
type entryWriter struct {
	*generator
	h       string // local name of the harness
	vars    strings.Builder
	setup   []string
	inputs  []string
	written []string
	value   string
}

// variables declares every variable of earlier cells, and those of the
// measured cell that are shared.
func (e *entryWriter) variables() {
	for _, obj := range e.lateObjects() {
		text, _ := e.types.write(obj.Type())
		fmt.Fprintf(&e.vars, "var %s %s\n", e.names.late[obj], text)
	}
	declared := map[types.Object]bool{}
	for i, c := range e.cells {
		if c.Script { // declared in its own text
			continue
		}
		for _, obj := range c.Defs {
			v, ok := obj.(*types.Var)
			if !ok || declared[v] || e.names.of[v] == "" || i == e.measured && !e.share.is(v) {
				continue
			}
			declared[v] = true
			text, ok := e.types.write(v.Type())
			name := e.names.of[v]
			if from := e.initial[v]; !ok && from != nil {
				fmt.Fprintf(&e.vars, "var %s = %s.%s\n", name, e.types.use(from.Pkg()), from.Name())
			}
			if !ok {
				continue
			}
			if e.share.boxed(v) {
				fmt.Fprintf(&e.vars, "var %s = new(%s)\n", name, text)
				e.inputs = append(e.inputs, fmt.Sprintf("{Name: %q, Get: func() any { return %s }}", v.Name(), name))
				continue
			}
			fmt.Fprintf(&e.vars, "var %s %s\n", name, text)
			if i != e.measured {
				e.inputs = append(e.inputs, fmt.Sprintf("{Name: %q, Ptr: &%s}", v.Name(), name))
			}
		}
	}
}

// bind makes the functions that cell i declares the current version, where
// others call them through a variable.
func (e *entryWriter) bind(i int) string {
	var b strings.Builder
	for _, obj := range e.lateObjects() {
		for _, v := range e.names.versions[obj] {
			if v.cell == i {
				fmt.Fprintf(&b, "%s = %s; ", e.names.late[obj], v.name)
			}
		}
	}
	return b.String()
}

// bindAll binds as all cells together do.
func (e *entryWriter) bindAll() string {
	var b strings.Builder
	for i := range e.cells {
		b.WriteString(e.bind(i))
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n\t\tBind: func() { " + b.String() + "},"
}

func (e *entryWriter) lateObjects() []types.Object {
	var list []types.Object
	for obj := range e.names.late {
		list = append(list, obj)
	}
	sort.Slice(list, func(i, j int) bool { return e.names.late[list[i]] < e.names.late[list[j]] })
	return list
}

// call assigns the results of an earlier cell to the package variables.
func (e *entryWriter) call(f cellFunc, i int) string {
	var lhs []string
	for _, r := range f.out {
		name := e.names.of[r.obj]
		if r.typ == "any" && !isEmptyInterface(r.obj.Type()) {
			name = "_"
		}
		lhs = append(lhs, name)
	}
	if f.early && f.value != "" {
		fmt.Fprintf(&e.vars, "var %s %s\n", f.value, f.valueAs)
	}
	if f.returnsValue() {
		lhs = append(lhs, "_")
	}
	return assign(lhs, f.name+"("+e.args(f)+")")
}

func isEmptyInterface(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

func assign(lhs []string, call string) string {
	if len(lhs) == 0 {
		return call
	}
	return strings.Join(lhs, ", ") + " = " + call
}

func (e *entryWriter) args(f cellFunc) string {
	var list []string
	for _, v := range f.in {
		list = append(list, e.names.of[v])
	}
	return strings.Join(list, ", ")
}

// runMeasured calls the measured cell; its results go to variables of their own,
// because a repeated cell must find the earlier ones as they were.
func (e *entryWriter) runMeasured(f cellFunc) string {
	e.value = "nil"
	if f.cell.Script {
		e.sharedWritten(f)
		return e.callMain(f.cell)
	}
	reported := map[types.Object]bool{}
	for _, obj := range append(append([]types.Object{}, f.cell.Defs...), f.cell.Writes...) {
		reported[obj] = true
	}
	var lhs []string
	for i, r := range f.out {
		if !reported[r.obj] {
			lhs = append(lhs, "_")
			continue
		}
		name := fmt.Sprintf("%so%d", e.prefix, i)
		fmt.Fprintf(&e.vars, "var %s %s\n", name, r.typ)
		lhs = append(lhs, name)
		ptr := "&" + name
		if r.pointer {
			ptr = name
		}
		if r.pointer {
			// The pointer is read when the cell has ended.
			e.written = append(e.written, fmt.Sprintf("{Name: %q, Get: func() any { return %s }}", r.obj.Name(), ptr))
			continue
		}
		e.written = append(e.written, fmt.Sprintf("{Name: %q, Ptr: %s}", r.obj.Name(), ptr))
	}
	if f.value != "" && !f.keepValue {
		fmt.Fprintf(&e.vars, "var %s %s\n", f.value, f.valueAs)
		if f.returnsValue() {
			lhs = append(lhs, f.value)
		}
		e.value = "func() []any { return []any{" + f.value + "} }"
		if f.valueAs == "[]any" {
			e.value = "func() []any { return " + f.value + " }"
		}
	}
	e.sharedWritten(f)
	sort.Strings(e.written)
	return assign(lhs, f.name+"("+e.args(f)+")")
}

// sharedWritten reports the package variables that the measured cell defines
// or may write.
func (e *entryWriter) sharedWritten(f cellFunc) {
	said := map[types.Object]bool{}
	for _, obj := range append(append([]types.Object{}, f.cell.Defs...), f.cell.Writes...) {
		v, ok := obj.(*types.Var)
		if !ok || said[v] || !e.share.is(v) && !f.cell.Script || e.names.of[v] == "" {
			continue
		}
		said[v] = true
		if e.share.boxed(v) {
			e.written = append(e.written, fmt.Sprintf("{Name: %q, Get: func() any { return %s }}", v.Name(), e.names.of[v]))
			continue
		}
		e.written = append(e.written, fmt.Sprintf("{Name: %q, Ptr: &%s}", v.Name(), e.names.of[v]))
	}
}

// callMain calls the script's own func main.
func (e *entryWriter) callMain(c *source.Cell) string {
	if fn := scriptMain(c); fn != nil {
		return e.names.of[c.Info.Defs[fn.Name]] + "()"
	}
	return ""
}

// scriptMain is the func main of a script, nil in other cells.
func scriptMain(c *source.Cell) *ast.FuncDecl {
	for _, d := range c.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && c.Script && fn.Recv == nil && fn.Name.Name == "main" {
			return fn
		}
	}
	return nil
}
