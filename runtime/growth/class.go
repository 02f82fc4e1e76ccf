package growth

import "math"

// Class is a class of growth; greater classes grow faster.
type Class int

// The classes. Sqrt, NSquareLog and Quartic are fitted so that nothing else is
// named in their place; they have no name of their own and make an answer
// unclear.
const (
	Constant Class = iota
	Log
	Sqrt
	Linear
	NLog
	ThreeHalves
	Square
	SquareLog
	Cube
	Quartic
	Exponential
)

// Unclear is the name of an answer that the data do not give.
const Unclear = "unclear"

// String is the class as JSON names it: 1, log n, n, n log n, n^1.5, n^2, n^3, 2^n.
func (c Class) String() string {
	return []string{"1", "log n", "n^0.5", "n", "n log n", "n^1.5", "n^2", "n^2 log n", "n^3", "n^4", "2^n"}[c]
}

// Named tells whether an answer may be this class.
func (c Class) Named() bool { return c != Sqrt && c != SquareLog && c != Quartic }

// neighbours are the named classes around a class without a name.
func (c Class) neighbours() []Class {
	switch c {
	case Sqrt:
		return []Class{Log, Linear}
	case SquareLog:
		return []Class{Square, Cube}
	case Quartic:
		return []Class{Cube, Exponential}
	}
	return []Class{c}
}

// of is g(n).
func (c Class) of(n float64) float64 {
	lg := math.Log2(max(n, 2))
	switch c {
	case Log:
		return lg
	case Sqrt:
		return math.Sqrt(n)
	case Linear:
		return n
	case NLog:
		return n * lg
	case ThreeHalves:
		return n * math.Sqrt(n)
	case Square:
		return n * n
	case SquareLog:
		return n * n * lg
	case Cube:
		return n * n * n
	case Quartic:
		return n * n * n * n
	}
	return 1
}

// column is g at every n.
func (c Class) column(ns []float64) []float64 {
	out := make([]float64, len(ns))
	for i, n := range ns {
		out[i] = c.of(n)
	}
	return out
}
