package source

import (
	"go/types"
)

// giveInstances gives the instances of a generic type that cells mention the
// methods that it has now: go/types makes those of an instance once, and looks
// them up by their number. undo takes them back.
func (s *Scope) giveInstances(generic *types.Named, c *Cell) (undo func()) {
	before := map[*types.Named][]*types.Func{}
	for n := range s.instances(generic, c) {
		have := declaredMethods(n)
		if len(have) >= generic.NumMethods() {
			continue // made since
		}
		fresh, err := types.Instantiate(nil, generic, typeList(n.TypeArgs()), false)
		if err != nil {
			continue
		}
		list := make([]*types.Func, generic.NumMethods())
		for i := range list {
			if i < len(have) && have[i] != nil {
				list[i] = have[i]
			} else {
				list[i] = fresh.(*types.Named).Method(i)
			}
		}
		before[n] = have
		setMethods(n, list)
	}
	return func() {
		for n, list := range before {
			setMethods(n, list)
		}
	}
}

// instances returns the instances of a generic type in accepted cells and in c.
func (s *Scope) instances(generic *types.Named, c *Cell) map[*types.Named]bool {
	found, seen := map[*types.Named]bool{}, map[types.Type]bool{}
	visit := func(t types.Type) {
		eachPart(t, seen, func(n *types.Named) {
			if n.Origin() == generic && n != generic {
				found[n] = true
			}
		})
	}
	for _, cell := range append(s.cells[:len(s.cells):len(s.cells)], c) {
		for _, tv := range cell.Info.Types {
			visit(tv.Type)
		}
		for _, obj := range cell.Info.Defs {
			if obj != nil {
				visit(obj.Type())
			}
		}
		for _, obj := range cell.Info.Uses {
			visit(obj.Type())
		}
		for _, inst := range cell.Info.Instances {
			visit(inst.Type)
		}
	}
	for _, t := range s.known {
		visit(t)
	}
	return found
}

// eachPart calls f for the named types that t is made of, and what session types
// among them are made of.
func eachPart(t types.Type, seen map[types.Type]bool, f func(*types.Named)) {
	if t == nil || seen[t] {
		return
	}
	seen[t] = true
	tuple := func(list *types.Tuple) {
		for v := range list.Variables() {
			eachPart(v.Type(), seen, f)
		}
	}
	switch t := t.(type) {
	case *types.Named:
		f(t)
		for a := range t.TypeArgs().Types() {
			eachPart(a, seen, f)
		}
		if p := t.Obj().Pkg(); p != nil && p.Path() == "main" {
			eachPart(t.Underlying(), seen, f)
			for _, m := range declaredMethods(t) {
				if m != nil {
					eachPart(m.Type(), seen, f)
				}
			}
		}
	case *types.Alias:
		eachPart(types.Unalias(t), seen, f)
	case *types.Map:
		eachPart(t.Key(), seen, f)
		eachPart(t.Elem(), seen, f)
	case interface{ Elem() types.Type }:
		eachPart(t.Elem(), seen, f)
	case *types.Struct:
		for v := range t.Fields() {
			eachPart(v.Type(), seen, f)
		}
	case *types.Tuple:
		tuple(t)
	case *types.Signature:
		if t.Recv() != nil {
			eachPart(t.Recv().Type(), seen, f)
		}
		tuple(t.Params())
		tuple(t.Results())
	case *types.Interface:
		for m := range t.Methods() {
			eachPart(m.Type(), seen, f)
		}
	}
}

func typeList(l *types.TypeList) []types.Type {
	var list []types.Type
	for t := range l.Types() {
		list = append(list, t)
	}
	return list
}
