package rt

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// namedType is a lowered type under the name of its source type.
type namedType struct {
	reflect.Type
	name string
}

// String implements reflect.Type.
func (n namedType) String() string { return n.name }

// sourceTypes gives an error of decoding into x the names of the source's types.
func sourceTypes(err error, x any) error {
	var e *json.UnmarshalTypeError
	b, ok := open(x)
	if !ok || !errors.As(err, &e) {
		return err
	}
	t := b.T.elem()
	if e.Field != "" {
		path, promoted := strings.Split(e.Field, "."), false
		for i, name := range path {
			t = inside(t, func(t *Type) bool { return t.Kind == shape.Struct })
			f := t.jsonField(name)
			if f == nil {
				return err
			}
			if !promoted {
				if e.Struct = ""; t.Own {
					e.Struct = strings.TrimPrefix(t.Name, "main.")
				}
			}
			if promoted = i < len(path)-1 && shape.Promotes(*f, t.s.shape); promoted {
				path[i] = f.Name
			}
			t = t.s.typeOf(f.Type)
		}
		e.Field = strings.Join(path, ".")
	}
	if t = inside(t, func(t *Type) bool { return t.kind() == e.Type.Kind() }); t != nil {
		e.Type = namedType{e.Type, t.Name}
	}
	return err
}

// inside is the first type that is wanted, of t and what it is a container of.
func inside(t *Type, want func(*Type) bool) *Type {
	for t != nil && !want(t) {
		t = t.elem()
	}
	return t
}

// jsonField is the field that encoding/json calls name, nil when there is none.
func (t *Type) jsonField(name string) *shape.Field {
	if t == nil {
		return nil
	}
	for i, f := range t.Fields {
		tag, _, _ := strings.Cut(reflect.StructTag(f.Tag).Get("json"), ",")
		if tag == name || tag == "" && (f.Name == name || f.Embedded && shape.FieldName(f.Name, i) == name) {
			return &t.Fields[i]
		}
	}
	return nil
}

// kind is the reflected kind of t's values, Invalid for types of compiled packages.
func (t *Type) kind() reflect.Kind {
	switch t.Kind {
	case shape.Struct:
		return reflect.Struct
	case shape.Pointer:
		return reflect.Pointer
	case shape.Slice:
		return reflect.Slice
	case shape.Array:
		return reflect.Array
	case shape.Map:
		return reflect.Map
	case shape.Interface:
		return reflect.Interface
	case shape.Basic:
		for k := reflect.Bool; k <= reflect.String; k++ {
			if k.String() == t.Under {
				return k
			}
		}
	}
	return reflect.Invalid
}
