package repl

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
	"github.com/peterh/liner"
)

// errAborted says that Ctrl-C dropped what was being typed.
var errAborted = errors.New("aborted")

// reader gives the next cell: from a terminal or from a pipe. It returns io.EOF
// at the end and errAborted when the typed text was dropped.
type reader interface {
	next(number int) (string, error)
	ask(question string) (string, error)
	running() (stdin io.Reader, done func())
	remember(cell string)
	Close() error
}

// editor reads cells from a terminal through liner.
type editor struct {
	tty     *os.File
	line    *liner.State
	keys    *keys
	cooked  liner.ModeApplier // the terminal's own mode, for running cells
	raw     liner.ModeApplier
	history history
	ascii   bool
}

// newEditor takes the terminal over. liner must be made while os.Stdin is the
// pipe that the paste filter feeds; it takes the terminal's modes from
// descriptor 0, which stays the terminal.
func newEditor(h history, complete liner.WordCompleter, ascii bool) (*editor, error) {
	cooked, err := liner.TerminalMode()
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	tty := os.Stdin
	os.Stdin = r
	line := liner.NewLiner()
	os.Stdin = tty
	raw, err := liner.TerminalMode()
	if err != nil {
		return nil, err
	}
	e := &editor{tty: tty, line: line, cooked: cooked, raw: raw, history: h, ascii: ascii}
	line.SetCtrlCAborts(true)
	line.SetMultiLineMode(true)
	line.SetTabCompletionStyle(liner.TabPrints)
	line.SetWordCompleter(complete)
	e.recall()
	e.keys = newKeys(&pasteFilter{w: w})
	_, _ = os.Stdout.WriteString("\x1b[?2004h") // bracketed paste on
	go e.keys.pump(tty, w.Close)
	return e, nil
}

// recall loads the history; one that cannot be read is an empty one.
func (e *editor) recall() {
	cells, _ := e.history.load()
	for _, c := range cells {
		e.line.AppendHistory(fold(c))
	}
}

func (e *editor) Close() error {
	_, _ = os.Stdout.WriteString("\x1b[?2004l")
	return e.line.Close()
}

func (e *editor) remember(cell string) {
	e.line.AppendHistory(fold(cell))
	_ = e.history.add(cell) // a full disk must not cost the session
}

// running gives the terminal to a cell: cooked mode, so that Ctrl-C is a signal
// and input is echoed.
func (e *editor) running() (io.Reader, func()) {
	stdin := e.keys.openCell()
	_ = e.cooked.ApplyMode()
	return stdin, func() { _ = e.raw.ApplyMode() }
}

func (e *editor) ask(question string) (string, error) {
	_ = e.raw.ApplyMode()
	e.keys.openPrompt()
	answer, err := e.line.Prompt(question)
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", errAborted
	}
	return strings.TrimSpace(answer), err
}

// next reads one cell: lines until the text is complete. Two blank lines force
// the end, so that a text which can never be complete gets its error.
func (e *editor) next(number int) (string, error) {
	e.keys.openPrompt()
	first, more := prompts(number, e.ascii)
	text, err := e.prompt(first, "")
	for err == nil {
		open, depth := incomplete(text)
		if !open || strings.HasSuffix(text, "\n\n") {
			return strings.TrimRight(text, "\n"), nil
		}
		var line string
		if line, err = e.prompt(more, strings.Repeat(foldTab, depth)); err == nil {
			text += "\n" + dedent(line, depth)
		}
	}
	return "", err
}

func (e *editor) prompt(p, suggestion string) (string, error) {
	line, err := e.line.PromptWithSuggestion(p, suggestion, -1)
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", errAborted
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return unfold(line), err
}

// dedent takes one level off a line that closes a bracket, as gofmt would have
// it, and leaves a blank line empty.
func dedent(line string, depth int) string {
	trimmed := strings.TrimLeft(line, "\t ")
	if trimmed == "" {
		return ""
	}
	if strings.ContainsAny(trimmed[:1], "})]") && depth > 0 && strings.HasPrefix(line, strings.Repeat("\t", depth)) {
		return line[1:]
	}
	return line
}

// incomplete tells whether a text waits for more lines and at which depth. A
// lone magic is complete; %%name waits for the cell to which it applies.
func incomplete(text string) (bool, int) {
	trimmed := strings.TrimSpace(text)
	if strings.HasPrefix(trimmed, "%%") {
		_, below, found := strings.Cut(trimmed, "\n")
		if !found || strings.TrimSpace(below) == "" {
			return true, 0
		}
		return incomplete(below)
	}
	if strings.HasPrefix(trimmed, "%") || strings.HasPrefix(trimmed, "?") || strings.HasPrefix(trimmed, "!") {
		return false, 0
	}
	return source.Incomplete(text)
}
