package lower

import (
	"fmt"
	"go/types"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// table numbers the types of a session. Identical types share a number; a type
// that is declared again is another type and gets another number.
type table struct {
	types  []types.Type
	shapes []*shape.Type
	byHash map[uint64][]int
	own    func(*types.Package) bool
}

func newTable(own func(*types.Package) bool) *table {
	t := &table{byHash: map[uint64][]int{}, own: own}
	t.types, t.shapes = append(t.types, nil), append(t.shapes, nil) // 0 is no type
	return t
}

// id is the number of t.
func (tb *table) id(t types.Type) int {
	t = types.Unalias(t)
	h := hash(t)
	for _, i := range tb.byHash[h] {
		if types.Identical(tb.types[i], t) {
			return i
		}
	}
	i := len(tb.types)
	tb.types, tb.shapes = append(tb.types, t), append(tb.shapes, nil)
	tb.byHash[h] = append(tb.byHash[h], i)
	tb.shapes[i] = &shape.Type{ID: i}
	tb.describe(tb.shapes[i], t)
	if p, ok := t.(*types.Pointer); ok {
		tb.shapes[tb.id(p.Elem())].Ptr = i
	}
	return i
}

// shape is the description of type number id.
func (tb *table) shape(id int) *shape.Type { return tb.shapes[id] }

// refresh finds the method sets anew: a cell may give methods to a type of an
// earlier one.
func (tb *table) refresh() {
	for i := 1; i < len(tb.types); i++ {
		if tb.shapes[i].Boxed || tb.shapes[i].Kind == shape.Interface {
			tb.shapes[i].Methods = tb.methods(tb.types[i])
			tb.pointerTo(tb.types[i])
		}
	}
}

// pointerTo gives the pointer type to t a number where the run time looks for
// methods that only the pointer has: encoders call them on parts of a value.
func (tb *table) pointerTo(t types.Type) {
	n, ok := t.(*types.Named)
	if !ok || types.IsInterface(t) || !tb.own(n.Obj().Pkg()) {
		return
	}
	p := types.NewPointer(t)
	set := types.NewMethodSet(p)
	for i := range set.Len() {
		m := set.At(i)
		if (shape.Method{Name: m.Obj().Name(), Plain: reflectName(m.Type())}).Sought() {
			tb.id(p)
			return
		}
	}
}

// describe fills s in; parts that refer back to t find its number reserved.
func (tb *table) describe(s *shape.Type, t types.Type) {
	s.Name, s.Boxed = reflectName(t), tb.boxed(t)
	if n, ok := t.(*types.Named); ok {
		s.Own = tb.own(n.Obj().Pkg())
		if !s.Own {
			tb.describeForeign(s, t)
			return
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		s.Kind, s.Under = shape.Basic, types.Typ[u.Kind()].Name()
	case *types.Pointer:
		s.Kind, s.Elem = shape.Pointer, tb.id(u.Elem())
	case *types.Slice:
		s.Kind, s.Elem = shape.Slice, tb.id(u.Elem())
	case *types.Array:
		s.Kind, s.Elem, s.Len = shape.Array, tb.id(u.Elem()), u.Len()
	case *types.Map:
		s.Kind, s.Key, s.Elem = shape.Map, tb.id(u.Key()), tb.id(u.Elem())
	case *types.Chan:
		s.Kind, s.Elem, s.Dir = shape.Chan, tb.id(u.Elem()), int(u.Dir())
	case *types.Signature:
		s.Kind, s.In, s.Out = shape.Func, tb.tuple(u.Params()), tb.tuple(u.Results())
	case *types.Struct:
		s.Kind = shape.Struct
		s.Fields = tb.fields(u)
	case *types.Interface:
		s.Kind = shape.Interface
	}
	s.Methods = tb.methods(t)
	tb.pointerTo(t)
}

// describeForeign describes a type of a compiled package: its methods matter to
// assertions, its inside is what reflection says.
func (tb *table) describeForeign(s *shape.Type, t types.Type) {
	o := t.(*types.Named).Obj()
	s.Symbol = o.Name()
	if o.Pkg() != nil {
		s.Path = o.Pkg().Path()
	}
	if types.IsInterface(t) {
		s.Kind = shape.Interface
	}
	s.Methods = tb.methods(t)
}

func (tb *table) tuple(t *types.Tuple) (ids []int) {
	for v := range t.Variables() {
		ids = append(ids, tb.id(v.Type()))
	}
	return ids
}

func (tb *table) fields(u *types.Struct) []shape.Field {
	fs := make([]shape.Field, u.NumFields())
	for i := range fs {
		f := u.Field(i)
		fs[i] = shape.Field{Name: f.Name(), Type: tb.id(f.Type()), Exported: f.Exported(), Embedded: f.Embedded(), Tag: u.Tag(i)}
	}
	return fs
}

func (tb *table) methods(t types.Type) []shape.Method {
	var ms []shape.Method
	if it, ok := t.Underlying().(*types.Interface); ok {
		for i := range it.NumMethods() {
			ms = append(ms, tb.method(it.Method(i).Name(), it.Method(i).Type()))
		}
	} else {
		set := types.NewMethodSet(t)
		for i := range set.Len() {
			ms = append(ms, tb.method(set.At(i).Obj().Name(), set.At(i).Type()))
		}
	}
	sort.Slice(ms, func(i, j int) bool { return ms[i].Name < ms[j].Name })
	return ms
}

func (tb *table) method(name string, t types.Type) shape.Method {
	sig := t.(*types.Signature)
	return shape.Method{Name: name, Key: tb.sigKey(sig), Plain: reflectName(sig)}
}

func (tb *table) sigKey(s *types.Signature) string {
	var b strings.Builder
	for v := range s.Params().Variables() {
		fmt.Fprintf(&b, "%d,", tb.id(v.Type()))
	}
	if s.Variadic() {
		b.WriteString("...")
	}
	b.WriteString(")")
	for v := range s.Results().Variables() {
		fmt.Fprintf(&b, "%d,", tb.id(v.Type()))
	}
	return b.String()
}

// boxed reports whether a value of concrete type t is boxed in interfaces,
// because the lowered type has lost its name, its methods or its element types.
func (tb *table) boxed(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return tb.own(t.Obj().Pkg()) || t.TypeArgs().Len() > 0 && !types.IsInterface(t)
	case *types.Pointer:
		return tb.boxed(t.Elem())
	case *types.Slice:
		return tb.boxed(t.Elem())
	case *types.Array:
		return tb.boxed(t.Elem())
	case *types.Map:
		return tb.boxed(t.Key()) || tb.boxed(t.Elem())
	case *types.Chan:
		return tb.boxed(t.Elem())
	case *types.Struct, *types.Signature:
		return true
	case *types.Interface:
		return t.NumMethods() > 0
	}
	return false
}

// reach lists the numbers of the types that a value of type id can hold.
func (tb *table) reach(id int, seen map[int]bool) {
	if id == 0 || seen[id] {
		return
	}
	seen[id] = true
	s := tb.shapes[id]
	tb.reach(s.Elem, seen)
	tb.reach(s.Key, seen)
	for _, f := range s.Fields {
		tb.reach(f.Type, seen)
	}
}

// reachAll is reach, through the parameters of functions too.
func (tb *table) reachAll(id int, seen map[int]bool) {
	if id == 0 || seen[id] {
		return
	}
	seen[id] = true
	s := tb.shapes[id]
	for _, list := range [][]int{{s.Elem, s.Key, s.Ptr}, s.In, s.Out} {
		for _, i := range list {
			tb.reachAll(i, seen)
		}
	}
	for _, f := range s.Fields {
		tb.reachAll(f.Type, seen)
	}
}

// hash is equal for identical types; parameter names do not count.
func hash(t types.Type) uint64 {
	mix := func(a, b uint64) uint64 { return (a ^ b) * 1099511628211 }
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return uint64(t.Kind()) + 1000
	case *types.Named:
		h := hashString(t.Obj().Name())
		for a := range t.TypeArgs().Types() {
			h = mix(h, hash(a))
		}
		return h
	case *types.Pointer:
		return mix(2, hash(t.Elem()))
	case *types.Slice:
		return mix(3, hash(t.Elem()))
	case *types.Array:
		return mix(uint64(t.Len())+4, hash(t.Elem()))
	case *types.Map:
		return mix(mix(5, hash(t.Key())), hash(t.Elem()))
	case *types.Chan:
		return mix(6, hash(t.Elem()))
	case *types.Struct:
		return mix(7, uint64(t.NumFields()))
	case *types.Interface:
		return mix(8, uint64(t.NumMethods()))
	case *types.Signature:
		return mix(mix(9, uint64(t.Params().Len())), uint64(t.Results().Len()))
	}
	return 1
}

func hashString(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
