package graph

import (
	"encoding/binary"
	"reflect"
	"sort"
	"unsafe"
)

// Encode packs variables into one graph: pointers, slices and maps that lead to
// the same memory do so after Restore, also across variables. refused says for
// each variable that is not in it why: only basic types, strings, and slices,
// maps, arrays, pointers and structs of them can be handed over exactly. A
// variable that shares memory with a refused one is refused too.
//
// The memory of the variables is seen as objects: a variable, what a pointer
// points at, the array behind a slice up to its capacity. Objects inside one
// another become one; a reference into it is a path of indices and field
// numbers, which holds whatever the layout on the other side is.
func Encode(vars []Var) (data []byte, refused map[string]string) {
	refused = map[string]string{}
	walks := make([]*walk, len(vars))
	for i, v := range vars {
		walks[i] = collect(v)
		if walks[i].why != "" {
			refused[v.Name] = walks[i].why
		}
	}
	refuseNeighbours(vars, walks, refused)
	e := &encoder{byMap: map[unsafe.Pointer]*object{}}
	for i, v := range vars {
		if refused[v.Name] == "" && walks[i].bytes() > MaxBytes {
			refused[v.Name] = "it is larger than 64 MiB"
		}
		if refused[v.Name] == "" {
			e.regions = append(e.regions, walks[i].regions...)
			e.roots = append(e.roots, v)
		}
	}
	if why := e.merge(); why != "" {
		for _, v := range e.roots {
			refused[v.Name] = why
		}
		return nil, refused
	}
	return e.encode(), refused
}

// MaxBytes is the memory of a variable that is still handed over: what is
// larger is cheaper to compute again, and the copy might not fit into the
// memory that a cell may use.
const MaxBytes = 64 << 20

// bytes is the memory to which a variable leads, maps and strings apart.
func (w *walk) bytes() uintptr {
	var sum uintptr
	for _, r := range w.regions {
		sum += r.end() - r.at
	}
	return sum
}

// region is a piece of memory: n values of typ.
type region struct {
	at  uintptr
	ptr unsafe.Pointer
	typ reflect.Type
	n   int
}

// values are the values of a region as a slice, whose elements are addressable.
func (r region) values() reflect.Value { return reflect.SliceAt(r.typ, r.ptr, r.n) }

func (r region) end() uintptr { return r.at + uintptr(r.n)*r.typ.Size() }

// walk is what one variable leads to.
type walk struct {
	kinds
	regions []region
	maps    map[unsafe.Pointer]bool
	seen    map[visitN]bool
	queue   []region
	why     string
}

type visitN struct {
	visit
	n int
}

func collect(v Var) *walk {
	w := &walk{maps: map[unsafe.Pointer]bool{}, seen: map[visitN]bool{}}
	w.object(unsafe.Pointer(v.Value.UnsafeAddr()), v.Value.Type(), 1)
	for len(w.queue) > 0 {
		run := w.queue[0].values()
		w.queue = w.queue[1:]
		for i := range run.Len() {
			w.value(run.Index(i), 0)
		}
	}
	return w
}

func (w *walk) refuse(why string) {
	if w.why == "" {
		w.why = why
	}
}

// object notes memory and has its content walked once.
func (w *walk) object(p unsafe.Pointer, t reflect.Type, n int) {
	key := visitN{visit{p, t}, n}
	if w.seen[key] || t.Size() == 0 {
		return
	}
	w.seen[key] = true
	r := region{at: uintptr(p), ptr: p, typ: t, n: n}
	w.regions = append(w.regions, r)
	if w.refers(t) {
		w.queue = append(w.queue, r)
	}
}

func (w *walk) value(v reflect.Value, depth int) {
	t := v.Type()
	if depth > maxDepth {
		w.refuse("it is nested too deeply")
		return
	}
	if !w.refers(t) {
		return
	}
	switch v.Kind() {
	case reflect.String:
	case reflect.Pointer:
		if !v.IsNil() {
			w.object(v.UnsafePointer(), t.Elem(), 1)
		}
	case reflect.Slice:
		if v.Cap() > 0 {
			w.object(v.UnsafePointer(), t.Elem(), v.Cap())
		}
	case reflect.Map:
		w.table(v, depth)
	case reflect.Interface:
		w.iface(v, depth)
	case reflect.Array:
		for i := range v.Len() {
			w.value(v.Index(i), depth+1)
		}
	case reflect.Struct:
		if name := foreign(t); name != "" {
			w.refuse("it holds a " + name)
			return
		}
		for i := range v.NumField() {
			w.value(v.Field(i), depth+1)
		}
	default:
		if v.Kind() != reflect.UnsafePointer && v.IsNil() {
			return
		}
		w.refuse("it holds a " + v.Kind().String())
	}
}

func (w *walk) table(v reflect.Value, depth int) {
	p := v.UnsafePointer()
	if p == nil || w.maps[p] {
		return
	}
	w.maps[p] = true
	if !w.refers(v.Type().Key()) && !w.refers(v.Type().Elem()) {
		return
	}
	for it := v.MapRange(); it.Next(); {
		w.value(it.Key(), depth+1)
		w.value(it.Value(), depth+1)
	}
}

func (w *walk) iface(v reflect.Value, depth int) {
	if v.IsNil() {
		return
	}
	if !unnamed(v.Elem().Type()) {
		w.refuse("an interface in it holds a " + v.Elem().Type().String())
		return
	}
	w.value(v.Elem(), depth+1)
}

// refuseNeighbours refuses variables that share memory with refused ones:
// handed over alone they would lose what ties them together.
func refuseNeighbours(vars []Var, walks []*walk, refused map[string]string) {
	for changed := true; changed; {
		changed = false
		for i, v := range vars {
			if refused[v.Name] != "" {
				continue
			}
			for j, other := range vars {
				if refused[other.Name] != "" && walks[i].touches(walks[j]) {
					refused[v.Name] = "it shares memory with " + other.Name
					changed = true
					break
				}
			}
		}
	}
}

func (w *walk) touches(o *walk) bool {
	for p := range w.maps {
		if o.maps[p] {
			return true
		}
	}
	for _, a := range w.regions {
		for _, b := range o.regions {
			if a.at < b.end() && b.at < a.end() {
				return true
			}
		}
	}
	return false
}

// object is a merged region, or a map.
type object struct {
	region
	id  int // 1 + its place in the stream; 0 until something that fixes its type refers to it
	tbl reflect.Value
}

type encoder struct {
	kinds
	roots   []Var
	regions []region
	objects []*object // by address
	byMap   map[unsafe.Pointer]*object
	order   []*object
	out     []byte
}

// merge makes objects of regions: what lies inside another belongs to it, and
// overlapping parts of one array become that array. The reason is returned when
// memory is seen as types that do not fit.
func (e *encoder) merge() (why string) {
	sort.SliceStable(e.regions, func(i, j int) bool {
		a, b := e.regions[i], e.regions[j]
		if a.at != b.at {
			return a.at < b.at
		}
		return a.end() > b.end()
	})
	for _, r := range e.regions {
		var last *object
		if n := len(e.objects); n > 0 {
			last = e.objects[n-1]
		}
		switch {
		case last == nil || r.at >= last.end():
			e.objects = append(e.objects, &object{region: r})
		case r.end() <= last.end():
			if r.at == last.at && r.end() == last.end() && inside(r, last.region) {
				last.region = r // the wider view of the same bytes
			}
		case r.typ == last.typ && (r.at-last.at)%r.typ.Size() == 0:
			last.n = int((r.end() - last.at) / r.typ.Size())
		default:
			return "two of its slices overlap as different types"
		}
	}
	for _, r := range e.regions {
		if _, ok := e.path(e.find(r.at), r.at, r.typ, r.n); !ok {
			return "its memory is seen as two types"
		}
	}
	return ""
}

// inside says whether inner is found in outer when both are the same bytes.
func inside(outer, inner region) bool {
	_, ok := descend(outer.typ, outer.n, 0, inner.typ, inner.n)
	return ok
}

func (e *encoder) find(at uintptr) *object {
	i := sort.Search(len(e.objects), func(i int) bool { return e.objects[i].at > at }) - 1
	if i < 0 {
		return nil
	}
	return e.objects[i]
}

// path is the way from o to n values of t at an address.
func (e *encoder) path(o *object, at uintptr, t reflect.Type, n int) ([]int, bool) {
	if o == nil || at >= o.end() {
		return nil, false
	}
	return descend(o.typ, o.n, at-o.at, t, n)
}

// descend finds n values of type t at an offset in a run of count values of
// type typ: indices and field numbers, ending in the index of the first value
// in the innermost run.
func descend(typ reflect.Type, count int, offset uintptr, t reflect.Type, n int) ([]int, bool) {
	size := typ.Size()
	if size == 0 {
		return nil, false
	}
	i := int(offset / size)
	if typ == t {
		return []int{i}, offset%size == 0 && i+n <= count
	}
	rest, ok := within(typ, offset%size, t, n)
	return append([]int{i}, rest...), ok
}

// within continues inside one value.
func within(typ reflect.Type, offset uintptr, t reflect.Type, n int) ([]int, bool) {
	switch typ.Kind() {
	case reflect.Array:
		return descend(typ.Elem(), typ.Len(), offset, t, n)
	case reflect.Struct:
		for i := range typ.NumField() {
			f := typ.Field(i)
			if offset < f.Offset || offset >= f.Offset+f.Type.Size() {
				continue
			}
			if f.Type == t && n == 1 && offset == f.Offset {
				return []int{i, 0}, true
			}
			rest, ok := within(f.Type, offset-f.Offset, t, n)
			return append([]int{i}, rest...), ok
		}
	}
	return nil, false
}

// The stream: "lapg1", the roots (name, object, path), the number of objects,
// then each object's count and content. An object's type is fixed by the first
// root, pointer or slice that names it as a whole, which is always before it.

const header = "lapg1"

func (e *encoder) encode() []byte {
	e.out = append(e.out, header...)
	e.uint(uint64(len(e.roots)))
	for _, v := range e.roots {
		if v.Value.Type().Size() > 0 {
			e.fix(e.find(v.Value.UnsafeAddr()))
		}
	}
	for i := 0; i < len(e.order); i++ {
		e.discover(e.order[i])
	}
	for _, v := range e.roots {
		e.text(v.Name)
		e.reference(unsafe.Pointer(v.Value.UnsafeAddr()), v.Value.Type(), 1)
	}
	e.uint(uint64(len(e.order)))
	for _, o := range e.order {
		e.content(o)
	}
	return e.out
}

// fix gives an object its place.
func (e *encoder) fix(o *object) {
	if o.id == 0 {
		e.order = append(e.order, o)
		o.id = len(e.order)
	}
}

// discover fixes the objects to which o refers as a whole.
func (e *encoder) discover(o *object) {
	if o.tbl.IsValid() {
		for it := o.tbl.MapRange(); it.Next(); {
			e.follow(it.Key())
			e.follow(it.Value())
		}
		return
	}
	if e.refers(o.typ) {
		run := o.values()
		for i := range o.n {
			e.follow(run.Index(i))
		}
	}
}

func (e *encoder) follow(v reflect.Value) {
	t := v.Type()
	if !e.refers(t) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			e.whole(uintptr(v.UnsafePointer()), t.Elem())
		}
	case reflect.Slice:
		if v.Cap() > 0 {
			e.whole(uintptr(v.UnsafePointer()), t.Elem())
		}
	case reflect.Map:
		if !v.IsNil() {
			e.fix(e.mapObject(v))
		}
	case reflect.Interface:
		if !v.IsNil() {
			e.follow(v.Elem())
		}
	case reflect.Array:
		for i := range v.Len() {
			e.follow(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			e.follow(v.Field(i))
		}
	}
}

// whole fixes the object at an address when t is the type of its values.
func (e *encoder) whole(at uintptr, t reflect.Type) {
	if t.Size() == 0 {
		return
	}
	if o := e.find(at); o.typ == t {
		e.fix(o)
	}
}

func (e *encoder) mapObject(v reflect.Value) *object {
	p := v.UnsafePointer()
	o := e.byMap[p]
	if o == nil {
		o = &object{tbl: v}
		e.byMap[p] = o
	}
	return o
}

func (e *encoder) uint(n uint64) { e.out = binary.AppendUvarint(e.out, n) }

func (e *encoder) text(s string) {
	e.uint(uint64(len(s)))
	e.out = append(e.out, s...)
}

// reference is an object and the path into it; 0 is nil, 1 a place without size.
func (e *encoder) reference(p unsafe.Pointer, t reflect.Type, n int) {
	if p == nil {
		e.uint(0)
		return
	}
	if t.Size() == 0 {
		e.uint(1)
		return
	}
	o := e.find(uintptr(p))
	path, _ := e.path(o, uintptr(p), t, n)
	e.uint(uint64(o.id) + 1)
	e.uint(uint64(len(path)))
	for _, i := range path {
		e.uint(uint64(i))
	}
}

func (e *encoder) content(o *object) {
	if o.tbl.IsValid() {
		e.uint(uint64(o.tbl.Len()))
		for it := o.tbl.MapRange(); it.Next(); {
			e.value(it.Key())
			e.value(it.Value())
		}
		return
	}
	e.uint(uint64(o.n))
	e.run(o.ptr, o.typ, o.n)
}

// run writes n values at p: numbers as they lie, in one piece.
func (e *encoder) run(p unsafe.Pointer, t reflect.Type, n int) {
	e.out = append(e.out, byte(t.Kind()))
	if flat(t) || float(t) {
		e.out = append(e.out, memory(p, t, n)...)
		return
	}
	v := reflect.SliceAt(t, p, n)
	for i := range n {
		e.value(v.Index(i))
	}
}

func (e *encoder) value(v reflect.Value) {
	t := v.Type()
	e.out = append(e.out, byte(t.Kind()))
	switch v.Kind() {
	case reflect.Bool:
		e.uint(map[bool]uint64{true: 1}[v.Bool()])
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.out = binary.AppendVarint(e.out, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		e.uint(v.Uint())
	case reflect.Float32, reflect.Float64:
		e.float(v.Float())
	case reflect.Complex64, reflect.Complex128:
		e.float(real(v.Complex()))
		e.float(imag(v.Complex()))
	case reflect.String:
		e.text(v.String())
	case reflect.Pointer:
		e.reference(v.UnsafePointer(), t.Elem(), 1)
	case reflect.Slice:
		e.slice(v)
	case reflect.Map:
		if v.IsNil() {
			e.uint(0)
			return
		}
		e.uint(uint64(e.mapObject(v).id))
	case reflect.Interface:
		e.iface(v)
	case reflect.Array:
		for i := range v.Len() {
			e.value(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			e.value(v.Field(i))
		}
	}
}

func (e *encoder) iface(v reflect.Value) {
	if v.IsNil() {
		e.text("")
		return
	}
	e.text(v.Elem().Type().String())
	e.value(v.Elem())
}

func (e *encoder) slice(v reflect.Value) {
	if v.IsNil() {
		e.uint(0)
		return
	}
	p, t := v.UnsafePointer(), v.Type().Elem()
	if v.Cap() == 0 || t.Size() == 0 {
		e.uint(1)
	} else {
		e.reference(p, t, v.Cap())
	}
	e.uint(uint64(v.Len()))
	e.uint(uint64(v.Cap()))
}

func (e *encoder) float(f float64) { e.out = binary.LittleEndian.AppendUint64(e.out, floatBits(f)) }

// unnamed says whether the decoder can make the type from its text.
func unnamed(t reflect.Type) bool {
	_, err := parseType(t.String())
	return err == nil && t.PkgPath() == ""
}
