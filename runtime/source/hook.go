package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"runtime"
)

// hookPrefix starts names that no text can hold.
const hookPrefix = "·"

// hookSizes lets a function run in the middle of a check: a call of
// unsafe.Sizeof is planted in the checked code, and the checker asks its Sizes
// for the size of a type that exists for that alone. An error callback could
// do the same, but go/types skips its last checks after an error.
type hookSizes struct {
	types.Sizes
	mark  types.Type
	run   func()
	scope *types.Scope
	obj   types.Object
}

func sizesArch() string { return runtime.GOARCH }

// Sizeof is called by go/types.
func (h *hookSizes) Sizeof(t types.Type) int64 {
	if h.mark != nil && t == h.mark {
		h.run()
		return 0
	}
	return h.Sizes.Sizeof(t)
}

// install plants `_ = unsafe.Sizeof(mark)` at the end of fn, which must be the
// first function of file, so that f runs when fn is checked and nothing else is.
func (h *hookSizes) install(file *ast.File, fn *ast.FuncDecl, scope *types.Scope, f func()) {
	h.mark = types.NewStruct(nil, nil)
	h.run = f
	h.scope = scope
	h.obj = types.NewVar(token.NoPos, nil, hookPrefix+"mark", h.mark)
	spec := &ast.ImportSpec{Name: ast.NewIdent(hookPrefix + "unsafe"), Path: &ast.BasicLit{Kind: token.STRING, Value: `"unsafe"`}}
	file.Decls = append([]ast.Decl{&ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}}}, file.Decls...)
	end := fn.Body.Rbrace
	ident := func(name string) *ast.Ident { return &ast.Ident{Name: name, NamePos: end} }
	fn.Body.List = append(fn.Body.List, &ast.AssignStmt{
		Lhs: []ast.Expr{ident("_")}, TokPos: end, Tok: token.ASSIGN,
		Rhs: []ast.Expr{&ast.CallExpr{
			Fun:    &ast.SelectorExpr{X: ident(hookPrefix + "unsafe"), Sel: ident("Sizeof")},
			Lparen: end, Rparen: end, Args: []ast.Expr{ident(hookPrefix + "mark")},
		}},
	})
}

// declare makes the planted name known; the scope must be empty before.
func (h *hookSizes) declare() {
	if h.obj != nil {
		h.scope.Insert(h.obj)
	}
}
