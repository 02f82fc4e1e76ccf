package host

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// isolations are the attempts that may work here.
var isolations = []string{"pid", "user", "group"}

// TestOrphans kills the parent without warning while a cell has children, three
// of them in sessions of their own, in every isolation.
func TestOrphans(t *testing.T) {
	for _, only := range isolations {
		t.Run(only, func(t *testing.T) {
			mark := fmt.Sprint(100000 + rand.IntN(1<<30)) // the argument of sleep finds our children
			cmd := parentCommand(t, only, mark)
			awaitProcesses(t, mark, 8)
			cmd.Process.Kill()
			cmd.Wait()
			awaitProcesses(t, mark, 0)
		})
	}
}

func awaitProcesses(t *testing.T, mark string, want int) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(10 * time.Second); processes(t, mark) != want; {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d processes run, want %d", processes(t, mark), want)
		}
	}
}

// parentCommand starts this test as a parent and returns when its cell has run.
func parentCommand(t *testing.T, only, mark string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "HOST_TEST=parent", "HOST_ONLY="+only, "HOST_SLEEP="+mark)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	if line != "started\n" {
		cmd.Process.Kill()
		cmd.Wait()
		t.Skipf("no isolation %q here: %s", only, line)
	}
	return cmd
}

// processes counts the live processes with the mark in their environment or
// arguments, the parent apart.
func processes(t *testing.T, mark string) int {
	t.Helper()
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, dir := range dirs {
		args, _ := os.ReadFile(dir + "/cmdline")
		if bytes.Equal(args, []byte("sleep\x00"+mark+"\x00")) {
			n++
		}
	}
	return n
}

// TestIsolations runs a few deeds in every isolation.
func TestIsolations(t *testing.T) {
	for _, only := range isolations {
		t.Run(only, func(t *testing.T) {
			mark := fmt.Sprint(100000 + rand.IntN(1<<30))
			cfg := Config{Role: "test", Env: append(os.Environ(), "HOST_SLEEP="+mark), only: only}
			h, err := Start(t.Context(), cfg)
			if err != nil {
				t.Skip(err)
			}
			defer h.Close()
			if x, err := run(t, h, "native", Output{}); err != nil || x.Stdout.Total == 0 {
				t.Errorf("%q, %v", x.Stdout, err)
			}
			if x, err := run(t, h, "children", Output{}); err != nil {
				t.Errorf("%q, %v", x.Stdout, err)
			}
			if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", h.PID())); !strings.HasPrefix(string(name), argv0) {
				t.Errorf("process %d is %q", h.PID(), name)
			}
			x, _ := run(t, h, "kill", Output{})
			if x.Fault == nil || x.Fault.Kind != Signal {
				t.Errorf("fault %+v", x.Fault)
			}
			if n := processes(t, mark); n > 0 {
				t.Errorf("%d processes are left", n)
			}
		})
	}
}
