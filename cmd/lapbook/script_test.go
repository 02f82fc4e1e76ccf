package main

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the command lines of testdata/script. Beside testscript's own
// commands there are
//
//	status N COMMAND…   the command ends with exit status N
//	line STREAM RE      stdout or stderr is one line of at most 200 bytes, matching RE
//	tmpfs DIR OPTIONS   mounts a file system; [tmpfs] tells whether that works
func TestScripts(t *testing.T) {
	caches := caches(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, caches...)
			env.Vars = append(env.Vars, "XDG_STATE_HOME="+env.WorkDir+"/state", "LC_ALL=C.UTF-8", "TERM=xterm")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "line": line, "tmpfs": tmpfs,
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Getuid() == 0, nil
			case "tmpfs":
				return mount(t.TempDir(), "size=64k") == nil, nil
			}
			return false, errors.New("unknown condition " + cond)
		},
	})
}

// caches let cells be built from what earlier tests built.
func caches(t *testing.T) []string {
	var out []string
	if dir, err := os.UserCacheDir(); err == nil {
		out = append(out, "XDG_CACHE_HOME="+dir)
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Skip("no Go toolchain on PATH; install it from https://go.dev/dl")
		}
		out = append(out, name+"="+strings.TrimSpace(string(value)))
	}
	return out
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func line(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: line STREAM RE")
	}
	text := ts.ReadFile(args[0])
	if strings.Count(text, "\n") != 1 || len(text) > 200 {
		ts.Fatalf("%s is not one line: %q", args[0], text)
	}
	if !regexp.MustCompile(args[1]).MatchString(strings.TrimSuffix(text, "\n")) {
		ts.Fatalf("%s is %q, want %s", args[0], text, args[1])
	}
}

func tmpfs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tmpfs DIR OPTIONS")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(exec.Command("mount", "-t", "tmpfs", "-o", args[1], "tmpfs", dir).Run())
	ts.Defer(func() { _ = exec.Command("umount", "-l", dir).Run() })
}

// mount tries a file system and lets it go again.
func mount(dir, options string) error {
	if err := exec.Command("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir).Run(); err != nil {
		return err
	}
	return exec.Command("umount", dir).Run()
}
