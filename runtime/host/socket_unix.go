//go:build unix

package host

import (
	"os"
	"syscall"
	"time"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// socket is the parent's end of a pair. It uses Go's poller, so that reads end
// when it is closed.
type socket struct {
	file *os.File
	raw  syscall.RawConn
}

// pair returns a connected socket and the descriptor for the child, which the
// caller closes.
func pair() (*socket, int, error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, -1, os.NewSyscallError("socketpair", err)
	}
	_ = passCredentials(fds[0]) // without it the child's pid is unknown, no more
	s, err := newSocket(fds[0])
	if err != nil {
		syscall.Close(fds[1])
	}
	return s, fds[1], err
}

func newSocket(fd int) (*socket, error) {
	f, err := pollable(fd, "control")
	if err != nil {
		return nil, err
	}
	raw, err := f.SyscallConn()
	if err != nil {
		f.Close()
		return nil, err
	}
	return &socket{file: f, raw: raw}, nil
}

// pollable makes a file whose reads can be ended by closing it.
func pollable(fd int, name string) (*os.File, error) {
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return nil, os.NewSyscallError("set nonblocking", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// Recvmsg receives.
func (s *socket) Recvmsg(p, oob []byte) (n, oobn int, err error) {
	wait := s.raw.Read(func(fd uintptr) bool {
		n, oobn, err = wire.FD(fd).Recvmsg(p, oob)
		return err != syscall.EAGAIN
	})
	if wait != nil {
		return 0, 0, wait
	}
	return n, oobn, err
}

// Sendmsg sends.
func (s *socket) Sendmsg(p, oob []byte) (n int, err error) {
	wait := s.raw.Write(func(fd uintptr) bool {
		n, err = wire.FD(fd).Sendmsg(p, oob)
		return err != syscall.EAGAIN
	})
	if wait != nil {
		return 0, wait
	}
	return n, err
}

// limit bounds the writes of the next messages.
func (s *socket) limit(d time.Duration) { _ = s.file.SetWriteDeadline(time.Now().Add(d)) }

func (s *socket) close() { s.file.Close() }

// outPipe returns the end that this process reads and the descriptor that the
// child writes, which stays blocking: cells see an ordinary pipe.
func outPipe(name string) (*os.File, int, error) {
	r, w, err := rawPipe()
	if err != nil {
		return nil, -1, err
	}
	f, err := pollable(r, name)
	if err != nil {
		syscall.Close(w)
		return nil, -1, err
	}
	return f, w, nil
}

// inPipe returns the end that this process writes and the descriptor that the
// child reads.
func inPipe(name string) (*os.File, int, error) {
	r, w, err := rawPipe()
	if err != nil {
		return nil, -1, err
	}
	f, err := pollable(w, name)
	if err != nil {
		syscall.Close(r)
		return nil, -1, err
	}
	return f, r, nil
}

func rawPipe() (r, w int, err error) {
	var p [2]int
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := syscall.Pipe(p[:]); err != nil {
		return -1, -1, os.NewSyscallError("pipe", err)
	}
	syscall.CloseOnExec(p[0])
	syscall.CloseOnExec(p[1])
	return p[0], p[1], nil
}

func closeAll(fds ...int) {
	for _, fd := range fds {
		if fd >= 0 {
			syscall.Close(fd)
		}
	}
}
