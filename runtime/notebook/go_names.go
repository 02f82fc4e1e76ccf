package notebook

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"

	"github.com/lapbook/lapbook/runtime/source"
)

// What cells call by one name can be several things in one file: two packages, a
// package and a variable, a type and the one that a later cell puts in its
// place. goNames gives each a name of its own.
type goNames struct {
	packages map[string]string       // path → name in the file; "_" and "." as they are
	taken    map[string]bool         // names that nothing new may have
	types    map[types.Object]string // types that are not the first of their name
	declared map[string]bool         // what cells declare other than variables
	inMain   map[types.Object]bool   // types that stay in main
	stays    map[string]bool         // variables that do
}

func newGoNames() *goNames {
	return &goNames{packages: map[string]string{}, taken: map[string]bool{}, types: map[types.Object]string{},
		declared: map[string]bool{}, inMain: map[types.Object]bool{}, stays: map[string]bool{}}
}

// define takes the names that a cell defines, and renames the types that an
// earlier cell has.
func (n *goNames) define(sc *source.Cell) {
	for _, obj := range sc.Defs {
		if _, ok := obj.(*types.TypeName); ok && n.taken[obj.Name()] && n.types[obj] == "" && !slices.Contains(sc.Redefs, obj) {
			n.types[obj] = n.free(obj.Name())
		}
		n.taken[obj.Name()] = true
		if _, ok := obj.(*types.Var); !ok {
			n.declared[obj.Name()] = true
		}
	}
	n.sharedLines(sc)
	ast.Inspect(&ast.BlockStmt{List: sc.Body}, func(node ast.Node) bool {
		if id, ok := node.(*ast.Ident); ok {
			n.taken[id.Name] = n.taken[id.Name] || sc.Info.Defs[id] != nil
		}
		return true
	})
}

// free is a name that nothing has: name2, name3, ….
func (n *goNames) free(name string) string {
	for i := 2; ; i++ {
		if fresh := name + strconv.Itoa(i); !n.taken[fresh] {
			n.taken[fresh] = true
			return fresh
		}
	}
}

// pkg is the name of a package in the file. want is what a cell calls it, or
// what it calls itself.
func (n *goNames) pkg(importPath, want string) string {
	if name, ok := n.packages[importPath]; ok && name != "_" && name != "." {
		return name
	}
	if want != "_" && want != "." {
		if n.taken[want] {
			want = n.free(want)
		}
		n.taken[want] = true
	}
	n.packages[importPath] = want
	return want
}

// spec is an import as it is written.
func (n *goNames) spec(importPath string) string {
	name := n.packages[importPath]
	if name == path.Base(importPath) {
		return strconv.Quote(importPath)
	}
	return name + " " + strconv.Quote(importPath)
}

// renames are the edits that give the names of a cell's text those of the file.
func (g *goCell) renames() {
	seen := map[*ast.Ident]bool{}
	rename := func(id *ast.Ident, obj types.Object) {
		if obj == nil || seen[id] {
			return
		}
		seen[id] = true
		name := id.Name
		if p, ok := obj.(*types.PkgName); ok {
			name = g.w.names.pkg(p.Imported().Path(), id.Name)
		} else if fresh, ok := g.w.names.types[obj]; ok {
			name = fresh
		}
		if name != id.Name {
			g.edits = append(g.edits, edit{g.offset(id.Pos()), g.offset(id.End()), name})
		}
	}
	visit := func(node ast.Node) {
		ast.Inspect(node, func(node ast.Node) bool {
			if id, ok := node.(*ast.Ident); ok && id.Pos().IsValid() {
				rename(id, g.sc.Info.Uses[id])
				rename(id, g.sc.Info.Defs[id])
			}
			return true
		})
	}
	for _, d := range g.sc.Decls {
		visit(d)
	}
	for _, s := range g.sc.Body {
		visit(s)
	}
}

// findHoisted finds the variables of the session that functions use: they become
// variables of the package, so that methods and generic functions see them too,
// whatever the order. What one := defines with such a variable is one as well.
// The first variable of a name that a function uses has that name.
func (w *goWriter) findHoisted() {
	for _, sc := range w.cellsChecked() {
		for _, f := range functions(sc) {
			ast.Inspect(f, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					if obj := sc.Info.Uses[id]; obj != nil && w.session[obj] {
						w.hoist(obj)
					}
				}
				return true
			})
		}
	}
	for again := true; again; {
		again = false
		for _, sc := range w.cellsChecked() {
			for _, s := range sc.Body {
				again = w.hoistTogether(sc, s) || again
			}
		}
	}
}

// hoist makes a variable one of the package, where its name and its type allow
// that. It reports whether it is so from now on.
func (w *goWriter) hoist(obj types.Object) bool {
	if w.hoisted[obj.Name()] != nil || w.names.declared[obj.Name()] || w.names.stays[obj.Name()] || w.names.needsMain(obj.Type()) {
		return false
	}
	w.hoisted[obj.Name()] = obj
	return true
}

// needsMain tells a type that cannot be written around main.
func (n *goNames) needsMain(t types.Type) bool {
	local := false
	var walk func(t types.Type, deep int)
	walk = func(t types.Type, deep int) {
		if local || deep > 8 {
			return
		}
		switch t := t.(type) {
		case *types.Basic:
			local = t.Kind() == types.Invalid || t.Info()&types.IsUntyped != 0
		case *types.Named:
			local = n.inMain[t.Origin().Obj()]
			for a := range t.TypeArgs().Types() {
				walk(a, deep+1)
			}
		case *types.Map:
			walk(t.Key(), deep+1)
			walk(t.Elem(), deep+1)
		case *types.Signature:
			for v := range t.Params().Variables() {
				walk(v.Type(), deep+1)
			}
			for v := range t.Results().Variables() {
				walk(v.Type(), deep+1)
			}
		case *types.Struct:
			for f := range t.Fields() {
				walk(f.Type(), deep+1)
			}
		case interface{ Elem() types.Type }:
			walk(t.Elem(), deep+1)
		}
	}
	walk(t, 0)
	return local
}

// sharedLines notes the types that share a line with a statement: they stay in
// main with it.
func (n *goNames) sharedLines(sc *source.Cell) {
	line := func(p token.Pos) int { return sc.Fset.Position(p).Line }
	lines := map[int]bool{}
	for _, s := range sc.Body {
		for i := line(s.Pos()); i <= line(s.End()); i++ {
			lines[i] = true
		}
	}
	for _, d := range sc.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE || !lines[line(gen.Pos())] && !lines[line(gen.End())] {
			continue
		}
		for _, spec := range gen.Specs {
			if obj := sc.Info.Defs[spec.(*ast.TypeSpec).Name]; obj != nil {
				n.inMain[obj] = true
			}
		}
	}
}

// defined are the variables that a statement defines, in its order.
func defined(sc *source.Cell, s ast.Stmt) []types.Object {
	var ids []*ast.Ident
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			return nil
		}
		for _, e := range s.Lhs {
			if id, ok := e.(*ast.Ident); ok {
				ids = append(ids, id)
			}
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				ids = append(ids, v.Names...)
			}
		}
	}
	var out []types.Object
	for _, id := range ids {
		obj := sc.Info.Defs[id]
		if obj == nil {
			obj = sc.Info.Uses[id]
		}
		if id.Name != "_" && obj != nil {
			out = append(out, obj)
		}
	}
	return out
}

// hoistTogether hoists all that a statement defines when it defines something
// that is, and nothing of it where that cannot be. It reports a change.
func (w *goWriter) hoistTogether(sc *source.Cell, s ast.Stmt) bool {
	objs := defined(sc, s)
	if !slices.ContainsFunc(objs, w.isHoisted) {
		return false
	}
	changed := false
	for _, obj := range objs {
		if w.isHoisted(obj) {
			continue
		}
		if w.hoist(obj) {
			changed = true
			continue
		}
		for _, other := range objs {
			w.names.stays[other.Name()] = true
			delete(w.hoisted, other.Name())
		}
		return true
	}
	return changed
}

// isHoisted tells whether an object is the package's variable of its name: two
// definitions of one type are one variable.
func (w *goWriter) isHoisted(obj types.Object) bool {
	h := w.hoisted[obj.Name()]
	return h != nil && w.session[obj] && types.Identical(h.Type(), obj.Type())
}

// declareHoisted turns a var statement of hoisted variables into assignments;
// it reports whether it did.
func (g *goCell) declareHoisted(d *ast.DeclStmt) bool {
	gen, ok := d.Decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.VAR {
		return false
	}
	for _, spec := range gen.Specs {
		for _, id := range spec.(*ast.ValueSpec).Names {
			obj := g.sc.Info.Defs[id]
			if id.Name != "_" && (obj == nil || !g.w.isHoisted(obj) || g.shadowed(id.Name, obj.Type())) {
				return false
			}
		}
	}
	from, to := gen.Pos(), gen.Pos()+token.Pos(len("var"))
	g.cut(g.offset(from), g.offset(to))
	if gen.Lparen.IsValid() {
		g.cut(g.offset(gen.Lparen), g.offset(gen.Lparen)+1)
		g.cut(g.offset(gen.Rparen), g.offset(gen.Rparen)+1)
	}
	for _, spec := range gen.Specs {
		g.assignSpec(spec.(*ast.ValueSpec))
	}
	return true
}

// assignSpec writes `a, b T` as an assignment of zero values, and `a T = 1` as
// one of its values.
func (g *goCell) assignSpec(v *ast.ValueSpec) {
	if len(v.Values) > 0 {
		if v.Type != nil {
			g.cut(g.offset(v.Type.Pos()), g.offset(v.Type.End()))
		}
		return
	}
	from, to := g.offset(v.Type.Pos()), g.offset(v.Type.End())
	g.edits = append(g.edits, edit{from, from, "= *new("}, edit{to, to, ")"})
	for range v.Names[1:] {
		g.edits = append(g.edits, edit{to, to, ", *new(" + g.text[from:to] + ")"})
	}
}

func (g *goCell) cut(from, to int) { g.edits = append(g.edits, edit{from, to, ""}) }

// shadowed tells whether main has another variable of that name by now.
func (g *goCell) shadowed(name string, t types.Type) bool {
	old := g.w.vars[name]
	return old == nil || !types.Identical(old, t)
}
