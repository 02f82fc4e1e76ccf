package model

import (
	goruntime "runtime"
	"sync"
)

// A Failure is how a task ended that did not return.
type Failure struct {
	Iteration int    // of the task, from 0
	Value     any    // of the panic; nil when the task called runtime.Goexit
	Goexit    bool   // it called runtime.Goexit
	Stack     []byte // of the task's goroutine where it failed, as runtime.Stack prints it
}

// Failed returns the failure that Each or a Pipe passed on last, or nil. The
// panic that it passes on has the task's own value, so that what recovers it
// sees what it would see as written; the iteration and the stack are here.
func Failed() *Failure { return get().failure.Load() }

// newFailure describes the failure of iteration i, called while it unwinds.
func newFailure(i int, value any) *Failure {
	buf := make([]byte, 64<<10)
	return &Failure{Iteration: i, Value: value, Goexit: value == nil, Stack: buf[:goruntime.Stack(buf, false)]}
}

// raise fails the calling goroutine in the way in which the task failed.
func (p *process) raise(f *Failure) {
	p.failure.Store(f)
	if f.Goexit {
		goruntime.Goexit()
	}
	panic(f.Value)
}

// earliest keeps the failure of the lowest iteration. As written it is the only
// one that happens: no iteration after it would have started.
type earliest struct {
	mu sync.Mutex
	f  *Failure
}

func (e *earliest) note(f *Failure) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.f == nil || f.Iteration < e.f.Iteration {
		e.f = f
	}
}

func (e *earliest) get() *Failure {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.f
}
