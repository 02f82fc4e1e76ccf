package compiled

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ErrNoToolchain means that nothing can be compiled here.
var ErrNoToolchain = errors.New("no Go toolchain on PATH: install Go (https://go.dev/dl) to compile and measure cells")

// toolchain is an installed Go.
type toolchain struct {
	command string // the go command
	env     goEnv
	key     string // names the toolchain in caches
}

// goEnv is what `go env -json` tells.
type goEnv struct {
	GOROOT, GOTOOLDIR, GOVERSION, GOCACHE, GOMODCACHE, GOPATH string
	GOPROXY, GOSUMDB, GONOSUMDB, GOPRIVATE, GONOPROXY         string
	GOOS, GOARCH, GOEXE                                       string
}

// findToolchain asks the go command where everything is. It runs in the user's
// own environment: caches and proxies are those that the user set.
func findToolchain(ctx context.Context, command string) (*toolchain, error) {
	if command == "" {
		path, err := exec.LookPath("go")
		if err != nil {
			return nil, ErrNoToolchain
		}
		command = path
	}
	t := &toolchain{command: command}
	cmd := exec.CommandContext(ctx, command, "env", "-json")
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("asking %s for its environment: %w\n%s", command, err, stderr.Bytes())
	}
	if err := json.Unmarshal(out, &t.env); err != nil {
		return nil, fmt.Errorf("asking %s for its environment: %w", command, err)
	}
	return t, t.identify()
}

// identify makes the key: another compiler must never find our files.
func (t *toolchain) identify() error {
	info, err := os.Stat(t.tool("compile"))
	if err != nil {
		return fmt.Errorf("the Go toolchain in %s has no compiler: %w", t.env.GOROOT, err)
	}
	h := sha256.New()
	fmt.Fprintln(h, t.env.GOVERSION, t.env.GOROOT, t.env.GOOS, t.env.GOARCH, info.Size(), info.ModTime().UnixNano())
	t.key = hex.EncodeToString(h.Sum(nil))[:16]
	return nil
}

func (t *toolchain) tool(name string) string {
	return filepath.Join(t.env.GOTOOLDIR, name+t.env.GOEXE)
}

// lang is the language version of the toolchain, "go1.26".
func (t *toolchain) lang() string {
	v := t.env.GOVERSION
	if parts := strings.SplitN(v, ".", 3); len(parts) == 3 {
		v = parts[0] + "." + parts[1]
	}
	v, _, _ = strings.Cut(v, "rc")
	v, _, _ = strings.Cut(v, "-")
	return v
}

// environ is the environment of every build: nothing of the user's but the
// caches and where modules come from. A GOFLAGS=-toolexec of the user's, or a
// cell that set one, must not run anything.
func (t *toolchain) environ(tmp string, cgo bool) []string {
	e := t.env
	env := []string{
		"GOENV=off", "GOFLAGS=", "GOTOOLCHAIN=local", "GO111MODULE=on", "GOROOT=" + e.GOROOT,
		"GOCACHE=" + e.GOCACHE, "GOMODCACHE=" + e.GOMODCACHE, "GOPATH=" + e.GOPATH,
		"GOPROXY=" + e.GOPROXY, "GOSUMDB=" + e.GOSUMDB, "GONOSUMDB=" + e.GONOSUMDB, "GOPRIVATE=" + e.GOPRIVATE, "GONOPROXY=" + e.GONOPROXY,
		"HOME=" + tmp, "TMPDIR=" + tmp, "PATH=" + os.Getenv("PATH"),
	}
	if cgo {
		return append(env, "CGO_ENABLED=1")
	}
	return append(env, "CGO_ENABLED=0")
}

// run runs a command of the toolchain and returns its standard output. The
// error carries what it printed.
func (t *toolchain) run(ctx context.Context, dir string, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	interruptible(cmd)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		text := stderr.String()
		if name != t.command { // the compiler complains on its standard output; there, the go command answers
			text = stdout.String() + text
		}
		return nil, &toolError{tool: filepath.Base(name), err: err, output: text}
	}
	return stdout.Bytes(), nil
}

// interruptible lets a command end by itself when its context does: the go
// command then waits for its compilers and removes its files.
func interruptible(cmd *exec.Cmd) {
	cmd.WaitDelay = 3 * time.Second // then it is killed
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return cmd.Process.Kill() // Windows knows no interrupt
		}
		return nil
	}
}

// toolError is a failed command of the toolchain.
type toolError struct {
	tool, output string
	err          error
}

// Error is one line: the one that tells why.
func (e *toolError) Error() string {
	text, full, tool := e.err.Error(), "", "go "+e.tool+": "
	if e.tool == "go" {
		tool = "go: "
	}
	for line := range strings.Lines(e.output) {
		if line = strings.TrimSpace(line); strings.Contains(line, "no space left on device") {
			full = "the disk is full: " + tool + strings.TrimPrefix(line, "go: ")
		}
	}
	for line := range strings.Lines(e.output) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			text = line
			break
		}
	}
	if full != "" {
		return full
	}
	return tool + strings.TrimPrefix(text, "go: ")
}

func (e *toolError) Unwrap() error { return e.err }
