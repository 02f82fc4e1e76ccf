//go:build unix

package host

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// Isolation says what ends the descendants of a cell.
type Isolation string

// The isolations, best first.
const (
	// IsolationNamespace is a pid namespace: the kernel ends everything.
	IsolationNamespace Isolation = "pid namespace"
	// IsolationGroup is a process group, and on Linux adoption of orphans by a
	// warden: a cell that kills the warden first can leave processes behind.
	IsolationGroup Isolation = "process group"
)

type attempt struct {
	name      string
	isolation Isolation
	sys       syscall.SysProcAttr
}

// spawned is a running warden as its parent sees it.
type spawned struct {
	isolation Isolation
	sock      *socket
	conn      *wire.Conn

	mu   sync.Mutex
	proc *os.Process // nil once it is reaped
	pid  int
	gone chan struct{} // closed when it is reaped

	frames chan wire.Frame // what it says; closed when it cannot any more
}

func spawnWarden(only string) (*spawned, error) {
	sock, fd, err := pair()
	if err != nil {
		return nil, err
	}
	control := os.NewFile(uintptr(fd), "control")
	defer control.Close()
	w := &spawned{sock: sock, gone: make(chan struct{}), frames: make(chan wire.Frame, wardenFrames)}
	if err := w.exec(only, control); err != nil {
		sock.close()
		return nil, fmt.Errorf("no process can be started: %w", err)
	}
	go w.reap(w.proc)
	var down, up wire.Token
	rand.Read(down[:])
	rand.Read(up[:])
	w.conn = wire.NewConn(sock, up, down)
	if err := w.conn.SendHello(down, up); err != nil {
		w.end()
		return nil, err
	}
	go w.listen()
	return w, nil
}

// exec starts the process, isolated as well as it can be here.
func (w *spawned) exec(only string, control *os.File) error {
	path, err := selfPath()
	if err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	err = errors.New("no such isolation on this system")
	for _, try := range attempts() {
		if only != "" && only != try.name {
			continue
		}
		w.proc, err = os.StartProcess(path, []string{argv0 + wardenName}, &os.ProcAttr{
			Env:   []string{"GOMAXPROCS=1", "GOGC=off"}, // it allocates next to nothing
			Files: []*os.File{null, null, null, control},
			Sys:   &try.sys,
		})
		if err == nil {
			w.isolation, w.pid = try.isolation, w.proc.Pid
			return nil
		}
	}
	return err
}

// wardenFrames is more than a warden says per process: exited and cleared.
const wardenFrames = 4

// listen ends with the socket. A warden that says too much is not listened to.
func (w *spawned) listen() {
	defer close(w.frames)
	for {
		f, err := w.conn.Next()
		if err != nil {
			return
		}
		select {
		case w.frames <- f:
		default:
			return
		}
	}
}

// clear ends everything below the warden and tells whether it can be used
// again.
func (w *spawned) clear() bool {
	w.sock.limit(endLimit)
	if w.conn.Send(wire.Frame{Kind: wire.KindClear}) != nil {
		return false
	}
	limit := time.NewTimer(endLimit)
	defer limit.Stop()
	for {
		select {
		case f, ok := <-w.frames:
			if !ok || f.Kind == wire.KindCleared {
				return ok
			}
		case <-limit.C:
			return false
		}
	}
}

func (w *spawned) reap(proc *os.Process) {
	_, _ = proc.Wait()
	w.mu.Lock()
	w.proc = nil
	w.mu.Unlock()
	close(w.gone)
}

// start orders a process; fds are its first descriptors.
func (w *spawned) start(o *order, fds []int) error {
	w.sock.limit(sendLimit)
	return w.conn.Send(wire.Frame{Kind: wire.KindStart, Payload: o.encode()}, fds...)
}

func (w *spawned) signal(sig syscall.Signal) error {
	w.sock.limit(sendLimit)
	return w.conn.Send(wire.Frame{Kind: wire.KindSignal, ID: uint32(sig)})
}

// end kills everything below the warden and the warden. In a namespace the
// kernel does it; else the warden does, when it sees the closed socket.
func (w *spawned) end() {
	if w.isolation == IsolationNamespace {
		w.kill()
	}
	w.sock.close()
	select {
	case <-w.gone:
		return
	case <-time.After(endLimit):
	}
	w.kill()
	select {
	case <-w.gone:
	case <-time.After(endLimit): // in an uninterruptible sleep: it dies when the kernel lets it
	}
}

func (w *spawned) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.proc != nil {
		_ = w.proc.Kill()
	}
}

const (
	sendLimit = 30 * time.Second // a child that reads nothing for so long is stuck
	endLimit  = 2 * time.Second
)
