package growth

import (
	"math"
	"slices"
)

// Fit is one curve laid through a series: A·low(n) + B·class(n), or A + B·Base^n.
type Fit struct {
	Class Class
	Low   Class // of the lower term; Constant is a plain intercept
	A, B  float64
	Base  float64 // of an Exponential
	Miss  float64 // root mean square of the relative residuals
	Share float64 // of the leading term at the largest n
	score float64 // corrected Akaike criterion; less is better
}

// tied is the difference of scores below which two fits are alike.
const tied = 4

// exponentialUpTo is the largest n for which an exponential is tried: 2^200
// steps are not run.
const exponentialUpTo = 200

// fits lays every candidate through a series, best first. floor is the relative
// noise below which a residual tells nothing; fine adds the classes without a
// name that noisy data cannot tell from their neighbours.
func fits(ns, y []float64, floor float64, fine bool) []Fit {
	var out []Fit
	add := func(f Fit, terms int) {
		if f.B > 0 || f.Class == Constant {
			f.score = criterion(f.Miss, terms, len(ns), floor)
			out = append(out, f)
		}
	}
	flat := twoTerms(y, Constant.column(ns), make([]float64, len(ns)))
	add(Fit{Class: Constant, A: flat.a, Miss: flat.miss, Share: 1}, 1)
	for _, c := range candidates(fine) {
		add(power(ns, y, c, Constant))
	}
	for _, p := range sums(fine) {
		f, terms := power(ns, y, p[1], p[0])
		if f.A > 0 {
			add(f, terms)
		}
	}
	if ns[len(ns)-1] <= exponentialUpTo {
		add(exponential(ns, y))
	}
	slices.SortStableFunc(out, func(a, b Fit) int { return cmpFloat(a.score, b.score) })
	return out
}

func candidates(fine bool) []Class {
	all := []Class{Log, Sqrt, Linear, NLog, ThreeHalves, Square, Cube, Quartic}
	if fine {
		all = append(all, SquareLog)
	}
	return all
}

func sums(fine bool) [][2]Class {
	all := [][2]Class{{Linear, ThreeHalves}, {Linear, Square}, {NLog, Square}, {Linear, Cube}, {Square, Cube}}
	if fine {
		all = append(all, [2]Class{Linear, NLog}, [2]Class{ThreeHalves, Square})
	}
	return all
}

func power(ns, y []float64, c, low Class) (Fit, int) {
	t := twoTerms(y, low.column(ns), c.column(ns))
	top := ns[len(ns)-1]
	lead, rest := t.b*c.of(top), t.a*low.of(top)
	f := Fit{Class: c, Low: low, A: t.a, B: t.b, Miss: t.miss}
	if lead+rest > 0 {
		f.Share = lead / (lead + rest)
	}
	return f, t.terms
}

// exponential finds the base by search: the fit is linear in the other two.
func exponential(ns, y []float64) (Fit, int) {
	top := ns[len(ns)-1]
	at := func(rate float64) terms {
		v := make([]float64, len(ns))
		for i, n := range ns {
			v[i] = math.Exp(rate * (n - top)) // 1 at the top: nothing overflows
		}
		return twoTerms(y, Constant.column(ns), v)
	}
	best, bestRate := terms{miss: math.Inf(1)}, 0.0
	for rate := 0.1; rate <= 2.8; rate += 0.005 {
		if t := at(rate); t.b > 0 && t.miss < best.miss {
			best, bestRate = t, rate
		}
	}
	f := Fit{Class: Exponential, A: best.a, B: best.b, Miss: best.miss, Base: math.Exp(bestRate)}
	if best.b > 0 {
		f.Share = best.b / (best.a + best.b)
	}
	return f, best.terms + 1
}

// terms are the factors of a fit of two terms.
type terms struct {
	a, b, miss float64
	terms      int
}

// twoTerms minimises Σ((y − a·u − b·v)/y)² with a, b ≥ 0. Every y is positive.
func twoTerms(y, u, v []float64) terms {
	var uu, uv, vv, u1, v1 float64
	for i := range y {
		p, q := u[i]/y[i], v[i]/y[i]
		uu, uv, vv, u1, v1 = uu+p*p, uv+p*q, vv+q*q, u1+p, v1+q
	}
	det := uu*vv - uv*uv
	if det > 1e-12*uu*vv {
		a, b := (u1*vv-v1*uv)/det, (v1*uu-u1*uv)/det
		if a >= 0 && b >= 0 {
			return terms{a, b, miss(y, u, v, a, b), 2}
		}
	}
	onlyU, onlyV := terms{terms: 1, miss: math.Inf(1)}, terms{terms: 1, miss: math.Inf(1)}
	if uu > 0 {
		onlyU = terms{u1 / uu, 0, miss(y, u, v, u1/uu, 0), 1}
	}
	if vv > 0 {
		onlyV = terms{0, v1 / vv, miss(y, u, v, 0, v1/vv), 1}
	}
	if onlyV.miss <= onlyU.miss {
		return onlyV
	}
	return onlyU
}

func miss(y, u, v []float64, a, b float64) float64 {
	sum := 0.0
	for i := range y {
		e := 1 - (a*u[i]+b*v[i])/y[i]
		sum += e * e
	}
	return math.Sqrt(sum / float64(len(y)))
}

// criterion is AICc of a fit with so many terms, the variance of the noise
// being one more.
func criterion(miss float64, terms, points int, floor float64) float64 {
	k, n := float64(terms+1), float64(points)
	penalty := 2*k + 50
	if n-k-1 > 0 {
		penalty = 2*k + 2*k*(k+1)/(n-k-1)
	}
	return n*math.Log(miss*miss+floor*floor) + penalty
}

// Slope is the log-log slope of a series: the median of all pairwise slopes.
func Slope(ns, y []float64) float64 {
	var s []float64
	for i := range ns {
		for j := i + 1; j < len(ns); j++ {
			s = append(s, math.Log(y[j]/y[i])/math.Log(ns[j]/ns[i]))
		}
	}
	return median(s)
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
