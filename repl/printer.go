package repl

import (
	"fmt"
	"io"
	"strings"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// printer shows a running cell: its output as it comes, what is being waited
// for, and the result at the end. It is the Session's Frontend; its methods may
// be called from several goroutines, and what they write goes through progress.
type printer struct {
	repl     *REPL
	progress *Progress
	column   bool            // live output ended without a newline
	away     bool            // another program has the terminal, or a question is open
	streamed strings.Builder // live output, up to a size
}

func newPrinter(r *REPL) *printer {
	p := &printer{repl: r, progress: NewProgress(r.opts.Err, r.opts.Style.ASCII)}
	p.progress.watch = p.progress.watch && r.tty
	p.progress.Start("running")
	return p
}

// write runs f while the progress line is away.
func (p *printer) write(f func()) {
	p.progress.Around(func() bool { f(); return p.column || p.away })
}

// end stops the progress; the results come next.
func (p *printer) end() {
	p.progress.End()
	p.write(p.endLine)
}

// Stdin is the standard input of a cell that starts now.
func (p *printer) Stdin() io.Reader { return p.repl.reader.stdin() }

// kept is how much live output is remembered, so that a result does not repeat it.
const kept = 1 << 20

// Output shows live output of the running cell.
func (p *printer) Output(stream string, b []byte) {
	w := p.repl.opts.Out
	if stream == "stderr" {
		w = p.repl.opts.Err
	}
	text := render.Sanitize(string(b))
	p.write(func() {
		if p.streamed.Len() < kept {
			p.streamed.Write(b)
		}
		if text != "" {
			_, _ = io.WriteString(w, text) // a terminal that is gone ends the session by its signal
			p.column = !strings.HasSuffix(text, "\n")
		}
	})
}

// Notice shows one sentence about the tool, not of the cell.
func (p *printer) Notice(text string) {
	p.write(func() { p.endLine(); p.notice(text) })
}

func (p *printer) notice(text string) {
	_ = render.Notices(p.repl.opts.Err, &notebook.Result{Notices: []string{text}}, p.repl.opts.Style) // as in Output
}

// Progress says what is being waited for, on a terminal only.
func (p *printer) Progress(text string) { p.progress.Say(text) }

// Ask puts a question of the session to the person.
func (p *printer) Ask(question string) (string, bool) {
	lines := render.Wrap(question, 74)
	last := len(lines) - 1
	p.write(func() {
		p.endLine()
		p.away = true
		for _, line := range lines[:last] {
			p.notice(line)
		}
	})
	defer p.write(func() { p.away = false })
	answer, err := p.repl.ask("  " + lines[last] + " ")
	return answer, err == nil
}

// Lend gives the terminal to another program until back is called; ok is false
// where there is none. Ctrl-C is that program's meanwhile.
func (p *printer) Lend() (back func(), ok bool) {
	give, ok := p.repl.reader.lend()
	if !ok {
		return nil, false
	}
	p.write(func() { p.endLine(); p.away = true })
	return func() {
		p.write(func() { p.away = false })
		give()
	}, true
}

// TypedAhead tells whether something waits for a program that reads.
func (p *printer) TypedAhead() bool { return p.repl.reader.ahead() }

// lent tells whether another program has the terminal.
func (p *printer) lent() (away bool) {
	p.write(func() { away = p.away })
	return away
}

func (p *printer) endLine() {
	if p.column {
		fmt.Fprintln(p.repl.opts.Out)
		p.column = false
	}
}

// print shows a result. On a pipe errors go where notices go.
func (p *printer) print(res *notebook.Result) {
	o := p.repl.opts
	o.Style.Width, _ = p.repl.Size()
	o.Style.Streamed = p.shown(res)
	o.Style.More = o.Style.More || res.More
	if res.Comparison != nil {
		o.Style.Above = res.Comparison.Above
	}
	shown := *res
	if !p.repl.tty {
		shown.Error = nil
	}
	_ = render.Output(o.Out, &shown, o.Style) // as in Output
	_ = render.Report(o.Out, &shown, o.Style)
	if !p.repl.tty {
		style := o.Style
		style.Color = false
		_ = render.Output(o.Err, &notebook.Result{ID: res.ID, Index: res.Index, Kind: res.Kind, Error: res.Error}, style)
	}
	_ = render.Notices(o.Err, res, o.Style)
}

// shown tells whether the output of a result was seen live. A magic's own
// answer is not.
func (p *printer) shown(res *notebook.Result) bool {
	if res.Kind != "magic" {
		return true
	}
	live := p.streamed.String()
	return res.Stdout+res.Stderr != "" && strings.Contains(live, res.Stdout) && strings.Contains(live, res.Stderr)
}
