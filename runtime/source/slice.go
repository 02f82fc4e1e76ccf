package source

import (
	"go/ast"
	"go/types"
	"slices"
	"sort"
)

// history is what a scope knows about accepted cells for slicing.
type history struct {
	index      map[*Cell]int
	defined    map[types.Object][]int             // cells that define an object, ascending
	written    map[*types.Var][]int               // cells whose statements may write a root, ascending
	everywhere []int                              // cells that belong to every later slice
	methods    map[*types.TypeName][]types.Object // methods of session types
	byName     map[string][]types.Object          // methods by name, for calls through interfaces
	sharing    sharing
}

func newHistory() *history {
	return &history{
		index: map[*Cell]int{}, defined: map[types.Object][]int{}, written: map[*types.Var][]int{},
		methods: map[*types.TypeName][]types.Object{}, byName: map[string][]types.Object{},
		sharing: sharing{parent: map[*types.Var]*types.Var{}, members: map[*types.Var][]*types.Var{}},
	}
}

func (h *history) add(c *Cell) {
	n := len(h.index)
	h.index[c] = n
	if c.facts.lasting(c) {
		h.everywhere = append(h.everywhere, n)
	}
	if c.Script {
		return
	}
	note := func(obj types.Object) { h.defined[obj] = append(h.defined[obj], n) }
	for _, obj := range c.Defs {
		note(obj)
	}
	for _, r := range c.Rebinds {
		note(r.Object)
	}
	for _, m := range c.methods {
		note(m)
		if t := receiverType(m); t != nil && !slices.Contains(h.methods[t], m) {
			h.methods[t] = append(h.methods[t], m)
			h.byName[m.Name()] = append(h.byName[m.Name()], m)
		}
	}
	for v := range c.facts.writes {
		h.written[v] = append(h.written[v], n)
	}
	for pair := range c.facts.links {
		h.sharing.join(pair[0], pair[1])
	}
}

// lasting reports whether the cell changes the process for all later cells.
func (f *facts) lasting(c *Cell) bool {
	for _, act := range f.acts {
		if act.kind == processAct {
			return true
		}
	}
	for _, spec := range c.Imports {
		if spec.Name != nil && spec.Name.Name == "_" {
			return true
		}
	}
	return f.starts && !f.joins
}

// receiverType returns the session type whose method m is.
func receiverType(m types.Object) *types.TypeName {
	f, ok := m.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return nil
	}
	t := types.Unalias(f.Signature().Recv().Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		return n.Origin().Obj()
	}
	return nil
}

// sharing is a union-find over variables that may share memory.
type sharing struct {
	parent  map[*types.Var]*types.Var
	members map[*types.Var][]*types.Var // of a representative; nil for a variable alone
}

func (s *sharing) find(v *types.Var) *types.Var {
	for s.parent[v] != nil {
		if up := s.parent[s.parent[v]]; up != nil {
			s.parent[v] = up
		}
		v = s.parent[v]
	}
	return v
}

func (s *sharing) join(a, b *types.Var) {
	a, b = s.find(a), s.find(b)
	if a == b {
		return
	}
	ma, mb := s.with(a), s.with(b)
	if len(ma) < len(mb) {
		a, b, ma, mb = b, a, mb, ma
	}
	s.parent[b] = a
	s.members[a] = append(ma, mb...)
	delete(s.members, b)
}

// with returns all variables that may share memory with v, itself too.
func (s *sharing) with(v *types.Var) []*types.Var {
	v = s.find(v)
	if m := s.members[v]; m != nil {
		return m
	}
	return []*types.Var{v}
}

// Slice returns the earlier cells on which c depends, in run order. They define
// what c refers to, or may have written it since, or belong to every later
// cell: they changed the process (environment, working directory, log, flags,
// handlers, variables of imported packages, blank imports) or left goroutines
// running. All dependencies of these cells are in it too. c itself may be
// accepted or only checked.
func (s *Scope) Slice(c *Cell) []*Cell {
	s.mu.Lock()
	defer s.mu.Unlock()
	end, accepted := s.past.index[c]
	if c.place != nil {
		end, accepted = s.past.index[c.place]
	}
	if !accepted {
		end = len(s.cells)
	}
	sl := &slicer{s: s, h: s.past, end: end, in: map[int]bool{}, done: map[need]bool{}}
	if !c.Script {
		sl.cellNeeds(c, end)
	}
	for _, i := range s.past.everywhere {
		sl.include(i)
	}
	sl.drain()
	var list []int
	for i := range sl.in {
		list = append(list, i)
	}
	sort.Ints(list)
	cells := make([]*Cell, len(list))
	for i, n := range list {
		cells[i] = s.cells[n]
	}
	return cells
}

// A need is an object as it is when the cell at index at begins.
type need struct {
	obj types.Object
	at  int
}

type slicer struct {
	s    *Scope
	h    *history
	end  int // index of the cell that is sliced for
	in   map[int]bool
	done map[need]bool
	todo []need
}

func (sl *slicer) need(obj types.Object, at int) {
	n := need{obj, at}
	if !sl.done[n] {
		sl.done[n] = true
		sl.todo = append(sl.todo, n)
	}
}

func (sl *slicer) drain() {
	for len(sl.todo) > 0 {
		n := sl.todo[len(sl.todo)-1]
		sl.todo = sl.todo[:len(sl.todo)-1]
		sl.resolve(n)
	}
}

// include adds the cell at index i with everything that it needs.
func (sl *slicer) include(i int) {
	if i >= sl.end || sl.in[i] {
		return
	}
	sl.in[i] = true
	sl.cellNeeds(sl.s.cells[i], i)
}

// cellNeeds adds what the cell needs when it runs at index i; its functions and
// function literals may run until the end.
func (sl *slicer) cellNeeds(c *Cell, i int) {
	if c.Script {
		return
	}
	for obj := range c.facts.refs {
		if !c.facts.again[obj] {
			sl.need(obj, i)
		}
	}
	for obj := range c.facts.inLits {
		if i < sl.end || !c.facts.again[obj] {
			sl.need(obj, sl.end)
		}
	}
	for _, f := range c.funcFacts {
		for obj := range f.refs {
			sl.need(obj, sl.end)
		}
	}
	for _, obj := range c.Defs {
		sl.typeNeeds(obj.Type(), i)
	}
}

func (sl *slicer) resolve(n need) {
	defs := sl.h.defined[n.obj]
	k := sort.SearchInts(defs, n.at) - 1
	if k < 0 {
		return // defined by the cell itself
	}
	def := defs[k]
	sl.include(def)
	switch obj := n.obj.(type) {
	case *types.Func:
		if f := sl.s.cells[def].funcFacts[obj]; f != nil {
			for ref := range f.refs {
				sl.need(ref, n.at)
			}
		}
	case *types.TypeName:
		for _, m := range sl.h.methods[obj] {
			sl.need(m, sl.end)
		}
	case *types.Var:
		sl.typeNeeds(obj.Type(), n.at)
		for _, v := range sl.h.sharing.with(obj) {
			writers := sl.h.written[v]
			for _, j := range writers[sort.SearchInts(writers, def):] {
				if j >= n.at {
					break
				}
				sl.include(j)
			}
		}
	}
}

// typeNeeds adds the session types in t: values of it carry their methods.
func (sl *slicer) typeNeeds(t types.Type, at int) {
	eachNamed(t, func(n *types.Named) {
		if n.Obj().Pkg() == sl.s.pkg {
			sl.need(n.Origin().Obj(), at)
		}
	})
}

// eachNamed calls f for the named types that t is made of. What a named type
// itself is made of is a matter of the cell that declares it.
func eachNamed(t types.Type, f func(*types.Named)) {
	var visit func(t types.Type, depth int)
	visit = func(t types.Type, depth int) {
		if depth > 30 {
			return
		}
		switch t := t.(type) {
		case *types.Named:
			f(t)
			for a := range t.TypeArgs().Types() {
				visit(a, depth+1)
			}
		case *types.Alias:
			visit(types.Unalias(t), depth+1)
		case *types.Map:
			visit(t.Key(), depth+1)
			visit(t.Elem(), depth+1)
		case interface{ Elem() types.Type }:
			visit(t.Elem(), depth+1)
		case *types.Struct:
			for v := range t.Fields() {
				visit(v.Type(), depth+1)
			}
		case *types.Tuple:
			for v := range t.Variables() {
				visit(v.Type(), depth+1)
			}
		case *types.Signature:
			visit(t.Params(), depth+1)
			visit(t.Results(), depth+1)
		}
	}
	visit(t, 0)
}

// findWrites fills c.Writes from the facts.
func (s *Scope) findWrites(c *Cell) {
	found := map[*types.Var]bool{}
	own := sharing{parent: map[*types.Var]*types.Var{}, members: map[*types.Var][]*types.Var{}}
	for pair := range c.facts.links {
		own.join(pair[0], pair[1])
	}
	todo := make([]*types.Var, 0, len(c.facts.writes))
	for v := range c.facts.writes {
		todo = append(todo, v)
	}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if found[v] {
			continue
		}
		found[v] = true
		todo = append(todo, own.with(v)...)
		todo = append(todo, s.past.sharing.with(v)...)
	}
	for v := range found {
		if s.owners[v] != nil && !slices.Contains(c.Defs, types.Object(v)) {
			c.Writes = append(c.Writes, v)
		}
	}
	slices.SortFunc(c.Writes, func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
}

// An Effect is something that a cell does besides computing, at the line of the
// cell where it, or the call that leads to it, stands.
type Effect struct {
	Line int
	What string
}

// Effects returns what the cell, or a function that it mentions, may write
// outside of the process: requests that are not GET, database statements, files
// outside of temporary directories, child processes not known to be harmless.
func (c *Cell) Effects() []Effect { return c.acts(outsideAct) }

// ProcessEffects returns how the cell changes the process for all later cells.
func (c *Cell) ProcessEffects() []Effect { return c.acts(processAct) }

// Ports returns the addresses of fixed ports on which the cell listens.
func (c *Cell) Ports() []Effect { return c.acts(portAct) }

// Background reports whether the cell may leave goroutines running: it starts
// some and waits for nothing.
func (c *Cell) Background() bool { return c.facts.starts && !c.facts.joins }

func (c *Cell) acts(kind actKind) []Effect {
	var list []Effect
	for _, act := range c.facts.acts {
		if act.kind == kind {
			list = append(list, Effect{Line: c.Fset.Position(act.pos).Line, What: act.what})
		}
	}
	slices.SortStableFunc(list, func(a, b Effect) int { return a.Line - b.Line })
	return slices.Compact(list)
}

// A Rebind is a function or method of an earlier cell that this cell checks
// again, because something that it refers to got a new definition: it counts as
// if this cell declared it too.
type Rebind struct {
	Cell   *Cell         // whose text it is; positions lie there
	Decl   *ast.FuncDecl // a new node, not the one in Cell.Decls; its types are in the Info of this cell
	Object types.Object  // what Decl defines
}
