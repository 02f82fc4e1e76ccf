package stdlib_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"testing"

	"github.com/lapbook/lapbook/stdlib"
)

func TestImportEverything(t *testing.T) {
	imp := stdlib.Importer(token.NewFileSet(), nil)
	for _, path := range append(stdlib.Paths(), stdlib.LabPath, stdlib.ModelPath) {
		pkg, err := imp.Import(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if pkg.Name() != stdlib.Name(path) {
			t.Errorf("Name(%q) = %q, but the package is called %s", path, stdlib.Name(path), pkg.Name())
		}
	}
	if _, err := imp.Import("internal/abi"); err == nil {
		t.Error("internal/abi can be imported")
	}
}

// Types that reach a package by different ways are identical.
func TestCheck(t *testing.T) {
	const src = `package p
import ("context"; "fmt"; "io"; "iter"; "maps"; "net/http"; "os"; "slices"; "strings"; "sync/atomic")
var r io.Reader = strings.NewReader("x")
var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { fmt.Fprint(w, q.Context() == context.Background()) })
var f http.FileSystem = http.FS(os.DirFS("."))
var s iter.Seq[string] = maps.Keys(map[string]int{})
var k []string = slices.Sorted(s)
var p atomic.Pointer[http.Server]
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Importer: stdlib.Importer(fset, nil)}
	if _, err := conf.Check("p", fset, []*ast.File{file}, nil); err != nil {
		t.Error(err)
	}
}

func TestPaths(t *testing.T) {
	paths := stdlib.Paths()
	if !slices.IsSorted(paths) {
		t.Error("Paths is not sorted")
	}
	for _, path := range paths {
		if !stdlib.Has(path) {
			t.Errorf("Has(%q) = false", path)
		}
	}
	for _, path := range []string{"", "\n", "mt", "internal/abi", "fm", "net/http/internal"} {
		if stdlib.Has(path) {
			t.Errorf("Has(%q) = true", path)
		}
	}
}

func BenchmarkImport(b *testing.B) {
	for _, path := range []string{"fmt", "net/http"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				if _, err := stdlib.Importer(token.NewFileSet(), nil).Import(path); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkExportData(b *testing.B) {
	for b.Loop() {
		if _, err := stdlib.ExportData("fmt"); err != nil {
			b.Fatal(err)
		}
	}
}

// All packages through one importer: what a session costs that imports them all.
func BenchmarkImportAll(b *testing.B) {
	for b.Loop() {
		imp := stdlib.Importer(token.NewFileSet(), nil)
		for _, path := range stdlib.Paths() {
			if _, err := imp.Import(path); err != nil {
				b.Fatal(err)
			}
		}
	}
}
