package loop

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// callStd is a call of compiled code.
func (w *walker) callStd(fn *types.Func, recv *argument, args []argument, sig *types.Signature, x *ast.CallExpr) []value {
	what := w.frame.sess.text(x.Fun)
	if strings.ContainsAny(what, "(\n") { // a chain of calls: the last one will do
		what = fn.Name()
		if r := receiverName(fn); r != "" {
			what = r + "." + what
		}
	}
	return w.stdEffect(fn, recv, args, sig, x.Pos(), what)
}

// stdEffect applies the rule of fn.
func (w *walker) stdEffect(fn *types.Func, recv *argument, args []argument, sig *types.Signature, pos token.Pos, what string) []value {
	r, known := ruleOf(fn)
	if !known {
		w.fatal("call", pos, what)
	}
	w.work(r.weight)
	if r.resource != noResource {
		w.outside(r.resource, r.outWrite && !(r.perhapsGet && w.getOnly), pos, what)
	}
	if r.fatal != "" {
		w.fatal(r.fatal, pos, what)
	}
	r.views = r.views || r.reuse && w.reuse
	all := args
	if recv != nil {
		all = append([]argument{*recv}, args...)
	}
	if r.pixel && recv != nil && len(args) >= 2 {
		w.pixel(*recv, args, r.writes != "", pos)
		return w.stdResults(r, args, false, sig, nil)
	}
	var soup *node
	if r.mix {
		soup = w.mix(all)
		if pkg := fn.Pkg(); pkg != nil && (pkg.Path() == "log" || pkg.Path() == "log/slog") {
			unify(soup, w.terminal) // log.SetOutput
		}
	}
	if r.mix || mayCallInside(fn) {
		for _, a := range all {
			if a.loc != nil && refers(a.typ) {
				w.eff.inside = append(w.eff.inside, a.loc)
			}
		}
	}
	for i, a := range all {
		w.lend(r, a)
		k := i
		if recv != nil {
			k--
		}
		if r.flat && k < 0 {
			l := w.deref(a.value)
			w.read(l, pos)
			continue
		}
		w.deep(a, r.writesArg(k), !r.views && !r.mix, pos)
		w.watchValue(asParameter(a, sig, k), r.methods, soup)
		w.callback(a, all, i, soup, pos, what)
	}
	out := w.stdResults(r, all, recv != nil, sig, soup)
	if recv != nil && fn.Pkg() != nil && fn.Pkg().Path() == "image" {
		switch fn.Name() {
		case "PixOffset":
			out[0].num = w.pixOffset(*recv, fn, args)
		case "Dx", "Dy":
			out[0].num = w.side(*recv, fn.Name()[1:])
		}
	}
	return out
}

// side is Max.X-Min.X of a rectangle, or the same of y.
func (w *walker) side(recv argument, axis string) *poly {
	if recv.path == nil || recv.loc != nil {
		return nil
	}
	l := place{loc: recv.path.loc, path: recv.path}
	axis = strings.ToUpper(axis)
	return add(w.number(l.field("Max").field(axis)), w.number(l.field("Min").field(axis)), -1)
}

// number is what is read at l, as an unknown.
func (w *walker) number(l place) *poly {
	w.atoms++
	return single(&atom{id: w.atoms, at: l.path})
}

// pixelBytes are the sizes of a pixel of the images of package image.
var pixelBytes = map[string]int64{
	"RGBA": 4, "NRGBA": 4, "CMYK": 4, "RGBA64": 8, "NRGBA64": 8, "Gray": 1, "Alpha": 1, "Paletted": 1, "Gray16": 2, "Alpha16": 2,
}

// pixOffset is (y-Rect.Min.Y)*Stride + (x-Rect.Min.X)*size.
func (w *walker) pixOffset(recv argument, fn *types.Func, args []argument) *poly {
	size, ok := pixelBytes[receiverName(fn)]
	l := w.deref(recv.value)
	if !ok || l.path == nil || len(args) != 2 {
		return nil
	}
	low := l.field("Rect").field("Min")
	y := add(args[1].num, w.number(low.field("Y")), -1)
	x := add(args[0].num, w.number(low.field("X")), -1)
	return add(mul(y, w.number(l.field("Stride"))), mul(x, whole(size)), 1)
}

// asParameter gives argument k the type of its parameter, unless that is open:
// only behind an interface has the callee the methods of the argument.
func asParameter(a argument, sig *types.Signature, k int) argument {
	ps := sig.Params()
	if k < 0 || ps.Len() == 0 {
		return a
	}
	if t := ps.At(min(k, ps.Len()-1)).Type(); !isOpen(t) && !(sig.Variadic() && k >= ps.Len()-1) {
		a.typ = t
	}
	return a
}

// lend notes that compiled code gets the address of a variable for the time of
// the call only.
func (w *walker) lend(r rule, a argument) {
	if !r.mix && !r.keepsAddress() && a.addr != nil && a.addr.up == nil && a.addr.root.obj != nil && a.addr.root.frame == w.frame && a.taken {
		a.addr.root.lent++
	}
}

// deep notes that all memory reachable from a value is read, and perhaps written;
// within: of a slice nothing beyond its length.
func (w *walker) deep(a argument, write, within bool, pos token.Pos) {
	if a.loc == nil || !refers(a.typ) {
		return
	}
	if w.isFunc(a.typ) {
		return // see callback
	}
	leaves(a.loc, a.typ, func(leaf *node, t types.Type) {
		l := place{loc: at(leaf, "*")}
		if find(leaf) == find(a.loc) {
			l = w.deref(a.value)
		}
		if _, ok := t.Underlying().(*types.Signature); ok {
			return
		}
		var i *poly
		if s, ok := t.Underlying().(*types.Slice); ok && within && find(leaf) == find(a.loc) && !refers(s.Elem()) {
			i = w.anyOf(a.value)
		}
		w.add(access{loc: l.loc, path: extend(l.path, "[]", i, l.loc), deep: true, write: write, pos: pos})
	})
}

func (w *walker) isFunc(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// mix lets compiled code store everything it gets in everything else it gets.
func (w *walker) mix(all []argument) *node {
	soup := newNode()
	for _, a := range all {
		if a.loc == nil {
			continue
		}
		leaves(a.loc, a.typ, func(leaf *node, _ types.Type) { unify(soup, at(leaf, "*")) })
		w.stores = append(w.stores, store{holder: soup, val: value{loc: soup}, nest: w.nest, bulk: true})
	}
	collapse(soup)
	return find(soup)
}

// callback runs a function that compiled code was given, on what it was given.
func (w *walker) callback(a argument, all []argument, self int, soup *node, pos token.Pos, what string) {
	sig, ok := a.typ.Underlying().(*types.Signature)
	if !ok || a.loc == nil {
		return
	}
	object := at(a.loc, "*")
	var args []argument
	for i := range sig.Params().Len() {
		p := at(object, "p"+itoa(i))
		t := sig.Params().At(i).Type()
		for k, b := range all {
			if k != self && b.loc != nil {
				w.offer(p, t, b)
			}
		}
		tmp := w.newVariable(nil)
		tmp.loc, tmp.open = p, true
		args = append(args, argument{w.load(place{loc: p, path: &path{root: tmp, loc: p}}, t), t})
	}
	if a.fn != nil { // a literal of this very place: what it shares is known by name
		w.inline(a.fn.lit, a.fn.frame.sess, a.fn.frame, nil, args, nil)
		return
	}
	w.eff.via = append(w.eff.via, object)
	w.add(access{fatal: "via", loc: object, pos: pos, what: what})
}

// offer lets parameter p of type t hold any part of b.
func (w *walker) offer(p *node, t types.Type, b argument) {
	if !refers(t) {
		return
	}
	leaves(p, t, func(leaf *node, _ types.Type) {
		for _, n := range reach(b.loc) {
			if find(n) == find(leaf) || find(n).fns != nil {
				continue
			}
			if s := find(n).sub["*"]; s != nil {
				unify(at(leaf, "*"), s)
			}
		}
	})
}

func (w *walker) stdResults(r rule, all []argument, hasRecv bool, sig *types.Signature, soup *node) []value {
	var out []value
	for i := range sig.Results().Len() {
		t := sig.Results().At(i).Type()
		if !refers(t) {
			out = append(out, value{})
			continue
		}
		v := w.fresh(t)
		switch {
		case soup != nil:
			unify(soup, at(v.loc, "*"))
			leaves(v.loc, t, func(leaf *node, _ types.Type) { unify(at(leaf, "*"), soup) })
			v = value{loc: v.loc, from: []value{v, {loc: v.loc, cut: true, path: nil, from: operandValues(all)}}}
		case r.views && !(r.copies && plainSlice(t)):
			var from []value
			for _, a := range all {
				if a.loc != nil && !w.isFunc(a.typ) {
					w.view(v.loc, t, a)
					from = append(from, a.value)
				}
			}
			v = value{loc: v.loc, from: append(from, v)}
		default:
			if isOpen(t) || opaqueResult(t) && !isTree(t, 0) {
				collapse(at(v.loc, "*"))
			}
		}
		w.resultFuncs(v, t, r.quiet)
		out = append(out, v)
	}
	return out
}

// plainSlice tells whether t is a slice or map of values that refer to nothing.
func plainSlice(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return !refers(u.Elem())
	case *types.Map:
		return !refers(u.Key()) && !refers(u.Elem())
	}
	return false
}

func operandValues(all []argument) (out []value) {
	for _, a := range all {
		if a.loc != nil {
			out = append(out, a.value)
		}
	}
	return out
}

// opaqueResult tells whether memory made by compiled code has unknown links inside.
func opaqueResult(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return refers(u.Elem())
	case *types.Pointer, *types.Map, *types.Struct:
		return true
	}
	return false
}

// pixel is img.Set(x, y, c) or img.At(x, y): of the pixels, the one at x, y.
func (w *walker) pixel(recv argument, args []argument, write bool, pos token.Pos) {
	l := w.deref(recv.value)
	for _, f := range []string{"Stride", "Rect"} {
		w.read(l.field(f), pos)
	}
	pix := l.field("Pix")
	w.read(pix, pos)
	p := w.deref(value{loc: pix.loc, path: pix.path})
	p.path = extend(p.path, ".pixel", nil, p.loc)
	for _, k := range []int{1, 0} {
		p.path = extend(p.path, "[]", args[k].num, p.loc)
	}
	w.add(access{loc: p.loc, path: p.path, write: write, pos: pos})
	for _, a := range args[2:] {
		w.deep(a, false, false, pos)
		w.watchValue(a, oneOf(" RGBA "), nil)
	}
}

// isTree tells whether new memory of type t is known to have no links inside:
// all that it refers to are slices and maps of plain values, as in image.RGBA.
func isTree(t types.Type, depth int) bool {
	if depth > 8 {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() != types.UnsafePointer
	case *types.Pointer:
		return depth == 0 && isTree(u.Elem(), depth+1)
	case *types.Slice:
		return !refers(u.Elem())
	case *types.Array:
		return isTree(u.Elem(), depth+1)
	case *types.Map:
		return !refers(u.Key()) && !refers(u.Elem())
	case *types.Struct:
		for i := range u.NumFields() {
			if !isTree(u.Field(i).Type(), depth+1) {
				return false
			}
		}
		return true
	}
	return false
}

// view lets a result refer to the memory of an argument.
func (w *walker) view(dst *node, t types.Type, a argument) {
	if isCancel(t) {
		return // what it ends is seen where it is called
	}
	leaves(dst, t, func(leaf *node, _ types.Type) { // may hold a reference twice
		w.stores = append(w.stores, store{holder: at(leaf, "*"), val: value{loc: dst}, nest: w.nest, bulk: true})
	})
	if types.Identical(t, a.typ) {
		w.copyLeaves(dst, a.value, t)
		return
	}
	leaves(a.loc, a.typ, func(src *node, _ types.Type) {
		leaves(dst, t, func(leaf *node, _ types.Type) {
			unify(at(leaf, "*"), at(src, "*"))
			collapse(at(leaf, "*"))
		})
	})
}

// resultFuncs marks functions that compiled code returns as unknown.
func (w *walker) resultFuncs(v value, t types.Type, quiet bool) {
	leaves(v.loc, t, func(leaf *node, lt types.Type) {
		if !w.isFunc(lt) {
			return
		}
		if f := find(at(leaf, "*")); quiet {
			f.quiet = true
			f.cancels = f.cancels || isCancel(lt)
		} else {
			f.opaque = true
		}
	})
}

// isCancel tells whether t is the type of functions that end a context.
func isCancel(t types.Type) bool {
	return isNamed(t, "context", "CancelFunc") || isNamed(t, "context", "CancelCauseFunc")
}

// mayCallInside tells whether fn calls functions that it finds inside its
// arguments: a template has a table of them.
func mayCallInside(fn *types.Func) bool {
	return fn.Pkg() != nil && strings.HasSuffix(fn.Pkg().Path(), "/template")
}

// fmtMethods are the methods by which fmt asks a value how it looks.
func fmtMethods(name string) bool {
	switch name {
	case "String", "Error", "Format", "GoString", "Write", "Scan", "Read", "ReadRune":
		return true
	}
	return false
}

func encodingMethods(name string) bool {
	return strings.HasPrefix(name, "Marshal") || strings.HasPrefix(name, "Unmarshal") || strings.HasPrefix(name, "Append") ||
		name == "String" || name == "Error" || name == "Read" || name == "Write" || strings.HasPrefix(name, "Gob") || name == "IsZero"
}

func errorMethods(name string) bool {
	return name == "Error" || name == "Is" || name == "As" || name == "Unwrap"
}

func anyMethod(string) bool { return true }
