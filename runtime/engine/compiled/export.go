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
	modules  modules

	busy  chan struct{} // holds one while somebody lists or compiles; waiting for it can be given up
	known map[string]archive
}

func newArchives(t *toolchain, dir string, m mode, opt Options) *archives {
	a := &archives{t: t, mode: m, progress: opt.Progress, busy: make(chan struct{}, 1), known: map[string]archive{}, store: filepath.Join(dir, string(m)+".json")}
	a.modules = modules{a: a, dir: opt.Dir, command: opt.Modules, fixed: map[string]map[string]string{}}
	if b, err := os.ReadFile(a.store); err == nil {
		_ = json.Unmarshal(b, &a.known) // unreadable: list again
	}
	return a
}

// find returns the archives that a program with these imports links.
func (a *archives) find(ctx context.Context, imports []string) (map[string]string, error) {
	select {
	case a.busy <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-a.busy }()
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
	listed, err := a.modules.find(ctx, other)
	for path, file := range listed {
		out[path] = file
	}
	return out, err
}

// isStd tells by the path alone. Packages inside the standard library that we
// link count; those of a module may hold the word internal, too.
func isStd(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return stdlib.Has(path) || first == "internal" || first == "runtime" || first == "vendor"
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
	tmp, remove, err := newTemp("", "std")
	if err != nil {
		return err
	}
	defer remove()
	if err := a.prepare(ctx, tmp, paths); err != nil {
		return err
	}
	list, err := a.goList(ctx, listing{dir: tmp}, paths)
	if err != nil {
		return err
	}
	for _, p := range list {
		sort.Strings(p.Deps)
		a.known[p.ImportPath] = archive{File: p.Export, Deps: p.Deps}
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

// listing is how go list is called: where, with what beside the environment of
// every build, and with which flags.
type listing struct {
	dir        string
	env, flags []string
}

// listed is what go list prints of a package.
type listed struct {
	ImportPath, Export string
	Deps               []string
	Standard           bool
	Module             *struct {
		Version string
		Replace *struct{ Version string }
	}
}

// goList lists the compiled form of packages and of all that they need.
func (a *archives) goList(ctx context.Context, l listing, paths []string) ([]listed, error) {
	tmp, remove, err := newTemp("", "list")
	if err != nil {
		return nil, err
	}
	defer remove()
	args := append(a.flags("list", "-export", "-deps", "-json=ImportPath,Export,Deps,Standard,Module"), l.flags...)
	env := append(a.t.environ(tmp, a.mode.cgo()), l.env...)
	out, err := a.t.run(ctx, l.dir, env, a.t.command, append(append(args, "--"), paths...)...)
	if err != nil {
		return nil, err
	}
	var found []listed
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("reading go list: %w", err)
		}
		if p.Export != "" {
			found = append(found, p)
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
