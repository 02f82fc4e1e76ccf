//go:build race

package interpreted

const raceEnabled = true
