package compiled

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/lapbook/lapbook/runtime/source"
)

// namer gives every package-level object of a unit a name of its own. All
// cells share package main, so when two versions of a name are in one program
// the latest keeps it and the older ones get a number.
type namer struct {
	taken map[string]bool // names in use at package level
	seen  map[string]bool // every identifier in any cell: a made-up name must be none of them
	of    map[types.Object]string

	versions map[types.Object][]version // of functions and constants that several cells define, newest first
	declared map[*ast.Ident]string      // names of declarations that a later one supersedes
	late     map[types.Object]string    // functions called through a variable, by its name
}

// version is one of several declarations of an object.
type version struct {
	cell int
	name string
}

// part is a cell, or a function of an earlier cell that a later one declares
// again because something it refers to is defined anew.
type part struct {
	index int // of the cell in the unit
	*source.Cell
	again bool // only a declaration of another cell's text
}

// partsOf lists the parts of cells in run order.
func partsOf(cells []*source.Cell) []part {
	var list []part
	for i, c := range cells {
		for _, r := range c.Rebinds {
			list = append(list, part{i, &source.Cell{Text: r.Cell.Text, Fset: c.Fset, Info: c.Info, Pkg: c.Pkg, Decls: []ast.Decl{r.Decl}}, true})
		}
		list = append(list, part{i, c, false})
	}
	return list
}

func newNamer(parts []part) *namer {
	n := &namer{taken: map[string]bool{"main": true, "init": true, "_": true}, seen: map[string]bool{}, of: map[types.Object]string{},
		versions: map[types.Object][]version{}, declared: map[*ast.Ident]string{}, late: map[types.Object]string{}}
	for _, name := range types.Universe.Names() {
		n.taken[name] = true
	}
	for _, p := range parts {
		n.observe(p.Cell)
	}
	for i := len(parts) - 1; i >= 0; i-- {
		p := parts[i]
		for j := len(p.Defs) - 1; j >= 0; j-- {
			n.define(p.Defs[j])
		}
		n.declarations(p)
	}
	n.methods(parts)
	n.lateBound(parts)
	return n
}

// observe notes the identifiers of a cell and the names of its imports, which
// no package-level object of the same package may have.
func (n *namer) observe(c *source.Cell) {
	eachIdent(c, func(id *ast.Ident) {
		n.seen[id.Name] = true
		if p, ok := c.Info.Uses[id].(*types.PkgName); ok {
			n.taken[p.Name()] = true
		}
	})
	for _, spec := range c.Imports {
		if spec.Name != nil {
			n.taken[spec.Name.Name] = true
		}
	}
}

// declarations names what a part declares at package level. A function, type or
// constant that a later cell declares again is the same object: the newest
// declaration keeps the name.
func (n *namer) declarations(p part) {
	for _, d := range p.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				n.declare(p, d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					n.declare(p, spec.Name)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						if d.Tok == token.CONST {
							n.declare(p, id)
						}
					}
				}
			}
		}
	}
}

func (n *namer) declare(p part, id *ast.Ident) {
	obj := p.Info.Defs[id]
	if obj == nil || id.Name == "init" || id.Name == "_" {
		return
	}
	n.define(obj)
	v := version{p.index, n.of[obj]}
	if len(n.versions[obj]) > 0 {
		v.name = n.fresh(id.Name)
		n.declared[id] = v.name
	}
	n.versions[obj] = append(n.versions[obj], v)
}

// methods renames methods that a later cell declares again for the same type.
func (n *namer) methods(parts []part) {
	seen := map[string]bool{}
	for i := len(parts) - 1; i >= 0; i-- {
		for _, d := range parts[i].Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			key := n.receiverName(parts[i].Cell, f) + "." + f.Name.Name
			if seen[key] && f.Name.Name != "_" {
				n.declared[f.Name] = n.fresh(f.Name.Name)
			}
			seen[key] = true
		}
	}
}

// receiverName is the program's name of the type that a method belongs to.
func (n *namer) receiverName(c *source.Cell, f *ast.FuncDecl) string {
	if len(f.Recv.List) == 0 {
		return ""
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			if name, ok := n.name(object(c, x)); ok {
				return name
			}
			return x.Name
		default:
			return ""
		}
	}
}

// lateBound finds functions whose older version may be reached from another
// function while earlier cells are replayed: those are called through a
// variable there, which holds the version of the time.
func (n *namer) lateBound(parts []part) {
	for obj, versions := range n.versions {
		f, ok := obj.(*types.Func)
		if !ok || len(versions) < 2 || f.Signature().TypeParams().Len() > 0 {
			continue
		}
		for _, p := range parts {
			if p.index >= versions[len(versions)-1].cell && p.index < versions[0].cell && n.callsSession(p.Cell) {
				n.late[obj] = n.fresh(obj.Name())
				break
			}
		}
	}
}

// callsSession says whether the body of a cell refers to a function of the session.
func (n *namer) callsSession(c *source.Cell) bool {
	found := false
	for _, s := range c.Body {
		ast.Inspect(s, func(node ast.Node) bool {
			if id, ok := node.(*ast.Ident); ok {
				f, isFunc := object(c, id).(*types.Func)
				found = found || isFunc && f.Pkg() == c.Pkg
			}
			return !found
		})
	}
	return found
}

// use is the name by which cell i refers to obj, from a declaration or from
// its body.
func (n *namer) use(obj types.Object, i int, fromDecl bool) (string, bool) {
	obj = origin(obj)
	versions := n.versions[obj]
	if _, isFunc := obj.(*types.Func); !isFunc || len(versions) < 2 {
		return n.name(obj)
	}
	if fromDecl && i < versions[0].cell {
		if name, ok := n.late[obj]; ok {
			return name, true
		}
		return versions[0].name, true
	}
	for _, v := range versions {
		if v.cell <= i {
			return v.name, true
		}
	}
	return versions[len(versions)-1].name, true
}

// define names an object. Functions called init are many and have no name.
func (n *namer) define(obj types.Object) {
	if obj.Name() == "_" || obj.Name() == "init" || n.of[obj] != "" {
		return
	}
	if _, ok := obj.(*types.PkgName); ok {
		return
	}
	if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
		return
	}
	name := obj.Name()
	if n.taken[name] {
		name = n.fresh(name)
	}
	n.taken[name] = true
	n.of[obj] = name
}

// fresh makes a name that no cell uses from base.
func (n *namer) fresh(base string) string {
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s_%d", base, i)
		if !n.taken[name] && !n.seen[name] {
			n.taken[name] = true
			return name
		}
	}
}

// own makes a name of the generator's own: base itself when it is free.
func (n *namer) own(base string) string {
	if !n.taken[base] && !n.seen[base] {
		n.taken[base] = true
		return base
	}
	return n.fresh(base)
}

// name is the name of a package-level object of the unit; false for any other.
func (n *namer) name(obj types.Object) (string, bool) {
	name, ok := n.of[origin(obj)]
	return name, ok
}

// fieldName is the name of an embedded field whose type was renamed.
func (n *namer) fieldName(v *types.Var) (string, bool) {
	if !v.IsField() || !v.Embedded() {
		return "", false
	}
	t := v.Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := t.(type) {
	case *types.Named:
		return n.name(t.Obj())
	case *types.Alias:
		return n.name(t.Obj())
	}
	return "", false
}

// origin is the generic object of an instantiated one.
func origin(obj types.Object) types.Object {
	switch o := obj.(type) {
	case *types.Func:
		return o.Origin()
	case *types.Var:
		return o.Origin()
	}
	return obj
}

// eachIdent calls f for every identifier of a cell's declarations and body.
func eachIdent(c *source.Cell, f func(*ast.Ident)) {
	visit := func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			f(id)
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

// object is what an identifier of c means.
func object(c *source.Cell, id *ast.Ident) types.Object {
	if obj := c.Info.Uses[id]; obj != nil {
		return obj
	}
	return c.Info.Defs[id]
}
