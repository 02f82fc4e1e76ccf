package loop

import (
	"go/types"
	"maps"
	"slices"
)

// A node is a class of storage locations that may be the same memory: a
// variable, a field of one, the elements of a slice, a heap object. Classes are
// merged by unification (Steensgaard), one level of indirection at a time.
//
// The parts of a location are its subs: ".F" is a field and "[]" the elements
// of an array, both inside the location; "*" is what a pointer, slice, map,
// channel, function or interface stored there refers to. A map object has "key"
// and "val" inside; a function object has "p0", "p1" … and "r0" … for its
// parameters and results, and captured variables behind "cap:…".
type node struct {
	up      *node
	sub     map[string]*node
	blob    bool        // all that is reachable from here is this very class
	fns     []*instance // functions of the session that may be stored here
	native  []*types.Func
	opaque  bool // may hold functions that nobody has seen
	quiet   bool // may hold functions that change nothing of the program
	cancels bool // may hold functions that end a context
}

func newNode() *node { return &node{} }

func find(n *node) *node {
	for n.up != nil {
		if n.up.up != nil {
			n.up = n.up.up
		}
		n = n.up
	}
	return n
}

// at is the part of n called key.
func at(n *node, key string) *node {
	n = find(n)
	if n.blob {
		return n
	}
	s := n.sub[key]
	if s == nil {
		if n.sub == nil {
			n.sub = map[string]*node{}
		}
		s = newNode()
		n.sub[key] = s
	}
	return find(s)
}

func unify(a, b *node) {
	a, b = find(a), find(b)
	if a == b {
		return
	}
	b.up = a
	a.fns = appendNew(a.fns, b.fns)
	a.native = appendNew(a.native, b.native)
	a.opaque = a.opaque || b.opaque
	a.quiet = a.quiet || b.quiet
	a.cancels = a.cancels || b.cancels
	subs := b.sub
	b.sub = nil
	if a.blob || b.blob {
		a.blob = true
		subs2 := a.sub
		a.sub = nil
		absorb(a, subs2)
		absorb(a, subs)
		return
	}
	for _, k := range slices.Sorted(maps.Keys(subs)) {
		a = find(a)
		if a.blob {
			unify(a, subs[k])
			continue
		}
		if s := a.sub[k]; s != nil {
			unify(s, subs[k])
			continue
		}
		if a.sub == nil {
			a.sub = map[string]*node{}
		}
		a.sub[k] = subs[k]
	}
}

func absorb(a *node, subs map[string]*node) {
	for _, k := range slices.Sorted(maps.Keys(subs)) {
		unify(find(a), subs[k])
	}
}

// collapse merges all that is reachable from n into one class: what code that
// nobody has seen may have done to it.
func collapse(n *node) {
	n = find(n)
	if n.blob {
		return
	}
	n.blob = true
	subs := n.sub
	n.sub = nil
	absorb(n, subs)
}

func appendNew[T comparable](list, more []T) []T {
	for _, x := range more {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

func inside(key string) bool { return key != "*" && (len(key) < 4 || key[:4] != "cap:") }

// inline lists n and the locations that lie inside it.
func inline(n *node) []*node {
	return reachable([]*node{n}, inside)
}

// reach lists every location that can be reached from the given ones.
func reach(from ...*node) []*node {
	return reachable(from, func(string) bool { return true })
}

func reachable(from []*node, follow func(key string) bool) []*node {
	var out []*node
	seen := map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		n = find(n)
		if seen[n] {
			return
		}
		seen[n] = true
		out = append(out, n)
		for _, k := range slices.Sorted(maps.Keys(n.sub)) {
			if follow(k) {
				visit(n.sub[k])
			}
		}
	}
	for _, n := range from {
		visit(n)
	}
	return out
}

// leaves calls f for each place inside a value of type t stored at n from which
// it refers to other memory.
func leaves(n *node, t types.Type, f func(leaf *node, shape types.Type)) {
	walkLeaves(n, t, 0, f)
}

func walkLeaves(n *node, t types.Type, depth int, f func(*node, types.Type)) {
	if t == nil || n == nil || depth > 12 {
		return
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if u.Kind() == types.UnsafePointer {
			f(n, t)
		}
	case *types.Struct:
		for i := range u.NumFields() {
			if refers(u.Field(i).Type()) {
				walkLeaves(at(n, "."+u.Field(i).Name()), u.Field(i).Type(), depth+1, f)
			}
		}
	case *types.Array:
		if refers(u.Elem()) {
			walkLeaves(at(n, "[]"), u.Elem(), depth+1, f)
		}
	case *types.Tuple:
	default:
		f(n, t)
	}
}

// refers tells whether a value of type t can refer to memory that somebody may
// write. Errors and time.Time are taken to be immutable: the standard library
// never changes one, and a session type behind an error is looked at when it is
// made (see boxed).
func refers(t types.Type) bool { return refersDeep(t, 0) }

func refersDeep(t types.Type, depth int) bool {
	if t == nil || depth > 12 {
		return true
	}
	if isNamed(t, "time", "Time") || isNamed(t, "reflect", "Type") {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Array:
		return refersDeep(u.Elem(), depth+1)
	case *types.Struct:
		for i := range u.NumFields() {
			if refersDeep(u.Field(i).Type(), depth+1) {
				return true
			}
		}
		return false
	case *types.Tuple:
		for i := range u.Len() {
			if refersDeep(u.At(i).Type(), depth+1) {
				return true
			}
		}
		return false
	}
	return true
}

func isNamed(t types.Type, pkg, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == pkg
}

// isOpen tells whether values of t have another type inside: an interface or a
// type parameter. Their references are kept behind one "*".
func isOpen(t types.Type) bool {
	if t == nil {
		return true
	}
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	return types.IsInterface(t)
}
