package loop

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/lapbook/lapbook/runtime/source"
)

// A unit is one cell as the analysis sees it.
type unit struct{ *source.Cell }

// newUnit is c with its magics blanked; offsets hold.
func newUnit(c *source.Cell) *unit {
	_, code, err := source.SplitMagics(c.Code)
	if err != nil || len(code) != len(c.Code) {
		return &unit{c}
	}
	plain := *c
	plain.Code = code
	return &unit{&plain}
}

func (u *unit) nodes() []ast.Node {
	var out []ast.Node
	for _, d := range u.Decls {
		out = append(out, d)
	}
	for _, s := range u.Body {
		out = append(out, s)
	}
	return out
}

func (u *unit) offset(p token.Pos) int { return u.Fset.File(p).Offset(p) }
func (u *unit) line(p token.Pos) int   { return u.Fset.Position(p).Line }

func (u *unit) text(n ast.Node) string {
	return u.Code[u.offset(n.Pos()):min(u.offset(n.End()), len(u.Code))]
}

func (u *unit) object(id *ast.Ident) types.Object {
	if o := u.Info.Defs[id]; o != nil {
		return o
	}
	return u.Info.Uses[id]
}

// facts is what the text alone says about a variable.
type facts struct {
	assigns int // assignments besides its definition
	address int // times its address is taken, or a method with a pointer receiver is called on it
	lits    int // function literals that it is set to
	lit     *ast.FuncLit
	inLit   bool       // used inside a function that does not declare it
	nilDef  bool       // declared without a value
	def     ast.Expr   // what it was defined with, alone
	steps   []ast.Stmt // v++, v += e and the like among its assignments
}

// A program is all the text that a loop may depend on: the earlier cells and
// the cell itself, which is the last unit.
type program struct {
	units []*unit
	funcs map[*types.Func][]*funcDecl // in the order of their cells
	facts map[types.Object]*facts
	// getOnly: every request that the text makes by hand is a GET or HEAD.
	getOnly bool
	// jumps: somewhere a goto goes back.
	jumps bool
	// recovers: somewhere a panic is recovered.
	recovers bool
	// reuse: a reader is told to use the memory of its last record again.
	reuse bool
}

type funcDecl struct {
	*ast.FuncDecl
	unit *unit
	cell int // number of the cell that declared it
}

func newProgram(c *source.Cell, earlier []*source.Cell) *program {
	p := &program{funcs: map[*types.Func][]*funcDecl{}, facts: map[types.Object]*facts{}, getOnly: true}
	for _, e := range earlier {
		p.units = append(p.units, newUnit(e))
	}
	p.units = append(p.units, newUnit(c))
	for k, u := range p.units {
		for _, o := range u.Redefs { // defined again: one variable, another value
			p.fact(o).assigns++
		}
		for _, n := range u.nodes() {
			p.survey(u, n, k)
		}
		for _, r := range u.Rebinds { // text of an earlier cell with types of this one
			of := &unit{&source.Cell{Text: r.Cell.Text, Fset: u.Fset, Info: u.Info, Pkg: u.Pkg}}
			p.survey(of, r.Decl, k)
			if fn, ok := r.Object.(*types.Func); ok {
				p.funcs[fn] = append(p.funcs[fn], &funcDecl{r.Decl, of, k})
			}
		}
	}
	return p
}

func (p *program) target() *unit { return p.units[len(p.units)-1] }

func (p *program) fact(o types.Object) *facts {
	f := p.facts[o]
	if f == nil {
		f = &facts{}
		p.facts[o] = f
	}
	return f
}

// survey gathers the facts of one declaration or statement of cell number k.
func (p *program) survey(u *unit, root ast.Node, k int) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncDecl:
			if fn, ok := u.Info.Defs[x.Name].(*types.Func); ok {
				p.funcs[fn] = append(p.funcs[fn], &funcDecl{x, u, k})
			}
		case *ast.AssignStmt:
			p.surveyAssign(u, x)
		case *ast.IncDecStmt:
			p.assign(u, x.X, nil)
			p.step(u, x.X, x)
		case *ast.BranchStmt:
			p.jumps = p.jumps || x.Tok == token.GOTO
		case *ast.RangeStmt:
			if x.Tok == token.ASSIGN {
				p.assign(u, x.Key, nil)
				p.assign(u, x.Value, nil)
			}
		case *ast.ValueSpec:
			p.surveySpec(u, x)
		case *ast.UnaryExpr:
			if x.Op == token.AND {
				p.address(u, x.X)
			}
		case *ast.SliceExpr:
			if _, ok := u.Info.TypeOf(x.X).Underlying().(*types.Array); ok {
				p.address(u, x.X)
			}
		case *ast.SelectorExpr:
			p.surveySelector(u, x)
		case *ast.CallExpr:
			if id, ok := ast.Unparen(x.Fun).(*ast.Ident); ok {
				p.recovers = p.recovers || id.Name == "recover"
			}
			p.surveyRequest(u, x)
		}
		return true
	})
	p.surveyLits(u, root)
}

func (p *program) surveyAssign(u *unit, x *ast.AssignStmt) {
	for i, l := range x.Lhs {
		var r ast.Expr
		if len(x.Rhs) == len(x.Lhs) {
			r = x.Rhs[i]
		}
		if id, ok := l.(*ast.Ident); ok && x.Tok == token.DEFINE && u.Info.Defs[id] != nil {
			p.setLit(u.Info.Defs[id], r)
			p.fact(u.Info.Defs[id]).def = r
			continue
		}
		p.assign(u, l, r)
	}
	if isStep(x) {
		p.step(u, x.Lhs[0], x)
	}
}

// step notes that s only moves the variable l.
func (p *program) step(u *unit, l ast.Expr, s ast.Stmt) {
	if id, ok := l.(*ast.Ident); ok {
		if o := u.object(id); o != nil {
			p.fact(o).steps = append(p.fact(o).steps, s)
		}
	}
}

func (p *program) assign(u *unit, l, r ast.Expr) {
	if l == nil {
		return
	}
	if id, ok := ast.Unparen(l).(*ast.Ident); ok {
		if o := u.object(id); o != nil {
			p.fact(o).assigns++
			p.setLit(o, r)
		}
		return
	}
	// A write to a part of a variable changes the variable.
	if id := baseVariable(u, l); id != nil {
		p.fact(u.object(id)).assigns++
	}
}

func (p *program) setLit(o types.Object, r ast.Expr) {
	if lit, ok := r.(*ast.FuncLit); ok {
		p.fact(o).lits++
		p.fact(o).lit = lit
	}
}

func (p *program) surveySpec(u *unit, x *ast.ValueSpec) {
	for i, id := range x.Names {
		o := u.Info.Defs[id]
		if o == nil {
			continue
		}
		p.fact(o).nilDef = len(x.Values) == 0
		if len(x.Values) == len(x.Names) {
			p.setLit(o, x.Values[i])
			p.fact(o).def = x.Values[i]
		}
	}
}

func (p *program) address(u *unit, e ast.Expr) {
	if id := baseVariable(u, e); id != nil {
		p.fact(u.object(id)).address++
	}
}

// surveySelector notes the address taken by a call x.M() of a method with a
// pointer receiver.
func (p *program) surveySelector(u *unit, x *ast.SelectorExpr) {
	p.reuse = p.reuse || x.Sel.Name == "ReuseRecord"
	sel := u.Info.Selections[x]
	if sel == nil || sel.Kind() != types.MethodVal {
		return
	}
	recv := sel.Obj().(*types.Func).Signature().Recv()
	if recv == nil {
		return
	}
	_, byPointer := recv.Type().(*types.Pointer)
	_, already := u.Info.TypeOf(x.X).Underlying().(*types.Pointer)
	if byPointer && !already {
		p.address(u, x.X)
	}
}

// surveyLits notes which variables function literals share with their makers,
// and which session variables declared functions use.
func (p *program) surveyLits(u *unit, root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		var body *ast.BlockStmt
		switch f := n.(type) {
		case *ast.FuncLit:
			body = f.Body
		case *ast.FuncDecl:
			body = f.Body
		}
		if body == nil {
			return true
		}
		ast.Inspect(body, func(m ast.Node) bool {
			if id, ok := m.(*ast.Ident); ok {
				if o, ok := u.Info.Uses[id].(*types.Var); ok && (o.Pos() < n.Pos() || o.Pos() >= n.End()) {
					p.fact(o).inLit = true
				}
			}
			return true
		})
		return true
	})
}

// surveyRequest looks for requests made by hand with a method that may write.
func (p *program) surveyRequest(u *unit, c *ast.CallExpr) {
	s, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	fn, ok := u.Info.Uses[s.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != "net/http" {
		return
	}
	i := map[string]int{"NewRequest": 0, "NewRequestWithContext": 1}
	at, ok := i[fn.Name()]
	if !ok || at >= len(c.Args) {
		return
	}
	tv := u.Info.Types[c.Args[at]]
	if tv.Value == nil || tv.Value.ExactString() != `"GET"` && tv.Value.ExactString() != `"HEAD"` {
		p.getOnly = false
	}
}

// baseVariable is the variable that e is a part of, not through a pointer.
func baseVariable(u *unit, e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			if _, ok := u.object(x).(*types.Var); ok {
				return x
			}
			return nil
		case *ast.ParenExpr:
			e = x.X
		case *ast.SelectorExpr:
			sel := u.Info.Selections[x]
			if sel == nil || sel.Indirect() {
				return nil
			}
			e = x.X
		case *ast.IndexExpr:
			if _, ok := u.Info.TypeOf(x.X).Underlying().(*types.Array); !ok {
				return nil
			}
			e = x.X
		default:
			return nil
		}
	}
}
