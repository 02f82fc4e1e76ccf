// Package symbols holds the values of the standard library by name, as the
// interpreter needs them: functions, variables, types, constants, and a wrapper
// for each interface. The tables are generated and are static data: linking them
// costs no start-up time, and a package's map is made when it is asked for.
//
// Unlike the symbols that come with the interpreter, these are the real things:
// os.Exit exits, log.Fatal exits, log.Logger is log.Logger. See Exits.
package symbols

import (
	"go/constant"
	"go/token"
	"reflect"
	"strings"
)

// A table lists the exported names of one package.
type table struct {
	name    string // import path
	generic string // names left out because they are generic, space-separated
	symbols []symbol
}

// A symbol is an exported name. Its value is what kind says.
type symbol struct {
	name  string
	kind  kind
	value any
}

type kind uint8

const (
	value    kind = iota // a function, a typed constant, or a nil pointer to the type
	variable             // a pointer to the variable
	// Constants without a type, as a Go literal (the string itself for a string).
	untypedInt
	untypedFloat
	untypedString
)

// Of returns the symbols of the package with the given import path, in the form
// of one value of yaegi's interp.Exports; an interface T has its wrapper under
// "_T". It returns nil where there are none. The map is the caller's to change.
func Of(path string) map[string]reflect.Value {
	t := lookup(path)
	if t == nil || t.name == "" {
		return nil
	}
	effects(path)
	m := make(map[string]reflect.Value, len(t.symbols))
	for _, s := range t.symbols {
		m[s.name] = s.reflect()
	}
	return m
}

// Generic returns the exported names of a package that have no symbol because
// they are generic functions, generic types or constraints.
func Generic(path string) []string {
	t := lookup(path)
	if t == nil {
		return nil
	}
	return strings.Fields(t.generic)
}

func (s symbol) reflect() reflect.Value {
	switch s.kind {
	case variable:
		return reflect.ValueOf(s.value).Elem()
	case untypedInt:
		return reflect.ValueOf(constant.MakeFromLiteral(s.value.(string), token.INT, 0))
	case untypedFloat:
		return reflect.ValueOf(constant.MakeFromLiteral(s.value.(string), token.FLOAT, 0))
	case untypedString:
		return reflect.ValueOf(constant.MakeString(s.value.(string)))
	}
	return reflect.ValueOf(s.value)
}
