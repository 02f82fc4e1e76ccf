package evidence

import (
	"strings"

	"github.com/google/pprof/profile"
)

// profileFacts are the samples of a CPU profile that belong to the cell.
type profileFacts struct {
	samples int
	alloc   int
	lock    int
	calls   int
	interp  int          // in the cells' own code: of an interpreted run, in the interpreter itself
	lines   map[site]int // samples by innermost line of a cell
}

// parseProfile counts the samples of a CPU profile. Samples of servers that
// earlier cells started are left out as far as their stacks tell.
func parseProfile(data []byte, o Options) (*profileFacts, error) {
	f := &profileFacts{lines: map[site]int{}}
	if len(data) == 0 {
		return f, nil
	}
	p, err := profile.ParseData(data)
	if err != nil {
		return f, err
	}
	files := newStacks(o.Files).files
	for _, s := range p.Sample {
		f.count(s, files)
	}
	return f, nil
}

func (f *profileFacts) count(s *profile.Sample, files map[string]bool) {
	n := int(s.Value[0])
	var at site
	var k stack
	self := false // a frame that is neither the runtime's nor reflect's was seen
	for _, l := range s.Location {
		for _, line := range l.Line {
			if line.Function == nil {
				continue
			}
			fn := line.Function.Name
			if serving(fn) {
				return
			}
			k.note(fn)
			cell, ok := cellFile(line.Function.Filename, fn, files)
			if ok && at.cell == "" {
				at = site{cell, int(line.Line), fn}
			}
			if !self && !beneath(fn) {
				self, k.interp = true, ok || interprets(fn)
			}
		}
	}
	f.note(n, &k)
	if at.cell != "" {
		f.lines[at] += n
	}
}

func (f *profileFacts) note(n int, k *stack) {
	f.samples += n
	if k.alloc {
		f.alloc += n
	}
	if k.locking {
		f.lock += n
	}
	if k.calls {
		f.calls += n
	}
	if k.interp {
		f.interp += n
	}
}

func (f *profileFacts) share(n int) float64 { return share(int64(n), int64(f.samples)) }

// serving tells the frames at the root of a server's goroutines.
func serving(fn string) bool {
	return strings.HasPrefix(fn, "net/http.(*conn).serve") || strings.HasPrefix(fn, "net/http.(*Server).Serve")
}
