package compiled

import (
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
)

const (
	raceRule  = "=================="
	raceTitle = "WARNING: DATA RACE"
)

// raceReports takes the detector's reports out of what a program printed on
// stderr, and gives each the cells' lines of both accesses.
func raceReports(stderr string, ids map[string]bool) (reports []engine.RaceReport, rest string) {
	var keep strings.Builder
	for {
		before, after, ok := strings.Cut(stderr, raceRule+"\n"+raceTitle+"\n")
		keep.WriteString(before)
		if !ok {
			return reports, keep.String()
		}
		text, next, _ := strings.Cut(after, raceRule+"\n")
		stderr = next
		r := engine.RaceReport{Text: raceTitle + "\n" + text}
		parts := strings.Split(text, "\n\n")
		if len(parts) > 0 {
			r.First = racePlaces(parts[0], ids)
		}
		if len(parts) > 1 {
			r.Second = racePlaces(parts[1], ids)
		}
		reports = append(reports, r)
	}
}

// racePlaces reads one access: pairs of lines "  main.f()" and "      file:line +0x…".
func racePlaces(text string, ids map[string]bool) []engine.Place {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "      ") {
			line = "\t" + strings.TrimSpace(line) + "\n"
		} else {
			line = strings.TrimSpace(line) + "\n"
		}
		b.WriteString(line)
	}
	var out []engine.Place
	for _, f := range dumpFrames(b.String(), ids) {
		out = append(out, engine.Place{Cell: f.cell, Line: f.line, Func: f.fun})
	}
	return out
}
