package compiled

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
)

// statement edits the definitions of a top-level statement: a variable that
// stays a package variable is assigned and not defined.
func (w *cellWriter) statement(s ast.Stmt) error {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			return w.define(s)
		}
	case *ast.DeclStmt:
		if d, ok := s.Decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
			return w.varDecl(s, d)
		}
	case *ast.LabeledStmt:
		return w.statement(s.Stmt)
	}
	return nil
}

// global is the package variable that an identifier on the left means; "" when
// it is a local or blank.
func (w *cellWriter) global(id *ast.Ident) string {
	v := sessionVar(w.cell, id, w.names)
	if v == nil || !w.share.is(v) {
		return ""
	}
	return w.names.of[v]
}

func (w *cellWriter) define(s *ast.AssignStmt) error {
	locals, globals := 0, 0 // what cannot be assigned to as it stands counts as local
	for _, lhs := range s.Lhs {
		id, ok := lhs.(*ast.Ident)
		switch {
		case !ok || id.Name == "_":
		case w.global(id) != "":
			globals++
			if w.renewed(id) {
				locals++
			}
		case w.cell.Info.Defs[id] != nil:
			locals++
		}
	}
	if globals == 0 {
		return nil
	}
	if locals == 0 {
		w.replace(s.TokPos, s.TokPos+2, "=")
		return w.nameable(s.Lhs)
	}
	for _, lhs := range s.Lhs {
		if id, ok := lhs.(*ast.Ident); ok && w.global(id) != "" {
			w.through(s, id)
		}
	}
	return w.nameable(s.Lhs)
}

// through defines a temporary local in place of a package variable and assigns
// it afterwards: a, err := f() where a is a local and err is not.
func (w *cellWriter) through(s ast.Stmt, id *ast.Ident) {
	w.temp++
	t := fmt.Sprintf("%st%d", w.prefix, w.temp)
	w.replace(id.Pos(), id.End(), t)
	if w.renewed(id) {
		w.follow(s, "; "+w.global(id)+" = "+w.helper("New")+"("+t+")")
		return
	}
	to := w.global(id)
	if w.share.boxed(sessionVar(w.cell, id, w.names)) {
		to = "*" + to
	}
	w.follow(s, "; "+to+" = "+t)
}

// renewed says whether an identifier on the left defines a variable that gets
// new memory there.
func (w *cellWriter) renewed(id *ast.Ident) bool {
	v := sessionVar(w.cell, id, w.names)
	return v != nil && w.share.boxed(v) && w.cell.Info.Defs[id] != nil
}

func (w *cellWriter) follow(s ast.Stmt, text string) {
	if w.after == nil {
		w.after = map[ast.Stmt]string{}
	}
	w.after[s] += text
}

// nameable refuses package variables whose type cannot be declared.
func (w *cellWriter) nameable(list []ast.Expr) error {
	for _, e := range list {
		id, ok := e.(*ast.Ident)
		if !ok || w.global(id) == "" {
			continue
		}
		v := sessionVar(w.cell, id, w.names)
		if _, ok := w.types.write(v.Type()); !ok && w.initial[v] == nil {
			return w.unnameable(id.Pos(), v)
		}
	}
	return nil
}

func (w *cellWriter) unnameable(pos token.Pos, v types.Object) error {
	p := w.cell.Fset.Position(pos)
	return &engine.CellError{Kind: "refused", Cell: w.cell.ID, Line: p.Line, Column: p.Column,
		Message: fmt.Sprintf("%s has a type that other cells cannot name (%s): define it in the cell that uses it", v.Name(), v.Type())}
}

// varDecl turns a var declaration into statements, spec by spec, where package
// variables are concerned.
func (w *cellWriter) varDecl(s ast.Stmt, d *ast.GenDecl) error {
	globals := 0
	for _, spec := range d.Specs {
		for _, id := range spec.(*ast.ValueSpec).Names {
			if w.global(id) != "" {
				globals++
			}
		}
	}
	if globals == 0 {
		return nil
	}
	w.replace(d.TokPos, d.TokPos+3, "")
	if d.Lparen.IsValid() {
		w.replace(d.Lparen, d.Lparen+1, "")
		w.replace(d.Rparen, d.Rparen+1, "")
	}
	for _, spec := range d.Specs {
		if err := w.varSpec(s, spec.(*ast.ValueSpec), d.Lparen.IsValid()); err != nil {
			return err
		}
	}
	return nil
}

// varSpec rewrites one spec whose keyword is gone. All of its variables become
// package variables when one is: a spec is seldom mixed, and its type may be.
func (w *cellWriter) varSpec(s ast.Stmt, spec *ast.ValueSpec, grouped bool) error {
	globals, locals := 0, 0
	for _, id := range spec.Names {
		switch {
		case id.Name == "_":
		case w.global(id) != "" && !w.renewed(id):
			globals++
		case w.global(id) != "":
			globals++
			locals++
		default:
			locals++
		}
	}
	if globals == 0 {
		w.insert(spec.Pos(), "var ")
		return nil
	}
	if locals > 0 {
		return w.mixed(s, spec, grouped)
	}
	if err := w.nameable(exprs(spec.Names)); err != nil {
		return err
	}
	if len(spec.Values) > 0 {
		if spec.Type != nil {
			w.replace(spec.Type.Pos(), spec.Type.End(), "")
		}
		return nil
	}
	return w.zero(spec)
}

// zero assigns zero values: a cell that is repeated defines its variables anew.
func (w *cellWriter) zero(spec *ast.ValueSpec) error {
	var list []string
	for _, id := range spec.Names {
		text := "0"
		if v := sessionVar(w.cell, id, w.names); v != nil {
			t, _ := w.types.write(v.Type())
			text = "*new(" + w.qualify(t, v.Type()) + ")"
		}
		list = append(list, text)
	}
	w.replace(spec.Type.Pos(), spec.Type.End(), "= "+strings.Join(list, ", "))
	return nil
}

// mixed handles var a, b = f() where only one of them is a package variable.
func (w *cellWriter) mixed(s ast.Stmt, spec *ast.ValueSpec, grouped bool) error {
	w.insert(spec.Pos(), "var ")
	for _, id := range spec.Names {
		if w.global(id) == "" {
			continue
		}
		if err := w.nameable([]ast.Expr{id}); err != nil {
			return err
		}
		w.through(s, id)
		if grouped { // the next spec may already use it
			w.insert(spec.End(), w.after[s])
			delete(w.after, s)
		}
	}
	return nil
}

func exprs(ids []*ast.Ident) []ast.Expr {
	list := make([]ast.Expr, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	return list
}
