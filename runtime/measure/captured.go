package measure

// CapBytes is how much of a stream of one cell is kept: the first and the last
// half of it.
const CapBytes = 1 << 20

// Captured is what is kept of an output stream: all of it up to CapBytes, else
// its head and its tail. Total counts every byte that was written.
type Captured struct {
	Head  []byte `json:"head"`
	Tail  []byte `json:"tail,omitempty"`
	Total int64  `json:"total"`
}

// Left is the number of bytes that are not kept.
func (c Captured) Left() int64 { return c.Total - int64(len(c.Head)+len(c.Tail)) }

// Bytes returns head and tail joined. It is the whole output when Left is 0.
func (c Captured) Bytes() []byte {
	b := make([]byte, 0, len(c.Head)+len(c.Tail))
	return append(append(b, c.Head...), c.Tail...)
}

// String is Bytes as a string.
func (c Captured) String() string { return string(c.Bytes()) }

// Capture is an io.Writer that keeps a Captured. The zero value is ready. It is
// not safe for concurrent use.
type Capture struct {
	head  []byte
	ring  []byte // the last half, as a ring once it is full
	next  int
	total int64
}

const captureHalf = CapBytes / 2

// Write never fails.
func (c *Capture) Write(p []byte) (int, error) {
	n := len(p)
	c.total += int64(n)
	if room := captureHalf - len(c.head); room > 0 {
		take := min(room, len(p))
		c.head = append(c.head, p[:take]...)
		p = p[take:]
	}
	if len(p) > captureHalf {
		p = p[len(p)-captureHalf:]
	}
	if room := captureHalf - len(c.ring); room > 0 {
		take := min(room, len(p))
		c.ring = append(c.ring, p[:take]...)
		p = p[take:]
	}
	for len(p) > 0 {
		took := copy(c.ring[c.next:], p)
		c.next = (c.next + took) % captureHalf
		p = p[took:]
	}
	return n, nil
}

// Total is the number of bytes written so far.
func (c *Capture) Total() int64 { return c.total }

// Captured returns a copy of what is kept so far.
func (c *Capture) Captured() Captured {
	tail := append(append([]byte(nil), c.ring[c.next:]...), c.ring[:c.next]...)
	return Captured{Head: append([]byte(nil), c.head...), Tail: tail, Total: c.total}
}
