//go:build unix

package host

import "sync"

// Pool keeps wardens whose process has ended for the next Start, which then
// costs one process instead of two. Timed runs use one: starting a warden beside
// a run would disturb it. The zero value is ready; a nil Pool keeps none.
type Pool struct {
	mu     sync.Mutex
	idle   []*spawned
	closed bool
}

// poolSize is how many idle wardens are kept.
const poolSize = 2

// Warm starts a warden ahead of the first Start.
func (p *Pool) Warm() error {
	w, err := spawnWarden("")
	if err == nil {
		p.keep(w)
	}
	return err
}

// Close ends the idle wardens. Those in use end with their hosts.
func (p *Pool) Close() error {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, w := range idle {
		w.end()
	}
	return nil
}

// get returns an idle warden that lives, or a new one.
func (p *Pool) get(only string) (*spawned, error) {
	for p != nil {
		w := p.pop()
		if w == nil {
			break
		}
		select {
		case <-w.gone:
			w.end()
		default:
			return w, nil
		}
	}
	return spawnWarden(only)
}

func (p *Pool) pop() *spawned {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	w := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	return w
}

// put ends everything below the warden, and keeps or ends it.
func (p *Pool) put(w *spawned) {
	if p == nil || !w.clear() {
		w.end()
		return
	}
	p.keep(w)
}

func (p *Pool) keep(w *spawned) {
	p.mu.Lock()
	full := p.closed || len(p.idle) >= poolSize
	if !full {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
	if full {
		w.end()
	}
}
