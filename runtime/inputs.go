package runtime

import (
	"context"
	"go/ast"
	"go/types"

	"github.com/lapbook/lapbook/runtime/engine/interpreted"
	"github.com/lapbook/lapbook/runtime/source"
)

// inputs are the values that a compiled run is given, so that it starts where
// the live session is and repeats nothing of what led there.
type inputs struct {
	graph []byte // nil: the slice is replayed
	// flat tells that the values lie in memory as the cells themselves would
	// have laid them: basic values, and slices and arrays of numbers. A list or
	// a map that is handed over lies closer together than one that grew, so
	// timed runs replay what leads to it.
	flat bool
	// place is where the run begins, when earlier cells changed that: their
	// working directory and environment are given too, and not made again.
	place *interpreted.Place
}

// start is how a run of the bench begins, in the words of Measurement.Start.
func (b *bench) start() string {
	if b.spec.Inputs != nil {
		return "restored"
	}
	return "process"
}

// inputs reads the variables that a cell needs from the live process. There are
// none when that would not be exact: a value is not plain, lives elsewhere, or
// the slice also changes the process (environment, handlers, goroutines).
func (l *live) inputs(ctx context.Context, c *source.Cell, slice []*source.Cell) inputs {
	if l.interp == nil || !l.restored || c.Script || len(slice) == 0 {
		return inputs{}
	}
	if _, owner := l.missing(c); owner != nil {
		return inputs{}
	}
	moved := false
	for _, part := range slice {
		here, only := moves(part)
		moved = moved || here
		if !only || part.Background() || len(part.Ports()) > 0 {
			return inputs{}
		}
	}
	vars, ok := needed(c, slice)
	if !ok {
		return inputs{}
	}
	out, exact, err := l.interp.Export(ctx, vars)
	if err != nil || !exact || moved && out.Place.Dir == "" {
		return inputs{}
	}
	in := inputs{graph: out.Graph, flat: !moved}
	if moved {
		in.place = &out.Place
	}
	for _, v := range vars {
		in.flat = in.flat && isFlat(v.Type())
	}
	return in
}

// moves tells whether a cell changes the working directory or the environment, and
// whether it changes nothing else of the process.
func moves(c *source.Cell) (moved, only bool) {
	only = true
	for _, e := range c.ProcessEffects() {
		switch e.What {
		case "sets the environment", "changes the working directory":
			moved = true
		default:
			only = false
		}
	}
	return moved, only
}

// needed are the variables of a slice that a cell uses, itself or through a
// function of the slice. Two of one name cannot be told apart in a graph.
func needed(c *source.Cell, slice []*source.Cell) (vars []*types.Var, ok bool) {
	used := map[types.Object]bool{}
	for _, obj := range c.Uses {
		used[obj] = true
	}
	for _, part := range append(slice[:len(slice):len(slice)], c) {
		usedByFunctions(part, used)
	}
	byName := map[string]types.Object{}
	for _, part := range slice {
		for _, obj := range part.Defs {
			v, isVar := obj.(*types.Var)
			if !isVar {
				continue
			}
			if other := byName[v.Name()]; other != nil && other != obj {
				return nil, false
			}
			if byName[v.Name()] == nil && used[obj] {
				vars = append(vars, v)
			}
			byName[v.Name()] = obj
		}
	}
	return vars, true
}

// usedByFunctions adds what the functions that a cell declares refer to.
func usedByFunctions(c *source.Cell, used map[types.Object]bool) {
	decls := append([]ast.Decl(nil), c.Decls...)
	for _, r := range c.Rebinds {
		decls = append(decls, r.Decl)
	}
	for _, d := range decls {
		if _, isFunc := d.(*ast.FuncDecl); !isFunc {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && c.Info.Uses[id] != nil {
				used[c.Info.Uses[id]] = true
			}
			return true
		})
	}
}

func isFlat(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return true
	case *types.Slice:
		return isNumeric(u.Elem())
	case *types.Array:
		return isNumeric(u.Elem())
	}
	return false
}

func isNumeric(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsNumeric|types.IsBoolean) != 0
}
