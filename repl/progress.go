package repl

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/lapbook/lapbook/repl/render"
	"golang.org/x/term"
)

// slow is after how long something that says nothing is reported to be running.
const slow = time.Second

// Progress says what is being waited for, on one line of a terminal that is
// overwritten and goes away. On anything else than a terminal it says nothing.
type Progress struct {
	w     io.Writer
	ascii bool
	watch bool

	mu      sync.Mutex
	waiting string
	begin   time.Time
	drawn   bool // the line stands on the terminal
	held    bool // something else stands in its place
	stop    chan struct{}
}

// NewProgress makes the progress line of a writer.
func NewProgress(w io.Writer, ascii bool) *Progress {
	f, ok := w.(*os.File)
	return &Progress{w: w, ascii: ascii, watch: ok && term.IsTerminal(int(f.Fd()))}
}

// Start begins a wait. After a second it is told, with the seconds, until End.
func (p *Progress) Start(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting, p.begin, p.held, p.stop = what, time.Now(), false, make(chan struct{})
	go p.tick(p.stop)
}

func (p *Progress) tick(stop chan struct{}) {
	t := time.NewTicker(slow)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
		}
		p.mu.Lock()
		p.draw()
		p.mu.Unlock()
	}
}

// End takes the line away.
func (p *Progress) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	if p.stop != nil {
		close(p.stop)
		p.stop = nil
	}
}

// Say replaces what is being waited for, and shows it at once.
func (p *Progress) Say(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = what
	p.draw()
}

// Around takes the line away while f writes to the terminal. f tells whether
// what it wrote stands where the line would.
func (p *Progress) Around(f func() (held bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.held = f()
}

func (p *Progress) draw() {
	if !p.watch || p.held || p.stop == nil {
		return
	}
	text := p.waiting
	if took := time.Since(p.begin); took >= slow {
		text += fmt.Sprintf(" · %d s · Ctrl-C interrupts", int(took.Seconds()))
	}
	fmt.Fprintf(p.w, "\r\x1b[K  %s", render.Truncate(signs(text, p.ascii), 74))
	p.drawn = true
}

func (p *Progress) clear() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
