package model

import (
	"sync"
	"sync/atomic"
)

// A Pipe runs the iterations of a loop whose header must run in order. Each
// iteration is a task, and a task returns what of it is left to do in order:
//
//	p := model.NewPipe()
//	for sc.Scan() {                                  // in order
//		line := sc.Text()                            // in order
//		if p.Submit(func() func() bool {
//			n := parse(line)                         // a task
//			return func() bool { total += n; return false } // in order
//		}) {
//			break
//		}
//	}
//	p.Wait()
//
// What Submit and Wait do in order they do on the goroutine that calls them, so
// header and ordered parts never run at the same time. The header runs ahead of
// the ordered parts by a bounded number of iterations. All methods belong to one
// goroutine.
type Pipe struct {
	*process
	pace    pace
	n       int      // iterations submitted
	filling *batch   // submitted, not yet handed out
	queue   []*batch // handed out, in order
	jobs    chan *batch
	idle    atomic.Int64 // workers that wait for a batch
	workers int
	wg      sync.WaitGroup
	stopped atomic.Bool // an ordered part said stop, or the pipe is done
	inline  bool        // tasks run in Submit
	alone   bool        // each task has its own goroutine; see Options.Race
	spare   []*batch
}

// aheadBy times the limit is how many batches may wait for their turn in order,
// so that one slow task does not idle the workers at once.
const aheadBy = 4

// NewPipe returns a pipe of the process's model.
func NewPipe() *Pipe {
	p := get()
	return &Pipe{process: p, inline: p.limit <= 1}
}

// Break is an ordered part that only stops the loop.
func Break() bool { return true }

// Submit hands over the next iteration. The task returns its ordered part, or
// nil if there is none; the ordered part returns true to stop the loop. Submit
// returns true once an ordered part has done so: the caller must then leave the
// loop as the iteration that stopped would have. Tasks of later iterations may
// have run by then; their ordered parts do not.
//
// When a task panics, Submit or Wait panics with its value after the ordered
// parts of all iterations before it have run; see Failed.
func (p *Pipe) Submit(task func() (ordered func() (stop bool))) (stop bool) {
	i := p.n
	p.n++
	if p.stopped.Load() {
		return true
	}
	if p.inline {
		return p.runInline(i, task)
	}
	if p.filling == nil {
		p.filling = p.newBatch(i)
	}
	b := p.filling
	b.tasks = append(b.tasks, task)
	if len(b.tasks) >= b.size {
		p.dispatch()
	}
	for !p.stopped.Load() && p.due() {
		p.commit()
	}
	return p.stopped.Load()
}

// due tells whether to run ordered parts now: if the oldest can, or when the
// header is as far ahead as it may be.
func (p *Pipe) due() bool {
	switch {
	case len(p.queue) == 0:
		return false
	case p.alone: // what the ordered parts have seen comes before later tasks
		return len(p.queue) >= wave
	}
	return p.queue[0].isDone() || len(p.queue) >= aheadBy*p.limit
}

// Wait runs what is left of the iterations that were submitted, in order, and
// releases the workers. After a stop it only waits for tasks that still run.
// Defer it where the header may panic: the iterations before that still count.
func (p *Pipe) Wait() {
	defer p.close()
	if p.filling != nil && !p.stopped.Load() {
		p.dispatch()
	}
	for len(p.queue) > 0 && !p.stopped.Load() {
		p.commit()
	}
}

// close stops what has not started and waits for the workers.
func (p *Pipe) close() {
	p.stopped.Store(true)
	p.filling = nil
	for _, b := range p.queue {
		b.wait()
	}
	p.queue = nil
	if p.jobs != nil {
		close(p.jobs)
		p.jobs = nil
	}
	p.wg.Wait()
	if p.alone {
		p.slots.giveAll(wave)
		p.alone = false
	}
}

func (p *Pipe) runInline(i int, task func() func() bool) bool {
	if p.canceled.Load() {
		panic(Canceled{})
	}
	ordered := p.call(i, task)
	if ordered != nil && ordered() {
		p.stopped.Store(true)
	}
	return p.stopped.Load()
}

// call runs a task, observed where that is asked for.
func (p *Pipe) call(i int, task func() func() bool) func() bool {
	if p.observes() {
		defer p.observe(i)()
	}
	return task()
}

// dispatch hands out the batch that was being filled, to a new worker if all
// others are busy. If the very first finds no slot, this pipe belongs to a task:
// it runs in order on the goroutine of that task.
func (p *Pipe) dispatch() {
	b := p.filling
	p.filling = nil
	b.prepare()
	if p.alone || p.race && p.workers == 0 && p.slots.takeAll(wave) {
		p.alone = true
		p.queue = append(p.queue, b)
		b.over = make(chan struct{})
		p.wg.Go(func() {
			defer func() { <-b.over }() // as in apart
			b.run(p)
		})
		return
	}
	busy := int(p.idle.Load()) <= len(p.jobs)
	switch {
	case busy && !p.race && p.workers < p.limit && p.slots.take():
		p.start()
	case p.workers == 0:
		p.inline = true
		for k, task := range b.tasks {
			if p.runInline(b.begin+k, task) {
				return
			}
		}
		return
	}
	p.queue = append(p.queue, b)
	p.jobs <- b
}

func (p *Pipe) start() {
	if p.jobs == nil {
		p.jobs = make(chan *batch, aheadBy*p.limit+1)
	}
	p.workers++
	p.wg.Add(1)
	go p.work(p.jobs, nil)
}

// work is one worker: it finishes b, if any, and then takes batches.
func (p *Pipe) work(jobs <-chan *batch, b *batch) {
	open := true
	defer func() {
		if open { // a task called runtime.Goexit: its batch must go on
			go p.work(jobs, b)
			return
		}
		p.slots.give()
		p.wg.Done()
	}()
	for open {
		if b != nil {
			b.run(p)
		}
		p.idle.Add(1)
		b, open = <-jobs
		p.idle.Add(-1)
	}
}

// commit runs the ordered parts of the oldest batch. Whatever ends it early ends
// the loop: no later iteration has an effect.
func (p *Pipe) commit() {
	b := p.queue[0]
	b.wait()
	p.queue = p.queue[1:]
	whole := false
	defer func() {
		if !whole {
			p.close()
		}
	}()
	if p.canceled.Load() {
		panic(Canceled{})
	}
	fail := b.first.get()
	for k, ordered := range b.ordered {
		if fail != nil && fail.Iteration == b.begin+k {
			p.raise(fail)
		}
		if ordered != nil && ordered() {
			return
		}
	}
	whole = true
	if !p.alone && !b.shared.Load() {
		p.spare = append(p.spare, b)
	}
}
