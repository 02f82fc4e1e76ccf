package measure

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSummaryNeedsSixRuns(t *testing.T) {
	five := Summary([]int64{5, 1, 4, 2, 3})
	if five.Median != 3 || five.Low != nil || five.High != nil {
		t.Errorf("five runs: %+v, want median 3 and no bounds", five)
	}
	six := Summary([]int64{60, 10, 50, 20, 40, 30})
	if six.Median != 35 || six.Low == nil || *six.Low != 10 || *six.High != 60 {
		t.Errorf("six runs: %+v, want 35 in [10, 60]", six)
	}
	if p, ok := six.Percent(); !ok || math.Abs(p-71.4) > 0.1 {
		t.Errorf("half width %v %v, want 71.4%%", p, ok)
	}
}

func TestSpeedupBounds(t *testing.T) {
	low, high := int64(90), int64(110)
	base := Interval{Median: 100, Low: &low, High: &high}
	mlow, mhigh := int64(45), int64(55)
	r := Speedup(base, Interval{Median: 50, Low: &mlow, High: &mhigh})
	if r.Median != 2 || math.Abs(*r.Low-90.0/55) > 1e-9 || math.Abs(*r.High-110.0/45) > 1e-9 {
		t.Errorf("got %v [%v, %v]", r.Median, *r.Low, *r.High)
	}
	if r := Speedup(base, Interval{Median: 50}); r.Low != nil || r.High != nil {
		t.Error("bounds without an interval on one side")
	}
	if r := Speedup(base, Interval{}); math.IsInf(r.Median, 0) {
		t.Error("infinite speedup")
	}
}

func TestNextRuns(t *testing.T) {
	for _, row := range []struct {
		done    int
		decided bool
		want    int
	}{
		{0, false, 6}, {1, true, 6}, {6, true, 0}, {6, false, 10}, {10, false, 14},
		{14, true, 0}, {14, false, 20}, {20, false, 0}, {25, false, 0},
	} {
		if got := NextRuns(row.done, row.decided); got != row.want {
			t.Errorf("NextRuns(%d, %v) = %d, want %d", row.done, row.decided, got, row.want)
		}
	}
}

// noisy draws wall times as a small virtual machine gives them: a log-normal
// body, and now and then a run that somebody else's work made longer.
func noisy(r *rand.Rand, centre float64) int64 {
	f := math.Exp(0.03 * r.NormFloat64())
	if r.Float64() < 0.1 {
		f *= 1 + r.Float64()
	}
	return int64(centre * f)
}

// compare follows the stopping rule on simulated runs and tells what it claims.
func compare(r *rand.Rand, a, b float64) (claimed bool, runs int) {
	var x, y []int64
	for n := NextRuns(0, false); n > 0; n = NextRuns(n, claimed) {
		for len(x) < n {
			x, y = append(x, noisy(r, a)), append(y, noisy(r, b))
		}
		claimed, _ = Differ(x, y)
	}
	return claimed, len(x)
}

func TestEqualCellsAreSeldomToldApart(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const trials = 2000
	false_ := 0
	for range trials {
		if yes, _ := compare(r, 1e8, 1e8); yes {
			false_++
		}
	}
	t.Logf("%d of %d equal pairs claimed different", false_, trials)
	if false_ > trials*2/100 {
		t.Errorf("%d of %d equal pairs were claimed different, want at most 2%%", false_, trials)
	}
}

func TestTrueDifferenceIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const trials = 500
	found, runs := 0, 0
	for range trials {
		yes, n := compare(r, 1.3e8, 1e8)
		runs += n
		if yes {
			found++
		}
	}
	t.Logf("1.3× found in %d of %d, %.1f runs a side on average", found, trials, float64(runs)/trials)
	if found < trials*95/100 {
		t.Errorf("1.3× found in %d of %d", found, trials)
	}
}

func TestVisible(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var a, b []int64
	for range 20 {
		a, b = append(a, noisy(r, 1e8)), append(b, noisy(r, 1e8))
	}
	if v := Visible(a, b); v < 1.02 || v > 1.3 {
		t.Errorf("20 runs of 3%% noise could have shown %v", v)
	}
}
