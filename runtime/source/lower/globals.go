package lower

import (
	"fmt"
	"go/types"
	"sort"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// global is the pointer variable through which lowered code reaches a package
// variable: for a cell, the slot that the run time keeps over the session.
func (g *gen) global(o *types.Var) string {
	if n := g.globals[o]; n != "" {
		return n
	}
	n := g.name("g_" + o.Name())
	g.globals[o] = n
	lt := g.lt(o.Type())
	if g.script || fromSource[o.Pkg().Path()] {
		g.out.varDecl(fmt.Sprintf("var %s = new(%s)\n", n, lt))
		return n
	}
	id, isNew := g.s.slot(o)
	g.slots = append(g.slots, Slot{ID: id, Name: o.Name(), Type: g.id(o.Type()), New: isNew})
	g.out.varDecl(fmt.Sprintf("var %s = rt.Slot(%d, new(%s)).(*%s)\n", n, id, lt, lt))
	return n
}

func (g *gen) slotList() []Slot {
	sort.Slice(g.slots, func(i, j int) bool { return g.slots[i].ID < g.slots[j].ID })
	return g.slots
}

// shapes are the types that the run time must know for this code.
func (g *gen) shapes() []*shape.Type {
	seen := map[int]bool{}
	for id := range g.used {
		g.s.table.reachAll(id, seen)
	}
	for id := range g.boxedIDs {
		g.s.table.reachAll(id, seen)
	}
	list := make([]*shape.Type, 0, len(seen))
	for _, id := range sortedInts(seen) {
		list = append(list, g.s.table.shapes[id])
	}
	return list
}

// remember makes the boxed types of the code known to later cells, whose
// interfaces may hold values of them.
func (g *gen) remember() {
	for id := range g.boxedIDs {
		g.s.everBoxed[id] = true
	}
}

// redeclare is the pointer variable of a session variable that is being defined
// again: a fresh one when pointers may point at the old.
func (g *gen) redeclare(o *types.Var) string {
	if g.redefs[o] && g.s.addressed[o] {
		delete(g.redefs, o)
		delete(g.globals, o)
		g.s.freshSlot(o)
		delete(g.s.addressed, o)
	}
	return g.global(o)
}
