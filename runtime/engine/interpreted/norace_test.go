//go:build !race

package interpreted

const raceEnabled = false
