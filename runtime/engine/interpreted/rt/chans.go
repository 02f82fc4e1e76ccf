package rt

import (
	"iter"
	"reflect"
	"runtime"
	"sync"
	"time"
)

// begin notes a wait; end forgets it.
func (c *Cell) begin(site int, what string) int64 { return c.Enter(site, what) }

// stopIfAsked ends the goroutine of a stopped cell. Its interpreter has been
// stopped too: nothing of the program runs any more.
func (c *Cell) stopIfAsked() {
	if c.stopped() {
		runtime.Goexit()
	}
}

// Recv receives from ch into *p; it reports false when ch is closed.
func (c *Cell) Recv(ch, p any, site int) bool {
	v := reflect.ValueOf(ch)
	if !v.IsNil() {
		if x, ok := v.TryRecv(); ok || x.IsValid() {
			return received(p, x, ok)
		}
	}
	op := c.begin(site, "channel receive")
	defer c.Leave(op)
	if v.IsNil() {
		<-c.done
		runtime.Goexit()
	}
	n, x, ok := reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c.done)}, {Dir: reflect.SelectRecv, Chan: v}})
	if n == 0 {
		runtime.Goexit()
	}
	return received(p, x, ok)
}

func received(p any, x reflect.Value, ok bool) bool {
	if ok {
		reflect.ValueOf(p).Elem().Set(x)
	}
	return ok
}

// Send sends *p to ch.
func (c *Cell) Send(ch, p any, site int) {
	v, x := reflect.ValueOf(ch), reflect.ValueOf(p).Elem()
	if !v.IsNil() && v.TrySend(x) {
		return
	}
	op := c.begin(site, "channel send")
	defer c.Leave(op)
	if v.IsNil() {
		<-c.done
		runtime.Goexit()
	}
	n, _, _ := reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c.done)}, {Dir: reflect.SelectSend, Chan: v, Send: x}})
	if n == 0 {
		runtime.Goexit()
	}
}

// Close is the builtin close.
func (c *Cell) Close(ch any) { reflect.ValueOf(ch).Close() }

// Select is the select statement: dirs are 0 to receive and 1 to send, vals the
// pointers to the values to be sent. It returns the number of the case, one
// past the last for the default.
func (c *Cell) Select(site int, hasDefault bool, dirs []int, chans []any, vals []any) (int, any, bool) {
	cases := make([]reflect.SelectCase, 0, len(chans)+1)
	for i, ch := range chans {
		cv := reflect.ValueOf(ch)
		if cv.IsNil() {
			cv = reflect.Value{}
		}
		sc := reflect.SelectCase{Dir: reflect.SelectRecv, Chan: cv}
		if dirs[i] == 1 {
			sc.Dir = reflect.SelectSend
			if cv.IsValid() {
				sc.Send = reflect.ValueOf(vals[i]).Elem()
			}
		}
		cases = append(cases, sc)
	}
	n, x, ok := reflect.Select(append(cases, reflect.SelectCase{Dir: reflect.SelectDefault}))
	if n == len(chans) && !hasDefault {
		op := c.begin(site, "select")
		defer c.Leave(op)
		n, x, ok = reflect.Select(append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c.done)}))
		if n == len(chans) {
			runtime.Goexit()
		}
	}
	if x.IsValid() {
		return n, x.Interface(), ok
	}
	return n, nil, ok
}

// Set stores a received value.
func (c *Cell) Set(p any, v any) {
	d := reflect.ValueOf(p).Elem()
	if v == nil {
		d.SetZero()
		return
	}
	d.Set(reflect.ValueOf(v))
}

// Copy sets *p to *q.
func (c *Cell) Copy(p, q any) { reflect.ValueOf(p).Elem().Set(reflect.ValueOf(q).Elem()) }

// Pull is iter.Pull over a sequence of pointers.
func (c *Cell) Pull(seq func(func(any) bool)) (func() (any, bool), func()) {
	return iter.Pull(iter.Seq[any](seq))
}

// Once is sync.OnceFunc.
func (c *Cell) Once(f func()) func() { return sync.OnceFunc(f) }

// Sleep is time.Sleep that a stop ends.
func (c *Cell) Sleep(site int, d time.Duration) {
	if d <= 0 {
		return
	}
	op := c.begin(site, "time.Sleep")
	defer c.Leave(op)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.done:
		runtime.Goexit()
	}
}

// Runes decodes a string for a range loop: the code points and where they start.
func (c *Cell) Runes(s string) ([]rune, []int) {
	rs, offs := make([]rune, 0, len(s)), make([]int, 0, len(s))
	for i, r := range s {
		rs, offs = append(rs, r), append(offs, i)
	}
	return rs, offs
}

// Clear is the builtin clear.
func (c *Cell) Clear(x any) {
	v := reflect.ValueOf(x)
	if v.Kind() == reflect.Map {
		v.Clear()
		return
	}
	for i := range v.Len() {
		v.Index(i).SetZero()
	}
}

// MinF and MaxF are min and max of floats.
func (c *Cell) MinF(a, b float64) float64 { return min(a, b) }

// MaxF is max of floats.
func (c *Cell) MaxF(a, b float64) float64 { return max(a, b) }

// Pointer is atomic.Pointer of any type.
type Pointer struct {
	mu sync.Mutex
	v  any
}

// Load returns the pointer, nil when none was stored.
func (p *Pointer) Load() any { p.mu.Lock(); defer p.mu.Unlock(); return p.v }

// Store sets the pointer.
func (p *Pointer) Store(x any) { p.mu.Lock(); defer p.mu.Unlock(); p.v = x }

// Swap sets the pointer and returns the old one.
func (p *Pointer) Swap(x any) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.v
	p.v = x
	return old
}

// CompareAndSwap sets the pointer to b when it is a.
func (p *Pointer) CompareAndSwap(a, b any) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.v != a && !(p.v == nil && reflect.ValueOf(a).IsNil()) {
		return false
	}
	p.v = b
	return true
}
