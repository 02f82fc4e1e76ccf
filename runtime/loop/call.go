package loop

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// An argument is a value with its static type.
type argument struct {
	value
	typ types.Type
}

// callWithEffects walks a call with a node of its own in the tree of effects,
// so that the call alone can be looked at later.
func (w *walker) callWithEffects(x *ast.CallExpr) (out []value) {
	w.in(x, func() { out = w.call(x) })
	return out
}

func (w *walker) call(x *ast.CallExpr) []value {
	info := w.frame.sess.Info
	if info.Types[x.Fun].IsType() {
		return []value{w.conversion(x)}
	}
	fun := ast.Unparen(x.Fun)
	switch f := fun.(type) {
	case *ast.IndexExpr:
		if _, ok := w.typeOf(f).Underlying().(*types.Signature); ok && isFuncName(info, f.X) {
			fun = ast.Unparen(f.X)
		}
	case *ast.IndexListExpr:
		fun = ast.Unparen(f.X)
	}
	switch f := fun.(type) {
	case *ast.FuncLit:
		args := w.arguments(x, w.typeOf(f).(*types.Signature))
		return w.inline(f, w.frame.sess, w.frame, nil, args, nil)
	case *ast.Ident:
		if b, ok := info.Uses[f].(*types.Builtin); ok {
			return w.builtin(b.Name(), x)
		}
		if fn, ok := info.Uses[f].(*types.Func); ok {
			return w.callFunc(fn, f, nil, x)
		}
		if c := w.onceBound(f); c != nil {
			w.expr(f)
			args := w.arguments(x, w.typeOf(f).Underlying().(*types.Signature))
			return w.inline(c.lit, c.frame.sess, c.frame, nil, args, nil)
		}
	case *ast.SelectorExpr:
		if fn, ok := info.Uses[f.Sel].(*types.Func); ok {
			return w.callSelector(fn, f, x)
		}
	}
	return w.callValue(x)
}

func isFuncName(info *types.Info, e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		_, ok := info.Uses[x].(*types.Func)
		return ok
	case *ast.SelectorExpr:
		_, ok := info.Uses[x.Sel].(*types.Func)
		return ok
	}
	return false
}

// onceBound is the literal that a variable holds for good.
func (w *walker) onceBound(id *ast.Ident) *closure {
	o := w.frame.sess.object(id)
	f := w.facts[o]
	if v := w.lookup(o); v != nil && v.fixed && !v.open && len(v.from) == 1 {
		return v.from[0].fn
	}
	if f == nil || f.lits != 1 || f.address > 0 || f.assigns > 1 || f.assigns == 1 && !f.nilDef {
		return nil
	}
	v := w.lookup(o)
	if v == nil || len(v.from) != 1 {
		return nil
	}
	return v.from[0].fn
}

func (w *walker) callSelector(fn *types.Func, f *ast.SelectorExpr, x *ast.CallExpr) []value {
	sel := w.frame.sess.Info.Selections[f]
	if sel == nil {
		return w.callFunc(fn, f.Sel, nil, x)
	}
	if sel.Kind() == types.MethodExpr {
		return w.callValue(x)
	}
	recvType := w.typeOf(f.X)
	if isOpen(recvType) && len(sel.Index()) == 1 {
		return w.callInterface(fn, argument{w.expr(f.X), recvType}, x)
	}
	if types.IsInterface(fn.Signature().Recv().Type()) && len(sel.Index()) == 1 {
		return w.callConstraint(fn, f, recvType, x)
	}
	recv := w.receiver(f, sel, fn)
	if isOpen(recv.typ) { // promoted from an embedded interface
		return w.callInterface(fn, recv, x)
	}
	return w.callFunc(fn, f.Sel, &recv, x)
}

// callConstraint calls a method of the constraint of a type parameter, whose
// argument is the type t.
func (w *walker) callConstraint(fn *types.Func, f *ast.SelectorExpr, t types.Type, x *ast.CallExpr) []value {
	m, sel := methodOf(t, fn.Name(), fn.Pkg())
	if m == nil {
		w.fatal("call", x.Pos(), w.frame.sess.text(f))
		return nil
	}
	v := w.expr(f.X)
	if v.loc == nil {
		v.loc = newNode()
	}
	recv := w.promote(v, t, sel, m)
	return w.callFunc(m, f.Sel, &recv, x)
}

// receiver is the value that method fn gets in f.X.fn(): the operand, followed
// through embedded fields, as a copy or as its address.
func (w *walker) receiver(f *ast.SelectorExpr, sel *types.Selection, fn *types.Func) argument {
	recv := fn.Signature().Recv().Type()
	index := sel.Index()
	if len(index) == 1 && isPointer(w.typeOf(f.X)) && isPointer(recv) {
		return argument{w.expr(f.X), w.typeOf(f.X)}
	}
	l := w.fieldPath(w.base(f.X), w.typeOf(f.X), index[:len(index)-1], f.Pos())
	t := w.embedded(w.typeOf(f.X), index[:len(index)-1])
	if p, ok := t.Underlying().(*types.Pointer); ok && len(index) > 1 {
		v := w.readPlace(l, t, f.Pos())
		if isPointer(recv) {
			return argument{v, t}
		}
		return argument{w.readPlace(w.deref(v), p.Elem(), f.Pos()), p.Elem()}
	}
	if isPointer(recv) {
		n := newNode()
		if l.loc != nil {
			unify(at(n, "*"), l.loc)
		}
		return argument{value{loc: n, addr: l.path, taken: true}, types.NewPointer(t)}
	}
	return argument{w.readPlace(l, t, f.Pos()), t}
}

// embedded is the type of the field that index leads to, the first pointer followed.
func (w *walker) embedded(t types.Type, index []int) types.Type {
	for _, k := range append([]int{-1}, index...) {
		if k >= 0 {
			s, ok := t.Underlying().(*types.Struct)
			if !ok {
				return t
			}
			t = s.Field(k).Type()
			if k == index[len(index)-1] && len(index) > 0 {
				continue
			}
		}
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
	}
	return t
}

func (w *walker) callFunc(fn *types.Func, id *ast.Ident, recv *argument, x *ast.CallExpr) []value {
	sig := fn.Signature()
	if t, ok := w.frame.sess.Info.Types[x.Fun]; ok {
		if s, ok := w.resolve(t.Type).Underlying().(*types.Signature); ok {
			sig = s
		}
	}
	args := w.arguments(x, sig)
	fd := w.decl(fn)
	if fd == nil || fd.Body == nil {
		return w.callStd(fn, recv, args, sig, x)
	}
	return w.inline(fd.FuncDecl, fd.unit, w.top, recv, args, w.typeArgs(fn, id, recv))
}

// typeArgs tells what the type parameters of fn stand for in a call.
func (w *walker) typeArgs(fn *types.Func, id *ast.Ident, recv *argument) map[*types.TypeParam]types.Type {
	out := map[*types.TypeParam]types.Type{}
	sig := fn.Origin().Signature()
	bind := func(ps *types.TypeParamList, as *types.TypeList) {
		for i := range min(ps.Len(), as.Len()) {
			out[ps.At(i)] = w.resolve(as.At(i))
		}
	}
	if inst, ok := w.frame.sess.Info.Instances[id]; ok {
		bind(sig.TypeParams(), inst.TypeArgs)
	}
	if recv != nil {
		if n := namedOf(recv.typ); n != nil {
			bind(sig.RecvTypeParams(), n.TypeArgs())
		}
	}
	return out
}

// arguments walks the arguments of a call and packs variadic ones.
func (w *walker) arguments(x *ast.CallExpr, sig *types.Signature) []argument {
	var args []argument
	if len(x.Args) == 1 && sig.Params().Len() != 1 || len(x.Args) == 1 && sig.Variadic() {
		if call, ok := ast.Unparen(x.Args[0]).(*ast.CallExpr); ok {
			if tup, ok := w.typeOf(call).(*types.Tuple); ok {
				for i, v := range w.callWithEffects(call) {
					args = append(args, argument{v, tup.At(i).Type()})
				}
				return w.pack(args, sig, false)
			}
		}
	}
	for _, a := range x.Args {
		args = append(args, argument{w.expr(a), w.typeOf(a)})
	}
	return w.pack(args, sig, x.Ellipsis.IsValid())
}

func (w *walker) pack(args []argument, sig *types.Signature, ellipsis bool) []argument {
	n := sig.Params().Len()
	if !sig.Variadic() || ellipsis || len(args) < n-1 {
		return args
	}
	st := sig.Params().At(n - 1).Type()
	rest := w.fresh(st)
	elems := at(rest.loc, "*")
	for _, a := range args[n-1:] {
		w.assign(elems, elemOf(st), a.value, a.typ)
		rest.from = append(rest.from, a.value)
	}
	rest.length = whole(int64(len(args) - n + 1))
	return append(slices.Clone(args[:n-1]), argument{rest, st})
}

const maxDepth = 14

// inline walks a function of the session for this one call.
func (w *walker) inline(fn ast.Node, u *unit, up *frame, recv *argument, args []argument, targs map[*types.TypeParam]types.Type) []value {
	if slices.Contains(w.active, fn) || w.budget <= 0 || len(w.active) > maxDepth {
		return w.callShared(w.instance(fn, u, up), recv, args)
	}
	w.budget--
	f := &frame{up: up, sess: u, vars: map[types.Object]*variable{}, targs: targs, nest: w.nest, effs: map[ast.Node]*effects{}, node: fn, caller: w.frame}
	frame, eff, active := w.frame, w.eff, w.active
	w.active = append(slices.Clone(w.active), fn)
	w.frame = f
	w.eff = &effects{frame: f, pos: fn.Pos(), weight: 0.05}
	eff.kids = append(eff.kids, w.eff)
	recvVar, params := w.parameters(fn)
	w.bind(recvVar, params, recv, args)
	w.declareResults(fn)
	w.stmts(bodyOf(fn).List)
	for _, v := range f.vars {
		delete(w.versions, v)
	}
	w.frame, w.eff, w.active = frame, eff, active
	return w.resultsOf(f)
}

func bodyOf(fn ast.Node) *ast.BlockStmt {
	switch f := fn.(type) {
	case *ast.FuncDecl:
		return f.Body
	case *ast.FuncLit:
		return f.Body
	}
	return nil
}

func typeOfFunc(fn ast.Node) *ast.FuncType {
	if f, ok := fn.(*ast.FuncDecl); ok {
		return f.Type
	}
	return fn.(*ast.FuncLit).Type
}

// parameters declares the receiver and parameters of fn in the current frame.
func (w *walker) parameters(fn ast.Node) (recv *variable, params []*variable) {
	info := w.frame.sess.Info
	if f, ok := fn.(*ast.FuncDecl); ok && f.Recv != nil {
		recv = w.newVariable(nil)
		if names := f.Recv.List[0].Names; len(names) > 0 {
			if v := w.declare(info.Defs[names[0]]); v != nil {
				recv = v
			}
		}
	}
	for _, field := range typeOfFunc(fn).Params.List {
		for range max(len(field.Names), 1) {
			params = append(params, nil)
		}
		for i, id := range field.Names {
			if v := w.declare(info.Defs[id]); v != nil {
				params[len(params)-len(field.Names)+i] = v
			}
		}
	}
	for i, p := range params {
		if p == nil {
			params[i] = w.newVariable(nil)
		}
	}
	return recv, params
}

func (w *walker) paramTypes(fn ast.Node) (out []types.Type) {
	for _, field := range typeOfFunc(fn).Params.List {
		t := w.typeOf(field.Type)
		if el, ok := field.Type.(*ast.Ellipsis); ok {
			t = types.NewSlice(w.typeOf(el.Elt))
		}
		for range max(len(field.Names), 1) {
			out = append(out, t)
		}
	}
	return out
}

func (w *walker) recvType(fn ast.Node) types.Type {
	return w.typeOf(fn.(*ast.FuncDecl).Recv.List[0].Type)
}

func (w *walker) bind(recvVar *variable, params []*variable, recv *argument, args []argument) {
	fn := w.frame.node
	if recvVar != nil && recv != nil {
		w.set(recvVar, w.recvType(fn), recv.value, recv.typ)
	}
	ts := w.paramTypes(fn)
	for i, p := range params {
		if i >= len(args) {
			break
		}
		w.set(p, ts[i], args[i].value, args[i].typ)
		p.num = args[i].num
		p.start = p.num
		w.becomes(p, p.num)
	}
}

func (w *walker) declareResults(fn ast.Node) {
	res := typeOfFunc(fn).Results
	if res == nil {
		return
	}
	for _, field := range res.List {
		if len(field.Names) == 0 {
			w.frame.results = append(w.frame.results, w.newVariable(nil))
		}
		for _, id := range field.Names {
			v := w.declare(w.frame.sess.Info.Defs[id])
			if v == nil {
				v = w.newVariable(nil)
			}
			w.frame.results = append(w.frame.results, v)
		}
	}
}

func (w *walker) resultsOf(f *frame) []value {
	var out []value
	for _, r := range f.results {
		v := value{loc: r.loc, path: &path{root: r, loc: r.loc}}
		if r.obj == nil {
			r.fixed = f.returns == 1 && !f.shared
			if r.fixed {
				v.num = r.num
			}
		}
		out = append(out, v)
	}
	return out
}

// instance walks fn once for all calls that cannot be told apart.
func (w *walker) instance(fn ast.Node, u *unit, up *frame) *instance {
	key := instanceKey{fn, up}
	if in := w.instances[key]; in != nil {
		return in
	}
	f := &frame{up: up, sess: u, vars: map[types.Object]*variable{}, nest: &nest{}, effs: map[ast.Node]*effects{}, node: fn, shared: true}
	in := &instance{frame: f, effects: &effects{frame: f, pos: fn.Pos(), weight: 5}}
	w.instances[key] = in
	frame, eff, act, nst := w.frame, w.eff, w.active, w.nest
	w.frame, w.eff, w.active, w.nest = f, in.effects, []ast.Node{fn}, f.nest
	in.recv, in.params = w.parameters(fn)
	w.declareResults(fn)
	for _, p := range append(append([]*variable{in.recv}, in.params...), f.results...) {
		if p != nil {
			p.fixed, p.open = false, true
		}
	}
	w.stmts(bodyOf(fn).List)
	for _, v := range f.vars {
		delete(w.versions, v)
	}
	w.frame, w.eff, w.active, w.nest = frame, eff, act, nst
	return in
}

func (w *walker) callShared(in *instance, recv *argument, args []argument) []value {
	w.eff.calls = append(w.eff.calls, in)
	caller := w.frame
	w.frame = in.frame
	if in.recv != nil && recv != nil {
		w.set(in.recv, w.recvType(in.frame.node), recv.value, recv.typ)
	}
	ts := w.paramTypes(in.frame.node)
	for i, p := range in.params {
		if i < len(args) {
			w.set(p, ts[i], args[i].value, args[i].typ)
		}
	}
	w.frame = caller
	return w.resultsOf(in.frame)
}

// funcValue is a declared function or method used as a value.
func (w *walker) funcValue(fn *types.Func, sel *types.Selection, x ast.Expr) value {
	n := newNode()
	object := at(n, "*")
	fd := w.decl(fn)
	switch {
	case sel != nil && sel.Kind() == types.MethodExpr:
		if fd == nil || fd.Body == nil || len(sel.Index()) > 1 {
			object.opaque = true
			break
		}
		w.methodExpr(object, w.instance(fd.FuncDecl, fd.unit, w.top))
	case fd != nil && fd.Body != nil:
		in := w.instance(fd.FuncDecl, fd.unit, w.top)
		w.object(object, in)
		if s, ok := ast.Unparen(x).(*ast.SelectorExpr); ok && sel != nil {
			w.bindReceiver(in, w.receiver(s, sel, fn), object)
		}
	default:
		if s, ok := ast.Unparen(x).(*ast.SelectorExpr); ok && sel != nil {
			w.expr(s.X)
			object.opaque = true // a bound method of a compiled or unknown type
		}
		object.native = append(object.native, fn)
	}
	return value{loc: n}
}

func (w *walker) bindReceiver(in *instance, recv argument, object *node) {
	if in.recv == nil {
		return
	}
	caller := w.frame
	w.frame = in.frame
	w.set(in.recv, w.recvType(in.frame.node), recv.value, recv.typ)
	w.frame = caller
	unify(at(object, "cap:recv"), in.recv.loc)
}

// object makes node o stand for the function of an instance.
func (w *walker) object(o *node, in *instance) {
	o = find(o)
	o.fns = appendNew(o.fns, []*instance{in})
	for i, p := range in.params {
		unify(at(o, "p"+strconv.Itoa(i)), p.loc)
	}
	for i, r := range in.frame.results {
		unify(at(o, "r"+strconv.Itoa(i)), r.loc)
	}
}

// methodExpr makes node o stand for a method whose receiver is its first argument.
func (w *walker) methodExpr(o *node, in *instance) {
	o = find(o)
	o.fns = appendNew(o.fns, []*instance{in})
	unify(at(o, "p0"), in.recv.loc)
	for i, p := range in.params {
		unify(at(o, "p"+strconv.Itoa(i+1)), p.loc)
	}
	for i, r := range in.frame.results {
		unify(at(o, "r"+strconv.Itoa(i)), r.loc)
	}
}

// funcLit is a function literal used as a value.
func (w *walker) funcLit(x *ast.FuncLit) value {
	n := newNode()
	c := &closure{x, w.frame}
	in := w.instance(x, w.frame.sess, w.frame)
	object := at(n, "*")
	w.object(object, in)
	ast.Inspect(x.Body, func(m ast.Node) bool {
		id, ok := m.(*ast.Ident)
		if !ok {
			return true
		}
		if o, ok := w.frame.sess.Info.Uses[id].(*types.Var); ok && (o.Pos() < x.Pos() || o.Pos() >= x.End()) {
			if v := w.lookup(o); v != nil {
				unify(at(object, "cap:"+strconv.Itoa(v.atom.id)), v.loc)
			}
		}
		return true
	})
	return value{loc: n, fn: c}
}

// callValue calls whatever function the operand holds.
func (w *walker) callValue(x *ast.CallExpr) []value {
	v := w.expr(x.Fun)
	sig, ok := core(w.typeOf(x.Fun)).(*types.Signature)
	if !ok {
		w.fatal("call", x.Pos(), w.frame.sess.text(x.Fun))
		return nil
	}
	args := w.arguments(x, sig)
	if v.loc == nil {
		w.fatal("call", x.Pos(), w.frame.sess.text(x.Fun))
		return nil
	}
	return w.callObject(at(v.loc, "*"), args, sig, x.Pos(), w.frame.sess.text(x.Fun))
}

func (w *walker) callObject(object *node, args []argument, sig *types.Signature, pos token.Pos, what string) []value {
	for i, a := range args {
		if i < sig.Params().Len() {
			w.assign(at(object, "p"+strconv.Itoa(i)), sig.Params().At(i).Type(), a.value, a.typ)
		}
	}
	w.eff.via = append(w.eff.via, object)
	w.add(access{fatal: "via", loc: object, pos: pos, what: what})
	var out []value
	for i := range sig.Results().Len() {
		r := at(object, "r"+strconv.Itoa(i))
		t := w.newVariable(nil)
		t.open = true
		t.loc = r
		out = append(out, value{loc: r, path: &path{root: t, loc: r}})
	}
	return out
}

// conversion T(x).
func (w *walker) conversion(x *ast.CallExpr) value {
	v := w.expr(x.Args[0])
	from, to := w.typeOf(x.Args[0]), w.typeOf(x)
	_, fromSlice := core(from).(*types.Slice)
	_, toSlice := core(to).(*types.Slice)
	_, fromString := core(from).(*types.Basic)
	if fromSlice && !toSlice && refersToArray(to) {
		w.fatal("unknown", x.Pos(), "the conversion of a slice to an array")
	}
	switch {
	case toSlice && fromString:
		w.work(1)
		return w.fresh(to)
	case fromSlice && !refers(to): // string(bytes)
		w.work(1)
		w.deep(argument{v, from}, false, true, x.Pos())
		return value{}
	case isOpen(to) && !isOpen(from):
		n := newNode()
		w.assign(n, to, v, from)
		return value{loc: n, addr: v.addr, path: v.path, from: v.from}
	}
	if !keepsNumber(from, to) {
		v.num = nil
	}
	v.fn = nil
	return v
}

// refersToArray: [4]T(slice) and (*[4]T)(slice) see the same elements under
// another shape.
func refersToArray(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Array:
		return refers(u.Elem())
	case *types.Pointer:
		_, ok := u.Elem().Underlying().(*types.Array)
		return ok
	}
	return false
}

// keepsNumber tells whether every value of type from is the same number in type to.
func keepsNumber(from, to types.Type) bool {
	f, ok1 := from.Underlying().(*types.Basic)
	t, ok2 := to.Underlying().(*types.Basic)
	if !ok1 || !ok2 || f.Info()&types.IsInteger == 0 || t.Info()&types.IsInteger == 0 {
		return false
	}
	if f.Kind() == t.Kind() {
		return true
	}
	bits := func(b *types.Basic) int {
		switch b.Kind() {
		case types.Int8, types.Uint8:
			return 8
		case types.Int16, types.Uint16:
			return 16
		case types.Int32, types.Uint32:
			return 32
		}
		return 64
	}
	return f.Info()&types.IsUnsigned == 0 && t.Info()&types.IsUnsigned == 0 && bits(f) <= bits(t) ||
		f.Info()&types.IsUnsigned != 0 && bits(f) < bits(t)
}
