package wire

// Call is the payload of KindCall and KindAsk.
type Call struct {
	Op    string
	Tag   string // which cell; late output carries it
	Fence string // printed on stdout and stderr when the call has ended; ends in NUL
	Stdio bool   // descriptors of a new stdout and stderr travel with the frame
	Stdin bool   // and then a stdin
	Body  []byte
}

// FDs is how many descriptors travel with the call.
func (c *Call) FDs() (n int) {
	if c.Stdio {
		n += 2
	}
	if c.Stdin {
		n++
	}
	return n
}

// Status says how a call ended in a child that lives on.
type Status uint8

// The ways.
const (
	OK     Status = iota
	Failed        // the handler returned an error
	Panicked
	Goexit // the goroutine of the call was ended by runtime.Goexit
)

// Reply is the payload of KindReply.
type Reply struct {
	Status  Status
	Message string // of the error or panic
	Stack   string // of a panic
	// NoFence has bit 1 (stdout) or 2 (stderr) set where the fence could not be
	// written because the cell closed even the child's own duplicates.
	NoFence uint8
	Notices []string
	Body    []byte
}

const (
	flagStdio = 1 << iota
	flagStdin
)

// Encode returns the payload.
func (c *Call) Encode() []byte {
	var p Pack
	var flags uint64
	if c.Stdio {
		flags |= flagStdio
	}
	if c.Stdin {
		flags |= flagStdin
	}
	p.Uint(flags)
	p.String(c.Op)
	p.String(c.Tag)
	p.String(c.Fence)
	p.Bytes(c.Body)
	return p
}

// DecodeCall reads a payload.
func DecodeCall(b []byte) (*Call, error) {
	u := Unpack{Rest: b}
	flags := u.Uint()
	c := &Call{Stdio: flags&flagStdio != 0, Stdin: flags&flagStdin != 0}
	c.Op, c.Tag, c.Fence, c.Body = u.String(), u.String(), u.String(), u.Bytes()
	if u.Bad {
		return nil, ErrForged
	}
	return c, nil
}

// Encode returns the payload.
func (r *Reply) Encode() []byte {
	var p Pack
	p.Uint(uint64(r.Status) | uint64(r.NoFence)<<8)
	p.String(r.Message)
	p.String(r.Stack)
	p.Strings(r.Notices)
	p.Bytes(r.Body)
	return p
}

// DecodeReply reads a payload.
func DecodeReply(b []byte) (*Reply, error) {
	u := Unpack{Rest: b}
	n := u.Uint()
	r := &Reply{Status: Status(n), NoFence: uint8(n >> 8)}
	r.Message, r.Stack, r.Notices, r.Body = u.String(), u.String(), u.Strings(), u.Bytes()
	if u.Bad {
		return nil, ErrForged
	}
	return r, nil
}
