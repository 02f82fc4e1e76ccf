//go:build !unix

package host

import (
	"context"
	"errors"
)

// ErrUnsupported is the error of Start where there are no Unix sockets.
var ErrUnsupported = errors.New("supervised processes need Linux or macOS")

// Limits are lines about what this system cannot do for a Host.
func Limits() []string { return []string{ErrUnsupported.Error()} }

// Isolation says what ends the descendants of a cell.
type Isolation string

// Usage is what a process used, and its waited-for children.
type Usage struct {
	UserNS, SystemNS int64
	MaxRSSBytes      int64
}

// Pool keeps wardens; there are none on this system.
type Pool struct{}

// Warm fails with ErrUnsupported.
func (*Pool) Warm() error { return ErrUnsupported }

// Close does nothing.
func (*Pool) Close() error { return nil }

// Host is a supervised child process; there is none on this system.
type Host struct{}

// ServeIfChild returns: no process is a child here.
func ServeIfChild(map[string]Role) {}

// Start fails with ErrUnsupported.
func Start(context.Context, Config) (*Host, error) { return nil, ErrUnsupported }

// Call is never reached.
func (*Host) Call(context.Context, string, any, any, Output) (Exit, error) {
	return Exit{}, ErrUnsupported
}

// Ask is never reached.
func (*Host) Ask(context.Context, string, any, any) error { return ErrUnsupported }

// Stacks is never reached.
func (*Host) Stacks(context.Context) (string, error) { return "", ErrUnsupported }

// Isolation is never reached.
func (*Host) Isolation() Isolation { return "" }

// PID is never reached.
func (*Host) PID() int { return 0 }

// Done is never reached.
func (*Host) Done() <-chan struct{} { return nil }

// Fault is never reached.
func (*Host) Fault() *Fault { return nil }

// Usage is never reached.
func (*Host) Usage() Usage { return Usage{} }

// Close is never reached.
func (*Host) Close() error { return nil }
