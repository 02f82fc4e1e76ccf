// Package compiled runs cells with the Go toolchain: a generated program with
// the slice of earlier cells that the measured cell depends on, compiled and
// linked directly on cached export data, and run in a fresh supervised process
// for every run. Nothing of it links an interpreter.
package compiled

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/source"
)

// Options of an Engine. The zero value is usable.
type Options struct {
	Go       string // the go command; "" = the one on PATH
	CacheDir string // "" = lapbook in the user's cache directory
	Dir      string // packages of the Go module around this directory can be imported; "" = none
	// Modules tells where the go command finds the packages that cells import:
	// a directory, the environment and flags (source.Modules.Command). It is
	// asked for each build, because a session fetches modules. nil = in Dir.
	Modules func() (dir string, env, flags []string)
	Env     []string
	// Pool lends the warden of each run's process; nil starts one for each.
	Pool *host.Pool
	// Progress is told how far the one-time preparation of the standard library
	// is. It may be called from any goroutine, and may be nil.
	Progress func(done, total int)
}

// Engine compiles cells. Its methods may be called from several goroutines.
type Engine struct {
	opt Options

	mu       sync.Mutex
	build    *builder
	fallback error // why cells are built with go build

	ending []<-chan struct{} // closed when a process that has answered has ended
}

// New returns an engine. It looks for the toolchain when the first cell is prepared.
func New(opt Options) *Engine { return &Engine{opt: opt} }

// Close waits for the processes of earlier runs to end.
func (e *Engine) Close() error {
	e.alone()
	return nil
}

// alone waits until no process of an earlier run is left.
func (e *Engine) alone() {
	e.mu.Lock()
	list := e.ending
	e.ending = nil
	e.mu.Unlock()
	for _, done := range list {
		<-done
	}
}

// later ends a process while nobody waits for it.
func (e *Engine) later(end func()) {
	done := make(chan struct{})
	e.mu.Lock()
	e.ending = append(e.ending, done)
	e.mu.Unlock()
	go func() {
		end()
		close(done)
	}()
}

// Name is "compiled".
func (e *Engine) Name() string { return "compiled" }

// toolchain finds the toolchain once; a failure is tried again, because an
// install may have happened meanwhile.
func (e *Engine) builder(ctx context.Context) (*builder, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.build != nil {
		if exists(e.build.t.tool("compile")) {
			return e.build, nil
		}
		e.build = nil
	}
	t, err := findToolchain(ctx, e.opt.Go)
	if err != nil {
		return nil, err
	}
	root := e.opt.CacheDir
	if root == "" {
		if root, err = os.UserCacheDir(); err != nil {
			root = os.TempDir()
		}
		root = filepath.Join(root, "lapbook")
	}
	b := newBuilder(t, root, e.opt)
	e.build = b
	go func() {
		prune(root, cacheBytes)
		sweep(os.TempDir())
		sweep(b.cache)
	}()
	return b, nil
}

// fellBack notes why go build stands in; true the first time.
func (e *Engine) fellBack(why error) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	first := e.fallback == nil
	e.fallback = why
	return first
}

// Fallback tells why cells are built with `go build`; nil when they are not.
func (e *Engine) Fallback() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.fallback
}

// Version is the version of the toolchain, "go1.26.8".
func (e *Engine) Version(ctx context.Context) (string, error) {
	b, err := e.builder(ctx)
	if err != nil {
		return "", err
	}
	return b.t.env.GOVERSION, nil
}

// PrepareStd makes the compiled form of std packages ready, and that of
// lapbook's own, so that no cell waits for it. It is quiet but for Progress.
func (e *Engine) PrepareStd(ctx context.Context, race bool, paths ...string) error {
	b, err := e.builder(ctx)
	if err != nil {
		return err
	}
	m := plain
	if race {
		m = raced
	}
	_, err = b.find(ctx, append([]string{harnessPath, probePath}, paths...), m)
	return err
}

// Prepare generates and builds a unit. The error is a *engine.CellError when
// the cell is at fault, ErrNoToolchain when there is none.
func (e *Engine) Prepare(ctx context.Context, u engine.Unit) (engine.Program, error) {
	b, err := e.builder(ctx)
	if err != nil {
		return nil, err
	}
	p := &program{engine: e, builder: b, unit: u, exes: map[variant]string{}}
	if _, err := p.exe(ctx, variant{}); err != nil {
		return nil, err
	}
	return p, nil
}

var diagnostic = regexp.MustCompile(`(?m)^([A-Za-z0-9_-]{1,64}):(\d+)(?::(\d+))?: (.*)$`)

// cellFault turns the compiler's complaint about a cell's line into the cell's
// error. The front end has checked the cell, so this is rare.
func cellFault(err error, c *source.Cell) error {
	var t *toolError
	if !errors.As(err, &t) {
		return err
	}
	m := diagnostic.FindStringSubmatch(byID(t.output, c))
	if m == nil {
		return err
	}
	line, _ := strconv.Atoi(m[2])
	column, _ := strconv.Atoi(m[3])
	return &engine.CellError{Kind: "compile", Cell: m[1], Line: line, Column: column, Message: strings.TrimSpace(m[4])}
}
