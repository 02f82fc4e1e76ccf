package compiled

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"github.com/lapbook/lapbook/stdlib"
)

// archive is a compiled package in Go's build cache.
type archive struct {
	File string   `json:"file"`
	Deps []string `json:"deps"` // all packages that it needs at link time
}

// archives finds compiled packages with `go list -export` and remembers those
// of the standard library across sessions. The files belong to the go
// command's cache, which may drop them: each use checks that they are there.
type archives struct {
	t        *toolchain
	mode     mode
	store    string // file that remembers
	progress func(done, total int)

	mu    sync.Mutex
	known map[string]archive
}

func newArchives(t *toolchain, dir string, m mode, progress func(done, total int)) *archives {
	a := &archives{t: t, mode: m, progress: progress, known: map[string]archive{}, store: filepath.Join(dir, string(m)+".json")}
	if b, err := os.ReadFile(a.store); err == nil {
		_ = json.Unmarshal(b, &a.known) // unreadable: list again
	}
	return a
}

// find returns the archives that a program with these imports links. Packages
// outside the standard library are listed anew each time in dir, because their
// source may have changed: the go command knows.
func (a *archives) find(ctx context.Context, dir string, imports []string) (map[string]string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var std, other []string
	for _, path := range imports {
		switch {
		case path == "unsafe":
		case isStd(path):
			std = append(std, path)
		default:
			other = append(other, path)
		}
	}
	out := map[string]string{}
	if !a.collect(std, out) {
		if err := a.listStd(ctx, std); err != nil {
			return nil, err
		}
		if !a.collect(std, out) {
			return nil, fmt.Errorf("the go command lists no compiled package for one of %s", strings.Join(std, " "))
		}
	}
	if len(other) == 0 {
		return out, nil
	}
	listed, err := a.list(ctx, dir, other)
	for path, f := range listed {
		out[path] = f.File
	}
	return out, err
}

// isStd tells by the path alone, as the go command does: no dot in its first
// element. Packages inside the standard library count.
func isStd(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && path != "main" && (stdlib.Has(path) || strings.Contains(path, "internal") || first == "runtime" || first == "vendor")
}

// collect adds the known archives of paths and of all they need; false when one
// is not known or its file is gone.
func (a *archives) collect(paths []string, out map[string]string) bool {
	for _, path := range paths {
		f, ok := a.known[path]
		if !ok {
			return false
		}
		for _, dep := range append([]string{path}, f.Deps...) {
			if out[dep] != "" || dep == "unsafe" {
				continue
			}
			d, ok := a.known[dep]
			if !ok {
				return false
			}
			if _, err := os.Stat(d.File); err != nil {
				return false
			}
			out[dep] = d.File
		}
	}
	return true
}

// listStd compiles what is missing, with progress, and remembers it.
func (a *archives) listStd(ctx context.Context, paths []string) error {
	tmp, err := os.MkdirTemp("", "lapbook-std-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := a.prepare(ctx, tmp, paths); err != nil {
		return err
	}
	listed, err := a.list(ctx, tmp, paths)
	if err != nil {
		return err
	}
	for path, f := range listed {
		a.known[path] = f
	}
	a.remember()
	return nil
}

// remember writes the store. A failure only costs the next session a listing.
func (a *archives) remember() {
	b, err := json.Marshal(a.known)
	if err != nil || os.MkdirAll(filepath.Dir(a.store), 0o777) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(a.store), "std-*.tmp")
	if err != nil {
		return
	}
	_, err = f.Write(b)
	if err2 := f.Close(); err == nil && err2 == nil {
		err = os.Rename(f.Name(), a.store)
	}
	if err != nil {
		os.Remove(f.Name())
	}
}

func (a *archives) flags(args ...string) []string {
	if a.mode == raced {
		args = append(args, "-race")
	}
	return args
}

func (a *archives) list(ctx context.Context, dir string, paths []string) (map[string]archive, error) {
	tmp, err := os.MkdirTemp("", "lapbook-list-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	args := append(a.flags("list", "-export", "-deps", "-json=ImportPath,Export,Deps"), "--")
	out, err := a.t.run(ctx, dir, a.t.environ(tmp, a.mode.cgo()), a.t.command, append(args, paths...)...)
	if err != nil {
		return nil, err
	}
	found := map[string]archive{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct {
			ImportPath, Export string
			Deps               []string
		}
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("reading go list: %w", err)
		}
		if p.Export != "" {
			sort.Strings(p.Deps)
			found[p.ImportPath] = archive{File: p.Export, Deps: p.Deps}
		}
	}
	return found, nil
}

// prepare compiles what is stale, telling how far it is. When nothing is, it
// costs one listing.
func (a *archives) prepare(ctx context.Context, tmp string, paths []string) error {
	if a.progress == nil {
		return nil
	}
	args := append(a.flags("list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}"), "--")
	out, err := a.t.run(ctx, tmp, a.t.environ(tmp, a.mode.cgo()), a.t.command, append(args, paths...)...)
	if err != nil {
		return err
	}
	total := len(strings.Fields(string(out)))
	if total == 0 {
		return nil
	}
	return a.build(ctx, tmp, paths, total)
}

// build runs go build -v, which prints the name of each package that it compiles.
func (a *archives) build(ctx context.Context, tmp string, paths []string, total int) error {
	done := 0
	a.progress(done, total)
	args := append(a.flags("build", "-v"), "--")
	cmd := a.t.commandContext(ctx, tmp, a.mode.cgo(), append(args, paths...)...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	var said []string
	for s := bufio.NewScanner(pipe); s.Scan(); {
		said = append(said, s.Text())
		done = min(done+1, total)
		a.progress(done, total)
	}
	if err := cmd.Wait(); err != nil {
		return &toolError{tool: "build", err: err, output: strings.Join(said, "\n")}
	}
	a.progress(total, total)
	return nil
}
