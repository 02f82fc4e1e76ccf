package source

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// undefinedHint returns what may help where a name without a dot is not known.
func (k *checking) undefinedHint(name string, pos token.Pos) string {
	if k.p.script && k.quals[name] != nil && k.stdFor(name) != "" {
		return fmt.Sprintf("add import %q", k.stdFor(name))
	}
	if hint := k.ownDefinition(name, pos); hint != "" {
		return hint
	}
	if k.vars[name] != nil {
		return name + definedBelow
	}
	if k.called(pos) {
		if f := k.printer(name); f != "" {
			return "did you mean " + f + "?"
		}
	}
	if s := k.assigned(pos); s != nil {
		if near := nearest(name, k.variables()); near != "" {
			return "did you mean " + near + "?"
		}
		return k.defineHint(s)
	}
	if near := nearest(name, k.visible(k.quals[name] != nil)); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}

const declareFirst = "declare it first: "

// ownDefinition says how a function literal may refer to the variable that it
// is assigned to: only behind its declaration.
func (k *checking) ownDefinition(name string, pos token.Pos) string {
	hint := ""
	try := func(id *ast.Ident, value ast.Expr) {
		lit, ok := value.(*ast.FuncLit)
		if ok && id.Name == name && lit.Pos() <= pos && pos < lit.End() {
			hint = fmt.Sprintf("%svar %s %s", declareFirst, name, k.textOf(lit.Type))
		}
	}
	k.p.inspect(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, e := range n.Lhs {
				if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE && len(n.Rhs) == len(n.Lhs) {
					try(id, n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if len(n.Values) == len(n.Names) {
					try(id, n.Values[i])
				}
			}
		}
		return true
	})
	return hint
}

// textOf is the text of a node on one line.
func (k *checking) textOf(n ast.Node) string {
	from, to := k.offset(n.Pos()), k.offset(n.End())
	return strings.Join(strings.Fields(k.code[from:to]), " ")
}

// called reports whether what stands at pos is called.
func (k *checking) called(pos token.Pos) bool {
	found := false
	k.p.inspect(func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		found = found || ok && call.Fun.Pos() == pos
		return !found
	})
	return found
}

// printer returns the function of package fmt that a name without its package
// and its capital letter stands for.
func (k *checking) printer(name string) string {
	pkg, err := k.s.imp.Import("fmt")
	if err != nil || k.packageOrNone("fmt") != "fmt" {
		return ""
	}
	for _, n := range pkg.Scope().Names() {
		if _, ok := pkg.Scope().Lookup(n).(*types.Func); ok && token.IsExported(n) && strings.EqualFold(n, name) {
			return "fmt." + n
		}
	}
	return ""
}

// packageOrNone is the path of what name denotes as a package, imported or not.
func (k *checking) packageOrNone(name string) string {
	if b := k.s.names[name]; b != nil {
		return b.path
	}
	return k.s.std[name]
}

// assigned returns the assignment with = that has only names on its left, of
// which one stands at pos.
func (k *checking) assigned(pos token.Pos) *ast.AssignStmt {
	var found *ast.AssignStmt
	k.p.inspect(func(n ast.Node) bool {
		s, ok := n.(*ast.AssignStmt)
		if !ok || s.Tok != token.ASSIGN || !slices.ContainsFunc(s.Lhs, func(e ast.Expr) bool { return e.Pos() == pos }) {
			return true
		}
		if !slices.ContainsFunc(s.Lhs, func(e ast.Expr) bool { _, name := e.(*ast.Ident); return !name }) {
			found = s
		}
		return true
	})
	return found
}

// defineHint is the assignment as a definition.
func (k *checking) defineHint(s *ast.AssignStmt) string {
	tok := k.offset(s.TokPos)
	left := strings.TrimSpace(k.code[k.offset(s.Pos()):tok])
	right := strings.Join(strings.Fields(k.code[tok+len("="):k.offset(s.End())]), " ")
	if len(right) > 40 {
		right = "…"
	}
	return "declare it: " + left + " := " + right
}

// variables returns the names of variables.
func (k *checking) variables() []string {
	var names []string
	for name, b := range k.s.names {
		if _, ok := b.obj.(*types.Var); ok {
			names = append(names, name)
		}
	}
	for name := range k.vars {
		names = append(names, name)
	}
	return names
}

// typeFirst is a declaration with the type in front, as C and Java have it.
var typeFirst = regexp.MustCompile(`^\s*([\[\]*]*(\w+))\s+([\pL_]\w*(?:\s*,\s*[\pL_]\w*)*)\s*(?:=\s*(.*?))?\s*;?\s*$`)

// declarationHint says how Go writes a declaration of another language.
func declarationHint(line string) string {
	m := typeFirst.FindStringSubmatch(line)
	if m == nil {
		return ""
	}
	typ, base, names, value := m[1], m[2], m[3], m[4]
	_, known := types.Universe.Lookup(base).(*types.TypeName)
	switch {
	case base == "let" && value != "":
		return fmt.Sprintf("write %s := %s", names, value)
	case !known:
		return ""
	case value == "":
		return fmt.Sprintf("write var %s %s", names, typ)
	}
	return fmt.Sprintf("write %s := %s or var %[1]s %[3]s = %[2]s", names, value, typ)
}
