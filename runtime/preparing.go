package runtime

import (
	"context"
	"fmt"
	"sync"

	"github.com/lapbook/lapbook/runtime/engine/compiled"
)

// preparing shows how far the one-time preparation of the standard library is to
// whoever waits for it. The compiled engine reports from goroutines of its own.
type preparing struct {
	mu          sync.Mutex
	fe          Frontend // nil while nobody waits
	format      string   // of done and total
	done, total int
}

// preparingStd is said to who waits for the standard library.
const preparingStd = "preparing Go's standard library, once: %d of %d"

// watch shows the progress to a front end until stop is called.
func (e *engines) watch(fe Frontend, format string) (stop func()) {
	e.preparing.set(fe, format)
	return func() { e.preparing.set(nil, "") }
}

func (p *preparing) set(fe Frontend, format string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fe, p.format = fe, format
	p.show()
}

// progress is compiled.Options.Progress.
func (p *preparing) progress(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = done, total
	p.show()
}

func (p *preparing) show() {
	if p.fe != nil && p.done < p.total {
		p.fe.Progress(fmt.Sprintf(p.format, p.done, p.total))
	}
}

// usual are the packages that most cells import, and what they need: nearly all
// that takes long to compile.
var usual = []string{"bufio", "bytes", "context", "encoding/json", "errors", "fmt", "io", "log", "maps", "math/rand/v2", "net/http",
	"os/exec", "path/filepath", "regexp", "slices", "sort", "strconv", "strings", "sync/atomic", "time"}

// PrepareStd quietly compiles the usual packages, once per toolchain, so that the
// first compiled cell need not wait for them. It is for a front end that waits for
// a person: a script would pay for it with half of its own start. A failure is
// left for the cell that meets it, and tells.
func (s *Session) PrepareStd() {
	e := &s.engines
	c, ok := e.compiled.(*compiled.Engine)
	if !ok || e.stopPreparing != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.stopPreparing = cancel
	e.prepared.Go(func() { _ = c.PrepareStd(ctx, false, usual...) })
}
