package loop

import (
	"flag"
	"fmt"
	"go/ast"

	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/source"
)

var repo = flag.String("repo", "", "directory of a Go repository whose loops are to be judged")

// TestRepository judges every loop of a repository: what may be the same memory
// is taken from each function alone, as if its parameters were apart. It prints
// a line per loop that is not trivial.
func TestRepository(t *testing.T) {
	if *repo == "" {
		t.Skip("needs -repo DIR, a Go repository")
	}
	counts := map[string]int{}
	filepath.WalkDir(*repo, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			judgePackage(t, path, counts)
		}
		return nil
	})
	var keys []string
	for k := range counts {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Printf("%5d %s\n", counts[k], k)
	}
}

// lenient gives empty packages for what is not in the standard library.
type lenient struct{ std source.Importer }

func (l lenient) Import(path string) (*types.Package, error) {
	if p, err := l.std.Import(path); err == nil {
		return p, nil
	}
	p := types.NewPackage(path, filepath.Base(path))
	p.MarkComplete()
	return p, nil
}

func stdImporter() source.Importer { return importer() }

func judgePackage(t *testing.T, dir string, counts map[string]int) {
	fset := token.NewFileSet()
	matches, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	var files []*ast.File
	var texts []string
	for _, m := range matches {
		if strings.HasSuffix(m, "_test.go") {
			continue
		}
		data, err := os.ReadFile(m)
		if err != nil {
			continue
		}
		f, err := parser.ParseFile(fset, m, data, parser.SkipObjectResolution)
		if err != nil || len(files) > 0 && f.Name.Name != files[0].Name.Name {
			continue
		}
		files, texts = append(files, f), append(texts, string(data))
	}
	if len(files) == 0 {
		return
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
	conf := types.Config{Importer: lenient{stdImporter()}, Error: func(error) {}, FakeImportC: true}
	pkg, err := conf.Check(dir, fset, files, info)
	if err != nil {
		counts["packages left out: they need others"]++
		return
	}
	var cells []*source.Cell
	for i, f := range files {
		cells = append(cells, &source.Cell{Text: source.Text{ID: filepath.Base(matches[0]), Code: texts[i]}, Fset: fset, Decls: f.Decls, Info: info, Pkg: pkg, Script: true})
	}
	for i, c := range cells {
		var rest []*source.Cell
		for j, d := range cells {
			if i != j {
				rest = append(rest, d)
			}
		}
		judgeFile(c, rest, counts)
	}
}

func judgeFile(c *source.Cell, rest []*source.Cell, counts map[string]int) {
	defer func() {
		if r := recover(); r != nil {
			counts["crashed"]++
			fmt.Println("CRASH", r)
			panic(r)
		}
	}()
	w := newWalker(newProgram(c, rest))
	w.top.sess = w.target()
	w.frame, w.eff = w.top, &effects{frame: w.top}
	for _, u := range w.units {
		w.top.sess = u
		w.declarations(u)
	}
	w.top.sess = w.target()
	for _, d := range c.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Body != nil {
			in := w.instance(fd, w.target(), w.top)
			in.frame.shared = false
		}
	}
	w.settle()
	for _, group := range w.candidates(func(int) bool { return true }) {
		q := group[0]
		name := c.Fset.Position(q.stmt.Pos())
		p, r := w.consider(group[:1])
		kind := "accepted"
		text := ""
		if p == nil {
			kind = "refused " + r.refusal.Kind
			text = r.refusal.Variable + ": " + r.refusal.Reason
		} else {
			text = fmt.Sprint(p.Split, p.Written)
		}
		counts[kind]++
		if kind != "refused trivial" {
			fmt.Printf("%s %s:%d %s\n", kind, filepath.Base(name.Filename), name.Line, text)
		}
	}
}
