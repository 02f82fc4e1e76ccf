// Package shape describes the types of a session as plain data. Lowered code
// has erased the names and methods of the session's types; the run time of
// interpreted cells gets them back from here: to print a value as Go would, to
// answer a type assertion, to find what an encoder would see. Ids are unique in
// a session, and two types have one id exactly when they are identical.
package shape

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Kind is the underlying kind of a Type.
type Kind uint8

// The kinds. Opaque stands for a type of a compiled package, about which the
// reflected type tells the truth.
const (
	Opaque Kind = iota
	Basic
	Struct
	Pointer
	Slice
	Array
	Map
	Chan
	Func
	Interface
)

// Type is one type of a session.
type Type struct {
	ID      int      `json:"id"`
	Kind    Kind     `json:"kind"`
	Name    string   `json:"name"`             // as package reflect spells it: main.T, []main.T
	Own     bool     `json:"own,omitempty"`    // a named type that the session declares
	Boxed   bool     `json:"boxed,omitempty"`  // lowering loses its name, methods or element types: boxed in interfaces
	Elem    int      `json:"elem,omitempty"`   // of pointer, slice, array, map, chan
	Key     int      `json:"key,omitempty"`    // of map
	Ptr     int      `json:"ptr,omitempty"`    // the pointer type to this one, where the session has it
	Fields  []Field  `json:"fields,omitempty"` // of struct, in order
	Under   string   `json:"under,omitempty"`  // of a basic type: int, string
	Len     int64    `json:"len,omitempty"`    // of array
	Dir     int      `json:"dir,omitempty"`    // of chan: 0 both, 1 send, 2 receive
	In      []int    `json:"in,omitempty"`     // of func; a variadic parameter is a slice
	Out     []int    `json:"out,omitempty"`    // of func
	Path    string   `json:"path,omitempty"`   // of a named type of a compiled package, whose symbol is Symbol
	Symbol  string   `json:"symbol,omitempty"`
	Methods []Method `json:"methods,omitempty"` // method set; of an interface, what it asks for; sorted by name
}

// Field is one field of a struct.
type Field struct {
	Name     string `json:"name"`
	Type     int    `json:"type"`
	Exported bool   `json:"exported,omitempty"`
	Embedded bool   `json:"embedded,omitempty"`
	Tag      string `json:"tag,omitempty"`
}

// Method is one method of a type. Key names the signature by type ids, so that
// equal keys mean identical signatures; Plain spells it as package reflect does.
type Method struct {
	Name  string `json:"name"`
	Key   string `json:"key"`
	Plain string `json:"plain"`
}

// FieldName is the name under which field i is stored: exported, because hidden
// fields cannot be set by reflection.
func FieldName(name string, i int) string {
	if name == "_" {
		return "Xblank" + strconv.Itoa(i)
	}
	if r, _ := utf8.DecodeRuneInString(name); unicode.IsUpper(r) {
		return name
	}
	return "X" + name
}

// FieldTag is the tag of a stored field: hidden fields must stay hidden from
// encoders.
func FieldTag(name, tag string) string {
	if FieldName(name, 0) != name {
		return `json:"-" xml:"-"`
	}
	return tag
}

// Has reports whether the type has a method with that name and signature.
func (t *Type) Has(m Method) bool {
	for _, have := range t.Methods {
		if have.Name == m.Name {
			return have.Key == m.Key
		}
	}
	return false
}

// Implements reports whether the method set of t covers the interface type it.
func (t *Type) Implements(it *Type) bool {
	for _, m := range it.Methods {
		if !t.Has(m) {
			return false
		}
	}
	return true
}
