package grid

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
)

// Of is the table of a value: of a slice of structs a column for each field, of
// a map one for the key and one (or the fields) for the value, of a slice of
// slices one for each place. It is nil when the value is no table, is empty, or
// says itself how it is printed.
func Of(v any) *Grid {
	r := reflect.ValueOf(v)
	if !r.IsValid() || printsItself(r.Type()) {
		return nil
	}
	switch r.Kind() {
	case reflect.Slice, reflect.Array:
		return list(r)
	case reflect.Map:
		return mapping(r)
	}
	return nil
}

func list(r reflect.Value) *Grid {
	elem := r.Type().Elem()
	if r.Len() == 0 || printsItself(elem) {
		return nil
	}
	switch base := pointed(elem); {
	case base.Kind() == reflect.Struct && base.NumField() > 0:
		return Build(fieldNames(base), r.Len(), func(i int) []string { return fields(r.Index(i)) })
	case Nested(elem.Kind()) && elem.Elem().Kind() != reflect.Uint8:
		return rows(r)
	}
	return nil
}

// Nested tells whether values of a kind are rows of cells.
func Nested(k reflect.Kind) bool { return k == reflect.Slice || k == reflect.Array }

func rows(r reflect.Value) *Grid {
	wide := 0
	for i := range min(r.Len(), MaxRows) {
		wide = max(wide, r.Index(i).Len())
	}
	if wide == 0 {
		return nil
	}
	return Build(Numbered(wide), r.Len(), func(i int) []string {
		var cells []string
		for k := range min(r.Index(i).Len(), MaxColumns) {
			cells = append(cells, Text(r.Index(i).Index(k)))
		}
		return cells
	})
}

// Numbered are the names of columns that have none.
func Numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	return names
}

func mapping(r reflect.Value) *Grid {
	if r.Len() == 0 {
		return nil
	}
	keys := r.MapKeys()
	slices.SortFunc(keys, Compare)
	elem := pointed(r.Type().Elem())
	if elem.Kind() == reflect.Struct && elem.NumField() > 0 && !printsItself(r.Type().Elem()) {
		return Build(append([]string{"key"}, fieldNames(elem)...), len(keys), func(i int) []string {
			return append([]string{Text(keys[i])}, fields(r.MapIndex(keys[i]))...)
		})
	}
	return Build([]string{"key", "value"}, len(keys), func(i int) []string {
		return []string{Text(keys[i]), Text(r.MapIndex(keys[i]))}
	})
}

// Compare orders the keys of maps: numbers and texts by their value, others as
// they are printed.
func Compare(a, b reflect.Value) int {
	switch {
	case a.Kind() != b.Kind():
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	}
	return cmp.Compare(Text(a), Text(b))
}

func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func fieldNames(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Name
	}
	return names
}

func fields(v reflect.Value) []string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return []string{"<nil>"}
		}
		v = v.Elem()
	}
	cells := make([]string, v.NumField())
	for i := range cells {
		cells[i] = Text(v.Field(i))
	}
	return cells
}

// Text is one cell: what fmt prints, without walking through more of a large
// value than a cell shows.
func Text(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); len(s) > 4*maxCell && !printsItself(v.Type()) {
			return s[:4*maxCell]
		}
	case reflect.Slice, reflect.Map:
		if v.Len() > maxCell {
			return fmt.Sprintf("%s of %d", v.Type(), v.Len())
		}
	}
	return fmt.Sprintf("%+v", v)
}

func printsItself(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[error]()) || t.Implements(reflect.TypeFor[fmt.Stringer]()) || t.Implements(reflect.TypeFor[fmt.Formatter]())
}
