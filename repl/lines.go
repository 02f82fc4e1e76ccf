package repl

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/peterh/liner"
)

// lines reads cells line by line through liner: on terminals without cursor
// control and on Windows, where repl/edit does not work. A cell of many lines is
// folded into one line of liner's history: a sign stands for each newline.
type lines struct {
	line    *liner.State
	history history
	ascii   bool
}

const foldNewline = "␤"

func fold(text string) string   { return strings.ReplaceAll(text, "\n", foldNewline) }
func unfold(line string) string { return strings.ReplaceAll(line, foldNewline, "\n") }

func newLines(h history, help helper, ascii bool) *lines {
	l := &lines{line: liner.NewLiner(), history: h, ascii: ascii}
	l.line.SetCtrlCAborts(true)
	l.line.SetMultiLineMode(true)
	l.line.SetTabCompletionStyle(liner.TabPrints)
	l.line.SetWordCompleter(func(line string, pos int) (string, []string, string) {
		runes := []rune(line)
		before, tail := string(runes[:pos]), string(runes[pos:])
		from, words := help(unfold(line), len(unfold(before)))
		return fold(unfold(before)[:from]), words, tail
	})
	cells, _ := h.load() // one that cannot be read is an empty one
	for _, c := range cells {
		l.line.AppendHistory(fold(c))
	}
	return l
}

func (l *lines) Close() error { return l.line.Close() }

// above writes straight away: liner cannot be asked to draw its line again.
func (l *lines) above(w io.Writer, text string) { _, _ = io.WriteString(w, text) }

func (l *lines) remember(cell string) {
	l.line.AppendHistory(fold(cell))
	_ = l.history.add(cell) // a full disk must not cost the session
}

func (l *lines) recall(cell string) { l.line.AppendHistory(fold(cell)) }

// next reads lines until the text is complete; two blank lines force the end.
func (l *lines) next(_ context.Context, label string) (string, error) {
	first, more := prompts(label, l.ascii)
	text, err := l.prompt(first)
	for err == nil {
		if open, _ := incomplete(text); !open || strings.HasSuffix(text, "\n\n") {
			return strings.TrimRight(text, "\n"), nil
		}
		var line string
		line, err = l.prompt(more)
		text += "\n" + line
	}
	return "", err
}

func (l *lines) prompt(p string) (string, error) {
	line, err := l.line.Prompt(p)
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", errAborted
	}
	return unfold(line), err
}

// key is a line: a terminal of this kind has no single keys.
func (l *lines) key(_ context.Context, prompt string) (string, error) {
	line, err := l.prompt(prompt)
	return strings.TrimSpace(line), err
}

func (l *lines) ask(_ context.Context, question string) (string, error) {
	answer, err := l.prompt(question)
	return strings.TrimSpace(answer), err
}

// stdin is empty: liner reads ahead, so a cell cannot be given what is typed.
func (l *lines) stdin() io.Reader      { return strings.NewReader("") }
func (l *lines) running(func()) func() { return func() {} }
func (l *lines) lend() (func(), bool)  { return func() {}, true }
func (l *lines) ahead() bool           { return false }
