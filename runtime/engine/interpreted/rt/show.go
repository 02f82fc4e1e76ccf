package rt

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// How much of a shown value is spelled out.
const (
	showBytes = 2000
	showItems = 100
)

// Show is the text of the values that the cell shows: strings quoted, the rest
// as %+v prints it; what is large is cut and says how much there is.
func (c *Cell) Show() string {
	vs := c.Values()
	if len(vs) == 0 {
		return ""
	}
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = c.showValue(v)
	}
	return strings.Join(parts, ", ")
}

func (c *Cell) showValue(x any) string {
	if s, ok := x.(string); ok {
		d := &display{}
		d.str(s)
		return d.b.String()
	}
	v := reflect.ValueOf(c.Content(x))
	address := v.Kind() == reflect.Func || v.Kind() == reflect.Chan // which tells a reader nothing: its type does
	if !address && small(v, 0) < showItems*10 {
		return c.Sprintf(verb(x), x)
	}
	d := &display{}
	func() {
		defer func() {
			if r := recover(); r != nil {
				d.b.WriteString("…")
			}
		}()
		if x == nil {
			d.b.WriteString("<nil>")
			return
		}
		if b, ok := open(x); ok {
			d.value(b.T, reflect.ValueOf(b.V), 0)
			return
		}
		d.value(nil, reflect.ValueOf(x), 0)
	}()
	return d.b.String()
}

// display spells a value for a reader.
type display struct {
	b    strings.Builder
	seen int
}

func (d *display) full() bool { return d.b.Len() > showBytes }

func (d *display) value(t *Type, v reflect.Value, depth int) {
	if !v.IsValid() {
		d.b.WriteString("<nil>")
		return
	}
	if d.full() || depth > 20 {
		d.b.WriteString("…")
		return
	}
	if v.Kind() == reflect.Interface {
		if v.IsNil() {
			d.b.WriteString("<nil>")
			return
		}
		v, t = v.Elem(), nil
		if v.CanInterface() {
			if b, ok := open(v.Interface()); ok {
				d.value(b.T, reflect.ValueOf(b.V), depth)
				return
			}
		}
	}
	if d.byMethod(t, v) {
		return
	}
	if t != nil && t.Kind == shape.Opaque {
		t = nil
	}
	d.parts(t, v, depth)
}

// byMethod uses the Error or String method.
func (d *display) byMethod(t *Type, v reflect.Value) bool {
	if t != nil && v.CanInterface() {
		for _, name := range []string{"Error", "String"} {
			if fn, ok := t.method(name).(func(any) string); ok {
				if v.Kind() == reflect.Pointer && v.IsNil() {
					return false
				}
				d.text(fn(t.wrap(Box{t, t.canonical(v.Interface())})))
				return true
			}
		}
	}
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case error:
			d.text(x.Error())
			return true
		case fmt.Stringer:
			if v.Kind() == reflect.Pointer && v.IsNil() {
				return false
			}
			d.text(x.String())
			return true
		}
	}
	return false
}

func (d *display) text(s string) {
	if len(s) > showBytes {
		s = s[:showBytes] + "…"
	}
	d.b.WriteString(s)
}

func (d *display) parts(t *Type, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		d.str(v.String())
	case reflect.Struct:
		d.structure(t, v, depth)
	case reflect.Slice, reflect.Array:
		d.list(t, v, depth)
	case reflect.Map:
		d.table(t, v, depth)
	case reflect.Pointer:
		if v.IsNil() {
			d.b.WriteString("<nil>")
		} else if depth < 3 && v.Elem().Kind() == reflect.Struct {
			d.b.WriteString("&")
			d.value(t.elem(), v.Elem(), depth+1)
		} else {
			fmt.Fprintf(&d.b, "%#x", v.Pointer())
		}
	case reflect.Func, reflect.Chan:
		name := v.Type().String()
		if t != nil {
			name = t.Name
		}
		if v.IsNil() {
			d.b.WriteString("<nil>")
		} else {
			d.b.WriteString(name)
		}
	default:
		fmt.Fprintf(&d.b, "%v", v)
	}
}

// verb prints a value with the names of its fields. A type of a compiled package
// with a format of its own has none to name, and may take the plus for a sign,
// as *big.Int does.
func verb(x any) string {
	if _, boxed := open(x); !boxed {
		if _, own := x.(fmt.Formatter); own {
			return "%v"
		}
	}
	return "%+v"
}

func (d *display) str(s string) {
	if len(s) > showBytes {
		d.b.WriteString(strconv.Quote(s[:showBytes]))
		fmt.Fprintf(&d.b, "… (%d bytes)", len(s))
		return
	}
	d.b.WriteString(strconv.Quote(s))
}

func (d *display) structure(t *Type, v reflect.Value, depth int) {
	if t == nil {
		d.text(fmt.Sprintf("%+v", v))
		return
	}
	d.b.WriteString("{")
	for i, f := range t.Fields {
		if i > 0 {
			d.b.WriteString(" ")
		}
		d.b.WriteString(f.Name + ":")
		d.value(t.s.typeOf(f.Type), v.Field(i), depth+1)
	}
	d.b.WriteString("}")
}

func (d *display) list(t *Type, v reflect.Value, depth int) {
	d.b.WriteString("[")
	for i := range v.Len() {
		if i > 0 {
			d.b.WriteString(" ")
		}
		if i == showItems || d.full() {
			fmt.Fprintf(&d.b, "… (%d in all)", v.Len())
			break
		}
		d.value(t.elem(), v.Index(i), depth+1)
	}
	d.b.WriteString("]")
}

func (d *display) table(t *Type, v reflect.Value, depth int) {
	d.b.WriteString("map[")
	for i, k := range sortedKeys(v) {
		if i > 0 {
			d.b.WriteString(" ")
		}
		if i == showItems || d.full() {
			fmt.Fprintf(&d.b, "… (%d in all)", v.Len())
			break
		}
		d.value(t.key(), k, depth+1)
		d.b.WriteString(":")
		d.value(t.elem(), v.MapIndex(k), depth+1)
	}
	d.b.WriteString("]")
}

// small counts the parts of a value, up to a limit.
func small(v reflect.Value, n int) int {
	if n++; n > showItems*10 {
		return n
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		if v.Len() > showItems*10 {
			return v.Len()
		}
		for i := range v.Len() {
			n = small(v.Index(i), n)
		}
	case reflect.Map:
		if v.Len() > showItems*10 {
			return v.Len()
		}
		for it := v.MapRange(); it.Next(); {
			n = small(it.Value(), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			n = small(v.Field(i), n)
		}
	case reflect.String:
		n += v.Len() / 8
	}
	return n
}
