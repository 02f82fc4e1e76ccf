package compiled

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

func TestFaults(t *testing.T) {
	e := testEngine(t)
	for _, test := range []struct {
		name, text string
		spec       engine.RunSpec
		kind       string
		message    string
		line       int
		code       int
	}{
		{name: "panic", text: "xs := []int{1}\ni := 5\nfmt.Println(\"before\")\n\n_ = xs[i]", kind: "panic", message: "index out of range [5] with length 1", line: 5, code: 2},
		{name: "panic in a function", text: "func f(m map[string]int) {\n m[\"a\"] = 1\n}\n---\nf(nil)", kind: "panic", message: "assignment to entry in nil map", line: 2, code: 2},
		{name: "panic of an error", text: "panic(fmt.Errorf(\"bad %d\", 3))", kind: "panic", message: "bad 3", line: 1, code: 2},
		{name: "nil pointer", text: "var p *struct{ x int }\np.x = 1", kind: "panic", message: "nil pointer", line: 2, code: 2},
		{name: "panic of a goroutine", text: "done := make(chan bool)\ngo func() {\n\tpanic(\"in goroutine\")\n}()\n<-done", kind: "panic", message: "in goroutine", line: 3, code: 2},
		{name: "deadlock", text: "c := make(chan int)\n<-c", kind: "panic", message: "deadlock", line: 2, code: 2},
		{name: "stack overflow", text: "func f(n int) int {\n\treturn f(n+1) + 1\n}\nf(0)", kind: "panic", message: "stack", line: 2, code: 2},
		{name: "map race", text: "m := map[int]int{}\nfor i := range 8 {\n\tgo func() { for { m[i] = i } }()\n}\ntime.Sleep(2*time.Second)", kind: "panic", message: "concurrent map", line: 3, code: 2},
		{name: "exit", text: "fmt.Println(\"x\")\nos.Exit(3)", kind: "exit", message: "3", code: 3},
		{name: "exit 0 of an ordinary cell", text: "os.Exit(0)", kind: "exit"},
		{name: "log.Fatal", text: "log.Fatal(\"bye\")", kind: "exit", code: 1},
		{name: "signal", text: "syscall.Kill(os.Getpid(), syscall.SIGKILL)\ntime.Sleep(time.Minute)", kind: "signal"},
		{name: "Goexit", text: "runtime.Goexit()", kind: "panic", message: "no goroutines"},
		{name: "earlier cell panics", text: "panic(\"early\")\n---\n1", kind: "panic", message: "early", line: 1, code: 2},
		{name: "script exit", text: "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(4) }\n", kind: "exit", code: 4},
		{name: "script exit in init", text: "package main\n\nimport \"os\"\n\nfunc init() { os.Exit(4) }\n\nfunc main() {}\n", kind: "exit", code: 4},
		{name: "script panic in a variable", text: "package main\n\nvar m map[int]int\n\nvar n = func() int {\n\tm[1] = 1\n\treturn 1\n}()\n\nfunc main() {}\n", kind: "panic", message: "nil map", line: 6, code: 2},
		{name: "memory", text: "var keep [][]byte\nfor {\n\tb := make([]byte, 16<<20)\n\tfor i := range b { b[i] = 1 }\n\tkeep = append(keep, b)\n}", spec: engine.RunSpec{MemoryCap: 200 << 20}, kind: "memory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := run(t, e, test.text, test.spec)
			if r.Err == nil {
				t.Fatal("no error")
			}
			if r.Err.Kind != test.kind || !strings.Contains(r.Err.Message, test.message) || r.Err.Line != test.line && test.line > 0 {
				t.Errorf("%+v\nstderr: %s", r.Err, r.Stderr)
			}
			if test.code != 0 && r.Err.Code != test.code {
				t.Errorf("code %d, want %d", r.Err.Code, test.code)
			}
		})
	}
}

func TestPanicKeepsTheSample(t *testing.T) {
	r := run(t, testEngine(t), "fmt.Println(\"before\")\ns := 0\nfor i := range 1_000_000 { s += i }\nfunc() { panic(s) }()", engine.RunSpec{})
	if r.Sample.WallNS <= 0 || r.Stdout.String() != "before\n" || r.Err == nil || len(r.Err.Frames) != 2 {
		t.Errorf("%+v %q %+v", r.Sample, r.Stdout, r.Err)
	}
}

func TestTimeout(t *testing.T) {
	e := testEngine(t)
	p, err := e.Prepare(context.Background(), unit(t, "fmt.Println(\"start\")\nfor { }"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	r, err := p.Run(ctx, engine.RunSpec{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Err == nil || r.Err.Kind != "timeout" || r.Stdout.String() != "start\n" {
		t.Errorf("%+v %q", r.Err, r.Stdout)
	}
}

func TestRefusals(t *testing.T) {
	e := testEngine(t)
	for _, test := range []struct{ text, message string }{
		{"x := 1\n//line other.go:7\n_ = x", "//line"},
		{"//go:linkname nanotime runtime.nanotime\nfunc nanotime() int64 { return 0 }", "linkname"},
	} {
		_, err := e.Prepare(context.Background(), unit(t, test.text))
		ce, ok := err.(*engine.CellError)
		if !ok || ce.Kind != "refused" || !strings.Contains(ce.Message, test.message) || ce.Line == 0 {
			t.Errorf("%s: %v", test.text, err)
		}
	}
}

func TestNoToolchain(t *testing.T) {
	t.Setenv("PATH", "")
	if _, err := New(Options{}).Prepare(context.Background(), engine.Unit{}); err != ErrNoToolchain {
		t.Errorf("%v", err)
	}
}

// TestScriptFile: a script that is a file sees its own name where a program that
// the go command built does, and its errors are told on the cell's lines.
func TestScriptFile(t *testing.T) {
	e := testEngine(t)
	for _, test := range []struct{ name, body, stdout string }{
		{"caller", "_, file, line, _ := runtime.Caller(0)\n\tfmt.Println(file, line)\n\tpanic(1)", "/dir/prog 1.go 10\n"},
		{"another goroutine", "go func() {\n\t\tpanic(1)\n\t}()\n\tselect {}", ""},
	} {
		text := "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime\"\n)\n\n// main\nfunc main() {\n\t" + test.body + "\n}\n\nvar _ = runtime.GOOS + fmt.Sprint()\n"
		c, errs := source.NewScope(source.EmbeddedImporter()).Check(source.Text{ID: "prog", Index: 1, Code: text, File: "/dir/prog 1.go"})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		for _, spec := range []engine.RunSpec{{}, {Trace: true}} {
			p, err := e.Prepare(context.Background(), engine.Unit{Cell: c})
			if err != nil {
				t.Fatal(err)
			}
			r, err := p.Run(context.Background(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if r.Err == nil || !strings.HasPrefix(r.Err.Frames[0], "main.main") || strings.Contains(r.Err.Frames[0], "_") || r.Err.Cell != "prog" || r.Err.Line < 11 || r.Err.Line > 12 || !spec.Trace && r.Stdout.String() != test.stdout {
				t.Errorf("%s: %q %+v", test.name, r.Stdout, r.Err)
			}
		}
	}
}
