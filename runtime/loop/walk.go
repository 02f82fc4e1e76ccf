package loop

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A walker goes once through the whole program in run order. It binds what may
// refer to the same memory (nodes), and writes down what every statement reads
// and writes (effects). Calls of functions of the session are walked again for
// each call, up to a budget, so that arguments stay apart.
type walker struct {
	*program
	top       *frame
	frame     *frame
	eff       *effects
	nest      *nest
	instances map[instanceKey]*instance
	loops     []*loop
	roots     []*effects
	current   int        // number of the cell that is running
	active    []ast.Node // functions being walked in line
	budget    int
	atoms     int
	boxed     map[string]types.Type // concrete types that an interface may hold
	boxOrder  []types.Type
	stores    []store
	calls     []*interfaceCall
	watches   []*watch
	externs   map[types.Object]*variable
	versions  map[*variable]*variable
	terminal  *node // what os.Stdout, os.Stderr and the functions that print refer to
}

type instanceKey struct {
	fn ast.Node
	up *frame
}

// A store puts a reference into a location.
type store struct {
	holder *node
	val    value
	nest   *nest
	bulk   bool // the references of a whole slice or map

	partner *node // the location that got in exchange what was here
}

// A loop is one walk of a loop statement.
type loop struct {
	stmt   ast.Stmt
	label  *ast.LabeledStmt
	frame  *frame
	nest   *nest // inside it
	outer  *nest
	head   *effects
	index  *variable // distinct in every iteration, or nil
	step   *poly
	keyed  *variable  // the key of a range over a map: distinct, but no number
	temp   *variable  // what a range runs over
	beside bool       // it runs in a goroutine of its own
	steps  []ast.Stmt // the last statements of the body, when they step the loop: i++
}

func newWalker(p *program) *walker {
	w := &walker{
		program: p, instances: map[instanceKey]*instance{}, budget: 3000,
		boxed: map[string]types.Type{}, externs: map[types.Object]*variable{}, versions: map[*variable]*variable{},
		terminal: newNode(),
	}
	w.top = &frame{vars: map[types.Object]*variable{}, effs: map[ast.Node]*effects{}}
	return w
}

// run walks all units, then what could be called through interfaces.
func (w *walker) run() {
	for k, u := range w.units {
		w.current = k
		// The statements of each cell are a frame of their own, for its text and
		// types; the variables are the session's.
		w.frame = &frame{up: w.top, sess: u, vars: w.top.vars, effs: map[ast.Node]*effects{}}
		w.eff = &effects{frame: w.frame}
		w.roots = append(w.roots, w.eff)
		if u.Script {
			w.script(u)
		} else {
			w.declarations(u)
			w.stmts(u.Body)
		}
	}
	w.settle()
}

// declarations walks the package-level variables of a script or cell that were
// declared apart from its statements.
func (w *walker) declarations(u *unit) {
	for _, d := range u.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			w.stmt(&ast.DeclStmt{Decl: g})
		}
	}
}

func (w *walker) script(u *unit) {
	w.declarations(u)
	for _, name := range []string{"init", "main"} {
		for _, d := range u.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if ok && fd.Recv == nil && fd.Name.Name == name && fd.Body != nil {
				w.inline(fd, u, w.top, nil, nil, nil)
			}
		}
	}
}

// decl is the declaration of fn that the running cell calls: a later cell may
// declare it again.
func (w *walker) decl(fn *types.Func) (out *funcDecl) {
	for _, d := range w.funcs[fn.Origin()] {
		if d.cell <= w.current || out == nil {
			out = d
		}
	}
	return out
}

// in walks f with the effects of node n as the sink.
func (w *walker) in(n ast.Node, f func()) *effects {
	e := &effects{frame: w.frame, pos: n.Pos()}
	w.eff.kids = append(w.eff.kids, e)
	old := w.eff
	w.eff = e
	f()
	w.eff = old
	w.frame.effs[n] = e
	return e
}

func (w *walker) newAtom(v *variable) *atom {
	w.atoms++
	return &atom{id: w.atoms, v: v}
}

func (w *walker) newVariable(o *types.Var) *variable {
	v := &variable{obj: o, frame: w.frame, nest: w.nest, loc: newNode()}
	v.atom = w.newAtom(v)
	if o != nil {
		f := w.fact(o)
		v.fixed = f.assigns == 0 && f.address == 0
	}
	return v
}

func (w *walker) declare(o types.Object) *variable {
	tv, ok := o.(*types.Var)
	if !ok {
		return nil
	}
	v := w.newVariable(tv)
	w.frame.vars[o] = v
	return v
}

// lookup finds the variable of an object in the frame and those around it.
func (w *walker) lookup(o types.Object) *variable {
	tv, ok := o.(*types.Var)
	if !ok || tv.IsField() {
		return nil
	}
	for f := w.frame; f != nil; f = f.up {
		if v := f.vars[o]; v != nil {
			return v
		}
	}
	if v := w.top.vars[o]; v != nil {
		return v
	}
	if w.isSession(o) {
		// Declared by a cell, used before its statement was walked (a function above it).
		old := w.frame
		oldNest := w.nest
		w.frame, w.nest = w.top, nil
		v := w.declare(o)
		w.frame, w.nest = old, oldNest
		return v
	}
	v := w.externs[o]
	if v == nil {
		v = &variable{obj: tv, frame: w.top, loc: newNode(), open: true}
		v.atom = w.newAtom(v)
		collapse(at(v.loc, "*"))
		find(at(v.loc, "*")).opaque = true
		if o.Pkg() != nil && o.Pkg().Path() == "os" && (o.Name() == "Stdout" || o.Name() == "Stderr") {
			unify(at(v.loc, "*"), w.terminal)
		}
		w.externs[o] = v
	}
	return v
}

// isSession tells whether an object was declared by a cell.
func (w *walker) isSession(o types.Object) bool {
	for k, u := range w.units {
		w.current = k
		if o.Pkg() == u.Pkg {
			return true
		}
	}
	return false
}

func (w *walker) typeOf(e ast.Expr) types.Type {
	t := w.frame.sess.Info.TypeOf(e)
	if t == nil {
		return types.Typ[types.Invalid]
	}
	return w.resolve(t)
}

// resolve puts the type arguments of the running function into t.
func (w *walker) resolve(t types.Type) types.Type {
	for f := w.frame; f != nil; f = f.up {
		if len(f.targs) > 0 {
			t = substitute(t, f.targs)
		}
	}
	return t
}

func (w *walker) constantOf(e ast.Expr) (types.TypeAndValue, bool) {
	tv, ok := w.frame.sess.Info.Types[e]
	return tv, ok && tv.Value != nil
}

// temp is a value of type t that refers to fresh memory nobody else knows.
func (w *walker) fresh(t types.Type) value {
	obj := w.newVariable(nil)
	obj.heap = true
	n := newNode()
	leaves(n, t, func(leaf *node, _ types.Type) { unify(at(leaf, "*"), obj.loc) })
	return value{loc: n, addr: &path{root: obj, loc: obj.loc}}
}

// named keeps a value in a temporary variable, so that a path can begin there.
func (w *walker) temporary(v value) *variable {
	t := w.newVariable(nil)
	if v.loc != nil {
		t.loc = v.loc
	}
	t.from = []value{v}
	t.fixed = true
	return t
}

func (w *walker) add(a access) {
	w.eff.list = append(w.eff.list, a)
}

func (w *walker) read(l place, pos token.Pos) {
	if l.loc != nil {
		w.add(access{loc: l.loc, path: l.path, isMap: l.isMap, pos: pos})
	}
}

func (w *walker) write(l place, pos token.Pos, update bool) {
	if v := wholeVariable(l); v != nil {
		delete(w.versions, v)
	}
	if l.loc != nil {
		w.add(access{loc: l.loc, path: l.path, isMap: l.isMap, write: true, update: update, pos: pos})
	}
}

func (w *walker) fatal(kind string, pos token.Pos, what string) {
	w.add(access{fatal: kind, pos: pos, what: what})
}

func (w *walker) outside(r resource, write bool, pos token.Pos, what string) {
	w.add(access{resource: r, write: write, pos: pos, what: what})
	if r == output {
		w.add(access{loc: w.terminal, write: true, pos: pos, what: what})
	}
}

func (w *walker) work(weight float64) { w.eff.weight += weight }

// assign makes location dst of type dt hold v of type vt.
func (w *walker) assign(dst *node, dt types.Type, v value, vt types.Type) {
	if isOpen(dt) && !isOpen(vt) {
		w.box(vt) // its methods may be called, whatever it refers to
	}
	if v.loc == nil || dst == nil {
		return
	}
	switch {
	case isOpen(dt) && !isOpen(vt):
		leaves(v.loc, vt, func(leaf *node, _ types.Type) {
			unify(at(dst, "*"), at(leaf, "*"))
		})
		w.stores = append(w.stores, store{holder: dst, val: v, nest: w.nest})
		if _, ok := types.Unalias(dt).(*types.TypeParam); ok {
			unify(dst, v.loc)
		}
	case !isOpen(dt) && isOpen(vt):
		leaves(dst, dt, func(leaf *node, _ types.Type) {
			unify(at(leaf, "*"), at(v.loc, "*"))
			w.stores = append(w.stores, store{holder: leaf, val: v, nest: w.nest})
		})
	default:
		w.copyLeaves(dst, v, dt)
	}
}

func (w *walker) copyLeaves(dst *node, v value, t types.Type) {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		unify(dst, v.loc)
		return
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for i := range u.NumFields() {
			if f := u.Field(i); refers(f.Type()) {
				part := v
				if v.fields != nil {
					part = v.fields[f.Name()]
					if part.loc == nil {
						continue
					}
				}
				part.loc = at(v.loc, "."+f.Name())
				w.copyLeaves(at(dst, "."+f.Name()), part, f.Type())
			}
		}
	case *types.Array:
		if refers(u.Elem()) {
			part := v
			part.loc = at(v.loc, "[]")
			w.copyLeaves(at(dst, "[]"), part, u.Elem())
		}
	case *types.Basic:
		if u.Kind() == types.UnsafePointer {
			unify(at(dst, "*"), at(v.loc, "*"))
		}
	default:
		unify(at(dst, "*"), at(v.loc, "*"))
		w.stores = append(w.stores, store{holder: dst, val: v, nest: w.nest})
	}
}

// unbox is the value of type t that an interface held.
func (w *walker) unbox(v value, t types.Type) value {
	if !refers(t) || v.loc == nil {
		return value{}
	}
	if isOpen(t) {
		return value{loc: v.loc, path: v.path, from: v.from, addr: v.addr}
	}
	n := newNode()
	leaves(n, t, func(leaf *node, _ types.Type) { unify(at(leaf, "*"), at(v.loc, "*")) })
	return value{loc: n, path: v.path, from: v.from, addr: v.addr}
}

// leaked tells whether somebody may keep the address of v.
func (w *walker) leaked(v *variable) bool {
	return v.obj != nil && w.fact(v.obj).address > v.lent
}

// set assigns v to a whole variable.
func (w *walker) set(dst *variable, t types.Type, v value, vt types.Type) {
	if refers(t) {
		dst.from = append(dst.from, v)
	}
	w.assign(dst.loc, t, v, vt)
}

func (w *walker) box(t types.Type) {
	if t == nil {
		return
	}
	if b, ok := t.Underlying().(*types.Basic); ok && b.Kind() == types.UntypedNil {
		return
	}
	key := types.TypeString(t, func(p *types.Package) string { return p.Path() })
	if n := namedOf(t); n != nil {
		key += "#" + itoa(int(n.Obj().Pos()))
	}
	if w.boxed[key] == nil {
		w.boxed[key] = t
		w.boxOrder = append(w.boxOrder, t)
	}
}

func namedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}
