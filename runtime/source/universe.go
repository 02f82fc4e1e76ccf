package source

import (
	"fmt"
	"go/types"
	"reflect"
	"unsafe"
)

// go/types has no way to check a file in a scope between the package and the
// universe, to take a name out of a scope again, or to check two files of one
// package in which a name is declared twice; a session needs all three. The
// ways around it are worse: with a package per cell, methods on an earlier type
// and T{1, 2} with unexported fields are errors, and mangled names leak into
// types. So this file, alone, reaches into types.Scope. A test proves it.

func universe(name string) types.Object { return types.Universe.Lookup(name) }

// scopeField returns the address of a field of s.
func scopeField[T any](s *types.Scope, name string) *T {
	f, ok := reflect.TypeFor[types.Scope]().FieldByName(name)
	if !ok || f.Type != reflect.TypeFor[T]() {
		panic(fmt.Sprintf("go/types of this Go release has another Scope.%s: lapbook needs an update", name))
	}
	return (*T)(unsafe.Add(unsafe.Pointer(s), f.Offset))
}

// setParent puts s into parent.
func setParent(s, parent *types.Scope) {
	*scopeField[*types.Scope](s, "parent") = parent
}

// resetScope takes everything out of s.
func resetScope(s *types.Scope) {
	*scopeField[map[string]types.Object](s, "elems") = map[string]types.Object{}
	*scopeField[[]*types.Scope](s, "children") = nil
}

// bind makes name denote obj in s, whatever it denoted before. Unlike
// Scope.Insert it leaves the parent of obj alone.
func bind(s *types.Scope, name string, obj types.Object) {
	elems := scopeField[map[string]types.Object](s, "elems")
	if *elems == nil {
		*elems = map[string]types.Object{}
	}
	if obj == nil {
		delete(*elems, name)
		return
	}
	(*elems)[name] = obj
}

// setMethods replaces the declared methods of a session type. go/types can only
// add methods, and for good.
func setMethods(t *types.Named, methods []*types.Func) { *methodsField(t) = methods }

// declaredMethods returns the methods of t as go/types has them so far: those of
// an instance are nil until somebody asked for them.
func declaredMethods(t *types.Named) []*types.Func { return *methodsField(t) }

func methodsField(t *types.Named) *[]*types.Func {
	f, ok := reflect.TypeFor[types.Named]().FieldByName("methods")
	if !ok || f.Type != reflect.TypeFor[[]*types.Func]() {
		panic("go/types of this Go release has another Named.methods: lapbook needs an update")
	}
	return (*[]*types.Func)(unsafe.Add(unsafe.Pointer(t), f.Offset))
}
