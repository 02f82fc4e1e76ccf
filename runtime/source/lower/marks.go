package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// markFor is the mark of a statement: its line, and what can go wrong on it
// outside the blocks and function literals that it contains.
func (g *gen) markFor(n ast.Node) string {
	line := g.line(n.Pos())
	if line == 0 || g.u.cell == "" || g.inFunc == "" {
		return ""
	}
	kind := g.risk(n)
	if g.fn.ownLines && !g.fn.inRange && kind != markPlain {
		kind += markOwn
	}
	return mark(g.inFunc, line, kind)
}

// risk tells whether evaluating a node may panic itself, or calls code that may.
func (g *gen) risk(n ast.Node) int {
	worst := markPlain
	ast.Inspect(n, func(m ast.Node) bool {
		switch m.(type) {
		case *ast.FuncLit, *ast.BlockStmt:
			return m == n
		}
		worst = max(worst, g.nodeRisk(m))
		return worst < markPanic
	})
	return worst
}

func (g *gen) nodeRisk(m ast.Node) int {
	switch m := m.(type) {
	case *ast.IndexExpr:
		if tv, ok := g.u.info.Types[m.Index]; ok && tv.IsType() {
			return markPlain
		}
		return markPanic
	case *ast.StarExpr:
		if tv := g.u.info.Types[m.X]; tv.IsType() {
			return markPlain
		}
		return markPanic
	case *ast.SliceExpr, *ast.TypeAssertExpr, *ast.SendStmt:
		return markPanic
	case *ast.SelectorExpr:
		if _, ok := g.u.info.Selections[m]; ok && g.u.info.TypeOf(m.X) != nil {
			if t := g.typ(m.X); isPointer(t) || isInterface(t) {
				return markPanic
			}
		}
	case *ast.BinaryExpr:
		if (m.Op == token.QUO || m.Op == token.REM || m.Op == token.SHL || m.Op == token.SHR || m.Op == token.EQL || m.Op == token.NEQ) && g.riskyOp(m) {
			return markPanic
		}
	case *ast.AssignStmt:
		if m.Tok == token.QUO_ASSIGN || m.Tok == token.REM_ASSIGN {
			return markPanic
		}
	case *ast.UnaryExpr:
		if m.Op == token.ARROW {
			return markCall
		}
	case *ast.CallExpr:
		return g.callRisk(m)
	}
	return markPlain
}

func (g *gen) riskyOp(m *ast.BinaryExpr) bool {
	tv := g.u.info.Types[m.Y]
	switch m.Op {
	case token.EQL, token.NEQ:
		return g.u.info.TypeOf(m.X) != nil && isInterface(g.typ(m.X)) && !tv.IsNil()
	case token.QUO, token.REM:
		b, ok := under(g.typ(m.X)).(*types.Basic)
		return tv.Value == nil && ok && b.Info()&types.IsInteger != 0
	}
	b, ok := under(g.typ(m.Y)).(*types.Basic)
	return tv.Value == nil && ok && b.Info()&types.IsUnsigned == 0
}

// callRisk: lowered code that is called marks its own lines; anything else
// panics on this one.
func (g *gen) callRisk(m *ast.CallExpr) int {
	fun := unparen(m.Fun)
	tv := g.u.info.Types[fun]
	switch {
	case tv.IsType():
		return markPlain
	case tv.IsBuiltin():
		if id, ok := fun.(*ast.Ident); ok {
			switch id.Name {
			case "panic", "make", "close", "delete":
				return markPanic
			}
		}
		return markPlain
	}
	if fn := g.staticCallee(fun); fn != nil && g.s.own(fn.Pkg()) {
		return markCall
	}
	return markPanic
}

// staticCallee is the function that an expression names, or nil.
func (g *gen) staticCallee(fun ast.Expr) *types.Func {
	switch x := fun.(type) {
	case *ast.IndexExpr:
		return g.staticCallee(x.X)
	case *ast.IndexListExpr:
		return g.staticCallee(x.X)
	case *ast.Ident:
		fn, _ := g.u.info.Uses[x].(*types.Func)
		return fn
	case *ast.SelectorExpr:
		fn, _ := g.u.info.Uses[x.Sel].(*types.Func)
		return fn
	}
	return nil
}

// waits are the statements around s that tell the run time on which line, and
// in which compiled call, a cell waits.
func (g *gen) waits(s ast.Stmt) (before, after string) {
	switch s.(type) {
	case *ast.ReturnStmt, *ast.GoStmt, *ast.DeferStmt, *ast.BranchStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.IfStmt:
		return "", ""
	}
	what := ""
	ast.Inspect(s, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.FuncLit, *ast.BlockStmt:
			return false
		case *ast.CallExpr:
			if fn := g.staticCallee(unparen(m.Fun)); fn != nil && fn.Pkg() != nil && blocking(fn) {
				what = callName(fn)
			}
		}
		return true
	})
	if what == "" {
		return "", ""
	}
	op := g.temp()
	return fmt.Sprintf("%s := rt.Enter(%d, %q)\n", op, g.site(s), what), "rt.Leave(" + op + ")\n"
}

// callName spells a compiled function for people: time.Sleep, (*sync.Mutex).Lock.
func callName(fn *types.Func) string {
	recv := fn.Type().(*types.Signature).Recv()
	if recv == nil {
		return fn.Pkg().Name() + "." + fn.Name()
	}
	return "(" + nameOf(recv.Type()) + ")." + fn.Name()
}

// blocking reports whether a compiled function may wait for long.
func blocking(fn *types.Func) bool {
	switch fn.Pkg().Path() {
	case "time":
		return fn.Name() == "Sleep"
	case "sync":
		return fn.Name() == "Lock" || fn.Name() == "RLock" || fn.Name() == "Wait" || fn.Name() == "Do"
	case "net/http", "net", "os/exec", "database/sql", "net/rpc", "net/smtp", "crypto/tls":
		return true
	case "bufio":
		return fn.Name() == "Scan" || len(fn.Name()) > 4 && fn.Name()[:4] == "Read"
	case "io":
		return fn.Name() != "NewSectionReader" && fn.Name() != "LimitReader" && fn.Name() != "MultiReader"
	case "os":
		return fn.Name() == "Read" || fn.Name() == "Wait"
	case "fmt":
		return len(fn.Name()) >= 4 && fn.Name()[:4] == "Scan" || len(fn.Name()) > 5 && fn.Name()[:5] == "Fscan"
	case "github.com/lapbook/lapbook/stdlib/lab":
		return true
	}
	return false
}
