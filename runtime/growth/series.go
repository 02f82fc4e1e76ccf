package growth

import (
	"fmt"
	"math"
	"slices"
)

// Series is what one kind of cost tells alone.
type Series struct {
	Class   Class
	Unclear bool
	Why     string  // why it is unclear
	Also    []Class // that the data cannot tell from Class
	Top     float64 // log-log slope over the upper half of the sizes
	Low     float64 // over the lower half
	Exact   bool    // the fit misses by less than 2%
	Best    Fit
	all     []Fit
}

// leastSizes are needed to name a class.
const leastSizes = 5

const (
	timeFloor  = 0.05
	countFloor = 0.01
)

// judge names the class of a series of positive costs at ascending sizes.
func judge(ns, y []float64, floor float64, fine bool) Series {
	s := Series{Unclear: true}
	if len(ns) < leastSizes {
		s.Why = fmt.Sprintf("only %s could be run", plural(len(ns), "size"))
		return s
	}
	half := len(ns) / 2
	s.Top, s.Low = Slope(ns[half:], y[half:]), Slope(ns[:len(ns)-half], y[:len(ns)-half])
	s.all = fits(ns, y, floor, fine)
	if flat(y, floor) && s.Top < 0.08 {
		s.Unclear = false
		if slices.Max(y) > 2*slices.Min(y) {
			s.Unclear, s.Why = true, "no trend, but the runs differ by more than their half"
		}
		return s
	}
	matter := slices.DeleteFunc(slices.Clone(s.all), func(f Fit) bool { return !f.matters(floor) })
	if len(matter) == 0 {
		s.Why = "no curve fits"
		return s
	}
	s.take(matter, floor)
	s.doubt(ns)
	return s
}

// flat tells whether the largest sizes cost what the smallest do.
func flat(y []float64, floor float64) bool {
	n := len(y)
	top, low := median(y[n-3:]), median(y[:3])
	return top < low*(1+max(0.15, 4*floor))
}

// matters tells whether the leading term of a fit is what one sees at the
// largest n. Counts are exact, so that less of it is enough.
func (f Fit) matters(floor float64) bool {
	least := 0.5
	if floor <= countFloor && f.Miss < 0.005 && f.Class > f.Low+1 {
		least = 0.2
	}
	switch {
	case f.Class == Constant:
		return true
	case f.Low != Constant:
		return f.Share >= least && f.Share <= 0.995
	case f.Class > Log:
		return f.Share >= 0.3
	}
	return true
}

// take keeps the best fit and the classes that are as good.
func (s *Series) take(matter []Fit, floor float64) {
	best := matter[0]
	s.Class, s.Best, s.Unclear, s.Exact = best.Class, best, false, best.Miss < 0.02
	for _, f := range matter[1:] {
		alike := f.score < best.score+tied && f.Miss < 3*max(best.Miss, floor)
		if alike && f.Class != best.Class && !slices.Contains(s.Also, f.Class) {
			s.Also = append(s.Also, f.Class)
		}
	}
}

// doubt tells when the best fit is not good enough to be named.
func (s *Series) doubt(ns []float64) {
	span := ns[len(ns)-1] / ns[0]
	worst := 0.30
	if s.Class == Exponential {
		worst = 0.6
	}
	switch {
	case s.Best.Miss > worst:
		s.Unclear, s.Why = true, fmt.Sprintf("the best curve (%s) misses by %.0f%%", s.Class, 100*s.Best.Miss)
	case span < 6 && s.Class != Exponential && s.Top <= 4 && len(s.Also) > 0:
		s.Unclear, s.Why = true, fmt.Sprintf("n only grew to its %.1f-fold", span)
	case len(s.Also) > 2:
		s.Unclear, s.Why = true, fmt.Sprintf("%d classes fit alike", len(s.Also)+1)
	}
}

// judgeCounts names the class of a counter. It has no noise of measurement. fine
// tries the classes without a name too.
func judgeCounts(ns, y []float64, fine bool) Series {
	z := make([]float64, len(y))
	for i, v := range y {
		z[i] = v + 1
	}
	if s := Slope(ns, z); slices.Max(z) < 2000 && s < 0.02 {
		return Series{Class: Constant, Exact: true}
	}
	return judge(ns, z, countFloor, fine)
}

// slopeOf is the slope that a class has over the upper half of the sizes.
func slopeOf(c Class, ns []float64) float64 {
	half := len(ns) / 2
	return Slope(ns[half:], c.column(ns)[half:])
}

// dearer is what a step costs at the top, over what it costs where it is
// cheapest, when the class is what is counted.
func dearer(c Class, ns, y []float64) float64 {
	least := math.Inf(1)
	for i, n := range ns {
		least = min(least, y[i]/c.of(n))
	}
	return y[len(y)-1] / c.of(ns[len(ns)-1]) / least
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// peakOffset hides what the collector has not yet taken away, which is up to
// half a megabyte at any size.
const peakOffset = 2 << 20

// JudgePeaks names the class of peaks of the heap, in bytes. They come in the
// doublings of slices and maps and hold some garbage.
func JudgePeaks(ns, peaks []float64) Series {
	y := make([]float64, len(peaks))
	for i, p := range peaks {
		y[i] = max(p, 0) + peakOffset
	}
	s := judge(ns, y, 0.10, false)
	if !s.Class.Named() && !s.Unclear {
		s.Unclear, s.Why = true, "it grows like "+s.Class.String()
	}
	if !s.Unclear && s.Class == NLog && slices.Contains(s.Also, Linear) {
		s.Class, s.Also = Linear, []Class{NLog}
	}
	return s
}

// FitPeaks is the curve of a class through peaks of the heap; nil for a constant
// or an exponential.
func FitPeaks(c Class, ns, peaks []float64) []float64 {
	if c == Constant || c == Exponential {
		return nil
	}
	y := make([]float64, len(peaks))
	for i, p := range peaks {
		y[i] = max(p, 0) + peakOffset
	}
	f, _ := power(ns, y, c, Constant)
	out := make([]float64, len(ns))
	for i, n := range ns {
		out[i] = max(0, f.A+f.B*c.of(n)-peakOffset)
	}
	return out
}
