package model

import "sync/atomic"

// A batch is consecutive iterations that travel together. Usually one worker
// runs it; when it turns out to be slow, others join.
type batch struct {
	begin   int // iteration of tasks[0]
	size    int // how many to gather
	tasks   []func() func() bool
	ordered []func() bool // results, by task
	next    atomic.Int64  // first task not yet taken
	left    atomic.Int64  // tasks not yet done
	shared  atomic.Bool   // offered to other workers, who may still look at it
	first   earliest
	done    chan struct{} // receives once when all tasks are done
	over    chan struct{} // Options.Race: closed when its goroutine may end
}

func (p *Pipe) newBatch(begin int) *batch {
	var b *batch
	if n := len(p.spare); n > 0 {
		b = p.spare[n-1]
		p.spare = p.spare[:n-1]
		clear(b.tasks)
		b.tasks = b.tasks[:0]
		b.next.Store(0)
	} else {
		b = &batch{done: make(chan struct{}, 1)}
	}
	b.begin, b.size = begin, p.pace.batch()
	return b
}

func (b *batch) isDone() bool { return len(b.done) > 0 }

// wait waits until all tasks are done.
func (b *batch) wait() {
	<-b.done
	if b.over != nil {
		close(b.over)
	}
}

// prepare fixes the number of tasks before the batch is handed out.
func (b *batch) prepare() {
	n := len(b.tasks)
	if cap(b.ordered) < n {
		b.ordered = make([]func() bool, n)
	}
	b.ordered = b.ordered[:n]
	clear(b.ordered)
	b.left.Store(int64(n))
}

// run takes tasks of the batch until none is left.
func (b *batch) run(p *Pipe) {
	begin, ran := now(), 0
	for {
		k := int(b.next.Add(1)) - 1
		if k >= len(b.tasks) {
			break
		}
		if ran++; ran%lookEvery == 0 && k+1 < len(b.tasks) && now()-begin > int64(slowBatch) {
			b.share(p)
		}
		if last := b.task(p, k); last {
			break // b may be filled again by now
		}
	}
	if ran > 0 && !p.race {
		p.pace.add(now()-begin, ran)
	}
}

// share offers the batch to one more worker, if one is free.
func (b *batch) share(p *Pipe) {
	b.shared.Store(true)
	select {
	case p.jobs <- b:
	default:
	}
}

// task runs task k unless the loop has stopped, and reports whether it was the
// last of the batch to end. A failure is kept for its turn.
func (b *batch) task(p *Pipe, k int) (last bool) {
	ok := false
	defer func() {
		if !ok {
			b.first.note(newFailure(b.begin+k, recover()))
		}
		if last = b.left.Add(-1) == 0; last {
			b.done <- struct{}{}
		}
	}()
	if !p.stopped.Load() && !p.canceled.Load() {
		b.ordered[k] = p.call(b.begin+k, b.tasks[k])
	}
	ok = true
	return
}
