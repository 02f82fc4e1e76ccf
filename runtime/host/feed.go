package host

import (
	"io"
	"os"
	"sync"
)

// Unreader is a Stdin that takes back what a call was given and has not read: a
// prompt's, whose typed-ahead lines a cell that does not read must not swallow.
type Unreader interface {
	io.Reader
	// Unread puts p in front of what the next Read gives, and behind what was
	// put there before. It may be called while a Read waits.
	Unread(p []byte)
}

// feed copies a reader into a pipe.
type feed struct {
	in      io.Reader
	r, w    *os.File
	mu      sync.Mutex
	idle    *sync.Cond
	writing bool
	ended   bool
	rest    []byte // read from in, and not written
}

// Feed copies in into the pipe w until in ends or end is called. What is left
// in the pipe then, which r reads, is given back to in when it is an Unreader.
// Feed closes w, and r when it ends.
func Feed(in io.Reader, r, w *os.File) (end func()) {
	f := &feed{in: in, r: r, w: w}
	f.idle = sync.NewCond(&f.mu)
	go f.copy() // ends with the pipe, or with a Read of the caller's that nobody can end
	return f.end
}

func (f *feed) copy() {
	defer f.w.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := f.in.Read(buf)
		if n > 0 && !f.write(buf[:n]) || err != nil {
			return
		}
	}
}

// write passes bytes on; those that came too late go back.
func (f *feed) write(p []byte) bool {
	f.mu.Lock()
	if f.ended {
		f.mu.Unlock()
		f.unread(p)
		return false
	}
	f.writing = true
	f.mu.Unlock()
	n, err := f.w.Write(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writing = false
	f.idle.Broadcast()
	if err != nil {
		f.rest = append(f.rest, p[n:]...)
	}
	return err == nil
}

// end waits for a write under way, which the closed pipe ends, and takes back
// what was not read. No other process has the pipe's writing end, so that
// reading the rest ends.
func (f *feed) end() {
	f.w.Close()
	f.mu.Lock()
	f.ended = true
	for f.writing {
		f.idle.Wait()
	}
	rest := f.rest
	f.mu.Unlock()
	left, _ := io.ReadAll(f.r) // what cannot be read was not left
	f.r.Close()
	f.unread(append(left, rest...))
}

func (f *feed) unread(p []byte) {
	if u, ok := f.in.(Unreader); ok && len(p) > 0 {
		u.Unread(p)
	}
}
