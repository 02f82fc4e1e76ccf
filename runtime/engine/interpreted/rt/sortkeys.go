package rt

import (
	"cmp"
	"reflect"
	"slices"
)

// sortedKeys orders the keys of a map as package fmt prints them.
func sortedKeys(m reflect.Value) []reflect.Value {
	ks := m.MapKeys()
	slices.SortStableFunc(ks, compareKeys)
	return ks
}

func compareKeys(a, b reflect.Value) int {
	switch a.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return cmp.Compare(a.Int(), b.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return cmp.Compare(a.Uint(), b.Uint())
	case reflect.Float32, reflect.Float64:
		return cmp.Compare(a.Float(), b.Float())
	case reflect.Complex64, reflect.Complex128:
		if c := cmp.Compare(real(a.Complex()), real(b.Complex())); c != 0 {
			return c
		}
		return cmp.Compare(imag(a.Complex()), imag(b.Complex()))
	case reflect.String:
		return cmp.Compare(a.String(), b.String())
	case reflect.Bool:
		return cmp.Compare(truth(a.Bool()), truth(b.Bool()))
	case reflect.Pointer, reflect.Chan, reflect.UnsafePointer:
		return cmp.Compare(a.Pointer(), b.Pointer())
	case reflect.Struct:
		for i := range a.NumField() {
			if c := compareKeys(a.Field(i), b.Field(i)); c != 0 {
				return c
			}
		}
		return 0
	case reflect.Array:
		for i := range a.Len() {
			if c := compareKeys(a.Index(i), b.Index(i)); c != 0 {
				return c
			}
		}
		return 0
	case reflect.Interface:
		return compareInterfaces(a, b)
	}
	panic(Refused("printing a map with such keys"))
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compareInterfaces orders keys held in interfaces: nil first, then by type,
// which compiled code orders by an address that is not known here.
func compareInterfaces(a, b reflect.Value) int {
	if a.IsNil() || b.IsNil() {
		return cmp.Compare(truth(!a.IsNil()), truth(!b.IsNil()))
	}
	x, y := a.Elem(), b.Elem()
	if bx, ok := open(x.Interface()); ok {
		by, ok := open(y.Interface())
		if !ok || bx.T != by.T {
			panic(Refused("printing a map with keys of several types"))
		}
		return compareKeys(reflect.ValueOf(bx.V), reflect.ValueOf(by.V))
	}
	if x.Type() != y.Type() {
		panic(Refused("printing a map with keys of several types"))
	}
	return compareKeys(x, y)
}

// sortForeign sorts a slice of an ordered type of a compiled package.
func (c *Cell) sortForeign(x any) {
	v := reflect.ValueOf(x)
	order := c.SortOrder(v.Len(), func(i, j int) int { return compareKeys(v.Index(i), v.Index(j)) }, false)
	sorted := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i, j := range order {
		sorted.Index(i).Set(v.Index(j))
	}
	reflect.Copy(v, sorted)
}
