package growth

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Headline is the answer in one line.
func (a Answer) Headline(name string) string {
	name = cmp.Or(name, "n")
	if a.Unclear {
		return "Unclear: " + a.Why
	}
	var how string
	switch {
	case a.Agree:
		how = "time and counters agree"
	case a.ByCount && a.Time.Unclear:
		how = "by the counters; time alone is unclear"
	case a.ByCount:
		how = "by the counters"
	case a.Counted:
		how = "by time; the counters do not see it"
	default:
		how = "by time alone"
	}
	return a.Class.String() + ": " + how + "; " + a.costs(name)
}

// costs says what a larger n costs.
func (a Answer) costs(name string) string {
	switch {
	case a.Class == Exponential && a.base() > 1:
		return fmt.Sprintf("one more %s costs %s×", name, small(a.base()))
	case a.Class == Constant:
		return "a larger " + name + " costs no more"
	}
	return fmt.Sprintf("doubling %s costs %s×", name, small(a.Doubling))
}

// base is the factor of one more n in an exponential.
func (a Answer) base() float64 {
	return cmp.Or(a.Steps.base(), a.Time.base())
}

// base is that of the exponential that fits best, 0 for none.
func (s Series) base() float64 {
	for _, f := range s.all {
		if f.Class == Exponential {
			return f.Base
		}
	}
	return 0
}

func small(f float64) string {
	if f >= 10 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'f', 1, 64)
}

// Evidence says what decided, a line each.
func (a Answer) Evidence(s *Sweep) []string {
	var out []string
	ns := s.sizes()
	if len(ns) < leastSizes {
		return nil
	}
	if a.Counted {
		out = append(out, a.steps(s))
		if a.lead == ledByBytes {
			out = append(out, fmt.Sprintf("allocated bytes grow like %s", a.Bytes.Class))
		}
	}
	out = append(out, a.timeLine(ns))
	if a.Note != "" {
		out = append(out, a.Note)
	}
	for _, h := range s.Heaviest(len(s.Sites)) {
		if a.ByCount && !a.Unclear && h.rank > a.Class && h.rank > NLog && h.share < 0.5 {
			out = append(out, fmt.Sprintf("line %d grows like %s: %.0f%% of the steps at the top, and more at larger sizes", h.Site.Line, h.Class, 100*h.share))
			break
		}
	}
	if span := ns[len(ns)-1] / ns[0]; span < 100 && a.Class != Exponential {
		out = append(out, fmt.Sprintf("the sizes span a factor of %s only: 100 or more would decide better", small(span)))
	}
	return out
}

func (a Answer) steps(s *Sweep) string {
	counts := s.Steps(false)
	top := counts[len(counts)-1]
	switch st := a.Steps; {
	case st.Unclear:
		return "steps: " + st.Why
	case st.Class == Constant:
		return "steps: the same at every size (" + Count(top) + ")"
	case st.Exact:
		return fmt.Sprintf("steps: exactly %s, within %.1f%% (%s at the top)", st.Class, math.Max(0.1, 100*st.Best.Miss), Count(top))
	default:
		return fmt.Sprintf("steps: %s, within %.0f%% (%s at the top)", st.Class, 100*st.Best.Miss, Count(top))
	}
}

func (a Answer) timeLine(ns []float64) string {
	t := a.Time
	if base := t.base(); a.Class == Exponential && base > 1 {
		return fmt.Sprintf("%s: each further n costs %s times the one before", a.Measure, small(base))
	}
	s := fmt.Sprintf("%s: log-log slope %.2f over the larger sizes", a.Measure, t.Top)
	if !a.Unclear && a.Class != Exponential && a.Class != Constant {
		s += fmt.Sprintf(" (%s would be %.2f)", a.Class, slopeOf(a.Class, ns))
	}
	if !t.Unclear && !a.Agree {
		s += "; alone it fits " + t.Class.String()
	}
	return s
}

// Count is a number of steps: 950, 12000, 3.4e8.
func Count(f float64) string {
	if f < 100_000 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strings.Replace(strconv.FormatFloat(f, 'e', 1, 64), "e+0", "e", 1)
}

// Heavy is a place with how often it ran and how that grows.
type Heavy struct {
	Site  Site
	Class string // or unclear
	Top   float64
	rank  Class
	share float64 // of all steps at the largest size
}

// Heaviest are the places that ran most at the largest size, with the class of
// each. Those below a twentieth of all steps are left out.
func (s *Sweep) Heaviest(most int) []Heavy {
	if !s.counted() || len(s.Points) < leastSizes {
		return nil
	}
	ns, last := s.sizes(), s.Points[len(s.Points)-1].Counts
	total := 0.0
	for i, c := range last {
		total += c * s.Sites[i].weight()
	}
	var out []Heavy
	for i, site := range s.Sites {
		if last[i]*site.weight() < total/20 || last[i] == 0 {
			continue
		}
		series := judgeCounts(ns, s.pick(func(p *Point) float64 { return p.Counts[i] }), true)
		h := Heavy{site, series.Class.String(), last[i], series.Class, last[i] * site.weight() / total}
		if series.Unclear {
			h.Class, h.rank = Unclear, Constant
		}
		out = append(out, h)
	}
	slices.SortStableFunc(out, func(a, b Heavy) int {
		return cmp.Compare(b.Top*b.Site.weight(), a.Top*a.Site.weight())
	})
	return out[:min(len(out), most)]
}

// Fitted is the cost that the class of the answer has at a size, through the
// measured points; 0 when the class is unclear.
func (a Answer) Fitted(s *Sweep) []float64 {
	ns := s.sizes()
	out := make([]float64, len(ns))
	if a.Unclear || len(ns) < leastSizes {
		return out
	}
	y := s.pick((*Point).CPU)
	if s.waits() {
		y = s.pick((*Point).Wall)
	}
	f := Fit{Class: a.Class}
	if a.Class == Exponential {
		f, _ = exponential(ns, y)
	} else {
		f, _ = power(ns, y, a.Class, Constant)
	}
	for i, n := range ns {
		g := f.Class.of(n)
		if f.Class == Exponential {
			g = math.Pow(f.Base, n-ns[len(ns)-1])
		}
		out[i] = f.A + f.B*g
	}
	return out
}
