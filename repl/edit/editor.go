// Package edit reads texts of several lines from a terminal. The whole text
// stays editable until it is entered: what is typed, what is pasted (one block,
// however long) and what the history recalls are the same thing.
//
// It exists beside liner because that edits one line: a block can only be
// shown there folded into one line with signs for its newlines.
package edit

import (
	"context"
	"errors"
	"io"
	"strings"
)

// Errors of Read. The end of the input is io.EOF.
var (
	ErrAborted = errors.New("aborted") // Ctrl-C
)

// Terminal is where an Editor reads and draws. It is in raw mode while Read runs.
type Terminal interface {
	io.Writer
	// Ready receives when Take may have something.
	Ready() <-chan struct{}
	// Take returns what was typed since; io.EOF says that the terminal is gone.
	Take() ([]byte, error)
	// Unread gives back what was typed after the end of the text.
	Unread(b []byte)
	// Resized receives when the size changed.
	Resized() <-chan struct{}
	Size() (columns, rows int)
	// News receives when Above may have something.
	News() <-chan struct{}
	// Above returns what is to be shown above the text being edited.
	Above() string
	// Suspend stops the program as Ctrl-Z does, and returns when it goes on.
	Suspend()
}

// Options say what one Read asks for.
type Options struct {
	First, More string              // prompts, equally wide, without colours
	Paint       func(string) string // colours a prompt; nil leaves it
	Text        string              // to begin with
	ASCII       bool                // no sign beyond ASCII

	// Incomplete tells whether a text waits for more lines, and how deep its
	// brackets are open, for the indent. With nil every Enter ends the text.
	Incomplete func(text string) (more bool, depth int)
	// Complete returns what may stand in the place of text[from:offset].
	Complete func(text string, offset int) (from int, words []string)
	// Signature is that of the function whose arguments are typed at an offset, or
	// "". Tab shows it; nil shows none.
	Signature func(text string, offset int) string
	// History: Up recalls and Ctrl-R searches.
	History bool
}

// Editor edits texts on one terminal. Its history is that of all its texts.
type Editor struct {
	term    Terminal
	dec     decoder
	history []string
	kills   kills
}

// New makes an Editor. history holds the texts of earlier sessions, oldest first.
func New(t Terminal, history []string) *Editor { return &Editor{term: t, history: history} }

// Remember adds a text to the history.
func (e *Editor) Remember(text string) {
	if n := len(e.history); n == 0 || e.history[n-1] != text {
		e.history = append(e.history, text)
	}
}

// Read reads one text. Ctrl-C drops it (ErrAborted); Ctrl-D on an empty text and
// the end of the terminal are io.EOF; the end of ctx is its error.
func (e *Editor) Read(ctx context.Context, o Options) (string, error) {
	s := &session{Editor: e, o: o, buf: newBuffer(o.Text), screen: screen{w: e.term}}
	text, err := s.loop(ctx)
	e.term.Unread(e.dec.rest())
	return text, err
}

// session is one Read under way.
type session struct {
	*Editor
	o      Options
	buf    buffer
	screen screen
	top    int      // first row of the window
	footer []string // below the text: candidates, the pattern searched for
	goal   int      // column that Up and Down keep; -1 is the cursor's
	last   string   // class of the last key: "kill", "yank", "insert", …
	walk   *walk
	undo   []buffer
	find   *finding
	done   bool
	err    error
}

func (s *session) loop(ctx context.Context) (string, error) {
	s.goal = -1
	if err := s.draw(); err != nil {
		return "", err
	}
	for {
		b, err := s.term.Take()
		if err != nil {
			_ = s.screen.leave("") // the terminal is gone
			return "", err
		}
		s.dec.feed(b)
		if s.keys(); s.done {
			return s.end()
		}
		if err := s.screen.above(s.term.Above()); err != nil {
			return "", err
		}
		if err := s.draw(); err != nil {
			return "", err
		}
		select {
		case <-ctx.Done():
			_ = s.screen.leave("")
			return "", context.Cause(ctx)
		case <-s.term.Ready():
		case <-s.term.Resized():
		case <-s.term.News():
		}
	}
}

// keys acts on all keys that are there, so that a pasted or typed-ahead text is
// drawn once.
func (s *session) keys() {
	for !s.done {
		k, ok := s.dec.next()
		if !ok {
			return
		}
		s.press(k)
	}
}

// press acts on one key.
func (s *session) press(k key) {
	s.footer = nil
	if s.find != nil && s.searching(k) {
		return
	}
	class := ""
	switch k.name {
	case "rune":
		s.save(s.last != "insert" || k.r == ' ')
		s.typed(k.r)
		class = "insert"
	case "paste":
		s.save(true)
		s.paste(k.text)
	default:
		if act := action(k.name); act != nil {
			class = act(s)
		}
	}
	s.last = class
	if class != "vertical" {
		s.goal = -1
	}
	if class != "walk" && class != "vertical" && class != "move" {
		s.walk = nil
	}
}

// end leaves the finished text on the screen and what was typed after it to the
// terminal.
func (s *session) end() (string, error) {
	s.footer = nil
	mark := ""
	if errors.Is(s.err, ErrAborted) {
		mark = "^C"
	}
	if !errors.Is(s.err, io.EOF) {
		s.buf.pos = len(s.buf.text)
		s.finish()
	}
	if err := s.screen.leave(mark); err != nil {
		return "", err
	}
	return s.buf.String(), s.err
}

// page is what stands around the text at this moment.
func (s *session) page() (page, int) {
	columns, rows := s.term.Size()
	return page{first: s.o.First, more: s.o.More, paint: s.o.Paint, width: columns}, rows
}

// draw shows the text, or as much of it as fits above the footer.
func (s *session) draw() error {
	p, height := s.page()
	footer := s.footer
	if s.find != nil {
		footer = []string{s.find.line(s.o.ASCII)}
	}
	var l layout
	l, s.top = p.lay(s.buf.text, s.buf.pos).window(s.top, height-1-len(footer))
	for _, f := range footer {
		l.rows = append(l.rows[:len(l.rows):len(l.rows)], cut(f, p.width-1))
	}
	return s.screen.draw(l, p.width)
}

// elided is how many rows of an entered text stay on the screen when it has
// more than twice as many: the first and the last.
const elided = 60

// finish draws the whole text once more, also the part that did not fit on the
// screen while it was edited.
func (s *session) finish() {
	p, height := s.page()
	l := p.lay(s.buf.text, s.buf.pos)
	if n := len(l.rows); n > 2*elided {
		gap := strings.Repeat(" ", advance(0, s.o.First)) + plural(n-2*elided, "more row")
		rows := append(append([]string(nil), l.rows[:elided]...), gap)
		l.rows = append(rows, l.rows[n-elided:]...)
		l.row = len(l.rows) - 1
	}
	if len(l.rows) < height {
		_ = s.screen.draw(l, p.width) // a terminal that is gone shows in leave
		return
	}
	s.screen.restart()
	_ = s.screen.draw(l, p.width)
}
