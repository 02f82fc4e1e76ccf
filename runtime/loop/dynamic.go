package loop

import (
	"go/ast"
	"go/token"
	"go/types"
)

// An interfaceCall waits until all concrete types that an interface may hold
// are known.
type interfaceCall struct {
	fn      *types.Func
	recv    argument
	args    []argument
	sig     *types.Signature
	results []*node
	eff     *effects
	frame   *frame
	pos     token.Pos
	what    string
	done    int // boxed types looked at
}

// A watch is a value handed to compiled code, which may call its methods.
type watch struct {
	arg   argument
	names func(string) bool
	soup  *node // what its methods may be given
	eff   *effects
	frame *frame
	done  int
	seen  map[watched]bool
}

// watched is a type whose methods were looked at, and what they were called on.
type watched struct {
	typ string
	loc *node
}

func (w *walker) callInterface(fn *types.Func, recv argument, x *ast.CallExpr) []value {
	sig := fn.Signature()
	if s, ok := w.typeOf(x.Fun).Underlying().(*types.Signature); ok {
		sig = s
	}
	c := &interfaceCall{
		fn: fn, recv: recv, args: w.arguments(x, sig), sig: sig, eff: w.eff, frame: w.frame,
		pos: x.Pos(), what: w.frame.sess.text(x.Fun),
	}
	var out []value
	if fn.Pkg() == nil || !w.isSession(fn) {
		out = w.callStd(fn, &recv, c.args, sig, x)
	}
	for i := range sig.Results().Len() {
		if i < len(out) && out[i].loc != nil {
			c.results = append(c.results, out[i].loc)
			continue
		}
		t := w.newVariable(nil)
		t.open = true
		c.results = append(c.results, t.loc)
		if i >= len(out) {
			out = append(out, value{loc: t.loc, path: &path{root: t, loc: t.loc}})
		} else {
			out[i].loc = t.loc
		}
	}
	w.calls = append(w.calls, c)
	return out
}

// settle binds interface calls and watched values to the methods of all types
// that interfaces hold, until nothing new turns up.
func (w *walker) settle() {
	for range 40 {
		before := len(w.boxOrder) + len(w.instances)
		for i := 0; i < len(w.calls); i++ {
			w.settleCall(w.calls[i])
		}
		for i := 0; i < len(w.watches); i++ {
			w.settleWatch(w.watches[i])
		}
		if before == len(w.boxOrder)+len(w.instances) {
			return
		}
	}
}

func (w *walker) settleCall(c *interfaceCall) {
	for ; c.done < len(w.boxOrder); c.done++ {
		t := w.boxOrder[c.done]
		iface, ok := c.recv.typ.Underlying().(*types.Interface)
		if ok && !types.Implements(t, iface) {
			continue
		}
		w.dispatch(t, c.fn.Name(), c)
	}
}

// dispatch lets c call the method of concrete type t.
func (w *walker) dispatch(t types.Type, name string, c *interfaceCall) {
	m, sel := methodOf(t, name, c.fn.Pkg())
	if m == nil {
		return
	}
	old := w.frame
	oldEff := w.eff
	w.frame, w.eff = c.frame, c.eff
	defer func() { w.frame, w.eff = old, oldEff }()
	fd := w.decl(m)
	inner := w.unbox(c.recv.value, t)
	if inner.loc == nil {
		inner = value{loc: newNode()}
	}
	if fd == nil || fd.Body == nil {
		if w.isSession(c.fn) { // a compiled type behind an interface of the session
			recv := argument{inner, t}
			for i, v := range w.stdEffect(m, &recv, c.args, c.sig, c.pos, c.what) {
				if i < len(c.results) && v.loc != nil {
					unify(at(c.results[i], "*"), at(v.loc, "*"))
				}
			}
		}
		return
	}
	in := w.instance(fd.FuncDecl, fd.unit, w.top)
	recv := w.promote(inner, t, sel, m)
	for i, v := range w.callShared(in, &recv, c.args) {
		if i < len(c.results) && i < c.sig.Results().Len() {
			rt := c.sig.Results().At(i).Type()
			w.assign(c.results[i], rt, v, rt)
		}
	}
}

func methodOf(t types.Type, name string, pkg *types.Package) (*types.Func, *types.Selection) {
	ms := types.NewMethodSet(t)
	for i := range ms.Len() {
		s := ms.At(i)
		if s.Obj().Name() == name && (token.IsExported(name) || s.Obj().Pkg() == pkg) {
			return s.Obj().(*types.Func), s
		}
	}
	return nil, nil
}

// promote is the receiver of method m, reached through embedded fields of v.
func (w *walker) promote(v value, t types.Type, sel *types.Selection, m *types.Func) argument {
	index := sel.Index()
	index = index[:len(index)-1]
	tmp := w.temporary(v)
	l := place{loc: tmp.loc, path: &path{root: tmp, loc: tmp.loc}}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		if len(index) == 0 && isPointer(m.Signature().Recv().Type()) {
			return argument{v, t}
		}
		l, t = w.deref(v), p.Elem()
	}
	for _, k := range index {
		s, ok := t.Underlying().(*types.Struct)
		if !ok {
			break
		}
		f := s.Field(k)
		l, t = l.field(f.Name()), f.Type()
		if p, ok := t.Underlying().(*types.Pointer); ok {
			l, t = w.deref(w.load(l, t)), p.Elem()
		}
	}
	if isPointer(m.Signature().Recv().Type()) {
		n := newNode()
		unify(at(n, "*"), l.loc)
		return argument{value{loc: n, addr: l.path}, types.NewPointer(t)}
	}
	return argument{value{loc: l.loc, path: l.path}, t}
}

// watchValue notes that compiled code gets a and may call methods of it.
func (w *walker) watchValue(a argument, names func(string) bool, soup *node) {
	w.box(a.typ)
	w.watches = append(w.watches, &watch{arg: a, names: names, soup: soup, eff: w.eff, frame: w.frame, seen: map[watched]bool{}})
}

func (w *walker) settleWatch(x *watch) {
	old, oldEff := w.frame, w.eff
	w.frame, w.eff = x.frame, x.eff
	defer func() { w.frame, w.eff = old, oldEff }()
	if x.done == 0 {
		w.watchType(x, x.arg.value, x.arg.typ, 0)
		x.done = 1
	}
	for ; x.done <= len(w.boxOrder); x.done++ {
		t := w.boxOrder[x.done-1]
		openParts(x.arg.loc, x.arg.typ, 0, func(n *node) {
			w.watchType(x, w.unbox(value{loc: n}, t), t, 1)
		})
	}
}

// openParts calls f for each location within a value of type t at n that holds
// an interface.
func openParts(n *node, t types.Type, depth int, f func(*node)) {
	if n == nil || depth > 5 || !refers(t) {
		return
	}
	if isOpen(t) {
		f(n)
		return
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for i := range u.NumFields() {
			openParts(at(n, "."+u.Field(i).Name()), u.Field(i).Type(), depth+1, f)
		}
	case *types.Array:
		openParts(at(n, "[]"), u.Elem(), depth+1, f)
	case *types.Map:
		m := at(n, "*")
		openParts(at(m, "key"), u.Key(), depth+1, f)
		openParts(at(m, "val"), u.Elem(), depth+1, f)
	case *types.Pointer, *types.Slice, *types.Chan:
		openParts(at(n, "*"), elemOf(t), depth+1, f)
	}
}

// watchType lets the methods of t and of all inside it run on v.
func (w *walker) watchType(x *watch, v value, t types.Type, depth int) {
	key := watched{types.TypeString(t, nil), nil}
	if v.loc != nil {
		key.loc = find(v.loc)
	}
	if depth > 5 || x.seen[key] || isOpen(t) {
		return
	}
	x.seen[key] = true
	if n := namedOf(t); n != nil && w.isSession(n.Obj()) {
		w.watchMethods(x, v, t, t)
		if _, ok := types.Unalias(t).(*types.Named); ok && !isOpen(t) && depth > 0 {
			w.watchMethods(x, v, t, types.NewPointer(t))
		}
	}
	tmp := w.temporary(v)
	v.loc = tmp.loc
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for i := range u.NumFields() {
			f := u.Field(i)
			loc := at(tmp.loc, "."+f.Name())
			w.watchType(x, value{loc: loc, path: extend(&path{root: tmp, loc: tmp.loc}, "."+f.Name(), nil, loc)}, f.Type(), depth+1)
		}
	case *types.Pointer, *types.Slice, *types.Array:
		loc := at(v.loc, "*")
		if _, ok := u.(*types.Array); ok {
			loc = at(v.loc, "[]")
		}
		w.watchType(x, value{loc: loc}, elemOf(t), depth+1)
	case *types.Map:
		m := at(v.loc, "*")
		w.watchType(x, value{loc: at(m, "key")}, u.Key(), depth+1)
		w.watchType(x, value{loc: at(m, "val")}, u.Elem(), depth+1)
	}
}

func (w *walker) watchMethods(x *watch, v value, t, mt types.Type) {
	ms := types.NewMethodSet(mt)
	for i := range ms.Len() {
		m := ms.At(i).Obj().(*types.Func)
		fd := w.decl(m)
		if fd == nil || fd.Body == nil || !x.names(m.Name()) {
			continue
		}
		recv := v
		if mt != t { // compiled code may take the address of what it reached through a pointer
			recv = value{loc: newNode()}
			if v.loc != nil {
				unify(at(recv.loc, "*"), v.loc)
			}
		}
		if recv.loc == nil {
			recv.loc = newNode()
		}
		in := w.instance(fd.FuncDecl, fd.unit, w.top)
		a := w.promote(recv, mt, ms.At(i), m)
		w.callShared(in, &a, w.soupArguments(x, m))
	}
}

// soupArguments are arguments that compiled code could give to m: what it got.
func (w *walker) soupArguments(x *watch, m *types.Func) (args []argument) {
	ps := m.Signature().Params()
	for i := range ps.Len() {
		n := newNode()
		if x.soup != nil {
			leaves(n, ps.At(i).Type(), func(leaf *node, _ types.Type) { unify(at(leaf, "*"), x.soup) })
		}
		args = append(args, argument{value{loc: n}, ps.At(i).Type()})
	}
	return args
}
