package rt

import (
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"unsafe"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// Box is a value of one of the session's types in an interface. It is
// comparable exactly when its content is, so ==, map keys and typed nil are
// those of Go without any help.
type Box struct {
	T *Type
	V any
}

func (b Box) box() Box { return b }

// Format makes package fmt print a box that it finds in a container.
func (b Box) Format(f fmt.State, verb rune) { shown{b.T, reflect.ValueOf(b.V)}.Format(f, verb) }

type boxed interface{ box() Box }

// open returns the box in x: x itself, or what an adapter wraps.
func open(x any) (Box, bool) {
	if b, ok := x.(boxed); ok {
		return b.box(), true
	}
	if v, ok := adapted(x); ok {
		return open(v)
	}
	return Box{}, false
}

// adapted returns what an adapter for a compiled interface holds.
func adapted(x any) (any, bool) {
	v := reflect.ValueOf(x)
	if v.Kind() != reflect.Struct || v.NumField() < 2 || !strings.HasPrefix(v.Type().Name(), "_") {
		return nil, false
	}
	f := v.Type().Field(0)
	if f.Name != "IValue" || v.Field(0).IsNil() {
		return nil, false
	}
	return v.Field(0).Interface(), true
}

// Box puts a value of type number id into an interface.
func (c *Cell) Box(id int, v any) any {
	t := c.s.typeOf(id)
	return t.wrap(Box{t, t.canonical(v)})
}

// canonical gives v the one representation that all boxes of its type have,
// because each cell's interpreter makes recursive structs anew.
func (t *Type) canonical(v any) any {
	if v == nil {
		return nil
	}
	have := reflect.TypeOf(v)
	t.mu.RLock()
	canon := t.canon
	t.mu.RUnlock()
	if canon == have {
		return v
	}
	if canon == nil {
		t.mu.Lock()
		if t.canon == nil {
			t.canon = have
		}
		canon = t.canon
		t.mu.Unlock()
		if canon == have {
			return v
		}
	}
	return see(reflect.ValueOf(v), canon).Interface()
}

// see looks at v as a value of type want, which has the same layout.
func see(v reflect.Value, want reflect.Type) reflect.Value {
	if v.Type() == want {
		return v
	}
	if v.Kind() != want.Kind() || v.Type().Size() != want.Size() {
		panic(Fault(fmt.Sprintf("a %s is not a %s", v.Type(), want)))
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return reflect.NewAt(want, unsafe.Pointer(p.Pointer())).Elem()
}

// Into stores the content of box x in *p.
func (c *Cell) Into(x any, p any) {
	b, _ := open(x)
	d := reflect.ValueOf(p).Elem()
	if b.V == nil {
		d.SetZero()
		return
	}
	d.Set(see(reflect.ValueOf(b.V), d.Type()))
}

// ID is the type number of a box, -1 of anything else.
func (c *Cell) ID(x any) int {
	if b, ok := open(x); ok {
		return b.T.ID
	}
	return -1
}

// IsNil reports whether an interface is nil.
func (c *Cell) IsNil(x any) bool { return x == nil }

// Eq is == of interfaces, structs and arrays.
func (c *Cell) Eq(x, y any) bool {
	if v, ok := adapted(x); ok {
		x = v
	}
	if v, ok := adapted(y); ok {
		y = v
	}
	if bx, ok := open(x); ok {
		by, ok := open(y)
		if !ok || bx.T != by.T {
			return false
		}
		if bx.V != nil && !reflect.TypeOf(bx.V).Comparable() {
			panic(runtimeError("comparing uncomparable type " + bx.T.Name))
		}
		return bx.V == by.V
	}
	return x == y
}

// AsError makes an error of an interface value that has an Error method.
func (c *Cell) AsError(x any) error {
	if x == nil {
		return nil
	}
	if e, ok := x.(error); ok {
		return e
	}
	panic(Fault("a value without method Error is used as an error"))
}

// Carry gives x the methods of the compiled interface type number id.
func (c *Cell) Carry(x any, id int) any {
	it := c.s.typeOf(id)
	target := c.interfaces[it.ID]
	if target != nil && reflect.TypeOf(x).Implements(target) {
		return x
	}
	b, ok := open(x)
	if !ok || target == nil {
		return x
	}
	w := c.adapters[it.ID]
	if m := shape.Optional(b.T.Type, it.Type); m != "" {
		panic(Refused(fmt.Sprintf("%s as %s: compiled code would not see its method %s", b.T.Name, it.Name, m)))
	}
	if w == nil {
		panic(Refused(fmt.Sprintf("%s as %s: no compiled wrapper has its methods", b.T.Name, it.Name)))
	}
	return b.adapt(w, it, x)
}

// adapt fills in a wrapper struct of the symbols: IValue, and a function per method.
func (b Box) adapt(w reflect.Type, it *Type, x any) any {
	v := reflect.New(w).Elem()
	v.Field(0).Set(reflect.ValueOf(x))
	for _, m := range it.Methods {
		f := v.FieldByName("W" + m.Name)
		link := b.T.method(m.Name)
		if !f.IsValid() || link == nil {
			panic(Refused(fmt.Sprintf("%s as %s: its method %s is not linked", b.T.Name, it.Name, m.Name)))
		}
		lv := reflect.ValueOf(link)
		f.Set(reflect.MakeFunc(f.Type(), func(in []reflect.Value) []reflect.Value {
			in = append([]reflect.Value{reflect.ValueOf(x)}, in...)
			out := lv.Call(in)
			for i := range out {
				if out[i].Type() != f.Type().Out(i) {
					out[i] = out[i].Convert(f.Type().Out(i))
				}
			}
			return out
		}))
	}
	return v.Interface()
}

// Impl reports whether the dynamic type of x implements interface type number id.
func (c *Cell) Impl(x any, id int) bool {
	if x == nil {
		return false
	}
	it := c.s.typeOf(id)
	if b, ok := open(x); ok {
		return b.T.Implements(it.Type)
	}
	t := reflect.TypeOf(x)
	if target := c.interfaces[id]; target != nil {
		return t.Implements(target)
	}
	for _, m := range it.Methods {
		have, ok := t.MethodByName(m.Name)
		if !ok || plainMethod(have.Type) != m.Plain {
			return false
		}
	}
	return true
}

// plainMethod spells a method's signature without its receiver.
func plainMethod(t reflect.Type) string {
	in := make([]reflect.Type, 0, t.NumIn())
	for i := 1; i < t.NumIn(); i++ {
		in = append(in, t.In(i))
	}
	out := make([]reflect.Type, 0, t.NumOut())
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return reflect.FuncOf(in, out, t.IsVariadic()).String()
}

// NCall calls a method of a compiled dynamic type by reflection.
func (c *Cell) NCall(x any, name string, res, args []any) {
	if x == nil {
		panic(nilDereference())
	}
	m := reflect.ValueOf(x).MethodByName(name)
	if !m.IsValid() {
		panic(Fault("no method " + name))
	}
	in := make([]reflect.Value, 0, len(args))
	for i, a := range args {
		if a == nil {
			in = append(in, reflect.Zero(m.Type().In(i)))
		} else {
			in = append(in, reflect.ValueOf(a))
		}
	}
	var out []reflect.Value
	if m.Type().IsVariadic() {
		out = m.CallSlice(in)
	} else {
		out = m.Call(in)
	}
	for i, o := range out {
		reflect.ValueOf(res[i]).Elem().Set(o)
	}
}

// Link registers the closure behind a method of type number id.
func (c *Cell) Link(id int, name string, f any) { c.s.typeOf(id).link(name, f) }

// callMethod calls a linked method of a box.
func callMethod[F any](b Box, name string) F {
	f, ok := b.T.method(name).(F)
	if !ok {
		panic(Refused(fmt.Sprintf("method %s of %s is not linked", name, b.T.Name)))
	}
	return f
}

func (b Box) error() string       { return callMethod[func(any) string](b, "Error")(b.T.wrap(b)) }
func (b Box) str() string         { return callMethod[func(any) string](b, "String")(b.T.wrap(b)) }
func (b Box) unwrap() error       { return callMethod[func(any) error](b, "Unwrap")(b.T.wrap(b)) }
func (b Box) unwrapMany() []error { return callMethod[func(any) []error](b, "Unwrap")(b.T.wrap(b)) }
func (b Box) isError(err error) bool {
	return callMethod[func(any, error) bool](b, "Is")(b.T.wrap(b), err)
}

// A Go type per combination of the methods that package errors, and code that
// prints, look for in any value.
type (
	boxS    struct{ Box }
	boxE    struct{ Box }
	boxEU   struct{ Box }
	boxEM   struct{ Box }
	boxEI   struct{ Box }
	boxEUI  struct{ Box }
	boxEMI  struct{ Box }
	boxES   struct{ Box }
	boxESU  struct{ Box }
	boxESUI struct{ Box }
	boxT    struct{ Box } // an error that says whether it is temporary; further methods as far as it has them
	boxTM   struct{ Box }
)

func (b boxS) String() string       { return b.str() }
func (b boxE) Error() string        { return b.error() }
func (b boxEU) Error() string       { return b.error() }
func (b boxEU) Unwrap() error       { return b.unwrap() }
func (b boxEM) Error() string       { return b.error() }
func (b boxEM) Unwrap() []error     { return b.unwrapMany() }
func (b boxEI) Error() string       { return b.error() }
func (b boxEI) Is(err error) bool   { return b.isError(err) }
func (b boxEUI) Error() string      { return b.error() }
func (b boxEUI) Unwrap() error      { return b.unwrap() }
func (b boxEUI) Is(err error) bool  { return b.isError(err) }
func (b boxEMI) Error() string      { return b.error() }
func (b boxEMI) Unwrap() []error    { return b.unwrapMany() }
func (b boxEMI) Is(err error) bool  { return b.isError(err) }
func (b boxES) Error() string       { return b.error() }
func (b boxES) String() string      { return b.str() }
func (b boxESU) Error() string      { return b.error() }
func (b boxESU) String() string     { return b.str() }
func (b boxESU) Unwrap() error      { return b.unwrap() }
func (b boxESUI) Error() string     { return b.error() }
func (b boxESUI) String() string    { return b.str() }
func (b boxESUI) Unwrap() error     { return boxT(b).Unwrap() }
func (b boxESUI) Is(err error) bool { return boxT(b).Is(err) }

func (b boxT) Error() string     { return b.error() }
func (b boxT) Timeout() bool     { return b.says("Timeout") }
func (b boxT) Temporary() bool   { return b.says("Temporary") }
func (b boxT) Is(err error) bool { return b.T.method("Is") != nil && b.isError(err) }
func (b boxT) Unwrap() error {
	if b.T.method("Unwrap") == nil {
		return nil
	}
	return b.unwrap()
}
func (b boxTM) Error() string     { return b.error() }
func (b boxTM) Timeout() bool     { return b.says("Timeout") }
func (b boxTM) Temporary() bool   { return b.says("Temporary") }
func (b boxTM) Is(err error) bool { return b.T.method("Is") != nil && b.isError(err) }
func (b boxTM) Unwrap() []error   { return b.unwrapMany() }

// says is a method of an error about itself, false where it has none.
func (b Box) says(name string) bool {
	return b.T.method(name) != nil && callMethod[func(any) bool](b, name)(b.T.wrap(b))
}

// wrapper chooses the box of a type by its method set.
func wrapper(t *shape.Type) func(Box) any {
	p := plan(t)
	switch {
	case !strings.HasSuffix(p, "T"):
	case strings.Contains(p, "M"):
		return func(b Box) any { return boxTM{b} }
	default:
		return func(b Box) any { return boxT{b} }
	}
	switch p {
	case "S":
		return func(b Box) any { return boxS{b} }
	case "E":
		return func(b Box) any { return boxE{b} }
	case "EU":
		return func(b Box) any { return boxEU{b} }
	case "EM":
		return func(b Box) any { return boxEM{b} }
	case "EI":
		return func(b Box) any { return boxEI{b} }
	case "EIU":
		return func(b Box) any { return boxEUI{b} }
	case "EIM":
		return func(b Box) any { return boxEMI{b} }
	case "ES":
		return func(b Box) any { return boxES{b} }
	case "ESU":
		return func(b Box) any { return boxESU{b} }
	case "EMS", "EIMS":
		return func(b Box) any { return boxTM{b} }
	case "EISU", "EIS":
		return func(b Box) any { return boxESUI{b} }
	}
	return func(b Box) any { return b }
}

func plan(t *shape.Type) string {
	var letters []string
	tells := ""
	for _, m := range t.Methods {
		if !m.Links() {
			continue
		}
		switch {
		case m.Name == "Error":
			letters = append(letters, "E")
		case m.Name == "String":
			letters = append(letters, "S")
		case m.Name == "Unwrap" && strings.Contains(m.Plain, "[]"):
			letters = append(letters, "M")
		case m.Name == "Unwrap":
			letters = append(letters, "U")
		case m.Name == "Is":
			letters = append(letters, "I")
		case m.Name == "Timeout", m.Name == "Temporary":
			tells = "T"
		}
	}
	sort.Strings(letters)
	p := strings.Join(letters, "")
	if strings.HasPrefix(p, "E") {
		p += tells
	}
	if !strings.HasPrefix(p, "E") && strings.Contains(p, "S") {
		return "S"
	}
	return p
}

// As is errors.As for a session type: the first error in the tree of err whose
// dynamic type is number id, or implements it.
func (c *Cell) As(err error, id int) any {
	t := c.s.typeOf(id)
	var found any
	walkErrors(err, func(e error) bool {
		b, ok := open(e)
		if ok && (t.Kind == shape.Interface && b.T.Implements(t.Type) || b.T == t) || !ok && t.Kind == shape.Interface && c.Impl(e, id) {
			found = e
			return true
		}
		return false
	})
	return found
}

// AsNative is errors.As for a target of a compiled type.
func (c *Cell) AsNative(err error, target any) bool { return errors.As(err, target) }

// AsIface is errors.As for a target of the compiled interface type number id,
// whose methods a box carries only once it is asked.
func (c *Cell) AsIface(err error, target any, id int) bool {
	d, it := reflect.ValueOf(target).Elem(), c.s.typeOf(id)
	return walkErrors(err, func(e error) bool {
		if b, ok := open(e); ok {
			if !b.T.Implements(it.Type) {
				return false
			}
			d.Set(reflect.ValueOf(c.Carry(e, id)))
			return true
		}
		if reflect.TypeOf(e).Implements(d.Type()) {
			d.Set(reflect.ValueOf(e))
			return true
		}
		x, ok := e.(interface{ As(any) bool })
		return ok && x.As(target)
	})
}

// Is is errors.Is.
func (c *Cell) Is(err, target error) bool { return errors.Is(err, target) }

func walkErrors(e error, visit func(error) bool) bool {
	for e != nil {
		if visit(e) {
			return true
		}
		switch x := e.(type) {
		case interface{ Unwrap() error }:
			e = x.Unwrap()
		case interface{ Unwrap() []error }:
			for _, y := range x.Unwrap() {
				if walkErrors(y, visit) {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
	return false
}
