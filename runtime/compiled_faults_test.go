package runtime

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// TestCompiledFaults: whatever goes wrong with a compiled cell, there is one clear
// error, the session keeps its state, and no directory is left behind.
func TestCompiledFaults(t *testing.T) {
	needGo(t)
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	s := newSession(t, Config{Dir: t.TempDir()})
	typed(t, s, "keep := []int{1, 2}")
	for _, tt := range []struct {
		name, cell string
		status     notebook.Status
		message    string
		line       int
	}{
		{"the child is killed", "syscall.Kill(os.Getpid(), syscall.SIGKILL)\nselect {}", notebook.Crashed, "", 0},
		{"it does not compile", "x := 1\nvar s string = x", notebook.Failed, "cannot use x", 3},
		{"linkname", "//go:linkname nanotime runtime.nanotime\nfunc nanotime() int64 { return 0 }\nnanotime()", notebook.Refused, "go:linkname", 2},
		{"line", "y := 1\n//line other.go:7\n_ = y", notebook.Refused, "//line", 3},
		{"cgo", "import \"C\"\nC.puts(nil)", notebook.Failed, "cgo", 2},
		{"a panic", "keep = append(keep, 3)\npanic(\"late\")", notebook.Failed, "late", 3},
		{"an exit", "os.Exit(3)", notebook.Failed, "", 0},
	} {
		res := s.Do(context.Background(), "%%engine compiled\n"+tt.cell, silent{})[0]
		if res.Error == nil || !strings.Contains(res.Error.Message, tt.message) || strings.Contains(res.Error.Message, "\n") || tt.line > 0 && res.Error.Line != tt.line {
			t.Errorf("%s: %s, %+v", tt.name, res.Status, res.Error)
		} else if res.Status != tt.status {
			t.Errorf("%s: %s, want %s: %v", tt.name, res.Status, tt.status, res.Error)
		}
		if got := typed(t, s, "keep").Value; got != "[1 2]" {
			t.Errorf("%s: the session has %s", tt.name, got)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestToolchainRemovedMidSession: what is interpreted goes on, and what needs the
// toolchain says what is missing.
func TestToolchainRemovedMidSession(t *testing.T) {
	needGo(t)
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	goroot, err := exec.Command(real, "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "go")
	if err := os.Symlink(strings.TrimSpace(string(goroot)), root); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Join(root, "bin"))
	t.Setenv("GOROOT", root)
	s := newSession(t, Config{})
	typed(t, s, "n := 41", "%%engine compiled\nn + 1")
	if err := os.Remove(root); err != nil {
		t.Fatal(err)
	}
	res := s.Do(context.Background(), "%%engine compiled\nn + 2", silent{})[0]
	if !res.Failed() || !strings.Contains(res.Error.Message, "https://go.dev/dl") || strings.Contains(res.Error.Message, "\n") {
		t.Errorf("%s: %+v", res.Status, res.Error)
	}
	if got := typed(t, s, "n").Value; got != "41" {
		t.Errorf("the session has %s", got)
	}
}
