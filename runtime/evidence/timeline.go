package evidence

import (
	"fmt"
	"slices"

	"github.com/lapbook/lapbook/runtime/measure"
)

// timeline draws the tasks when there are any, else the goroutines of the cell
// that run its own code, and the workers.
func (h *history) timeline(o Options) *measure.Timeline {
	t := &measure.Timeline{WallNS: h.end - h.start}
	if len(h.regions) > 0 {
		h.taskLanes(t, o)
	} else {
		h.goroutineLanes(t, o)
	}
	h.workerLanes(t, o)
	return t
}

// glyph is the letter of a state in a lane.
func (s state) glyph() byte {
	switch {
	case s == unknown:
		return ' '
	case s == run, s == assist, s == fileCall, s == netCall, s == cgoCall:
		return 'R'
	case s == ready:
		return 'r'
	}
	return 'w'
}

func (h *history) taskLanes(t *measure.Timeline, o Options) {
	tasks := slices.Clone(h.regions)
	slices.SortStableFunc(tasks, func(a, b *taskSpan) int { return cmp(a.start, b.start) })
	t.Total = len(tasks)
	for i, k := range tasks {
		if i == o.Lanes {
			break
		}
		name := k.name
		if name == "" {
			name = letter(i)
		}
		t.Lanes = append(t.Lanes, measure.Lane{Name: name, Bins: h.bins(k.g, max(k.start, h.start), min(k.end, h.end), o.Bins)})
	}
}

func (h *history) goroutineLanes(t *measure.Timeline, o Options) {
	for _, g := range h.order {
		if !g.member || g.helper || g.system {
			continue
		}
		t.Total++
		if len(t.Lanes) >= o.Lanes {
			continue
		}
		name := g.label
		if name == "" && g == h.root {
			name = "cell"
		} else if name == "" {
			name = letter(t.Total - 2)
		}
		from := h.start
		if g.known {
			from = max(from, g.born)
		}
		t.Lanes = append(t.Lanes, measure.Lane{Name: name, Bins: h.bins(g, from, h.end, o.Bins)})
	}
}

// letter names the i-th lane: A to Z, then A1 and so on.
func letter(i int) string {
	s := string(rune('A' + i%26))
	if i >= 26 {
		s += fmt.Sprint(i / 26)
	}
	return s
}

// bins draws a goroutine between two times into the window of the cell: in
// each bin the state that took most of it.
func (h *history) bins(g *goroutine, from, to int64, n int) string {
	shares := map[byte][]float64{'R': make([]float64, n), 'r': make([]float64, n), 'w': make([]float64, n)}
	for i := range g.spans {
		s := &g.spans[i]
		a, b := max(s.start, from), min(s.end, to)
		if v := shares[s.state.glyph()]; b > a && v != nil {
			spread(v, a-h.start, b-h.start, h.end-h.start)
		}
	}
	row := make([]byte, n)
	for i := range row {
		row[i] = ' '
		best := 0.05 // of a bin; less is not shown
		for _, c := range []byte("Rrw") {
			if v := shares[c][i]; v > best {
				best, row[i] = v, c
			}
		}
	}
	return string(row)
}

// workerLanes draws which worker ran the cell's goroutines when.
func (h *history) workerLanes(t *measure.Timeline, o Options) {
	n := min(h.workers(), 16)
	busy := make([][]float64, n)
	for i := range busy {
		busy[i] = make([]float64, o.Bins)
	}
	for _, g := range h.order {
		if !g.member {
			continue
		}
		for i := range g.spans {
			s := &g.spans[i]
			a, b := max(s.start, h.start), min(s.end, h.end)
			if (s.state == run || s.state == assist) && int(s.proc) < n && s.proc >= 0 && b > a {
				spread(busy[s.proc], a-h.start, b-h.start, h.end-h.start)
			}
		}
	}
	for i, b := range busy {
		row := make([]byte, o.Bins)
		for k, v := range b {
			row[k] = 'w'
			if v > 0.5 {
				row[k] = 'R'
			}
		}
		t.Workers = append(t.Workers, measure.Lane{Name: fmt.Sprintf("worker %d", i), Bins: string(row)})
	}
}
