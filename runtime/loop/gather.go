package loop

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A body that only appends single elements to a slice around the loop, or only
// counts in a map, leaves no trace of the order within it but in the result:
// each task gathers for itself, and what it gathered is joined in order. Elements
// are appended one by one, so that the slice grows as it would have.

// gathered tells whether o is a slice that the body only appends to.
func (s *splitter) gathered(o *types.Var, _ *facts, _ ast.Stmt) *scratch {
	if _, ok := o.Type().Underlying().(*types.Slice); !ok {
		return nil
	}
	nested := false
	known := s.onlyTargets(o, func(n ast.Node, inLoop bool) (target ast.Expr, rest []ast.Expr) {
		a, ok := n.(*ast.AssignStmt)
		if !ok || a.Tok != token.ASSIGN || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
			return nil, nil
		}
		c, ok := a.Rhs[0].(*ast.CallExpr)
		if !ok || !isSelfAppend(s.unit, a.Lhs[0], a) || len(c.Args) != 2 || c.Ellipsis.IsValid() {
			return nil, nil
		}
		id, ok := a.Lhs[0].(*ast.Ident)
		if !ok || s.unit.object(id) != o {
			return nil, nil
		}
		nested = nested || inLoop
		return a.Lhs[0], c.Args[1:]
	})
	if !known || !nested {
		return nil // an append at the end of the body is done in order anyway
	}
	name := o.Name()
	return &scratch{
		init: "var " + name + " TYPE", how: "append", partial: true,
		back: "for _, x := range " + name + " { *% = append(*%, x) }",
	}
}

// counted tells whether o is a map of integers that the body only counts in.
func (s *splitter) counted(o *types.Var, _ *facts, _ ast.Stmt) *scratch {
	m, ok := o.Type().Underlying().(*types.Map)
	if !ok || !isInteger(m.Elem()) || !plainKey(m.Key()) {
		return nil
	}
	op, same, nested := "", true, false
	join := func(by string) {
		same = same && by != "" && (op == "" || op == by)
		op = by
	}
	known := s.onlyTargets(o, func(n ast.Node, inLoop bool) (target ast.Expr, rest []ast.Expr) {
		var l ast.Expr
		switch x := n.(type) {
		case *ast.IncDecStmt:
			l = x.X
		case *ast.AssignStmt:
			if len(x.Lhs) == 1 {
				l, rest = x.Lhs[0], x.Rhs
			}
		}
		ix, ok := l.(*ast.IndexExpr)
		if !ok {
			return nil, nil
		}
		id, ok := ix.X.(*ast.Ident)
		if !ok || s.unit.object(id) != o {
			return nil, nil
		}
		nested = nested || inLoop
		if x, ok := n.(*ast.AssignStmt); ok {
			join(joins[x.Tok])
		} else {
			join("+")
		}
		return ix.X, append(rest, ix.Index)
	})
	if !known || !same || !nested {
		return nil
	}
	name := o.Name()
	return &scratch{
		init: name + " := make(TYPE)", how: "map", partial: true,
		back: "for k, n := range " + name + " { (*%)[k] " + op + "= n }",
	}
}

// joins are the operations whose order does not matter for integers, and by what
// their parts are joined.
var joins = map[token.Token]string{token.ADD_ASSIGN: "+", token.SUB_ASSIGN: "+", token.XOR_ASSIGN: "^", token.OR_ASSIGN: "|"}

// plainKey tells whether keys of type t are equal to themselves and hold no
// surprise: no floats, of which NaN is never found again, and no interfaces.
func plainKey(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsInteger|types.IsString|types.IsBoolean) != 0
	case *types.Array:
		return plainKey(u.Elem())
	case *types.Struct:
		for i := range u.NumFields() {
			if !plainKey(u.Field(i).Type()) {
				return false
			}
		}
		return true
	}
	return false
}

// onlyTargets tells whether the body mentions o only as the target that accept
// finds in a statement, whose other parts are free of it. accept learns whether
// the statement stands in a loop of the body.
func (s *splitter) onlyTargets(o *types.Var, accept func(n ast.Node, inLoop bool) (target ast.Expr, rest []ast.Expr)) bool {
	ok, found := true, false
	var visit func(n ast.Node, inLoop bool)
	visit = func(root ast.Node, inLoop bool) {
		ast.Inspect(root, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.FuncLit:
				ok = ok && !mentions(s.unit, x, o)
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				if !inLoop {
					visit(n, true)
					return false
				}
			case *ast.Ident:
				ok = ok && s.unit.object(x) != o
			}
			target, rest := accept(n, inLoop)
			if target == nil {
				return true
			}
			found = true
			for _, e := range rest {
				ok = ok && !mentions(s.unit, e, o)
				visit(e, inLoop)
			}
			return false
		})
	}
	for _, st := range s.list {
		visit(st, false)
	}
	return ok && found
}
