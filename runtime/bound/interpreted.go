package bound

import (
	"maps"

	"github.com/lapbook/lapbook/runtime/measure"
)

// The interpreter needs between these factors longer for its own part of the
// work than compiled code: simple loops are near the lower, calls and short
// expressions near the upper end.
const (
	leastSlowdown = 15
	mostSlowdown  = 300
)

// compiledGuess says what an interpreted cell would be when compiled, as far as
// that can be known: the interpreter's own time on the path is divided by the
// least and by the most that it slows code down. Only when both give the same
// bound is it named. Waits that hide behind slow computing cannot be recovered.
func compiledGuess(in Input, measured measure.Verdict) string {
	if in.Samples < 15 && in.Path[Compute] > 0.2 {
		return "interpreted: too few CPU samples to tell what it would be compiled"
	}
	low, high := compiledAt(in, leastSlowdown), compiledAt(in, mostSlowdown)
	switch {
	case low.bound != high.bound:
		return "interpreted: what it would be compiled is not clear"
	case low.bound == measured.Bound:
		return "interpreted: compiled it would be the same"
	}
	return "interpreted: compiled it would be " + low.headline
}

// compiledAt classifies with the interpreter's own time divided.
func compiledAt(in Input, slowdown float64) *claim {
	f := in.Facts
	f.Path = maps.Clone(in.Path)
	gone := f.Path[Compute] * f.Interp * (1 - 1/slowdown)
	f.Path[Compute] -= gone
	for k := range f.Path {
		f.Path[k] /= 1 - gone
	}
	f.WallNS = int64(float64(f.WallNS) * (1 - gone))
	f.Running *= 1 - gone
	in.Facts, in.Measurement, in.Interpreted = f, measure.Measurement{}, false
	return newView(&in).claim()
}
