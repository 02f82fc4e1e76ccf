package model

import (
	"sync"
	"sync/atomic"
)

// Each runs task(0) … task(n-1) under the model and returns when all are done.
// As written they run in this order on the calling goroutine. Otherwise they
// start in this order; when one panics, those before it are completed, those
// after it may be left out, and Each panics with its value; see Failed.
func Each(n int, task func(i int)) {
	p := get()
	task = p.observed(task)
	if p.limit <= 1 || n <= 1 {
		p.inOrder(n, task)
		return
	}
	if p.race {
		p.apart(n, task)
		return
	}
	f := &fan{process: p, n: int64(n), task: task}
	f.failed.Store(int64(n))
	if p.slots.take() {
		defer p.slots.give()
	}
	// Deferred because a task on this goroutine may call runtime.Goexit.
	defer f.wait()
	f.work()
}

func (p *process) inOrder(n int, task func(i int)) {
	for i := range n {
		if p.canceled.Load() {
			panic(Canceled{})
		}
		task(i)
	}
}

// apart runs tasks between which the race detector sees no order, except from
// one wave to the next.
func (p *process) apart(n int, task func(i int)) {
	if !p.slots.takeAll(wave) {
		p.inOrder(n, task)
		return
	}
	defer p.slots.giveAll(wave)
	for lo := 0; lo < n; lo += wave {
		if p.canceled.Load() {
			panic(Canceled{})
		}
		var wg sync.WaitGroup
		var first earliest
		over := make(chan struct{})
		for i := lo; i < min(n, lo+wave); i++ {
			wg.Add(1)
			go func() {
				ok := false
				defer func() {
					if !ok {
						first.note(newFailure(i, recover()))
					}
					wg.Done()
					<-over // the detector takes a goroutine for one that ended before it began
				}()
				task(i)
				ok = true
			}()
		}
		wg.Wait()
		close(over)
		if first.f != nil {
			p.raise(first.f)
		}
	}
}

// A fan is one call of Each: workers that take the next tasks until none is left.
type fan struct {
	*process
	n      int64
	task   func(i int)
	pace   pace
	next   atomic.Int64 // first task not yet taken
	failed atomic.Int64 // lowest task that failed; n when none has
	first  earliest
	wg     sync.WaitGroup

	left struct { // ends of batches that turned out to be slow
		any  atomic.Bool
		mu   sync.Mutex
		list []span
	}
}

// A span is the tasks from lo up to and without hi.
type span struct{ lo, hi int64 }

// wait ends Each: it waits for the workers and passes on what failed.
func (f *fan) wait() {
	f.wg.Wait()
	switch fail := f.first.get(); {
	case fail != nil:
		f.raise(fail)
	case f.canceled.Load():
		panic(Canceled{})
	}
}

// work is one worker. A worker starts the next one just before it runs its first
// task: so there are only as many as find something to do, and no worker waits
// until all others have been started.
func (f *fan) work() {
	started := false
	for {
		s, ok := f.take()
		if !ok {
			return
		}
		if !started {
			started = true
			f.help()
		}
		if !f.run(s) {
			return
		}
	}
}

// help starts another worker if there is a task and a slot for it.
func (f *fan) help() {
	if f.next.Load() >= f.n && !f.left.any.Load() || !f.slots.take() {
		return
	}
	f.wg.Add(1)
	go func() {
		defer f.wg.Done()
		defer f.slots.give()
		f.work()
	}()
}

// take claims the next tasks. Towards the end it claims fewer, so that workers
// finish together.
func (f *fan) take() (span, bool) {
	if f.canceled.Load() {
		return span{}, false
	}
	if s, ok := f.takeLeft(); ok {
		return s, true
	}
	lo := f.next.Load()
	size := int64(f.pace.batch())
	if size > 1 {
		size = max(min(size, (f.n-lo)/int64(2*f.limit)), 1)
	}
	lo = f.next.Add(size) - size
	if lo >= f.n || lo > f.failed.Load() {
		return span{}, false
	}
	return span{lo, min(lo+size, f.n)}, true
}

// run runs the tasks of s in order; it reports whether the worker may go on.
func (f *fan) run(s span) (ok bool) {
	i, begin := s.lo, now()
	defer func() {
		if !ok {
			f.fail(int(i), recover())
		}
	}()
	for ; i < s.hi && i <= f.failed.Load(); i++ {
		f.task(int(i))
		if (i-s.lo)%lookEvery == lookEvery-1 && i+1 < s.hi && now()-begin > int64(slowBatch) {
			f.leave(span{i + 1, s.hi})
			s.hi = i + 1
		}
	}
	f.pace.add(now()-begin, int(s.hi-s.lo))
	return true
}

// fail notes the failure of task i; no task after it will start.
func (f *fan) fail(i int, value any) {
	f.first.note(newFailure(i, value))
	for {
		old := f.failed.Load()
		if int64(i) >= old || f.failed.CompareAndSwap(old, int64(i)) {
			return
		}
	}
}

// leave offers tasks to any worker, and starts one for them.
func (f *fan) leave(s span) {
	f.left.mu.Lock()
	f.left.list = append(f.left.list, s)
	f.left.mu.Unlock()
	f.left.any.Store(true)
	f.help()
}

func (f *fan) takeLeft() (span, bool) {
	if !f.left.any.Load() {
		return span{}, false
	}
	f.left.mu.Lock()
	defer f.left.mu.Unlock()
	for len(f.left.list) > 0 {
		s := &f.left.list[0]
		one := span{s.lo, s.lo + 1}
		if s.lo++; s.lo >= s.hi {
			f.left.list = f.left.list[1:]
		}
		if one.lo <= f.failed.Load() {
			return one, true
		}
	}
	f.left.any.Store(false)
	return span{}, false
}
