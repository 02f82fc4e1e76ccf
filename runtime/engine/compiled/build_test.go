package compiled

import (
	"context"
	"errors"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

// brokenCompiler gives an engine a tool directory whose compiler always fails.
func brokenCompiler(t *testing.T, e *Engine) {
	t.Helper()
	b, err := e.builder(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compile"), []byte("#!/bin/sh\necho flag provided but not defined: -complete >&2\nexit 2\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	b.t.env.GOTOOLDIR = dir
}

func TestFallsBackToGoBuild(t *testing.T) {
	e := testEngine(t)
	e.opt.CacheDir = t.TempDir()
	brokenCompiler(t, e)
	p, err := e.Prepare(context.Background(), unit(t, "x := []int{1}\n---\nfmt.Println(\"built\")\n_ = x[len(x)]"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Join(p.Notices(), "\n"); !strings.Contains(n, "go build") || !strings.Contains(n, "-complete") {
		t.Errorf("notices %q", n)
	}
	r, err := p.Run(context.Background(), engine.RunSpec{})
	if err != nil || r.Stdout.String() != "built\n" || r.Err == nil || r.Err.Cell != "c2" || r.Err.Line != 2 {
		t.Errorf("%v %+v %q", err, r.Err, r.Stdout)
	}
	if e.Fallback() == nil {
		t.Error("nobody is told")
	}
	if p, err = e.Prepare(context.Background(), unit(t, "2")); err != nil || len(p.Notices()) > 0 {
		t.Errorf("the notice comes twice: %v %v", err, p.Notices())
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	e := testEngine(t)
	e.opt.CacheDir = t.TempDir()
	r := run(t, e, "fmt.Println(os.Getpid() > 0)", engine.RunSpec{Stdin: strings.NewReader("x")})
	if r.Err != nil {
		t.Error(r.Err)
	}
	left, err := os.ReadDir(tmp)
	if err != nil || len(left) > 0 {
		t.Errorf("%v %v", err, left)
	}
	b, err := e.builder(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if dirs, _ := filepath.Glob(filepath.Join(b.cache, "lapbook-*")); len(dirs) > 0 {
		t.Errorf("left in the cache: %v", dirs)
	}
}

func TestFullDisk(t *testing.T) {
	e := testEngine(t)
	e.opt.CacheDir = "/dev/full/cache"
	_, err := e.Prepare(context.Background(), unit(t, "1"))
	if err == nil || !strings.Contains(err.Error(), "/dev/full") {
		t.Errorf("%v", err)
	}
}

func TestToolchainRemoved(t *testing.T) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("no go command on PATH; install: https://go.dev/dl")
	}
	dir := t.TempDir()
	link := filepath.Join(dir, "go")
	if err := os.Symlink(filepath.Join(strings.TrimSpace(string(goroot)), "bin", "go"), link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	t.Setenv("PATH", dir)
	e := New(Options{})
	if _, err := e.Prepare(context.Background(), unit(t, "1")); err != nil {
		t.Fatal(err)
	}
	os.Remove(link)
	b, _ := e.builder(context.Background())
	b.t.env.GOTOOLDIR = filepath.Join(dir, "gone")
	if _, err := e.Prepare(context.Background(), unit(t, "1")); !errors.Is(err, ErrNoToolchain) {
		t.Errorf("%v", err)
	}
}

func TestPrune(t *testing.T) {
	root := t.TempDir()
	for i, name := range []string{"a", "b", "c"} {
		dir := filepath.Join(root, "key", "prog")
		os.MkdirAll(dir, 0o777)
		write(t, filepath.Join(dir, name), strings.Repeat("x", 100))
		if i < 2 {
			touch(filepath.Join(dir, name))
		}
	}
	prune(root, 250)
	left, _ := os.ReadDir(filepath.Join(root, "key", "prog"))
	if len(left) != 2 {
		t.Errorf("%v", left)
	}
}

// starts tests what a package of a module prints when it is initialised: it is
// shown by the cell that imports it, and by a script.
func starts(t *testing.T, e *Engine, dir string) {
	write(t, filepath.Join(dir, "words", "init.go"), "package words\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nvar _ = func() int { fmt.Println(\"variable\"); return 1 }()\n\nfunc init() { fmt.Fprintln(os.Stderr, \"init\") }\n")
	b, _ := e.builder(context.Background())
	archives, err := b.find(context.Background(), []string{"example.test/m/words", "fmt"}, plain)
	if err != nil {
		t.Fatal(err)
	}
	scope := source.NewScope(archiveImporter(archives))
	var slice []*source.Cell
	for i, tt := range []struct{ code, stdout, stderr string }{
		{"import \"example.test/m/words\"\nn := words.Count(\"abc\")\nfmt.Println(n)", "variable\n3\n", "init\n"},
		{"fmt.Println(words.Count(\"abcd\"), n)", "4 3\n", ""},
		{"package main\n\nimport (\n\t\"fmt\"\n\t\"example.test/m/words\"\n)\n\nfunc main() { fmt.Println(words.Count(\"ab\")) }", "variable\n2\n", "init\n"},
	} {
		c, errs := scope.Check(source.Text{ID: "s" + strconv.Itoa(i), Index: i + 1, Code: tt.code})
		if errs != nil {
			t.Fatal(errs)
		}
		p, err := e.Prepare(context.Background(), engine.Unit{Slice: slice, Cell: c})
		if err != nil {
			t.Fatal(err)
		}
		r, err := p.Run(context.Background(), engine.RunSpec{Dir: dir})
		if err != nil || r.Err != nil || r.Stdout.String() != tt.stdout || r.Stderr.String() != tt.stderr {
			t.Errorf("%d: %v %v %q %q", i, err, r.Err, r.Stdout.String(), r.Stderr.String())
		}
		scope.Accept(c)
		slice = append(slice, c)
	}
}

func TestModulePackages(t *testing.T) {
	e := testEngine(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.test/m\n\ngo 1.26\n")
	os.Mkdir(filepath.Join(dir, "words"), 0o777)
	write(t, filepath.Join(dir, "words", "words.go"), "package words\n\n// Count counts.\nfunc Count(s string) int {\n\tif s == \"\" {\n\t\tpanic(\"no text\")\n\t}\n\treturn len(s)\n}\n")
	e.opt.Dir = dir
	b, err := e.builder(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	archives, err := b.find(context.Background(), []string{"example.test/m/words", "fmt"}, plain)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"example.test/m/words": true, "fmt": true, "net/http": false} {
		if (archives[path] != "") != want {
			t.Errorf("%s: %q", path, archives[path])
		}
	}
	scope := source.NewScope(archiveImporter(archives))
	c, errs := scope.Check(source.Text{ID: "c1", Index: 1, Code: "import \"example.test/m/words\"\nfmt.Println(words.Count(\"abc\"))\nwords.Count(\"\")"})
	if errs != nil {
		t.Fatal(errs)
	}
	p, err := e.Prepare(context.Background(), engine.Unit{Cell: c})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Run(context.Background(), engine.RunSpec{Dir: dir})
	if err != nil || r.Stdout.String() != "3\n" || r.Err == nil || r.Err.Line != 3 || r.Err.Message != "no text" {
		t.Errorf("%v %q %+v", err, r.Stdout, r.Err)
	}
	starts(t, e, dir)
	if frames := r.Err.Frames; len(frames) != 2 || frames[0] != "words.Count words/words.go:6" || frames[1] != "main.cell c1:3" {
		t.Errorf("frames %q", frames)
	}
}

func TestModuleWithC(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler; install: apt-get install gcc")
	}
	e := testEngine(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.test/m\n\ngo 1.26\n")
	os.Mkdir(filepath.Join(dir, "c"), 0o777)
	write(t, filepath.Join(dir, "c", "c.go"), "package c\n\n// static int twice(int n) { return 2 * n; }\nimport \"C\"\n\nfunc Twice(n int) int { return int(C.twice(C.int(n))) }\n")
	e.opt.Dir = dir
	b, err := e.builder(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	archives, err := b.find(context.Background(), []string{"example.test/m/c", "fmt"}, withC)
	if err != nil {
		t.Fatal(err)
	}
	scope := source.NewScope(archiveImporter(archives))
	c, errs := scope.Check(source.Text{ID: "c1", Index: 1, Code: "import \"example.test/m/c\"\nc.Twice(21)"})
	if errs != nil {
		t.Fatal(errs)
	}
	p, err := e.Prepare(context.Background(), engine.Unit{Cell: c})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Run(context.Background(), engine.RunSpec{Dir: dir})
	if err != nil || r.Value != "42" {
		t.Errorf("%v %q %+v", err, r.Value, r.Err)
	}
}

// archiveImporter imports types from compiled packages.
func archiveImporter(archives map[string]string) types.Importer {
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(archives[path]) })
}
