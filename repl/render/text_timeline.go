package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
)

// How many bins a timeline has: beside its legend, or above it.
const (
	narrowBins = 36
	workerBins = 29 // their names are longer
	wideBins   = 66
)

const legend = "▓ running  · ready  ░ waiting"

// glyphOf is the sign of a bin.
func glyphOf(bin byte) string {
	switch bin {
	case 'R':
		return "▓"
	case 'r':
		return "·"
	case 'w':
		return "░"
	}
	return " "
}

// timeline draws a lane a line. A narrow one has its legend beside the first
// lanes; a wide one has it below, after the workers.
func (p *printer) timeline(t *measure.Timeline, most int) {
	if len(t.Lanes) == 0 {
		return
	}
	lanes := make([]measure.Lane, len(t.Lanes))
	for i, l := range t.Lanes {
		lanes[i] = measure.Lane{Name: laneName(i, l.Name), Bins: l.Bins}
	}
	notes := laneNotes(t)
	switch {
	case most == wideBins:
		lanes = append(lanes, t.Workers...)
	case len(t.Workers) > 0 && slivers(lanes): // tasks too short to be seen
		lanes, most = t.Workers, workerBins
		notes = workerNotes(t)
	}
	name := 0
	for _, l := range lanes {
		name = max(name, columns(l.Name))
	}
	wide := most == wideBins
	most = min(most, p.o.width()-name-7)
	beside := !wide && len(lanes) > 1
	for i, l := range lanes {
		note := ""
		if beside && i < len(notes) {
			note = "   " + notes[i]
		}
		p.line("    " + left(l.Name, name) + " |" + p.bins(l.Bins, most) + "|" + p.t(note))
	}
	if !beside {
		p.line("    " + strings.Join(notes, "   "))
	}
}

// laneNotes say what the lanes are and what the glyphs mean.
func laneNotes(t *measure.Timeline) []string {
	lanes := fmt.Sprintf("%d of %s", len(t.Lanes), plural(t.Total, "task"))
	if t.Model != "" {
		lanes = t.Model + ": " + lanes
	}
	return []string{lanes, legend}
}

// slivers tells whether a lane would show next to nothing: less than an eighth.
func slivers(lanes []measure.Lane) bool {
	for _, l := range lanes {
		if 8*(len(l.Bins)-strings.Count(l.Bins, " ")) >= len(l.Bins) {
			return false
		}
	}
	return true
}

// workerNotes say what the lanes of workers are.
func workerNotes(t *measure.Timeline) []string {
	model := t.Model
	if model != "" {
		model += ": "
	}
	return []string{model + plural(t.Total, "task") + " on " + plural(len(t.Workers), "worker"), legend}
}

// laneName gives a letter to a task that has a number only.
func laneName(i int, name string) string {
	if _, err := strconv.Atoi(name); err == nil && i < 26 {
		return string(rune('A' + i))
	}
	return name
}

func (p *printer) bins(bins string, most int) string {
	var b strings.Builder
	for _, c := range []byte(fewer(bins, most)) {
		b.WriteString(p.t(glyphOf(c)))
	}
	return b.String()
}

// fewer makes at most n bins of many: each is the state that most of its bins
// have, and of equals the busier one.
func fewer(bins string, n int) string {
	if len(bins) <= n {
		return bins
	}
	out := make([]byte, n)
	for i := range out {
		var count [256]int
		for _, c := range []byte(bins[i*len(bins)/n : (i+1)*len(bins)/n]) {
			count[c]++
		}
		out[i] = ' '
		for _, c := range []byte("Rrw ") {
			if count[c] > count[out[i]] || count[c] == count[out[i]] && out[i] == ' ' && count[c] > 0 {
				out[i] = c
			}
		}
	}
	return string(out)
}
