package graph

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// How much of a shown value is spelled out. Both engines keep to this, so that
// a cell's value reads the same whichever ran it.
const (
	showBytes = 2000
	showItems = 100 // of a list or table; up to ten times as many parts are shown in full
)

// Show renders the values of a cell's last expression as they are shown:
// strings quoted, the rest as fmt's %+v prints it; what is large is cut and
// says how much there is. Several values are separated by commas.
func Show(values ...any) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = show(v)
	}
	return strings.Join(list, ", ")
}

func show(v any) string {
	d := &display{}
	if s, ok := v.(string); ok {
		d.quote(s)
		return d.b.String()
	}
	if parts(reflect.ValueOf(v), 0) < showItems*10 {
		return fmt.Sprintf(verb(v), v)
	}
	d.value(reflect.ValueOf(v), 0)
	return d.b.String()
}

// verb prints a value with the names of its fields. A type with a format of its
// own has none to name, and may take the plus for a sign, as *big.Int does.
func verb(v any) string {
	if _, own := v.(fmt.Formatter); own {
		return "%v"
	}
	return "%+v"
}

// parts counts the parts of a value, up to a limit.
func parts(v reflect.Value, n int) int {
	if n++; n > showItems*10 {
		return n
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		if v.Len() > showItems*10 {
			return v.Len()
		}
		for i := range v.Len() {
			n = parts(v.Index(i), n)
		}
	case reflect.Map:
		if v.Len() > showItems*10 {
			return v.Len()
		}
		for it := v.MapRange(); it.Next(); {
			n = parts(it.Value(), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			n = parts(v.Field(i), n)
		}
	case reflect.Interface:
		if !v.IsNil() {
			n = parts(v.Elem(), n)
		}
	case reflect.String:
		n += v.Len() / 8
	}
	return n
}

// display spells a large value for a reader.
type display struct{ b strings.Builder }

func (d *display) full() bool { return d.b.Len() > showBytes }

func (d *display) value(v reflect.Value, depth int) {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch {
	case !v.IsValid():
		d.b.WriteString("<nil>")
	case d.full() || depth > 20:
		d.b.WriteString("…")
	case d.byMethod(v):
	case v.Kind() == reflect.String:
		d.quote(v.String())
	case v.Kind() == reflect.Struct:
		d.structure(v, depth)
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		d.list(v, depth)
	case v.Kind() == reflect.Map:
		d.table(v, depth)
	case v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.Struct && depth < 3:
		d.b.WriteByte('&')
		d.value(v.Elem(), depth+1)
	case (v.Kind() == reflect.Func || v.Kind() == reflect.Chan) && !v.IsNil():
		d.b.WriteString(v.Type().String())
	default:
		fmt.Fprintf(&d.b, "%v", v)
	}
}

// byMethod uses the Error or String method.
func (d *display) byMethod(v reflect.Value) bool {
	if !v.CanInterface() || v.Kind() == reflect.Pointer && v.IsNil() {
		return false
	}
	switch v.Interface().(type) {
	case error, fmt.Stringer:
		text := fmt.Sprint(v.Interface()) // it recovers where a method panics
		if len(text) > showBytes {
			text = text[:showBytes] + "…"
		}
		d.b.WriteString(text)
		return true
	}
	return false
}

func (d *display) quote(s string) {
	if len(s) <= showBytes {
		d.b.WriteString(strconv.Quote(s))
		return
	}
	d.b.WriteString(strconv.Quote(s[:showBytes]))
	fmt.Fprintf(&d.b, "… (%d bytes)", len(s))
}

func (d *display) structure(v reflect.Value, depth int) {
	d.b.WriteByte('{')
	for i := range v.NumField() {
		if i > 0 {
			d.b.WriteByte(' ')
		}
		d.b.WriteString(v.Type().Field(i).Name + ":")
		d.value(v.Field(i), depth+1)
	}
	d.b.WriteByte('}')
}

func (d *display) list(v reflect.Value, depth int) {
	d.b.WriteByte('[')
	for i := range v.Len() {
		if !d.more(i, v.Len()) {
			break
		}
		d.value(v.Index(i), depth+1)
	}
	d.b.WriteByte(']')
}

func (d *display) table(v reflect.Value, depth int) {
	keys := v.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return less(keys[i], keys[j]) })
	d.b.WriteString("map[")
	for i, k := range keys {
		if !d.more(i, len(keys)) {
			break
		}
		d.value(k, depth+1)
		d.b.WriteByte(':')
		d.value(v.MapIndex(k), depth+1)
	}
	d.b.WriteByte(']')
}

// more separates element i from the one before, or ends a list of n.
func (d *display) more(i, n int) bool {
	if i > 0 {
		d.b.WriteByte(' ')
	}
	if i == showItems || d.full() {
		fmt.Fprintf(&d.b, "… (%d in all)", n)
		return false
	}
	return true
}
