package source

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// A declared is the definition of a function or method that counts now.
type declared struct {
	cell *Cell         // in whose Info it is checked
	text *Cell         // whose text it is
	decl *ast.FuncDecl // a node that cell.Info knows
	obj  types.Object
	n    int // order
}

// A rebinding is a declaration of an earlier cell that is checked again.
type rebinding struct {
	old    *declared
	decl   *ast.FuncDecl // fresh nodes
	pinned map[string]types.Object

	follows *types.TypeName // not nil: a method of this type that its new definition takes over
}

// replacements returns the objects of earlier cells whose names this cell gives
// a new object, with the new ones.
func (k *checking) replacements() map[types.Object]types.Object {
	m := maps.Clone(k.replaced)
	for name, obj := range k.defined() {
		if b := k.s.names[name]; b != nil && b.obj != nil && !sameBinding(b.obj, obj) {
			m[b.obj] = obj
		}
	}
	return m
}

// dependents returns the functions of earlier cells that must be checked again,
// in the order of their definition.
func (k *checking) dependents() []*declared {
	replaced := k.replacements()
	for old := range replaced {
		if _, isType := old.(*types.TypeName); isType {
			delete(replaced, old) // values of the old type live on, and so does what handles them
		}
	}
	if len(replaced) == 0 && len(k.s.broken) == 0 {
		return nil
	}
	defined := k.defined()
	var list []*declared
	for obj, d := range k.s.live {
		if k.isAgain(obj) || k.broken[obj] != nil {
			continue
		}
		refs := k.s.funcFacts[obj].refs
		stale := false
		for ref := range refs {
			_, gone := replaced[ref]
			stale = stale || gone
		}
		if k.s.broken[obj] != nil && !stale {
			for name := range defined {
				stale = stale || k.s.broken[obj].names[name]
			}
		}
		if stale {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b *declared) int { return a.n - b.n })
	return list
}

// isAgain reports whether this cell itself has a new definition for obj, or
// checks the old one again already.
func (k *checking) isAgain(obj types.Object) bool {
	if k.kept[obj] || k.replaced[obj] != nil {
		return true
	}
	for _, r := range k.rebinds {
		if r.old.obj == obj && r.follows == nil {
			return true
		}
	}
	if isMethod(obj) {
		return false
	}
	return k.defined()[obj.Name()] != nil
}

// reparse returns fresh nodes for a declaration of an earlier cell, at the same
// positions; the old ones may be in use.
func (k *checking) reparse(d *declared, follows bool) *rebinding {
	file := k.s.fset.File(d.decl.Pos())
	p := &parsed{file: file}
	chunks, errs := split(file, d.text.code)
	if errs == nil {
		errs = p.parseDecls(d.text.code, chunks)
	}
	for _, decl := range p.decls {
		if fd, ok := decl.(*ast.FuncDecl); ok && errs == nil && fd.Pos() == d.decl.Pos() {
			r := &rebinding{old: d, decl: fd, pinned: map[string]types.Object{}}
			k.pin(r, follows)
			return r
		}
	}
	return nil
}

// pin makes names in a rebinding mean what they meant where the session has
// given them to something else: an old type, a package, a predeclared name.
// Variables, functions and constants are what rebinding is for. A method that
// follows its type means the types that have those names now.
func (k *checking) pin(r *rebinding, follows bool) {
	old := nodes(r.old.decl)
	info := r.old.cell.Info
	for i, n := range nodes(r.decl) {
		id, ok := n.(*ast.Ident)
		if !ok || i >= len(old) {
			continue
		}
		was, ok := old[i].(*ast.Ident)
		if !ok {
			continue
		}
		switch obj := info.Uses[was].(type) {
		case nil:
		case *types.PkgName:
			id.Name = k.importFor(was.Name, obj)
		default:
			_, isType := obj.(*types.TypeName)
			session := isType && obj.Pkg() == k.s.pkg && obj.Parent() == k.s.pkg.Scope()
			if (!session || follows) && obj.Parent() != types.Universe {
				id.Name = strings.TrimPrefix(obj.Name(), hookPrefix)
				continue
			}
			id.Name = obj.Name()
			_, now := k.s.session.LookupParent(obj.Name(), 0)
			if now != obj || k.defined()[obj.Name()] != nil {
				id.Name = fmt.Sprintf("%spin%d·%s", hookPrefix, len(k.pins), obj.Name())
				k.pins = append(k.pins, id.Name)
				r.pinned[id.Name] = obj
			}
		}
	}
}

// importFor returns the name under which this cell imports pn's package: the
// one it had, or one made of the path when that means something else now.
func (k *checking) importFor(name string, pn *types.PkgName) string {
	path := pn.Imported().Path()
	if now := k.importsAs(name); now != path && now != "" {
		name = strings.Map(func(r rune) rune {
			if r == '/' || r == '.' || r == '-' {
				return '_'
			}
			return r
		}, path)
	}
	k.extra[name] = path
	return name
}

// restorePins gives pinned identifiers their names back and reports nothing.
func (k *checking) restorePins() {
	for _, r := range k.rebinds {
		ast.Inspect(r.decl, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if obj := r.pinned[id.Name]; obj != nil {
					id.Name = obj.Name()
				}
			}
			return true
		})
	}
}

// brokenFunc is a function that no longer compiles.
type brokenFunc struct {
	err   Error
	names map[string]bool // that occur in it
	by    string          // id of the cell that broke it
}

// breaks notes the first error inside a rebinding; it reports whether err was one.
func (k *checking) breaks(err types.Error) bool {
	for _, r := range k.rebinds {
		if err.Pos < r.decl.Pos() || err.Pos >= r.decl.End() {
			continue
		}
		at, obj := k.s.fset.Position(err.Pos), r.old.obj
		why := Error{Message: flat(demangle(err.Msg)), Cell: at.Filename, Line: at.Line, Column: at.Column}
		switch {
		case r.follows != nil:
			k.lose(r, why)
		case k.broken[obj] == nil:
			k.broken[obj] = &brokenFunc{err: why, names: identNames(r.decl), by: k.cell.ID}
		}
		return true
	}
	return false
}

func identNames(n ast.Node) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names[id.Name] = true
		}
		return true
	})
	return names
}

// demangle takes the marks of pinned names out of a message.
func demangle(msg string) string {
	for {
		i := strings.Index(msg, hookPrefix+"pin")
		if i < 0 {
			return msg
		}
		j := strings.Index(msg[i+len(hookPrefix):], "·")
		if j < 0 {
			return msg
		}
		msg = msg[:i] + msg[i+len(hookPrefix)+j+len("·"):]
	}
}

// flat puts what a call has and wants on one line.
func flat(msg string) string {
	msg, rest, more := strings.Cut(msg, "\n\t")
	if !more {
		return msg
	}
	return msg + " (" + strings.ReplaceAll(rest, "\n\t", ", ") + ")"
}

// useOfBroken reports functions that no longer compile and that the cell uses,
// itself or through others.
func (k *checking) useOfBroken() {
	broken := maps.Clone(k.s.broken)
	maps.Copy(broken, k.broken)
	maps.DeleteFunc(broken, func(obj types.Object, _ *brokenFunc) bool { return k.isAgain(obj) })
	if len(broken) == 0 {
		return
	}
	for id, obj := range k.cell.Info.Uses {
		if id.Pos() < k.p.file.Pos(0) || id.Pos() > k.p.file.Pos(k.p.file.Size()) {
			continue
		}
		if b := k.s.reaches(obj, broken, map[types.Object]bool{}); b != nil {
			k.failAt(id.Pos(), fmt.Sprintf("%s no longer compiles since %s: %s", id.Name, k.cellName(b.by), k.placed(b.err)), "")
		}
	}
}

// reaches returns the broken function that a use of obj leads to, or nil.
func (s *Scope) reaches(obj types.Object, broken map[types.Object]*brokenFunc, seen map[types.Object]bool) *brokenFunc {
	if f, ok := obj.(*types.Func); ok {
		obj = f.Origin()
	}
	if b := broken[obj]; b != nil {
		return b
	}
	f := s.funcFacts[obj]
	if f == nil || seen[obj] {
		return nil
	}
	seen[obj] = true
	for ref := range f.refs {
		if _, fn := ref.(*types.Func); fn {
			if b := s.reaches(ref, broken, seen); b != nil {
				return b
			}
		}
	}
	return nil
}

// redefinitionNotices says what keeps an old type, and what no longer compiles.
func (k *checking) redefinitionNotices() {
	for _, obj := range sortedObjects(k.replacements()) {
		if _, isType := obj.(*types.TypeName); isType {
			if users := k.s.users(obj, k.cell); len(users) > 0 {
				k.notice("%s has a new definition; still using the old one: %s", obj.Name(), strings.Join(users, ", "))
			}
		}
	}
	k.methodNotices()
	k.literalNotices()
	for _, obj := range sortedObjects(k.broken) {
		b := k.broken[obj]
		k.notice("%s no longer compiles: %s", obj.Name(), k.placed(b.err))
	}
}

// literalNotices says which function values still use what has been defined
// again: an object that has been replaced, because the body of a function literal
// cannot be checked again without running the statement that it is part of, and
// any function, because a function value keeps the functions that it was made with.
func (k *checking) literalNotices() {
	replaced := k.replacements()
	for old := range replaced {
		if _, isType := old.(*types.TypeName); isType {
			delete(replaced, old)
		}
	}
	for name := range k.defined() {
		if b := k.s.names[name]; b != nil && b.obj != nil {
			if _, isFunc := b.obj.(*types.Func); isFunc {
				replaced[b.obj] = b.obj
			}
		}
	}
	if len(replaced) == 0 {
		return
	}
	for _, c := range k.s.cells {
		for _, old := range sortedObjects(replaced) {
			if !k.s.inLiterals(c, old) {
				continue
			}
			for _, d := range c.Defs {
				if b := k.s.names[d.Name()]; b != nil && b.obj == d && b.cell == c && k.names[d.Name()] == nil && holdsFunc(d) {
					k.notice("%s (%s) still uses the old %s", d.Name(), c.ID, old.Name())
				}
			}
		}
	}
}

// inLiterals reports whether a function literal of c uses o, itself or through
// functions that it calls.
func (s *Scope) inLiterals(c *Cell, o types.Object) bool {
	if c.facts.inLits[o] {
		return true
	}
	if _, isFunc := o.(*types.Func); !isFunc {
		return false // functions are checked again, or share the variable
	}
	only := map[types.Object]*brokenFunc{o: {}}
	for ref := range c.facts.inLits {
		if _, isFunc := ref.(*types.Func); isFunc && s.reaches(ref, only, map[types.Object]bool{}) != nil {
			return true
		}
	}
	return false
}

// holdsFunc reports whether obj is a variable of a function type.
func holdsFunc(obj types.Object) bool {
	if _, ok := obj.(*types.Var); !ok {
		return false
	}
	_, ok := obj.Type().Underlying().(*types.Signature)
	return ok
}

func (k *checking) notice(format string, args ...any) {
	k.cell.Notices = append(k.cell.Notices, fmt.Sprintf(format, args...))
}

func sortedObjects[V any](m map[types.Object]V) []types.Object {
	return slices.SortedFunc(maps.Keys(m), func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
}

// users returns the names, with their cells, of what has or uses type t and is
// not defined again by c.
func (s *Scope) users(t types.Object, c *Cell) []string {
	var objs []types.Object
	for _, b := range s.names {
		if b.obj == nil || b.obj == t || slices.ContainsFunc(c.Defs, func(d types.Object) bool { return d.Name() == b.obj.Name() }) {
			continue
		}
		uses := false
		typ := b.obj.Type()
		if _, isType := b.obj.(*types.TypeName); isType {
			typ = typ.Underlying()
		}
		eachNamed(typ, func(n *types.Named) { uses = uses || n.Origin().Obj() == t })
		if f := s.funcFacts[b.obj]; f != nil {
			uses = uses || f.refs[t]
		}
		if uses {
			objs = append(objs, b.obj)
		}
	}
	slices.SortFunc(objs, func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
	var names []string
	for _, o := range objs {
		names = append(names, fmt.Sprintf("%s (%s)", o.Name(), s.owners[o].ID))
	}
	return names
}
