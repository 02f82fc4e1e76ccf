package runtime

import (
	"go/ast"
	"go/types"

	"github.com/lapbook/lapbook/runtime/source"
)

// superseded finds a cell that declares a method, or a generic function, anew
// after other cells may have called the old one; nil when there is none. A program
// has one of each, so that replaying what ran before in it would call the new one.
// Plain functions are called by their version.
func superseded(cells []*source.Cell) (at *source.Cell, name string) {
	type method struct {
		of   *types.TypeName // nil for a function
		name string
	}
	first := map[method]int{}
	for j, c := range cells {
		for _, f := range functionsOf(c) {
			m := method{receiverOf(f), f.Name()}
			if m.of == nil && f.Signature().TypeParams().Len() == 0 {
				continue
			}
			i, again := first[m]
			if !again {
				first[m] = j
				continue
			}
			for _, between := range cells[i:j] {
				if calls(between) {
					return c, m.name
				}
			}
		}
	}
	return nil, ""
}

// functionsOf are the functions and methods that a cell declares, and those of
// earlier cells that were checked again for it.
func functionsOf(c *source.Cell) (list []*types.Func) {
	decls := append([]ast.Decl(nil), c.Decls...)
	for _, r := range c.Rebinds {
		decls = append(decls, r.Decl)
	}
	for _, d := range decls {
		if fn, ok := d.(*ast.FuncDecl); ok && !c.Script {
			if f, ok := c.Info.Defs[fn.Name].(*types.Func); ok {
				list = append(list, f)
			}
		}
	}
	return list
}

// receiverOf is the type whose method f is, nil for a function.
func receiverOf(f *types.Func) *types.TypeName {
	recv := f.Signature().Recv()
	if recv == nil {
		return nil
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		return n.Origin().Obj()
	}
	return nil
}

// calls tells whether the statements of a cell call anything: what is called may
// call methods, as fmt does.
func calls(c *source.Cell) (found bool) {
	for _, s := range c.Body {
		ast.Inspect(s, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				t, known := c.Info.Types[call.Fun]
				found = found || known && !t.IsBuiltin() && !t.IsType()
			}
			return !found
		})
	}
	return found
}
