package compiled

import (
	"fmt"
	"go/ast"
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
}

func newNamer(cells []*source.Cell) *namer {
	n := &namer{taken: map[string]bool{"main": true, "init": true, "_": true}, seen: map[string]bool{}, of: map[types.Object]string{}}
	for _, name := range types.Universe.Names() {
		n.taken[name] = true
	}
	for _, c := range cells {
		n.observe(c)
	}
	for i := len(cells) - 1; i >= 0; i-- {
		for j := len(cells[i].Defs) - 1; j >= 0; j-- {
			n.define(cells[i].Defs[j])
		}
		n.functions(cells[i])
	}
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

// functions names what a cell declares whether or not its Defs tell: a
// script's main among them.
func (n *namer) functions(c *source.Cell) {
	for _, d := range c.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
			if obj := c.Info.Defs[f.Name]; obj != nil {
				n.define(obj)
			}
		}
	}
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
