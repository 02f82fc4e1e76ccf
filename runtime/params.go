package runtime

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// setParams gives variables of a cell's text other values: each value replaces
// the expression from which the variable is defined. Where that is a string
// literal the value is taken as text, else as Go.
func setParams(text string, values map[string]string) (string, error) {
	const head = "package p; func _() {"
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", head+text+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return "", fmt.Errorf("the cell does not parse: %w", err)
	}
	defined := definitions(f)
	type edit struct {
		from, to int
		text     string
	}
	var edits []edit
	for _, name := range slices.Sorted(maps.Keys(values)) {
		e, ok := defined[name]
		if !ok {
			return "", fmt.Errorf("%s is not defined by the cell tagged parameters", name)
		}
		edits = append(edits, edit{fset.Position(e.Pos()).Offset - len(head), fset.Position(e.End()).Offset - len(head), paramText(e, values[name])})
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.from - a.from })
	for _, e := range edits {
		text = text[:e.from] + e.text + text[e.to:]
	}
	return text, nil
}

// definitions are the expressions from which top-level variables of a text are
// defined, one by one.
func definitions(f *ast.File) map[string]ast.Expr {
	out := map[string]ast.Expr{}
	for _, s := range f.Decls[0].(*ast.FuncDecl).Body.List {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE && len(s.Lhs) == len(s.Rhs) {
				for i, l := range s.Lhs {
					out[l.(*ast.Ident).Name] = s.Rhs[i]
				}
			}
		case *ast.DeclStmt:
			for _, spec := range s.Decl.(*ast.GenDecl).Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && len(v.Names) == len(v.Values) {
					for i, n := range v.Names {
						out[n.Name] = v.Values[i]
					}
				}
			}
		}
	}
	return out
}

func paramText(e ast.Expr, value string) string {
	lit, ok := e.(*ast.BasicLit)
	if ok && lit.Kind == token.STRING && !strings.HasPrefix(value, `"`) && !strings.HasPrefix(value, "`") {
		return strconv.Quote(value)
	}
	return value
}
