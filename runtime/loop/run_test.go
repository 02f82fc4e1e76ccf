package loop

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/model"
	"github.com/lapbook/lapbook/runtime/source"
)

// A probe is one program text per variant of a cell, built together with many
// others and run one by one.
type probe struct {
	name     string
	variants map[string]string // "written", "pipe", "code": body of the package
}

// modelImporter knows package model besides the standard library.
type modelImporter struct {
	source.Importer
	pkg *types.Package
}

func (m modelImporter) Import(path string) (*types.Package, error) {
	if path == ModelPath {
		return m.pkg, nil
	}
	return m.Importer.Import(path)
}

// modelPackage declares what a rewritten loop mentions of package model.
func modelPackage() *types.Package {
	p := types.NewPackage(ModelPath, "model")
	pipe := types.NewNamed(types.NewTypeName(0, p, "Pipe", nil), types.NewStruct(nil, nil), nil)
	boolean := types.NewTuple(types.NewVar(0, p, "", types.Typ[types.Bool]))
	ordered := types.NewSignatureType(nil, nil, nil, nil, boolean, false)
	task := types.NewSignatureType(nil, nil, nil, nil, types.NewTuple(types.NewVar(0, p, "", ordered)), false)
	recv := types.NewVar(0, p, "p", types.NewPointer(pipe))
	submit := types.NewSignatureType(recv, nil, nil, types.NewTuple(types.NewVar(0, p, "task", task)), boolean, false)
	pipe.AddMethod(types.NewFunc(0, p, "Submit", submit))
	pipe.AddMethod(types.NewFunc(0, p, "Wait", types.NewSignatureType(recv, nil, nil, nil, nil, false)))
	result := types.NewTuple(types.NewVar(0, p, "", types.NewPointer(pipe)))
	p.Scope().Insert(types.NewFunc(0, p, "NewPipe", types.NewSignatureType(nil, nil, nil, nil, result, false)))
	p.Scope().Insert(types.NewFunc(0, p, "Break", ordered))
	p.Scope().Insert(pipe.Obj())
	p.MarkComplete()
	return p
}

// recheck checks text in place of the last of cells.
func recheck(t testing.TB, cells []*source.Cell, text string) ([]*source.Cell, error) {
	t.Helper()
	scope := source.NewScope(modelImporter{importer(), modelPackage()})
	var out []*source.Cell
	for i, c := range cells {
		code := c.Code
		if i == len(cells)-1 {
			code = text
		}
		n, errs := scope.Check(source.Text{ID: c.ID, Index: c.Index, Code: code})
		if len(errs) > 0 {
			return nil, fmt.Errorf("%v in\n%s", errs, code)
		}
		scope.Accept(n)
		out = append(out, n)
	}
	return out, nil
}

// programText writes cells as a package with a function Run that ends by showing
// every variable of the session.
func programText(cells []*source.Cell, variables []string) string {
	var decls, body strings.Builder
	imports := map[string]string{}
	shared := sharedWithFunctions(cells)
	var shown []string
	for _, c := range cells {
		u := &unit{c}
		for id, o := range c.Info.Uses {
			if p, ok := o.(*types.PkgName); ok && id.Name == p.Name() && token.IsIdentifier(id.Name) {
				imports[p.Name()] = p.Imported().Path()
			}
		}
		for _, d := range c.Decls {
			decls.WriteString(u.text(d) + "\n")
		}
		for _, s := range c.Body {
			body.WriteString(statementText(u, s, shared) + "\n")
		}
		if c.Script {
			body.WriteString("main()\n")
		}
		for _, o := range c.Defs {
			if _, ok := o.(*types.Var); !ok || o.Name() == "_" || slices.Contains(shown, o.Name()) {
				continue
			}
			shown = append(shown, o.Name())
			if shared[o] {
				fmt.Fprintf(&decls, "var %s %s\n", o.Name(), types.TypeString(o.Type(), func(p *types.Package) string {
					if p == c.Pkg {
						return ""
					}
					imports[p.Name()] = p.Path()
					return p.Name()
				}))
			}
		}
	}
	var b strings.Builder
	b.WriteString("package PKG\n\nimport show \"probe/show\"\n")
	for name, path := range imports {
		fmt.Fprintf(&b, "import %s %q\n", name, strings.Replace(path, ModelPath, "probe/model", 1))
	}
	b.WriteString(decls.String())
	b.WriteString("\nfunc Run() {\ndefer show.Failure()\n" + body.String())
	for _, v := range shown {
		if variables == nil || slices.Contains(variables, v) {
			fmt.Fprintf(&b, "show.Value(%q, %s)\n", v, v)
		} else {
			fmt.Fprintf(&b, "_ = %s\n", v)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// sharedWithFunctions lists the session variables that declared functions use,
// and all that are defined in the same statement as one of them.
func sharedWithFunctions(cells []*source.Cell) map[types.Object]bool {
	out := map[types.Object]bool{}
	for _, c := range cells {
		for _, d := range c.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					if o, ok := c.Info.Uses[id].(*types.Var); ok && !o.IsField() && o.Parent() != nil && isTopLevel(cells, o) {
						out[o] = true
					}
				}
				return true
			})
		}
	}
	for changed := true; changed; {
		changed = false
		for _, c := range cells {
			for _, s := range c.Body {
				names := definedBy(c, s)
				if slices.ContainsFunc(names, func(o types.Object) bool { return out[o] }) {
					for _, o := range names {
						changed = changed || !out[o]
						out[o] = true
					}
				}
			}
		}
	}
	return out
}

func isTopLevel(cells []*source.Cell, o types.Object) bool {
	return slices.ContainsFunc(cells, func(c *source.Cell) bool { return slices.Contains(c.Defs, o) })
}

func definedBy(c *source.Cell, s ast.Stmt) (out []types.Object) {
	switch x := s.(type) {
	case *ast.AssignStmt:
		if x.Tok == token.DEFINE {
			for _, l := range x.Lhs {
				if o := c.Info.Defs[l.(*ast.Ident)]; o != nil {
					out = append(out, o)
				}
			}
		}
	case *ast.DeclStmt:
		for _, spec := range x.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				for _, id := range v.Names {
					if o := c.Info.Defs[id]; o != nil {
						out = append(out, o)
					}
				}
			}
		}
	}
	return out
}

func statementText(u *unit, s ast.Stmt, shared map[types.Object]bool) string {
	text := u.text(s)
	if !slices.ContainsFunc(definedBy(u.Cell, s), func(o types.Object) bool { return shared[o] }) {
		return text
	}
	switch x := s.(type) {
	case *ast.AssignStmt:
		at := u.offset(x.TokPos) - u.offset(x.Pos())
		return text[:at] + "= " + text[at+2:]
	case *ast.DeclStmt:
		var b strings.Builder
		for _, spec := range x.Decl.(*ast.GenDecl).Specs {
			v := spec.(*ast.ValueSpec)
			for i, id := range v.Names {
				if i < len(v.Values) {
					fmt.Fprintf(&b, "%s = %s\n", id.Name, u.text(v.Values[i]))
				}
			}
		}
		return b.String()
	}
	return text
}

// A bench is a module with all probes as packages.
type bench struct {
	dir    string
	probes []probe
}

const showSource = `package show

import ("fmt"; "os"; "reflect"; "sort"; "strings")

func Failure() {
	if r := recover(); r != nil {
		fmt.Printf("panic: %v\n", r)
	}
}

func Value(name string, v any) { fmt.Fprintln(os.Stdout, name, "=", text(reflect.ValueOf(v), 0)) }

func text(v reflect.Value, depth int) string {
	if depth > 40 { return "…" }
	switch v.Kind() {
	case reflect.Invalid: return "nil"
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() { return "nil" }
		return "&" + text(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		var b strings.Builder
		b.WriteString("[")
		for i := 0; i < v.Len(); i++ { b.WriteString(text(v.Index(i), depth+1) + " ") }
		return b.String() + "]"
	case reflect.Map:
		var parts []string
		for _, k := range v.MapKeys() { parts = append(parts, text(k, depth+1)+":"+text(v.MapIndex(k), depth+1)) }
		sort.Strings(parts)
		return "map" + fmt.Sprint(parts)
	case reflect.Struct:
		var b strings.Builder
		b.WriteString("{")
		for i := 0; i < v.NumField(); i++ { b.WriteString(text(v.Field(i), depth+1) + " ") }
		return b.String() + "}"
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr: return v.Kind().String()
	case reflect.String: return fmt.Sprintf("%q", v.String())
	case reflect.Float32, reflect.Float64: return fmt.Sprintf("%x", v.Float())
	}
	switch {
	case v.CanInt(): return fmt.Sprint(v.Int())
	case v.CanUint(): return fmt.Sprint(v.Uint())
	case v.CanComplex(): return fmt.Sprintf("%x", v.Complex())
	}
	return fmt.Sprint(v)
}
`

func newBench(t testing.TB, probes []probe) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), probes: probes}
	b.write(t, "go.mod", "module probe\n\ngo 1.26\n")
	b.write(t, "show/show.go", showSource)
	files, err := model.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := model.Files.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		b.write(t, "model/"+f.Name(), string(data))
	}
	if len(probes) > 0 {
		b.write(t, "main.go", b.mainText(t))
	}
	return b
}

// mainText runs one variant of all probes or of those named.
func (b *bench) mainText(t testing.TB) string {
	var imports, cases strings.Builder
	for i, p := range b.probes {
		for _, v := range []string{"written", "pipe", "code"} {
			text, ok := p.variants[v]
			if !ok {
				continue
			}
			pkg := fmt.Sprintf("p%d%s", i, v)
			b.write(t, pkg+"/cell.go", strings.Replace(text, "package PKG", "package "+pkg, 1))
			fmt.Fprintf(&imports, "%s \"probe/%s\"\n", pkg, pkg)
			fmt.Fprintf(&cases, "{%q, \"%d\", %s.Run},\n", v, i, pkg)
		}
	}
	return "package main\n\nimport (\n\"fmt\"\n\"os\"\n\"probe/model\"\n" + imports.String() + ")\n" +
		"func main() {\nmodel.Set(model.Options{Model: model.Parallel, Workers: 4, Limit: 16, Race: true})\n" +
		"for _, c := range []struct { variant, name string; run func() }{\n" + cases.String() + "} {\n" +
		"if c.variant == os.Args[1] && (os.Args[2] == \"all\" || os.Args[2] == c.name) { fmt.Println(\"\\x01\" + c.name); c.run() }\n}\n}\n"
}

func (b *bench) write(t testing.TB, name, text string) {
	t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) build(t testing.TB, name string, flags ...string) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the Go toolchain: https://go.dev/dl")
	}
	bin := filepath.Join(b.dir, name)
	args := append([]string{"build", "-o", bin, "-vet=off"}, flags...)
	args = slices.DeleteFunc(args, func(a string) bool { return a == "-vet=off" })
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		main, _ := os.ReadFile(filepath.Join(b.dir, "main.go"))
		var line int
		if _, after, ok := strings.Cut(string(out), "main.go:"); ok {
			fmt.Sscan(after, &line)
		}
		lines := strings.Split(string(main), "\n")
		around := lines[max(0, line-20):min(len(lines), line+20)]
		t.Fatalf("build: %v\n%s\n%s", err, out, strings.Join(around, "\n"))
	}
	return bin
}

// shownBody is the body of the last of cells, followed by all its variables.
func shownBody(cells []*source.Cell) string {
	c := cells[len(cells)-1]
	u := &unit{c}
	var b strings.Builder
	for _, s := range c.Body {
		b.WriteString(u.text(s) + "\n")
	}
	for _, o := range c.Defs {
		if _, ok := o.(*types.Var); ok && o.Name() != "_" {
			fmt.Fprintf(&b, "show.Value(%q, %s)\n", o.Name(), o.Name())
		}
	}
	return b.String()
}

func (b *bench) runArgs(t testing.TB, bin string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = append(os.Environ(), "GORACE=halt_on_error=0 exitcode=66")
	if err := cmd.Run(); err != nil {
		return out.String() + fmt.Sprintf("\n%v\n%s", err, errs.String())
	}
	return out.String()
}
