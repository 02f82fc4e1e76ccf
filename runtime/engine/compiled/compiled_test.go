package compiled

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/source"
)

func TestMain(m *testing.M) {
	host.ServeIfChild(nil)
	os.Exit(m.Run())
}

// testEngine is an engine on the user's caches; without a toolchain the test is
// skipped.
func testEngine(t testing.TB) *Engine {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command on PATH; install: https://go.dev/dl")
	}
	return New(Options{})
}

// unit checks cells, separated by lines "---"; the last one is measured and all
// others are its slice. Cell i is called ci, from 1.
func unit(t testing.TB, text string) engine.Unit {
	t.Helper()
	scope := source.NewScope(source.EmbeddedImporter())
	var u engine.Unit
	parts := strings.Split(strings.TrimPrefix(text, "\n"), "\n---\n")
	for i, code := range parts {
		id := "c" + string(rune('1'+i))
		c, errs := scope.Check(source.Text{ID: id, Index: i + 1, Code: code})
		if len(errs) > 0 {
			t.Fatalf("cell %s: %v\n%s", id, errs, code)
		}
		scope.Accept(c)
		if i == len(parts)-1 {
			u.Cell = c
		} else {
			u.Slice = append(u.Slice, c)
		}
	}
	return u
}

func run(t testing.TB, e *Engine, text string, spec engine.RunSpec) *engine.RunResult {
	t.Helper()
	u := unit(t, text)
	p, err := e.Prepare(context.Background(), u)
	if err != nil {
		if g, gerr := generate(u, variant{}); gerr == nil {
			for _, f := range g.files {
				t.Logf("%s:\n%s", f.name, f.text)
			}
		}
		t.Fatalf("prepare: %v\n%s", err, text)
	}
	defer p.Close()
	r, err := p.Run(context.Background(), spec)
	if err != nil {
		t.Fatalf("run: %v\n%s", err, text)
	}
	return r
}

func TestCells(t *testing.T) {
	e := testEngine(t)
	for _, test := range []struct {
		name, text, stdout, value string
	}{
		{"expression", "1 + 2", "", "3"},
		{"print", `fmt.Println("hello")`, "hello\n", ""},
		{"earlier variable", "x := 40\n---\nx + 2", "", "42"},
		{"earlier cells are silent", "fmt.Println(1)\n---\nfmt.Println(2)", "2\n", ""},
		{"function", "func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }\n---\nfib(20)", "", "6765"},
		{"redefined", "x := 1\nf := func() int { return x }\n---\nx := \"s\"\n---\nfmt.Println(x, f())", "s 1\n", ""},
		{"function uses variable", "n := 0\nfunc inc() { n++ }\n---\ninc(); inc()\n---\nn", "", "2"},
		{"closure over earlier variable", "n := 0\ninc := func() { n++ }\n---\ninc()\nn += 10\n---\nn", "", "11"},
		{"pointer to earlier variable", "n := 1\np := &n\n---\n*p = 5\n---\nn", "", "5"},
		{"builder is not copied", "var sb strings.Builder\nsb.WriteString(\"a\")\n---\nsb.WriteString(\"b\")\n---\nsb.String()", "", `"ab"`},
		{"two values", "strconv.Atoi(\"12\")", "", "12, <nil>"},
		{"several definitions", "a, err := strconv.Atoi(\"x\")\n---\nb, err := strconv.Atoi(\"3\")\n---\nfmt.Println(a, b, err)", "0 3 <nil>\n", ""},
		{"shared in a mixed definition", "var err error\nfunc last() error { return err }\n---\nb, err := strconv.Atoi(\"x\")\n---\nfmt.Println(b, last() != nil, err != nil)", "0 true true\n", ""},
		{"grouped variables", "var (\n a = 1\n b, c = 2, \"c\"\n d float64\n)\nfunc show() { fmt.Println(a, b, c, d) }\n---\nshow()", "1 2 c 0\n", ""},
		{"generic", "func Map[T, U any](xs []T, f func(T) U) []U {\n var out []U\n for _, x := range xs { out = append(out, f(x)) }\n return out\n}\n---\nMap([]int{1, 2}, func(i int) string { return fmt.Sprint(i * i) })", "", "[1 4]"},
		{"method", "type P struct{ x, y int }\nfunc (p P) sum() int { return p.x + p.y }\n---\np := P{1, 2}\n---\np.sum()", "", "3"},
		{"defer and recover", "x := 1\n---\ndefer func() { fmt.Println(\"recovered\", recover()); x = 7 }()\nx = 2\npanic(\"boom\")", "recovered boom\n", ""},
		{"large array", "var a [100000]int\n---\nfor i := range a { a[i] = i }\n---\na[99999]", "", "99999"},
		{"function defined again", "func f() int { return 1 }\nfunc g() int { return f() }\n---\na := g()\n---\nfunc f() int { return 2 }\n---\nfmt.Println(a, g(), f())", "1 2 2\n", ""},
		{"variable defined again", "x := 1\n---\nx := 2\n---\nx := x + 1\nx", "", "3"},
		{"constant defined again", "const N = 3\na := N\n---\nconst N = 3\n---\na + N", "", "6"},
		{"method defined again", "type T struct{}\nfunc (T) M() int { return 1 }\nt := T{}\n---\nfunc (T) M() int { return 2 }\n---\nt.M()", "", "2"},
		{"type defined again", "type T struct{ a int }\nt := T{1}\n---\ntype T struct{ b string }\n---\nfmt.Println(t.a, T{\"x\"}.b)", "1 x\n", ""},
		{"type defined again in the same words", "type T struct{ a int }\nt := T{1}\n---\ntype T struct{ a int }\nu := T{2}\n---\nt = u\nt.a", "", "2"},
		{"function follows a variable of another type", "x := 1\nfunc f() string { return fmt.Sprint(x) }\n---\na := f()\n---\nx := \"s\"\n---\nfmt.Println(a, f())", "1 s\n", ""},
		{"method follows", "n := 1\ntype T struct{}\nfunc (T) M() string { return fmt.Sprint(n) }\nt := T{}\n---\nn := \"two\"\n---\nt.M()", "", `"two"`},
		{"pointer keeps the old variable", "x := 1\np := &x\nfunc get() int { return x }\n---\nx := 2\n---\nx++\nfmt.Println(*p, x, get())", "1 3 3\n", ""},
		{"return ends the cell", "a := 1\n---\nb := 2\nif a == 1 {\n\treturn\n}\nb = 3\n---\nfmt.Println(b)", "2\n", ""},
		{"return in the measured cell", "b := 2\nfmt.Println(b)\nif b == 2 {\n\treturn\n}\nb = 3\nb", "2\n", ""},
		{"function before its variable", "func f() int { return v }\nw := f()\nv := 5\nfmt.Println(w, f())", "0 5\n", ""},
		{"predeclared name", "a := []int{1, 2}\nn := len(a)\n---\nlen := 5\n---\nfmt.Println(n, len)", "2 5\n", ""},
		{"import name as a variable", "n := strings.Count(\"aa\", \"a\")\n---\nstrings := []string{\"x\"}\n---\nfmt.Println(n, strings)", "2 [x]\n", ""},
		{"script", "package main\n\nimport \"fmt\"\n\nvar v = 3\n\nfunc main() { fmt.Println(v) }\n", "3\n", ""},
		{"exit 0 ends a script", "package main\n\nimport \"os\"\n\nfunc main() { println(); os.Exit(0) }\n", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := run(t, e, test.text, engine.RunSpec{})
			if r.Err != nil {
				t.Fatalf("error: %+v\nstderr %s", r.Err, r.Stderr)
			}
			if got := r.Stdout.String(); got != test.stdout {
				t.Errorf("stdout %q, want %q", got, test.stdout)
			}
			if r.Value != test.value {
				t.Errorf("value %q, want %q", r.Value, test.value)
			}
			if r.Sample.WallNS <= 0 || r.Sample.Turns != 1 {
				t.Errorf("sample %+v", r.Sample)
			}
		})
	}
}
