package source

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
)

// A typeSpec is the declaration of a session type.
type typeSpec struct {
	cell *Cell
	spec *ast.TypeSpec
}

// keepTypes finds type declarations that say what the session has already: the
// same text in which every name means what it meant. Such a type stays the type
// it is, so that a cell may be run again and values made before still fit.
func (k *checking) keepTypes() map[*ast.TypeSpec]typeSpec {
	kept := map[*ast.TypeSpec]typeSpec{}
	for _, spec := range typeSpecs(k.p.decls) {
		old, ok := k.s.types[k.s.session.Lookup(spec.Name.Name)]
		if ok && k.sameText(spec, old) && k.sameMethods(old) {
			kept[spec] = old
		}
	}
	for changed := true; changed; {
		changed = false
		for spec, old := range kept {
			if !k.sameMeaning(old, kept) {
				delete(kept, spec)
				changed = true
			}
		}
	}
	return kept
}

func typeSpecs(decls []ast.Decl) []*ast.TypeSpec {
	var specs []*ast.TypeSpec
	for _, d := range decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
			for _, s := range g.Specs {
				specs = append(specs, s.(*ast.TypeSpec))
			}
		}
	}
	return specs
}

// sameText compares the tokens of both declarations.
func (k *checking) sameText(spec *ast.TypeSpec, old typeSpec) bool {
	return slices.Equal(tokens(k.code, k.p.file, spec), tokens(old.cell.code, k.s.fset.File(old.spec.Pos()), old.spec))
}

// tokens returns the tokens of n without comments.
func tokens(code string, file *token.File, n ast.Node) []string {
	src := []byte(code[file.Offset(n.Pos()):file.Offset(n.End())])
	var sc scanner.Scanner
	sc.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)
	var list []string
	for {
		_, tok, lit := sc.Scan()
		switch {
		case tok == token.EOF:
			return list
		case tok == token.SEMICOLON:
			lit = ""
		case (tok == token.RBRACE || tok == token.RPAREN) && len(list) > 0 && list[len(list)-1] == token.SEMICOLON.String():
			list = list[:len(list)-1]
		}
		list = append(list, tok.String()+lit)
	}
}

// sameMethods reports whether the methods that were declared along with the
// type are all declared again: without one of them, it is another type.
func (k *checking) sameMethods(old typeSpec) bool {
	again := map[string]bool{}
	for _, d := range k.p.decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Recv != nil && len(fd.Recv.List) == 1 {
			if id := receiverName(fd); id != nil && id.Name == old.spec.Name.Name {
				again[fd.Name.Name] = true
			}
		}
	}
	for _, m := range old.cell.methods {
		if t := receiverType(m); t != nil && t == old.cell.Info.Defs[old.spec.Name] && !again[m.Name()] {
			return false
		}
	}
	return true
}

// sameMeaning reports whether the names in the old declaration mean the same now.
func (k *checking) sameMeaning(old typeSpec, kept map[*ast.TypeSpec]typeSpec) bool {
	same := true
	ast.Inspect(old.spec, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || !same {
			return same
		}
		switch obj := old.cell.Info.Uses[id].(type) {
		case nil:
		case *types.PkgName:
			same = k.importsAs(id.Name) == obj.Imported().Path()
		default:
			if obj.Parent() == types.Universe || obj.Pkg() == k.s.pkg && obj.Parent() == k.s.pkg.Scope() {
				same = k.meansStill(id.Name, obj, kept)
			}
		}
		return same
	})
	return same
}

func (k *checking) meansStill(name string, obj types.Object, kept map[*ast.TypeSpec]typeSpec) bool {
	for spec := range kept {
		if spec.Name.Name == name {
			return k.s.session.Lookup(name) == obj
		}
	}
	_, now := k.s.session.LookupParent(name, token.NoPos)
	return now == obj && !declares(k.p.decls, name)
}

// importsAs returns the path of the package that name denotes in this cell.
func (k *checking) importsAs(name string) string {
	for _, spec := range k.p.imports {
		if localName(spec) == name {
			return importPath(spec)
		}
	}
	if b := k.s.names[name]; b != nil {
		return b.path
	}
	return k.stdFor(name)
}

// without returns decls without the types that are kept.
func without(decls []ast.Decl, kept map[*ast.TypeSpec]typeSpec) []ast.Decl {
	if len(kept) == 0 {
		return decls
	}
	var list []ast.Decl
	for _, d := range decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			list = append(list, d)
			continue
		}
		rest := *g
		rest.Specs = nil
		for _, s := range g.Specs {
			if _, keep := kept[s.(*ast.TypeSpec)]; !keep {
				rest.Specs = append(rest.Specs, s)
			}
		}
		if len(rest.Specs) > 0 {
			list = append(list, &rest)
		}
	}
	return list
}

// copyInfo gives the nodes of a kept declaration what the old ones have.
func copyInfo(to *types.Info, spec *ast.TypeSpec, old typeSpec) {
	from := old.cell.Info
	a, b := nodes(old.spec), nodes(spec)
	if len(a) != len(b) {
		return
	}
	for i := range a {
		switch o := a[i].(type) {
		case *ast.Ident:
			n := b[i].(*ast.Ident)
			copyEntry(to.Defs, from.Defs, n, o)
			copyEntry(to.Uses, from.Uses, n, o)
			copyEntry(to.Instances, from.Instances, n, o)
		case *ast.SelectorExpr:
			copyEntry(to.Selections, from.Selections, b[i].(*ast.SelectorExpr), o)
		}
		copyEntry(to.Implicits, from.Implicits, b[i], a[i])
		copyEntry(to.Scopes, from.Scopes, b[i], a[i])
		if e, ok := a[i].(ast.Expr); ok {
			copyEntry(to.Types, from.Types, b[i].(ast.Expr), e)
		}
	}
}

func copyEntry[K comparable, V any](to, from map[K]V, n, o K) {
	if v, ok := from[o]; ok {
		to[n] = v
	}
}

func nodes(n ast.Node) []ast.Node {
	var list []ast.Node
	ast.Inspect(n, func(n ast.Node) bool {
		if _, comment := n.(*ast.CommentGroup); n == nil || comment {
			return false
		}
		list = append(list, n)
		return true
	})
	return list
}
