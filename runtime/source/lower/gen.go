package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

var anyType = types.Universe.Lookup("any").Type()
var errorType = types.Universe.Lookup("error").Type()

// gen lowers one cell.
type gen struct {
	s      *Session
	u      *unit // whose nodes are being lowered
	fn     *scope
	at     ast.Node
	n      int // numbers every emitted name
	out    output
	decls  map[*types.Func]decl  // what the cell itself declares
	redefs map[types.Object]bool // variables of earlier cells that it defines again

	names     map[types.Object]string
	structs   map[int]bool
	busy      map[types.Type]bool
	helpers   map[string]string
	funcs     map[string]string // function instance -> lowered name
	jobs      []job
	globals   map[*types.Var]string
	boxedIDs  map[int]bool
	linked    map[int]bool
	used      map[int]bool // type numbers that the text names
	nativeIDs map[int]bool // compiled interfaces that interface values are converted to
	carried   map[[2]int]bool
	disps     map[string]*dispatcher
	dispOrder []*dispatcher
	gotos     map[string]bool
	checked   bool // index checks wanted: the program recovers, and prints what it recovered
	script    bool
	calls     map[string][]string // lowered name -> lowered callees
	inFunc    string              // lowered name of the function being emitted
	slots     []Slot
	top       map[ast.Stmt]bool     // statements at the outermost level of a cell
	ownLines  bool                  // of the next function body
	goBodies  map[*ast.FuncLit]bool // function literals that run as goroutines
	known     bounds
	late      map[string]string // comparisons that targets need right before they are assigned to
	didCheck  map[string]bool   // comparisons that the statement made
	compared  map[ast.Expr]bool // indexes and slices that comparisons before the statement check
}

// job is a function instance to be lowered.
type job struct {
	name string
	decl decl
	env  map[*types.TypeParam]types.Type
}

func newGen(s *Session, c *source.Cell) *gen {
	g := &gen{s: s, u: cellUnit(c), decls: cellDecls(c), redefs: map[types.Object]bool{}, names: map[types.Object]string{}, structs: map[int]bool{},
		busy: map[types.Type]bool{}, helpers: map[string]string{}, funcs: map[string]string{}, globals: map[*types.Var]string{},
		boxedIDs: map[int]bool{}, linked: map[int]bool{}, used: map[int]bool{}, nativeIDs: map[int]bool{}, carried: map[[2]int]bool{}, disps: map[string]*dispatcher{}, gotos: map[string]bool{},
		script: c.Script, calls: map[string][]string{}, compared: map[ast.Expr]bool{}, known: newBounds(), late: map[string]string{}, goBodies: map[*ast.FuncLit]bool{}}
	g.out = newOutput(c.ID)
	g.fn = &scope{boxed: map[*types.Var]bool{}}
	for _, o := range c.Redefs {
		g.redefs[o] = true
	}
	return g
}

// refuse ends the lowering: construct is what the user wrote, the rest says why not.
func (g *gen) refuse(construct, reason string, args ...any) {
	panic(g.refusal(construct, fmt.Sprintf(reason, args...)))
}

func (g *gen) refusal(construct, reason string) *Refusal {
	r := &Refusal{Cell: g.u.cell, Construct: construct, Reason: reason}
	if g.at != nil && g.u.fset != nil {
		p := g.u.fset.Position(g.at.Pos())
		r.Line, r.Column = p.Line, p.Column
	}
	return r
}

// cell lowers the whole cell.
func (g *gen) cell(c *source.Cell) *Code {
	g.survey(c)
	g.relink(c)
	if c.Script {
		g.scriptEntry(c)
	} else {
		g.cellEntry(c)
	}
	g.fixpoint()
	if !c.Script {
		g.remember()
	}
	return g.code(c)
}

// relink gives boxed values of earlier cells the new definition of their methods
// and of the functions that these call.
func (g *gen) relink(c *source.Cell) {
	changed := len(c.Rebinds) > 0 || declaresMethods(c)
	for _, o := range c.Redefs {
		if _, ok := o.(*types.Func); ok {
			changed = true
		}
	}
	if !changed || c.Script {
		return
	}
	for id := range g.s.everBoxed {
		if g.printable(g.s.table.shapes[id]) {
			g.wantBoxed(id)
		}
	}
}

// survey finds what must be known of all functions before the first is lowered.
func (g *gen) survey(c *source.Cell) {
	g.checked = g.s.recovers
	for l := range g.s.gotos {
		g.gotos[l] = true
	}
	recovers := surveyCell(c, g.gotos)
	g.checked = g.checked || recovers
}

// surveyCell adds the labels that goto uses to gotos and reports whether the
// cell calls recover.
func surveyCell(c *source.Cell, gotos map[string]bool) (recovers bool) {
	note := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BranchStmt:
			if n.Tok == token.GOTO {
				gotos[n.Label.Name] = true
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "recover" {
				recovers = true
			}
		}
		return true
	}
	for _, d := range c.Decls {
		ast.Inspect(d, note)
	}
	for _, st := range c.Body {
		ast.Inspect(st, note)
	}
	return recovers
}

// scriptEntry lowers a complete package main: initialisation in Go's order, then main.
func (g *gen) scriptEntry(c *source.Cell) {
	var b strings.Builder
	for _, in := range c.Info.InitOrder {
		b.WriteString(g.initializer(in))
	}
	for _, d := range c.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
			b.WriteString(g.request("init", decl{d, g.u}, nil) + "(" + g.lead(g.contents(d.Body).recovers) + ")\n")
		}
	}
	f, ok := c.Pkg.Scope().Lookup("main").(*types.Func)
	if !ok {
		g.refuse("package main", "it has no function main")
	}
	b.WriteString(g.want(f, nil) + "(" + g.lead(g.recovers(f)) + ")\n")
	g.out.funcDecl("func cellEntry() {\n" + b.String() + "}\n")
}

// cellEntry lowers the statements of a cell as the body of one function.
func (g *gen) cellEntry(c *source.Cell) {
	list := c.Body
	if c.Value != nil {
		list = list[:len(list)-1]
	}
	body := &ast.BlockStmt{List: list}
	g.top = map[ast.Stmt]bool{}
	for _, st := range list {
		g.top[st] = true
	}
	g.enter(nil)
	for _, st := range c.Body {
		g.analyse(st)
	}
	g.function(Func{Name: "cell", Cell: c.ID, Line: 1}, "cellEntry", func() {
		sig := types.NewSignatureType(nil, nil, nil, nil, nil, false)
		_, text := g.funcBody(nil, &ast.FuncType{}, sig, body, c.Value)
		g.out.funcDecl("func cellEntry() {\n" + text + "}\n")
	})
}

// function runs emit while name is the function that marks and calls belong to.
func (g *gen) function(f Func, name string, emit func()) {
	outer := g.inFunc
	g.inFunc = name
	g.out.function(name, f)
	emit()
	g.inFunc = outer
}

// fixpoint lowers functions until nothing new is wanted: boxing a type wants its
// methods, and a new boxed type adds cases to the dispatchers.
func (g *gen) fixpoint() {
	for progress := true; progress; {
		progress = false
		for len(g.jobs) > 0 {
			j := g.jobs[0]
			g.jobs = g.jobs[1:]
			g.lowerJob(j)
			progress = true
		}
		for _, id := range sortedInts(g.boxedIDs) {
			if !g.linked[id] {
				g.linked[id] = true
				g.linkMethods(id)
				progress = true
			}
		}
		for i := 0; i < len(g.dispOrder); i++ {
			if g.extend(g.dispOrder[i]) {
				progress = true
			}
		}
		if g.carryAll() {
			progress = true
		}
	}
	for _, d := range g.dispOrder {
		g.out.funcDecl(g.dispatchText(d))
	}
}

// lowerJob emits one function instance.
func (g *gen) lowerJob(j job) {
	g.u = j.decl.unit
	g.enter(j.env)
	g.at = j.decl.node
	d := j.decl.node
	g.analyse(d)
	f := Func{Name: sourceName(d), Cell: g.u.cell, Line: g.line(d.Pos())}
	g.function(f, j.name, func() {
		sig := g.subst(g.u.signature(d)).(*types.Signature)
		var fields []*ast.Field
		if d.Recv != nil {
			fields = append(fields, d.Recv.List...)
		}
		fields = append(fields, d.Type.Params.List...)
		params, body := g.funcBody(fields, d.Type, sig, d.Body, nil)
		emitted := j.name
		if text := g.profiled(f, j.name, params, g.resultText(sig)); text != "" && !strings.Contains(params+g.resultText(sig), "func") {
			g.out.funcDecl(text)
			emitted += "_body"
			f.Var = ""
			g.out.function(emitted, f)
		}
		g.out.funcDecl("func " + emitted + "(" + params + ")" + g.resultText(sig) + " {\n" + body + "}\n")
	})
}

// profiled wraps a function body so that the profiler attributes it to f, when
// profiles must. The body keeps its parameters under a second name.
func (g *gen) profiled(f Func, name, params, results string) string {
	if !g.s.conf.Labels || f.Cell == "" {
		return ""
	}
	var names []string
	for _, p := range strings.Split(params, ", ") {
		if n, _, ok := strings.Cut(p, " "); ok {
			names = append(names, n)
		}
	}
	call := name + "_body(" + strings.Join(names, ", ") + ")"
	head := fmt.Sprintf("func %s(%s)%s {\nlabel := rt.Label(%q, %d)\n", name, params, results, f.Cell+":"+f.Name, f.Line)
	n := strings.Count(results, ",") + 1
	if results == "" {
		return head + call + "\nrt.Unlabel(label)\n}\n"
	}
	rs := make([]string, n)
	for i := range rs {
		rs[i] = fmt.Sprintf("res%d", i)
	}
	list := strings.Join(rs, ", ")
	return head + list + " := " + call + "\nrt.Unlabel(label)\nreturn " + list + "\n}\n"
}

// sourceName spells a declared function: fib, T.String, (*T).Add.
func sourceName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	t, star := d.Recv.List[0].Type, false
	if s, ok := t.(*ast.StarExpr); ok {
		t, star = s.X, true
	}
	switch x := t.(type) {
	case *ast.IndexExpr:
		t = x.X
	case *ast.IndexListExpr:
		t = x.X
	}
	id, ok := t.(*ast.Ident)
	if !ok {
		return d.Name.Name
	}
	if star {
		return "(*" + id.Name + ")." + d.Name.Name
	}
	return id.Name + "." + d.Name.Name
}

func (g *gen) line(p token.Pos) int {
	if !p.IsValid() || g.u.fset == nil {
		return 0
	}
	return g.u.fset.Position(p).Line
}

// want requests a function instance and returns its lowered name.
func (g *gen) want(f *types.Func, targs []types.Type) string {
	f = f.Origin()
	if f.Pkg().Path() == "iter" {
		return g.iterFunc(f, targs)
	}
	if n := g.shortcut(f, targs); n != "" {
		return n
	}
	d, ok := g.declOf(f)
	if !ok || d.node.Body == nil {
		g.refuse("function "+f.Name(), "it has no Go body that could be interpreted")
	}
	sig := f.Type().(*types.Signature)
	tps := sig.TypeParams()
	if sig.Recv() != nil {
		tps = sig.RecvTypeParams()
	}
	if len(targs) < tps.Len() {
		g.refuse("function "+f.Name(), "its type arguments are not known")
	}
	env := map[*types.TypeParam]types.Type{}
	key := fmt.Sprintf("%p", f)
	ps := g.typeParams(d, tps)
	for i := range tps.Len() {
		env[ps[i]] = targs[i]
		env[tps.At(i)] = targs[i]
		key += fmt.Sprintf(" %d", g.s.table.id(targs[i]))
	}
	if n := g.funcs[key]; n != "" {
		g.called(n)
		return n
	}
	if len(g.funcs) > 3000 {
		g.refuse("generic code", "it needs more than 3000 instances")
	}
	n := g.request(f.Name(), d, env)
	g.funcs[key] = n
	return n
}

// typeParams are the type parameters as the declaration's own body uses them:
// a function imported from export data is another object than its source.
func (g *gen) typeParams(d decl, tps *types.TypeParamList) []*types.TypeParam {
	own := d.unit.signature(d.node)
	list := own.TypeParams()
	if own.Recv() != nil {
		list = own.RecvTypeParams()
	}
	ps := make([]*types.TypeParam, tps.Len())
	for i := range ps {
		ps[i] = list.At(i)
	}
	return ps
}

func (g *gen) request(name string, d decl, env map[*types.TypeParam]types.Type) string {
	n := g.name("f_" + name)
	g.jobs = append(g.jobs, job{n, d, env})
	g.called(n)
	return n
}

// called notes an edge of the call graph.
func (g *gen) called(callee string) {
	g.calls[g.inFunc] = append(g.calls[g.inFunc], callee)
}

// name makes an identifier that nothing else has.
func (g *gen) name(prefix string) string {
	g.n++
	return fmt.Sprintf("%s_%d", prefix, g.n)
}

func (g *gen) temp() string { return g.name("v") }

// helper emits a top-level helper function once per key.
func (g *gen) helper(key string, text func(name string) string) string {
	if n := g.helpers[key]; n != "" {
		return n
	}
	n := g.name("h")
	g.helpers[key] = n
	g.out.funcDecl(text(n))
	return n
}

// declOf finds the source of a function, also that of a generic function of the
// standard library that the cell imported as export data.
func (g *gen) declOf(f *types.Func) (decl, bool) {
	if d, ok := g.decls[f]; ok {
		return d, true
	}
	if d, ok := g.s.decls[f]; ok {
		return d, true
	}
	if f.Pkg() != nil && fromSource[f.Pkg().Path()] {
		return g.stdDecl(f)
	}
	return decl{}, false
}

func sortedInts(m map[int]bool) []int {
	ks := make([]int, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	sort.Ints(ks)
	return ks
}
