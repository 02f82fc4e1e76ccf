package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// runFlags are the flags of run.
type runFlags struct {
	json      bool
	keepGoing bool
	out       string
	cfg       runtime.Config
	look      look
	params    params
	dir       string
}

// params collects --param k=v.
type params map[string]string

func (p params) String() string { return "" }

func (p params) Set(s string) error {
	k, v, ok := strings.Cut(s, "=")
	if !ok || k == "" {
		return fmt.Errorf("want name=value")
	}
	p[k] = v
	return nil
}

func (f *runFlags) register(fs *flag.FlagSet) {
	f.params = params{}
	f.registerSession(fs)
	fs.BoolVar(&f.json, "json", false, "one JSON object per line on stdout")
	fs.BoolVar(&f.keepGoing, "keep-going", false, "go on after a cell that failed")
	fs.StringVar(&f.out, "o", "", "save the notebook with its results as `FILE`")
	fs.Var(f.params, "param", "`name=value` for the cell tagged parameters (repeatable)")
}

// registerSession registers the flags that a session at a prompt has too.
func (f *runFlags) registerSession(fs *flag.FlagSet) {
	fs.StringVar(&f.cfg.Engine, "engine", "auto", "auto, interpreted or compiled")
	fs.DurationVar(&f.cfg.Timeout, "timeout", 0, "stop a cell after this `duration` (0: never)")
	fs.DurationVar(&f.cfg.Budget, "budget", 30*time.Second, "measuring `duration` per cell")
	fs.StringVar(&f.cfg.Repeat, "repeat", "", "repeat outside writes: once or yes; a prompt asks")
	fs.Func("memory", "cap on a cell's memory, such as `1GiB` (default 75% of the machine)", func(text string) (err error) {
		f.cfg.Memory, err = runtime.ParseSize(text)
		return err
	})
	fs.StringVar(&f.dir, "C", "", "run in `DIR`, with the packages of its module")
	f.look.register(fs)
}

func (f *runFlags) check() error {
	switch f.cfg.Engine {
	case "auto", "interpreted", "compiled":
	default:
		return usagef("--engine %s: want auto, interpreted or compiled", f.cfg.Engine)
	}
	switch f.cfg.Repeat {
	case "", "once", "yes":
	default:
		return usagef("--repeat %s: want once or yes", f.cfg.Repeat)
	}
	if err := f.look.check(); err != nil {
		return err
	}
	if f.cfg.Timeout < 0 {
		return usagef("--timeout %s: want a duration, or 0 for none", f.cfg.Timeout)
	}
	if err := f.checkFiles(); err != nil {
		return err
	}
	if f.cfg.Budget <= 0 {
		return usagef("--budget %s: want a positive duration", f.cfg.Budget)
	}
	return nil
}

// checkFiles refuses, before anything runs, what could not be done after it.
func (f *runFlags) checkFiles() error {
	if f.out != "" && filepath.Ext(f.out) != ".md" && filepath.Ext(f.out) != ".ipynb" {
		return usagef("-o %s: a notebook is saved as .md or .ipynb", f.out)
	}
	if f.dir == "" {
		return nil
	}
	info, err := os.Stat(f.dir)
	if err != nil || !info.IsDir() {
		return usagef("-C %s: no such directory", f.dir)
	}
	return nil
}

// runCommand runs all cells of a notebook or a script.
func runCommand(ctx context.Context, args []string, std stdio) (int, error) {
	fs := newFlags("run")
	var f runFlags
	f.register(fs)
	files, after, err := parse(fs, args)
	if err != nil {
		return exitUsage, err
	}
	if err := f.check(); err != nil {
		return exitUsage, err
	}
	if len(files) != 1 {
		return exitUsage, usagef("run: want one FILE, or - for standard input")
	}
	book, dir, err := readNotebook(files[0], std.in)
	if err != nil {
		return exitUsage, err
	}
	if f.cfg.Repeat == "" {
		f.cfg.Repeat = "once"
	}
	f.cfg.Draw = render.Draw
	f.cfg.Dir, f.cfg.Params, f.cfg.Args = dir, f.params, after
	if f.dir != "" {
		f.cfg.Dir = f.dir
	}
	s, err := runtime.New(f.cfg)
	if err != nil {
		return exitFailed, err
	}
	defer s.Close()
	s.Adopt(book, path(files[0]))
	return runAll(ctx, s, files[0], &f, std)
}

// readNotebook reads a file, or standard input as Markdown or Go.
func readNotebook(name string, in io.Reader) (*notebook.Notebook, string, error) {
	if name == "-" {
		data, err := io.ReadAll(in)
		if err != nil {
			return nil, "", fmt.Errorf("standard input: %w", err)
		}
		book, err := notebook.Decode(guess(data), data)
		return book, "", err
	}
	book, err := notebook.Load(name)
	if err != nil {
		return nil, "", err
	}
	abs, err := filepath.Abs(name)
	return book, filepath.Dir(abs), err
}

// guess names standard input by what it looks like.
func guess(data []byte) string {
	text := strings.TrimSpace(string(data))
	switch {
	case strings.HasPrefix(text, "{"):
		return "-.ipynb"
	case strings.HasPrefix(text, "package ") || !strings.Contains(text, "```"):
		return "-.go"
	}
	return "-.md"
}

func path(name string) string {
	if name == "-" {
		return ""
	}
	return name
}

// runAll runs the cells in order and writes each result as it comes. The exit
// status is that of the contract.
func runAll(ctx context.Context, s *runtime.Session, name string, f *runFlags, std stdio) (int, error) {
	w := newWriter(f, std)
	w.start(name, s.Machine())
	for _, notice := range s.Notebook().Notices {
		fmt.Fprintln(std.err, "lapbook:", notice)
	}
	if err := s.SetParams(); err != nil {
		return exitUsage, usageError{err.Error()}
	}
	s.OnLate(w.Output)
	defer s.OnLate(nil)
	t := tally{}
	for _, cell := range s.Notebook().CodeCells() {
		if cell.Tagged("skip") {
			w.result(s.Skip(cell))
			continue
		}
		if !runOne(ctx, s, cell, w, &t) && !f.keepGoing || ctx.Err() != nil {
			break
		}
	}
	if err := w.finish(t.ran, t.failed, t.interrupted); err != nil {
		return exitFailed, err
	}
	if f.out != "" {
		if err := s.Save(ctx, f.out); err != nil {
			return exitFailed, err
		}
	}
	switch {
	case t.interrupted || ctx.Err() != nil:
		return exitInterrupted, nil
	case t.failed > 0:
		return exitFailed, nil
	}
	return exitOK, nil
}

// tally counts how the cells of a run ended.
type tally struct {
	ran, failed int
	interrupted bool
}

// runOne runs one cell. An interrupt ends that cell: whether the run goes on is
// what --keep-going says.
func runOne(ctx context.Context, s *runtime.Session, cell *notebook.Cell, w writer, t *tally) (ok bool) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	w.begin(cell)
	res := s.RunCell(ctx, cell, w)
	w.result(res)
	t.ran++
	t.interrupted = t.interrupted || res.Status == notebook.Interrupted
	if !res.Failed() || cell.Tagged("raises") {
		return true
	}
	t.failed++
	return false
}
