package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// facts is what a piece of a cell (its statements, or one function) does to
// state that outlives it. Everything errs on the side of doing more. A root is a
// session variable, or a parameter of the function that the facts are about;
// it stands for the variable and for whatever can be reached from it.
type facts struct {
	refs    map[types.Object]bool    // package-level objects and methods mentioned
	inLits  map[types.Object]bool    // those mentioned inside function literals
	again   map[types.Object]bool    // mentioned only after the statements had defined them
	dynamic map[string]bool          // names of methods called through interfaces
	writes  map[*types.Var]token.Pos // roots that may be written, and where first
	links   map[[2]*types.Var]bool   // roots that may share memory from now on
	results map[*types.Var]bool      // roots that a result may share memory with
	acts    []act                    // on the process and outside of it
	params  []*types.Var             // of the function: receiver first if it is a method; nil where unnamed
	method  bool
	starts  bool // may start a goroutine
	joins   bool // waits for goroutines
}

// act is something a cell does besides computing.
type act struct {
	kind actKind
	pos  token.Pos
	what string
}

type actKind int

const (
	processAct actKind = iota // changes state of the process that later cells may see
	outsideAct                // writes something outside of the process
	portAct                   // listens on a fixed port
)

func newFacts() *facts {
	return &facts{
		refs: map[types.Object]bool{}, inLits: map[types.Object]bool{}, again: map[types.Object]bool{}, dynamic: map[string]bool{},
		writes: map[*types.Var]token.Pos{}, links: map[[2]*types.Var]bool{}, results: map[*types.Var]bool{},
	}
}

func (f *facts) write(v *types.Var, at token.Pos) {
	if old, ok := f.writes[v]; !ok || at < old {
		f.writes[v] = at
	}
}

func (f *facts) link(a, b *types.Var) {
	if a != b {
		f.links[[2]*types.Var{a, b}] = true
	}
}

// size measures f, to see whether another round added something.
func (f *facts) size() int {
	return len(f.refs) + len(f.writes) + len(f.links) + len(f.results) + len(f.acts)
}

// analysis computes facts of one cell.
type analysis struct {
	s     *Scope
	info  *types.Info
	cell  *Cell
	funcs map[types.Object]*facts // functions and methods of this cell
	f     *facts                  // of the piece at hand
	roots map[*types.Var]roots    // what local variables may share memory with
	lits  int                     // nesting of function literals
	temp  map[types.Object]bool   // variables that hold names of temporary files or directories
	ready map[types.Object]bool   // variables that the statements walked so far define
	grown bool
	seen  map[ast.Expr]roots // this round; without it a chain of n method calls costs 2^n
}

type roots map[*types.Var]bool

// analyse computes the facts of a checked cell: of its functions first, until
// they are stable, then of its statements.
func (s *Scope) analyse(c *Cell) {
	a := &analysis{s: s, info: c.Info, cell: c, funcs: map[types.Object]*facts{}, temp: map[types.Object]bool{}}
	decls := slices.Clone(c.Decls)
	for _, r := range c.Rebinds {
		decls = append(decls, r.Decl)
	}
	for round, size := 0, -1; round < 10; round++ {
		total := 0
		for _, d := range decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Body != nil {
				total += a.function(fd).size()
			}
		}
		if total == size {
			break
		}
		size = total
	}
	c.funcFacts, c.temp = a.funcs, a.temp
	c.facts = a.piece(nil, func() {
		a.ready = map[types.Object]bool{}
		for _, d := range decls {
			if g, ok := d.(*ast.GenDecl); ok {
				a.walk(g)
			}
		}
		for _, stmt := range c.Body {
			a.walk(stmt)
			a.defines(stmt)
		}
	})
	if main := c.mainFunc(); main != nil && c.Script {
		c.facts = a.funcs[main]
	}
}

// defines notes which session variables a statement of the cell's own body
// defines: what follows it refers to these and not to those of earlier cells.
func (a *analysis) defines(stmt ast.Stmt) {
	var names []*ast.Ident
	switch s := stmt.(type) {
	case *ast.AssignStmt:
		for _, l := range s.Lhs {
			if id, ok := l.(*ast.Ident); ok && s.Tok == token.DEFINE {
				names = append(names, id)
			}
		}
	case *ast.DeclStmt:
		if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, spec := range g.Specs {
				names = append(names, spec.(*ast.ValueSpec).Names...)
			}
		}
	}
	for _, id := range names {
		if v, ok := a.info.Defs[id].(*types.Var); ok {
			a.ready[v] = true
		}
	}
}

func (c *Cell) mainFunc() types.Object {
	for _, d := range c.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Recv == nil && fd.Name.Name == "main" {
			return c.Info.Defs[fd.Name]
		}
	}
	return nil
}

func (a *analysis) function(fd *ast.FuncDecl) *facts {
	obj := a.info.Defs[fd.Name]
	var params []*types.Var
	for _, list := range []*ast.FieldList{fd.Recv, fd.Type.Params} {
		params = append(params, a.params(list)...)
	}
	f := a.piece(params, func() {
		if fd.Recv != nil {
			a.walk(fd.Recv)
		}
		a.walk(fd.Type)
		a.walk(fd.Body)
	})
	f.params, f.method = params, fd.Recv != nil
	if obj != nil {
		a.funcs[obj] = f
	}
	return f
}

// params returns the variables that a field list declares, nil for one without a name.
func (a *analysis) params(list *ast.FieldList) []*types.Var {
	if list == nil {
		return nil
	}
	var vars []*types.Var
	for _, field := range list.List {
		if len(field.Names) == 0 {
			vars = append(vars, nil)
		}
		for _, id := range field.Names {
			v, _ := a.info.Defs[id].(*types.Var)
			vars = append(vars, v)
		}
	}
	return vars
}

// piece computes facts of what walk walks, until the local aliases are stable.
func (a *analysis) piece(params []*types.Var, walk func()) *facts {
	a.roots = map[*types.Var]roots{}
	for _, p := range params {
		if p != nil {
			a.roots[p] = roots{p: true}
		}
	}
	for range 8 {
		a.f, a.grown, a.seen = newFacts(), false, map[ast.Expr]roots{}
		walk()
		if !a.grown {
			break
		}
	}
	return a.f
}

// isSession reports whether v is a session variable.
func (a *analysis) isSession(v *types.Var) bool {
	return v.Pkg() == a.cell.Pkg && !v.IsField() && v.Parent() == v.Pkg().Scope()
}

// of returns what the variable v may share memory with.
func (a *analysis) of(v *types.Var) roots {
	if a.isSession(v) {
		return roots{v: true}
	}
	return a.roots[v]
}

// flow notes that the local or session variable v may now share memory with rs.
func (a *analysis) flow(v *types.Var, rs roots) {
	if len(rs) == 0 || !carries(v.Type()) {
		return
	}
	if a.isSession(v) {
		for r := range rs {
			a.f.link(v, r)
		}
		return
	}
	have := a.roots[v]
	if have == nil {
		have = roots{}
		a.roots[v] = have
	}
	for r := range rs {
		if !have[r] {
			have[r] = true
			a.grown = true
		}
	}
}

// writeAll notes that the memory of rs may be written. What imported packages
// do to their own variables is their business.
func (a *analysis) writeAll(rs roots, at token.Pos) {
	for r := range rs {
		if r.Pkg() == a.cell.Pkg {
			a.f.write(r, at)
		}
	}
}

func (a *analysis) act(kind actKind, at token.Pos, what string) {
	for _, old := range a.f.acts {
		if old.kind == kind && old.pos == at && old.what == what {
			return
		}
	}
	a.f.acts = append(a.f.acts, act{kind, at, what})
}

// actsOf notes that what callee does may happen at a call or mention of it.
func (a *analysis) actsOf(callee *facts, at token.Pos) {
	for _, act := range callee.acts {
		a.act(act.kind, at, act.what)
	}
	for name := range callee.dynamic {
		a.f.dynamic[name] = true
	}
	if callee.starts && !callee.joins {
		a.f.starts = true
	}
}

// linkAll notes that everything in rs may share memory.
func (a *analysis) linkAll(rs roots) {
	var first *types.Var
	for r := range rs {
		if first == nil {
			first = r
		}
		a.f.link(first, r)
	}
}

func union(sets ...roots) roots {
	all := roots{}
	for _, set := range sets {
		for r := range set {
			all[r] = true
		}
	}
	return all
}

// carries reports whether a value of type t can share memory with another one.
// Types that nobody changes once made (errors, times, contexts, patterns) do not count.
func carries(t types.Type) bool { return carriesIn(t, nil) }

func carriesIn(t types.Type, seen []types.Type) bool {
	if t == nil || slices.Contains(seen, t) {
		return false
	}
	switch t := t.(type) {
	case *types.Alias:
		return carriesIn(types.Unalias(t), seen)
	case *types.Named:
		if obj := t.Obj(); obj.Pkg() == nil && obj.Name() == "error" || obj.Pkg() != nil && immutableTypes[obj.Pkg().Path()+"."+obj.Name()] {
			return false
		}
		return carriesIn(t.Underlying(), append(seen, t))
	case *types.Basic:
		return t.Kind() == types.UnsafePointer
	case *types.Struct:
		for i := range t.NumFields() {
			if carriesIn(t.Field(i).Type(), seen) {
				return true
			}
		}
		return false
	case *types.Array:
		return carriesIn(t.Elem(), seen)
	case *types.Tuple:
		for i := range t.Len() {
			if carriesIn(t.At(i).Type(), seen) {
				return true
			}
		}
		return false
	case *types.Pointer:
		if n, ok := types.Unalias(t.Elem()).(*types.Named); ok && n.Obj().Pkg() != nil && immutableTypes["*"+n.Obj().Pkg().Path()+"."+n.Obj().Name()] {
			return false
		}
	}
	return true
}
