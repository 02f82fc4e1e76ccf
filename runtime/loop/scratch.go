package loop

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Scratch memory is declared around the loop to save allocations: a slice that
// every iteration cuts to nothing or fills anew, a map that it clears, a builder,
// buffer or hash that it resets. As no iteration sees what the one before left,
// each task may have its own; the contents that the last one leaves are put back
// in order.
//
// That holds only if nobody else can reach the memory: it was made where the
// variable was defined, and no other variable that outlives the iteration refers
// to any part of it.
type scratch struct {
	init string // declares the task's own
	back string // puts its contents back, with "%" for the pointer to the shared one

	partial bool   // a part of the whole, wherever the task ends
	how     string // the way of Written, when not "ordered"
}

// scratches finds the scratch memory of the loop.
func (s *splitter) scratches() (out []private) {
	seen := map[types.Object]bool{}
	for _, st := range s.list {
		ast.Inspect(st, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			o, ok := s.unit.Info.Uses[id].(*types.Var)
			if !ok || seen[o] || o.IsField() || s.body.Pos() <= o.Pos() && o.Pos() < s.body.End() {
				return true
			}
			seen[o] = true
			if p, ok := s.scratch(o); ok {
				out = append(out, p)
			}
			return true
		})
	}
	return out
}

// scratch tells whether o is scratch memory, and of which kind.
func (s *splitter) scratch(o *types.Var) (private, bool) {
	first := s.firstMention(o)
	f := s.qs[0].w.facts[o]
	if first == nil || f == nil || !s.nameable(o.Type()) || s.guarded() || s.mentionedByHeader(o) || s.sharedWithLit(o) {
		return private{}, false
	}
	sc := s.cutSlice(o, f, first)
	for _, kind := range []func(*types.Var, *facts, ast.Stmt) *scratch{s.filledSlice, s.clearedMap, s.resetValue, s.resetHash, s.gathered, s.counted} {
		if sc == nil {
			sc = kind(o, f, first)
		}
	}
	if sc == nil || !s.reachedAlone(o) {
		return private{}, false
	}
	if sc.partial {
		return private{obj: o, def: s.body.Pos(), scratch: sc}, true
	}
	return private{obj: o, def: first.End(), scratch: sc}, true
}

func (s *splitter) firstMention(o types.Object) ast.Stmt {
	for _, st := range s.list {
		if mentions(s.unit, st, o) {
			return st
		}
	}
	return nil
}

func (s *splitter) mentionedByHeader(o types.Object) bool {
	return slices.ContainsFunc(s.headerNodes(), func(n ast.Node) bool { return mentions(s.unit, n, o) })
}

// sharedWithLit tells whether a function outside of the body uses o.
func (s *splitter) sharedWithLit(o types.Object) bool {
	if !s.qs[0].w.facts[o].inLit {
		return false
	}
	found := false
	for _, u := range s.qs[0].w.units {
		for _, root := range u.nodes() {
			ast.Inspect(root, func(n ast.Node) bool {
				switch n.(type) {
				case *ast.FuncLit, *ast.FuncDecl:
					inBody := u == s.unit && s.body.Pos() <= n.Pos() && n.End() <= s.body.End()
					around := n.Pos() <= o.Pos() && o.Pos() < n.End()
					found = found || !inBody && !around && mentions(u, n, o)
				}
				return !found
			})
		}
	}
	return found
}

// reachedAlone tells whether no other variable that outlives an iteration leads
// to memory of o.
func (s *splitter) reachedAlone(o *types.Var) bool {
	for _, q := range s.qs {
		v := q.l.frame.find(o)
		if v == nil || q.inner(v) {
			return false
		}
		others := map[*node]bool{}
		for _, n := range reachable(q.lastingRoots(v), lasting) {
			others[n] = true
		}
		if slices.ContainsFunc(reachable([]*node{v.loc}, lasting), func(n *node) bool { return others[n] }) {
			return false
		}
	}
	return true
}

// made tells whether the variable of f was defined with new memory.
func made(f *facts) bool {
	switch x := f.def.(type) {
	case nil:
		return f.nilDef
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		id, ok := x.Fun.(*ast.Ident)
		return ok && (id.Name == "make" && len(x.Args) < 3 || id.Name == "new")
	case *ast.UnaryExpr:
		_, ok := x.X.(*ast.CompositeLit)
		return ok && x.Op == token.AND
	}
	return false
}

// cutSlice is words = words[:0], after which words is only appended to and read.
func (s *splitter) cutSlice(o *types.Var, f *facts, first ast.Stmt) *scratch {
	_, isSlice := o.Type().Underlying().(*types.Slice)
	a, ok := first.(*ast.AssignStmt)
	if !isSlice || !ok || f.address > 0 || !s.madeSlice(f) || !s.isCut(a, o) || f.assigns != assigns(s.unit, s.body, o) {
		return nil
	}
	for _, st := range s.list {
		if st != first && !s.onlyAppends(st, o) {
			return nil
		}
	}
	name := o.Name()
	return &scratch{
		init: "var " + name + " TYPE",
		back: "if " + name + " == nil { *% = (*%)[:0] } else { *% = " + name + " }",
	}
}

// madeSlice is made, for a slice that may have room to grow.
func (s *splitter) madeSlice(f *facts) bool {
	c, ok := f.def.(*ast.CallExpr)
	if !ok {
		return made(f)
	}
	id, ok := c.Fun.(*ast.Ident)
	return ok && id.Name == "make"
}

// isCut recognises x = x[:0].
func (s *splitter) isCut(a *ast.AssignStmt, o types.Object) bool {
	if a.Tok != token.ASSIGN || len(a.Lhs) != 1 || len(a.Rhs) != 1 || !s.is(a.Lhs[0], o) {
		return false
	}
	x, ok := a.Rhs[0].(*ast.SliceExpr)
	if !ok || !s.is(x.X, o) || x.High == nil || x.Slice3 || x.Low != nil && !s.zero(x.Low) {
		return false
	}
	return s.zero(x.High)
}

func (s *splitter) zero(e ast.Expr) bool {
	tv := s.unit.Info.Types[e]
	return tv.Value != nil && tv.Value.ExactString() == "0"
}

func (s *splitter) is(e ast.Expr, o types.Object) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && s.unit.object(id) == o
}

// onlyAppends tells whether a statement never looks beyond the length of slice
// o, where the elements of earlier iterations are, and assigns it only what it
// appended to it.
func (s *splitter) onlyAppends(st ast.Stmt, o *types.Var) bool {
	ok := true
	ast.Inspect(st, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.AssignStmt:
			for i, l := range x.Lhs {
				if s.is(l, o) {
					ok = ok && len(x.Rhs) == len(x.Lhs) && s.appendsTo(x.Rhs[i], o)
				}
			}
		case *ast.RangeStmt:
			ok = ok && !(x.Tok == token.ASSIGN && (x.Key != nil && s.is(x.Key, o) || x.Value != nil && s.is(x.Value, o)))
		case *ast.SliceExpr:
			ok = ok && (x.High == nil || !sameElements(s.unit.Info.TypeOf(x.X), o.Type()))
		case *ast.CallExpr:
			ok = ok && s.staysInLength(x, o)
		}
		return ok
	})
	return ok
}

func (s *splitter) appendsTo(e ast.Expr, o types.Object) bool {
	c, ok := e.(*ast.CallExpr)
	if !ok || len(c.Args) == 0 || !s.is(c.Args[0], o) {
		return false
	}
	id, ok := c.Fun.(*ast.Ident)
	_, builtin := s.unit.Info.Uses[id].(*types.Builtin)
	return ok && builtin && id.Name == "append"
}

// staysInLength tells whether a call leaves alone what is beyond the length of o:
// a builtin but cap, or compiled code that does not grow what it gets.
func (s *splitter) staysInLength(c *ast.CallExpr, o *types.Var) bool {
	var id *ast.Ident
	switch x := ast.Unparen(c.Fun).(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	}
	about := slices.ContainsFunc(c.Args, func(a ast.Expr) bool { return sameElements(s.unit.Info.TypeOf(a), o.Type()) })
	if !about {
		return true
	}
	if id == nil {
		return false
	}
	switch fn := s.unit.Info.Uses[id].(type) {
	case *types.Builtin:
		return fn.Name() != "cap"
	case *types.Func:
		if fn.Pkg() == nil || s.qs[0].w.decl(fn) != nil {
			return false
		}
		switch fn.Pkg().Path() {
		case "sort", "strings", "fmt", "math", "bytes":
			return true
		case "slices":
			return !strings.HasPrefix(fn.Name(), "Grow") && fn.Name() != "Clip" && fn.Name() != "Insert" && fn.Name() != "Delete" && fn.Name() != "Replace"
		}
	}
	return false
}

func sameElements(a, b types.Type) bool {
	if a == nil {
		return false
	}
	x, ok := a.Underlying().(*types.Slice)
	y, also := b.Underlying().(*types.Slice)
	return ok && also && types.Identical(x.Elem(), y.Elem())
}

// filledSlice is a slice all of whose elements are set before one is read:
// for k := range buf { buf[k] = … }, or clear(buf).
func (s *splitter) filledSlice(o *types.Var, f *facts, first ast.Stmt) *scratch {
	t, ok := o.Type().Underlying().(*types.Slice)
	if !ok || f.assigns != 0 || f.address > 0 || f.nilDef || !made(f) || !(s.clears(first, o) || s.fills(first, o)) {
		return nil
	}
	if refers(t.Elem()) {
		return nil // its elements may be kept elsewhere
	}
	name := o.Name()
	return &scratch{init: name + " := make(TYPE, len(" + name + "))", back: "copy(*%, " + name + ")"}
}

func (s *splitter) clears(st ast.Stmt, o types.Object) bool {
	x, ok := st.(*ast.ExprStmt)
	if !ok {
		return false
	}
	c, ok := x.X.(*ast.CallExpr)
	if !ok || len(c.Args) != 1 || !s.is(c.Args[0], o) {
		return false
	}
	id, ok := c.Fun.(*ast.Ident)
	if !ok {
		return false
	}
	_, builtin := s.unit.Info.Uses[id].(*types.Builtin)
	return builtin && id.Name == "clear"
}

// fills recognises a loop over all of slice o whose first statement sets the
// element, and which nothing leaves early.
func (s *splitter) fills(st ast.Stmt, o types.Object) bool {
	x, ok := st.(*ast.RangeStmt)
	if !ok || !s.is(x.X, o) || x.Tok != token.DEFINE || x.Value != nil && !isBlank(x.Value) || len(x.Body.List) == 0 {
		return false
	}
	k, ok := x.Key.(*ast.Ident)
	if !ok || k.Name == "_" {
		return false
	}
	a, ok := x.Body.List[0].(*ast.AssignStmt)
	if !ok || a.Tok != token.ASSIGN || len(a.Lhs) != 1 || len(a.Rhs) != 1 || mentions(s.unit, a.Rhs[0], o) {
		return false
	}
	ix, ok := a.Lhs[0].(*ast.IndexExpr)
	if !ok || !s.is(ix.X, o) || !s.is(ix.Index, s.unit.Info.Defs[k]) {
		return false
	}
	leaves := false
	ast.Inspect(x.Body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.BranchStmt, *ast.ReturnStmt:
			leaves = true
		}
		return !leaves
	})
	return !leaves && assigns(s.unit, x.Body, s.unit.Info.Defs[k]) == 0
}

// clearedMap is a map that the iteration clears first.
func (s *splitter) clearedMap(o *types.Var, f *facts, first ast.Stmt) *scratch {
	_, ok := o.Type().Underlying().(*types.Map)
	if !ok || f.assigns != 0 || f.address > 0 || f.nilDef || !made(f) || !s.clears(first, o) {
		return nil
	}
	return &scratch{init: o.Name() + " := make(TYPE)", back: "*% = " + o.Name()}
}

// resetValue is a strings.Builder or a bytes.Buffer, or a pointer to a new buffer.
func (s *splitter) resetValue(o *types.Var, f *facts, first ast.Stmt) *scratch {
	name, star := o.Name(), ""
	init := "var " + name + " TYPE"
	if p, ok := o.Type().(*types.Pointer); ok {
		if f.nilDef || !isNamed(p.Elem(), "bytes", "Buffer") {
			return nil
		}
		star = "*"
		if u, ok := f.def.(*ast.UnaryExpr); !ok || s.isPlain(u.X) {
			return nil
		}
		init = name + " := new(ELEM)"
	}
	builder := isNamed(o.Type(), "strings", "Builder")
	if f.assigns != 0 || !builder && star == "" && !isNamed(o.Type(), "bytes", "Buffer") || !made(f) || !s.resets(first, o) || !s.onlyMethods(o) {
		return nil
	}
	to := "(" + star + "*%)"
	if star == "" {
		to = "%"
	}
	if builder {
		return &scratch{init: init, back: to + ".Reset(); " + to + ".WriteString(" + name + ".String())"}
	}
	return &scratch{init: init, back: to + ".Reset(); " + to + ".Write(" + name + ".Bytes())"}
}

// isPlain tells whether e is no literal without elements.
func (s *splitter) isPlain(e ast.Expr) bool {
	lit, ok := e.(*ast.CompositeLit)
	return !ok || len(lit.Elts) > 0
}

// resetHash is a hash made by a function without arguments, h := sha256.New().
func (s *splitter) resetHash(o *types.Var, f *facts, first ast.Stmt) *scratch {
	c, ok := f.def.(*ast.CallExpr)
	if !ok || len(c.Args) > 0 || f.assigns != 0 || !s.resets(first, o) || !s.onlyMethods(o) {
		return nil
	}
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	pkg, isIdent := sel.X.(*ast.Ident)
	_, isInterface := o.Type().Underlying().(*types.Interface)
	n := namedOf(o.Type())
	if !isIdent || !isInterface || n == nil || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "hash" || !s.importsAs(pkg.Name) {
		return nil
	}
	return &scratch{init: o.Name() + " := " + pkg.Name + "." + sel.Sel.Name + "()", back: "*% = " + o.Name()}
}

// importsAs tells whether name is a hash package of the standard library here,
// too, where no variable hides it.
func (s *splitter) importsAs(name string) bool {
	for _, u := range s.qs[0].w.units {
		for _, o := range u.Info.Defs {
			if o != nil && o.Name() == name {
				return false
			}
		}
	}
	return slices.Contains([]string{"sha256", "sha1", "md5", "sha512", "fnv", "crc32", "crc64", "adler32"}, name)
}

// resets recognises x.Reset().
func (s *splitter) resets(st ast.Stmt, o types.Object) bool {
	x, ok := st.(*ast.ExprStmt)
	if !ok {
		return false
	}
	c, ok := x.X.(*ast.CallExpr)
	if !ok || len(c.Args) > 0 {
		return false
	}
	sel, ok := c.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Reset" && s.is(sel.X, o)
}

// onlyMethods tells whether the body uses o only to call methods that tell
// nothing of earlier iterations, and as an argument.
func (s *splitter) onlyMethods(o types.Object) bool {
	allowed := map[*ast.Ident]bool{}
	note := func(e ast.Expr) {
		if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.AND {
			e = u.X
		}
		if id, ok := ast.Unparen(e).(*ast.Ident); ok {
			allowed[id] = true
		}
	}
	ok := true
	for _, st := range s.list {
		ast.Inspect(st, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.CallExpr:
				for _, a := range x.Args {
					note(a)
				}
				if sel, is := x.Fun.(*ast.SelectorExpr); is && !slices.Contains([]string{"Cap", "Available", "AvailableBuffer"}, sel.Sel.Name) {
					note(sel.X)
				}
			case *ast.Ident:
				ok = ok && (s.unit.object(x) != o || allowed[x])
			}
			return ok
		})
	}
	return ok
}
