package inline

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/stdlib"
)

// taker takes declarations out of a checked package.
type taker struct {
	p     *program
	o     *ownImport
	fset  *token.FileSet
	info  *types.Info
	pkg   *types.Package
	text  map[string]string           // of files, by name
	decl  map[types.Object]ast.Node   // what declares an object
	with  map[types.Object][]ast.Node // methods of a type
	taken map[ast.Node]bool
	queue []ast.Node
}

// take is the source of what the file uses of an own package and of what that
// needs, under names of its own.
func take(p *program, o *ownImport) (string, error) {
	t := &taker{p: p, o: o, fset: token.NewFileSet(), text: map[string]string{}, decl: map[types.Object]ast.Node{}, with: map[types.Object][]ast.Node{}, taken: map[ast.Node]bool{}}
	if err := t.check(); err != nil {
		return "", err
	}
	for name := range o.used {
		t.need(t.pkg.Scope().Lookup(name))
	}
	for len(t.queue) > 0 {
		n := t.queue[0]
		t.queue = t.queue[1:]
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				t.need(t.info.Uses[id])
			}
			return true
		})
	}
	return t.write(), nil
}

func (t *taker) check() error {
	fsys := own()[t.o.path]
	names, err := fs.Glob(fsys, "*.go")
	if err != nil {
		return err
	}
	var files []*ast.File
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(t.fset, name, b, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		t.text[name] = string(b)
		files = append(files, f)
	}
	t.info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: stdlib.Importer(token.NewFileSet(), nil)}
	if t.pkg, err = conf.Check(t.o.path, t.fset, files, t.info); err != nil {
		return err
	}
	for _, f := range files {
		for _, d := range f.Decls {
			t.index(d)
		}
	}
	return nil
}

// index notes what a declaration declares. A group of constants or variables
// stays together: iota and comments depend on it.
func (t *taker) index(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		obj := t.info.Defs[d.Name]
		if d.Recv == nil {
			t.decl[obj] = d
			return
		}
		if n, ok := pointee(obj.(*types.Func).Signature().Recv().Type()).(*types.Named); ok {
			t.with[n.Origin().Obj()] = append(t.with[n.Origin().Obj()], d)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				t.decl[t.info.Defs[spec.Name]] = d
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					t.decl[t.info.Defs[id]] = d
				}
			}
		}
	}
}

func pointee(t types.Type) types.Type {
	if p, ok := t.(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// origin is the generic object of an instantiated one.
func origin(obj types.Object) types.Object {
	switch o := obj.(type) {
	case *types.Func:
		return o.Origin()
	case *types.Var:
		return o.Origin()
	}
	return obj
}

func (t *taker) need(obj types.Object) {
	if obj == nil {
		return
	}
	obj = origin(obj)
	nodes := append([]ast.Node{}, t.with[obj]...)
	if n, ok := t.decl[obj]; ok {
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		if !t.taken[n] {
			t.taken[n] = true
			t.queue = append(t.queue, n)
		}
	}
}

// write is the text of what is taken, with the names changed.
func (t *taker) write() string {
	var nodes []ast.Node
	for n := range t.taken {
		nodes = append(nodes, n)
	}
	sort.Slice(nodes, func(i, j int) bool { return nodes[i].Pos() < nodes[j].Pos() })
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString("\n" + t.node(n) + "\n")
	}
	return b.String()
}

func (t *taker) node(n ast.Node) string {
	from := n.Pos()
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
	f := t.fset.File(from)
	text := t.text[f.Name()]
	var b strings.Builder
	at := f.Offset(from)
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if name, ok := t.rename(id); ok {
				b.WriteString(text[at:f.Offset(id.Pos())])
				b.WriteString(name)
				at = f.Offset(id.End())
			}
		}
		return true
	})
	b.WriteString(text[at:f.Offset(n.End())])
	return b.String()
}

// rename is what an identifier of the package is called in the file.
func (t *taker) rename(id *ast.Ident) (string, bool) {
	obj := t.info.Uses[id]
	if obj == nil {
		obj = t.info.Defs[id]
	}
	switch o := obj.(type) {
	case nil:
		return "", false
	case *types.PkgName:
		return t.p.use(o.Imported().Path()), true
	case *types.Var:
		if o.IsField() {
			return t.embedded(o)
		}
	case *types.Func:
		if o.Signature().Recv() != nil {
			return "", false
		}
	}
	if obj.Pkg() != t.pkg || origin(obj).Parent() != t.pkg.Scope() {
		return "", false
	}
	return t.o.rename(obj.Name()), true
}

// embedded is the name of a field that is named by its type.
func (t *taker) embedded(v *types.Var) (string, bool) {
	n, ok := pointee(v.Type()).(*types.Named)
	if !ok || !v.Embedded() || n.Obj().Pkg() != t.pkg {
		return "", false
	}
	return t.o.rename(n.Obj().Name()), true
}
