package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"sync"
)

// A Scope is what a session has defined: it checks cells, one after another.
// All methods are safe for concurrent use.
type Scope struct {
	mu        sync.Mutex
	fset      *token.FileSet
	imp       Importer
	pkg       *types.Package // package main, the same for every cell
	session   *types.Scope   // what earlier cells define; parent of pkg's scope
	names     map[string]*binding
	dots      []string // paths of dot imports
	cells     []*Cell  // accepted, in run order
	owners    map[types.Object]*Cell
	past      *history
	funcFacts map[types.Object]*facts
	temp      map[types.Object]bool // variables that name temporary files
	types     map[types.Object]typeSpec
	live      map[types.Object]*declared   // functions and methods: the definition that counts
	broken    map[types.Object]*brokenFunc // functions that no longer compile
	lost      map[*types.TypeName][]lost   // methods that a type lost when it was defined anew
	pending   func(name string) (cell string, ok bool)
	std       map[string]string   // package name → path, for imports on use
	ambiguous map[string][]string // package name → paths, where there are several
	place     *Cell               // the cell in whose place one is checked, or nil
	known     []types.Type        // further types that may be instances of generic ones
	serial    int
}

// A binding is what a name means to the next cell: an object or an import.
type binding struct {
	obj  types.Object
	path string // import path; obj is nil
	cell *Cell
}

// NewScope returns an empty session scope whose imports come from imp.
func NewScope(imp Importer) *Scope {
	s := &Scope{
		fset:    token.NewFileSet(),
		imp:     imp,
		pkg:     types.NewPackage("main", "main"),
		session: types.NewScope(types.Universe, token.NoPos, token.NoPos, "session"),
		names:   map[string]*binding{},
		owners:  map[types.Object]*Cell{},
		past:    newHistory(),

		types:     map[types.Object]typeSpec{},
		live:      map[types.Object]*declared{},
		broken:    map[types.Object]*brokenFunc{},
		lost:      map[*types.TypeName][]lost{},
		funcFacts: map[types.Object]*facts{},
		temp:      map[types.Object]bool{},
	}
	s.std, s.ambiguous = packageNames()
	setParent(s.pkg.Scope(), s.session)
	return s
}

// Fset returns the file set in which all cells of the scope lie.
func (s *Scope) Fset() *token.FileSet { return s.fset }

// Pending sets the function that tells which cell, not run yet, would define a
// name. It is asked for hints only.
func (s *Scope) Pending(f func(name string) (cell string, ok bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = f
}

// knows reports whether name means something to the next cell.
func (s *Scope) knows(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names[name] != nil
}

// Owner returns the accepted cell that defines obj: the last one, when a later
// cell defined the same object again.
func (s *Scope) Owner(obj types.Object) *Cell {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owners[obj]
}

// Cells returns the accepted cells in run order.
func (s *Scope) Cells() []*Cell {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.cells)
}

// Accept adds what c defines to the scope. Call it when the cell has run, also
// when it failed at run time; a cell that is not accepted changes nothing.
func (s *Scope) Accept(c *Cell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cells = append(s.cells, c)
	s.past.add(c)
	if c.Script {
		return
	}
	maps.Copy(s.funcFacts, c.funcFacts)
	maps.Copy(s.temp, c.temp)
	for _, name := range c.imported {
		s.names[name.local] = &binding{path: name.path, cell: c}
		bind(s.session, name.local, nil)
	}
	for _, path := range c.dots {
		if !slices.Contains(s.dots, path) {
			s.dots = append(s.dots, path)
		}
	}
	for _, obj := range c.Defs {
		if old := s.names[obj.Name()]; old != nil && old.obj != obj {
			delete(s.live, old.obj)
			delete(s.broken, old.obj)
		}
		s.define(obj, c)
	}
	for _, m := range c.methods {
		s.owners[m] = c
	}
	for _, ch := range c.changes {
		old := method(ch.named, ch.method.Name())
		delete(s.live, types.Object(old))
		setMethods(ch.named, withMethod(methods(ch.named), ch.method, old))
		s.giveInstances(ch.named, c)
	}
	s.acceptDecls(c)
	resetScope(s.pkg.Scope())
}

func (s *Scope) define(obj types.Object, c *Cell) {
	s.names[obj.Name()] = &binding{obj: obj, cell: c}
	s.owners[obj] = c
	bind(s.session, obj.Name(), obj)
}

// acceptDecls notes where functions, methods and types are declared now.
func (s *Scope) acceptDecls(c *Cell) {
	for _, d := range c.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok {
			if obj := c.Info.Defs[fd.Name]; obj != nil && fd.Body != nil && fd.Name.Name != "_" {
				s.live[obj] = &declared{cell: c, text: c, decl: fd, obj: obj, n: len(s.cells)}
				delete(s.broken, obj)
			}
		}
	}
	for _, r := range c.Rebinds {
		old := s.names[r.Object.Name()]
		if !isMethod(r.Object) && old != nil && old.obj != r.Object {
			delete(s.live, old.obj)
			delete(s.broken, old.obj)
			s.define(r.Object, c)
		}
		s.owners[r.Object] = c
		s.live[r.Object] = &declared{cell: c, text: r.Cell, decl: r.Decl, obj: r.Object, n: len(s.cells)}
		delete(s.broken, r.Object)
	}
	for _, spec := range typeSpecs(c.Decls) {
		if obj := c.Info.Defs[spec.Name]; obj != nil {
			s.types[obj] = typeSpec{c, spec}
		}
	}
	maps.Copy(s.broken, c.broken)
	maps.Copy(s.lost, c.lost)
}

// namedImport is an import that later cells see too.
type namedImport struct{ local, path string }
