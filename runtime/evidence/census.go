package evidence

import "github.com/lapbook/lapbook/runtime/bound"

// census counts, while the trace is read, how many goroutines are in which
// state, and adds up the time of each combination that the rules ask for.
type census struct {
	now     int64
	running bool        // inside the cell
	n       [states]int // members
	helpers [states]int // of n, those that run library code only
	gc      int         // the collector's workers that run
	foreign int         // other goroutines that run
	members int
	procs   int // GOMAXPROCS, or the highest P seen plus one

	// Times in ns: of goroutines for the first five, of the wall clock below.
	time     [states]int64 // members, by state
	runTime  int64         // members running
	wantTime int64         // running or ready
	gcTime   int64
	anyRun   int64 // all goroutines running, the runtime's included
	late     int64 // ready while a worker idles: the system has yet to wake its thread
	slots    map[string]int64
	solo     int64 // one runs, a worker idles, siblings had been started
	stage    int64 // one runs, a worker idles, others wait in a channel

	lastSolo bool
	handoffs int // channel wake-ups while one runs
	switches int
	spawns   int
	queues   map[int32]*queue // by the site that waits
	active   []*queue
	siblings map[int32]int // goroutines by the site that started them
	most     int           // of siblings
}

func newCensus() census {
	return census{slots: map[string]int64{}, queues: map[int32]*queue{}, siblings: map[int32]int{}}
}

// queue is a place where goroutines wait for each other.
type queue struct {
	site    int32
	state   state
	waiting int
	time    int64 // somebody waits and a worker is idle
	any     int64 // somebody waits
	alone   int64 // of time: at most one other goroutine of the cell is active
	waits   int
	total   int64 // ns of all waits
	mutual  int   // waits ended by a goroutine that itself waits here
	users   map[*goroutine]bool
}

func (c *census) sawProc(p int) { c.procs = max(c.procs, p+1) }

// begin starts the clock; whoever runs now is counted.
func (c *census) begin(h *history, now int64) {
	c.now, c.running = now, true
	for _, g := range h.order {
		if g.open {
			c.count(g, g.cur.state, 1)
		}
	}
}

// recount changes what a goroutine counts as.
func (c *census) recount(g *goroutine, change func()) {
	if g.open && c.running {
		c.count(g, g.cur.state, -1)
		defer func() { c.count(g, g.cur.state, 1) }()
	}
	change()
}

// join moves a goroutine from the foreign to the members.
func (c *census) join(h *history, g *goroutine) {
	c.advance(h, h.last)
	c.recount(g, func() { g.member = true })
	c.members++
	if g.bornAt != 0 && !g.helper {
		c.siblings[g.bornAt]++
		c.most = max(c.most, c.siblings[g.bornAt])
	}
}

// count adds d to the number of goroutines in g's state.
func (c *census) count(g *goroutine, s state, d int) {
	switch {
	case g.member:
		c.n[s] += d
		if g.helper {
			c.helpers[s] += d
		}
	case s != run && s != assist:
	case g.collects:
		c.gc += d
	case g.system:
	default:
		c.foreign += d
	}
}

// move takes a goroutine from its span to the next.
func (c *census) move(h *history, g *goroutine, was, next span) {
	c.advance(h, max(next.start, h.last))
	if was.state != unknown {
		c.count(g, was.state, -1)
	}
	if next.state != unknown {
		c.count(g, next.state, 1)
	}
	if !g.member || !c.running {
		return
	}
	c.switches++
	if next.state == forkCall && next.info.spawned {
		c.spawns++
	}
	c.queueing(h, g, was, next)
}

// queueing keeps the queues: who waits where, and who lets them go. A goroutine
// that was let go stays in the queue until it runs: a lock may be taken again
// before.
func (c *census) queueing(h *history, g *goroutine, was, next span) {
	if q := g.queue; q != nil && queues(was.state) {
		c.released(h, g, was, next)
	}
	if g.queue != nil && next.state != ready {
		g.queue.waiting--
		g.queue = nil
	}
	if queues(next.state) && next.info != nil && next.info.site != 0 {
		c.enqueue(g, next)
	}
}

func (c *census) enqueue(g *goroutine, next span) {
	q := c.queues[next.info.site]
	if q == nil {
		q = &queue{site: next.info.site, state: next.state, users: map[*goroutine]bool{}}
		c.queues[next.info.site] = q
		c.active = append(c.active, q)
	}
	q.waiting++
	q.waits++
	q.users[g] = true
	g.queue = q
}

// released notes the end of a wait: next says who ended it.
func (c *census) released(h *history, g *goroutine, was, next span) {
	q := g.queue
	q.total += h.last - was.start
	if w := next.waker; w != nil && (q.users[w] || was.state == cond && w.bornAt != 0 && w.bornAt == g.bornAt) {
		q.mutual++
	}
	if next.waker != nil && !next.waker.helper && was.state == channel && c.lastSolo {
		c.handoffs++
	}
}

func queues(s state) bool { return s == mutex || s == rwmutex || s == channel || s == cond }

// advance adds the time since the last change to every account that it
// belongs to.
func (c *census) advance(h *history, now int64) {
	d := now - c.now
	if d <= 0 || !c.running {
		return
	}
	c.now = now
	for s, n := range c.n {
		c.time[s] += d * int64(n)
	}
	running := c.n[run] + c.n[assist]
	c.runTime += d * int64(running)
	c.wantTime += d * int64(running+c.n[ready])
	c.gcTime += d * int64(c.gc+c.n[assist])
	c.anyRun += d * int64(running+c.gc+c.foreign)
	h.background += d * int64(c.foreign)
	if c.n[ready] > 0 && running+c.gc+c.foreign < h.workers() {
		c.late += d * int64(c.n[ready])
	}
	c.fillSlots(h, d, running)
	c.lonely(h, d, running)
	idle := running+c.gc+c.foreign < h.workers()
	others := c.others(h)
	for _, q := range c.active {
		if q.waiting > 0 {
			q.any += d
		}
		if q.waiting > 0 && idle {
			q.time += d
			if others-q.waiting <= 1 {
				q.alone += d
			}
		}
	}
}

// others counts the cell's own goroutines, whatever they do, without those that
// wait for the end of work, and without the cell's first when it waits at all.
// Helpers of libraries are left out.
func (c *census) others(h *history) (n int) {
	for s := run; s < states; s++ {
		if s != group {
			n += c.n[s] - c.helpers[s]
		}
	}
	if h.root.open && h.root.cur.state.jumps() && h.root.cur.state != group {
		n--
	}
	return n
}

func (h *history) workers() int {
	if h.procs > 0 {
		return h.procs
	}
	return max(1, h.census.procs)
}

// lonely adds to the times in which one goroutine works and workers idle.
func (c *census) lonely(h *history, d int64, running int) {
	c.lastSolo = running == 1 && running+c.gc+c.foreign < h.workers()
	if !c.lastSolo {
		return
	}
	if c.most > 1 {
		c.solo += d
	}
	if c.n[ready]+c.n[channel]+c.n[selects]+c.n[cond]-c.helpers[channel]-c.helpers[selects]-c.helpers[cond] > 0 {
		c.stage += d
	}
}

// fillSlots shares the workers of the machine among what they do, or what
// their idleness is due to.
func (c *census) fillSlots(h *history, d int64, running int) {
	free := h.workers()
	take := func(name string, n int) {
		n = min(n, free)
		if n > 0 {
			c.slots[name] += d * int64(n)
			free -= n
		}
	}
	take("busy", c.n[run])
	take("gc", c.n[assist]+c.gc)
	take("other", c.foreign)
	take("ready", c.n[ready])
	io := c.n[network] + c.n[pipe] - c.helpers[network] - c.helpers[pipe]
	for s := fileCall; s <= forkCall; s++ {
		io += c.n[s]
	}
	take("idle-io", io)
	take("idle-timer", c.n[sleep])
	take("idle-lock", c.n[mutex]+c.n[rwmutex])
	take("idle-serial", free)
}

// slots are the shares of the workers' time; they sum to 1.
func (h *history) slots() map[string]float64 {
	total := int64(0)
	for _, v := range h.census.slots {
		total += v
	}
	m := map[string]float64{}
	for k, v := range h.census.slots {
		if total > 0 {
			m[k] = float64(v) / float64(total)
		}
	}
	return m
}

// queueFacts picks the lock that costs most. A channel, or a condition variable,
// counts as one when the goroutines that wait in one place are let go by others that wait there too,
// one at a time: a token. Producers and consumers wait in different places.
// lock are the places of all locks, users those who ever waited for the worst.
func (h *history) queueFacts() (f bound.Queue, lock map[int32]bool, users map[*goroutine]bool) {
	lock = map[int32]bool{}
	var best int64
	for _, q := range h.census.queues {
		t, kind := q.time, "mutex"
		switch q.state {
		case rwmutex:
			kind = "rwmutex"
		case channel:
			kind = "channel"
			if len(q.users) < 2 || q.mutual*3 < q.waits*2 {
				continue
			}
			t = q.alone
		case cond: // a turn that is passed on; who waits for work is let go by others
			if len(q.users) < 2 || q.mutual*3 < q.waits*2 {
				continue
			}
			t = q.alone
		}
		lock[q.site] = true
		if t > best {
			best, users = t, q.users
			f = bound.Queue{Kind: kind, Waits: q.waits, MeanNS: q.total / int64(max(1, q.waits)), Any: share(q.any, h.end-h.start)}
		}
		f.Share = max(f.Share, float64(t)/float64(h.end-h.start))
	}
	return f, lock, users
}
