package rt

import "runtime"

// Frame carries the deferred calls of one activation of a function.
type Frame struct {
	c         *Cell
	deferred  []func()
	value     any
	panicking bool
	goexit    bool
}

// Defer registers a call.
func (f *Frame) Defer(g func()) { f.deferred = append(f.deferred, g) }

// Recover is the builtin recover, called by a function that f deferred.
func (f *Frame) Recover() any {
	if f == nil || !f.panicking {
		return nil
	}
	if !recoverable(f.value) {
		return nil
	}
	f.panicking = false
	f.c.forgetTrace()
	r := normal(f.value)
	if fault, ok := r.(Fault); ok {
		f.panicking = true
		panic(fault)
	}
	if lossy(r) {
		panic(Refused("the text of a recovered run-time error is lost"))
	}
	return r
}

// recoverable reports whether the program may see a panic: the signals of the
// run time end the cell whatever the program defers.
func recoverable(r any) bool {
	switch r.(type) {
	case exitSignal, Refused, Fault, stopSignal:
		return false
	}
	return true
}

// Call runs a function body that defers.
func (c *Cell) Call(body func(*Frame)) {
	f := &Frame{c: c}
	done := false
	defer func() { f.run(done) }()
	body(f)
	done = true
}

// run carries out the deferred calls in Go's order. done means that the body
// returned; else it panicked or called runtime.Goexit.
func (f *Frame) run(done bool) {
	if r := recover(); r != nil {
		f.value, f.panicking = r, true
	} else if !done {
		f.goexit = true
	}
	if f.panicking {
		switch f.value.(type) {
		case exitSignal, stopSignal:
			panic(f.value)
		}
	}
	for len(f.deferred) > 0 && !f.c.stopped() {
		g := f.deferred[len(f.deferred)-1]
		f.deferred = f.deferred[:len(f.deferred)-1]
		f.protect(g)
	}
	if f.panicking {
		panic(f.value)
	}
	if f.goexit {
		runtime.Goexit()
	}
}

// protect runs one deferred call; its panic replaces the one in progress.
func (f *Frame) protect(g func()) {
	defer func() {
		if r := recover(); r != nil {
			f.value, f.panicking = r, true
		}
	}()
	g()
}
