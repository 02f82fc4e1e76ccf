package rt

import (
	"fmt"
	"reflect"
	"strconv"
	"unsafe"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// Structs of the session are made here and not by the interpreter, which
// overflows the stack or lays memory out wrongly for types that refer to each
// other. A type is made once in a session, so that all cells share it.

// Structs is package t as the interpreter sees it.
func (c *Cell) Structs() map[string]reflect.Value {
	m := map[string]reflect.Value{}
	for _, id := range c.code.Structs {
		m["S"+strconv.Itoa(id)] = reflect.Zero(reflect.PointerTo(c.reflectType(id)))
	}
	return m
}

// reflectType is the type of the values of type number id.
func (c *Cell) reflectType(id int) reflect.Type {
	c.s.making.Lock()
	defer c.s.making.Unlock()
	b := &structBuilder{c: c, building: map[int]bool{}}
	t, ok := b.typ(id)
	if !ok {
		panic(Fault("type " + c.s.typeOf(id).Name + " contains itself"))
	}
	b.repair()
	return t
}

// structBuilder makes struct types that refer to each other: a field whose type
// mentions a struct that is not finished gets a stand-in of the same layout,
// which is replaced at the end.
type structBuilder struct {
	c        *Cell
	building map[int]bool
	repairs  []repair
}

type repair struct {
	t     reflect.Type
	field int
	id    int
}

// typ is type number id; false while it mentions an unfinished struct.
func (b *structBuilder) typ(id int) (reflect.Type, bool) {
	t := b.c.s.typeOf(id)
	if t.rtype != nil {
		return t.rtype, true
	}
	if b.building[id] {
		return nil, false
	}
	rt, ok := b.make(t)
	if ok {
		t.rtype = rt
	}
	return rt, ok
}

func (b *structBuilder) make(t *Type) (reflect.Type, bool) {
	if t.Symbol != "" {
		return b.foreign(t), true
	}
	switch t.Kind {
	case shape.Basic:
		return basicTypes[t.Under], true
	case shape.Interface:
		return reflect.TypeFor[any](), true
	case shape.Struct:
		return b.structure(t)
	case shape.Func:
		return b.function(t)
	}
	el, ok := b.typ(t.Elem)
	if !ok {
		return nil, false
	}
	switch t.Kind {
	case shape.Pointer:
		return reflect.PointerTo(el), true
	case shape.Slice:
		return reflect.SliceOf(el), true
	case shape.Array:
		return reflect.ArrayOf(int(t.Len), el), true
	case shape.Chan:
		return reflect.ChanOf([...]reflect.ChanDir{reflect.BothDir, reflect.SendDir, reflect.RecvDir}[t.Dir], el), true
	case shape.Map:
		key, ok := b.typ(t.Key)
		if !ok {
			return nil, false
		}
		return reflect.MapOf(key, el), true
	}
	panic(Fault("type " + t.Name + " cannot be made"))
}

// foreign is a type of a compiled package.
func (b *structBuilder) foreign(t *Type) reflect.Type {
	switch {
	case t.Path == "" && t.Symbol == "error":
		return reflect.TypeFor[error]()
	case t.Path == "sync/atomic" && t.Symbol == "Pointer":
		return reflect.TypeFor[Pointer]()
	case t.Kind == shape.Interface && len(t.Methods) == 0:
		return reflect.TypeFor[any]()
	}
	v, ok := b.c.symbols(t.Path, t.Symbol)
	if !ok {
		panic(Fault("type " + t.Name + " is not available"))
	}
	return v.Type().Elem()
}

func (b *structBuilder) function(t *Type) (reflect.Type, bool) {
	list := func(ids []int) ([]reflect.Type, bool) {
		ts := make([]reflect.Type, len(ids))
		for i, id := range ids {
			var ok bool
			if ts[i], ok = b.typ(id); !ok {
				return nil, false
			}
		}
		return ts, true
	}
	in, ok1 := list(t.In)
	out, ok2 := list(t.Out)
	if !ok1 || !ok2 {
		return nil, false
	}
	return reflect.FuncOf(in, out, false), true
}

func (b *structBuilder) structure(t *Type) (reflect.Type, bool) {
	b.building[t.ID] = true
	defer delete(b.building, t.ID)
	fields := make([]reflect.StructField, len(t.Fields))
	var open []int
	for i, f := range t.Fields {
		ft, ok := b.typ(f.Type)
		tag, embeds := shape.FieldTag(f.Name, f.Tag), shape.Promotes(f, b.c.s.shape)
		if embeds { // for decoders; nothing else looks at it
			tag = f.Tag
		}
		if !ok {
			if !t.Own {
				return nil, false
			}
			ft = b.standIn(f.Type)
			tag += fmt.Sprintf(` lap:"%d %p"`, t.ID, b.c.s) // or two structs of one layout would be one type
			open = append(open, i)
		}
		fields[i] = reflect.StructField{Name: shape.FieldName(f.Name, i), Type: ft, Tag: reflect.StructTag(tag), Anonymous: embeds}
	}
	rt := reflect.StructOf(fields)
	for _, i := range open {
		b.repairs = append(b.repairs, repair{rt, i, t.Fields[i].Type})
	}
	return rt, true
}

// standIn has the memory layout of type number id, and mentions no struct.
func (b *structBuilder) standIn(id int) reflect.Type {
	type dummy struct{}
	t := b.c.s.typeOf(id)
	if t.rtype != nil {
		return t.rtype
	}
	switch t.Kind {
	case shape.Pointer:
		return reflect.TypeFor[*dummy]()
	case shape.Slice:
		return reflect.TypeFor[[]dummy]()
	case shape.Map:
		return reflect.TypeFor[map[dummy]dummy]()
	case shape.Chan:
		return reflect.TypeFor[chan dummy]()
	case shape.Func:
		return reflect.TypeFor[func()]()
	case shape.Array:
		return reflect.ArrayOf(int(t.Len), b.standIn(t.Elem))
	case shape.Struct:
		fields := make([]reflect.StructField, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = reflect.StructField{Name: shape.FieldName(f.Name, i), Type: b.standIn(f.Type)}
		}
		return reflect.StructOf(fields)
	}
	rt, ok := b.typ(id)
	if !ok {
		panic(Fault("type " + t.Name + " contains itself"))
	}
	return rt
}

// repair replaces the stand-ins.
func (b *structBuilder) repair() {
	for _, r := range b.repairs {
		want, ok := b.typ(r.id)
		if !ok {
			panic(Fault("type " + b.c.s.typeOf(r.id).Name + " contains itself"))
		}
		setFieldType(r.t, r.field, want)
	}
	b.repairs = nil
}

// setFieldType changes the type of a field of a struct type made by
// reflect.StructOf. It relies on the memory of Go's type descriptors; the result
// is verified, and a mismatch ends the cell.
func setFieldType(st reflect.Type, i int, ft reflect.Type) {
	type header struct { // internal/abi.StructType up to Fields
		_      [48]byte
		_      unsafe.Pointer
		fields []struct {
			name   unsafe.Pointer
			typ    unsafe.Pointer
			offset uintptr
		}
	}
	h := (*header)(typePointer(st))
	if len(h.fields) != st.NumField() || h.fields[i].typ != typePointer(st.Field(i).Type) {
		panic(Fault("type descriptors of this Go release are laid out otherwise"))
	}
	h.fields[i].typ = typePointer(ft)
	if st.Field(i).Type != ft {
		panic(Fault("type descriptors of this Go release are laid out otherwise"))
	}
}

// typePointer is the descriptor behind a reflect.Type.
func typePointer(t reflect.Type) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1]
}

var basicTypes = map[string]reflect.Type{
	"bool": reflect.TypeFor[bool](), "string": reflect.TypeFor[string](), "uintptr": reflect.TypeFor[uintptr](),
	"int": reflect.TypeFor[int](), "int8": reflect.TypeFor[int8](), "int16": reflect.TypeFor[int16](), "int32": reflect.TypeFor[int32](), "int64": reflect.TypeFor[int64](),
	"uint": reflect.TypeFor[uint](), "uint8": reflect.TypeFor[uint8](), "uint16": reflect.TypeFor[uint16](), "uint32": reflect.TypeFor[uint32](), "uint64": reflect.TypeFor[uint64](),
	"float32": reflect.TypeFor[float32](), "float64": reflect.TypeFor[float64](), "complex64": reflect.TypeFor[complex64](), "complex128": reflect.TypeFor[complex128](),
}
