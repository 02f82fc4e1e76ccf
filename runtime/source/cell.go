// Package source is the Go front end that every cell passes: it splits a text
// into magics and code, checks the code with go/types in the scope of the
// session, tells what the cell defines and uses, and computes the slice of
// earlier cells that it depends on.
package source

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Text is one cell as it was typed. Lines count from its first line, magic
// lines included; magic lines reach the parser blanked, so positions hold.
type Text struct {
	ID    string
	Index int
	Code  string
}

// Cell is a checked cell. Every node lies in Fset under the file name ID, with
// the line and column of the text. It is immutable once Check returned it.
//
// Top-level variables (var declarations and := at the top level of the text)
// are session variables: their objects are package-level *types.Var in Pkg, and
// Info.Defs of the identifiers as typed point at them. Objects of earlier cells
// appear in Info.Uses as the very objects that the earlier Cell defined.
type Cell struct {
	Text
	Serial  int // unique per check in a Scope; tells two texts under one ID apart
	Fset    *token.FileSet
	Imports []*ast.ImportSpec // as typed, and those imported on use (no position)
	Decls   []ast.Decl        // func, method, type and const declarations in text order
	Body    []ast.Stmt        // statements and var declarations (as DeclStmt), in text order
	Value   ast.Expr          // the last expression, when its value is shown; also the last of Body as ExprStmt
	Info    *types.Info
	Pkg     *types.Package
	Script  bool // a complete package main file; Decls hold everything, func main runs

	Defs   []types.Object // package-level objects that this cell defines, in text order
	Uses   []types.Object // package-level objects of earlier cells that it refers to
	Writes []types.Object // session variables of earlier cells that it may write
}
