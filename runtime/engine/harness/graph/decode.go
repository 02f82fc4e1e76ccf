package graph

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

func floatBits(f float64) uint64 { return math.Float64bits(f) }

var errShort = errors.New("handed-over state was cut short")

// Names are the variables in a graph.
func Names(data []byte) (names []string, err error) {
	d := &decoder{rest: data}
	defer d.recover(&err)
	for range d.header() {
		names = append(names, d.text())
		d.skipReference()
	}
	return names, nil
}

// Restore sets variables from a graph, by name. Variables that are not in it
// stay as they are; a variable in the graph that vars lacks is an error, because
// something might share its memory. The types must have the same structure;
// their names, and those of their fields, may differ.
func Restore(data []byte, vars []Var) (err error) {
	d := &decoder{rest: data}
	defer d.recover(&err)
	byName := map[string]reflect.Value{}
	for _, v := range vars {
		byName[v.Name] = v.Value
	}
	var roots []func()
	for range d.header() {
		name := d.text()
		v, ok := byName[name]
		if !ok {
			return fmt.Errorf("the handed-over variable %s is not known here", name)
		}
		id, path := d.readReference()
		if id >= 2 {
			roots = append(roots, func() { d.root(id-2, path, v) })
		}
	}
	d.objects = make([]place, d.count())
	for _, r := range roots {
		r()
	}
	for i := range d.objects {
		d.content(i)
	}
	for _, f := range d.later {
		f()
	}
	for _, f := range d.finish {
		f()
	}
	return nil
}

// place is a decoded object: an addressable array of values, or a map.
type place struct {
	at  unsafe.Pointer
	typ reflect.Type // of one value; nil until a reference fixes it
	n   int
	tbl reflect.Value
}

type decoder struct {
	rest    []byte
	objects []place
	later   []func() // references into objects that were not there yet
	finish  []func() // what copies values: after all references are set
}

// stop unwinds the decoder.
type stop struct{ err error }

func (d *decoder) recover(err *error) {
	if r := recover(); r != nil {
		s, ok := r.(stop)
		if !ok {
			s.err = fmt.Errorf("handed-over state does not fit: %v", r)
		}
		*err = s.err
	}
}

func (d *decoder) fail(format string, args ...any) { panic(stop{fmt.Errorf(format, args...)}) }

func (d *decoder) header() uint64 {
	if !strings.HasPrefix(string(d.rest[:min(len(d.rest), len(header))]), header) {
		d.fail("not a graph of variables")
	}
	d.rest = d.rest[len(header):]
	return d.count()
}

func (d *decoder) uint() uint64 {
	n, k := binary.Uvarint(d.rest)
	if k <= 0 {
		panic(stop{errShort})
	}
	d.rest = d.rest[k:]
	return n
}

// count reads a number of things that take at least a byte each.
func (d *decoder) count() uint64 {
	n := d.uint()
	if n > uint64(len(d.rest)) {
		panic(stop{errShort})
	}
	return n
}

func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.rest)) {
		panic(stop{errShort})
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) text() string { return string(d.bytes(d.uint())) }

func (d *decoder) readReference() (id uint64, path []int) {
	if id = d.uint(); id < 2 {
		return id, nil
	}
	for range d.count() {
		path = append(path, int(d.uint()))
	}
	return id, path
}

func (d *decoder) skipReference() { d.readReference() }

// root makes an object the memory of a variable. A variable inside a larger
// object is copied at the end: the other side keeps it apart.
func (d *decoder) root(i uint64, path []int, v reflect.Value) {
	o := d.object(i)
	if len(path) == 1 && path[0] == 0 && o.typ == nil {
		*o = place{at: unsafe.Pointer(v.UnsafeAddr()), typ: v.Type(), n: 1}
		return
	}
	d.finish = append(d.finish, func() { v.Set(d.at(o, path, v.Type())) })
}

func (d *decoder) object(i uint64) *place {
	if i >= uint64(len(d.objects)) {
		d.fail("handed-over state refers to what is not there")
	}
	return &d.objects[i]
}

// content reads object i, whose type an earlier reference fixed.
func (d *decoder) content(i int) {
	o := &d.objects[i]
	switch {
	case o.tbl.IsValid():
		d.entries(o.tbl)
	case o.typ == nil:
		d.fail("handed-over state has an object that nothing refers to")
	default:
		d.run(o)
	}
}

// run reads the values of an object. A reference fixed their type; the memory
// is made here, where their number is known, unless it is a variable's.
func (d *decoder) run(o *place) {
	n := d.uint()
	if o.at == nil {
		if o.typ.Size() > 0 && n > uint64(len(d.rest)) {
			panic(stop{errShort})
		}
		o.at, o.n = reflect.MakeSlice(reflect.SliceOf(o.typ), int(n), int(n)).UnsafePointer(), int(n)
	}
	if uint64(o.n) != n {
		d.fail("handed-over state has another size here")
	}
	d.kind(o.typ)
	if flat(o.typ) || float(o.typ) {
		m := memory(o.at, o.typ, o.n)
		copy(m, d.bytes(uint64(len(m))))
		return
	}
	values := o.values()
	for i := range o.n {
		d.value(values.Index(i))
	}
}

func (o *place) values() reflect.Value {
	return reflect.SliceAt(o.typ, o.at, o.n)
}

func (d *decoder) kind(t reflect.Type) {
	if k := reflect.Kind(d.bytes(1)[0]); k != t.Kind() {
		d.fail("handed-over state has a %s where a %s is wanted", k, t.Kind())
	}
}

// value reads into v, which is addressable.
func (d *decoder) value(v reflect.Value) {
	t := v.Type()
	d.kind(t)
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(d.uint() != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(d.int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(d.uint())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(d.float())
	case reflect.Complex64, reflect.Complex128:
		re := d.float()
		v.SetComplex(complex(re, d.float()))
	case reflect.String:
		v.SetString(d.text())
	case reflect.Pointer:
		d.pointer(v)
	case reflect.Slice:
		d.slice(v)
	case reflect.Map:
		d.table(v)
	case reflect.Interface:
		d.iface(v)
	case reflect.Array:
		for i := range v.Len() {
			d.value(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			d.value(field(v, i))
		}
	default: // a nil function or channel
		v.SetZero()
	}
}

func (d *decoder) int() int64 {
	n, k := binary.Varint(d.rest)
	if k <= 0 {
		panic(stop{errShort})
	}
	d.rest = d.rest[k:]
	return n
}

func (d *decoder) float() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(d.bytes(8)))
}

func (d *decoder) pointer(v reflect.Value) {
	id, path := d.readReference()
	switch id {
	case 0:
		v.SetZero()
	case 1:
		v.Set(reflect.New(v.Type().Elem()).Convert(v.Type()))
	default:
		o := d.claim(id-2, path, v.Type().Elem())
		d.later = append(d.later, func() {
			v.Set(reflect.NewAt(v.Type().Elem(), unsafe.Pointer(d.at(o, path, v.Type().Elem()).UnsafeAddr())).Convert(v.Type()))
		})
	}
}

// claim fixes the type of an object that is referred to as a whole.
func (d *decoder) claim(i uint64, path []int, t reflect.Type) *place {
	o := d.object(i)
	if o.typ == nil && !o.tbl.IsValid() && len(path) == 1 {
		o.typ = t
	}
	return o
}

// at walks a path to a value of type t, which is addressable.
func (d *decoder) at(o *place, path []int, t reflect.Type) reflect.Value {
	if o.at == nil || len(path) == 0 {
		d.fail("handed-over state refers to what is not there")
	}
	run := o.values()
	for {
		v := run.Index(path[0])
		path = path[1:]
		for len(path) > 0 && v.Kind() == reflect.Struct {
			v = field(v, path[0])
			path = path[1:]
			if len(path) == 1 && path[0] == 0 && v.Type() == t {
				return v
			}
		}
		if len(path) == 0 {
			return v
		}
		run = v
	}
}

func (d *decoder) slice(v reflect.Value) {
	id, path := d.readReference()
	if id == 0 {
		v.SetZero()
		return
	}
	n, c := int(d.uint()), int(d.uint())
	if id == 1 {
		v.Set(reflect.MakeSlice(v.Type(), n, c))
		return
	}
	t := v.Type().Elem()
	o := d.claim(id-2, path, t)
	d.later = append(d.later, func() {
		first := d.at(o, path, t)
		run := reflect.SliceAt(t, unsafe.Pointer(first.UnsafeAddr()), c)
		v.Set(run.Slice3(0, n, c).Convert(v.Type()))
	})
}

func (d *decoder) table(v reflect.Value) {
	id := d.uint()
	if id == 0 {
		v.SetZero()
		return
	}
	o := d.object(id - 1)
	if !o.tbl.IsValid() {
		o.tbl = reflect.MakeMap(v.Type())
	}
	v.Set(o.tbl.Convert(v.Type()))
}

// entries reads a map's entries. They are put in at the end: until then keys
// and values may hold references that are not set.
func (d *decoder) entries(m reflect.Value) {
	for range d.count() {
		k, v := reflect.New(m.Type().Key()).Elem(), reflect.New(m.Type().Elem()).Elem()
		d.value(k)
		d.value(v)
		d.finish = append(d.finish, func() { m.SetMapIndex(k, v) })
	}
}

func (d *decoder) iface(v reflect.Value) {
	name := d.text()
	if name == "" {
		v.SetZero()
		return
	}
	t, err := parseType(name)
	if err != nil {
		panic(stop{err})
	}
	x := reflect.New(t).Elem()
	d.value(x)
	d.finish = append(d.finish, func() { v.Set(x) })
}

func basic(name string) reflect.Type {
	for _, v := range []any{false, int(0), int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0),
		uintptr(0), float32(0), float64(0), complex64(0), complex128(0), ""} {
		if t := reflect.TypeOf(v); t.String() == name {
			return t
		}
	}
	return nil
}

// parseType makes a type without names from what reflect prints.
func parseType(s string) (reflect.Type, error) {
	t, rest, err := typePrefix(s)
	if err == nil && rest != "" {
		err = fmt.Errorf("the type %s cannot be handed over", s)
	}
	return t, err
}

func typePrefix(s string) (reflect.Type, string, error) {
	switch {
	case strings.HasPrefix(s, "interface {}"):
		return reflect.TypeFor[any](), s[len("interface {}"):], nil
	case strings.HasPrefix(s, "*"):
		t, rest, err := typePrefix(s[1:])
		if err != nil {
			return nil, "", err
		}
		return reflect.PointerTo(t), rest, nil
	case strings.HasPrefix(s, "map["):
		return mapPrefix(s)
	case strings.HasPrefix(s, "["):
		return arrayPrefix(s)
	}
	end := 0
	for end < len(s) && (s[end] >= 'a' && s[end] <= 'z' || s[end] >= '0' && s[end] <= '9') {
		end++
	}
	if t := basic(s[:end]); t != nil {
		return t, s[end:], nil
	}
	return nil, "", fmt.Errorf("the type %s cannot be handed over", s)
}

func mapPrefix(s string) (reflect.Type, string, error) {
	k, rest, err := typePrefix(s[len("map["):])
	if err != nil || !strings.HasPrefix(rest, "]") || !k.Comparable() {
		return nil, "", fmt.Errorf("the type %s cannot be handed over", s)
	}
	v, rest, err := typePrefix(rest[1:])
	if err != nil {
		return nil, "", err
	}
	return reflect.MapOf(k, v), rest, nil
}

func arrayPrefix(s string) (reflect.Type, string, error) {
	size, rest, ok := strings.Cut(s[1:], "]")
	t, rest, err := typePrefix(rest)
	if err != nil || !ok {
		return nil, "", fmt.Errorf("the type %s cannot be handed over", s)
	}
	if size == "" {
		return reflect.SliceOf(t), rest, nil
	}
	n, err := strconv.Atoi(size)
	if err != nil {
		return nil, "", fmt.Errorf("the type %s cannot be handed over", s)
	}
	return reflect.ArrayOf(n, t), rest, nil
}
