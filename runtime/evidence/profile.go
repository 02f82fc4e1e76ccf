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
	lines   map[site]int // samples by innermost line of a cell
	lined   int          // samples with a line
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
	alloc, lock := false, false
	for _, l := range s.Location {
		for _, line := range l.Line {
			if line.Function == nil {
				continue
			}
			fn := line.Function.Name
			if serving(fn) {
				return
			}
			alloc, lock = alloc || allocates(fn), lock || locks(fn)
			if cell, ok := cellFile(line.Function.Filename, fn, files); ok && at.cell == "" {
				at = site{cell, int(line.Line), fn}
			}
		}
	}
	f.note(n, alloc, lock)
	if at.cell != "" {
		f.lines[at] += n
		f.lined += n
	}
}

func (f *profileFacts) note(n int, alloc, lock bool) {
	f.samples += n
	if alloc {
		f.alloc += n
	}
	if lock {
		f.lock += n
	}
}

// serving tells the frames at the root of a server's goroutines.
func serving(fn string) bool {
	return strings.HasPrefix(fn, "net/http.(*conn).serve") || strings.HasPrefix(fn, "net/http.(*Server).Serve")
}
