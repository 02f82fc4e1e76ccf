//go:build unix

package wire

import (
	"errors"
	"io"
	"sync"
	"syscall"
)

// Messenger is a stream socket that can carry descriptors.
type Messenger interface {
	Recvmsg(p, oob []byte) (n, oobn int, err error)
	Sendmsg(p, oob []byte) (n int, err error)
}

// FD is a Messenger over a blocking socket. It keeps out of Go's poller, which
// a cell may break by closing the poller's descriptor.
type FD int

// Recvmsg receives.
func (fd FD) Recvmsg(p, oob []byte) (n, oobn int, err error) {
	for {
		n, oobn, _, _, err = syscall.Recvmsg(int(fd), p, oob, recvFlags)
		if err != syscall.EINTR {
			return n, oobn, err
		}
	}
}

// Sendmsg sends.
func (fd FD) Sendmsg(p, oob []byte) (n int, err error) {
	for {
		n, err = syscall.SendmsgN(int(fd), p, oob, nil, sendFlags)
		if err != syscall.EINTR {
			return n, err
		}
	}
}

// Conn sends and receives frames. Send may be called by several goroutines,
// Next by one.
type Conn struct {
	m    Messenger
	dec  *Decoder
	fds  []int
	cred int

	mu  sync.Mutex
	out Token
	seq uint32
	buf []byte
}

// NewConn returns a connection whose tokens both sides know.
func NewConn(m Messenger, in, out Token) *Conn {
	c := &Conn{m: m, out: out}
	c.dec = NewDecoder(c, in)
	return c
}

const maxFDs = 8

// Read is the raw stream under the frames; descriptors that arrive are queued.
func (c *Conn) Read(p []byte) (int, error) {
	var oob [256]byte
	n, oobn, err := c.m.Recvmsg(p, oob[:])
	if oobn > 0 {
		c.ancillary(oob[:oobn])
	}
	if err == nil && n == 0 && len(p) > 0 {
		err = io.EOF
	}
	return max(n, 0), err
}

func (c *Conn) ancillary(oob []byte) {
	msgs, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for i := range msgs {
		if pid := credentials(&msgs[i]); pid > 0 {
			c.cred = pid
		} else if fds, err := syscall.ParseUnixRights(&msgs[i]); err == nil {
			for _, fd := range fds {
				syscall.CloseOnExec(fd)
			}
			c.fds = append(c.fds, fds...)
		}
	}
}

// Peer is the process id of the sender of the last frame as this process sees
// it, when the socket was asked to pass it; else 0.
func (c *Conn) Peer() int { return c.cred }

// Next waits for a frame.
func (c *Conn) Next() (Frame, error) { return c.dec.Next() }

// Take returns n descriptors that came with the frame just read; the caller
// owns them.
func (c *Conn) Take(n int) ([]int, error) {
	if len(c.fds) < n {
		return nil, errors.New("descriptors were lost on the way")
	}
	fds := c.fds[:n:n]
	c.fds = c.fds[n:]
	return fds, nil
}

// Send writes a frame and passes descriptors with its first byte; they stay
// open here.
func (c *Conn) Send(f Frame, fds ...int) error {
	if len(f.Payload) > MaxPayload {
		return errors.New("a message of more than 1 GiB")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	c.buf = AppendFrame(c.buf[:0], c.out, c.seq, f)
	err := c.write(c.buf, fds)
	if cap(c.buf) > readStep {
		c.buf = nil
	}
	return err
}

// SendHello writes the tokens that make every later frame believable. down is
// the token of frames to the child.
func (c *Conn) SendHello(down, up Token) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write(append(append([]byte(hello), down[:]...), up[:]...), nil)
}

func (c *Conn) write(b []byte, fds []int) error {
	var oob []byte
	if len(fds) > 0 {
		oob = syscall.UnixRights(fds...)
	}
	for len(b) > 0 {
		n, err := c.m.Sendmsg(b, oob)
		if err != nil {
			return err
		}
		b, oob = b[n:], nil
	}
	return nil
}

const hello = "lapwire1"

// Accept reads the hello on the child's side.
func Accept(m Messenger) (*Conn, error) {
	c := &Conn{m: m}
	var b [len(hello) + 32]byte
	if _, err := io.ReadFull(c, b[:]); err != nil {
		return nil, err
	}
	if string(b[:len(hello)]) != hello {
		return nil, ErrForged
	}
	c.dec = NewDecoder(c, Token(b[8:24]))
	c.out = Token(b[24:40])
	return c, nil
}
