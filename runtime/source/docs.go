package source

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lapbook/lapbook/stdlib"
	"github.com/lapbook/lapbook/stdlib/lab"
)

// Doc returns what there is to say about a name as a cell would write it (x,
// f, Point.Norm, strings, strings.Fields, http.Client.Do): its declaration, its
// comment, and where it comes from. It is "" when nothing is known. Comments of
// imported packages are read from their source, where that is installed.
func (s *Scope) Doc(name string) string {
	parts := strings.Split(name, ".")
	if d := s.sessionDoc(parts); d != "" {
		return d
	}
	s.mu.Lock()
	path := s.std[parts[0]]
	if b := s.names[parts[0]]; b != nil {
		path = b.path
	}
	if strings.Contains(name, "/") { // a whole import path, perhaps with a member
		i := strings.LastIndexByte(name, '/')
		base, member, _ := strings.Cut(name[i+1:], ".")
		path, parts = name[:i+1]+base, strings.Split(member, ".")
		parts = append([]string{base}, parts...)
		if member == "" {
			parts = parts[:1]
		}
	}
	s.mu.Unlock()
	if path == "" {
		return predeclared(name)
	}
	return s.packageDoc(path, parts[1:])
}

// sessionDoc describes what a cell defines.
func (s *Scope) sessionDoc(parts []string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.names[parts[0]]
	if b == nil || b.obj == nil {
		return ""
	}
	obj := b.obj
	for _, member := range parts[1:] {
		t := obj.Type()
		found, _, _ := types.LookupFieldOrMethod(t, true, s.pkg, member)
		if found == nil {
			return ""
		}
		obj = found
	}
	var out strings.Builder
	text := types.ObjectString(obj, shortPackage)
	comment := ""
	cell := s.owners[obj]
	if cell == nil {
		cell = b.cell
	}
	if d := s.live[obj]; d != nil {
		text, comment = s.source(d.text, signatureOf(d.decl)), d.decl.Doc.Text()
	} else if d, ok := s.types[obj]; ok {
		text, comment = "type "+s.source(d.cell, d.spec), typeComment(d)
	}
	out.WriteString(text + "\n")
	if comment != "" {
		out.WriteString("\n" + indent(comment))
	}
	if at := s.fset.Position(obj.Pos()); cell != nil && at.Line > 0 && obj.Pkg() == s.pkg {
		line := at.Line
		if at.Filename != cell.ID {
			line = 0
		}
		if line > 0 {
			fmt.Fprintf(&out, "\ndefined in cell %d (%s), line %d\n", cell.Index, cell.ID, line)
		} else {
			fmt.Fprintf(&out, "\ndefined in cell %d (%s)\n", cell.Index, cell.ID)
		}
	}
	return out.String()
}

func indent(comment string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(comment), "\n", "\n    ") + "\n"
}

// signatureOf returns the declaration without its body.
func signatureOf(d *ast.FuncDecl) *ast.FuncDecl {
	return &ast.FuncDecl{Recv: d.Recv, Name: d.Name, Type: d.Type}
}

func typeComment(d typeSpec) string {
	if d.spec.Doc != nil {
		return d.spec.Doc.Text()
	}
	for _, decl := range d.cell.Decls {
		if g, ok := decl.(*ast.GenDecl); ok && len(g.Specs) == 1 && g.Specs[0] == d.spec {
			return g.Doc.Text()
		}
	}
	return ""
}

// source prints a node of a cell.
func (s *Scope) source(c *Cell, n ast.Node) string {
	var b bytes.Buffer
	if err := (&printer.Config{Mode: printer.UseSpaces, Tabwidth: 4}).Fprint(&b, s.fset, n); err != nil {
		return ""
	}
	return b.String()
}

func predeclared(name string) string {
	obj := types.Universe.Lookup(name)
	if obj == nil {
		return ""
	}
	if d, ok := builtinDocs()[name]; ok {
		return d[0] + "\n\n" + indent(d[1]) + "\npredeclared in Go\n"
	}
	return types.ObjectString(obj, shortPackage) + "\n\npredeclared in Go\n"
}

// packageDoc describes a package or one of its members.
func (s *Scope) packageDoc(path string, members []string) string {
	p, err := s.imp.Import(path)
	if err != nil {
		return ""
	}
	docs := s.sourceDocs(path)
	if len(members) == 0 {
		text := fmt.Sprintf("package %s // import %q\n", p.Name(), path)
		if docs != nil && docs.Doc != "" {
			text += "\n" + indent(firstParagraphs(docs.Doc, 3))
		}
		return text
	}
	obj := p.Scope().Lookup(members[0])
	if obj == nil || !obj.Exported() {
		return ""
	}
	recv := ""
	for _, member := range members[1:] {
		found, _, _ := types.LookupFieldOrMethod(obj.Type(), true, p, member)
		if found == nil || !found.Exported() {
			return ""
		}
		recv, obj = obj.Name(), found
	}
	text := types.ObjectString(obj, shortPackage) + "\n"
	if comment := docComment(docs, recv, obj.Name()); comment != "" {
		text += "\n" + indent(comment)
	}
	return text + fmt.Sprintf("\npackage %s\n", path)
}

func firstParagraphs(text string, n int) string {
	parts := strings.Split(strings.TrimSpace(text), "\n\n")
	return strings.Join(parts[:min(n, len(parts))], "\n\n")
}

// sourceDocs reads the comments of a package, nil when its source is not found.
func (s *Scope) sourceDocs(path string) *doc.Package {
	var fsys fs.FS
	if path == stdlib.LabPath {
		fsys = lab.Files
	} else if dir := s.sourceDir(path); dir != "" {
		fsys = os.DirFS(dir)
	} else {
		return nil
	}
	names, err := fs.Glob(fsys, "*.go")
	if err != nil {
		return nil
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil || strings.HasSuffix(name, "_test.go") || !forHere(name, text) {
			continue
		}
		if f, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution); err == nil {
			files = append(files, f)
		}
	}
	d, err := doc.NewFromFiles(fset, files, path)
	if err != nil {
		return nil
	}
	return d
}

// sourceDir returns the directory with the source of a package, or "".
func (s *Scope) sourceDir(path string) string {
	if m, ok := s.imp.(*Modules); ok {
		if p := m.Package(path); p != nil {
			return p.Dir
		}
	}
	if root := goroot(); root != "" && stdlib.Has(path) {
		return filepath.Join(root, "src", filepath.FromSlash(path))
	}
	return ""
}

// forHere reports whether a file is part of a build on this machine.
func forHere(name string, text []byte) bool {
	ctxt := build.Default
	ctxt.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	ok, err := ctxt.MatchFile("", name)
	return ok && err == nil
}

// docComment finds the comment of a member; recv is the type of a method.
func docComment(d *doc.Package, recv, name string) string {
	if d == nil {
		return ""
	}
	funcs, values := d.Funcs, append(d.Consts[:len(d.Consts):len(d.Consts)], d.Vars...)
	for _, t := range d.Types {
		if t.Name == name && recv == "" {
			return t.Doc
		}
		if recv == t.Name {
			for _, m := range t.Methods {
				if m.Name == name {
					return m.Doc
				}
			}
		}
		funcs = append(funcs[:len(funcs):len(funcs)], t.Funcs...)
		values = append(append(values, t.Consts...), t.Vars...)
	}
	if recv != "" {
		return ""
	}
	for _, f := range funcs {
		if f.Name == name {
			return f.Doc
		}
	}
	for _, v := range values {
		for _, n := range v.Names {
			if n == name {
				return v.Doc
			}
		}
	}
	return ""
}
