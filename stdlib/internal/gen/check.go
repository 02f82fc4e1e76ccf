package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
)

// checkStd type-checks the declarations of the standard library and of lab for a
// platform, from source. Compiling it for six platforms would say the same in minutes.
func checkStd(p platform) (map[string]*types.Package, error) {
	list, err := golist(p, "-deps", "std", labPath)
	if err != nil {
		return nil, err
	}
	c := checker{fset: token.NewFileSet(), sizes: types.SizesFor("gc", p.arch), done: map[string]*types.Package{"unsafe": types.Unsafe}}
	for _, l := range list { // dependencies come first
		if l.ImportPath == "unsafe" {
			continue
		}
		if err := c.check(l); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", p, l.ImportPath, err)
		}
	}
	return c.done, nil
}

type checker struct {
	fset  *token.FileSet
	sizes types.Sizes
	done  map[string]*types.Package
}

func (c *checker) check(l listed) error {
	var files []*ast.File
	for _, name := range l.GoFiles {
		f, err := parser.ParseFile(c.fset, filepath.Join(l.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	conf := types.Config{
		Importer:         mapImporter{c.done, l.ImportMap},
		Sizes:            c.sizes,
		IgnoreFuncBodies: true,
	}
	pkg, err := conf.Check(l.ImportPath, c.fset, files, nil)
	if err != nil {
		return err
	}
	c.done[l.ImportPath] = pkg
	return nil
}

// mapImporter finds packages that are checked already; vendored ones by the
// path that the import map gives them.
type mapImporter struct {
	done   map[string]*types.Package
	vendor map[string]string
}

func (m mapImporter) Import(path string) (*types.Package, error) {
	if to, ok := m.vendor[path]; ok {
		path = to
	}
	if pkg, ok := m.done[path]; ok {
		return pkg, nil
	}
	return nil, fmt.Errorf("package %s is not checked yet", path)
}
