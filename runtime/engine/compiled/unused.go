package compiled

import (
	"go/ast"
	"go/token"
	"go/types"
)

// tolerate uses what a cell leaves unused, which the front end lets pass and
// the compiler would not: variables inside functions and blocks, and a last
// expression whose value is hidden.
func (w *cellWriter) tolerate() {
	unused := w.unusedVars()
	if len(unused) > 0 {
		use := &useWriter{cellWriter: w, unused: unused}
		eachNode(w.cell, use.node)
		use.list(w.cell.Body)
	}
	if n := len(w.cell.Body); n > 0 && w.cell.Value == nil {
		if e, ok := w.cell.Body[n-1].(*ast.ExprStmt); ok && !callOrReceive(e.X) {
			w.insert(e.Pos(), "_ = ")
		}
	}
}

func callOrReceive(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return true
	case *ast.UnaryExpr:
		return e.Op == token.ARROW
	}
	return false
}

// unusedVars are the local variables that are never read. Assigning is no use.
func (w *cellWriter) unusedVars() map[types.Object]bool {
	unused := map[types.Object]bool{}
	for id, obj := range w.cell.Info.Defs {
		v, ok := obj.(*types.Var)
		if !ok || v.IsField() || id.Name == "_" || v.Kind() != types.LocalVar {
			continue
		}
		if _, session := w.names.name(v); !session {
			unused[v] = true
		}
	}
	assigned := map[*ast.Ident]bool{}
	eachNode(w.cell, func(n ast.Node) {
		if a, ok := n.(*ast.AssignStmt); ok && (a.Tok == token.ASSIGN || a.Tok == token.DEFINE) {
			for _, lhs := range a.Lhs {
				if id, ok := ast.Unparen(lhs).(*ast.Ident); ok {
					assigned[id] = true
				}
			}
		}
	})
	for id, obj := range w.cell.Info.Uses {
		if !assigned[id] {
			delete(unused, obj)
		}
	}
	return unused
}

// useWriter writes _ = x behind the definition of each unused x.
type useWriter struct {
	*cellWriter
	unused map[types.Object]bool
}

// text uses those of the identifiers that are unused.
func (u *useWriter) text(ids []*ast.Ident, before, after string) string {
	s := ""
	for _, id := range ids {
		if u.unused[u.cell.Info.Defs[id]] {
			s += before + "_ = " + id.Name + after
		}
	}
	return s
}

func (u *useWriter) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.BlockStmt:
		u.list(n.List)
	case *ast.CaseClause:
		u.list(n.Body)
	case *ast.CommClause:
		u.list(n.Body)
		u.inside(n.Colon+1, n.Comm)
	case *ast.IfStmt:
		u.inside(n.Body.Lbrace+1, n.Init)
	case *ast.ForStmt:
		u.inside(n.Body.Lbrace+1, n.Init)
	case *ast.RangeStmt:
		if n.Tok == token.DEFINE {
			u.put(n.Body.Lbrace+1, u.text(identsOf(n.Key, n.Value), " ", ";"))
		}
	case *ast.SwitchStmt:
		u.firstClause(n.Body, n.Init)
	case *ast.TypeSwitchStmt:
		u.firstClause(n.Body, n.Init)
		u.typeSwitch(n)
	}
}

// list handles definitions that are statements of a list.
func (u *useWriter) list(list []ast.Stmt) {
	for _, s := range list {
		for {
			l, ok := s.(*ast.LabeledStmt)
			if !ok {
				break
			}
			s = l.Stmt
		}
		u.put(s.End(), u.text(defined(s), "; ", ""))
	}
}

// inside handles a definition in the head of a statement.
func (u *useWriter) inside(at token.Pos, init ast.Stmt) {
	if init != nil {
		u.put(at, u.text(defined(init), " ", ";"))
	}
}

func (u *useWriter) firstClause(body *ast.BlockStmt, init ast.Stmt) {
	if len(body.List) > 0 {
		u.inside(body.List[0].(*ast.CaseClause).Colon+1, init)
	}
}

// typeSwitch takes the variable out of switch v := x.(type) when no clause
// reads it: its objects are one for each clause.
func (u *useWriter) typeSwitch(n *ast.TypeSwitchStmt) {
	a, ok := n.Assign.(*ast.AssignStmt)
	if !ok {
		return
	}
	used := map[types.Object]bool{}
	for _, obj := range u.cell.Info.Uses {
		used[obj] = true
	}
	for _, c := range n.Body.List {
		if used[u.cell.Info.Implicits[c]] {
			return
		}
	}
	u.replace(a.Lhs[0].Pos(), a.Rhs[0].Pos(), "")
}

func (u *useWriter) put(at token.Pos, text string) {
	if text != "" {
		u.insert(at, text)
	}
}

// defined are the identifiers that a statement may define.
func defined(s ast.Stmt) []*ast.Ident {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			return identsOf(s.Lhs...)
		}
	case *ast.DeclStmt:
		var ids []*ast.Ident
		if d, ok := s.Decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
			for _, spec := range d.Specs {
				ids = append(ids, spec.(*ast.ValueSpec).Names...)
			}
		}
		return ids
	}
	return nil
}

func identsOf(list ...ast.Expr) []*ast.Ident {
	var ids []*ast.Ident
	for _, e := range list {
		if id, ok := e.(*ast.Ident); ok {
			ids = append(ids, id)
		}
	}
	return ids
}
