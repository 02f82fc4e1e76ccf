package measure

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// Alpha is the level of each look at the samples. Four looks at 0.004 keep the
// chance of any false claim below 2%, and six runs a side can just reach it:
// two fully separated samples of six have p = 0.0022.
const Alpha = 0.004

// confidence of the printed intervals.
const confidence = 0.95

// Summary is the median of the values with its 95% interval (order statistics,
// benchmath.AssumeNothing). Below six values the bounds are nil: no finite
// interval of that confidence exists.
func Summary(values []int64) Interval {
	if len(values) == 0 {
		return Interval{}
	}
	s := benchmath.AssumeNothing.Summary(sampleOf(values), confidence)
	i := Interval{Median: round(s.Center)}
	if !math.IsInf(s.Lo, 0) && !math.IsInf(s.Hi, 0) { // one open side is no interval
		low, high := round(s.Lo), round(s.Hi)
		i.Low, i.High = &low, &high
	}
	return i
}

// Percent is half the width of the interval in percent of its median, the ±
// of a table; ok is false when there is no interval.
func (i Interval) Percent() (p float64, ok bool) {
	if i.Low == nil || i.High == nil || i.Median <= 0 {
		return 0, false
	}
	return 100 * float64(*i.High-*i.Low) / 2 / float64(i.Median), true
}

// Speedup is base over model: medians, with the bounds that the two intervals
// allow, [base.low/model.high, base.high/model.low]. That interval is wider
// than it must be; it is never used to decide (see Differ).
func Speedup(base, model Interval) Ratio {
	r := Ratio{Median: quotient(base.Median, model.Median)}
	if base.Low != nil && base.High != nil && model.Low != nil && model.High != nil {
		low, high := quotient(*base.Low, *model.High), quotient(*base.High, *model.Low)
		r.Low, r.High = &low, &high
	}
	return r
}

// Differ tells whether two sets of samples come from different distributions,
// by the Mann-Whitney U test alone at Alpha, and gives its p. Bootstrapped or
// paired ratios were rejected: they claimed 14 to 41% false differences.
func Differ(a, b []int64) (significant bool, p float64) {
	if len(a) == 0 || len(b) == 0 {
		return false, 1
	}
	p = benchmath.AssumeNothing.Compare(sampleOf(a), sampleOf(b)).P
	if math.IsNaN(p) {
		p = 1
	}
	return p < Alpha, p
}

// NextRuns is the stopping rule of a comparison: the number of runs a side
// after which the next look is taken, or 0 when done. Looks are at 6, 10, 14
// and 20 runs, until decided.
func NextRuns(done int, decided bool) int {
	looks := []int{6, 10, 14, 20}
	if decided && done >= looks[0] {
		return 0
	}
	for _, n := range looks {
		if done < n {
			return n
		}
	}
	return 0
}

// NextRunsAlone is the stopping rule of one measurement without a comparison:
// the same looks, until the interval is within 5% of the median.
func NextRunsAlone(wall []int64) int {
	p, ok := Summary(wall).Percent()
	return NextRuns(len(wall), ok && p <= 5)
}

// Visible is the smallest speedup that samples as noisy as these could have
// shown: what to print beside "no significant difference". It is the ratio by
// which one side must be scaled until the U test would decide.
func Visible(a, b []int64) float64 {
	for _, r := range []float64{1.02, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 2, 3, 5} {
		if scaledDiffer(a, b, r) && scaledDiffer(b, a, r) {
			return r
		}
	}
	return 10
}

// scaledDiffer moves b's median onto a's, stretches it by r, and tests.
func scaledDiffer(a, b []int64, r float64) bool {
	f := r * quotient(Summary(a).Median, Summary(b).Median)
	c := make([]int64, len(b))
	for i, v := range b {
		c[i] = round(float64(v) * f)
	}
	yes, _ := Differ(a, c)
	return yes
}

func sampleOf(values []int64) *benchmath.Sample {
	fs := make([]float64, len(values))
	for i, v := range values {
		fs[i] = float64(v)
	}
	return benchmath.NewSample(fs, &benchmath.Thresholds{CompareAlpha: Alpha})
}

func round(f float64) int64 { return int64(math.Round(f)) }

// quotient is a/b, kept finite: JSON has no Inf.
func quotient(a, b int64) float64 {
	if b <= 0 {
		b = 1
	}
	return float64(a) / float64(b)
}

func medianOf[T int64 | float64](v []T) T {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
