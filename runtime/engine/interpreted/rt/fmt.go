package rt

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// typeName is what %T prints.
func typeName(x any) string {
	if b, ok := open(x); ok {
		return b.T.Name
	}
	return fmt.Sprintf("%T", x)
}

// shown makes package fmt print a value as its source type would be printed.
type shown struct {
	t *Type // nil: the reflected type says it right
	v reflect.Value
}

// show prepares an argument of a printing function.
func (c *Cell) show(x any) any {
	if x == nil {
		return nil
	}
	if b, ok := open(x); ok {
		return shown{b.T, reflect.ValueOf(b.V)}
	}
	switch x.(type) {
	case error, fmt.Stringer, fmt.Formatter:
		return x
	}
	if v := reflect.ValueOf(x); v.Kind() != reflect.Pointer && mayHoldBoxes(v.Type(), 0) {
		return shown{nil, v}
	}
	return x
}

func (c *Cell) showAll(as []any) []any {
	r := make([]any, len(as))
	for i, a := range as {
		r[i] = c.show(a)
	}
	return r
}

// Shown prepares the arguments of a compiled function that prints them.
func (c *Cell) Shown(x any) any {
	c.logged(x)
	if as, ok := x.([]any); ok {
		return c.showAll(as)
	}
	return c.show(x)
}

// logged refuses a value that package log/slog would ask for what to log.
func (c *Cell) logged(x any) {
	if as, ok := x.([]any); ok {
		for _, a := range as {
			c.logged(a)
		}
		return
	}
	b, ok := open(x)
	if !ok {
		return
	}
	if m := shape.Logged(b.T.Type); m != "" {
		panic(Refused("package slog would not see method " + m + " of " + b.T.Name))
	}
}

// mayHoldBoxes reports whether a value of type t can hold boxes that fmt would
// have to print at some depth.
func mayHoldBoxes(t reflect.Type, depth int) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Slice, reflect.Array, reflect.Pointer:
		return depth < 4 && mayHoldBoxes(t.Elem(), depth+1)
	case reflect.Map:
		return depth < 4 && (mayHoldBoxes(t.Key(), depth+1) || mayHoldBoxes(t.Elem(), depth+1))
	}
	return false
}

// Format implements fmt.Formatter. A panic that ends the cell must get through
// fmt, which would print it: it is carried by stopping the goroutine.
func (s shown) Format(f fmt.State, verb rune) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if why, ok := r.(Refused); ok && s.t != nil {
			s.t.s.last.Load().refuse(string(why))
		}
		panic(r)
	}()
	p := printer{f, verb}
	p.print(s.t, s.v, 0, true)
}

// printer prints one operand with one verb and its flags.
type printer struct {
	f    fmt.State
	verb rune
}

func (p printer) write(s string) { io.WriteString(p.f, s) }

// leaf prints x with the directive at hand.
func (p printer) leaf(x any) { fmt.Fprintf(p.f, fmt.FormatString(p.f, p.verb), x) }

func (p printer) print(t *Type, v reflect.Value, depth int, methods bool) {
	if !v.IsValid() {
		p.write("<nil>")
		return
	}
	if v.Kind() == reflect.Interface && (t == nil || t.Kind == shape.Interface) {
		if v.IsNil() {
			p.nilInterface(t)
			return
		}
		v, t = v.Elem(), nil
		if !v.CanInterface() {
			panic(Refused("printing a field that compiled code hides"))
		}
		if b, ok := open(v.Interface()); ok {
			t, v = b.T, reflect.ValueOf(b.V)
			if !v.IsValid() {
				p.write("<nil>")
				return
			}
		}
	}
	if methods && t != nil && p.method(t, v) {
		return
	}
	if p.f.Flag('#') && p.verb == 'v' && t != nil {
		p.source(t, v, depth)
		return
	}
	if t != nil && t.Kind == shape.Opaque {
		t = nil
	}
	if t == nil && (!mayHoldBoxes(v.Type(), 0) || isPrinter(v)) {
		p.foreign(v, depth, methods)
		return
	}
	if t != nil && !verbFits(v.Kind(), p.verb) {
		p.badVerb(t.Name, v)
		return
	}
	p.compound(t, v, depth, methods)
}

func (p printer) nilInterface(t *Type) {
	if p.f.Flag('#') && p.verb == 'v' {
		name := "interface {}"
		if t != nil {
			name = t.Name
		}
		p.write(name + "(nil)")
		return
	}
	p.write("<nil>")
}

// verbFits reports whether fmt formats values of a kind with a verb; it tries
// the elements of compound values.
func verbFits(k reflect.Kind, verb rune) bool {
	verbs := ""
	switch {
	case k == reflect.Bool:
		verbs = "tv"
	case k >= reflect.Int && k <= reflect.Uintptr:
		verbs = "vbcdoOqUxX"
	case k >= reflect.Float32 && k <= reflect.Complex128:
		verbs = "vbgGxXfFeE"
	case k == reflect.String:
		verbs = "vxXsq"
	case k == reflect.Chan || k == reflect.Func || k == reflect.UnsafePointer:
		verbs = "vpbodxX"
	default:
		return true
	}
	return strings.ContainsRune(verbs, verb)
}

// badVerb is what fmt prints for a verb that a value has no form for, with the
// type of the source.
func (p printer) badVerb(name string, v reflect.Value) {
	p.write("%!" + string(p.verb) + "(" + name + "=")
	if k := v.Kind(); k == reflect.Chan || k == reflect.Func || k == reflect.Pointer {
		if v.IsNil() {
			p.write("<nil>)")
			return
		}
		fmt.Fprintf(p.f, "%#x)", v.Pointer())
		return
	}
	x := v.Interface()
	switch k := v.Kind(); {
	case k >= reflect.Int && k <= reflect.Uintptr && p.f.Flag('+'): // %+v would not show the sign
		fmt.Fprintf(p.f, strings.Replace(fmt.FormatString(p.f, 'd'), "#", "", 1), x)
	case k >= reflect.Float32 && k <= reflect.Complex128 && p.f.Flag('+'):
		fmt.Fprintf(p.f, strings.Replace(fmt.FormatString(p.f, 'g'), "#", "", 1), x)
	default:
		fmt.Fprintf(p.f, strings.Replace(fmt.FormatString(p.f, 'v'), "#", "", 1), x)
	}
	p.write(")")
}

// foreign prints a value of a compiled type.
func (p printer) foreign(v reflect.Value, depth int, methods bool) {
	if depth > 0 && v.Kind() == reflect.Pointer && !isPrinter(v) && strings.ContainsRune("vsxXdboqTt", p.verb) {
		p.pointer(nil, v)
		return
	}
	if v.CanInterface() && (v.Kind() != reflect.Struct || methods) {
		p.leaf(v.Interface())
		return
	}
	p.leaf(v)
}

// pointer prints a pointer below the top, where only its address shows.
func (p printer) pointer(t *Type, v reflect.Value) {
	if t != nil && !verbFits(reflect.UnsafePointer, p.verb) {
		p.badVerb(t.Name, v)
		return
	}
	if v.IsNil() && p.verb == 'v' && !p.f.Flag('#') {
		p.write("<nil>")
		return
	}
	p.leaf(v.UnsafePointer())
}

// method prints through the method of the source type that fmt would call.
func (p printer) method(t *Type, v reflect.Value) bool {
	x := func() any { return t.wrap(Box{t, t.canonical(v.Interface())}) }
	if !t.Boxed || !hasPrintMethods(t) || !v.CanInterface() {
		return false
	}
	if fn, ok := t.method("Format").(func(any, fmt.State, rune)); ok {
		fn(x(), p.f, p.verb)
		return true
	}
	if p.f.Flag('#') && p.verb == 'v' {
		if fn, ok := t.method("GoString").(func(any) string); ok {
			p.write(fn(x()))
			return true
		}
		return false
	}
	if !strings.ContainsRune("vsxXq", p.verb) {
		return false
	}
	for _, name := range []string{"Error", "String"} {
		if fn, ok := t.method(name).(func(any) string); ok {
			p.text(t, v, name, func() string { return fn(x()) })
			return true
		}
	}
	if unlinked := t.has("Error", "String"); unlinked {
		panic(Refused("a String or Error method of " + t.Name + " is not linked"))
	}
	return false
}

func hasPrintMethods(t *Type) bool { return t.has("Error", "String", "Format", "GoString") }

// has reports whether t has one of the methods, with the signature that fmt wants.
func (t *Type) has(names ...string) bool {
	for _, m := range t.Methods {
		for _, n := range names {
			if m.Name == n && m.Links() {
				return true
			}
		}
	}
	return false
}

// text prints the result of a String or Error method. fmt shows a panic of the
// method; for a nil receiver it shows <nil>.
func (p printer) text(t *Type, v reflect.Value, name string, call func() string) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if !recoverable(r) {
			panic(r)
		}
		if v.Kind() == reflect.Pointer && v.IsNil() {
			p.write("<nil>")
			return
		}
		fmt.Fprintf(p.f, "%%!%c(PANIC=%s method: %v)", p.verb, name, normal(r))
	}()
	p.leaf(call())
}

// compound prints the parts of a value.
func (p printer) compound(t *Type, v reflect.Value, depth int, methods bool) {
	switch v.Kind() {
	case reflect.Struct:
		p.structure(t, v, depth, methods)
	case reflect.Slice, reflect.Array:
		p.list(t, v, depth, methods)
	case reflect.Map:
		p.table(t, v, depth, methods)
	case reflect.Pointer:
		if depth == 0 && !v.IsNil() && p.verb != 'p' {
			switch v.Elem().Kind() {
			case reflect.Struct, reflect.Slice, reflect.Array, reflect.Map:
				p.write("&")
				p.print(t.elem(), v.Elem(), depth+1, methods)
				return
			}
		}
		p.pointer(t, v)
	case reflect.Func, reflect.Chan:
		if v.IsNil() && p.verb == 'v' {
			p.write("<nil>")
			return
		}
		p.leaf(v.UnsafePointer())
	default:
		p.leaf(v.Interface())
	}
}

func (p printer) structure(t *Type, v reflect.Value, depth int, methods bool) {
	if t == nil {
		p.leaf(v.Interface())
		return
	}
	p.write("{")
	for i, f := range t.Fields {
		if i > 0 {
			p.write(" ")
		}
		if p.verb == 'v' && p.f.Flag('+') {
			p.write(f.Name + ":")
		}
		p.print(t.s.typeOf(f.Type), v.Field(i), depth+1, methods && f.Exported)
	}
	p.write("}")
}

func (p printer) list(t *Type, v reflect.Value, depth int, methods bool) {
	if v.Type().Elem().Kind() == reflect.Uint8 && strings.ContainsRune("sqxX", p.verb) {
		p.leaf(v.Interface())
		return
	}
	el := t.elem()
	p.write("[")
	for i := range v.Len() {
		if i > 0 {
			p.write(" ")
		}
		p.print(el, v.Index(i), depth+1, methods)
	}
	p.write("]")
}

func (p printer) table(t *Type, v reflect.Value, depth int, methods bool) {
	kt, et := t.key(), t.elem()
	p.write("map[")
	for i, k := range sortedKeys(v) {
		if i > 0 {
			p.write(" ")
		}
		p.print(kt, k, depth+1, methods)
		p.write(":")
		p.print(et, v.MapIndex(k), depth+1, methods)
	}
	p.write("]")
}

func (t *Type) elem() *Type {
	if t == nil || t.Elem == 0 {
		return nil
	}
	return t.s.typeOf(t.Elem)
}

func (t *Type) key() *Type {
	if t == nil || t.Key == 0 {
		return nil
	}
	return t.s.typeOf(t.Key)
}

func isPrinter(v reflect.Value) bool {
	if !v.CanInterface() {
		return false
	}
	switch v.Interface().(type) {
	case error, fmt.Stringer, fmt.Formatter:
		return true
	}
	return false
}

// source prints %#v.
func (p printer) source(t *Type, v reflect.Value, depth int) {
	switch t.Kind {
	case shape.Struct:
		p.write(t.Name + "{")
		for i, f := range t.Fields {
			if i > 0 {
				p.write(", ")
			}
			p.write(f.Name + ":")
			p.print(t.s.typeOf(f.Type), v.Field(i), depth+1, f.Exported)
		}
		p.write("}")
	case shape.Slice, shape.Array:
		p.sourceList(t, v, depth)
	case shape.Map:
		p.sourceMap(t, v, depth)
	case shape.Basic:
		p.leaf(v.Interface())
	case shape.Pointer:
		if depth == 0 && !v.IsNil() {
			switch v.Elem().Kind() {
			case reflect.Struct, reflect.Slice, reflect.Array, reflect.Map:
				p.write("&")
				p.print(t.elem(), v.Elem(), depth+1, true)
				return
			}
		}
		p.sourcePointer(t.Name, v)
	case shape.Func, shape.Chan:
		p.sourcePointer(t.Name, v)
	default:
		p.leaf(v.Interface())
	}
}

func (p printer) sourcePointer(name string, v reflect.Value) {
	if v.IsNil() {
		p.write("(" + name + ")(nil)")
		return
	}
	fmt.Fprintf(p.f, "(%s)(%#x)", name, v.Pointer())
}

func (p printer) sourceList(t *Type, v reflect.Value, depth int) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		p.write(t.Name + "(nil)")
		return
	}
	p.write(t.Name + "{")
	for i := range v.Len() {
		if i > 0 {
			p.write(", ")
		}
		p.print(t.elem(), v.Index(i), depth+1, true)
	}
	p.write("}")
}

func (p printer) sourceMap(t *Type, v reflect.Value, depth int) {
	if v.IsNil() {
		p.write(t.Name + "(nil)")
		return
	}
	p.write(t.Name + "{")
	for i, k := range sortedKeys(v) {
		if i > 0 {
			p.write(", ")
		}
		p.print(t.key(), k, depth+1, true)
		p.write(":")
		p.print(t.elem(), v.MapIndex(k), depth+1, true)
	}
	p.write("}")
}
