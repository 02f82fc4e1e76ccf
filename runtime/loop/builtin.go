package loop

import (
	"go/ast"
	"go/types"
)

// builtin walks the call of a predeclared function.
func (w *walker) builtin(name string, x *ast.CallExpr) []value {
	switch name {
	case "append":
		return []value{w.appendCall(x)}
	case "copy":
		return w.copyCall(x)
	case "delete", "clear":
		return w.removeCall(x)
	case "len", "cap":
		return []value{w.lengthCall(x, name == "len")}
	case "make":
		sizes := w.exprs(x.Args[1:])
		v := w.fresh(w.typeOf(x))
		if len(sizes) > 0 {
			v.length = sizes[0].num
		}
		return []value{v}
	case "new":
		v := w.expr(x.Args[0])
		out := w.fresh(w.typeOf(x))
		w.assign(at(out.loc, "*"), elemOf(w.typeOf(x)), v, w.typeOf(x.Args[0]))
		return []value{out}
	}
	args := w.exprs(x.Args)
	switch name {
	case "print", "println":
		w.outside(output, true, x.Pos(), name)
	case "close":
		w.outside(syncing, true, x.Pos(), "close")
	case "recover":
		n := newNode()
		collapse(n)
		return []value{{loc: n}}
	case "min", "max":
		return []value{w.bounded(name, args)}
	}
	return []value{{}}
}

func (w *walker) exprs(list []ast.Expr) (out []value) {
	for _, e := range list {
		out = append(out, w.expr(e))
	}
	return out
}

// bounded is min(a, b, …) as a number: an unknown that is at most each argument.
func (w *walker) bounded(name string, args []value) value {
	t := w.newVariable(nil)
	t.fixed = true
	if name == "min" {
		for _, a := range args {
			if a.num != nil {
				t.highs = append(t.highs, a.num)
			}
		}
	}
	return value{num: single(t.atom)}
}

func (w *walker) appendCall(x *ast.CallExpr) value {
	t := w.typeOf(x)
	st, ok := core(t).(*types.Slice)
	if !ok {
		w.exprs(x.Args)
		return value{}
	}
	base := w.expr(x.Args[0])
	out := value{loc: newNode()}
	object := w.newVariable(nil)
	object.heap = true
	unify(at(out.loc, "*"), object.loc)
	if base.loc != nil && !w.emptyBase(x.Args[0]) {
		unify(at(out.loc, "*"), at(base.loc, "*"))
		l := w.deref(base)
		w.add(access{loc: l.loc, path: extend(l.path, "[]", nil, l.loc), update: true, pos: x.Pos()})
		w.add(access{loc: l.loc, path: extend(l.path, "[]", nil, l.loc), write: true, update: true, pos: x.Pos()})
		out.from = append(out.from, base)
	}
	out.from = append(out.from, value{loc: out.loc, addr: &path{root: object, loc: object.loc}})
	elems := at(out.loc, "*")
	for i, a := range x.Args[1:] {
		v, at_ := w.expr(a), w.typeOf(a)
		if x.Ellipsis.IsValid() && i == len(x.Args)-2 {
			w.appendAll(elems, st, v, at_, x)
			continue
		}
		w.assign(elems, st.Elem(), v, at_)
	}
	return out
}

// emptyBase tells whether append cannot write into memory that existed before:
// append([]T(nil), …), append([]T{}, …).
func (w *walker) emptyBase(e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		return x.Name == "nil" && w.frame.sess.Info.Types[e].IsNil()
	case *ast.CompositeLit:
		return len(x.Elts) == 0
	case *ast.CallExpr:
		return len(x.Args) == 1 && w.frame.sess.Info.Types[x.Fun].IsType() && w.frame.sess.Info.Types[x.Args[0]].IsNil()
	}
	return false
}

func (w *walker) appendAll(elems *node, st *types.Slice, v value, t types.Type, x *ast.CallExpr) {
	if v.loc == nil {
		return // a string
	}
	l := w.deref(v)
	w.add(access{loc: l.loc, path: extend(l.path, "[]", nil, l.loc), pos: x.Pos()})
	w.bulk(elems, st.Elem(), v, elemOf(t))
}

// bulk copies elements of type t from those of the slice v.
func (w *walker) bulk(elems *node, t types.Type, v value, vt types.Type) {
	if !refers(t) {
		return
	}
	n := len(w.stores)
	w.assign(elems, t, value{loc: at(v.loc, "*")}, vt)
	for i := n; i < len(w.stores); i++ {
		w.stores[i].bulk = true
	}
}

func (w *walker) copyCall(x *ast.CallExpr) []value {
	dst, src := w.expr(x.Args[0]), w.expr(x.Args[1])
	l := w.deref(dst)
	w.add(access{loc: l.loc, path: extend(l.path, "[]", w.anyOf(dst), l.loc), write: true, pos: x.Pos()})
	if src.loc != nil {
		r := w.deref(src)
		w.add(access{loc: r.loc, path: extend(r.path, "[]", w.anyOf(src), r.loc), pos: x.Pos()})
		w.bulk(at(dst.loc, "*"), elemOf(w.typeOf(x.Args[0])), src, elemOf(w.typeOf(x.Args[1])))
	}
	w.work(1)
	return []value{{}}
}

// anyOf is the number of any element of the slice v in the memory where it lies;
// nil when that is not known.
func (w *walker) anyOf(v value) *poly {
	if v.off == nil || v.cut || v.length == nil {
		return nil
	}
	k := w.newVariable(nil)
	k.fixed = true
	k.low, k.highs = whole(0), []*poly{add(v.length, whole(1), -1)}
	return add(v.off, single(k.atom), 1)
}

func (w *walker) removeCall(x *ast.CallExpr) []value {
	v := w.expr(x.Args[0])
	for _, a := range x.Args[1:] {
		w.expr(a)
	}
	l := w.deref(v)
	if _, ok := core(w.typeOf(x.Args[0])).(*types.Map); ok {
		l = mapPlace(l)
	} else {
		l.path = extend(l.path, "[]", nil, l.loc)
	}
	w.write(l, x.Pos(), false)
	return nil
}

// mapPlace is where all accesses of the structure of the map at l are kept.
func mapPlace(l place) place {
	loc := at(l.loc, "val")
	return place{loc: loc, path: extend(l.path, "[]", nil, loc), isMap: true}
}

func (w *walker) lengthCall(x *ast.CallExpr, isLen bool) value {
	v := w.expr(x.Args[0])
	switch core(w.typeOf(x.Args[0])).(type) {
	case *types.Map:
		if v.loc != nil {
			w.read(mapPlace(w.deref(v)), x.Pos())
		}
		return value{}
	case *types.Chan:
		w.outside(syncing, false, x.Pos(), "len")
		return value{}
	}
	if !isLen {
		return value{}
	}
	return value{num: w.lengthOf(v)}
}

// lengthOf is the length of slice v, as a number or an unknown that is the same
// whenever the same variable is asked.
func (w *walker) lengthOf(v value) *poly {
	if v.length != nil {
		return v.length
	}
	if v.path == nil || v.off != nil || v.cut {
		return nil
	}
	w.atoms++
	return single(&atom{id: w.atoms, at: v.path, length: true})
}
