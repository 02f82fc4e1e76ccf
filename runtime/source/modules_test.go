package source

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tree writes files, by slashed name, into a new directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command on PATH; install Go: https://go.dev/dl")
	}
}

func moduleScope(t *testing.T, dir string) (*Scope, *Modules) {
	t.Helper()
	m := NewModules(dir, nil)
	t.Cleanup(func() { m.Close() })
	return NewScope(m), m
}

func TestOwnModule(t *testing.T) {
	needGo(t)
	t.Setenv("GOFLAGS", "-toolexec=/bin/false -mod=mod")
	dir := tree(t, map[string]string{
		"go.mod":           "module example.com/app\n\ngo 1.26\n\nrequire example.com/dep v1.0.0\n\nreplace example.com/dep => ./dep\n",
		"geo/geo.go":       "package geo\n\nimport \"example.com/dep\"\n\ntype Point struct{ X, Y int }\n\nfunc (p Point) Far() int { return dep.Twice(p.X) }\n",
		"bad/bad.go":       "package bad\n\nvar X int = \"a\"\n",
		"dep/go.mod":       "module example.com/dep\n\ngo 1.26\n",
		"dep/dep.go":       "package dep\n\nfunc Twice(n int) int { return 2 * n }\n",
		"internal/in/i.go": "package in\n\nconst N = 3\n",
	})
	s, m := moduleScope(t, dir)
	c := accept(t, s, 1, "import \"example.com/app/geo\"\np := geo.Point{1, 2}\np.Far()")
	if c.Value == nil {
		t.Error("no value")
	}
	accept(t, s, 2, "import \"example.com/dep\"\ndep.Twice(geo.Point{}.X)")
	if p := m.Package("example.com/app/geo"); p == nil || p.Export == "" || len(p.GoFiles) != 1 {
		t.Errorf("package %+v", p)
	}
	if got := m.Fetched(); len(got) != 0 {
		t.Errorf("versions of local modules: %v", got)
	}
	for code, want := range map[string]string{
		"import \"example.com/app/bad\"\nbad.X":      "bad/bad.go:3:13: cannot use \"a\"",
		"import \"example.com/app/nothing\"\n1":      "example.com/app/nothing",
		"import \"nope.invalid/missing/pkg\"\n1":     "could not import nope.invalid/missing/pkg (no module can have a path under nope.invalid)",
		"import \"fmtt\"\n1":                         "could not import fmtt (package fmtt is not in std",
		"import \"example.com/app/geo\"\ngeo.Pint{}": "undefined: geo.Pint",
	} {
		_, errs := s.Check(Text{ID: "c", Code: code})
		if len(errs) != 1 || !strings.Contains(errs[0].Message, want) {
			t.Errorf("%s\ngot  %v\nwant %s", code, errs, want)
		}
	}
}

func TestWorkspace(t *testing.T) {
	needGo(t)
	dir := tree(t, map[string]string{
		"go.work":  "go 1.26\n\nuse (\n\t./a\n\t./b\n)\n",
		"a/go.mod": "module example.com/a\n\ngo 1.26\n",
		"a/a.go":   "package a\n\nfunc A() int { return 1 }\n",
		"b/go.mod": "module example.com/b\n\ngo 1.26\n",
		"b/b.go":   "package b\n\nfunc B() int { return 2 }\n",
	})
	s, _ := moduleScope(t, filepath.Join(dir, "a"))
	accept(t, s, 1, "import (\"example.com/a\"; \"example.com/b\")\na.A() + b.B()")
}

func TestNoToolchain(t *testing.T) {
	t.Setenv("PATH", "")
	s, _ := moduleScope(t, t.TempDir())
	accept(t, s, 1, "fmt.Println(strings.ToUpper(\"a\"))")
	_, errs := s.Check(Text{ID: "c", Code: "import \"golang.org/x/text/cases\"\ncases.Fold()"})
	if len(errs) != 1 || !strings.Contains(errs[0].Message, "needs a Go toolchain") {
		t.Errorf("%v", errs)
	}
}

// proxy makes a module proxy with one module in it and points the go command there.
func proxy(t *testing.T, module, version string, files map[string]string) {
	t.Helper()
	all := map[string]string{
		module + "/@v/list":                 version + "\n",
		module + "/@v/" + version + ".info": fmt.Sprintf("{\"Version\":%q}", version),
		module + "/@v/" + version + ".mod":  files["go.mod"],
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(module + "@" + version + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	all[module+"/@v/"+version+".zip"] = b.String()
	dir := tree(t, all)
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(dir))
	t.Setenv("GOSUMDB", "off")
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-modcacherw")
}

func TestThirdParty(t *testing.T) {
	needGo(t)
	proxy(t, "third.example.com/mod", "v1.2.3", map[string]string{
		"go.mod":     "module third.example.com/mod\n\ngo 1.20\n",
		"sub/sub.go": "package sub\n\nfunc Answer() int { return 42 }\n",
	})
	const mod = "module example.com/app\n\ngo 1.26\n"
	for name, dir := range map[string]string{"outside a module": t.TempDir(), "inside a module": tree(t, map[string]string{"go.mod": mod})} {
		var said []string
		m := NewModules(dir, func(line string) { said = append(said, line) })
		defer m.Close()
		s := NewScope(m)
		accept(t, s, 1, "import \"third.example.com/mod/sub\"\nsub.Answer()")
		if len(said) != 1 || said[0] != "fetching third.example.com/mod/sub" {
			t.Errorf("%s: progress %q", name, said)
		}
		if got := fmt.Sprint(m.Fetched()); got != "[{third.example.com/mod v1.2.3}]" {
			t.Errorf("%s: fetched %s", name, got)
		}
		if b, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && string(b) != mod {
			t.Errorf("%s: go.mod changed: %s", name, b)
		}
		if _, errs := s.Check(Text{ID: "c", Code: "import \"third.example.com/other\"\n1"}); len(errs) != 1 {
			t.Errorf("%s: %v", name, errs)
		}
	}
}
