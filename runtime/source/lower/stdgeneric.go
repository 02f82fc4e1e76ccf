package lower

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
)

// fromSource are the packages whose source is lowered with the cell, because
// they consist of generic functions, which cannot be compiled in.
var fromSource = map[string]bool{"slices": true, "maps": true, "cmp": true}

// stdDecl finds the source of a generic function of the standard library. The
// cell was checked against export data; the source is checked here, once, with
// the same importer, so that the types of both are identical.
func (g *gen) stdDecl(f *types.Func) (decl, bool) {
	u, err := g.s.stdUnit(f.Pkg().Path())
	if err != nil {
		g.refuse(f.Pkg().Name()+"."+f.Name(), "its source is not available (%v)", err)
	}
	for _, file := range u.files {
		for _, d := range file.Decls {
			d, ok := d.(*ast.FuncDecl)
			if ok && d.Name.Name == f.Name() && (d.Recv == nil) == (f.Type().(*types.Signature).Recv() == nil) {
				return decl{d, u}, true
			}
		}
	}
	return decl{}, false
}

func (s *Session) stdUnit(path string) (*unit, error) {
	if u := s.std[path]; u != nil {
		return u, nil
	}
	dir := filepath.Join(build.Default.GOROOT, "src", path)
	names, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	u := &unit{fset: token.NewFileSet()}
	for _, n := range names {
		if strings.HasSuffix(n, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(u.fset, n, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		u.files = append(u.files, f)
	}
	if len(u.files) == 0 {
		return nil, fmt.Errorf("no Go toolchain")
	}
	u.info = newInfo()
	conf := types.Config{Importer: stdImporter{s}}
	p, err := conf.Check(path, u.fset, u.files, u.info)
	if err != nil {
		return nil, err
	}
	u.pkg = p
	s.std[path] = u
	s.pkgs[p] = true
	s.adoptStd(u)
	return u, nil
}

// adoptStd makes the functions of a source-checked package known.
func (s *Session) adoptStd(u *unit) {
	for _, f := range u.files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				if o, ok := u.info.Defs[d.Name].(*types.Func); ok {
					s.decls[o] = decl{d, u}
				}
			}
		}
	}
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Instances: map[*ast.Ident]types.Instance{},
		Implicits: map[ast.Node]types.Object{}, Scopes: map[ast.Node]*types.Scope{},
	}
}

// stdImporter imports for the source of a standard package.
type stdImporter struct{ s *Session }

func (i stdImporter) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	return i.s.conf.Importer.Import(path)
}

// iterFunc is a function of package iter, which needs coroutines.
func (g *gen) iterFunc(f *types.Func, targs []types.Type) string {
	switch f.Name() {
	case "Pull":
		return g.pull(g.lt(targs[0]))
	case "Pull2":
		return g.pull2(g.lt(targs[0]), g.lt(targs[1]))
	}
	g.refuse("iter."+f.Name(), "it has no lowered form")
	return ""
}

// pull is iter.Pull for element type t: a sequence of pointers to copies goes
// through the compiled iter.Pull.
func (g *gen) pull(t string) string {
	return g.helper("pull "+t, func(n string) string {
		return strings.NewReplacer("$", n, "#", t).Replace(`func $_y(y func(interface{}) bool) func(#) bool { return func(x #) bool { p := new(#); *p = x; return y(p) } }
func $_s(seq func(func(#) bool)) func(func(interface{}) bool) { return func(y func(interface{}) bool) { seq($_y(y)) } }
func $_n(next func() (interface{}, bool)) func() (#, bool) { return func() (#, bool) { v, ok := next(); p := new(#); if ok { rt.Copy(p, v) }; return *p, ok } }
func $(seq func(func(#) bool)) (func() (#, bool), func()) { next, stop := rt.Pull($_s(seq)); return $_n(next), stop }
`)
	})
}

func (g *gen) pull2(k, v string) string {
	return g.helper("pull2 "+k+" "+v, func(n string) string {
		g.out.typeDecl("type " + n + "_p struct { A " + k + "; B " + v + " }\n")
		return strings.NewReplacer("$", n, "#", k, "@", v).Replace(`func $_y(y func(interface{}) bool) func(#, @) bool { return func(a #, b @) bool { p := new($_p); p.A = a; p.B = b; return y(p) } }
func $_s(seq func(func(#, @) bool)) func(func(interface{}) bool) { return func(y func(interface{}) bool) { seq($_y(y)) } }
func $_n(next func() (interface{}, bool)) func() (#, @, bool) { return func() (#, @, bool) { v, ok := next(); p := new($_p); if ok { rt.Copy(p, v) }; return p.A, p.B, ok } }
func $(seq func(func(#, @) bool)) (func() (#, @, bool), func()) { next, stop := rt.Pull($_s(seq)); return $_n(next), stop }
`)
	})
}

// shortcut is a generic standard function that the run time has in another form:
// because its body is not Go, or because sorting in the interpreter is slow.
func (g *gen) shortcut(f *types.Func, targs []types.Type) string {
	switch f.Pkg().Path() + "." + f.Name() {
	case "maps.Clone":
		return g.mapsClone(targs[0])
	case "slices.Sort":
		return g.helper("sort "+g.lt(targs[0]), func(n string) string {
			return fmt.Sprintf("func %s(x %s) { rt.Sort(x) }\n", n, g.lt(targs[0]))
		})
	case "slices.overlaps":
		list := g.lt(types.NewSlice(targs[0]))
		return g.helper("overlaps "+list, func(n string) string {
			return fmt.Sprintf("func %s(a, b %s) bool { return rt.Overlaps(a, b) }\n", n, list)
		})
	case "slices.SortFunc", "slices.SortStableFunc":
		return g.sortFunc(targs[0], targs[1], f.Name() == "SortStableFunc")
	}
	return ""
}

// sortFunc sorts numbers of elements natively, with the algorithm and so the
// order of comparisons of package slices, and then moves the elements.
func (g *gen) sortFunc(list, el types.Type, stable bool) string {
	ls, le := g.lt(list), g.lt(el)
	return g.helper(fmt.Sprint("sort func ", ls, stable), func(n string) string {
		return fmt.Sprintf("func %s_cmp(x []%s, f func(%s, %s) int) func(int, int) int { return func(i, j int) int { return f(x[i], x[j]) } }\n", n, le, le, le) +
			fmt.Sprintf("func %s(x %s, f func(%s, %s) int) { y := make([]%s, len(x)); copy(y, x); p := rt.SortOrder(len(x), %s_cmp(y, f), %v); for i := 0; i < len(p); i++ { x[i] = y[p[i]] } }\n", n, ls, le, le, le, n, stable)
	})
}

// mapsClone is maps.Clone, whose body is in the run time.
func (g *gen) mapsClone(t types.Type) string {
	lt := g.lt(t)
	return g.helper("clone "+lt, func(n string) string {
		return fmt.Sprintf("func %s(m %s) %s { if m == nil { return nil }; r := make(%s); for k, v := range m { r[k] = v }; return r }\n", n, lt, lt, lt)
	})
}

// atomicPointer lowers atomic.Pointer[T] to a type of the run time.
func (g *gen) atomicPointer(t *types.Named) string {
	o := t.Obj()
	if o.Pkg().Path() != "sync/atomic" || o.Name() != "Pointer" {
		return ""
	}
	return "rt.Pointer"
}

// atomicMethod calls a method of atomic.Pointer[T].
func (g *gen) atomicMethod(fn *types.Func, e *ast.CallExpr, x *ast.SelectorExpr, sig *types.Signature) ([]part, apply, bool) {
	recv, ok := fn.Type().(*types.Signature).Recv().Type().(*types.Pointer)
	if !ok {
		return nil, nil, false
	}
	n, ok := types.Unalias(recv.Elem()).(*types.Named)
	if !ok || n.Obj().Name() != "Pointer" {
		return nil, nil, false
	}
	parts, _ := g.callee(x)
	recvText := parts[0].src
	el := ""
	if n.TypeArgs().Len() > 0 {
		el = g.lt(g.subst(n.TypeArgs().At(0)))
	}
	if sig.Results().Len() > 0 {
		if p, ok := under(sig.Results().At(0).Type()).(*types.Pointer); ok {
			el = g.lt(p.Elem())
		}
	}
	name := "atomic" + fn.Name()
	h := g.helper(name+" "+el, func(h string) string {
		switch fn.Name() {
		case "Load":
			return fmt.Sprintf("func %s(p *rt.Pointer) *%s { v := p.Load(); if rt.IsNil(v) { return nil }; return v.(*%s) }\n", h, el, el)
		case "Store":
			return fmt.Sprintf("func %s(p *rt.Pointer, x *%s) { p.Store(x) }\n", h, g.pointee(sig, 0))
		case "Swap":
			return fmt.Sprintf("func %s(p *rt.Pointer, x *%s) *%s { v := p.Swap(x); if rt.IsNil(v) { return nil }; return v.(*%s) }\n", h, el, el, el)
		}
		return fmt.Sprintf("func %s(p *rt.Pointer, a, b *%s) bool { return p.CompareAndSwap(a, b) }\n", h, g.pointee(sig, 0))
	})
	ps := append([]part{{recvText, "*rt.Pointer"}}, g.args(e, sig)...)
	return ps, joined(e, h), true
}

func (g *gen) pointee(sig *types.Signature, i int) string {
	return g.lt(under(sig.Params().At(i).Type()).(*types.Pointer).Elem())
}
