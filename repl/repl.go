// Package repl is lapbook's terminal front end: it reads a cell, has the
// Session run it, and prints the Result. The loop is parse / eval / print; what
// a cell means is decided below, in package runtime.
package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"golang.org/x/term"
)

// Options say how a REPL talks. Results go to Out; progress, notices and
// prompts' company go to Err.
type Options struct {
	In    *os.File
	Out   io.Writer
	Err   io.Writer
	Style render.Options
}

// REPL is one conversation with one Session.
type REPL struct {
	session *runtime.Session
	opts    Options
	reader  reader
	tty     bool
	failed  bool // a piped cell failed
}

// New makes a REPL on a terminal, or on a pipe without prompts.
func New(s *runtime.Session, opts Options) (*REPL, error) {
	r := &REPL{session: s, opts: opts}
	r.tty = term.IsTerminal(int(opts.In.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	if !r.tty {
		r.reader = newPiped(opts.In)
		return r, nil
	}
	file, err := xdg.StateFile(filepath.Join("lapbook", "history.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	r.reader, err = newEditor(history{file}, r.complete, opts.Style.ASCII)
	if err != nil {
		return nil, fmt.Errorf("terminal: %w", err)
	}
	return r, nil
}

// Close gives the terminal back.
func (r *REPL) Close() error { return r.reader.Close() }

// Run reads and runs cells until the end of the input. It reports whether all
// cells went well; on a pipe the first failure ends it.
func (r *REPL) Run(ctx context.Context) (ok bool, err error) {
	for {
		text, err := r.reader.next(r.session.Next())
		switch {
		case errors.Is(err, errAborted):
			continue
		case errors.Is(err, io.EOF):
			if r.tty {
				fmt.Fprintln(r.opts.Out)
			}
			return !r.failed, r.leave(ctx)
		case err != nil:
			return false, err
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		if leaves(text) {
			return !r.failed, r.leave(ctx)
		}
		r.reader.remember(text)
		if r.eval(ctx, text); r.failed && !r.tty {
			return false, nil
		}
	}
}

// leaves tells the words that end a session at a prompt.
func leaves(text string) bool {
	switch strings.TrimSpace(text) {
	case "exit", "quit", ":q":
		return true
	}
	return false
}

// eval runs one text. Ctrl-C reaches the cell and never this process.
func (r *REPL) eval(ctx context.Context, text string) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	stdin, done := r.reader.running()
	defer done()
	p := &printer{repl: r, stdin: stdin}
	results := r.session.Do(ctx, text, p)
	p.clear()
	for _, res := range results {
		if res.Failed() {
			r.failed = true
		}
		p.print(res)
	}
}

// leave asks for a name when cells would be lost. Three answers are possible: a
// name, an empty line (the journal keeps the cells for the next start), Ctrl-C.
func (r *REPL) leave(ctx context.Context) error {
	if !r.tty || !r.session.Unsaved() {
		return nil
	}
	for {
		name, err := r.reader.ask("Save as (name.md, empty: do not save): ")
		if err != nil || name == "" {
			return r.session.Discard()
		}
		if err := r.session.Save(ctx, name); err != nil {
			fmt.Fprintln(r.opts.Err, "lapbook:", err)
			continue
		}
		fmt.Fprintf(r.opts.Out, "  %s saved\n", name)
		return nil
	}
}
