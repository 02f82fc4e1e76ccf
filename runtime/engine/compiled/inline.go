package compiled

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/stdlib"
)

// ownBase is a short name of one of lapbook's own packages: the names of what
// is taken over from it begin with it.
func ownBase(importPath string) string { return path.Base(importPath) }

// inlineUse notes that a name of an own package is used and returns what it is
// called in the program.
func (g *generator) inlineUse(importPath, name string) string {
	if g.inlined[importPath] == nil {
		g.inlined[importPath] = map[string]bool{}
	}
	g.inlined[importPath][name] = true
	return inlinedName(importPath, name)
}

// inlinedName is labFetch for Fetch and lab_client for client: two names stay two.
func inlinedName(importPath, name string) string {
	if token.IsExported(name) {
		return ownBase(importPath) + name
	}
	return ownBase(importPath) + "_" + name
}

// inlineName names types of own packages for the type writer.
func (g *generator) inlineName(obj types.Object) (string, bool) {
	if obj.Pkg() == nil || !isOwn(obj.Pkg().Path()) {
		return "", false
	}
	return g.inlineUse(obj.Pkg().Path(), obj.Name()), true
}

// inlineText is the source of what the cells use of own packages and of what
// that needs, under names of its own.
func (g *generator) inlineText() (string, error) {
	var b strings.Builder
	for _, p := range ownPackages() {
		if names := g.inlined[p.path]; len(names) > 0 {
			text, err := g.inlinePackage(p, names)
			if err != nil {
				return "", fmt.Errorf("taking over what is used of %s: %w", ownBase(p.path), err)
			}
			b.WriteString(text)
		}
	}
	return b.String(), nil
}

// inliner takes declarations out of a checked package.
type inliner struct {
	g     *generator
	p     ownPackage
	fset  *token.FileSet
	info  *types.Info
	pkg   *types.Package
	text  map[string]string           // of files, by name
	decl  map[types.Object]ast.Node   // what declares an object
	with  map[types.Object][]ast.Node // methods of a type
	take  map[ast.Node]bool
	queue []ast.Node
}

func (g *generator) inlinePackage(p ownPackage, names map[string]bool) (string, error) {
	in := &inliner{g: g, p: p, fset: token.NewFileSet(), text: map[string]string{}, decl: map[types.Object]ast.Node{}, with: map[types.Object][]ast.Node{}, take: map[ast.Node]bool{}}
	if err := in.check(); err != nil {
		return "", err
	}
	for name := range names {
		if obj := in.pkg.Scope().Lookup(name); obj != nil {
			in.need(obj)
		}
	}
	for len(in.queue) > 0 {
		n := in.queue[0]
		in.queue = in.queue[1:]
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				in.need(in.info.Uses[id])
			}
			return true
		})
	}
	return in.write(), nil
}

func (in *inliner) check() error {
	_, files, err := sources(in.p)
	if err != nil {
		return err
	}
	var list []*ast.File
	for _, name := range sortedKeys(files) {
		in.text[name] = string(files[name])
		f, err := parser.ParseFile(in.fset, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		list = append(list, f)
	}
	in.info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	conf := types.Config{Importer: stdlib.Importer(token.NewFileSet(), nil)}
	if in.pkg, err = conf.Check(in.p.path, in.fset, list, in.info); err != nil {
		return err
	}
	for _, f := range list {
		for _, d := range f.Decls {
			in.index(d)
		}
	}
	return nil
}

// index notes what a declaration declares. A group of constants or variables
// stays together: iota and comments depend on it.
func (in *inliner) index(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		obj := in.info.Defs[d.Name]
		if d.Recv == nil {
			in.decl[obj] = d
			return
		}
		t := obj.(*types.Func).Signature().Recv().Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		if n, ok := t.(*types.Named); ok {
			in.with[n.Origin().Obj()] = append(in.with[n.Origin().Obj()], d)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				in.decl[in.info.Defs[spec.Name]] = d
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					in.decl[in.info.Defs[id]] = d
				}
			}
		}
	}
}

func (in *inliner) need(obj types.Object) {
	if obj == nil {
		return
	}
	obj = origin(obj)
	nodes := append([]ast.Node{}, in.with[obj]...)
	if n, ok := in.decl[obj]; ok {
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		if !in.take[n] {
			in.take[n] = true
			in.queue = append(in.queue, n)
		}
	}
}

// write is the text of what is taken, with the names changed.
func (in *inliner) write() string {
	var nodes []ast.Node
	for n := range in.take {
		nodes = append(nodes, n)
	}
	sort.Slice(nodes, func(i, j int) bool { return nodes[i].Pos() < nodes[j].Pos() })
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString("\n" + in.node(n) + "\n")
	}
	return b.String()
}

func (in *inliner) node(n ast.Node) string {
	from, to := n.Pos(), n.End()
	switch d := n.(type) {
	case *ast.FuncDecl:
		if d.Doc != nil {
			from = d.Doc.Pos()
		}
	case *ast.GenDecl:
		if d.Doc != nil {
			from = d.Doc.Pos()
		}
	}
	f := in.fset.File(from)
	text := in.text[f.Name()]
	var b strings.Builder
	at := f.Offset(from)
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		name, ok := in.rename(id)
		if ok {
			b.WriteString(text[at:f.Offset(id.Pos())])
			b.WriteString(name)
			at = f.Offset(id.End())
		}
		return true
	})
	b.WriteString(text[at:f.Offset(to)])
	return b.String()
}

// embedded is the name of a field that is named by its type.
func (in *inliner) embedded(v *types.Var) (string, bool) {
	t := v.Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := t.(*types.Named)
	if !ok || !v.Embedded() || n.Obj().Pkg() != in.pkg {
		return "", false
	}
	return inlinedName(in.p.path, n.Obj().Name()), true
}

// rename is what an identifier of the package is called in the program.
func (in *inliner) rename(id *ast.Ident) (string, bool) {
	obj := in.info.Uses[id]
	if obj == nil {
		obj = in.info.Defs[id]
	}
	switch o := obj.(type) {
	case nil:
		return "", false
	case *types.PkgName:
		return in.g.use(o.Imported().Path()), true
	case *types.Var:
		if o.IsField() {
			return in.embedded(o)
		}
	case *types.Func:
		if o.Signature().Recv() != nil {
			return "", false
		}
	}
	if obj.Pkg() != in.pkg || origin(obj).Parent() != in.pkg.Scope() {
		return "", false
	}
	return inlinedName(in.p.path, obj.Name()), true
}
