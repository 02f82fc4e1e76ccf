package loop

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/source"
)

// TestRepositories judges the loops of public repositories: checkouts that lie
// under LAPBOOK_REPOS, each in a directory of the name that testdata/repos.txt
// gives. It prints the table of the README. Every function is judged as if it
// were called with arguments that are apart; the other packages of the
// repository are known, as earlier cells are in a notebook.
func TestRepositories(t *testing.T) {
	root := os.Getenv("LAPBOOK_REPOS")
	if root == "" {
		t.Skip("needs LAPBOOK_REPOS, a directory of checkouts; testdata/repos.txt lists repositories and commits")
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	table := &recall{labels: readLabels(t)}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		for _, f := range judgeRepository(filepath.Join(root, e.Name())) {
			table.add(e.Name(), f)
		}
	}
	fmt.Print(table)
	for _, name := range table.stale() {
		t.Errorf("testdata/repos.txt labels %s, which is no loop that is refused", name)
	}
}

// A finding is what became of one loop.
type finding struct {
	place  string // directory/file:line
	kind   string // accepted, trivial, inside, or the kind of the refusal
	text   string
	spread bool // the authors run it in parallel
}

// A module loads the packages of a repository from source; what is neither in it
// nor in the standard library it does not know, and leaves out files that need it.
type module struct {
	dir, path string
	std       source.Importer
	fset      *token.FileSet
	loaded    map[string]*loadedPackage
	order     []*loadedPackage
}

type loadedPackage struct {
	dir    string
	pkg    *types.Package
	info   *types.Info
	files  []*ast.File
	texts  []string
	spread map[string]bool // lines of calls that spread work: file:line
	err    error
}

func newModule(dir string) *module {
	m := &module{dir: dir, std: importer(), fset: token.NewFileSet(), loaded: map[string]*loadedPackage{}}
	data, _ := os.ReadFile(filepath.Join(dir, "go.mod"))
	if f := regexp.MustCompile(`(?m)^module (\S+)`).FindSubmatch(data); f != nil {
		m.path = string(f[1])
		return m
	}
	// Older repositories have no go.mod: their packages name each other.
	own := regexp.MustCompile(`"(github\.com/[^/"]+/` + regexp.QuoteMeta(filepath.Base(dir)) + `)[/"]`)
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if data, _ := os.ReadFile(path); m.path == "" && strings.HasSuffix(path, ".go") {
			if f := own.FindSubmatch(data); f != nil {
				m.path = string(f[1])
			}
		}
		return nil
	})
	return m
}

func (m *module) Import(path string) (*types.Package, error) {
	if rest, ok := strings.CutPrefix(path, m.path); ok && m.path != "" && (rest == "" || rest[0] == '/') {
		p := m.load(filepath.Join(m.dir, rest))
		return p.pkg, p.err
	}
	return m.std.Import(path)
}

func (m *module) load(dir string) *loadedPackage {
	if p := m.loaded[dir]; p != nil {
		return p
	}
	p := &loadedPackage{dir: dir, spread: map[string]bool{}, err: fmt.Errorf("import cycle at %s", dir)}
	m.loaded[dir] = p
	matches, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, name := range matches {
		data, err := os.ReadFile(name)
		if err != nil || strings.HasSuffix(name, "_test.go") || strings.Contains(string(data), "//go:build") {
			continue
		}
		text := sequential(string(data))
		f, err := parser.ParseFile(m.fset, name, text, parser.SkipObjectResolution)
		if err == nil && m.knows(f) && (len(p.files) == 0 || f.Name.Name == p.files[0].Name.Name) {
			p.files, p.texts = append(p.files, f), append(p.texts, text)
		}
	}
	p.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
	conf := types.Config{Importer: m}
	p.pkg, p.err = conf.Check(dir, m.fset, p.files, p.info)
	m.order = append(m.order, p)
	return p
}

// knows tells whether all packages that f imports can be had.
func (m *module) knows(f *ast.File) bool {
	for _, spec := range f.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		if path == "C" {
			return false
		}
		if _, err := m.Import(path); err != nil {
			return false
		}
	}
	return true
}

// spreads are the functions by which the authors of three repositories run rows
// of an image in parallel, and what they do without goroutines. The loops that
// they run are loops that a careful engineer did parallelise.
var spreads = []struct{ header, body string }{
	{"func Line(length int, fn func(start, end int)) {", "fn(0, length)"},
	{"func parallelize(enabled bool, start, stop int, fn func(start, stop int)) {", "fn(start, stop)"},
	{"func parallel(start, stop int, fn func(<-chan int)) {", "fn(start, stop)"},
}

var (
	channelParam = regexp.MustCompile(`\bfunc\([xy]s <-chan int\)`)
	channelLoop  = regexp.MustCompile(`\bfor (\w+) := range [xy]s \{`)
)

// sequential takes the goroutines out of the text of a file: what is left is the
// loop as it was before. Lines stay where they are.
func sequential(text string) string {
	for _, s := range spreads {
		at := strings.Index(text, s.header)
		if at < 0 {
			continue
		}
		end := at + strings.Index(text[at:], "\n}")
		lines := strings.Count(text[at:end], "\n")
		header := strings.Replace(s.header, "fn func(<-chan int)", "fn func(from, to int)", 1)
		text = text[:at] + header + s.body + strings.Repeat("\n", lines) + text[end:]
		text = strings.NewReplacer("\t\"runtime\"\n", "\n", "\t\"sync\"\n", "\n", "runtime.GOMAXPROCS(runtime.NumCPU())", "").Replace(text)
	}
	text = channelParam.ReplaceAllString(text, "func(from, to int)")
	return channelLoop.ReplaceAllString(text, "for ${1} := from; ${1} < to; ${1}++ {")
}

func judgeRepository(dir string) (out []finding) {
	m := newModule(dir)
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			m.load(path)
		}
		return nil
	})
	for _, p := range slices.Clone(m.order) {
		if p.err != nil || len(p.files) == 0 {
			if len(p.files) > 0 && testing.Verbose() {
				fmt.Println("left out:", p.dir, p.err)
			}
			continue
		}
		for i := range p.files {
			out = append(out, m.judgeFile(p, i)...)
		}
	}
	return out
}

func (m *module) cells(p *loadedPackage) (out []*source.Cell) {
	for i, f := range p.files {
		out = append(out, &source.Cell{
			Text: source.Text{ID: "file", Code: p.texts[i]}, Fset: m.fset, Decls: f.Decls, Info: p.info, Pkg: p.pkg, Script: true,
		})
	}
	return out
}

// judgeFile judges the loops of one file; all other files of the repository are
// earlier cells.
func (m *module) judgeFile(p *loadedPackage, at int) (out []finding) {
	var rest []*source.Cell
	for _, other := range m.order {
		if other.err != nil {
			continue
		}
		list := m.cells(other)
		if other == p {
			list = slices.Delete(list, at, at+1)
		}
		rest = append(rest, list...)
	}
	c := m.cells(p)[at]
	w := newWalker(newProgram(c, rest))
	w.budget *= 20 // all functions of the package are walked
	w.current = len(w.units)
	for _, u := range w.units {
		w.frame = &frame{up: w.top, sess: u, vars: w.top.vars, effs: map[ast.Node]*effects{}}
		w.eff = &effects{frame: w.frame}
		w.declarations(u)
	}
	for _, u := range w.units { // those of its package call its functions
		if u.Pkg != c.Pkg {
			continue
		}
		for _, d := range u.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Body != nil {
				in := w.instance(fd, u, w.top)
				in.frame.shared = false
			}
		}
	}
	w.settle()
	return judgeLoops(w, c, m.dir)
}

func judgeLoops(w *walker, c *source.Cell, dir string) (out []finding) {
	var accepted []ast.Stmt
	spread := spreadLines(c)
	for _, group := range w.candidates(func(int) bool { return true }) {
		st := group[0].stmt
		pos := c.Fset.Position(st.Pos())
		rel, _ := filepath.Rel(dir, pos.Filename)
		f := finding{place: fmt.Sprintf("%s:%d", filepath.ToSlash(rel), pos.Line), kind: "accepted", spread: spread[pos.Line]}
		p, r := alone(w, group)
		switch {
		case slices.ContainsFunc(accepted, func(a ast.Stmt) bool { return a.Pos() < st.Pos() && st.End() <= a.End() }):
			f.kind = "inside"
		case p == nil:
			f.kind, f.text = r.refusal.Kind, r.refusal.Variable+": "+r.refusal.Reason
		default:
			accepted = append(accepted, st)
			f.text = fmt.Sprint(p.Split, p.Written)
		}
		out = append(out, f)
	}
	return out
}

// alone judges a loop in its function alone; where that runs a function that it
// is given, as the callers in the repository give it.
func alone(w *walker, group []*loop) (*Plan, *refused) {
	i := max(0, slices.IndexFunc(group, func(l *loop) bool { return l.frame.caller == nil }))
	p, r := w.consider(group[i : i+1])
	if p != nil || r.refusal.Kind != "call" || len(group) == 1 {
		return p, r
	}
	if p, _ := w.consider(slices.Delete(slices.Clone(group), i, i+1)); p != nil {
		return p, nil
	}
	return p, r
}

// spreadLines are the lines of loops that a function of spreads runs.
func spreadLines(c *source.Cell) map[int]bool {
	out := map[int]bool{}
	for _, d := range c.Decls {
		ast.Inspect(d, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			lit, isLit := call.Args[len(call.Args)-1].(*ast.FuncLit)
			if isLit && slices.ContainsFunc(spreads, func(s struct{ header, body string }) bool { return strings.HasPrefix(s.header, "func "+name+"(") }) {
				for _, st := range lit.Body.List {
					out[c.Fset.Position(st.Pos()).Line] = true
				}
			}
			return true
		})
	}
	return out
}

// A recall is the table of all findings, judged by hand.
type recall struct {
	labels map[string]string // "repository file:line": why it is a wrong refusal
	used   map[string]bool
	counts map[string]map[string]int
	list   []string
}

// readLabels reads testdata/repos.txt: lines "repository file:line reason" of
// loops that a careful engineer would parallelise and that are refused.
func readLabels(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/repos.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) > 2 && line[0] != '#' && strings.Contains(f[1], ":") {
			out[f[0]+" "+f[1]] = strings.Join(f[2:], " ")
		}
	}
	return out
}

func (r *recall) add(repo string, f finding) {
	if r.counts == nil {
		r.counts, r.used = map[string]map[string]int{}, map[string]bool{}
	}
	if r.counts[repo] == nil {
		r.counts[repo] = map[string]int{}
	}
	name := repo + " " + f.place
	kind := f.kind
	if why := r.labels[name]; why != "" && kind != "accepted" && kind != "inside" {
		r.used[name] = true
		kind = "refused wrongly"
		if strings.HasPrefix(why, "alone") {
			kind = "refused for want of the callers"
		}
	}
	r.counts[repo][kind]++
	if f.spread {
		r.counts[repo]["spread"]++
		if f.kind == "accepted" {
			r.counts[repo]["spread, accepted"]++
		}
	}
	if f.kind != "trivial" && f.kind != "inside" {
		r.list = append(r.list, fmt.Sprintf("%s | %s | %s%s", name, kind, f.text, map[bool]string{true: " (the authors run it in parallel)"}[f.spread]))
	}
}

func (r *recall) stale() (out []string) {
	for name := range r.labels {
		repo, _, _ := strings.Cut(name, " ")
		if r.counts[repo] != nil && !r.used[name] {
			out = append(out, name)
		}
	}
	return out
}

func (r *recall) String() string {
	var b strings.Builder
	if testing.Verbose() {
		b.WriteString(strings.Join(r.list, "\n") + "\n\n")
	}
	kinds := map[string]bool{}
	for _, c := range r.counts {
		for k := range c {
			kinds[k] = true
		}
	}
	repos := slices.Sorted(maps.Keys(r.counts))
	fmt.Fprintf(&b, "| | %s |\n|%s\n", strings.Join(repos, " | "), strings.Repeat("---|", len(repos)+1))
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(&b, "| %s |", k)
		for _, name := range repos {
			fmt.Fprintf(&b, " %d |", r.counts[name][k])
		}
		b.WriteString("\n")
	}
	return b.String()
}
