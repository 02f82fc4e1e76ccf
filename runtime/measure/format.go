package measure

import (
	"fmt"
	"strconv"
)

// Duration prints nanoseconds for people: three figures above one second, two
// or three below ("1.63 s", "163 ms", "4.1 ms", "44 µs", "12 ns").
func Duration(ns int64) string {
	switch {
	case ns < 0:
		return "-" + Duration(-ns)
	case ns >= 99_950_000_000:
		return fmt.Sprintf("%d s", (ns+500_000_000)/1_000_000_000)
	case ns >= 9_995_000_000:
		return fmt.Sprintf("%.1f s", float64(ns)/1e9)
	case ns >= 999_500_000:
		return fmt.Sprintf("%.2f s", float64(ns)/1e9)
	case ns >= 999_500:
		return small(float64(ns)/1e6) + " ms"
	case ns >= 1000:
		return small(float64(ns)/1e3) + " µs"
	}
	return strconv.FormatInt(ns, 10) + " ns"
}

// small prints one decimal below ten, none above, and no trailing ".0".
func small(f float64) string {
	if f >= 9.95 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	s := strconv.FormatFloat(f, 'f', 1, 64)
	if s[len(s)-2:] == ".0" {
		return s[:len(s)-2]
	}
	return s
}

// Bytes prints a size in decimal units: "1.2 MB", "640 kB", "12 B".
func Bytes(n int64) string {
	switch {
	case n < 0:
		return "-" + Bytes(-n)
	case n >= 999_500_000:
		return small(float64(n)/1e9) + " GB"
	case n >= 999_500:
		return small(float64(n)/1e6) + " MB"
	case n >= 1000:
		return small(float64(n)/1e3) + " kB"
	}
	return strconv.FormatInt(n, 10) + " B"
}

// Times prints a ratio: "1.0×", "37×", "0.04×".
func Times(r float64) string {
	switch {
	case r >= 9.95:
		return fmt.Sprintf("%.0f×", r)
	case r > 0 && r < 0.005:
		return "<0.01×"
	case r > 0 && r < 0.095:
		return fmt.Sprintf("%.2f×", r)
	}
	return fmt.Sprintf("%.1f×", r)
}

// Percent prints a share of one: "97%", and "<1%" for what is not nothing.
func Percent(share float64) string {
	if share > 0 && share < 0.005 {
		return "<1%"
	}
	return fmt.Sprintf("%.0f%%", 100*share)
}

// PlusMinus prints the interval after its median, "1.63 s ±1%"; without an
// interval the median alone.
func (i Interval) PlusMinus() string {
	s := Duration(i.Median)
	if p, ok := i.Percent(); ok {
		s += fmt.Sprintf(" ±%.0f%%", p)
	}
	return s
}
