package source

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"
)

// A methodChange gives a session type of an earlier cell a new or another method.
type methodChange struct {
	named  *types.Named
	method *types.Func
}

// foreignMethods returns the methods that the cell declares on types of earlier cells.
func (k *checking) foreignMethods() []*ast.FuncDecl {
	var list []*ast.FuncDecl
	for _, d := range k.decls {
		fd, ok := d.(*ast.FuncDecl)
		if ok && fd.Recv != nil && len(fd.Recv.List) == 1 && k.foreignType(fd) != nil {
			list = append(list, fd)
		}
	}
	return list
}

// foreignType returns the session type on which fd declares a method, nil when
// this cell declares that type.
func (k *checking) foreignType(fd *ast.FuncDecl) *types.Named {
	id := receiverName(fd)
	if id == nil {
		return nil
	}
	obj, _ := k.s.session.Lookup(id.Name).(*types.TypeName)
	if obj == nil || obj.Pkg() != k.s.pkg || k.declares(id.Name) {
		return nil
	}
	named, _ := types.Unalias(obj.Type()).(*types.Named)
	if named == nil {
		return nil
	}
	return named.Origin()
}

// receiverName returns the identifier of the receiver's base type.
func receiverName(fd *ast.FuncDecl) *ast.Ident {
	e := fd.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x
		default:
			return nil
		}
	}
}

// addMethods runs when signatures are checked and no body is: types of earlier
// cells get the methods that this cell declares on them. undo takes them back.
func (k *checking) addMethods(list []*ast.FuncDecl) {
	seen := map[methodChange]bool{}
	for _, fd := range list {
		f, ok := k.cell.Info.Defs[fd.Name].(*types.Func)
		named := k.foreignType(fd)
		if !ok || named == nil || fd.Name.Name == "_" {
			continue
		}
		old := method(named, f.Name())
		switch {
		case seen[methodChange{named, old}]:
			k.failAt(fd.Name.Pos(), "method "+named.Obj().Name()+"."+f.Name()+" already declared", "")
			continue
		case hasField(named, f.Name()):
			k.failAt(fd.Name.Pos(), "field and method with the same name "+f.Name(), "")
			continue
		case old != nil && sameSignature(old, f):
			k.local[f] = old
			k.kept[old] = true
			seen[methodChange{named, old}] = true
			continue
		case named.TypeParams().Len() > 0 && old != nil:
			k.failAt(fd.Name.Pos(), "method "+named.Obj().Name()+"."+f.Name()+" of a generic type has another signature", "declare "+named.Obj().Name()+" again together with its methods")
			continue
		}
		k.change(named, f, old)
		seen[methodChange{named, f}] = true
	}
}

// change puts f among the methods of named, in place of old if that is not nil.
func (k *checking) change(named *types.Named, f, old *types.Func) {
	before := methods(named)
	k.undoes = append(k.undoes, func() { setMethods(named, before) })
	setMethods(named, withMethod(before, f, old))
	k.undoes = append(k.undoes, k.s.giveInstances(named, k.cell))
	k.cell.changes = append(k.cell.changes, methodChange{named, f})
	if old != nil {
		k.replaced[old] = f
	}
}

// withMethod returns a new list with f in place of old.
func withMethod(list []*types.Func, f, old *types.Func) []*types.Func {
	list = slices.Clone(list)
	if i := slices.Index(list, old); i >= 0 {
		list[i] = f
		return list
	}
	return append(list, f)
}

func methods(named *types.Named) []*types.Func {
	return slices.Collect(named.Methods())
}

func method(named *types.Named, name string) *types.Func {
	for m := range named.Methods() {
		if m.Name() == name {
			return m
		}
	}
	return nil
}

func hasField(named *types.Named, name string) bool {
	st, ok := named.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range st.Fields() {
		if f.Name() == name {
			return true
		}
	}
	return false
}

// sameSignature reports whether a method may take the place of old without
// another check of those who call it.
func sameSignature(old, f *types.Func) bool {
	a, b := old.Signature(), f.Signature()
	if a.RecvTypeParams().Len() > 0 {
		return genericText(a) == genericText(b)
	}
	if types.TypeString(a.Recv().Type(), nil) != types.TypeString(b.Recv().Type(), nil) {
		return false // value and pointer receivers make other method sets
	}
	return types.Identical(a, b)
}

// genericText spells a method of a generic type, with its receiver, such that
// names of parameters do not count: receiver type parameters are other objects in
// each declaration.
func genericText(sig *types.Signature) string {
	nameless := func(list *types.Tuple) *types.Tuple {
		var vars []*types.Var
		for v := range list.Variables() {
			vars = append(vars, types.NewParam(v.Pos(), nil, "", v.Type()))
		}
		return types.NewTuple(vars...)
	}
	text := types.TypeString(sig.Recv().Type(), nil) + types.TypeString(types.NewSignatureType(nil, nil, nil, nameless(sig.Params()), nameless(sig.Results()), sig.Variadic()), nil)
	return typeWord.ReplaceAllStringFunc(text, func(word string) string {
		for i := range sig.RecvTypeParams().Len() {
			if word == sig.RecvTypeParams().At(i).Obj().Name() {
				return "$" + itoa(i)
			}
		}
		return word
	})
}

// typeWord is a name in the text of a type, with its package.
var typeWord = regexp.MustCompile(`[\pL_][\pL\d_./]*`)
