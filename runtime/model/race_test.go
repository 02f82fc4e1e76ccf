package model_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// With Options.Race the detector finds races between tasks so short that one
// worker would have run them all.
func TestRaceIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program with the race detector")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the Go toolchain (https://go.dev/dl)")
	}
	const src = `package main

import (
	"os"

	"github.com/lapbook/lapbook/runtime/model"
)

func main() {
	model.Set(model.Options{Model: model.Parallel, Race: true})
	sum, last := 0, 0
	if os.Args[1] == "each" {
		model.Each(100, func(i int) {
			if i == 3 || i == 77 {
				sum += i
			}
		})
		return
	}
	p := model.NewPipe()
	for i := range 300 {
		p.Submit(func() func() bool {
			if i == 3 || i == 77 {
				sum += i
			}
			return func() bool { last = i; return false }
		})
	}
	p.Wait()
	println(sum, last)
}
`
	dir := t.TempDir()
	file, exe := filepath.Join(dir, "racy.go"), filepath.Join(dir, "racy.exe")
	if err := os.WriteFile(file, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-race", "-o", exe, file).CombinedOutput(); err != nil {
		t.Skipf("the race detector needs cgo and a C compiler here: %s", out)
	}
	for _, how := range []string{"each", "pipe"} {
		out, err := exec.Command(exe, how).CombinedOutput()
		text := string(out)
		if err == nil || strings.Count(text, "WARNING: DATA RACE") == 0 || !strings.Contains(text, "racy.go") {
			t.Errorf("%s: no race is found: %v\n%s", how, err, out)
		}
		if strings.Contains(text, "last = i") {
			t.Errorf("%s: the ordered parts race:\n%s", how, out)
		}
	}
}
