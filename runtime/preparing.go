package runtime

import (
	"fmt"
	"sync"
)

// preparing shows how far the one-time preparation of the standard library is to
// whoever waits for it. The compiled engine reports from goroutines of its own.
type preparing struct {
	mu     sync.Mutex
	fe     Frontend // nil while nobody waits
	format string   // of done and total
}

// watch shows the progress to a front end until stop is called.
func (e *engines) watch(fe Frontend, format string) (stop func()) {
	e.preparing.set(fe, format)
	return func() { e.preparing.set(nil, "") }
}

func (p *preparing) set(fe Frontend, format string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fe, p.format = fe, format
}

// progress is compiled.Options.Progress.
func (p *preparing) progress(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fe != nil && total > 0 {
		p.fe.Progress(fmt.Sprintf(p.format, done, total))
	}
}
