// Package inline makes a Go program that uses lapbook's own packages one that
// `go run` accepts anywhere: what it uses of them, and what that needs, is
// taken over into the file. It needs no toolchain.
package inline

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/model"
	"github.com/lapbook/lapbook/stdlib"
	"github.com/lapbook/lapbook/stdlib/lab"
)

// own are the packages that are taken over, by path.
func own() map[string]fs.FS {
	return map[string]fs.FS{stdlib.LabPath: lab.Files, stdlib.ModelPath: model.Files}
}

// Program returns the Go file src with its uses of lapbook's packages replaced:
// lab.Fetch becomes labFetch, whose source is appended. A file that uses none is
// returned as it is. Everything else of the text stays.
func Program(src []byte) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("taking over what is used of lab: %w", err)
	}
	p := &program{fset: fset, file: f, src: src, imports: map[string]string{}, fresh: map[string]string{}, names: map[string]bool{}}
	p.read()
	if len(p.own) == 0 {
		return src, nil
	}
	var taken strings.Builder
	for _, o := range p.own {
		text, err := take(p, o)
		if err != nil {
			return nil, fmt.Errorf("taking over what is used of %s: %w", path.Base(o.path), err)
		}
		taken.WriteString(text)
	}
	text, err := format.Source([]byte("package p\n" + taken.String()))
	if err != nil {
		return nil, fmt.Errorf("taking over what is used of lab: %w", err)
	}
	out := p.edited()
	out = append(bytes.TrimRight(out, "\n"), '\n')
	out = append(out, "\n"+p.mark()...)
	return append(out, bytes.TrimPrefix(text, []byte("package p\n"))...), nil
}

// program is the file that takes over.
type program struct {
	fset    *token.FileSet
	file    *ast.File
	src     []byte
	imports map[string]string // path → name, of what the file imports
	fresh   map[string]string // the same for imports that are added
	names   map[string]bool   // every identifier of the file
	own     []*ownImport
	edits   []edit
}

// ownImport is an own package that the file imports.
type ownImport struct {
	path, name string
	prefix     string          // of the names that are taken over
	used       map[string]bool // names that the file uses
}

// edit replaces the bytes [from, to) of the file.
type edit struct {
	from, to int
	text     string
}

func (p *program) offset(pos token.Pos) int { return p.fset.Position(pos).Offset }

func (p *program) read() {
	ast.Inspect(p.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			p.names[id.Name] = true
		}
		return true
	})
	for _, d := range p.file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			p.importDecl(g)
		}
	}
	for _, o := range p.own {
		p.uses(o)
	}
}

// importDecl notes what is imported and drops the imports of own packages.
func (p *program) importDecl(g *ast.GenDecl) {
	for _, s := range g.Specs {
		spec := s.(*ast.ImportSpec)
		importPath, _ := strconv.Unquote(spec.Path.Value)
		name := baseName(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if own()[importPath] == nil {
			if name != "_" && name != "." {
				p.imports[importPath] = name
			}
			continue
		}
		p.own = append(p.own, &ownImport{path: importPath, name: name, prefix: p.prefix(path.Base(importPath)), used: map[string]bool{}})
		from, to := spec.Pos(), spec.End()
		if !g.Lparen.IsValid() {
			from, to = g.Pos(), g.End()
		}
		p.edits = append(p.edits, edit{p.offset(from), p.offset(to), ""})
	}
}

// prefix begins the names of what is taken over; no name of the file does.
func (p *program) prefix(base string) string {
	for {
		free := true
		for name := range p.names {
			free = free && (name == base || !strings.HasPrefix(name, base))
		}
		if free {
			return base
		}
		base += "_"
	}
}

// uses replaces the selectors of an own package. The parser leaves an
// identifier unresolved when nothing in the file declares it.
func (p *program) uses(o *ownImport) {
	ast.Inspect(p.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok && id.Name == o.name && id.Obj == nil {
			o.used[sel.Sel.Name] = true
			p.edits = append(p.edits, edit{p.offset(sel.Pos()), p.offset(sel.End()), o.rename(sel.Sel.Name)})
		}
		return true
	})
}

// rename is labFetch for Fetch and lab_client for client: two names stay two.
func (o *ownImport) rename(name string) string {
	if token.IsExported(name) {
		return o.prefix + name
	}
	return o.prefix + "_" + name
}

// use is the name of an import in the file, added when it is not there.
func (p *program) use(importPath string) string {
	if name, ok := p.imports[importPath]; ok {
		return name
	}
	if name, ok := p.fresh[importPath]; ok {
		return name
	}
	name := baseName(importPath)
	for p.names[name] {
		name += "_"
	}
	p.names[name] = true
	p.fresh[importPath] = name
	return name
}

// baseName is the name that importing a std path declares.
func baseName(importPath string) string { return stdlib.Name(importPath) }

// edited is the file with its edits and the imports that are added, behind the
// package clause so that no line of a declaration moves within it.
func (p *program) edited() []byte {
	if len(p.fresh) > 0 {
		var b strings.Builder
		b.WriteString("\n\nimport (\n")
		paths := make([]string, 0, len(p.fresh))
		for importPath := range p.fresh {
			paths = append(paths, importPath)
		}
		sort.Strings(paths)
		for _, importPath := range paths {
			if name := p.fresh[importPath]; name != path.Base(importPath) {
				fmt.Fprintf(&b, "\t%s %q\n", name, importPath)
				continue
			}
			fmt.Fprintf(&b, "\t%q\n", importPath)
		}
		b.WriteString(")")
		at := p.offset(p.file.Name.End())
		p.edits = append(p.edits, edit{at, at, b.String()})
	}
	sort.SliceStable(p.edits, func(i, j int) bool { return p.edits[i].from < p.edits[j].from })
	var out []byte
	at := 0
	for _, e := range p.edits {
		out = append(out, p.src[at:e.from]...)
		out = append(out, e.text...)
		at = e.to
	}
	return append(out, p.src[at:]...)
}
