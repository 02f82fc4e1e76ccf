package growth

import "math"

// Kind says what a counter counts.
type Kind int

// The kinds of counters. Presumed is the length of what is handed to a library
// call that is taken to be linear in it; Charged is work that is known.
const (
	Loop Kind = iota
	Func
	Charged
	Presumed
)

// Site is a place in the code that is counted.
type Site struct {
	Cell string
	Line int
	Kind Kind
	What string // "strings.Index", or the name of a function

	// Weight is what one count is worth, a loop entered being 1; 0 is 1. A byte
	// copied is a small part of that.
	Weight float64
}

func (s *Site) weight() float64 {
	if s.Weight == 0 {
		return 1
	}
	return s.Weight
}

// Point is one size with what was seen there.
type Point struct {
	N        int64
	WallNS   []float64 // of each timed run, per turn
	CPUNS    []float64
	WaitNS   []float64 // wall time in which it neither ran nor was ready to run
	Bytes    float64   // allocated by one run
	Allocs   float64
	Counts   []float64 // by Site; nil when it was not counted
	PeakHeap float64   // bytes that it added at most; 0 when not measured
}

// Sweep is everything that was seen.
type Sweep struct {
	Points      []Point // ascending in N
	Sites       []Site
	Hidden      []string // library calls whose work nothing counts, such as "json.Marshal"
	BytesAreRun bool     // allocated bytes are the program's own, and not an interpreter's
}

func (s *Sweep) sizes() []float64 {
	out := make([]float64, len(s.Points))
	for i, p := range s.Points {
		out[i] = float64(p.N)
	}
	return out
}

// counted tells whether every size was counted.
func (s *Sweep) counted() bool {
	for _, p := range s.Points {
		if len(p.Counts) != len(s.Sites) || p.Counts == nil {
			return false
		}
	}
	return len(s.Points) > 0
}

// counts sums the counters of some kinds at every size.
func (s *Sweep) counts(kinds ...Kind) []float64 {
	want := map[Kind]bool{}
	for _, k := range kinds {
		want[k] = true
	}
	out := make([]float64, len(s.Points))
	for i, p := range s.Points {
		for j, c := range p.Counts {
			if want[s.Sites[j].Kind] {
				out[i] += c * s.Sites[j].weight()
			}
		}
	}
	return out
}

// Steps are the loops and functions entered at every size, and the library work
// that is known; with presumed, that which is presumed too. All are weighted.
func (s *Sweep) Steps(presumed bool) []float64 {
	if presumed {
		return s.counts(Loop, Func, Charged, Presumed)
	}
	return s.counts(Loop, Func, Charged)
}

func (s *Sweep) pick(f func(*Point) float64) []float64 {
	out := make([]float64, len(s.Points))
	for i := range s.Points {
		out[i] = f(&s.Points[i])
	}
	return out
}

// Wall and CPU are the least of a point's runs: what disturbs a run only adds.
func (p *Point) Wall() float64 { return least(p.WallNS) }

// CPU is the least CPU time of a point's runs.
func (p *Point) CPU() float64 { return least(p.CPUNS) }

func least(v []float64) float64 {
	m := math.Inf(1)
	for _, x := range v {
		m = min(m, x)
	}
	if math.IsInf(m, 1) {
		return 1
	}
	return max(m, 0.01)
}

// waits tells whether the cell mostly waits at the largest size: then its wall
// time is what grows.
func (s *Sweep) waits() bool {
	if len(s.Points) == 0 {
		return false
	}
	top := &s.Points[len(s.Points)-1]
	return least(top.WaitNS) > top.CPU() && top.Wall() > 1e6 && len(top.WaitNS) > 0
}
