package source

import (
	"fmt"
	"github.com/lapbook/lapbook/stdlib"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// importSpecs returns the imports for the checker: those of the text, those of
// earlier cells whose name occurs, and packages imported on use.
func (k *checking) importSpecs() []ast.Spec {
	var specs []ast.Spec
	taken := map[string]bool{}
	for _, spec := range k.p.imports {
		if importPath(spec) == "C" {
			k.failAt(spec.Pos(), `cgo is not available in cells`, `put the C code into a package of a module and import that`)
			specs = append(specs, implicitImport("C", "unsafe", spec.Pos())) // no complaint about each C.name
			continue
		}
		taken[localName(spec)] = true
		specs = append(specs, spec)
	}
	if k.p.script {
		return specs
	}
	for _, p := range k.s.dots {
		k.implicit = append(k.implicit, implicitImport(".", p, k.p.file.Pos(0)))
	}
	for _, id := range k.byPlace() {
		if p := k.packageFor(id.Name); p != "" && !taken[id.Name] && !k.declares(id.Name) && !k.hidesPackage(id.Name) {
			k.implicit = append(k.implicit, implicitImport(id.Name, p, id.Pos()))
		}
	}
	for _, spec := range k.implicit {
		taken[spec.Name.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(k.extra)) {
		if !taken[name] {
			k.implicit = append(k.implicit, implicitImport(name, k.extra[name], k.p.file.Pos(0)))
		}
	}
	for _, spec := range k.implicit {
		specs = append(specs, spec)
	}
	return specs
}

// hidesPackage reports whether a variable of this cell has the name of a package
// and functions of this cell mention it: they mean the variable, although an
// import would come first in their scopes. Statements may use the package up to
// the definition of the variable.
func (k *checking) hidesPackage(name string) bool {
	if !slices.ContainsFunc(topLevelNames(k.p.body), func(id *ast.Ident) bool { return id.Name == name }) {
		return false
	}
	for _, d := range k.decls {
		if identNames(d)[name] {
			return true
		}
	}
	return false
}

// packageFor returns the path of the package that name denotes if nothing in
// the cell declares it, or "".
func (k *checking) packageFor(name string) string {
	if b := k.s.names[name]; b != nil {
		return b.path
	}
	if k.quals[name] != nil {
		return k.stdFor(name)
	}
	return ""
}

// stdFor is the package of the standard library that name denotes in this cell:
// of several with that name the usual one, or the first that has all that the
// cell names in it (rand.IntN is that of math/rand/v2).
func (k *checking) stdFor(name string) string {
	usual := k.s.std[name]
	others := k.s.ambiguous[name]
	if len(others) < 2 || k.hasAll(usual, name) {
		return usual
	}
	for _, p := range others {
		if k.hasAll(p, name) {
			return p
		}
	}
	return usual
}

func (k *checking) hasAll(path, name string) bool {
	pkg, err := k.s.imp.Import(path)
	if err != nil {
		return false
	}
	for _, sel := range k.quals[name] {
		if pkg.Scope().Lookup(sel) == nil {
			return false
		}
	}
	return true
}

// implicitImport makes an import that is not in the text. Until the check is
// over it lies where the name is used first, for error messages.
func implicitImport(name, path string, at token.Pos) *ast.ImportSpec {
	return &ast.ImportSpec{
		Name: &ast.Ident{Name: name, NamePos: at},
		Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(path), ValuePos: at},
	}
}

func importPath(spec *ast.ImportSpec) string {
	p, _ := strconv.Unquote(spec.Path.Value)
	return p
}

// localName guesses the name that spec declares; the package itself may differ.
func localName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return guessName(importPath(spec))
}

// guessName is the name of the package at a path: known for the standard
// library, otherwise by the convention for major versions (m/v2, yaml.v3).
func guessName(p string) string {
	if stdlib.Has(p) {
		return stdlib.Name(p)
	}
	base := path.Base(p)
	if dir := path.Dir(p); majorVersion(base) && dir != "." {
		base = path.Base(dir)
	}
	if name, version, ok := strings.Cut(base, "."); ok && majorVersion(version) {
		return name
	}
	return base
}

func majorVersion(s string) bool {
	digits, ok := strings.CutPrefix(s, "v")
	_, err := strconv.Atoi(digits)
	return ok && err == nil
}

// byPlace returns the names of the text in the order in which they occur first.
func (k *checking) byPlace() []*ast.Ident {
	return slices.SortedFunc(maps.Values(k.first), func(a, b *ast.Ident) int { return int(a.Pos() - b.Pos()) })
}

// declares reports whether the cell declares name at package level. A local
// variable of the name of a package needs no care: it shadows the import.
func (k *checking) declares(name string) bool { return declares(k.decls, name) }

func declares(decls []ast.Decl, name string) bool {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == name {
				return true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if specDeclares(spec, name) {
					return true
				}
			}
		}
	}
	return false
}

func specDeclares(spec ast.Spec, name string) bool {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return spec.Name.Name == name
	case *ast.ValueSpec:
		return slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return id.Name == name })
	}
	return false
}

// findImports fills Cell.Imports with the imports of the text and the implicit
// ones that the cell really uses, and notes what later cells will see.
func (k *checking) findImports() {
	used := map[string]*types.PkgName{}
	for _, obj := range k.cell.Info.Uses {
		if pn, ok := obj.(*types.PkgName); ok {
			used[pn.Name()] = pn
		}
	}
	typed := map[string]bool{}
	for _, spec := range k.p.imports {
		k.cell.Imports = append(k.cell.Imports, spec)
		pn := k.cell.Info.PkgNameOf(spec)
		switch {
		case pn == nil || pn.Name() == "_":
		case pn.Name() == ".":
			k.cell.dots = append(k.cell.dots, importPath(spec))
		default:
			typed[pn.Name()] = true
			k.cell.imported = append(k.cell.imported, namedImport{pn.Name(), importPath(spec)})
		}
	}
	for _, spec := range k.implicit {
		name := spec.Name.Name
		pn := used[name]
		if name != "." && (pn == nil || typed[name]) {
			continue
		}
		spec.Name.NamePos, spec.Path.ValuePos = token.NoPos, token.NoPos
		if name != "." && pn.Imported().Name() == name {
			spec.Name = nil
		}
		if pn != nil {
			k.cell.Info.Implicits[spec] = pn // so that Info.PkgNameOf works
			k.noteUsual(name, importPath(spec))
		}
		k.cell.Imports = append(k.cell.Imports, spec)
	}
}

// noteUsual says which of several packages of one name was imported on use.
func (k *checking) noteUsual(name, path string) {
	if all := k.s.ambiguous[name]; len(all) > 1 && k.s.names[name] == nil {
		others := slices.DeleteFunc(slices.Clone(all), func(p string) bool { return p == path })
		k.cell.Notices = append(k.cell.Notices, fmt.Sprintf("%s is %s; for another one import it: %s", name, path, strings.Join(others, ", ")))
	}
}
