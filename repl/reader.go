package repl

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// errAborted says that Ctrl-C dropped what was being typed.
var errAborted = errors.New("aborted")

// reader gives the next cell: from a terminal or from a pipe. It returns io.EOF
// at the end and errAborted when the typed text was dropped.
type reader interface {
	// next reads a cell; its label stands in the prompt: the number of the cell.
	next(ctx context.Context, label string) (string, error)
	// key reads one key press, on a pipe a line.
	key(ctx context.Context, prompt string) (string, error)
	ask(ctx context.Context, question string) (string, error)
	// running gives the terminal to cells until done is called; stop is called
	// for a Ctrl-C that does not arrive as a signal.
	running(stop func()) (done func())
	// stdin is the standard input of a cell that starts now.
	stdin() io.Reader
	// lend gives the terminal to another program, such as an editor, until back
	// is called. ok is false where there is none.
	lend() (back func(), ok bool)
	// ahead tells whether something was typed that nobody has read.
	ahead() bool
	// above writes a text to w without disturbing what is being typed; it may be
	// called from any goroutine.
	above(w io.Writer, text string)
	remember(cell string)
	// recall lets the person recall a cell that was not typed here.
	recall(cell string)
	Close() error
}

// incomplete tells whether a text waits for more lines and at which depth. A
// lone magic is complete; %%name waits for the cell to which it applies.
func incomplete(text string) (bool, int) {
	trimmed := strings.TrimSpace(text)
	for _, sign := range []string{"%%", "//lap:%%"} {
		if !strings.HasPrefix(trimmed, sign) {
			continue
		}
		line, below, _ := strings.Cut(trimmed, "\n")
		if strings.TrimSpace(below) == "" {
			// %%time f() has its code on the line itself.
			return !strings.ContainsAny(strings.TrimSpace(line), " \t"), 0
		}
		return incomplete(below)
	}
	for _, sign := range []string{"%", "//lap:%", "?", "!"} {
		if !strings.HasPrefix(trimmed, sign) {
			continue
		}
		if _, below, more := strings.Cut(trimmed, "\n"); more && sign != "?" && sign != "!" {
			return incomplete(below)
		}
		return false, 0
	}
	return source.Incomplete(text)
}
