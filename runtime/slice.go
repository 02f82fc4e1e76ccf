package runtime

import (
	"go/ast"
	"go/parser"
	"go/token"

	"github.com/lapbook/lapbook/runtime/source"
)

// slice is the earlier cells on which a cell depends, in the order of their runs.
func (s *Session) slice(c *source.Cell) []*source.Cell { return s.scope.Slice(c) }

// declares tells whether a text that has not run would define a name. The text
// may mix declarations and statements, so it is read as the body of a function.
func declares(code, name string) bool {
	f, _ := parser.ParseFile(token.NewFileSet(), "", "package p; func _() {\n"+code+"\n}", parser.SkipObjectResolution)
	found := false
	if f == nil {
		return false
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && n.Tok == token.DEFINE && id.Name == name {
					found = true
				}
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				found = found || id.Name == name
			}
		case *ast.TypeSpec:
			found = found || n.Name.Name == name
		}
		return !found
	})
	return found
}
