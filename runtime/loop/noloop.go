package loop

import (
	"fmt"
	"go/ast"
	"go/types"

	"github.com/lapbook/lapbook/runtime/source"
)

// noLoop says why a cell has no loop to run: none of those in its text is run by
// it, its loop stands in a function of an earlier cell, or there is none.
func (w *walker) noLoop() string {
	c := w.target()
	if loops(c.Decls) || loops(c.Body) {
		return "No loop of this cell runs here."
	}
	for _, u := range w.units {
		if name := loopIn(u.Cell, c.Uses); name != "" {
			return fmt.Sprintf("The loop stands in the function %s of an earlier cell.", name)
		}
	}
	return "This cell has no loop."
}

// loopIn is the name of a function of a cell, one of those used, that has a loop.
func loopIn(c *source.Cell, used []types.Object) string {
	for _, d := range c.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !loops([]ast.Node{f}) {
			continue
		}
		for _, o := range used {
			if o == c.Info.Defs[f.Name] {
				return f.Name.Name
			}
		}
	}
	return ""
}

func loops[N ast.Node](nodes []N) bool {
	found := false
	for _, n := range nodes {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				found = true
			}
			return !found
		})
	}
	return found
}
