package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/lapbook/lapbook/"

// rooms states the allowed imports: a package may import packages of the rows
// above its own, and those of its own room (the same first words of its path).
// A new package gets its row here, in the commit that makes it.
func rooms() [][]string {
	return [][]string{
		{"runtime/measure", "stdlib"},
		{"runtime/stacks"},
		{"runtime/bound", "runtime/source"},
		{"runtime/model"},
		{"runtime/inline"},
		{"runtime/notebook"},
		{"runtime/loop", "runtime/evidence", "runtime/host", "repl/render"},
		{"runtime/engine"},
		{"runtime"},
		{"repl", "repl/jupyter"},
		{"notebooks"},
		{"cmd"},
	}
}

// stdOnly are compiled into measured programs from their embedded source.
func stdOnly() map[string]bool {
	return map[string]bool{"stdlib/lab": true, "stdlib/grid": true, "runtime/model": true, "runtime/host/wire": true, "runtime/engine/harness": true}
}

func TestImportsGoDownOnly(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata") && d.Name() != ".." {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			checkImports(t, root, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImports(t *testing.T, root, path string) {
	t.Helper()
	rel, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	pkg := filepath.ToSlash(rel)
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range f.Imports {
		imp, _ := strconv.Unquote(spec.Path.Value)
		ours, found := strings.CutPrefix(imp, module)
		if !found {
			if stdOnly()[pkg] && strings.Contains(strings.Split(imp, "/")[0], ".") {
				t.Errorf("%s imports %s: %s may import only std", path, imp, pkg)
			}
			continue
		}
		if !allowed(pkg, ours) {
			t.Errorf("%s (%s) imports %s: imports go down only", path, pkg, ours)
		}
	}
}

// room is the row of a package and the room's name; -1 for a package that no
// row names.
func room(pkg string) (int, string) {
	best, row := "", -1
	for i, names := range rooms() {
		for _, n := range names {
			if (pkg == n || strings.HasPrefix(pkg, n+"/")) && len(n) > len(best) {
				best, row = n, i
			}
		}
	}
	return row, best
}

func allowed(from, to string) bool {
	fromRow, fromRoom := room(from)
	toRow, toRoom := room(to)
	if fromRow < 0 || toRow < 0 {
		return false
	}
	return fromRoom == toRoom || toRow < fromRow
}

func TestAllowed(t *testing.T) {
	tests := []struct {
		from, to string
		want     bool
	}{
		{"runtime/engine/compiled", "runtime/host", true},
		{"runtime/engine/compiled", "runtime/engine", true},
		{"runtime/host", "runtime/engine", false},
		{"runtime/measure", "stdlib", false},
		{"repl/render", "runtime/notebook", true},
		{"repl/render", "runtime", false},
		{"repl/render", "runtime/engine", false},
		{"cmd/lapbook", "repl", true},
		{"runtime", "repl", false},
		{"elsewhere", "runtime", false},
	}
	for _, tt := range tests {
		if got := allowed(tt.from, tt.to); got != tt.want {
			t.Errorf("allowed(%s, %s) = %v, want %v", tt.from, tt.to, got, tt.want)
		}
	}
}
