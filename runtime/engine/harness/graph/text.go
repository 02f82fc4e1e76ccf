package graph

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unsafe"
)

// Text renders v in about limit bytes, calling no method of it. Maps are in
// the order of their keys; what was left out is counted.
func Text(v reflect.Value, limit int) string {
	r := &renderer{limit: limit, open: map[visit]bool{}}
	r.value(v)
	return r.b.String()
}

type renderer struct {
	b     strings.Builder
	limit int
	open  map[visit]bool // pointers and maps on the way from the root: cycles end there
}

func (r *renderer) full() bool { return r.b.Len() >= r.limit }

func (r *renderer) value(v reflect.Value) {
	if r.full() {
		r.b.WriteString("…")
		return
	}
	switch v.Kind() {
	case reflect.Invalid:
		r.b.WriteString("nil")
	case reflect.Bool:
		r.b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		r.b.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		r.b.WriteString(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		r.b.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()))
	case reflect.Complex64, reflect.Complex128:
		r.b.WriteString(strconv.FormatComplex(v.Complex(), 'g', -1, v.Type().Bits()))
	case reflect.String:
		r.text(v.String())
	case reflect.Pointer:
		r.pointer(v)
	case reflect.Interface:
		r.value(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			r.b.WriteString("nil")
			return
		}
		r.list(v)
	case reflect.Array:
		r.list(v)
	case reflect.Map:
		r.table(v)
	case reflect.Struct:
		r.structure(v)
	default:
		r.other(v)
	}
}

func (r *renderer) text(s string) {
	if room := r.limit - r.b.Len(); len(s) > room {
		r.b.WriteString(strconv.Quote(s[:room]))
		fmt.Fprintf(&r.b, "… %d bytes more", len(s)-room)
		return
	}
	r.b.WriteString(strconv.Quote(s))
}

func (r *renderer) other(v reflect.Value) {
	if v.IsZero() {
		r.b.WriteString("nil")
		return
	}
	r.b.WriteString(v.Kind().String())
}

// enter is false where p is already open above.
func (r *renderer) enter(p unsafe.Pointer, t reflect.Type) bool {
	if r.open[visit{p, t}] || len(r.open) > 100 {
		r.b.WriteString("…")
		return false
	}
	r.open[visit{p, t}] = true
	return true
}

func (r *renderer) pointer(v reflect.Value) {
	if v.IsNil() {
		r.b.WriteString("nil")
		return
	}
	if r.enter(v.UnsafePointer(), v.Type()) {
		r.b.WriteByte('&')
		r.value(v.Elem())
		delete(r.open, visit{v.UnsafePointer(), v.Type()})
	}
}

func (r *renderer) list(v reflect.Value) {
	r.b.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			r.b.WriteByte(' ')
		}
		if r.full() {
			fmt.Fprintf(&r.b, "… %d more", v.Len()-i)
			break
		}
		r.value(v.Index(i))
	}
	r.b.WriteByte(']')
}

func (r *renderer) structure(v reflect.Value) {
	if name := foreign(v.Type()); name != "" {
		r.b.WriteString(name + "{…}")
		return
	}
	r.b.WriteByte('{')
	for i := range v.NumField() {
		if i > 0 {
			r.b.WriteByte(' ')
		}
		if r.full() {
			r.b.WriteString("…")
			break
		}
		r.b.WriteString(v.Type().Field(i).Name + ":")
		r.value(v.Field(i))
	}
	r.b.WriteByte('}')
}

// sortedKeys bounds the maps whose keys are all rendered to sort them.
const sortedKeys = 100_000

func (r *renderer) table(v reflect.Value) {
	if v.IsNil() {
		r.b.WriteString("nil")
		return
	}
	if v.Len() > sortedKeys {
		fmt.Fprintf(&r.b, "map of %d", v.Len())
		return
	}
	if !r.enter(v.UnsafePointer(), v.Type()) {
		return
	}
	defer delete(r.open, visit{v.UnsafePointer(), v.Type()})
	keys := v.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return less(keys[i], keys[j]) })
	r.b.WriteString("map[")
	for i, k := range keys {
		if i > 0 {
			r.b.WriteByte(' ')
		}
		if r.full() {
			fmt.Fprintf(&r.b, "… %d more", len(keys)-i)
			break
		}
		r.value(k)
		r.b.WriteByte(':')
		r.value(v.MapIndex(k))
	}
	r.b.WriteByte(']')
}

func less(a, b reflect.Value) bool {
	switch {
	case a.CanInt():
		return a.Int() < b.Int()
	case a.CanUint():
		return a.Uint() < b.Uint()
	case a.CanFloat():
		return a.Float() < b.Float() || a.Float() != a.Float() && b.Float() == b.Float()
	case a.Kind() == reflect.String:
		return a.String() < b.String()
	}
	return Text(a, 64) < Text(b, 64)
}
