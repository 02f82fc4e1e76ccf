package compiled

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/source"
)

const convertCells = `// A list of numbers.
xs := []int{3, 1, 2}
total := 0
func add(n int) { total += n }
---
import rand "math/rand/v2"
r := rand.New(rand.NewPCG(1, 2))
for _, x := range xs { add(x) }
r.IntN(10) < 10
---
import "crypto/rand"
b := make([]byte, 4)
n, err := rand.Read(b)
fmt.Println(n, err, total)
---
xs := "text" // another type
fmt.Println(xs, total)
xs
---
type P struct{ X, Y int }
func (p P) Sum() int { return p.X + p.Y }
urls := lab.Pages(2, time.Millisecond)
sizes := lab.Map(urls, func(u string) int { return len(lab.Fetch(u)) })
fmt.Println(len(sizes), sizes[0] > 0)
P{1, 2}.Sum()`

const convertOutput = "true\n4 <nil> 6\ntext 6\n\"text\"\n2 true\n3\n"

func all(t *testing.T, text string) []*source.Cell {
	u := unit(t, text)
	return append(u.Slice, u.Cell)
}

func TestProgram(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command on PATH; install: https://go.dev/dl")
	}
	text, err := Program("test.md", all(t, convertCells))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "prog.go")
	write(t, name, text)
	cmd := exec.Command("go", "run", name)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != convertOutput {
		t.Errorf("%v\n%s\nprogram:\n%s", err, out, text)
	}
	if strings.Contains(text, "lapbook/stdlib") || !strings.Contains(text, "// A list of numbers.") {
		t.Errorf("program:\n%s", text)
	}
}

func TestBenchmarks(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command on PATH; install: https://go.dev/dl")
	}
	cells := all(t, "n := 1000\n---\ns := 0\nfor i := range n { s += i }\ns")
	text, err := Benchmarks("test.md", cells, []Benchmark{{Cell: cells[1], Slice: cells[:1]}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "x_test.go"), text)
	write(t, filepath.Join(dir, "go.mod"), "module x\n\ngo 1.26\n")
	cmd := exec.Command("go", "test", "-bench", ".", "-benchtime", "10x")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "BenchmarkC2") {
		t.Errorf("%v\n%s\n%s", err, out, text)
	}
}
