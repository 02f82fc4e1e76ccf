package rt

import (
	"reflect"
	"slices"
)

// Sort is slices.Sort of a lowered slice, whose elements are of a basic type.
func (c *Cell) Sort(x any) {
	switch x := x.(type) {
	case []int:
		slices.Sort(x)
	case []string:
		slices.Sort(x)
	case []float64:
		slices.Sort(x)
	case []int8:
		slices.Sort(x)
	case []int16:
		slices.Sort(x)
	case []int32:
		slices.Sort(x)
	case []int64:
		slices.Sort(x)
	case []uint:
		slices.Sort(x)
	case []uint8:
		slices.Sort(x)
	case []uint16:
		slices.Sort(x)
	case []uint32:
		slices.Sort(x)
	case []uint64:
		slices.Sort(x)
	case []uintptr:
		slices.Sort(x)
	case []float32:
		slices.Sort(x)
	default:
		c.sortForeign(x)
	}
}

// SortOrder sorts the numbers 0 to n-1 by a comparison of what they stand for.
func (c *Cell) SortOrder(n int, cmp func(i, j int) int, stable bool) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	if stable {
		slices.SortStableFunc(p, cmp)
	} else {
		slices.SortFunc(p, cmp)
	}
	return p
}

// Overlaps reports whether two slices of one type share memory.
func (c *Cell) Overlaps(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	size := x.Type().Elem().Size()
	if x.Len() == 0 || y.Len() == 0 || size == 0 {
		return false
	}
	return x.Pointer() < y.Pointer()+uintptr(y.Len())*size && y.Pointer() < x.Pointer()+uintptr(x.Len())*size
}
