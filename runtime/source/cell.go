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
	File  string // of a script that is a file of its own: its path, by which its compiled runs know it
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

	Redefs []types.Object // those of Defs that earlier cells define too: the same object with a new definition

	// Rebinds are functions and methods of earlier cells that refer to something
	// that this cell defines anew, checked again: run them before Body as if they
	// were among Decls. Their objects are not in Defs.
	Rebinds []Rebind

	Notices []string // for the reader, a line each: which of two packages was meant, what keeps an old type

	scope      *Scope
	place      *Cell  // the cell in whose place this one was checked, or nil
	code       string // Code with magics blanked
	changes    []methodChange
	broken     map[types.Object]*brokenFunc
	lost       map[*types.TypeName][]lost
	signatures map[*ast.FuncDecl]*types.Signature
	methods    []types.Object // methods that this cell defines
	imported   []namedImport  // explicit imports that later cells see
	dots       []string       // explicit dot imports

	facts     *facts // of the statements; of main in a script
	funcFacts map[types.Object]*facts
	temp      map[types.Object]bool // variables that name temporary files
}

// Signature returns the signature of a function or method declaration of this
// cell, whose receiver, parameters and results are the objects that Info.Defs
// has for the identifiers of the declaration. Nil for any other declaration.
func (c *Cell) Signature(d *ast.FuncDecl) *types.Signature { return c.signatures[d] }
