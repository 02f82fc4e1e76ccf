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
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/adrg/xdg"
	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/notebook"
	"golang.org/x/term"
)

// ErrInterrupted says that Ctrl-C ended a session on a pipe.
var ErrInterrupted = errors.New("interrupted")

// Options say how a REPL talks. Results go to Out; progress, notices and the
// errors of piped cells go to Err.
type Options struct {
	In    *os.File
	Out   io.Writer
	Err   io.Writer
	Style render.Options // of Out
}

// REPL is one conversation with one Session.
type REPL struct {
	session *runtime.Session
	opts    Options
	reader  reader
	tty     bool
	failed  bool // a piped cell failed

	mu      sync.Mutex
	printer *printer // of the cells that run now
}

// New makes a REPL on a terminal, or on a pipe without prompts.
func New(s *runtime.Session, opts Options) (*REPL, error) {
	r := &REPL{session: s, opts: opts}
	out, ok := opts.Out.(*os.File)
	r.tty = ok && term.IsTerminal(int(opts.In.Fd())) && term.IsTerminal(int(out.Fd()))
	if !r.tty {
		r.reader = newPiped(opts.In)
		return r, nil
	}
	h := history{filepath.Join(xdg.StateHome, "lapbook", "history.jsonl")}
	if t := os.Getenv("TERM"); t == "dumb" || t == "" || goruntime.GOOS == "windows" {
		r.reader = newLines(h, r.complete, opts.Style.ASCII)
		return r, nil
	}
	var err error
	if r.reader, err = newTerminal(opts.In, out, h, r.complete, r.signature, lookOf(opts.Style)); err != nil {
		return nil, fmt.Errorf("terminal: %w", err)
	}
	return r, nil
}

// Close gives the terminal back.
func (r *REPL) Close() error { return r.reader.Close() }

// Run reads and runs cells until the person leaves, the input ends or ctx does.
// It reports whether all cells went well; on a pipe the first failure ends it.
func (r *REPL) Run(ctx context.Context) (ok bool, err error) {
	if r.tty {
		r.session.PrepareStd()
	}
	r.session.OnLate(r.late)
	defer r.session.OnLate(nil)
	for ctx.Err() == nil {
		text, err := r.reader.next(ctx, strconv.Itoa(r.session.Next()))
		switch {
		case errors.Is(err, errAborted):
			continue
		case errors.Is(err, io.EOF):
			if r.leave(ctx) {
				return !r.failed, nil
			}
			continue
		case err != nil:
			return false, err
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		if leaves(text) {
			if r.leave(ctx) {
				return !r.failed, nil
			}
			continue
		}
		r.reader.remember(text)
		status := r.eval(ctx, r.meant(text))
		if status == notebook.Interrupted && !r.tty {
			return false, ErrInterrupted
		}
		if r.failed && !r.tty {
			return false, nil
		}
	}
	return false, context.Cause(ctx)
}

// leaves tells the words that end a session at a prompt.
func leaves(text string) bool {
	switch strings.TrimSpace(text) {
	case "exit", "quit", ":q", "exit()", "quit()":
		return true
	}
	return false
}

// meant turns what people type for help, who do not know how to ask for it yet,
// into the magic.
func (r *REPL) meant(text string) string {
	word := strings.TrimSpace(text)
	switch word {
	case "?", "%", "%?", "%%", ":help", "/help", ":h", "h", "help", "help()":
	default:
		return text
	}
	name := strings.TrimSuffix(word, "()")
	if _, names := r.session.Complete(name, len(name)); slices.Contains(names, name) {
		return text // it is a name of the session
	}
	return "%help"
}

// eval runs one text and returns how it ended. Ctrl-C reaches the cell and never
// this process.
func (r *REPL) eval(ctx context.Context, text string) (status notebook.Status) {
	book := r.session.Notebook()
	results, p := r.carry(ctx, func(ctx context.Context, fe runtime.Frontend) []*notebook.Result {
		return r.session.Do(ctx, text, fe)
	})
	if r.session.Notebook() != book {
		r.opened()
	}
	for _, res := range results {
		if res.Failed() {
			r.failed, status = true, res.Status
		}
		p.print(res)
	}
	return status
}

// carry has do run cells: they have the terminal, their output is shown as it
// comes, and Ctrl-C stops them. The results are still to be printed.
func (r *REPL) carry(ctx context.Context, do func(context.Context, runtime.Frontend) []*notebook.Result) ([]*notebook.Result, *printer) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	p := newPrinter(r)
	r.printing(p)
	done := r.reader.running(stop)
	defer done()
	calm := r.interrupts(p, stop)
	results := do(ctx, p)
	calm()
	r.printing(nil)
	p.end()
	return results, p
}

// printing sets whose turn it is on the terminal: cells that run, or with nil
// the prompt.
func (r *REPL) printing(p *printer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.printer = p
}

// late shows what a goroutine writes after its cell has ended: among the output
// of the cell that runs now, else above the prompt.
func (r *REPL) late(stream string, b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.printer != nil {
		r.printer.Output(stream, b)
		return
	}
	w := r.opts.Out
	if stream == "stderr" {
		w = r.opts.Err
	}
	r.reader.above(w, render.Sanitize(string(b)))
}

// interrupts has Ctrl-C stop the cell. Pressed again it says what is going on:
// a cell that does not stop by itself is ended by the session soon.
func (r *REPL) interrupts(p *printer, stop func()) (calm func()) {
	signals := make(chan os.Signal, 4)
	done := make(chan struct{})
	signal.Notify(signals, os.Interrupt)
	pressed := 0
	go func() {
		for {
			select {
			case <-done:
				return
			case <-signals:
			}
			if p.lent() {
				continue // it was meant for the program that has the terminal
			}
			if pressed++; pressed == 1 {
				stop()
				continue
			}
			p.Notice("stopping the cell: one that does not stop within 3 s is ended, and the state is rebuilt")
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}
