package runtime

import (
	"fmt"
	"strconv"
	"time"

	"github.com/lapbook/lapbook/runtime/growth"
)

// Plan says what is to be done with one cell. Each magic edits it, in any
// order; the Session carries it out once. A Plan can be tested without running
// anything.
type Plan struct {
	Engine      string        // "", "auto", "interpreted" or "compiled": "" is the session's
	Time        bool          // one run, its wall and CPU time
	Timeit      bool          // timed runs until the median is decided
	Profile     bool          // timed runs, memory and pprof profiles
	Classify    bool          // the bound, from evidence
	Timeline    bool          // show the timeline of the evidence
	Models      []ModelWish   // models to compare with the cell as written
	Curve       bool          // speedup over 1..N workers or limits
	Code        bool          // show the rewritten cell
	Race        bool          // run under the race detector
	Memory      bool          // peak and live heap, allocations by line
	MemorySizes *growth.Sizes // how the peak grows with a variable; nil is as %grow did
	Grow        *growth.Sizes // how the cost grows with a variable
	Repeat      string        // "", "once" or "yes": may outside writes be repeated
	Budget      time.Duration // 0 is the session's
	Params      map[string]string
	Shell       string // %sh: the rest of the line
	Tags        []string
}

// ModelWish asks for one model; Limit and Workers of 0 mean "search" and "all".
type ModelWish struct {
	Model   string
	Limit   int
	Workers int
}

// onlyEvidence tells a plan that asks where the time went, and no more.
func (p *Plan) onlyEvidence() bool {
	return (p.Profile || p.Classify) && len(p.Models) == 0 && !p.Curve && !p.Memory && !p.Race && !p.Code && p.Grow == nil
}

// Measures tells whether the plan needs timed or evidence runs of the cell.
func (p *Plan) Measures() bool {
	return p.Timeit || p.Profile || p.Classify || p.Timeline || len(p.Models) > 0 || p.Curve || p.Race || p.Memory || p.Code || p.Grow != nil
}

// wants adds a model, the last wish for one model wins.
func (p *Plan) wants(w ModelWish) {
	for i := range p.Models {
		if p.Models[i].Model == w.Model {
			p.Models[i] = w
			return
		}
	}
	p.Models = append(p.Models, w)
}

// What may be asked for: a worker is a thread with its caches, a task in flight a
// goroutine with what it holds.
const (
	mostWorkers  = 1024
	mostInFlight = 100_000
)

// count reads the optional number of %concurrent 32 and %parallel 2.
func count(magic, args, of string, most int) (int, error) {
	if args == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(args)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%%%s %s: want %s, such as %%%s 8", magic, args, of, magic)
	}
	if n > most {
		return 0, fmt.Errorf("%%%s %s: %s is at most %d", magic, args, of, most)
	}
	return n, nil
}
