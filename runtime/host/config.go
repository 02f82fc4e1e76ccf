package host

import (
	"io"
	"time"

	"github.com/lapbook/lapbook/runtime/measure"
)

// Config says what to start. Exactly one of Role and Argv is set.
type Config struct {
	// Role is one of the roles that this binary gave to ServeIfChild.
	Role string
	// Argv is another program and its arguments; it serves with package wire.
	Argv []string

	Name string // in messages; default "host"
	Dir  string // working directory; default the parent's
	// Env is the whole environment of the child; nothing is inherited. A role
	// also gets GODEBUG=tracebacklabels=1, so that Go's dumps tell whose
	// goroutine it was.
	Env []string
	// Procs is the child's GOMAXPROCS, set in its environment; 0 leaves Go's default.
	Procs int
	// MemoryCap is in bytes, over all processes of the host together. 0 is 75%
	// of the machine's memory; negative is no cap.
	MemoryCap int64
	// Race says that the program is linked with the race detector, whose shadow
	// memory leaves the cap to the watch alone (see doc.go).
	Race bool
	// Grace is how long a call may take to answer a cancel before the host is
	// killed; default 1 s.
	Grace time.Duration
	// Late receives output that arrived after its call had ended, with that
	// call's tag ("" before the first call). It is called from several
	// goroutines and must not call the Host.
	Late func(tag string, s Stream, p []byte)
	// Pool lends the warden; nil starts one for this host.
	Pool *Pool

	only string // tests: the one attempt to isolate
}

// Output is where the output of one call goes, and where its input is from.
type Output struct {
	Tag string // names the call in Config.Late
	// Stdout and Stderr see the bytes live, as they arrive, and may be nil. A
	// slow function slows the cell down, as a slow terminal would.
	Stdout, Stderr func(p []byte)
	// Stdin is what the cell reads; nil is end of file. It is read only as far
	// as the pipe to the cell takes it, and one Read may be under way when the
	// call ends. Where what the cell does not read belongs to somebody else (a
	// prompt), give an Unreader: it gets all of that back.
	Stdin io.Reader
	// Event receives what the call told with Request.Event; it must return soon.
	Event func(body []byte)
}

// Stream is stdout or stderr.
type Stream uint8

// The streams.
const (
	Stdout Stream = iota
	Stderr
)

func (s Stream) String() string { return [...]string{"stdout", "stderr"}[s] }

// Exit is what is known of a call that has ended, however it ended.
type Exit struct {
	Stdout, Stderr measure.Captured
	// Notices are one-line remarks: the call closed stdout, changed the
	// collector's setting, …
	Notices []string
	// NotRun says that the call was not begun, because the host had ended before
	// or the context ended while it queued.
	NotRun bool
	// Interrupted says that the call was asked to stop before it ended.
	Interrupted bool
	// Stacks are all goroutines (runtime.Stack) when the call was asked to stop;
	// "" when there are too many, or the child does not serve asks.
	Stacks string
	// Fault is non-nil when the call did not end by itself: see Fault.Lost for
	// whether the child is gone.
	Fault *Fault
}

// CallError is the error that a handler returned, or the panic of a call.
type CallError struct{ Message string }

func (e *CallError) Error() string { return e.Message }
