package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/rogpeppe/go-internal/txtar"
)

// piece is a top-level declaration or statement of a cell, with its line.
type piece struct {
	node ast.Node
	text string
	line int
}

// cellText is a cell taken apart: the tests' own, small version of what package
// source does, so that they need nothing above this package.
type cellText struct {
	id      string
	imports map[string]string // import spec text by path
	decls   []piece           // func, type, const
	vars    []piece           // var declarations
	stmts   []piece           // everything that runs, var declarations included, in order
}

func parseCell(id, text string) (*cellText, error) {
	c := &cellText{id: id, imports: map[string]string{}}
	fset := token.NewFileSet()
	rest := []byte(text)
	for _, span := range regexp.MustCompile(`(?ms)^import (\([^)]*\)|"[^"]*")`).FindAllIndex(rest, -1) {
		f, err := parser.ParseFile(fset, id, "package p;"+text[span[0]:span[1]], parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		for _, s := range f.Imports {
			name := ""
			if s.Name != nil {
				name = s.Name.Name + " "
			}
			c.imports[s.Path.Value] = name + s.Path.Value
		}
		for i := span[0]; i < span[1]; i++ {
			if rest[i] != '\n' {
				rest[i] = ' '
			}
		}
	}
	return c, c.split(rest)
}

// split finds the top-level functions by their text, blanks them, and parses
// what is left as the body of a function.
func (c *cellText) split(text []byte) error {
	for _, span := range funcSpans(text) {
		c.decls = append(c.decls, piece{text: string(text[span[0]:span[1]]), line: 1 + bytes.Count(text[:span[0]], []byte("\n"))})
		for i := span[0]; i < span[1]; i++ {
			if text[i] != '\n' {
				text[i] = ' '
			}
		}
	}
	const head = "package p;func _(){"
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, c.id, head+string(text)+"\n}", 0)
	if err != nil {
		return err
	}
	for _, s := range f.Decls[0].(*ast.FuncDecl).Body.List {
		a, b := fset.Position(s.Pos()), fset.Position(s.End())
		p := piece{s, string(text[a.Offset-len(head) : b.Offset-len(head)]), a.Line}
		if d, ok := s.(*ast.DeclStmt); ok && d.Decl.(*ast.GenDecl).Tok != token.VAR {
			c.decls = append(c.decls, p)
			continue
		}
		c.stmts = append(c.stmts, p)
	}
	return nil
}

// funcSpans finds the top-level function declarations: gofmt'd text ends them
// with a brace in the first column.
func funcSpans(text []byte) (spans [][2]int) {
	for _, m := range regexp.MustCompile(`(?m)^func [^{\n]*\{[^\n]*$`).FindAllIndex(text, -1) {
		line := text[m[0]:m[1]]
		if bytes.HasSuffix(bytes.TrimSpace(line), []byte("}")) && bytes.Count(line, []byte("{")) == bytes.Count(line, []byte("}")) {
			spans = append(spans, [2]int{m[0], m[1]})
			continue
		}
		if e := bytes.Index(text[m[0]:], []byte("\n}\n")); e >= 0 {
			spans = append(spans, [2]int{m[0], m[0] + e + 2})
		}
	}
	return spans
}

// program writes a program that runs the setup cell, then the measured cell
// between two readings of the clock, traced.
func program(setup, cell *cellText) (string, error) {
	var b strings.Builder
	b.WriteString("package main\n")
	imports := map[string]string{}
	for _, c := range []*cellText{setup, cell} {
		for k, v := range c.imports {
			imports[k] = v
		}
	}
	imports[`"io"`] = `"io"`
	for _, v := range imports {
		fmt.Fprintf(&b, "import %s\n", v)
	}
	b.WriteString("var _ io.Reader\n")
	for _, c := range []*cellText{setup, cell} {
		for _, d := range c.decls {
			fmt.Fprintf(&b, "//line %s:%d\n%s\n", c.id, d.line, d.text)
		}
	}
	globals, body, err := hoist(b.String(), setup, cell)
	if err != nil {
		return "", err
	}
	b.WriteString(globals)
	fmt.Fprintf(&b, "func setupCell() {\n%s}\n", body)
	b.WriteString("func theCell() {\n")
	for _, s := range cell.stmts {
		fmt.Fprintf(&b, "//line %s:%d\n%s\n", cell.id, s.line, s.text)
		for _, n := range defined(s.node) {
			fmt.Fprintf(&b, "_ = %s\n", n)
		}
	}
	b.WriteString("}\n")
	return b.String(), nil
}

// hoist makes package variables of the setup cell's variables.
func hoist(head string, setup, cell *cellText) (globals, body string, err error) {
	var probe strings.Builder
	probe.WriteString(head + "func _() {\n")
	for _, s := range setup.stmts {
		probe.WriteString(s.text + "\n")
	}
	probe.WriteString("}\n")
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "probe.go", probe.String(), 0)
	if err != nil {
		return "", "", err
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.Default(), Error: func(error) {}}
	pkg, _ := conf.Check("main", fset, []*ast.File{f}, info)
	names := map[string]types.Type{}
	fn := f.Decls[len(f.Decls)-1].(*ast.FuncDecl)
	for _, s := range fn.Body.List {
		for _, id := range definedIdents(s) {
			if o := info.Defs[id]; o != nil {
				names[id.Name] = o.Type()
			}
		}
	}
	qual := func(p *types.Package) string {
		if p == pkg {
			return ""
		}
		return p.Name()
	}
	var g, bd strings.Builder
	for n, t := range names {
		fmt.Fprintf(&g, "var %s %s\n", n, types.TypeString(t, qual))
	}
	for _, s := range setup.stmts {
		fmt.Fprintf(&bd, "//line %s:%d\n%s\n", setup.id, s.line, assigned(s))
	}
	return g.String(), bd.String(), nil
}

func definedIdents(s ast.Node) (ids []*ast.Ident) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			for _, l := range s.Lhs {
				if id, ok := l.(*ast.Ident); ok && id.Name != "_" {
					ids = append(ids, id)
				}
			}
		}
	case *ast.DeclStmt:
		for _, sp := range s.Decl.(*ast.GenDecl).Specs {
			if v, ok := sp.(*ast.ValueSpec); ok && s.Decl.(*ast.GenDecl).Tok == token.VAR {
				for _, id := range v.Names {
					if id.Name != "_" {
						ids = append(ids, id)
					}
				}
			}
		}
	}
	return ids
}

func defined(s ast.Node) (names []string) {
	for _, id := range definedIdents(s) {
		names = append(names, id.Name)
	}
	return names
}

// assigned is a defining statement as an assignment to variables that exist.
func assigned(p piece) string {
	switch s := p.node.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			return strings.Replace(p.text, ":=", "=", 1)
		}
	case *ast.DeclStmt:
		d := s.Decl.(*ast.GenDecl)
		if len(d.Specs) == 1 && d.Lparen == 0 && len(d.Specs[0].(*ast.ValueSpec).Values) > 0 {
			if i := strings.Index(p.text, "="); i > 0 {
				var names []string
				for _, id := range d.Specs[0].(*ast.ValueSpec).Names {
					names = append(names, id.Name)
				}
				return strings.Join(names, ", ") + " " + p.text[i:]
			}
		}
		return ""
	}
	return p.text
}

// runner is the second file of each program: the clock and the instruments.
const runner = `package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"syscall"
	"time"
)

type sampleJSON struct {
	WallNS int64 ` + "`json:\"wall_ns\"`" + `
	UserNS int64 ` + "`json:\"user_ns\"`" + `
	SystemNS int64 ` + "`json:\"system_ns\"`" + `
	ChildNS int64 ` + "`json:\"child_ns\"`" + `
	RunDelayNS int64 ` + "`json:\"run_delay_ns\"`" + `
	VolSwitches int64 ` + "`json:\"vol_switches\"`" + `
	InvSwitches int64 ` + "`json:\"inv_switches\"`" + `
	IOBlocks int64 ` + "`json:\"io_blocks\"`" + `
}

func snapshot() (s sampleJSON) {
	var ru, rc syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	syscall.Getrusage(syscall.RUSAGE_CHILDREN, &rc)
	s.UserNS, s.SystemNS, s.ChildNS = ru.Utime.Nano(), ru.Stime.Nano(), rc.Utime.Nano()+rc.Stime.Nano()
	s.VolSwitches, s.InvSwitches = ru.Nvcsw, ru.Nivcsw
	s.IOBlocks = ru.Inblock + ru.Oublock
	ms, _ := filepath.Glob("/proc/self/task/*/schedstat")
	for _, m := range ms {
		b, _ := os.ReadFile(m)
		var on, delay, n int64
		fmt.Sscanf(string(b), "%d %d %d", &on, &delay, &n)
		s.RunDelayNS += delay
	}
	return s
}

func main() {
	out := os.NewFile(3, "out")
	tracing := os.Args[1] == "trace"
	profiling := tracing || os.Args[1] == "profile"
	setupCell()
	runtime.GC()
	var buf, prof bytes.Buffer
	if tracing {
		trace.Start(&buf)
	}
	if profiling {
		pprof.StartCPUProfile(&prof)
	}
	a := snapshot()
	t := time.Now()
	trace.WithRegion(context.Background(), "lapbook:cell", theCell)
	wall := time.Since(t)
	b := snapshot()
	if tracing {
		trace.Stop()
	}
	if profiling {
		pprof.StopCPUProfile()
	}
	b.WallNS = int64(wall)
	b.UserNS -= a.UserNS
	b.SystemNS -= a.SystemNS
	b.ChildNS -= a.ChildNS
	b.RunDelayNS -= a.RunDelayNS
	b.VolSwitches -= a.VolSwitches
	b.InvSwitches -= a.InvSwitches
	b.IOBlocks -= a.IOBlocks
	json.NewEncoder(out).Encode(map[string]any{"sample": b, "trace": buf.Bytes(), "profile": prof.Bytes()})
}
`

// bench is a built corpus cell.
type bench struct {
	name, bound string
	details     []string
	doubt       bool
	exe         string
	cell        string
}

// run runs the program once: "plain", "trace" (with the evidence) or "profile".
func (b *bench) run(how string) (s measure.Sample, tr, prof []byte, err error) {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	r, w, err := os.Pipe()
	if err != nil {
		return s, nil, nil, err
	}
	defer r.Close()
	cmd := exec.CommandContext(ctx, b.exe, how)
	var stderr bytes.Buffer
	cmd.ExtraFiles, cmd.Stderr = []*os.File{w}, &stderr
	if err := cmd.Start(); err != nil {
		return s, nil, nil, err
	}
	w.Close()
	var got struct {
		Sample         measure.Sample
		Trace, Profile []byte
	}
	derr := json.NewDecoder(r).Decode(&got)
	if err := cmd.Wait(); err != nil {
		return s, nil, nil, fmt.Errorf("%v: %s", err, stderr.String())
	}
	return got.Sample, got.Trace, got.Profile, derr
}

// build reads a corpus file and builds its program into dir.
func build(dir, file string) (*bench, error) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		return nil, err
	}
	sec := map[string]string{}
	for _, f := range a.Files {
		sec[f.Name] = string(f.Data)
	}
	b := &bench{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), cell: sec["cell.go"]}
	for _, l := range strings.Split(sec["want"], "\n") {
		k, v, _ := strings.Cut(l, ": ")
		switch k {
		case "bound":
			b.bound = strings.TrimPrefix(v, "idle-")
		case "sub":
			b.details = strings.Split(v, ",")
		case "doubt":
			b.doubt = true
		}
	}
	setup, err := parseCell("setup", sec["setup.go"])
	if err != nil {
		return nil, fmt.Errorf("setup: %w", err)
	}
	cell, err := parseCell("cell", sec["cell.go"])
	if err != nil {
		return nil, fmt.Errorf("cell: %w", err)
	}
	text, err := program(setup, cell)
	if err != nil {
		return nil, err
	}
	return b, compile(b, filepath.Join(dir, b.name), text)
}

func compile(b *bench, dir, text string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b.exe = filepath.Join(dir, "prog")
	for name, data := range map[string]string{"main.go": text, "runner.go": runner, "go.mod": "module prog\ngo 1.26\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			return err
		}
	}
	cmd := exec.Command("go", "build", "-o", "prog", ".")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %s", dir, out)
	}
	return nil
}

func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the Go toolchain: https://go.dev/dl")
	}
}
