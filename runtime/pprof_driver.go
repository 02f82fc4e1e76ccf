package runtime

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/pprof/driver"
	"github.com/google/pprof/profile"
	"github.com/lapbook/lapbook/runtime/stacks"
)

// pprofRun is one use of pprof's driver in this process. It reads the profile
// from memory, the cells' texts from a directory of its own, and writes to
// nothing but out and said.
type pprofRun struct {
	profile *profile.Profile
	flags   []string
	out     bytes.Buffer // the report
	mu      sync.Mutex   // guards said: pages are made by several goroutines
	said    string       // what it last would have told a terminal
	serve   func(*driver.HTTPServerArgs) error
	before  map[string]any // pprof's settings before the session's first use of it
	parsed  error
}

// driver gives flags to pprof itself, for the reports that we do not draw:
// %pprof -tree, %pprof -peek=fib, %pprof -top -cum.
func (v *profileView) driver(args []string) error {
	dir, err := v.textFiles()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	run, err := v.pprofRun(append([]string{"-output=report", "-source_path=" + dir}, args...))
	if err != nil {
		return err
	}
	err = run.do()
	v.session.pprof.reset()
	if err != nil {
		return fmt.Errorf("%%pprof %s: %w", strings.Join(args, " "), err)
	}
	v.head()
	for line := range strings.Lines(run.out.String()) {
		v.call.printf("%s", line)
	}
	return nil
}

func (v *profileView) pprofRun(flags []string) (*pprofRun, error) {
	data, index := v.of.cpu, "cpu"
	if v.kind == stacks.Heap {
		data, index = v.of.heap, "alloc_space"
	}
	p, _, err := stacks.Clean(data, v.of.ids())
	if err != nil {
		return nil, err
	}
	return &pprofRun{profile: p, flags: append([]string{"-sample_index=" + index}, flags...), before: v.session.pprof.settings()}, nil
}

// textFiles writes the cells' texts, because pprof reads source from files.
func (v *profileView) textFiles() (string, error) {
	dir, err := os.MkdirTemp("", "lapbook-pprof-")
	if err != nil {
		return "", err
	}
	for id, text := range v.of.texts {
		if err := os.WriteFile(filepath.Join(dir, id), []byte(text), 0o600); err != nil {
			return "", errors.Join(err, os.RemoveAll(dir))
		}
	}
	return dir, nil
}

func (r *pprofRun) do() error {
	err := driver.PProf(&driver.Options{Fetch: r, Flagset: &pprofFlags{run: r, set: flag.NewFlagSet("pprof", flag.ContinueOnError)}, UI: r, Writer: r, Sym: r, HTTPServer: r.serve})
	if r.parsed != nil {
		return r.parsed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && r.said != "" && strings.Contains(err.Error(), "failed to fetch") {
		return errors.New(r.said)
	}
	return err
}

// Fetch gives pprof the profile. An empty origin keeps it from saving a copy.
func (r *pprofRun) Fetch(string, time.Duration, time.Duration) (*profile.Profile, string, error) {
	if r.profile == nil {
		return nil, "", errors.New("no profile")
	}
	return r.profile.Copy(), "", nil
}

// Symbolize does nothing: profiles of cells have their names.
func (r *pprofRun) Symbolize(string, driver.MappingSources, *profile.Profile) error { return nil }

// Open is where pprof writes its report.
func (r *pprofRun) Open(string) (io.WriteCloser, error) { return keepOpen{&r.out}, nil }

type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }

// The user interface of a pprof that talks to nobody.

func (r *pprofRun) PrintErr(args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = strings.TrimSpace(fmt.Sprint(args...))
}

func (r *pprofRun) ReadLine(string) (string, error)     { return "", io.EOF }
func (r *pprofRun) Print(args ...any)                   { r.PrintErr(args...) }
func (r *pprofRun) IsTerminal() bool                    { return false }
func (r *pprofRun) WantBrowser() bool                   { return false }
func (r *pprofRun) SetAutoComplete(func(string) string) {}

// pprofFlags parses a list of flags in the place of the command line.
type pprofFlags struct {
	run *pprofRun
	set *flag.FlagSet
}

// before is the default that a flag had at first: pprof makes the flags of one
// use the defaults of the next.
func before[T any](f *pprofFlags, name string, def T) T {
	if f.run.before == nil {
		return def
	}
	if first, ok := f.run.before[name].(T); ok {
		return first
	}
	f.run.before[name] = def
	return def
}

func (f *pprofFlags) Bool(name string, def bool, usage string) *bool {
	return f.set.Bool(name, before(f, name, def), usage)
}

func (f *pprofFlags) Int(name string, def int, usage string) *int {
	return f.set.Int(name, before(f, name, def), usage)
}

func (f *pprofFlags) Float64(name string, def float64, usage string) *float64 {
	return f.set.Float64(name, before(f, name, def), usage)
}

func (f *pprofFlags) String(name, def, usage string) *string {
	return f.set.String(name, before(f, name, def), usage)
}

func (f *pprofFlags) StringList(name, def, usage string) *[]*string {
	return &[]*string{f.set.String(name, def, usage)}
}

func (f *pprofFlags) ExtraUsage() string   { return "" }
func (f *pprofFlags) AddExtraUsage(string) {}

func (f *pprofFlags) Parse(func()) []string {
	f.set.SetOutput(io.Discard)
	if f.run.parsed = f.set.Parse(f.run.flags); f.run.parsed != nil {
		return nil
	}
	if f.set.NArg() > 0 {
		f.run.parsed = fmt.Errorf("want flags and a cell, not %s", strings.Join(f.set.Args(), " "))
		return nil
	}
	return []string{"cell"}
}
