package evidence

import "github.com/lapbook/lapbook/runtime/bound"

// state is what a goroutine does in a span of time.
type state uint8

const (
	unknown   state = iota // before its first event
	run                    // a worker runs it
	assist                 // runs, but works for the collector
	ready                  // wants a worker
	fileCall               // system call on a file
	longCall               // the same, longer than a call served from memory usually is
	syncCall               // makes a file durable: the kernel's part of it is for the device too
	netCall                // system call on a socket; those never block
	otherCall              // another system call
	cgoCall                // in C
	napCall                // system call that sleeps
	childCall              // system call that waits for a child process
	forkCall               // starts a child process
	network                // parked until a socket is ready
	deliver                // the same, for what a server of the cell's own sends or gets: the system has yet to wake it
	pipe                   // parked until a pipe is ready
	sleep                  // time.Sleep
	channel
	selects
	mutex
	rwmutex
	group // WaitGroup, Once: waits for the end of work, not for a lock
	cond
	collector // waits for the collector
	other
	states
)

// jumps tells the waits that another goroutine ends: the path goes on there.
func (s state) jumps() bool {
	switch s {
	case channel, selects, mutex, rwmutex, group, cond, other, unknown:
		return true
	}
	return false
}

// blocking tells the calls whose time may be spent off the CPU for a device.
func (s state) blocking() bool {
	return s == fileCall || s == longCall || s == syncCall || s == otherCall || s == cgoCall
}

// outside tells the parked states that end by an event from outside of Go.
func (s state) outside() bool { return s == network || s == pipe || s == sleep }

// kind is where time in a state is charged when nothing more is known.
func (s state) kind() string {
	switch s {
	case run, cgoCall:
		return bound.Compute
	case assist, collector:
		return bound.Collect
	case ready:
		return bound.Ready
	case syncCall:
		return bound.Disk
	case fileCall, longCall, netCall, otherCall:
		return bound.Syscall
	case napCall, sleep:
		return bound.Timer
	case childCall, forkCall:
		return bound.Child
	case network, deliver:
		return bound.Network
	case pipe:
		return bound.Pipe
	case mutex, rwmutex:
		return bound.Lock
	}
	return bound.Wait
}
