package repl

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/lapbook/lapbook/repl/edit"
	"golang.org/x/term"
)

// terminal reads cells from a terminal that can be drawn on.
type terminal struct {
	in, out *os.File
	keys    *keys
	pump    *pump
	editor  *edit.Editor
	history history
	look    look
	help    helper
	sign    signer
	resized chan struct{}
	stop    func() // ends the watch for resizes

	mu     sync.Mutex
	cooked *term.State // the terminal's own mode, for cells
	raw    bool        // a prompt has the terminal
	late   strings.Builder
	news   chan struct{} // late has something
}

// helper completes what is typed.
type helper func(text string, offset int) (from int, words []string)

// signer tells what a function takes, where its arguments are typed.
type signer func(text string, offset int) string

// Terminal control: what is pasted comes between marks while a prompt is open.
const (
	pasteOn  = "\x1b[?2004h"
	pasteOff = "\x1b[?2004l"
)

func newTerminal(in, out *os.File, h history, help helper, sign signer, l look) (*terminal, error) {
	t := &terminal{in: in, out: out, keys: newKeys(), history: h, look: l, help: help, sign: sign, news: make(chan struct{}, 1)}
	cells, _ := h.load() // one that cannot be read is an empty one
	t.editor = edit.New(t, cells)
	t.resized, t.stop = watchResize()
	var err error
	if t.cooked, err = term.GetState(int(in.Fd())); err != nil {
		return nil, err
	}
	if t.pump, err = startPump(in, t.keys); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *terminal) Close() error {
	t.stop()
	return errors.Join(t.leaveRaw(), t.restore(), t.pump.Close())
}

// restore makes the terminal what it was before lapbook started.
func (t *terminal) restore() error { return term.Restore(int(t.in.Fd()), t.cooked) }

// enterRaw takes the terminal for a prompt, and leaveRaw gives it back. Between
// prompts it is as the shell left it, but for two keys, so that cells see a usual
// terminal and a crash leaves one behind.
func (t *terminal) enterRaw() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.raw {
		return nil
	}
	if _, err := term.MakeRaw(int(t.in.Fd())); err != nil {
		return err
	}
	t.raw = true
	_, err := io.WriteString(t.out, pasteOn)
	return err
}

func (t *terminal) leaveRaw() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.raw {
		return nil
	}
	_, werr := io.WriteString(t.out, pasteOff)
	t.raw = false
	return errors.Join(werr, t.restore(), between(int(t.in.Fd())))
}

func (t *terminal) remember(cell string) {
	t.editor.Remember(cell)
	_ = t.history.add(cell) // a full disk must not cost the session
}

func (t *terminal) recall(cell string) { t.editor.Remember(cell) }

func (t *terminal) next(ctx context.Context, label string) (string, error) {
	first, more := prompts(label, t.look.ascii)
	return t.read(ctx, edit.Options{
		First: first, More: more, Paint: t.look.prompt, ASCII: t.look.ascii,
		Incomplete: incomplete, Complete: t.help, Signature: t.sign, History: true,
	})
}

func (t *terminal) ask(ctx context.Context, question string) (string, error) {
	return t.read(ctx, edit.Options{First: question, ASCII: t.look.ascii})
}

// key is what a key means to whoever asks for one: its name.
func (t *terminal) key(ctx context.Context, prompt string) (string, error) {
	return t.with(func() (string, error) { return t.editor.Key(ctx, prompt) })
}

func (t *terminal) read(ctx context.Context, o edit.Options) (string, error) {
	return t.with(func() (string, error) { return t.editor.Read(ctx, o) })
}

// with has f read from the terminal, and gives the terminal back however f ends,
// also by a panic.
func (t *terminal) with(f func() (string, error)) (text string, err error) {
	if err := t.enterRaw(); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, t.leaveRaw()) }()
	t.keys.openPrompt()
	text, err = f()
	if errors.Is(err, edit.ErrAborted) {
		return "", errAborted
	}
	return text, err
}

// running leaves the terminal as it is: it is a usual one while no prompt is open.
func (t *terminal) running(stop func()) func() {
	t.keys.interruptible(stop)
	return func() { t.keys.interruptible(nil) }
}

func (t *terminal) stdin() io.Reader { return t.keys.openCell() }

func (t *terminal) lend() (func(), bool) {
	t.pump.pause()
	_ = t.restore() // a terminal that is gone shows in the program that gets it
	return t.takeBack, true
}

// takeBack mends what the other program left: modes, a hidden cursor, colours. A
// line that it did not end is left alone: blanks to the edge of the screen go on
// to the next row when the cursor does not stand at the start of one.
func (t *terminal) takeBack() {
	_ = errors.Join(t.restore(), between(int(t.in.Fd()))) // as in lend
	columns, _ := t.Size()
	_, _ = io.WriteString(t.out, "\x1b[0m\x1b[?25h"+strings.Repeat(" ", columns-1)+"\r\x1b[K")
	t.pump.resume()
}

// ahead tells whether something was typed that nobody has read.
func (t *terminal) ahead() bool { return t.keys.any() }

// above keeps a text for the prompt, which writes it above itself. Both streams
// are this terminal.
func (t *terminal) above(_ io.Writer, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.late.WriteString(text)
	select {
	case t.news <- struct{}{}:
	default: // it is told already
	}
}

// What follows is the edit.Terminal.

func (t *terminal) News() <-chan struct{} { return t.news }

func (t *terminal) Above() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.late.String()
	t.late.Reset()
	return text
}

func (t *terminal) Write(p []byte) (int, error) { return t.out.Write(p) }
func (t *terminal) Ready() <-chan struct{}      { return t.keys.ready }
func (t *terminal) Take() ([]byte, error)       { return t.keys.take() }
func (t *terminal) Unread(b []byte)             { t.keys.unread(b) }
func (t *terminal) Resized() <-chan struct{}    { return t.resized }

// Size is 80 by 24 where the terminal does not tell, as a serial line.
func (t *terminal) Size() (columns, rows int) {
	columns, rows, err := term.GetSize(int(t.out.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

// Suspend stops the program until the shell continues it.
func (t *terminal) Suspend() {
	if errors.Join(t.leaveRaw(), t.restore()) != nil {
		return
	}
	suspend()
	_ = t.enterRaw() // a terminal that is gone shows in the next Take
}
