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
	m := newModule(*repo)
	filepath.WalkDir(*repo, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			judgePackage(m, path, counts)
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

// A module loads the packages of a repository from source; what is neither in it
// nor in the standard library it does not know.
type module struct {
	dir, path string
	std       source.Importer
	fset      *token.FileSet
	loaded    map[string]*loadedPackage
}

type loadedPackage struct {
	pkg   *types.Package
	info  *types.Info
	files []*ast.File
	texts []string
	err   error
}

func newModule(dir string) *module {
	m := &module{dir: dir, std: importer(), fset: token.NewFileSet(), loaded: map[string]*loadedPackage{}}
	data, _ := os.ReadFile(filepath.Join(dir, "go.mod"))
	for line := range strings.Lines(string(data)) {
		if p, ok := strings.CutPrefix(line, "module "); ok {
			m.path = strings.TrimSpace(p)
		}
	}
	return m
}

func (m *module) Import(path string) (*types.Package, error) {
	if rest, ok := strings.CutPrefix(path, m.path); ok {
		p := m.load(filepath.Join(m.dir, rest))
		return p.pkg, p.err
	}
	return m.std.Import(path)
}

func (m *module) load(dir string) *loadedPackage {
	if p := m.loaded[dir]; p != nil {
		return p
	}
	p := &loadedPackage{err: fmt.Errorf("import cycle at %s", dir)}
	m.loaded[dir] = p
	matches, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, name := range matches {
		data, err := os.ReadFile(name)
		if err != nil || strings.HasSuffix(name, "_test.go") || strings.Contains(string(data), "//go:build") {
			continue
		}
		f, err := parser.ParseFile(m.fset, name, data, parser.SkipObjectResolution)
		if err == nil && (len(p.files) == 0 || f.Name.Name == p.files[0].Name.Name) {
			p.files, p.texts = append(p.files, f), append(p.texts, string(data))
		}
	}
	p.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
	conf := types.Config{Importer: m}
	p.pkg, p.err = conf.Check(dir, m.fset, p.files, p.info)
	return p
}

func judgePackage(m *module, dir string, counts map[string]int) {
	p := m.load(dir)
	if len(p.files) == 0 {
		return
	}
	if p.err != nil {
		counts["packages left out: they need others"]++
		return
	}
	var cells []*source.Cell
	for i, f := range p.files {
		cells = append(cells, &source.Cell{
			Text: source.Text{ID: "file", Code: p.texts[i]}, Fset: m.fset, Decls: f.Decls, Info: p.info, Pkg: p.pkg, Script: true,
		})
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
	w := newWalker(newProgram(c, rest))
	w.current = len(w.units)
	for _, u := range w.units {
		w.frame = &frame{up: w.top, sess: u, vars: w.top.vars, effs: map[ast.Node]*effects{}}
		w.eff = &effects{frame: w.frame}
		w.declarations(u)
	}
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
