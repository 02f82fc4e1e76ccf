package repl

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/notebook"
	"golang.org/x/term"
)

// This file is what a command that is no session uses of a REPL: replay asks for
// a key a cell, for the answers to its questions, and now and then for a cell.

// ErrAborted says that Ctrl-C dropped what was being typed.
var ErrAborted = errAborted

// Key waits for one key press and returns its name: a character, or "enter",
// "pgdn", "left", … On a pipe it is a line, "" for an empty one. io.EOF says that
// nobody is there any more.
func (r *REPL) Key(ctx context.Context, prompt string) (string, error) {
	return r.reader.key(ctx, r.sign(prompt))
}

// Line asks for a line. On a pipe the question is not shown.
func (r *REPL) Line(ctx context.Context, question string) (string, error) {
	if _, pipe := r.reader.(*piped); pipe {
		return r.reader.key(ctx, "")
	}
	answer, err := r.reader.ask(ctx, r.sign(question))
	return strings.TrimSpace(answer), err
}

// Cell asks for a cell as a session does; label stands in its prompt.
func (r *REPL) Cell(ctx context.Context, label string) (string, error) {
	text, err := r.reader.next(ctx, label)
	if err == nil && strings.TrimSpace(text) != "" {
		r.reader.remember(text)
	}
	return text, err
}

// Carry has do run cells as a session does, and returns what came of them with the
// way to draw each: what was shown live is not drawn again.
func (r *REPL) Carry(ctx context.Context, do func(context.Context, runtime.Frontend) []*notebook.Result) ([]*notebook.Result, Draw) {
	results, p := r.carry(ctx, do)
	return results, Draw{printer: p, Lines: strings.Count(p.streamed.String(), "\n")}
}

// Draw draws results of one Carry.
type Draw struct {
	Lines   int // of output that was shown live
	printer *printer
}

// Result draws a result, its notices last; those go where a pipe expects them.
func (d Draw) Result(w io.Writer, res *notebook.Result) error {
	r := d.printer.repl
	o := r.opts.Style
	o.Width, _ = r.Size()
	o.Streamed, o.More = d.printer.shown(res), o.More || res.More
	notices := w
	if !r.tty {
		notices = r.opts.Err
	}
	return errors.Join(render.Text(w, res, o), render.Notices(notices, res, o))
}

// Size is the size of the terminal; 0 rows where nobody looks at one.
func (r *REPL) Size() (columns, rows int) {
	f, ok := r.opts.Out.(interface{ Fd() uintptr })
	if !r.tty || !ok {
		return 80, 0
	}
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}
