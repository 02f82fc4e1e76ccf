package repl

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
)

// piped reads cells from a pipe or file without prompts: a cell ends at the
// first line that completes it.
type piped struct{ in *bufio.Reader }

func newPiped(r io.Reader) *piped { return &piped{bufio.NewReader(r)} }

// above writes straight away: there is no prompt.
func (p *piped) above(w io.Writer, text string) { _, _ = io.WriteString(w, text) }

func (p *piped) next(context.Context, string) (string, error) {
	var text strings.Builder
	for {
		line, err := p.in.ReadString('\n')
		text.WriteString(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		if err != nil {
			return lastCell(text.String())
		}
		if strings.TrimSpace(text.String()) == "" {
			text.Reset()
			continue
		}
		if open, _ := incomplete(text.String()); !open {
			return text.String(), nil
		}
		text.WriteByte('\n')
	}
}

// lastCell is what stands before the end of the input; its error, if it is not
// complete, comes from running it.
func lastCell(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", io.EOF
	}
	return text, nil
}

// key is a line.
func (p *piped) key(context.Context, string) (string, error) {
	line, err := p.in.ReadString('\n')
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return strings.TrimSpace(line), err
}

// ask finds nobody to answer.
func (p *piped) ask(context.Context, string) (string, error) { return "", io.EOF }

// stdin is empty: what follows in the pipe are further cells.
func (p *piped) stdin() io.Reader      { return strings.NewReader("") }
func (p *piped) running(func()) func() { return func() {} }
func (p *piped) lend() (func(), bool)  { return nil, false }
func (p *piped) ahead() bool           { return true }
func (p *piped) remember(string)       {}
func (p *piped) recall(string)         {}
func (p *piped) Close() error          { return nil }
