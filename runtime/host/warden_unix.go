//go:build unix

package host

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// order asks the warden to start a process. Descriptors 0 to 4 of the process
// travel with it: stdin, stdout, stderr, control, crash.
type order struct {
	Path string
	Argv []string
	Env  []string
	Dir  string
	Data uint64 // RLIMIT_DATA in bytes, 0 for none
}

const orderFDs = 5

func (o *order) encode() []byte {
	var p wire.Pack
	p.String(o.Path)
	p.Strings(o.Argv)
	p.Strings(o.Env)
	p.String(o.Dir)
	p.Uint(o.Data)
	return p
}

func decodeOrder(b []byte) (o order, ok bool) {
	u := wire.Unpack{Rest: b}
	o.Path, o.Argv, o.Env, o.Dir, o.Data = u.String(), u.Strings(), u.Strings(), u.String(), u.Uint()
	return o, !u.Bad
}

// ended is the warden's word about the process it started.
type ended struct {
	Failed string // why it could not be started
	Status syscall.WaitStatus
	Usage  Usage
}

// Usage is what a process used, and its waited-for children.
type Usage struct {
	UserNS, SystemNS int64
	MaxRSSBytes      int64
}

func (e *ended) encode() []byte {
	var p wire.Pack
	p.String(e.Failed)
	p.Uint(uint64(e.Status))
	p.Uint(uint64(e.Usage.UserNS))
	p.Uint(uint64(e.Usage.SystemNS))
	p.Uint(uint64(e.Usage.MaxRSSBytes))
	return p
}

func decodeEnded(b []byte) (e ended) {
	u := wire.Unpack{Rest: b}
	e.Failed = u.String()
	e.Status = syscall.WaitStatus(u.Uint())
	e.Usage = Usage{int64(u.Uint()), int64(u.Uint()), int64(u.Uint())}
	return e
}

// warden is the process between the parent and the process that runs cells. In
// a pid namespace it is pid 1, so that the cell's process is not (signals of
// one's own do nothing to pid 1) and so that the kernel ends every descendant
// with it. It does nothing but start, reap and end, and ends when its parent's
// end of the socket is closed, however the parent ended.
type warden struct {
	conn *wire.Conn
	mu   sync.Mutex
	pid  int // of the process started last; 0 when it is reaped
	last int // the same, kept: it names the process's group
	// empty is closed when every descendant is reaped; nil before the first start.
	empty chan struct{}
}

func serveWarden() int {
	runtime.LockOSThread() // a child's death signal is bound to the thread that started it
	conn, err := wire.Accept(wire.FD(wire.ControlFD))
	if err != nil {
		return 2
	}
	syscall.CloseOnExec(wire.ControlFD)
	adoptOrphans()
	w := &warden{conn: conn}
	defer w.clear()
	for {
		f, err := conn.Next()
		if err != nil {
			return 0
		}
		switch f.Kind {
		case wire.KindStart:
			w.start(f.Payload)
		case wire.KindSignal:
			w.signal(syscall.Signal(f.ID))
		case wire.KindClear:
			w.clear()
			_ = conn.Send(wire.Frame{Kind: wire.KindCleared}) // a parent that is gone needs no report
		}
	}
}

func (w *warden) start(payload []byte) {
	fds, err := w.conn.Take(orderFDs)
	o, ok := decodeOrder(payload)
	if err != nil || !ok {
		w.report(ended{Failed: "the order to start was cut short"})
		return
	}
	defer func() {
		for _, fd := range fds {
			syscall.Close(fd)
		}
	}()
	w.mu.Lock()
	defer w.mu.Unlock()
	unlimited := limitData(o.Data)
	w.pid, err = forkExec(&o, fds)
	unlimited()
	if err != nil {
		w.pid = 0
		w.report(ended{Failed: fmt.Sprintf("%s in %q: %v", o.Path, o.Dir, err)})
		return
	}
	w.last, w.empty = w.pid, make(chan struct{})
	go w.reap(w.empty)
}

func forkExec(o *order, fds []int) (int, error) {
	attr := &syscall.ProcAttr{Dir: o.Dir, Env: o.Env, Sys: workerAttr()}
	for _, fd := range fds {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	return syscall.ForkExec(o.Path, o.Argv, attr)
}

// reap waits for every descendant until none is left.
func (w *warden) reap(empty chan struct{}) {
	defer close(empty)
	for {
		var status syscall.WaitStatus
		var usage syscall.Rusage
		pid, err := syscall.Wait4(-1, &status, 0, &usage)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return
		}
		w.mu.Lock()
		mine := pid == w.pid
		if mine {
			w.pid = 0
		}
		w.mu.Unlock()
		if mine {
			w.report(ended{Status: status, Usage: Usage{usage.Utime.Nano(), usage.Stime.Nano(), maxRSS(&usage)}})
		}
	}
}

func (w *warden) report(e ended) {
	_ = w.conn.Send(wire.Frame{Kind: wire.KindExited, Payload: e.encode()}) // a parent that is gone needs no report
}

func (w *warden) signal(sig syscall.Signal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pid > 0 {
		_ = syscall.Kill(w.pid, sig) // it may have ended meanwhile
	}
}

// clear ends every descendant and returns when they are reaped.
func (w *warden) clear() {
	w.mu.Lock()
	last, empty := w.last, w.empty
	w.mu.Unlock()
	if empty == nil {
		return
	}
	killAll(last, empty)
}
