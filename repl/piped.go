package repl

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// piped reads cells from a pipe or file without prompts: a cell ends at the
// first line that completes it.
type piped struct{ in *bufio.Reader }

func newPiped(r io.Reader) *piped { return &piped{bufio.NewReader(r)} }

func (p *piped) next(int) (string, error) {
	var text strings.Builder
	for {
		line, err := p.in.ReadString('\n')
		text.WriteString(line)
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
			return strings.TrimRight(text.String(), "\n"), nil
		}
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

// ask finds nobody to answer.
func (p *piped) ask(string) (string, error) { return "", io.EOF }

// running gives a cell no stdin: what follows in the pipe are further cells.
func (p *piped) running() (io.Reader, func()) { return strings.NewReader(""), func() {} }

func (p *piped) remember(string) {}
func (p *piped) Close() error    { return nil }
