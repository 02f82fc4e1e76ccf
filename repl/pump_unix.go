//go:build unix

package repl

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// pump is the one reader of the terminal: it moves what is typed to keys. It
// waits for input before it reads, so that the terminal can be lent to another
// program without a key being taken from it.
type pump struct {
	tty    *os.File
	keys   *keys
	wakeR  *os.File
	wakeW  *os.File
	mu     sync.Mutex
	paused chan struct{} // closed when the terminal comes back; nil: not lent
	halted chan struct{} // closed when the pump has let go
	closed bool
	done   chan struct{}
}

func startPump(tty *os.File, k *keys) (*pump, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p := &pump{tty: tty, keys: k, wakeR: r, wakeW: w, done: make(chan struct{})}
	go p.run()
	return p, nil
}

// Close ends the pump; what is typed from then on is left to the shell.
func (p *pump) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	err := p.wakeW.Close()
	<-p.done
	return errors.Join(err, p.wakeR.Close())
}

// pause returns when the pump has let go of the terminal.
func (p *pump) pause() {
	p.mu.Lock()
	p.paused, p.halted = make(chan struct{}), make(chan struct{})
	halted := p.halted
	p.mu.Unlock()
	_, _ = p.wakeW.Write([]byte{0})
	select {
	case <-halted:
	case <-p.done:
	}
}

func (p *pump) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.paused)
	p.paused = nil
}

func (p *pump) run() {
	defer close(p.done)
	buf := make([]byte, 4096)
	for {
		typed, told := p.wait()
		if told && !p.obey() {
			return
		}
		if !typed || told {
			continue
		}
		n, err := p.tty.Read(buf)
		if n > 0 {
			p.keys.typed(buf[:n])
		}
		if err == nil {
			continue
		}
		// Ctrl-D on a terminal that nobody has hung up ends the cell's input only.
		if errors.Is(err, io.EOF) && term.IsTerminal(int(p.tty.Fd())) {
			p.keys.typedEOF()
			continue
		}
		p.keys.end()
		return
	}
}

// wait returns when something was typed or the pump was told something.
func (p *pump) wait() (typed, told bool) {
	tty, wake := int(p.tty.Fd()), int(p.wakeR.Fd())
	for {
		var set unix.FdSet // select: poll does not know terminals on macOS
		set.Set(tty)
		set.Set(wake)
		_, err := unix.Select(max(tty, wake)+1, &set, nil, nil, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return true, false // the Read that follows tells what is wrong
		}
		return set.IsSet(tty), set.IsSet(wake)
	}
}

// obey does what the pump was told: it waits while the terminal is lent. It
// returns false at the end.
func (p *pump) obey() bool {
	p.mu.Lock()
	closed, paused := p.closed, p.paused
	p.mu.Unlock()
	if closed {
		return false
	}
	var b [1]byte
	if _, err := p.wakeR.Read(b[:]); err != nil {
		return false
	}
	if paused != nil {
		close(p.halted)
		<-paused
	}
	return true
}

// watchResize tells when the terminal gets another size.
func watchResize() (chan struct{}, func()) {
	signals, out := make(chan os.Signal, 1), make(chan struct{}, 1)
	signal.Notify(signals, syscall.SIGWINCH)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-signals:
			case <-done:
				return
			}
			select {
			case out <- struct{}{}:
			default: // it has been told already
			}
		}
	}()
	return out, func() { signal.Stop(signals); close(done) }
}

// suspendLimit bounds the wait where a stop has no effect: a process whose
// shell is gone is not stopped by its terminal.
const suspendLimit = 300 * time.Millisecond

// suspend stops this process and those of its job, as Ctrl-Z does.
func suspend() {
	cont := make(chan os.Signal, 1)
	signal.Notify(cont, syscall.SIGCONT)
	defer signal.Stop(cont)
	if syscall.Kill(0, syscall.SIGTSTP) != nil {
		return
	}
	select {
	case <-cont:
	case <-time.After(suspendLimit):
	}
}
