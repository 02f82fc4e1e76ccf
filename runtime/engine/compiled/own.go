package compiled

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/model"
	"github.com/lapbook/lapbook/stdlib/grid"
	"github.com/lapbook/lapbook/stdlib/lab"
)

const modulePath = "github.com/lapbook/lapbook"

// ownPackage is a std-only package of lapbook that is linked into cells.
type ownPackage struct {
	path string
	fsys fs.FS
	dir  string
}

// ownPackages are those packages, each after what it imports.
func ownPackages() []ownPackage {
	return []ownPackage{
		{modulePath + "/stdlib/grid", grid.Files, "."},
		{labPath, lab.Files, "."},
		{modelPath, model.Files, "."},
		{modulePath + "/runtime/host/wire", host.WireFiles, "wire"},
		{modulePath + "/runtime/engine/harness/graph", engine.HarnessFiles, "harness/graph"},
		{harnessPath, engine.HarnessFiles, "harness"},
		{probePath, engine.HarnessFiles, "harness/probe"},
		{tasksPath, engine.HarnessFiles, "harness/tasks"},
		{listenPath, engine.HarnessFiles, "harness/listen"},
		{listenHTTPPath, engine.HarnessFiles, "harness/listenhttp"},
	}
}

const probePath = harnessPath + "/probe"

func isOwn(p string) bool { return strings.HasPrefix(p, modulePath+"/") }

// own compiles lapbook's packages once per toolchain and source.
type own struct {
	b    *builder
	mode mode

	mu   sync.Mutex
	read map[string]*ownSource
}

// ownSource is the source of an own package on this platform.
type ownSource struct {
	imports []string
	files   map[string][]byte
	hash    string // of the files
}

// source reads a package once.
func (o *own) source(p ownPackage) (*ownSource, error) {
	if s, ok := o.read[p.path]; ok {
		return s, nil
	}
	imports, files, err := sources(p)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	fmt.Fprintln(h, p.path, o.mode)
	for _, name := range sortedKeys(files) {
		fmt.Fprintf(h, "%s %d\n%s", name, len(files[name]), files[name])
	}
	s := &ownSource{imports, files, hex.EncodeToString(h.Sum(nil))}
	o.read[p.path] = s
	return s, nil
}

// needs returns the own packages among imports with the own packages that they
// need, each after what it imports, and the std packages that all of them need.
func (o *own) needs(imports []string) (packages []ownPackage, std []string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	need := map[string]bool{}
	all := ownPackages()
	for i := len(all) - 1; i >= 0; i-- {
		p := all[i]
		if !need[p.path] && !contains(imports, p.path) {
			continue
		}
		src, err := o.source(p)
		if err != nil {
			return nil, nil, err
		}
		for _, path := range src.imports {
			need[path] = true
			if !isOwn(path) {
				std = append(std, path)
			}
		}
		need[p.path] = true
	}
	for _, p := range all {
		if need[p.path] {
			packages = append(packages, p)
		}
	}
	return packages, std, nil
}

// find adds the archives of own packages to those that they need.
func (o *own) find(ctx context.Context, packages []ownPackage, out map[string]string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range packages {
		a, err := o.compile(ctx, p, out)
		if err != nil {
			return fmt.Errorf("compiling %s: %w", p.path, err)
		}
		out[p.path] = a
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// sources returns the imports and the files of a package on this platform.
func sources(p ownPackage) (imports []string, files map[string][]byte, err error) {
	ctx := build.Default
	ctx.CgoEnabled = false
	ctx.OpenFile = func(name string) (io.ReadCloser, error) { return p.fsys.Open(filepath.ToSlash(name)) }
	ctx.JoinPath = path.Join
	entries, err := fs.ReadDir(p.fsys, p.dir)
	if err != nil {
		return nil, nil, err
	}
	files = map[string][]byte{}
	seen := map[string]bool{}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if ok, err := ctx.MatchFile(p.dir, name); err != nil || !ok {
			continue
		}
		text, err := fs.ReadFile(p.fsys, path.Join(p.dir, name))
		if err != nil {
			return nil, nil, err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return nil, nil, err
		}
		for _, spec := range f.Imports {
			if imp, _ := strconv.Unquote(spec.Path.Value); !seen[imp] {
				seen[imp] = true
				imports = append(imports, imp)
			}
		}
		files[name] = text
	}
	return imports, files, nil
}

// compile returns the archive of p, compiled now unless a cache has it. have
// holds what it imports.
func (o *own) compile(ctx context.Context, p ownPackage, have map[string]string) (string, error) {
	src, err := o.source(p)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintln(h, src.hash)
	for _, path := range src.imports {
		if isOwn(path) {
			fmt.Fprintln(h, have[path]) // its name holds its hash
		}
	}
	target := filepath.Join(o.b.cache, path.Base(p.path)+"-"+hex.EncodeToString(h.Sum(nil))[:20]+".a")
	if !exists(target) {
		if err := o.build(ctx, p, src.files, have, target); err != nil {
			return "", err
		}
	}
	return target, nil
}

func (o *own) build(ctx context.Context, p ownPackage, files map[string][]byte, have map[string]string, target string) error {
	dir, remove, err := o.b.tempDir()
	if err != nil {
		return err
	}
	defer remove()
	names := sortedKeys(files)
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o666); err != nil {
			return err
		}
	}
	out := filepath.Join(dir, "own.a")
	if err := o.b.compile(ctx, compileJob{dir: dir, path: p.path, trim: dir + "=>" + p.path, files: names, archives: have, out: out, mode: o.mode}); err != nil {
		return err
	}
	return install(out, target)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
