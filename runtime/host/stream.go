package host

import (
	"bytes"
	"os"
	"sync"
	"time"

	"github.com/lapbook/lapbook/runtime/measure"
)

// stream pumps one pipe of one call: to the live function and the capture up
// to the fence, and as late output after it. Its goroutine ends at end of file
// or when the read end is closed, and the Host waits for it.
type stream struct {
	tag  string
	kind Stream
	file *os.File
	late func(tag string, s Stream, p []byte)

	mu      sync.Mutex
	fence   []byte // nil once it came, or when no call owns the stream
	early   bool   // it belongs to the first call although that has not come
	live    func(p []byte)
	capture measure.Capture
	after   measure.Capture // what came late: it may be the last words of the process
	held    []byte          // bytes that may be the beginning of the fence
	words   words           // on stderr: what may be Go's last words is not shown

	fenced chan struct{} // closed when the fence came
	eof    chan struct{} // closed when the pump ended
}

func newStream(tag string, kind Stream, file *os.File, late func(string, Stream, []byte)) *stream {
	s := &stream{tag: tag, kind: kind, file: file, late: late,
		fenced: make(chan struct{}), eof: make(chan struct{})}
	s.words.release = s.release
	return s
}

// own gives the stream to a call that ends with the fence.
func (s *stream) own(tag, fence string, live func([]byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tag, s.fence, s.live = tag, []byte(fence), live
	s.fenced = make(chan struct{})
	if s.early {
		s.early = false
		s.show(s.capture.Captured().Bytes())
		return
	}
	s.capture = measure.Capture{}
}

// pipeBuffer is read at once; Linux's pipes hold as much.
const pipeBuffer = 64 << 10

func (s *stream) pump() {
	defer close(s.eof)
	defer s.file.Close()
	small := make([]byte, 4<<10)
	buf := small
	for {
		n, err := s.file.Read(buf)
		if n > 0 {
			s.take(buf[:n])
		}
		if n == len(small) && len(buf) == n {
			buf = make([]byte, pipeBuffer) // only floods need it
		}
		if err != nil {
			s.flush()
			return
		}
	}
}

// take delivers bytes. The functions are called with the lock held, so that a
// stream's bytes stay in order and none is delivered live after its call ended.
func (s *stream) take(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fence == nil {
		s.deliver(p)
		return
	}
	if len(s.held) > 0 {
		p = append(s.held, p...)
		s.held = nil
	}
	if i := bytes.Index(p, s.fence); i >= 0 {
		rest := p[i+len(s.fence):]
		s.deliver(p[:i])
		s.show(s.words.take())
		s.fence = nil
		close(s.fenced)
		s.deliver(rest)
		return
	}
	keep := partial(p, s.fence)
	s.deliver(p[:len(p)-keep])
	s.held = append([]byte(nil), p[len(p)-keep:]...)
}

// deliver passes bytes on; the caller holds the lock.
func (s *stream) deliver(p []byte) {
	switch {
	case len(p) == 0:
		return
	case s.early:
		s.capture.Write(p)
		return
	case s.fence == nil:
		s.after.Write(p)
	default:
		s.capture.Write(p)
	}
	if s.kind == Stderr {
		p = s.words.filter(p)
	}
	s.show(p)
}

// show calls the function that is to see the bytes now.
func (s *stream) show(p []byte) {
	switch {
	case len(p) == 0:
	case s.fence != nil && s.live != nil:
		s.live(p)
	case s.fence == nil && s.late != nil:
		s.late(s.tag, s.kind, p)
	}
}

// release shows what was held back and was nobody's last words.
func (s *stream) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.show(s.words.due())
}

// flush is the end of the file.
func (s *stream) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver(s.held)
	s.held = nil
	s.show(s.words.last())
}

// partial is the length of the longest end of p that begins the fence.
func partial(p, fence []byte) int {
	for n := min(len(p), len(fence)-1); n > 0; n-- {
		if bytes.HasSuffix(p, fence[:n]) {
			return n
		}
	}
	return 0
}

// wait waits until the call's output is complete: the fence, or end of file.
// It gives up when nothing arrived for the given time.
func (s *stream) wait(idle time.Duration) {
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for last := int64(-1); ; {
		select {
		case <-s.fenced:
			return
		case <-s.eof:
			return
		case <-timer.C:
		}
		total := s.total()
		if total == last {
			return
		}
		last = total
		timer.Reset(idle)
	}
}

// text is the end of what arrived.
func (s *stream) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.capture.Captured()
	if late := s.after.Captured(); late.Total > 0 {
		c = late
	}
	if c.Left() > 0 {
		return string(c.Tail)
	}
	return c.String()
}

func (s *stream) total() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.capture.Total()
}

// end takes the stream from its call and returns what it captured.
func (s *stream) end() measure.Captured {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fence != nil {
		s.deliver(s.held)
		s.held, s.fence = nil, nil
	}
	c := s.capture.Captured()
	s.capture = measure.Capture{} // late output may go on for hours
	return c
}
