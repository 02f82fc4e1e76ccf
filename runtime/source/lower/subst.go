package lower

import "go/types"

// subst replaces the type parameters of the function instance that is being
// lowered by its type arguments.
func (g *gen) subst(t types.Type) types.Type {
	if t == nil || len(g.fn.env) == 0 {
		return t
	}
	switch t := t.(type) {
	case *types.TypeParam:
		if u, ok := g.fn.env[t]; ok {
			return u
		}
	case *types.Alias:
		return g.subst(types.Unalias(t))
	case *types.Named:
		return g.substNamed(t)
	case *types.Pointer:
		return types.NewPointer(g.subst(t.Elem()))
	case *types.Slice:
		return types.NewSlice(g.subst(t.Elem()))
	case *types.Array:
		return types.NewArray(g.subst(t.Elem()), t.Len())
	case *types.Map:
		return types.NewMap(g.subst(t.Key()), g.subst(t.Elem()))
	case *types.Chan:
		return types.NewChan(t.Dir(), g.subst(t.Elem()))
	case *types.Tuple:
		return g.substTuple(t)
	case *types.Signature:
		return types.NewSignatureType(nil, nil, nil, g.substTuple(t.Params()), g.substTuple(t.Results()), t.Variadic())
	case *types.Struct:
		return g.substStruct(t)
	case *types.Interface:
		return g.substInterface(t)
	}
	return t
}

func (g *gen) substNamed(t *types.Named) types.Type {
	if t.TypeArgs().Len() == 0 {
		return t
	}
	args := make([]types.Type, 0, t.TypeArgs().Len())
	for a := range t.TypeArgs().Types() {
		args = append(args, g.subst(a))
	}
	n, err := types.Instantiate(g.s.ctx, t.Origin(), args, false)
	if err != nil {
		g.refuse("generic type", "%s cannot be instantiated: %v", nameOf(t), err)
	}
	return n
}

func (g *gen) substTuple(t *types.Tuple) *types.Tuple {
	if t == nil {
		return nil
	}
	vs := make([]*types.Var, 0, t.Len())
	for v := range t.Variables() {
		vs = append(vs, types.NewVar(v.Pos(), v.Pkg(), v.Name(), g.subst(v.Type())))
	}
	return types.NewTuple(vs...)
}

func (g *gen) substStruct(t *types.Struct) types.Type {
	vs := make([]*types.Var, t.NumFields())
	tags := make([]string, t.NumFields())
	for i := range vs {
		v := t.Field(i)
		vs[i] = types.NewField(v.Pos(), v.Pkg(), v.Name(), g.subst(v.Type()), v.Embedded())
		tags[i] = t.Tag(i)
	}
	return types.NewStruct(vs, tags)
}

func (g *gen) substInterface(t *types.Interface) types.Type {
	if t.NumMethods() == 0 {
		return t
	}
	ms := make([]*types.Func, t.NumMethods())
	for i := range ms {
		m := t.Method(i)
		ms[i] = types.NewFunc(m.Pos(), m.Pkg(), m.Name(), g.subst(m.Type()).(*types.Signature))
	}
	return types.NewInterfaceType(ms, nil).Complete()
}
