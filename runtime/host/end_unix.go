//go:build unix

package host

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// kill asks the supervisor to end everything. The first non-nil reason is what
// the fault will be.
func (h *Host) kill(reason *Fault) {
	h.because(reason)
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.want:
	default:
		close(h.want)
	}
}

// because sets the reason of an end that is coming.
func (h *Host) because(reason *Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reason == nil {
		h.reason = reason
	}
}

// supervise waits for the end, whatever its cause, cleans up and tells.
func (h *Host) supervise() {
	e, known, lost := h.awaitEnd()
	h.kill(nil) // ends the watch
	h.cfg.Pool.put(h.warden)
	h.drain()
	f := h.judge(e, known, lost)
	f.Gone = true
	h.mu.Lock()
	f.Idle = !h.running
	if f.Tag == "" {
		f.Tag = h.tag
	}
	h.fault, h.usage = f, e.Usage
	h.mu.Unlock()
	close(h.dead)
}

// awaitEnd returns what the warden said, if it said something in time, and
// why the connection broke, if it did.
func (h *Host) awaitEnd() (e ended, known bool, lost error) {
	select {
	case f, ok := <-h.warden.frames:
		return exited(f, ok), true, nil
	case lost = <-h.broken:
		if errors.Is(lost, wire.ErrForged) {
			_ = h.warden.signal(syscall.SIGKILL) // should it fail, the warden is killed below
		}
	case <-h.want:
		_ = h.warden.signal(syscall.SIGKILL)
	}
	select {
	case f, ok := <-h.warden.frames:
		return exited(f, ok), true, lost
	case <-time.After(endLimit):
		return e, false, lost
	}
}

func exited(f wire.Frame, ok bool) ended {
	if !ok || f.Kind != wire.KindExited {
		return ended{Failed: "its warden has ended"}
	}
	return decodeEnded(f.Payload)
}

// settle is how long a process that has begun its last words may take to end.
const settle = 500 * time.Millisecond

// drain waits until the pipes are at their end: with every writer dead they
// are, unless a process outside got hold of one.
func (h *Host) drain() {
	if h.sock != nil {
		h.sock.close()
	}
	done := make(chan struct{})
	go func() {
		h.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return
	case <-time.After(endLimit):
	}
	h.mu.Lock()
	for _, s := range h.streams {
		s.file.Close()
	}
	h.mu.Unlock()
	h.crash.close()
	select {
	case <-done:
	case <-time.After(endLimit): // an output function of the caller's does not return
	}
}

// judge names what ended the process.
func (h *Host) judge(e ended, known bool, lost error) *Fault {
	h.mu.Lock()
	reason, dying := h.reason, h.dying
	tail := h.current[Stderr].text()
	h.mu.Unlock()
	c, crashed := findCrash(tail)
	if !crashed {
		tail = h.crash.text()
		c, crashed = findCrash(tail)
	}
	switch {
	case reason != nil:
		if crashed {
			reason.Stack = firstLines(tail[c.start:], longDump)
		}
		return reason
	case dying != nil && known && e.Status.Exited():
		return dying
	case crashed && (!known || e.Status.Signaled() || e.Status.ExitStatus() == 2):
		return h.crashFault(c, tail, e.Usage)
	case errors.Is(lost, wire.ErrForged):
		return &Fault{Kind: Lost, Message: "the cell wrote into the control descriptor"}
	case known && e.Failed != "":
		return &Fault{Kind: Lost, Message: e.Failed}
	case known && e.Status.Signaled():
		sig := e.Status.Signal()
		return &Fault{Kind: Signal, Signal: int(sig), Message: "killed by " + signalName(sig)}
	case known && e.Status.ExitStatus() == exitLost:
		return &Fault{Kind: Lost, Message: lostMessage}
	case known:
		return &Fault{Kind: ExitCode, Code: e.Status.ExitStatus(), Message: fmt.Sprintf("exit status %d", e.Status.ExitStatus())}
	}
	return &Fault{Kind: Lost, Message: lostMessage}
}

const lostMessage = "the cell closed the control descriptor"

var stackLimit = regexp.MustCompile(`goroutine stack exceeds (\d{1,12})-byte limit`)

func (h *Host) crashFault(c crash, text string, u Usage) *Fault {
	f := &Fault{Kind: c.kind, Message: c.message, Code: 2, Tag: c.tag, Stack: firstLines(text[c.start:], dumpLines)}
	if f.Kind == "" {
		f.Kind = Fatal
	}
	if f.Kind == Fatal && h.cap > 0 && u.MaxRSSBytes > h.cap/10*9 {
		f.Kind = Memory // the runtime fails in many ways when the kernel gives it nothing more
	}
	switch f.Kind {
	case Stack:
		limit := int64(wire.MaxStack)
		if m := stackLimit.FindStringSubmatch(text); m != nil {
			limit, _ = strconv.ParseInt(m[1], 10, 64) // a whole program has another
		}
		f.Message = "stack overflow: a goroutine's stack exceeds " + Bytes(limit)
	case Memory:
		f.Message = h.capMessage()
	}
	return f
}

func (h *Host) capMessage() string {
	if h.cap <= 0 {
		return "out of memory"
	}
	return "memory cap of " + Bytes(h.cap) + " reached"
}

func signalName(sig syscall.Signal) string {
	if name, ok := signalNames[sig]; ok {
		return name
	}
	return fmt.Sprintf("signal %d", int(sig))
}

var signalNames = map[syscall.Signal]string{
	syscall.SIGKILL: "SIGKILL", syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT", syscall.SIGHUP: "SIGHUP",
	syscall.SIGQUIT: "SIGQUIT", syscall.SIGABRT: "SIGABRT", syscall.SIGSEGV: "SIGSEGV", syscall.SIGBUS: "SIGBUS",
	syscall.SIGPIPE: "SIGPIPE", syscall.SIGALRM: "SIGALRM", syscall.SIGUSR1: "SIGUSR1", syscall.SIGUSR2: "SIGUSR2",
	syscall.SIGXCPU: "SIGXCPU", syscall.SIGILL: "SIGILL", syscall.SIGFPE: "SIGFPE", syscall.SIGTRAP: "SIGTRAP",
}
