// Package lower turns a checked cell into the small subset of Go that the
// interpreter gets right, or refuses it with the reason and the line.
//
// The interpreter computes wrong answers for much ordinary Go: methods on
// interpreted types are invisible to compiled code, closures share loop
// variables, select crosses goroutines, generics are missing. Patching those
// one by one was rejected. The lowering erases instead: what reaches the
// interpreter has structs, functions, pointers and plain control flow, and
// nothing else.
//
//   - Named types become their underlying types; a struct becomes S<n>.
//   - Methods become functions, generics are instantiated, interfaces of the
//     session become interface{} that holds native boxes (package rt).
//   - Captured and address-taken variables live in cells made by new; a closure
//     is the call of a top-level maker function that is given those cells.
//   - defer, recover, go, select and range over functions become native calls.
//
// Every lowered cell is a program of its own for a fresh interpreter, which
// contains the functions that it reaches, in their current definitions. State
// lives outside, in numbered slots that the native run time keeps. So a
// redefined function is seen by its earlier callers, nothing accumulates over a
// long session, and a goroutine of an old cell shares no interpreter with a new
// one.
package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// Refusal says why a cell is not interpreted. Nothing of the cell has run.
type Refusal struct {
	Cell      string // the cell that holds the construct: not always the refused one
	Line      int    // 0 when the place is not in a cell
	Column    int
	Construct string // what cannot be interpreted right: "unsafe", "goto", "reflection on session types"
	Reason    string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", r.Cell, r.Line, r.Column, r.Construct, r.Reason)
}

// Site is a place in a cell.
type Site struct {
	Cell string `json:"cell"`
	Line int    `json:"line"`
}

// Func relates a lowered function to the function that it came from.
type Func struct {
	Name string `json:"name"` // as the source spells it: fib, (*User).Name, func literal
	Cell string `json:"cell"`
	Line int    `json:"line"`
	Var  string `json:"var,omitempty"` // of the interpreter: the last line that this function marked
}

// Native is one symbol of a compiled package that lowered code uses.
type Native struct {
	Path string `json:"path"`
	Name string `json:"name"`
	Var  bool   `json:"var,omitempty"` // a variable, given to the interpreter by its address
}

// Slot is a session variable that the code refers to.
type Slot struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	Type int    `json:"type"` // number of its shape
	New  bool   `json:"new,omitempty"`
}

// Code is a lowered cell: a complete program of package main whose function
// Entry runs the cell. It is plain data and travels to the process that runs it.
type Code struct {
	Cell    string          `json:"cell"`
	Text    string          `json:"text"`
	Entry   string          `json:"entry"`
	Lines   []Site          `json:"lines"` // by line of Text, from 1; the zero Site where a line came from nowhere
	Sites   []Site          `json:"sites"` // places named by blocking operations
	Funcs   map[string]Func `json:"funcs"` // by name in Text
	Deep    []string        `json:"deep"`  // functions that can call themselves: suspects of a stack overflow
	Natives []Native        `json:"natives"`
	Types   []*shape.Type   `json:"types"`
	Structs []int           `json:"structs"` // types that the text names t.S<n>
	Slots   []Slot          `json:"slots"`
	Drop    []int           `json:"drop,omitempty"` // slots that no name reaches any more
	Script  bool            `json:"script,omitempty"`
}

// Config is what lowering needs to know from outside.
type Config struct {
	// Importer gives the packages that generic functions of the standard
	// library are checked against. It must be the one that checked the cells:
	// types are compared by identity.
	Importer types.Importer
	// Has reports whether the interpreter has a symbol of a compiled package.
	Has func(path, name string) bool
	// Labels makes every function carry a profiler label with its name, so
	// that profiles of the interpreter attribute to the functions of the cell.
	Labels bool
}

// Session numbers the variables and types of a session and knows the current
// definition of every function. It is not safe for concurrent use.
type Session struct {
	conf  Config
	ctx   *types.Context
	table *table

	slots  map[*types.Var]int
	nslots int
	drop   []int
	// addressed are variables that pointers may point at: defining one again
	// makes a fresh variable, of others it sets the one there is.
	addressed map[*types.Var]bool

	decls map[*types.Func]decl
	names map[string]types.Object
	pkgs  map[*types.Package]bool // whose source is lowered
	// recovers and gotos say what accepted functions contain.
	recovers bool
	gotos    map[string]bool
	std      map[string]*unit // generic packages of the standard library, checked from source
	// everBoxed are the types of which values may sit in interfaces that
	// earlier cells filled.
	everBoxed map[int]bool
}

// decl is a function declaration with the unit that its names are resolved in.
type decl struct {
	node *ast.FuncDecl
	unit *unit
}

// unit is a body of checked source: a cell, or a generic standard package.
type unit struct {
	pkg   *types.Package
	info  *types.Info
	fset  *token.FileSet
	cell  string
	files []*ast.File
	// checked is the cell that info belongs to, nil for a standard package.
	checked *source.Cell
}

// signature is that of a declaration, with the parameters that its body uses.
func (u *unit) signature(d *ast.FuncDecl) *types.Signature {
	if u.checked != nil {
		if s := u.checked.Signature(d); s != nil {
			return s
		}
	}
	return u.info.Defs[d.Name].Type().(*types.Signature)
}

// NewSession returns a session in which nothing is defined.
func NewSession(conf Config) *Session {
	s := &Session{conf: conf, ctx: types.NewContext(), slots: map[*types.Var]int{}, addressed: map[*types.Var]bool{}, decls: map[*types.Func]decl{},
		names: map[string]types.Object{}, pkgs: map[*types.Package]bool{}, gotos: map[string]bool{}, std: map[string]*unit{}, everBoxed: map[int]bool{}}
	s.table = newTable(s.own)
	return s
}

// own reports whether the source of p is lowered, as opposed to compiled in.
func (s *Session) own(p *types.Package) bool {
	return p != nil && (s.pkgs[p] || fromSource[p.Path()] || p.Path() == "iter")
}

// Lower lowers c. It defines nothing: call Accept when the cell is run. A
// refusal names a construct and comes before any effect.
func (s *Session) Lower(c *source.Cell) (code *Code, refusal *Refusal) {
	s.pkgs[c.Pkg] = true
	g := newGen(s, c)
	defer func() {
		r := recover()
		switch r := r.(type) {
		case nil:
		case *Refusal:
			code, refusal = nil, r
		default:
			// A bug of the lowering must cost an interpreted run, never the session.
			code, refusal = nil, g.refusal("this cell", fmt.Sprintf("the lowering failed: %v", r))
		}
	}()
	c.WithMethods(s.table.types, func() {
		if declaresMethods(c) {
			s.ctx = types.NewContext() // its instances would lack the methods
			defer func() { s.ctx = types.NewContext() }()
			s.table.refresh()
		}
		g.sources(c)
		code = g.cell(c)
	})
	return code, nil
}

func declaresMethods(c *source.Cell) bool {
	for _, d := range c.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Recv != nil {
			return true
		}
	}
	return false
}

// Accept makes the definitions of c current. Variables that it hides are
// dropped from the run time with the next cell.
func (s *Session) Accept(c *source.Cell) {
	s.pkgs[c.Pkg] = true
	if c.Script {
		return
	}
	for f, d := range cellDecls(c) {
		s.decls[f] = d
	}
	s.recovers = surveyCell(c, s.gotos) || s.recovers
	for _, o := range c.Defs {
		if old, ok := s.names[o.Name()].(*types.Var); ok && old != o {
			if id, ok := s.slots[old]; ok {
				s.drop = append(s.drop, id)
				delete(s.slots, old)
			}
		}
		s.names[o.Name()] = o
	}
}

// cellDecls are the functions that a cell declares, or checks again, with where
// their source is.
func cellDecls(c *source.Cell) map[*types.Func]decl {
	m := map[*types.Func]decl{}
	u := cellUnit(c)
	for _, d := range c.Decls {
		if d, ok := d.(*ast.FuncDecl); ok {
			if f, ok := c.Info.Defs[d.Name].(*types.Func); ok {
				m[f] = decl{d, u}
			}
		}
	}
	for _, r := range c.Rebinds {
		if f, ok := r.Object.(*types.Func); ok {
			m[f] = decl{r.Decl, &unit{pkg: c.Pkg, info: c.Info, fset: c.Fset, cell: r.Cell.ID, checked: c}}
		}
	}
	return m
}

func cellUnit(c *source.Cell) *unit {
	return &unit{pkg: c.Pkg, info: c.Info, fset: c.Fset, cell: c.ID, checked: c}
}

// slot is the number under which the run time keeps a session variable.
func (s *Session) slot(v *types.Var) (id int, isNew bool) {
	if id, ok := s.slots[v]; ok {
		return id, false
	}
	return s.freshSlot(v), true
}

func (s *Session) freshSlot(v *types.Var) int {
	s.nslots++
	s.slots[v] = s.nslots
	return s.nslots
}
