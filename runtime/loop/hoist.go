package loop

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// A hoister finds the calls of a statement that can be made before it. Go makes
// calls from left to right, before it reads variables; so the calls up to the
// first that must stay may move, as long as each is certain to be made.
type hoister struct {
	s     *splitter
	sp    *split
	early []ast.Stmt // ordered statements before the one looked at
	out   []hoist
	done  bool
}

func (h *hoister) stmt(st ast.Stmt) {
	switch x := st.(type) {
	case *ast.AssignStmt:
		for _, l := range x.Lhs {
			h.operand(l)
		}
		for _, r := range x.Rhs {
			h.expr(r)
		}
	case *ast.IncDecStmt:
		h.operand(x.X)
	case *ast.ExprStmt:
		if c, ok := ast.Unparen(x.X).(*ast.CallExpr); ok {
			h.insideCall(c)
		}
	case *ast.IfStmt:
		if x.Init != nil {
			h.stmt(x.Init) // what follows may use what it sets
		} else {
			h.expr(x.Cond)
		}
	case *ast.SwitchStmt:
		if x.Init != nil {
			h.stmt(x.Init)
		} else if x.Tag != nil {
			h.expr(x.Tag)
		}
	case *ast.RangeStmt:
		h.expr(x.X)
	case *ast.ReturnStmt:
		for _, r := range x.Results {
			h.expr(r)
		}
	case *ast.DeclStmt:
		h.decl(x)
	}
}

func (h *hoister) decl(x *ast.DeclStmt) {
	g, ok := x.Decl.(*ast.GenDecl)
	if !ok || len(g.Specs) != 1 {
		return
	}
	if vs, ok := g.Specs[0].(*ast.ValueSpec); ok {
		for _, v := range vs.Values {
			h.expr(v)
		}
	}
}

// operand looks into the parts of an assigned place.
func (h *hoister) operand(e ast.Expr) {
	switch x := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		h.operand(x.X)
		h.expr(x.Index)
	case *ast.SelectorExpr:
		h.operand(x.X)
	case *ast.StarExpr:
		h.expr(x.X)
	case *ast.CallExpr:
		h.expr(x)
	}
}

func (h *hoister) expr(e ast.Expr) {
	if h.done || e == nil {
		return
	}
	if tv, ok := h.s.unit.Info.Types[e]; ok && (tv.Value != nil || tv.IsType()) {
		return
	}
	switch x := e.(type) {
	case *ast.CallExpr:
		h.call(x)
	case *ast.ParenExpr:
		h.expr(x.X)
	case *ast.BinaryExpr:
		h.expr(x.X)
		if x.Op == token.LAND || x.Op == token.LOR {
			h.done = true // the right side may never be evaluated
			return
		}
		h.expr(x.Y)
	case *ast.UnaryExpr:
		if x.Op == token.ARROW {
			h.done = true
			return
		}
		h.expr(x.X)
	case *ast.IndexExpr:
		h.expr(x.X)
		h.expr(x.Index)
	case *ast.SliceExpr:
		h.expr(x.X)
		h.expr(x.Low)
		h.expr(x.High)
		h.expr(x.Max)
	case *ast.SelectorExpr:
		if h.s.unit.Info.Selections[x] != nil {
			h.expr(x.X)
		}
	case *ast.StarExpr:
		h.expr(x.X)
	case *ast.TypeAssertExpr:
		h.expr(x.X)
	case *ast.KeyValueExpr:
		h.expr(x.Value)
	case *ast.CompositeLit:
		for _, el := range x.Elts {
			h.expr(el)
		}
	}
}

func (h *hoister) call(x *ast.CallExpr) {
	if h.movable(x) {
		h.s.names++
		h.out = append(h.out, hoist{x, "part" + strconv.Itoa(h.s.names)})
		h.sp.weight += h.s.weight(x)
		return
	}
	h.insideCall(x)
}

func (h *hoister) insideCall(x *ast.CallExpr) {
	info := h.s.unit.Info
	if s, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr); ok && info.Selections[s] != nil {
		h.expr(s.X)
	}
	for _, a := range x.Args {
		h.expr(a)
	}
	if info.Types[x.Fun].IsType() || isQuietBuiltin(info, x) || slices.Contains(h.s.early, x) {
		return
	}
	h.done = true
}

func isQuietBuiltin(info *types.Info, x *ast.CallExpr) bool {
	id, ok := ast.Unparen(x.Fun).(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := info.Uses[id].(*types.Builtin)
	if !ok {
		return false
	}
	switch b.Name() {
	case "append", "len", "cap", "min", "max", "make", "new":
		return true
	}
	return false
}

// movable tells whether a call gives one value and may run in a task.
func (h *hoister) movable(x *ast.CallExpr) bool {
	if slices.Contains(h.s.early, x) {
		return false // made already
	}
	info := h.s.unit.Info
	tv := info.Types[x]
	if tv.IsVoid() || info.Types[x.Fun].IsType() {
		return false
	}
	if _, ok := tv.Type.(*types.Tuple); ok {
		return false
	}
	if id, ok := ast.Unparen(x.Fun).(*ast.Ident); ok {
		if _, ok := info.Uses[id].(*types.Builtin); ok {
			return false
		}
	}
	if b, ok := tv.Type.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return false
	}
	return h.s.weight(x) >= 0.3 && len(h.s.forbidsNode(x)) == 0 && (len(h.early) == 0 || !h.s.tangled(h.early, x))
}
