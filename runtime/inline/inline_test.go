package inline

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestProgram(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"uses none", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1) }\n", "1\n"},
		{"lab in a group", `package main

// A comment that stays.
import (
	"fmt"
	"time"

	"github.com/lapbook/lapbook/stdlib/lab"
)

func main() {
	urls := lab.Pages(3, time.Millisecond) // three pages
	sizes := lab.Map(urls, func(u string) int { return len(lab.Fetch(u)) })
	base := lab.Serve(lab.Site{Delay: time.Millisecond})
	fmt.Println(len(sizes), sizes[0] > 0, len(lab.Fetch(base+"/x")) > 0)
}
`, "3 true true\n"},
		{"names in the way", `package main

import "github.com/lapbook/lapbook/stdlib/lab"
import sum "hash/fnv"

var http, labFetch, sync = 1, 2, 3

type shadow struct{ Each int }

func main() {
	n := 0
	lab.Each([]int{1, 2}, func(i, x int) { n += x })
	func() {
		lab := shadow{7}
		println(lab.Each)
	}()
	println(n, http, labFetch, sync, sum.New32() != nil, len(lab.Fetch(lab.Pages(1, 0)[0])) > 0)
}
`, ""},
		{"a model", `package main

import "github.com/lapbook/lapbook/runtime/model"

func main() {
	n := make([]int, 4)
	model.Each(4, func(i int) { n[i] = i })
	p := model.NewPipe()
	p.Submit(func() func() bool { return func() bool { n[0] = 9; return false } })
	p.Wait()
	println(n[0] + n[3])
}
`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, err := Program([]byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(out), "lapbook/") {
				t.Errorf("it still imports lapbook:\n%s", out)
			}
			if strings.Contains(test.src, "that stays") != strings.Contains(string(out), "that stays") {
				t.Error("a comment is lost")
			}
			back := string(Restore(out))
			for line := range strings.Lines(test.src) {
				if strings.Contains(line, "lab.") && !strings.Contains(back, line) {
					t.Errorf("%q does not come back:\n%s", line, back)
				}
			}
			run(t, out, test.want)
		})
	}
}

// run runs a program where there is a toolchain; else it only parses it.
func run(t *testing.T, src []byte, want string) {
	t.Helper()
	if _, err := parser.ParseFile(token.NewFileSet(), "", src, 0); err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command on PATH; install: https://go.dev/dl")
	}
	name := filepath.Join(t.TempDir(), "prog.go")
	if err := os.WriteFile(name, src, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", name)
	cmd.Dir = filepath.Dir(name)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	got, err := cmd.Output()
	if err != nil || string(got) != want {
		t.Errorf("%v: %q, want %q\n%s\n%s", err, got, want, stderr.String(), src)
	}
}
