package loop

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A variable is one variable of one activation of a function. Heap objects are
// variables without an object: the place where they are made is their name.
type variable struct {
	obj   *types.Var // nil for a heap object and for a temporary value
	frame *frame
	nest  *nest // loops around its declaration, in the activation chain
	loc   *node
	atom  *atom
	fixed bool    // never assigned after its definition, its address never taken
	from  []value // all that is assigned to it
	parts []value // what is assigned to parts of it
	lent  int     // times its address went to compiled code that does not keep it
	num   *poly   // the number that it was defined with, when fixed
	start *poly   // that number, fixed or not
	// Bounds of the index of a loop: at least low, at most each of highs.
	low   *poly
	highs []*poly
	heap  bool
	open  bool // also set in ways that from does not list

	of   *variable // the variable of which it is the value at one time; see versions.go
	made *nest     // the loops around that time
}

// A nest is a chain of loops that are being executed; functions that are walked
// on their own begin a new chain.
type nest struct {
	up   *nest
	loop *loop
}

func (n *nest) contains(l *loop) bool {
	for ; n != nil; n = n.up {
		if n.loop == l {
			return true
		}
	}
	return false
}

// within tells whether n lies inside outer or is it.
func (n *nest) within(outer *nest) bool {
	for ; n != nil; n = n.up {
		if n == outer {
			return true
		}
	}
	return outer == nil
}

// A path is the way to a location: a variable, then fields, dereferences and
// indices.
type path struct {
	root  *variable // when up is nil
	up    *path
	field string // a field, "*" (through a pointer, slice or map) or "[]" (an element)
	index *poly  // of an element; nil is unknown
	loc   *node
}

// A value is what an expression gives, as far as memory is concerned.
type value struct {
	loc     *node   // references inside the value are kept here; nil when it has none
	addr    *path   // it refers to this place (a pointer to it, or a slice that begins there)
	path    *path   // it was read from this place
	off     *poly   // a slice that begins this many elements later
	cut     bool    // a slice that begins nobody knows where
	length  *poly   // the length of a slice, when known
	num     *poly   // the value of an integer
	from    []value // it is one of these
	fn      *closure
	taken   bool             // just made by &x
	fields  map[string]value // of a struct literal; those left out refer to nothing
	swapped *variable        // a, b = b, a gave it in exchange for the value of this
}

// A closure is a function literal with the activation that made it.
type closure struct {
	lit   *ast.FuncLit
	frame *frame
}

// A frame is an activation of a function, or the top level of the session.
type frame struct {
	up      *frame // the frame in which a literal was made; else the top level
	sess    *unit  // the cell of its text
	vars    map[types.Object]*variable
	targs   map[*types.TypeParam]types.Type
	nest    *nest
	results []*variable
	returns int
	effs    map[ast.Node]*effects
	node    ast.Node // FuncDecl, FuncLit or nil
	caller  *frame
	shared  bool // stands for every activation of the function
}

// An instance is a function walked once for all callers that cannot be told
// apart: its parameters stand for those of every call.
type instance struct {
	frame   *frame
	recv    *variable
	params  []*variable
	effects *effects
}

// An access is one read or write of a location, or an outside effect.
type access struct {
	loc      *node // nil for an outside effect
	path     *path
	write    bool
	deep     bool // and all that can be reached from there
	isMap    bool // the structure of a map
	update   bool // part of x op= e, x++, or x = append(x, …)
	resource resource
	pos      token.Pos
	what     string // the call or statement, for messages
	fatal    string // not a memory access: a construct that forbids tasks
}

// effects are what a statement, call or function does, as a tree.
type effects struct {
	frame  *frame
	pos    token.Pos
	list   []access
	kids   []*effects
	calls  []*instance // functions run with arguments that cannot be told apart
	via    []*node     // function objects called
	inside []*node     // functions somewhere behind these may be called
	weight float64
	looped bool
}

// A resource is something outside memory whose order of uses matters.
type resource int

const (
	noResource resource = iota
	output              // standard output and error
	input               // standard input
	files
	network
	randomness // the shared random source
	process    // environment, working directory, signals, flags
	syncing    // locks, channels, wait groups: somebody else may be waiting
	clock      // sleeping and reading the time: never in conflict, but worth waiting for
)
