// Package listen lets earlier cells that start servers be replayed while the
// session's own servers still run: a fixed port is then taken. What the cells
// ask for on that port goes to the server that has it.
package listen

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"
)

// Replay says whether earlier cells are being replayed, and remembers the ports
// that were taken. It is the process's: the cells call functions, not methods.
type Replay struct {
	mu      sync.Mutex
	on      bool
	notices []string
}

var replay Replay

// Process is the Replay of the process.
func Process() *Replay { return &replay }

// Begin starts a replay.
func (r *Replay) Begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = true
}

// End ends it and returns a line for each port that was taken.
func (r *Replay) End() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = false
	return r.notices
}

// answerTime is how long a server may take to accept.
const answerTime = time.Second

// Taken says whether err means that addr is served by somebody else, during a
// replay: the cell could listen there when it ran, so that is the session.
func Taken(network, addr string, err error) bool {
	replay.mu.Lock()
	defer replay.mu.Unlock()
	if !replay.on || !errors.Is(err, syscall.EADDRINUSE) {
		return false
	}
	conn, err := net.DialTimeout(network, addr, answerTime)
	if err != nil {
		return false
	}
	conn.Close()
	replay.notices = append(replay.notices, fmt.Sprintf("%s is served by the session's own server", addr))
	return true
}

// Listen is net.Listen.
func Listen(network, addr string) (net.Listener, error) {
	l, err := net.Listen(network, addr)
	if err == nil || !Taken(network, addr, err) {
		return l, err
	}
	a, err := net.ResolveTCPAddr(network, addr)
	if err != nil {
		return nil, err
	}
	return &idle{addr: a, closed: make(chan struct{})}, nil
}

// idle is a listener to which nobody comes.
type idle struct {
	addr   net.Addr
	once   sync.Once
	closed chan struct{}
}

func (l *idle) Accept() (net.Conn, error) {
	<-l.closed
	return nil, net.ErrClosed
}

func (l *idle) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *idle) Addr() net.Addr { return l.addr }
