//go:build unix

package wire

import (
	"errors"
	"os"
	"runtime/debug"
	"syscall"
)

// Where a child finds what it inherits.
const (
	ControlFD = 3 // the socket of this package
	CrashFD   = 4 // write end of the pipe for Go's last words
)

// MaxStack bounds a goroutine's stack in bytes: with Go's 1 GB an endless
// recursion takes 8 s to end, with this 0.8 s.
const MaxStack = 64 << 20

// Child is the child's side of a connection.
type Child struct {
	*Conn
	guard [2]int // own duplicates of descriptors 1 and 2: the cell may close those
}

// ErrNoParent is a start by somebody who is no host.
var ErrNoParent = errors.New("not started by lapbook: descriptor 3 is not its control socket")

// NewChild takes the inherited descriptors out of the reach of a cell that
// meddles with low numbers, directs Go's crash report to the parent and waits
// for the hello. It starts no goroutine.
func NewChild() (*Child, error) {
	if !isSocket(ControlFD) {
		return nil, ErrNoParent
	}
	control, crash := High(ControlFD), High(CrashFD)
	AboveLow(func() { crashOutput(crash) })
	syscall.Close(crash)
	debug.SetMaxStack(MaxStack)
	conn, err := Accept(FD(control))
	if err != nil {
		return nil, err
	}
	c := &Child{Conn: conn}
	c.Guard(1, 2)
	return c, nil
}

func crashOutput(fd int) {
	dup, err := syscall.Dup(fd)
	if err != nil {
		return
	}
	f := os.NewFile(uintptr(dup), "crash")
	_ = debug.SetCrashOutput(f, debug.CrashOptions{}) // without it stderr still tells
	f.Close()
}

func isSocket(fd int) bool {
	var st syscall.Stat_t
	return syscall.Fstat(fd, &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFSOCK
}

// Guard makes the child print its fences on duplicates of these descriptors
// from now on.
func (c *Child) Guard(stdout, stderr int) {
	for i, fd := range [2]int{stdout, stderr} {
		if c.guard[i] > 2 {
			syscall.Close(c.guard[i])
		}
		c.guard[i] = DupHigh(fd)
	}
}

// Guards returns the duplicates that Guard made.
func (c *Child) Guards() (stdout, stderr int) { return c.guard[0], c.guard[1] }

// Ready tells the parent that calls are served from here on.
func (c *Child) Ready() error { return c.Send(Frame{Kind: KindReady}) }

// Request is a call as a child sees it.
type Request struct {
	Call
	ID uint32
}

// NextCall waits for the next call on the calling goroutine. Cancels that arrive
// in between are dropped: a child that serves this way is ended by a signal.
func (c *Child) NextCall() (*Request, error) {
	for {
		f, err := c.Next()
		if err != nil {
			return nil, err
		}
		if f.Kind != KindCall {
			continue
		}
		call, err := DecodeCall(f.Payload)
		if err != nil {
			return nil, err
		}
		if err := c.input(call); err != nil {
			return nil, err
		}
		return &Request{Call: *call, ID: f.ID}, nil
	}
}

// input makes what came with a call the standard input.
func (c *Child) input(call *Call) error {
	if !call.Stdin {
		return nil
	}
	fds, err := c.Take(1)
	if err != nil {
		return err
	}
	defer syscall.Close(fds[0])
	return dup2(fds[0], 0)
}

// Answer prints the fence of the call on both streams, so that what was
// printed before is the call's and what follows is late, and then answers.
func (c *Child) Answer(r *Request, reply Reply) error {
	reply.NoFence = c.fence(r.Fence)
	payload := reply.Encode()
	if len(payload) > MaxPayload {
		reply = Reply{Status: Failed, Message: "the answer is larger than 1 GiB", NoFence: reply.NoFence, Notices: reply.Notices}
		payload = reply.Encode()
	}
	return c.Send(Frame{Kind: KindReply, ID: r.ID, Payload: payload})
}

func (c *Child) fence(text string) (missing uint8) {
	for i, fd := range c.guard {
		if !writeAll(fd, []byte(text)) {
			missing |= 1 << i
		}
	}
	return missing
}

func writeAll(fd int, b []byte) bool {
	for len(b) > 0 {
		n, err := syscall.Write(fd, b)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return false
		}
		b = b[n:]
	}
	return true
}
