package host

import "fmt"

// Bytes writes a size as people say it: 1 GiB, 17.6 GiB, 512 MiB.
func Bytes(n int64) string {
	unit, v := "B", float64(n)
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		if v < 1024 {
			break
		}
		unit, v = u, v/1024
	}
	if v == float64(int64(v)) {
		return fmt.Sprintf("%d %s", int64(v), unit)
	}
	return fmt.Sprintf("%.1f %s", v, unit)
}
