package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/lapbook/lapbook/runtime"
)

// checkFlags are the flags of check.
type checkFlags struct {
	runFlags
	slow bool
}

func (f *checkFlags) register(fs *flag.FlagSet) {
	f.params = params{}
	f.registerSession(fs)
	f.cfg.Budget = 3 * time.Second
	fs.Lookup("budget").Usage = "measuring `duration` per cell (default 3s)"
	fs.BoolVar(&f.json, "json", false, "one JSON object per line on stdout")
	fs.BoolVar(&f.slow, "slow", false, "measure cells that are tagged slow, too")
	fs.Var(f.params, "param", "`name=value` for the cell tagged parameters (repeatable)")
}

// checkCommand runs notebooks again and compares what comes out with what they
// record.
func checkCommand(ctx context.Context, args []string, std stdio) (int, error) {
	fs := newFlags("check")
	var f checkFlags
	f.register(fs)
	files, after, err := parse(fs, args)
	if err != nil {
		return exitUsage, err
	}
	if err := f.check(); err != nil {
		return exitUsage, err
	}
	if len(files) == 0 {
		return exitUsage, usagef("check: want a FILE, or several")
	}
	if f.cfg.Repeat == "" {
		f.cfg.Repeat = "once"
	}
	f.cfg.Params, f.cfg.Args = f.params, after
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	status := exitOK
	for _, file := range files {
		got, err := f.file(ctx, file, std)
		if err != nil && len(files) == 1 {
			return got, err
		}
		if err != nil {
			fmt.Fprintln(std.err, "lapbook:", err) // the other files are checked all the same
		}
		status = worse(status, got)
		if ctx.Err() != nil {
			return exitInterrupted, nil
		}
	}
	return status, nil
}

// worse is the status that says more: an interrupt, then usage, a failed cell, a
// difference.
func worse(a, b int) int {
	for _, s := range []int{exitInterrupted, exitUsage, exitFailed, exitDifferent} {
		if a == s || b == s {
			return s
		}
	}
	return exitOK
}

// file checks one notebook.
func (f *checkFlags) file(ctx context.Context, name string, std stdio) (int, error) {
	if name == "-" {
		return exitUsage, usagef("check: want a FILE; what is piped in has no record")
	}
	k := &checker{flags: f, file: name, std: std, began: time.Now()}
	if err := k.run(ctx, newCheckWriter(f, std)); err != nil {
		if errors.As(err, new(usageError)) || k.machine.Go == "" {
			return exitUsage, err
		}
		return exitFailed, err
	}
	return k.status(ctx), nil
}

// open starts a session on a fresh copy of a notebook.
func (f *checkFlags) open(name string) (*runtime.Session, error) {
	book, dir, err := readNotebook(name, nil)
	if err != nil {
		return nil, err
	}
	cfg := f.cfg
	cfg.Dir = dir
	if f.dir != "" {
		cfg.Dir = f.dir
	}
	s, err := runtime.New(cfg)
	if err != nil {
		return nil, err
	}
	s.Adopt(book, name)
	return s, nil
}
