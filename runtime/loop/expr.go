package loop

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// A place is a location with the way to it.
type place struct {
	loc   *node
	path  *path
	isMap bool
}

func (p place) field(name string) place {
	loc := at(p.loc, "."+name)
	return place{loc: loc, path: extend(p.path, "."+name, nil, loc)}
}

func extend(p *path, step string, index *poly, loc *node) *path {
	if p == nil {
		return nil
	}
	return &path{up: p, field: step, index: index, loc: loc, root: p.root}
}

// deref is the place that v, a pointer, slice, map, channel or interface, refers to.
func (w *walker) deref(v value) place {
	if v.loc == nil {
		return place{}
	}
	loc := at(v.loc, "*")
	switch {
	case v.addr != nil:
		return place{loc: loc, path: v.addr}
	case v.path != nil:
		return place{loc: loc, path: extend(v.path, "*", nil, loc)}
	default:
		t := w.temporary(v)
		return place{loc: loc, path: extend(&path{root: t, loc: t.loc}, "*", nil, loc)}
	}
}

// load is the value stored at l, of type t.
func (w *walker) load(l place, t types.Type) value {
	v := value{path: l.path}
	if refers(t) {
		v.loc = l.loc
	}
	return v
}

// element is place number i of the elements at l.
func element(l place, v value, i *poly) place {
	idx := i
	switch {
	case v.cut:
		idx = nil
	case v.off != nil:
		idx = add(v.off, i, 1)
	}
	return place{loc: l.loc, path: extend(l.path, "[]", idx, l.loc)}
}

// place finds where the operand e lies, and notes what is read on the way.
func (w *walker) place(e ast.Expr) place {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		if v := w.lookup(w.frame.sess.object(x)); v != nil {
			return place{loc: v.loc, path: &path{root: v, loc: v.loc}}
		}
		return place{loc: newNode()}
	case *ast.SelectorExpr:
		return w.selector(x)
	case *ast.IndexExpr:
		return w.indexed(x)
	case *ast.StarExpr:
		return w.deref(w.expr(x.X))
	case *ast.CompositeLit, *ast.CallExpr, *ast.TypeAssertExpr, *ast.FuncLit, *ast.BinaryExpr, *ast.UnaryExpr, *ast.SliceExpr, *ast.BasicLit:
		t := w.temporary(w.expr(e))
		return place{loc: t.loc, path: &path{root: t, loc: t.loc}}
	}
	w.fatal("unknown", e.Pos(), "this expression")
	return place{loc: newNode()}
}

func (w *walker) selector(x *ast.SelectorExpr) place {
	sel := w.frame.sess.Info.Selections[x]
	if sel == nil {
		if v := w.lookup(w.frame.sess.Info.Uses[x.Sel]); v != nil {
			return place{loc: v.loc, path: &path{root: v, loc: v.loc}}
		}
		return place{loc: newNode()}
	}
	return w.fieldPath(w.base(x.X), w.typeOf(x.X), sel.Index(), x.Pos())
}

// base is the place of x, or what x points to.
func (w *walker) base(x ast.Expr) place {
	if isPointer(w.typeOf(x)) {
		return w.deref(w.expr(x))
	}
	return w.place(x)
}

// fieldPath follows the indices of a selection, through embedded pointers, from
// the struct at l (the pointer itself already followed).
func (w *walker) fieldPath(l place, t types.Type, index []int, pos token.Pos) place {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	for i, k := range index {
		s, ok := t.Underlying().(*types.Struct)
		if !ok || k >= s.NumFields() {
			return l
		}
		f := s.Field(k)
		l = l.field(f.Name())
		t = f.Type()
		if p, ok := t.Underlying().(*types.Pointer); ok && i < len(index)-1 {
			w.read(l, pos)
			l = w.deref(w.load(l, t))
			t = p.Elem()
		}
	}
	return l
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

func (w *walker) indexed(x *ast.IndexExpr) place {
	switch u := core(w.typeOf(x.X)).(type) {
	case *types.Slice:
		v := w.expr(x.X)
		i := w.expr(x.Index)
		return element(w.deref(v), v, i.num)
	case *types.Array:
		l := w.place(x.X)
		return w.arrayElement(l, w.expr(x.Index).num)
	case *types.Pointer:
		l := w.deref(w.expr(x.X))
		return w.arrayElement(l, w.expr(x.Index).num)
	case *types.Map:
		v := w.expr(x.X)
		k := w.expr(x.Index)
		m := w.deref(v)
		w.assign(at(m.loc, "key"), u.Key(), k, w.typeOf(x.Index))
		loc := at(m.loc, "val")
		return place{loc: loc, path: extend(m.path, "[]", k.num, loc), isMap: true}
	}
	w.expr(x.X)
	w.expr(x.Index)
	return place{}
}

func (w *walker) arrayElement(l place, i *poly) place {
	loc := at(l.loc, "[]")
	return place{loc: loc, path: extend(l.path, "[]", i, loc)}
}

// core is the underlying type of t; of a type parameter, that of its bound.
func core(t types.Type) types.Type {
	u := t.Underlying()
	i, ok := u.(*types.Interface)
	if !ok || i.NumEmbeddeds() == 0 {
		return u
	}
	for k := range i.NumEmbeddeds() {
		if un, ok := i.EmbeddedType(k).(*types.Union); ok && un.Len() > 0 {
			return un.Term(0).Type().Underlying()
		}
		if _, ok := i.EmbeddedType(k).Underlying().(*types.Interface); !ok {
			return i.EmbeddedType(k).Underlying()
		}
	}
	return u
}

// expr walks e and gives its value.
func (w *walker) expr(e ast.Expr) value {
	if e == nil {
		return value{}
	}
	if tv, ok := w.constantOf(e); ok {
		return value{num: intConstant(tv.Value)}
	}
	if tv := w.frame.sess.Info.Types[e]; tv.IsType() {
		return value{}
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return w.expr(x.X)
	case *ast.Ident:
		return w.ident(x)
	case *ast.SelectorExpr:
		return w.selected(x)
	case *ast.IndexExpr:
		return w.indexValue(x)
	case *ast.IndexListExpr:
		return w.expr(x.X)
	case *ast.StarExpr:
		return w.readPlace(w.place(x), w.typeOf(x), x.Pos())
	case *ast.SliceExpr:
		return w.slice(x)
	case *ast.UnaryExpr:
		return w.unary(x)
	case *ast.BinaryExpr:
		return w.binary(x)
	case *ast.TypeAssertExpr:
		if x.Type == nil {
			return w.expr(x.X)
		}
		return w.unbox(w.expr(x.X), w.typeOf(x.Type)) // of v, ok := x.(T), too
	case *ast.CompositeLit:
		return w.composite(x)
	case *ast.FuncLit:
		return w.funcLit(x)
	case *ast.CallExpr:
		return first(w.callWithEffects(x))
	case *ast.BasicLit:
		return value{}
	}
	w.fatal("unknown", e.Pos(), "this expression")
	return value{}
}

func first(vs []value) value {
	if len(vs) == 0 {
		return value{}
	}
	return vs[0]
}

func intConstant(v constant.Value) *poly {
	if v.Kind() != constant.Int {
		return nil
	}
	if i, ok := constant.Int64Val(v); ok {
		return whole(i)
	}
	return nil
}

func (w *walker) ident(x *ast.Ident) value {
	o := w.frame.sess.object(x)
	if fn, ok := o.(*types.Func); ok {
		return w.funcValue(fn, nil, x)
	}
	v := w.lookup(o)
	if v == nil {
		return value{}
	}
	l := place{loc: v.loc, path: &path{root: v, loc: v.loc}}
	out := w.readPlace(l, w.typeOf(x), x.Pos())
	if isInteger(w.typeOf(x)) {
		out.num = w.now(v)
	}
	return out
}

// wide tells whether arithmetic of type t cannot wrap around in practice.
func wide(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return false
	}
	switch b.Kind() {
	case types.Int, types.Int64, types.Uint, types.Uint64, types.UntypedInt:
		return true
	}
	return false
}

func isInteger(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

func (w *walker) readPlace(l place, t types.Type, pos token.Pos) value {
	w.read(l, pos)
	return w.load(l, t)
}

func (w *walker) selected(x *ast.SelectorExpr) value {
	sel := w.frame.sess.Info.Selections[x]
	if fn, ok := w.frame.sess.Info.Uses[x.Sel].(*types.Func); ok {
		return w.funcValue(fn, sel, x)
	}
	v := w.readPlace(w.selector(x), w.typeOf(x), x.Pos())
	if v.path != nil && wide(w.typeOf(x)) {
		w.atoms++
		v.num = single(&atom{id: w.atoms, at: v.path})
	}
	return v
}

func (w *walker) indexValue(x *ast.IndexExpr) value {
	t := w.typeOf(x.X)
	if _, ok := t.Underlying().(*types.Signature); ok { // f[int] names an instance of f
		return w.expr(x.X)
	}
	if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 {
		w.expr(x.X)
		w.expr(x.Index)
		return value{}
	}
	elem := w.typeOf(x)
	if tup, ok := elem.(*types.Tuple); ok {
		elem = tup.At(0).Type()
	}
	return w.readPlace(w.indexed(x), elem, x.Pos())
}

func (w *walker) slice(x *ast.SliceExpr) value {
	t := w.typeOf(x.X)
	var base value
	switch u := core(t).(type) {
	case *types.Basic:
		w.expr(x.X)
	case *types.Array:
		base = w.arraySlice(w.place(x.X))
	case *types.Pointer:
		_ = u
		base = w.arraySlice(w.deref(w.expr(x.X)))
	default:
		base = w.expr(x.X)
	}
	low, high := w.expr(x.Low), w.expr(x.High)
	w.expr(x.Max)
	if base.loc == nil {
		return value{}
	}
	return resliced(base, x, low.num, high.num)
}

func (w *walker) arraySlice(l place) value {
	n := newNode()
	elems := at(l.loc, "[]")
	unify(at(n, "*"), elems)
	return value{loc: n, addr: l.path}
}

func resliced(base value, x *ast.SliceExpr, low, high *poly) value {
	if x.Low == nil {
		low = whole(0)
	}
	v := base
	v.num = nil
	if base.off != nil {
		v.off = add(base.off, low, 1)
	} else {
		v.off = low
	}
	v.cut = base.cut || v.off == nil
	v.length = nil
	if x.High != nil {
		v.length = add(high, low, -1)
	}
	return v
}

func (w *walker) unary(x *ast.UnaryExpr) value {
	switch x.Op {
	case token.ARROW:
		ch := w.expr(x.X)
		w.outside(syncing, true, x.Pos(), "the receive from "+w.frame.sess.text(x.X))
		return w.load(place{loc: at(w.deref(ch).loc, "val")}, elemOf(w.typeOf(x.X)))
	case token.AND:
		return w.addressOf(x)
	case token.SUB:
		v := w.expr(x.X)
		if !wide(w.typeOf(x)) {
			return value{}
		}
		return value{num: add(&poly{}, v.num, -1)}
	}
	w.expr(x.X)
	return value{}
}

func (w *walker) addressOf(x *ast.UnaryExpr) value {
	if _, ok := ast.Unparen(x.X).(*ast.CompositeLit); ok {
		v := w.expr(x.X)
		t := w.typeOf(x.X)
		obj := w.newVariable(nil)
		obj.heap = true
		w.assign(obj.loc, t, v, t)
		n := newNode()
		unify(at(n, "*"), obj.loc)
		return value{loc: n, addr: &path{root: obj, loc: obj.loc}}
	}
	l := w.place(x.X)
	n := newNode()
	if l.loc != nil {
		unify(at(n, "*"), l.loc)
	}
	return value{loc: n, addr: l.path, taken: true}
}

func (w *walker) binary(x *ast.BinaryExpr) value {
	a := w.expr(x.X)
	b := w.expr(x.Y)
	w.work(0.01)
	if !wide(w.typeOf(x)) {
		return value{}
	}
	switch x.Op {
	case token.ADD:
		return value{num: add(a.num, b.num, 1)}
	case token.SUB:
		return value{num: add(a.num, b.num, -1)}
	case token.MUL:
		return value{num: mul(a.num, b.num)}
	}
	return value{}
}

func (w *walker) composite(x *ast.CompositeLit) value {
	t := w.typeOf(x)
	switch u := core(t).(type) {
	case *types.Struct:
		return w.structLit(x, t, u)
	case *types.Array:
		out := w.temporary(value{loc: newNode()})
		w.elements(x, at(out.loc, "[]"), u.Elem())
		return value{loc: out.loc}
	case *types.Slice:
		v := w.fresh(t)
		w.elements(x, at(v.loc, "*"), u.Elem())
		v.length = whole(int64(len(x.Elts)))
		return v
	case *types.Map:
		v := w.fresh(t)
		m := at(v.loc, "*")
		w.keyed(x, m, u)
		return v
	case *types.Pointer: // an element &T{…} written as {…}
		return w.pointerLit(x, u)
	}
	return value{}
}

func (w *walker) pointerLit(x *ast.CompositeLit, p *types.Pointer) value {
	obj := w.newVariable(nil)
	obj.heap = true
	if s, ok := p.Elem().Underlying().(*types.Struct); ok {
		v := w.structLit(x, p.Elem(), s)
		w.assign(obj.loc, p.Elem(), v, p.Elem())
	} else {
		w.elements(x, at(obj.loc, "[]"), elemOf(p.Elem()))
	}
	n := newNode()
	unify(at(n, "*"), obj.loc)
	return value{loc: n, addr: &path{root: obj, loc: obj.loc}}
}

func (w *walker) structLit(x *ast.CompositeLit, t types.Type, s *types.Struct) value {
	n := newNode()
	var parts []value
	fields := map[string]value{}
	for i, el := range x.Elts {
		var f *types.Var
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			f = fieldNamed(s, kv.Key.(*ast.Ident).Name)
			el = kv.Value
		} else if i < s.NumFields() {
			f = s.Field(i)
		}
		if f == nil {
			continue
		}
		v := w.expr(el)
		w.assign(at(n, "."+f.Name()), f.Type(), v, w.typeOf(el))
		if refers(f.Type()) {
			parts = append(parts, v)
			fields[f.Name()] = v
		}
	}
	if len(parts) == 0 {
		parts = []value{{}} // it refers to nothing
	}
	return value{loc: n, from: parts, fields: fields}
}

func fieldNamed(s *types.Struct, name string) *types.Var {
	for i := range s.NumFields() {
		if s.Field(i).Name() == name {
			return s.Field(i)
		}
	}
	return nil
}

func (w *walker) elements(x *ast.CompositeLit, elems *node, t types.Type) {
	for _, el := range x.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			w.expr(kv.Key)
			el = kv.Value
		}
		w.assign(elems, t, w.expr(el), w.typeOf(el))
	}
}

func (w *walker) keyed(x *ast.CompositeLit, m *node, t *types.Map) {
	for _, el := range x.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		w.assign(at(m, "key"), t.Key(), w.expr(kv.Key), w.typeOf(kv.Key))
		w.assign(at(m, "val"), t.Elem(), w.expr(kv.Value), w.typeOf(kv.Value))
	}
}

func elemOf(t types.Type) types.Type {
	switch u := core(t).(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	case *types.Pointer:
		if a, ok := u.Elem().Underlying().(*types.Array); ok {
			return a.Elem()
		}
		return u.Elem()
	case *types.Map:
		return u.Elem()
	case *types.Chan:
		return u.Elem()
	}
	return types.Typ[types.Invalid]
}
