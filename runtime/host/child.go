package host

import (
	"context"
	"encoding/json"
	"os"
	"sync"
)

// Role makes a server in a child process, once, before the first call.
type Role func() Server

// Server answers calls in a child.
type Server struct {
	// Call runs one request after the other, each on a goroutine of its own. A
	// panic or runtime.Goexit in it is reported and the child serves on. The
	// result is sent as it is when it is a []byte, else as JSON.
	Call func(*Request) (any, error)
	// Ask answers beside a running call (completion, what a call is doing); it
	// may be nil and must be safe for concurrent use.
	Ask func(*Request) (any, error)
}

// Request is a call as the child sees it.
type Request struct {
	Op   string
	Tag  string
	Body []byte

	// Stdin, Stdout and Stderr are this call's own pipes (not set in an Ask).
	// Whatever writes to Stdout after the call has ended, from goroutines that
	// it left running, is delivered as late output of this call. Descriptors 0,
	// 1 and 2 are duplicates of them until the next call.
	Stdin, Stdout, Stderr *os.File

	ctx     context.Context
	event   func(body []byte) error
	die     func(kind Kind, message, stack string)
	notices *notices
}

// Context is cancelled when the parent asks the call to stop.
func (r *Request) Context() context.Context { return r.ctx }

// Decode reads a JSON body.
func (r *Request) Decode(v any) error { return json.Unmarshal(r.Body, v) }

// Event tells the parent something while the call runs; v as for a result.
func (r *Request) Event(v any) error {
	body, err := encode(v)
	if err != nil {
		return err
	}
	return r.event(body)
}

// Notice adds a line to Exit.Notices.
func (r *Request) Notice(line string) { r.notices.add(line) }

// UsedSignals has signal handlers return to their default when the call has
// ended. An engine calls it for cells that use package os/signal.
func (r *Request) UsedSignals() {
	r.notices.mu.Lock()
	defer r.notices.mu.Unlock()
	r.notices.signals = true
}

// Die ends this process as a panic in a goroutine would, with words of the
// engine's: the Fault is charged to this call, also when it has ended long ago.
// It does not return.
func (r *Request) Die(kind Kind, message, stack string) {
	r.die(kind, message, stack)
	os.Exit(2)
}

// encode passes bytes as they are and everything else as JSON.
func encode(v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case []byte:
		return v, nil
	case json.RawMessage:
		return v, nil
	}
	return json.Marshal(v)
}

// decode is the other side of encode.
func decode(body []byte, v any) error {
	switch v := v.(type) {
	case nil:
		return nil
	case *[]byte:
		*v = body
		return nil
	}
	if len(body) == 0 {
		return nil
	}
	return json.Unmarshal(body, v)
}

// notices are the lines that a call adds to its Exit.
type notices struct {
	mu      sync.Mutex
	lines   []string
	signals bool
}

func (n *notices) resetSignals() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.signals
}

func (n *notices) add(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, line)
}

func (n *notices) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lines
}
