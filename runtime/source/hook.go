package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"runtime"
	"strconv"
)

// hookPrefix starts names that no text can hold.
const hookPrefix = "·"

// hooks let functions run in the middle of a check: a call of unsafe.Sizeof is
// planted in the checked code, and the checker asks its Sizes for the size of a
// type that exists for that alone. An error callback could do the same, but
// go/types skips its last checks after an error.
type hooks struct {
	types.Sizes
	run  map[types.Type]func()
	vars []types.Object
}

func newHooks() *hooks {
	return &hooks{Sizes: types.SizesFor("gc", runtime.GOARCH), run: map[types.Type]func(){}}
}

// Sizeof is called by go/types.
func (h *hooks) Sizeof(t types.Type) int64 {
	if f := h.run[t]; f != nil {
		f()
		return 0
	}
	return h.Sizes.Sizeof(t)
}

// importSpec is what the planted statements need.
func (h *hooks) importSpec() ast.Decl {
	spec := &ast.ImportSpec{Name: ast.NewIdent(hookPrefix + "unsafe"), Path: &ast.BasicLit{Kind: token.STRING, Value: `"unsafe"`}}
	return &ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}}
}

// stmt returns `_ = unsafe.Sizeof(mark)`; f runs when it is checked.
func (h *hooks) stmt(at token.Pos, f func()) ast.Stmt {
	mark := types.NewStruct(nil, nil) // types are compared as pointers here
	name := hookPrefix + "mark" + strconv.Itoa(len(h.vars))
	h.run[mark] = f
	h.vars = append(h.vars, types.NewVar(token.NoPos, nil, name, mark))
	ident := func(name string) *ast.Ident { return &ast.Ident{Name: name, NamePos: at} }
	return &ast.AssignStmt{
		Lhs: []ast.Expr{ident("_")}, TokPos: at, Tok: token.ASSIGN,
		Rhs: []ast.Expr{&ast.CallExpr{
			Fun:    &ast.SelectorExpr{X: ident(hookPrefix + "unsafe"), Sel: ident("Sizeof")},
			Lparen: at, Rparen: at, Args: []ast.Expr{ident(name)},
		}},
	}
}

// declare makes the names of planted statements known in scope.
func (h *hooks) declare(scope *types.Scope) {
	for _, v := range h.vars {
		scope.Insert(v)
	}
}
