package rt

import (
	"reflect"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
	"github.com/lapbook/lapbook/stdlib/grid"
)

// Table is the value that the cell shows as a packed grid, "" when it is no
// table: what package grid does, for values whose types the session knows.
func (c *Cell) Table() (packed string) {
	vs := c.Values()
	if len(vs) != 1 || vs[0] == nil {
		return ""
	}
	defer func() {
		if recover() != nil { // a String method of the cell's, say
			packed = ""
		}
	}()
	w := tabler{c}
	if g := w.grid(opened(nil, reflect.ValueOf(vs[0]))); g != nil {
		return g.Pack()
	}
	return ""
}

// tabler reads tables of values with their types; a type is nil where that of
// reflection is the cell's own.
type tabler struct{ c *Cell }

// typed is a value with its type in the session.
type typed struct {
	t *Type
	v reflect.Value
}

// opened takes interfaces and boxes off a value.
func opened(t *Type, v reflect.Value) typed {
	for v.IsValid() && v.Kind() == reflect.Interface && !v.IsNil() {
		t, v = nil, v.Elem()
	}
	if v.IsValid() && v.CanInterface() {
		if b, ok := open(v.Interface()); ok {
			return typed{b.T, reflect.ValueOf(b.V)}
		}
	}
	if t != nil && t.Kind == shape.Opaque {
		t = nil
	}
	return typed{t, v}
}

// printsItself tells whether a value has an Error or String method.
func (x typed) printsItself() bool {
	if x.t != nil {
		_, isError := x.t.method("Error").(func(any) string)
		_, isStringer := x.t.method("String").(func(any) string)
		return isError || isStringer
	}
	return x.v.IsValid() && isPrinter(x.v)
}

func (w tabler) grid(x typed) *grid.Grid {
	if !x.v.IsValid() || x.printsItself() {
		return nil
	}
	switch k := x.v.Kind(); {
	case grid.Nested(k) && x.v.Len() > 0:
		return w.list(x)
	case k == reflect.Map && x.v.Len() > 0:
		return w.mapping(x)
	}
	return nil
}

func (w tabler) list(x typed) *grid.Grid {
	at := func(i int) typed { return opened(x.t.elem(), x.v.Index(i)) }
	first := at(0)
	switch {
	case !first.v.IsValid() || first.printsItself():
		return nil
	case len(w.names(first)) > 0:
		return grid.Build(w.names(first), x.v.Len(), func(i int) []string { return w.fields(at(i)) })
	case x.v.Type().Elem().Kind() == reflect.Interface || !grid.Nested(first.v.Kind()) || first.v.Type().Elem().Kind() == reflect.Uint8:
		return nil
	}
	wide := 0
	for i := range min(x.v.Len(), grid.MaxRows) {
		wide = max(wide, at(i).v.Len())
	}
	if wide == 0 {
		return nil
	}
	return grid.Build(grid.Numbered(wide), x.v.Len(), func(i int) []string {
		var cells []string
		row := at(i)
		for k := range min(row.v.Len(), grid.MaxColumns) {
			cells = append(cells, w.text(opened(row.t.elem(), row.v.Index(k))))
		}
		return cells
	})
}

func (w tabler) mapping(x typed) *grid.Grid {
	keys := sortedKeys(x.v)
	value := func(i int) typed { return opened(x.t.elem(), x.v.MapIndex(keys[i])) }
	key := func(i int) string { return w.text(opened(x.t.key(), keys[i])) }
	first := value(0)
	if names := w.names(first); len(names) > 0 && !first.printsItself() {
		return grid.Build(append([]string{"key"}, names...), len(keys), func(i int) []string {
			return append([]string{key(i)}, w.fields(value(i))...)
		})
	}
	return grid.Build([]string{"key", "value"}, len(keys), func(i int) []string {
		return []string{key(i), w.text(value(i))}
	})
}

// pointed follows a pointer to a struct.
func pointed(x typed) typed {
	if x.v.IsValid() && x.v.Kind() == reflect.Pointer && !x.v.IsNil() {
		return opened(x.t.elem(), x.v.Elem())
	}
	return x
}

// names are those of a struct's fields, none for other values.
func (w tabler) names(x typed) []string {
	x = pointed(x)
	if !x.v.IsValid() || x.v.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	if x.t != nil {
		for _, f := range x.t.Fields {
			names = append(names, f.Name)
		}
		return names
	}
	for i := range x.v.NumField() {
		names = append(names, x.v.Type().Field(i).Name)
	}
	return names
}

func (w tabler) fields(x typed) []string {
	x = pointed(x)
	if !x.v.IsValid() || x.v.Kind() != reflect.Struct {
		return []string{"<nil>"}
	}
	cells := make([]string, x.v.NumField())
	for i := range cells {
		var t *Type
		if x.t != nil && i < len(x.t.Fields) {
			t = x.t.s.typeOf(x.t.Fields[i].Type)
		}
		cells[i] = w.text(opened(t, x.v.Field(i)))
	}
	return cells
}

// text is one cell.
func (w tabler) text(x typed) string {
	if x.t == nil {
		if x.v.IsValid() && x.v.CanInterface() && x.v.Kind() != reflect.String {
			return w.c.Sprintf("%+v", x.v.Interface())
		}
		return grid.Text(x.v)
	}
	if x.v.Kind() == reflect.String && !x.printsItself() {
		return x.v.String()
	}
	d := &display{}
	d.value(x.t, x.v, 0)
	return d.b.String()
}
