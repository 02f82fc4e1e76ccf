package loop

import (
	"go/types"
	"strconv"
)

func itoa(i int) string { return strconv.Itoa(i) }

// substitute puts type arguments for type parameters in t.
func substitute(t types.Type, args map[*types.TypeParam]types.Type) types.Type {
	return substituteDeep(t, args, 0)
}

func substituteDeep(t types.Type, args map[*types.TypeParam]types.Type, depth int) types.Type {
	if depth > 10 {
		return t
	}
	sub := func(x types.Type) types.Type { return substituteDeep(x, args, depth+1) }
	switch x := types.Unalias(t).(type) {
	case *types.TypeParam:
		if a := args[x]; a != nil {
			return a
		}
	case *types.Pointer:
		return types.NewPointer(sub(x.Elem()))
	case *types.Slice:
		return types.NewSlice(sub(x.Elem()))
	case *types.Array:
		return types.NewArray(sub(x.Elem()), x.Len())
	case *types.Map:
		return types.NewMap(sub(x.Key()), sub(x.Elem()))
	case *types.Chan:
		return types.NewChan(x.Dir(), sub(x.Elem()))
	case *types.Tuple:
		return substituteTuple(x, sub)
	case *types.Signature:
		return types.NewSignatureType(nil, nil, nil, substituteTuple(x.Params(), sub), substituteTuple(x.Results(), sub), x.Variadic())
	case *types.Struct:
		return substituteStruct(x, sub)
	case *types.Named:
		return substituteNamed(x, sub)
	}
	return t
}

func substituteTuple(t *types.Tuple, sub func(types.Type) types.Type) *types.Tuple {
	var vars []*types.Var
	for i := range t.Len() {
		v := t.At(i)
		vars = append(vars, types.NewVar(v.Pos(), v.Pkg(), v.Name(), sub(v.Type())))
	}
	return types.NewTuple(vars...)
}

func substituteStruct(t *types.Struct, sub func(types.Type) types.Type) types.Type {
	var fields []*types.Var
	var tags []string
	for i := range t.NumFields() {
		f := t.Field(i)
		fields = append(fields, types.NewField(f.Pos(), f.Pkg(), f.Name(), sub(f.Type()), f.Embedded()))
		tags = append(tags, t.Tag(i))
	}
	return types.NewStruct(fields, tags)
}

func substituteNamed(t *types.Named, sub func(types.Type) types.Type) types.Type {
	if t.TypeArgs().Len() == 0 {
		return t
	}
	var list []types.Type
	for i := range t.TypeArgs().Len() {
		list = append(list, sub(t.TypeArgs().At(i)))
	}
	n, err := types.Instantiate(nil, t.Origin(), list, false)
	if err != nil {
		return t
	}
	return n
}
