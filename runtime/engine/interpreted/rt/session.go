// Package rt is the native run time of lowered cells: what the interpreter's
// code calls for everything that it would get wrong itself. A Session outlives
// cells and holds variables and types; a Cell is the context of one run, whose
// functions are given to the interpreter as package rt.
package rt

import (
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// Session is the state that cells share: variables in numbered slots, types,
// and the methods that compiled code may call on boxed values.
type Session struct {
	mu     sync.RWMutex
	slots  map[int]any // pointers to the variables
	types  map[int]*Type
	making sync.Mutex           // guards Type.rtype
	last   atomic.Pointer[Cell] // the cell that runs, or ran last
	files  files
}

// NewSession returns a session without variables.
func NewSession() *Session {
	return &Session{slots: map[int]any{}, types: map[int]*Type{}}
}

// Type is a type of the session at run time.
type Type struct {
	*shape.Type
	s     *Session
	mu    sync.RWMutex
	links map[string]any // method name -> closure func(box, args…) results
	canon reflect.Type   // how the interpreter represents it
	rtype reflect.Type   // of its values, once it was asked for
	wrap  func(Box) any
}

// shape is the description of type number id.
func (s *Session) shape(id int) *shape.Type { return s.typeOf(id).Type }

// Learn makes types known; those already known keep their links.
func (s *Session) Learn(list []*shape.Type) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range list {
		if have := s.types[t.ID]; have != nil {
			have.Type = t
			continue
		}
		s.types[t.ID] = &Type{Type: t, s: s, links: map[string]any{}, wrap: wrapper(t)}
	}
}

// Drop forgets slots that no name reaches any more.
func (s *Session) Drop(ids []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.slots, id)
	}
}

// Slots is the number of variables that are kept.
func (s *Session) Slots() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.slots)
}

// Variable returns the pointer to the variable in a slot.
func (s *Session) Variable(id int) (any, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.slots[id]
	return p, ok
}

func (s *Session) typeOf(id int) *Type {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.types[id]
	if t == nil {
		panic(Fault(fmt.Sprintf("type %d is not known", id)))
	}
	return t
}

// slot returns the variable in a slot, which starts as fresh points to. The
// interpreter of each cell makes its own representation of a recursive struct;
// all have one layout, so the variable is seen through the new one.
func (s *Session) slot(id int, fresh any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.slots[id]
	if !ok {
		s.slots[id] = fresh
		return fresh
	}
	if want := reflect.TypeOf(fresh); reflect.TypeOf(p) != want {
		return reflect.NewAt(want.Elem(), reflect.ValueOf(p).UnsafePointer()).Interface()
	}
	return p
}

func (t *Type) link(name string, f any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.links[name] = f
}

// method is the closure behind a method of a boxed type, or nil.
func (t *Type) method(name string) any {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.links[name]
}

// Fault is a failure of the interpreter or of the lowering, not of the program.
type Fault string

func (f Fault) Error() string { return string(f) }

// Refused is a panic that ends a cell because it cannot go on correctly. It is
// never recovered by the program.
type Refused string

func (r Refused) Error() string { return string(r) }

// TypeName spells type number id.
func (s *Session) TypeName(id int) string { return s.typeOf(id).Name }

// HoldsBoxes reports whether a value of type number id can hold an interface.
func (s *Session) HoldsBoxes(id int) bool { return s.holdsBoxes(id, map[int]bool{}) }

func (s *Session) holdsBoxes(id int, seen map[int]bool) bool {
	if id == 0 || seen[id] {
		return false
	}
	seen[id] = true
	t := s.typeOf(id)
	if t.Kind == shape.Interface || s.holdsBoxes(t.Elem, seen) || s.holdsBoxes(t.Key, seen) {
		return true
	}
	for _, f := range t.Fields {
		if s.holdsBoxes(f.Type, seen) {
			return true
		}
	}
	return false
}
