package repl

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime/notebook"
	"golang.org/x/term"
)

// printer shows a running cell: its output as it comes, what is being waited
// for on one line that is overwritten, and the result at the end. It is the
// Session's Frontend; its methods may be called from several goroutines.
type printer struct {
	repl   *REPL
	watch  bool // progress can be shown: standard error is a terminal
	ticker *time.Ticker
	ended  chan struct{}
	begin  time.Time

	mu       sync.Mutex
	waiting  string // what is being waited for
	progress bool   // a progress line stands on the terminal
	column   bool   // live output ended without a newline
	streamed strings.Builder
	away     bool // another program has the terminal, or a question is open
}

// slow is after how long a cell that says nothing is reported to be running.
const slow = time.Second

func newPrinter(r *REPL) *printer {
	p := &printer{repl: r, ended: make(chan struct{}), begin: time.Now(), ticker: time.NewTicker(slow), waiting: "running"}
	f, ok := r.opts.Err.(interface{ Fd() uintptr })
	p.watch = r.tty && ok && term.IsTerminal(int(f.Fd()))
	go p.tick()
	return p
}

// tick keeps the progress line alive once a second.
func (p *printer) tick() {
	for {
		select {
		case <-p.ended:
			return
		case <-p.ticker.C:
		}
		p.mu.Lock()
		p.showProgress()
		p.mu.Unlock()
	}
}

// end stops the progress; the results come next.
func (p *printer) end() {
	p.ticker.Stop()
	close(p.ended)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.endLine()
	p.away = true
}

// Stdin is the standard input of a cell that starts now.
func (p *printer) Stdin() io.Reader { return p.repl.reader.stdin() }

// kept is how much streamed output is remembered, so that a result does not
// repeat it.
const kept = 1 << 20

// Output shows live output of the running cell.
func (p *printer) Output(stream string, b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	w := p.repl.opts.Out
	if stream == "stderr" {
		w = p.repl.opts.Err
	}
	if p.streamed.Len() < kept {
		p.streamed.Write(b)
	}
	text := render.Sanitize(string(b))
	_, _ = io.WriteString(w, text)
	if text != "" {
		p.column = !strings.HasSuffix(text, "\n")
	}
}

// Notice shows one sentence about the tool, not of the cell.
func (p *printer) Notice(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.endLine()
	p.notice(text)
}

func (p *printer) notice(text string) {
	style := p.repl.opts.Style
	_ = render.Notices(p.repl.opts.Err, &notebook.Result{Notices: []string{text}}, style) // as a terminal that is gone
}

// Progress says what is being waited for, on a terminal only.
func (p *printer) Progress(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = text
	p.showProgress()
}

// showProgress draws the progress line where no output stands in its way.
func (p *printer) showProgress() {
	if !p.watch || p.away || p.column {
		return
	}
	text := p.waiting
	if took := time.Since(p.begin); took >= slow {
		text += fmt.Sprintf(" · %d s · Ctrl-C interrupts", int(took.Seconds()))
	}
	fmt.Fprintf(p.repl.opts.Err, "\r\x1b[K  %s", render.Truncate(p.repl.sign(text), 74))
	p.progress = true
}

// Ask puts a question of the session to the person.
func (p *printer) Ask(question string) (string, bool) {
	p.stepAside()
	defer p.comeBack()
	lines := render.Wrap(question, 74)
	for _, line := range lines[:len(lines)-1] {
		p.notice(line)
	}
	answer, err := p.repl.ask("  " + lines[len(lines)-1] + " ")
	return answer, err == nil
}

// Lend gives the terminal to another program until back is called; ok is false
// where there is none. Ctrl-C is that program's meanwhile.
func (p *printer) Lend() (back func(), ok bool) {
	give, ok := p.repl.reader.lend()
	if !ok {
		return nil, false
	}
	p.stepAside()
	return func() { p.comeBack(); give() }, true
}

func (p *printer) stepAside() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.endLine()
	p.away = true
}

func (p *printer) comeBack() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = false
}

// lent tells whether another program has the terminal.
func (p *printer) lent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.away
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

// print shows a result. On a pipe errors go where notices go.
func (p *printer) print(res *notebook.Result) {
	o := p.repl.opts
	o.Style.Streamed = p.shown(res)
	o.Style.More = o.Style.More || res.More
	shown := *res
	if !p.repl.tty {
		shown.Error = nil
	}
	_ = render.Output(o.Out, &shown, o.Style) // a reader that is gone ends the session by its signal
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
	return res.Stdout+res.Stderr != "" && strings.Contains(p.streamed.String(), res.Stdout) && strings.Contains(p.streamed.String(), res.Stderr)
}
