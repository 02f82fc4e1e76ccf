package graph

import (
	"reflect"
	"strings"
	"unsafe"
)

// refers says whether a value of type t can lead to other memory. Types that
// cannot are copied, hashed and skipped as they lie.
func (k *kinds) refers(t reflect.Type) bool {
	if r, ok := k.ref[t]; ok {
		return r
	}
	if k.ref == nil {
		k.ref = map[reflect.Type]bool{}
	}
	k.ref[t] = true // recursive types refer
	r := true
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		r = false
	case reflect.Array:
		r = t.Len() > 0 && k.refers(t.Elem())
	case reflect.Struct:
		r = false
		for i := range t.NumField() {
			r = r || k.refers(t.Field(i).Type)
		}
	}
	k.ref[t] = r
	return r
}

type kinds struct{ ref map[reflect.Type]bool }

// flat says whether the bytes of a slice of t are its value: integers, and
// floats when their bits count.
func flat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return false
}

func float(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return true
	}
	return false
}

// memory is the memory of n values of type t at p.
func memory(p unsafe.Pointer, t reflect.Type, n int) []byte {
	if n == 0 || t.Size() == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(p), n*int(t.Size()))
}

// field is a struct field that may be read and set although it is unexported.
func field(v reflect.Value, i int) reflect.Value {
	f := v.Field(i)
	if f.CanAddr() && !f.CanSet() {
		return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
	}
	return f
}

// foreign says why the inside of a struct of the standard library is no
// business of ours: it holds caches, locks and descriptors. Those that are
// plain data are walked as if the cell had written them.
func foreign(t reflect.Type) string {
	if t.Kind() != reflect.Struct || t.Name() == "" || !std(t.PkgPath()) {
		return ""
	}
	switch t.PkgPath() {
	case "bytes", "strings", "math/big", "container/list", "container/ring", "net/url", "image", "image/color", "sync/atomic":
		if t.Name() != "Replacer" {
			return ""
		}
	}
	return t.String()
}

// quiet are types whose inside is never part of a result.
func quiet(t reflect.Type) bool { return t.PkgPath() == "sync" && t.Name() != "Map" }

func std(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return path != "" && first != "main" && first != "command-line-arguments" && !strings.Contains(first, ".")
}
