package repl

import (
	"fmt"
	"io"
	"strings"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime/notebook"
	"golang.org/x/term"
)

// printer shows a running cell: its output as it comes, progress on one line
// that is overwritten, and the result at the end.
type printer struct {
	repl     *REPL
	stdin    io.Reader
	progress bool // a progress line stands on the terminal
	column   bool // live output ended without a newline
	streamed bool // live output was shown, so the result does not repeat it
}

// Stdin is the running cell's standard input.
func (p *printer) Stdin() io.Reader { return p.stdin }

// Output shows live output of the running cell.
func (p *printer) Output(stream string, b []byte) {
	p.clear()
	w := p.repl.opts.Out
	if stream == "stderr" {
		w = p.repl.opts.Err
	}
	text := render.Sanitize(string(b))
	_, _ = io.WriteString(w, text)
	p.streamed = true
	p.column = !strings.HasSuffix(text, "\n")
}

// Notice shows one line about the tool, not of the cell.
func (p *printer) Notice(text string) {
	p.clear()
	p.endLine()
	for _, line := range render.Wrap(text, 76) {
		fmt.Fprintln(p.repl.opts.Err, "  "+line)
	}
}

// Progress replaces the progress line; it is shown on a terminal only.
func (p *printer) Progress(text string) {
	if f, ok := p.repl.opts.Err.(interface{ Fd() uintptr }); !ok || !term.IsTerminal(int(f.Fd())) {
		return
	}
	p.endLine()
	fmt.Fprintf(p.repl.opts.Err, "\r\x1b[K  %s", render.Truncate(text, 74))
	p.progress = true
}

// Ask puts a question of the session to the person.
func (p *printer) Ask(question string) (string, bool) {
	p.clear()
	answer, err := p.repl.reader.ask("  " + question + " ")
	return answer, err == nil
}

// clear wipes the progress line.
func (p *printer) clear() {
	if p.progress {
		fmt.Fprint(p.repl.opts.Err, "\r\x1b[K")
		p.progress = false
	}
}

func (p *printer) endLine() {
	if p.column {
		fmt.Fprintln(p.repl.opts.Out)
		p.column = false
	}
}

func (p *printer) print(res *notebook.Result) {
	p.endLine()
	style := p.repl.opts.Style
	style.Streamed = p.streamed
	render.Text(p.repl.opts.Out, res, style)
}
