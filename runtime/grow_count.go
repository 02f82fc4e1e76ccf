package runtime

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/growth"
	"github.com/lapbook/lapbook/runtime/source"
)

// counting puts counters into cells: one at the head of every loop body and
// function, and one around what is handed to library calls whose work grows
// with it. A counter is an element of an array, so that each place has its own.
type counting struct {
	sites   []growth.Site
	hidden  []string // library calls whose work nothing counts
	atomic  bool     // goroutines count too
	edits   *textEdits
	helpers map[string]bool
}

const counterName = "lapbookCount_"

// site makes the next counter.
func (c *counting) site(at token.Pos, kind growth.Kind, what string) int {
	line := c.edits.cell.Fset.Position(at).Line
	c.sites = append(c.sites, growth.Site{Cell: c.edits.cell.ID, Line: line, Kind: kind, What: what})
	return len(c.sites) - 1
}

// cell puts counters into a cell.
func (c *counting) cell(t *textEdits) {
	c.edits = t
	for _, d := range t.cell.Decls {
		ast.Inspect(d, c.visit)
	}
	for _, s := range t.cell.Body {
		ast.Inspect(s, c.visit)
	}
}

func (c *counting) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		c.body(n.Body, growth.Func, n.Name.Name)
	case *ast.FuncLit:
		c.body(n.Body, growth.Func, "func")
	case *ast.ForStmt:
		c.body(n.Body, growth.Loop, "loop")
	case *ast.RangeStmt:
		c.body(n.Body, growth.Loop, "loop")
	case *ast.CallExpr:
		c.call(n)
	case *ast.AssignStmt:
		c.concatenation(n)
	case *ast.BinaryExpr:
		c.sum(n)
	case *ast.GenDecl:
		return n.Tok != token.CONST && n.Tok != token.TYPE
	}
	return true
}

// body counts how often a block is entered.
func (c *counting) body(b *ast.BlockStmt, kind growth.Kind, what string) {
	if b == nil {
		return
	}
	i := c.site(b.Lbrace, kind, what)
	if c.atomic {
		c.edits.insert(b.Lbrace+1, fmt.Sprintf(" lapbookAdd_(%d, 1); ", i))
		return
	}
	c.edits.insert(b.Lbrace+1, fmt.Sprintf(" %s[%d]++; ", counterName, i))
}

// concatenation charges s += t with the bytes that it copies.
func (c *counting) concatenation(a *ast.AssignStmt) {
	if a.Tok != token.ADD_ASSIGN || len(a.Lhs) != 1 || c.calls(a.Lhs[0]) || !types.Identical(c.edits.cell.Info.TypeOf(a.Lhs[0]), types.Typ[types.String]) {
		return
	}
	i := c.site(a.Pos(), growth.Charged, "+=")
	c.sites[i].Weight = 1.0 / 16
	left := c.text(a.Lhs[0])
	c.edits.wrap(a.Rhs[0], fmt.Sprintf("lapbookTwo_(%d, len(%s), ", i, left))
}

// sum charges s + t, the outermost of a chain, with what it copies.
func (c *counting) sum(b *ast.BinaryExpr) {
	if b.Op != token.ADD || !c.isString(b) || c.isConstant(b) {
		return
	}
	for _, e := range []ast.Expr{b.X, b.Y} {
		if inner, ok := e.(*ast.BinaryExpr); ok && inner.Op == token.ADD || c.isConstant(e) || !c.isString(e) {
			continue
		}
		i := c.site(b.Pos(), growth.Charged, "+")
		c.sites[i].Weight = 1.0 / 16
		c.edits.wrap(e, fmt.Sprintf("lapbookStr_(%d, ", i))
	}
}

func (c *counting) isString(e ast.Expr) bool {
	b, ok := c.typeOf(e).(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

func (c *counting) isConstant(e ast.Expr) bool { return c.edits.cell.Info.Types[e].Value != nil }

func (c *counting) typeOf(e ast.Expr) types.Type {
	if t := c.edits.cell.Info.TypeOf(e); t != nil {
		return t.Underlying()
	}
	return nil
}

func (c *counting) text(e ast.Expr) string {
	return c.edits.cell.Code[c.edits.offset(e.Pos()):c.edits.offset(e.End())]
}

// calls tells whether an expression calls anything, so that it cannot be
// written twice.
func (c *counting) calls(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		_, call := n.(*ast.CallExpr)
		found = found || call
		return !found
	})
	return found
}

// call charges a call of the library or a builtin.
func (c *counting) call(call *ast.CallExpr) {
	info := c.edits.cell.Info
	if tv := info.Types[call.Fun]; tv.IsType() {
		c.conversion(call)
		return
	}
	name, recv := callee(info, call.Fun)
	if name == "" {
		return // a function of the session: its body is counted
	}
	if _, isBuiltin := info.Uses[identOf(call.Fun)].(*types.Builtin); isBuiltin {
		c.builtin(call, name)
		return
	}
	rule, known := chargeOf(name)
	switch {
	case known:
		c.charge(call, name, rule, growth.Charged)
	case recv && constantPackage(name), !recv && constantPackage(name):
	default:
		c.presume(call, name)
	}
}

// conversion charges []byte(s), string(b) and []rune(s).
func (c *counting) conversion(call *ast.CallExpr) {
	if len(call.Args) != 1 || c.isConstant(call.Args[0]) {
		return
	}
	to, from := c.typeOf(call), c.typeOf(call.Args[0])
	_, toSlice := to.(*types.Slice)
	_, fromSlice := from.(*types.Slice)
	if toSlice && c.isString(call.Args[0]) || fromSlice && c.isString(call) {
		c.wrapLength(call.Args[0], growth.Charged, types.ExprString(call.Fun))
	}
}

func (c *counting) builtin(call *ast.CallExpr, name string) {
	switch name {
	case "append":
		if call.Ellipsis.IsValid() && len(call.Args) == 2 {
			c.wrapLength(call.Args[1], growth.Charged, name)
		}
	case "copy":
		i := c.site(call.Pos(), growth.Charged, name)
		c.sites[i].Weight = 1.0 / 4
		c.edits.wrap(call, fmt.Sprintf("lapbookNum_(%d, ", i))
	case "clear":
		c.wrapLength(call.Args[0], growth.Charged, name)
	}
}

// wrapLength charges an expression with its length; false when it has none.
func (c *counting) wrapLength(e ast.Expr, kind growth.Kind, what string) bool {
	return c.wrapWith(e, map[string]string{"string": "lapbookStr_", "slice": "lapbookLen_", "map": "lapbookMap_"}, kind, what)
}

func (c *counting) wrapWith(e ast.Expr, helpers map[string]string, kind growth.Kind, what string) bool {
	if c.isConstant(e) || c.edits.cell.Info.Types[e].IsNil() {
		return false
	}
	shape := ""
	switch t := c.typeOf(e).(type) {
	case *types.Basic:
		if t.Info()&types.IsString != 0 {
			shape = "string"
		}
	case *types.Slice:
		shape = "slice"
	case *types.Map:
		shape = "map"
	}
	if _, multi := c.edits.cell.Info.TypeOf(e).(*types.Tuple); multi || helpers[shape] == "" {
		return false
	}
	i := c.site(e.Pos(), kind, what)
	c.sites[i].Weight = c.weight(e, helpers[shape], what)
	c.edits.wrap(e, fmt.Sprintf("%s(%d, ", helpers[shape], i))
	return true
}

// weight is what an element of an expression is worth, a loop entered being 1:
// a byte copied or compared is a sixteenth, and more in the packages that look
// at each.
func (c *counting) weight(e ast.Expr, helper, what string) float64 {
	w := 1.0
	switch helper {
	case "lapbookStr_":
		w = 1.0 / 16
	case "lapbookLen_":
		elem := c.typeOf(e).(*types.Slice).Elem()
		w = min(1, max(1, float64(types.SizesFor("gc", "amd64").Sizeof(elem)))/16)
	}
	for _, p := range []string{"regexp.", "encoding/", "compress/", "crypto/", "html/", "text/", "go/"} {
		if strings.HasPrefix(what, p) {
			w = min(1, 8*w)
		}
	}
	return w
}

// charge follows the rule of a call whose work is known.
func (c *counting) charge(call *ast.CallExpr, name string, r charge, kind growth.Kind) {
	switch r.by {
	case byNothing:
		return
	case byResult:
		c.result(call, name, kind)
		return
	case bySortedResult:
		if _, ok := c.typeOf(call).(*types.Slice); ok {
			c.edits.wrap(call, fmt.Sprintf("lapbookSorted_(%d, ", c.site(call.Pos(), kind, name)))
		}
		return
	}
	if r.arg >= len(call.Args) {
		return
	}
	arg := call.Args[r.arg]
	switch r.by {
	case byLength:
		c.wrapLength(arg, kind, name)
	case bySort:
		if !c.wrapWith(arg, map[string]string{"slice": "lapbookSort_"}, kind, name) {
			if _, ok := c.typeOf(arg).(*types.Interface); ok || name == "sort.Sort" || name == "sort.Stable" {
				c.sortInterface(arg, name, kind)
			}
		}
	case bySearch:
		c.wrapWith(arg, map[string]string{"slice": "lapbookLog_"}, kind, name)
	case byValue:
		if b, ok := c.typeOf(arg).(*types.Basic); ok && b.Kind() == types.Int && !c.isConstant(arg) {
			c.edits.wrap(arg, fmt.Sprintf("lapbookNum_(%d, ", c.site(arg.Pos(), kind, name)))
		}
	}
}

// sortInterface charges sort.Sort of one of the library's own types, whose
// comparisons cannot be counted.
func (c *counting) sortInterface(arg ast.Expr, name string, kind growth.Kind) {
	t := c.edits.cell.Info.TypeOf(arg)
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "sort" {
		return
	}
	c.edits.wrap(arg, fmt.Sprintf("lapbookSortBy_(%d, ", c.site(arg.Pos(), kind, name)))
}

// result charges a call with the length of what it gives.
func (c *counting) result(call *ast.CallExpr, name string, kind growth.Kind) {
	t := c.edits.cell.Info.TypeOf(call)
	if tuple, ok := t.(*types.Tuple); ok {
		if tuple.Len() != 2 {
			return
		}
		if _, ok := tuple.At(0).Type().Underlying().(*types.Slice); ok {
			i := c.site(call.Pos(), kind, name)
			c.sites[i].Weight = 1.0 / 8
			c.edits.wrap(call, fmt.Sprintf("lapbookBoth_(%d)(", i))
		}
		return
	}
	c.wrapLength(call, kind, name)
}

// presume charges a library call that no rule knows with the lengths of what it
// is handed: most are linear in that. What is handed nothing with a length is
// named as hidden.
func (c *counting) presume(call *ast.CallExpr, name string) {
	some := false
	for i, arg := range call.Args {
		if call.Ellipsis.IsValid() && i == len(call.Args)-1 {
			continue
		}
		some = c.wrapLength(arg, growth.Presumed, name) || some
	}
	if !some && !c.scalars(call) && !slices.Contains(c.hidden, name) {
		c.hidden = append(c.hidden, name)
	}
}

// scalars tells whether a call of a function is handed numbers and constants
// only, or nothing that could be large.
func (c *counting) scalars(call *ast.CallExpr) bool {
	if _, isSelector := call.Fun.(*ast.SelectorExpr); !isSelector {
		return false
	}
	if sel := c.edits.cell.Info.Selections[call.Fun.(*ast.SelectorExpr)]; sel != nil {
		return false // a method: its receiver can hold anything
	}
	for _, arg := range call.Args {
		b, ok := c.typeOf(arg).(*types.Basic)
		if !c.isConstant(arg) && (!ok || b.Info()&types.IsNumeric == 0 && b.Info()&types.IsBoolean == 0) {
			return false
		}
	}
	return true
}

func identOf(e ast.Expr) *ast.Ident {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return identOf(e.X)
	case *ast.IndexListExpr:
		return identOf(e.X)
	}
	return nil
}

// callee names what a call calls, when it is not of the session: "copy",
// "strings.Index", "bufio.Scanner.Scan"; method tells the last kind.
func callee(info *types.Info, fun ast.Expr) (name string, method bool) {
	id := identOf(fun)
	if id == nil {
		return "", false
	}
	switch obj := info.Uses[id].(type) {
	case *types.Builtin:
		return obj.Name(), false
	case *types.Func:
		if obj.Pkg() == nil || obj.Pkg().Path() == "main" {
			return "", false
		}
		if recv := obj.Signature().Recv(); recv != nil {
			t := types.Unalias(recv.Type())
			if p, ok := t.(*types.Pointer); ok {
				t = types.Unalias(p.Elem())
			}
			if n, ok := t.(*types.Named); ok {
				return obj.Pkg().Path() + "." + n.Obj().Name() + "." + obj.Name(), true
			}
			return obj.Pkg().Path() + ".?." + obj.Name(), true
		}
		return obj.Pkg().Path() + "." + obj.Name(), false
	}
	return "", false
}

// concurrent tells whether code of a unit may run in several goroutines.
func concurrentUnit(unit []*source.Cell) bool {
	found := false
	see := func(c *source.Cell) func(n ast.Node) bool {
		return func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				found = true
			case *ast.CallExpr:
				name, _ := callee(c.Info, n.Fun)
				found = found || strings.HasPrefix(name, labPath) || strings.HasPrefix(name, "net/http") || name == "sync.WaitGroup.Go" || name == "time.AfterFunc"
			}
			return !found
		}
	}
	for _, c := range unit {
		for _, d := range c.Decls {
			ast.Inspect(d, see(c))
		}
		for _, s := range c.Body {
			ast.Inspect(s, see(c))
		}
	}
	return found
}
