package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
	"github.com/lapbook/lapbook/repl"
	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"golang.org/x/term"
)

// replCommand is a session at a prompt, or on piped standard input.
func replCommand(ctx context.Context, args []string, std stdio) (int, error) {
	fs := newFlags("")
	var f runFlags
	f.registerSession(fs)
	files, _, err := parse(fs, args)
	if err != nil {
		return exitUsage, err
	}
	if err := f.check(); err != nil {
		return exitUsage, err
	}
	if len(files) > 1 {
		return exitUsage, usagef("%s is no command, and a session opens one file; lapbook help lists the commands", files[0])
	}
	f.cfg.Journal = journal(std)
	f.cfg.Draw = render.Draw
	f.cfg.Dir = f.dir
	s, err := f.open(files)
	if err != nil {
		return exitFailed, err
	}
	defer s.Close()
	return converse(ctx, s, &f, std)
}

// journal is where unsaved cells are kept for the next session, or "": what comes
// through a pipe is not lost, and nobody should be asked about it later.
func journal(std stdio) string {
	if !term.IsTerminal(int(std.in.Fd())) {
		return ""
	}
	return filepath.Join(xdg.StateHome, "lapbook", "journal")
}

// open makes the session, with a notebook when a file is given.
func (f *runFlags) open(files []string) (*runtime.Session, error) {
	if len(files) == 0 {
		return runtime.New(f.cfg)
	}
	if !exists(files[0]) {
		return nil, usagef("%s: no such command or file; lapbook help lists the commands", files[0])
	}
	book, dir, err := readNotebook(files[0], nil)
	if err != nil {
		return nil, usageError{err.Error()}
	}
	if f.cfg.Dir == "" {
		f.cfg.Dir = dir
	}
	s, err := runtime.New(f.cfg)
	if err != nil {
		return nil, err
	}
	s.Adopt(book, files[0])
	return s, nil
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// converse runs the prompt until the person leaves.
func converse(ctx context.Context, s *runtime.Session, f *runFlags, std stdio) (int, error) {
	r, err := repl.New(s, repl.Options{In: std.in, Out: std.out, Err: std.err, Style: f.look.options(std.out)})
	if err != nil {
		return exitFailed, err
	}
	defer r.Close()
	r.Greet()
	if err := r.OfferLost(f.cfg.Journal); err != nil {
		fmt.Fprintln(std.err, "lapbook:", err)
	}
	ok, err := r.Run(ctx)
	switch {
	case errors.Is(err, repl.ErrInterrupted), ctx.Err() != nil:
		return exitInterrupted, nil // the journal keeps what is not saved
	case err != nil:
		return exitFailed, err
	}
	if !ok && !r.Interactive() {
		return exitFailed, nil
	}
	return exitOK, nil
}
