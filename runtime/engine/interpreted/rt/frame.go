package rt

// Frame carries the deferred calls of one activation of a function.
type Frame struct {
	c         *Cell
	deferred  []func()
	value     any
	panicking bool
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
		return lostError{f.c}
	}
	return r
}

// recoverable reports whether the program may see a panic: the signals of the
// run time end the cell whatever the program defers.
func recoverable(r any) bool {
	switch r.(type) {
	case exitSignal, Refused, Fault:
		return false
	}
	return true
}

// Call runs a function body that defers.
func (c *Cell) Call(body func(*Frame)) {
	f := &Frame{c: c}
	defer f.run()
	body(f)
}

// run carries out the deferred calls in Go's order, but none when the cell
// exits: os.Exit runs no deferred calls.
func (f *Frame) run() {
	if r := recover(); r != nil {
		f.value, f.panicking = r, true
		f.c.unwinding.Add(1)
		f.c.unwound.Store(true)
		defer f.c.unwinding.Add(-1)
	}
	if exit, ok := f.value.(exitSignal); ok && f.panicking {
		panic(exit)
	}
	for len(f.deferred) > 0 && !f.c.stopped() {
		g := f.deferred[len(f.deferred)-1]
		f.deferred = f.deferred[:len(f.deferred)-1]
		f.protect(g)
	}
	if f.panicking {
		panic(f.value)
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
