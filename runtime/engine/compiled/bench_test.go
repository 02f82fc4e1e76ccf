package compiled

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

// Texts of the latency benchmarks: %d makes each one new.
var latencyCells = map[string]string{
	"fmt":  "fmt.Println(%d)",
	"http": "fmt.Println(%d, http.StatusText(200), http.DefaultClient.Timeout)\n_, err := http.Get(\"http://127.0.0.1:1/\")\nfmt.Println(err != nil)",
}

// BenchmarkChangedCell is from a new text to its result, checks included, in a
// session that has seen its imports.
func BenchmarkChangedCell(b *testing.B) {
	e := testEngine(b)
	scope := source.NewScope(source.EmbeddedImporter())
	for name, text := range latencyCells {
		runOnce(b, e, scope, fmt.Sprintf(text, 0))
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				runOnce(b, e, scope, fmt.Sprintf(text, i*100_000+os.Getpid()))
			}
		})
	}
}

// BenchmarkUnchangedCell is the same for a text that was built before.
func BenchmarkUnchangedCell(b *testing.B) {
	e := testEngine(b)
	scope := source.NewScope(source.EmbeddedImporter())
	runOnce(b, e, scope, "fmt.Println(1)")
	for b.Loop() {
		runOnce(b, e, scope, "fmt.Println(1)")
	}
}

func runOnce(b *testing.B, e *Engine, scope *source.Scope, text string) {
	c, errs := scope.Check(source.Text{ID: "c1", Index: 1, Code: text})
	if errs != nil {
		b.Fatal(errs)
	}
	p, err := e.Prepare(context.Background(), engine.Unit{Cell: c})
	if err != nil {
		b.Fatal(err)
	}
	r, err := p.Run(context.Background(), engine.RunSpec{})
	if err != nil || r.Err != nil {
		b.Fatal(err, r.Err)
	}
}

// BenchmarkGoBuild is `go build` and a run of the same texts.
func BenchmarkGoBuild(b *testing.B) {
	imports := map[string]string{"fmt": `import "fmt"`, "http": "import (\"fmt\"; \"net/http\")"}
	for name, text := range latencyCells {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			write(b, filepath.Join(dir, "go.mod"), "module x\n\ngo 1.26\n")
			for i := 0; b.Loop(); i++ {
				write(b, filepath.Join(dir, "main.go"), "package main\n"+imports[name]+"\nfunc main() {\n"+fmt.Sprintf(text, i*1000+os.Getpid())+"\n}\n")
				cmd := exec.Command("go", "build", "-o", "prog", ".")
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v %s", err, out)
				}
				if out, err := exec.Command(filepath.Join(dir, "prog")).CombinedOutput(); err != nil {
					b.Fatalf("%v %s", err, out)
				}
			}
		})
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkPrepared is preparing and running a checked cell that was built before.
func BenchmarkPrepared(b *testing.B) {
	e := testEngine(b)
	u := unit(b, "fmt.Println(1)")
	b.Run("prepare", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Prepare(context.Background(), u); err != nil {
				b.Fatal(err)
			}
		}
	})
	p, err := e.Prepare(context.Background(), u)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("run", func(b *testing.B) {
		for b.Loop() {
			if _, err := p.Run(context.Background(), engine.RunSpec{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
