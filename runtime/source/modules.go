package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lapbook/lapbook/stdlib"
)

// fetchTime bounds one go command: a proxy that does not answer must not hold
// the prompt for good.
const fetchTime = 2 * time.Minute

// Modules finds the packages that cells import: those of the standard library
// and lab at once, from embedded export data; those of the Go module around a
// directory, and of the modules that it requires, through the go command; and
// other modules by adding them to a go.mod of the session, which leaves the
// user's own untouched. It is an Importer, safe for concurrent use.
type Modules struct {
	dir      string
	command  string
	progress func(line string)

	mu       sync.Mutex
	imp      types.Importer
	packages map[string]*Package // by import path; what go list said
	mode     modMode
	work     string // where go commands run
	session  string // temporary directory with the session's go.mod, or ""
	wanted   map[string]string
	goflags  *string
	std      map[string]string // export files of std, when the toolchain is another release
}

type modMode int

const (
	modUnknown modMode = iota
	modUser            // the module or workspace around dir, as it is
	modSession         // a go.mod of the session's own
)

// Package is a package that is not of the standard library.
type Package struct {
	ImportPath string
	Name       string
	Dir        string
	Export     string // file with export data; compiled by the toolchain
	GoFiles    []string
	Imports    []string
	Deps       []string
	// Foreign are files that only the toolchain can handle: cgo, assembly, C.
	Foreign []string
	Module  Module
	stamp   string // of its files when they were read
}

// Module is the module of a package. Version is empty for the main module and
// for modules that are replaced by a directory or belong to the workspace.
type Module struct{ Path, Version string }

// NewModules returns the packages that can be imported in dir, which may be
// inside a Go module or not. progress is told, a line each, what is fetched; it
// may be nil. Close removes what the session made.
func NewModules(dir string, progress func(line string)) *Modules {
	if progress == nil {
		progress = func(string) {}
	}
	m := &Modules{dir: dir, progress: progress, packages: map[string]*Package{}, wanted: map[string]string{}}
	m.command, _ = exec.LookPath("go")
	m.std = otherRelease(m.command)
	m.reset()
	return m
}

// Close removes the temporary files of the session.
func (m *Modules) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.session == "" {
		return nil
	}
	return os.RemoveAll(m.session)
}

// Want asks for a version of a module, as a notebook recorded it: it is what
// will be fetched when a package of the module is imported and the module
// around the session does not decide.
func (m *Modules) Want(module, version string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wanted[module] = version
}

// Fetched returns the versioned modules whose packages have been imported.
func (m *Modules) Fetched() []Module {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Module
	for _, p := range m.packages {
		if p.Module.Version != "" && !slices.Contains(list, p.Module) {
			list = append(list, p.Module)
		}
	}
	slices.SortFunc(list, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// Package returns what is known of a package that has been imported, or nil.
func (m *Modules) Package(path string) *Package {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.packages[path]
}

// Command returns the go command with which the packages of cells are listed
// and built: its directory, environment and the flags for the subcommand.
func (m *Modules) Command() (dir string, env, flags []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mode == modUnknown {
		return m.dir, m.environ(), nil
	}
	return m.work, m.environ(), m.flags()
}

// Reload forgets all packages but those of the standard library, so that they
// are read anew. Types of cells that were checked before stay what they are.
func (m *Modules) Reload() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.packages = map[string]*Package{}
	m.reset()
}

func (m *Modules) reset() {
	fset := token.NewFileSet()
	if m.std == nil {
		m.imp = stdlib.Importer(fset, m.open)
		return
	}
	m.imp = otherImporter(fset, m.openAny)
}

// Import returns the package of path.
func (m *Modules) Import(path string) (p *types.Package, err error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("unreadable export data of %s: %v", path, r)
		}
	}()
	return m.imp.Import(path)
}

// open returns the export data of a package that is not embedded.
func (m *Modules) open(path string) (io.ReadCloser, error) {
	p, err := m.find(path)
	if err != nil {
		return nil, err
	}
	return os.Open(p.Export)
}

// find lists a package, fetching its module first if it is in none that is known.
func (m *Modules) find(path string) (*Package, error) {
	if p := m.packages[path]; p != nil {
		return p, nil
	}
	if m.command == "" {
		return nil, errors.New("this needs a Go toolchain, and there is none on PATH: install Go, https://go.dev/dl")
	}
	first, _, _ := strings.Cut(path, "/")
	if err := m.enter(); err != nil {
		return nil, err
	}
	p, err := m.list(path)
	switch {
	case err == nil || !strings.Contains(first, "."):
		return p, err
	case reserved(first) && !strings.Contains(err.Error(), ".go:"):
		return nil, fmt.Errorf("no module can have a path under %s", first)
	case !missingModule(err):
		return nil, err
	}
	if err := m.fetch(path); err != nil {
		return nil, err
	}
	return m.list(path)
}

// missingModule reports whether a listing failed because no module has the package.
func missingModule(err error) bool {
	msg := err.Error()
	return strings.Contains(msg, "no required module provides") || strings.Contains(msg, "cannot find module providing") ||
		strings.Contains(msg, "missing go.sum entry") || strings.Contains(msg, "is not in std") ||
		strings.Contains(msg, "cannot find package") || strings.Contains(msg, "go.mod file not found")
}

// reserved reports whether a host name exists nowhere (RFC 2606).
func reserved(host string) bool {
	for _, tld := range []string{".invalid", ".test", ".example", ".localhost"} {
		if strings.HasSuffix(host, tld) {
			return true
		}
	}
	return false
}

// enter finds out where go commands run: in the module or workspace around dir,
// or in a module of the session.
func (m *Modules) enter() error {
	if m.mode != modUnknown {
		return nil
	}
	out, err := m.run(m.dir, "env", "GOMOD", "GOWORK")
	if err != nil {
		return err
	}
	lines := strings.Split(string(out)+"\n\n", "\n")
	mod, work := lines[0], lines[1]
	if mod != "" && mod != os.DevNull || work != "" && work != "off" {
		m.mode, m.work = modUser, m.dir
		return nil
	}
	return m.ownModule("module lapbook.session\n\ngo 1.26\n", nil)
}

// ownModule makes a module of the session from the text of go.mod and go.sum.
func (m *Modules) ownModule(mod string, sum []byte) error {
	dir, err := os.MkdirTemp("", "lapbook-modules-")
	if err != nil {
		return err
	}
	m.session = dir
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o666); err != nil {
		return err
	}
	if sum != nil {
		if err := os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o666); err != nil {
			return err
		}
	}
	m.mode, m.work = modSession, dir
	return nil
}

// flags are what go commands need to see the session's go.mod.
func (m *Modules) flags() []string {
	if m.session == "" || m.work == m.session {
		return nil
	}
	return append([]string{"-mod=mod"}, m.modfile()...)
}

func (m *Modules) modfile() []string {
	if m.work == m.session {
		return nil
	}
	return []string{"-modfile=" + filepath.Join(m.session, "go.mod")}
}

// fetch adds the module of a package to the session's go.mod. The user's own is
// copied first and stays as it is; -modfile makes the go command use the copy.
func (m *Modules) fetch(path string) error {
	if m.session == "" {
		out, err := m.run(m.dir, "env", "GOMOD", "GOWORK")
		if err != nil {
			return err
		}
		lines := strings.Split(string(out)+"\n\n", "\n")
		if lines[1] != "" && lines[1] != "off" {
			return fmt.Errorf("no module of the workspace %s provides it: add it to one of them with go get", lines[1])
		}
		mod, err := os.ReadFile(lines[0])
		if err != nil {
			return err
		}
		sum, _ := os.ReadFile(filepath.Join(filepath.Dir(lines[0]), "go.sum"))
		if err := m.ownModule(string(mod), sum); err != nil {
			return err
		}
		m.work = m.dir
	}
	query := path + "@" + m.version(path)
	m.progress("fetching " + strings.TrimSuffix(query, "@latest"))
	_, err := m.run(m.work, append(append([]string{"get"}, m.modfile()...), query)...)
	return err
}

// version returns the recorded version of the module that has path, or latest.
func (m *Modules) version(path string) string {
	for module := path; ; {
		if v := m.wanted[module]; v != "" {
			return v
		}
		i := strings.LastIndexByte(module, '/')
		if i < 0 {
			return "latest"
		}
		module = module[:i]
	}
}

// list asks go list for a package and all that it needs.
func (m *Modules) list(path string) (*Package, error) {
	args := append([]string{"list", "-e", "-export", "-deps", "-json=ImportPath,Name,Dir,Export,GoFiles,CgoFiles,SFiles,CFiles,CXXFiles,SysoFiles,Imports,Deps,Standard,Module,Error,DepsErrors"}, m.flags()...)
	out, err := m.run(m.work, append(args, "--", path)...)
	if err != nil && len(out) == 0 {
		return nil, err
	}
	var failed error
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var l listed
		if e := d.Decode(&l); e != nil {
			return nil, fmt.Errorf("reading the output of go list: %w", e)
		}
		if l.Error != nil && (failed == nil || l.ImportPath == path) {
			failed = errors.New(oneLine(l.Error.Err))
		}
		if (!l.Standard || l.ImportPath == path) && l.Error == nil && l.Export != "" {
			p := l.pack()
			p.stamp = p.stampNow()
			m.packages[l.ImportPath] = p
		}
	}
	p := m.packages[path]
	switch {
	case p != nil:
		return p, nil
	case err != nil: // it does not compile: the compiler's words
		return nil, err
	case failed != nil:
		return nil, failed
	}
	return nil, errors.New("the go command lists no such package")
}

// listed is what go list prints.
type listed struct {
	ImportPath, Name, Dir, Export                          string
	GoFiles, CgoFiles, SFiles, CFiles, CXXFiles, SysoFiles []string
	Imports, Deps                                          []string
	Standard                                               bool
	Module                                                 *struct {
		Path, Version string
		Main          bool
		Replace       *struct{ Path, Version string }
	}
	Error *struct{ Err string }
}

func (l *listed) pack() *Package {
	p := &Package{
		ImportPath: l.ImportPath, Name: l.Name, Dir: l.Dir, Export: l.Export, GoFiles: l.GoFiles, Imports: l.Imports, Deps: l.Deps,
		Foreign: slices.Concat(l.CgoFiles, l.SFiles, l.CFiles, l.CXXFiles, l.SysoFiles),
	}
	if l.Module != nil {
		p.Module.Path = l.Module.Path
		if !l.Module.Main && (l.Module.Replace == nil || l.Module.Replace.Version != "") {
			p.Module.Version = l.Module.Version
		}
	}
	return p
}

// environ is the user's own environment, in which proxies, private modules and
// caches are set up; only a -toolexec, which runs a program of somebody's
// choice for each compilation, is taken out of GOFLAGS.
func (m *Modules) environ() []string {
	var env []string
	for _, kv := range os.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		if name == "GOFLAGS" {
			kv = name + "=" + withoutToolexec(value)
		}
		env = append(env, kv)
	}
	if m.goflags == nil {
		// GOFLAGS may be set by `go env -w` too.
		out, _ := exec.Command(m.command, "env", "GOFLAGS").Output()
		flags := strings.TrimSpace(string(out))
		m.goflags = &flags
	}
	if os.Getenv("GOFLAGS") == "" && strings.Contains(*m.goflags, "toolexec") {
		env = append(env, "GOFLAGS="+withoutToolexec(*m.goflags))
	}
	return append(env, "PWD="+m.work)
}

func withoutToolexec(flags string) string {
	var keep []string
	for _, f := range strings.Fields(flags) {
		if !strings.HasPrefix(strings.TrimLeft(f, "-"), "toolexec") {
			keep = append(keep, f)
		}
	}
	return strings.Join(keep, " ")
}

// run runs the go command; its error is the first telling line of what it printed.
func (m *Modules) run(dir string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, m.command, args...)
	cmd.Dir, cmd.Env = dir, m.environ()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	switch {
	case err == nil:
		return stdout.Bytes(), nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("go %s did not end within %v", args[0], fetchTime)
	}
	if line := oneLine(stderr.String()); line != "" {
		err = errors.New(line)
	}
	return stdout.Bytes(), err
}

// oneLine returns what matters of the output of a go command.
func oneLine(out string) string {
	var lines []string
	for _, line := range strings.Split(out, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "go: downloading") || strings.HasPrefix(line, "go: finding") || strings.HasPrefix(line, "go get ") || strings.HasPrefix(line, "go: added ") {
			continue
		}
		lines = append(lines, strings.TrimPrefix(line, "go: "))
	}
	if len(lines) == 0 {
		return ""
	}
	first := lines[0]
	if strings.HasSuffix(first, ":") && len(lines) > 1 {
		first += " " + lines[1]
	}
	return strings.TrimSuffix(first, "; to add it:")
}
