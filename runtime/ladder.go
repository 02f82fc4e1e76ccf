package runtime

import (
	"cmp"
	"context"
	"fmt"
	goruntime "runtime"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
)

// rung is a step of the ladder. Each is cheaper than the next.
type rung struct {
	name   string   // what %skip takes
	other  []string // more words for it
	advice string   // the word of measure.Advice
	title  string
	why    string // why it precedes the next
	state  func(f *findings) (mark, note string)
}

// The marks of a rung.
const (
	done     = "✓"
	ruledOut = "–"
	open     = "?"
)

// rungs is the ladder, in its order.
func rungs() []rung {
	return []rung{
		{"measure", nil, "measure", "measure",
			"first: only this tells which of the others can help, and how much", measured},
		{"algorithm", nil, "algorithm", "fix the algorithm",
			"before 3: less work needs less memory, and its gain grows with the data", algorithmState},
		{"memory", []string{"stream", "streaming"}, "memory", "stream to cut memory",
			"before 4: all that is in flight multiplies the memory of one task", memoryState},
		{"concurrency", []string{"concurrent", "parallel", "model"}, "model", "concurrency for the right bound",
			"before 5: one machine needs no copies, no network, no retries", concurrencyState},
		{"scale", []string{"scale-out", "scaleout"}, "scale", "scale out",
			"last: copies, networks and machines that fail cost the most", scaleState},
	}
}

// findRung finds a rung by one of its words.
func findRung(word string) (rung, error) {
	var names []string
	for _, r := range rungs() {
		if word == r.name || slices.Contains(r.other, word) {
			return r, nil
		}
		names = append(names, r.name)
	}
	err := fmt.Errorf("%s: no such rung; want one of %s", word, strings.Join(names[1:], ", "))
	if near := nearest(word, names); near != "" {
		err = fmt.Errorf("%s: no such rung; did you mean %s?", word, near)
	}
	return rung{}, err
}

func ladderMagic() Magic {
	return Magic{
		Name: "ladder", Group: "stop", Usage: "%ladder [CELL]",
		Summary: "the five rungs, and which are done",
		Help: "Prints the five rungs of making code fast, why each precedes the next, and for\n" +
			"a cell: ✓ done, – ruled out, ? open. Without a CELL it is the one that was\n" +
			"measured last. Marks stand on what was measured, or on your %skip.",
		Example: "x := 1\n%ladder",
		Do:      func(_ context.Context, s *Session, c Call) error { return s.ladder(c) },
	}
}

// ladder prints the rungs.
func (s *Session) ladder(c Call) error {
	f, err := s.about(c.Args)
	if err != nil {
		return fmt.Errorf("%%ladder: %w", err)
	}
	head := "the ladder; no cell has run yet"
	if f.cell != nil {
		head = "the ladder for " + f.name
	}
	if s.target > 0 {
		head += " · target " + measure.Duration(int64(s.target))
		if best := f.best(); best != nil {
			head += map[bool]string{true: ": met", false: ": not met"}[best.ns <= int64(s.target)]
		}
	}
	c.printf("%s\n", head)
	for i, r := range rungs() {
		mark, note := s.stateOf(r, f)
		c.printf("%s %d %-33s%s\n", mark, i+1, r.title, cut(powers(note), 39))
		c.printf("    %s\n", r.why)
	}
	c.printf("%s done · %s ruled out · %s open · %%advise names the next\n", done, ruledOut, open)
	return nil
}

// powers writes the classes of growth as one does.
func powers(s string) string {
	return strings.NewReplacer("n^2", "n²", "n^3", "n³", "2^n", "2ⁿ").Replace(s)
}

// stateOf is the mark of a rung for a cell: what the user ruled out is ruled out
// whatever was measured.
func (s *Session) stateOf(r rung, f *findings) (mark, note string) {
	if reason, ok := s.skips()[r.name]; ok {
		return ruledOut, cmp.Or(reason, "skipped (%skip)")
	}
	return r.state(f)
}

func measured(f *findings) (string, string) {
	switch {
	case f.cell == nil:
		return open, "type a cell first"
	case f.verdict == nil:
		return open, "nothing measured yet: %profile"
	case f.verdict.Bound == "unclear":
		return open, f.verdict.Headline
	}
	return done, f.verdict.Headline
}

// flat are the classes of growth that leave a better algorithm little to win:
// each item is looked at once, or sorted.
func flat() []string { return []string{"1", "log n", "n", "n log n"} }

func algorithmState(f *findings) (string, string) {
	g := f.growth
	switch {
	case f.slower != nil:
		return done, fmt.Sprintf("cell %s is %s faster", f.slower.Cell, measure.Times(f.slower.Speedup.Median))
	case g != nil && g.Class == "unclear":
		return open, "how it grows is unclear"
	case g != nil && slices.Contains(flat(), g.Class):
		return done, "grows like " + g.Class
	case g != nil:
		return open, "grows like " + g.Class + ": much to win"
	case f.faster != nil:
		return done, f.faster.Conclusion
	case f.verdict != nil && f.verdict.Bound == "io":
		return open, "fewer requests? (cache, batch)"
	}
	return open, "how it grows is not known: %grow"
}

func memoryState(f *findings) (string, string) {
	m := f.memory
	switch {
	case m != nil && strings.Contains(m.Advice, "would cut"):
		return open, "peak " + measure.Bytes(m.PeakHeap) + ": streaming would cut it"
	case m != nil && m.Growth != nil && m.Growth.Class == "1":
		return done, "the peak does not grow with " + m.Growth.Parameter
	case m != nil && m.AllocBytes < little:
		return ruledOut, "allocates " + measure.Bytes(m.AllocBytes) + ": nothing to gain"
	case m != nil:
		return done, "peak " + measure.Bytes(m.PeakHeap) + ", live " + measure.Bytes(m.LiveHeap)
	case f.measurement == nil:
		return open, "not measured: %memory"
	case f.measurement.AllocBytes < little:
		return ruledOut, "allocates " + measure.Bytes(f.measurement.AllocBytes) + ": nothing to gain"
	}
	return open, "allocates " + measure.Bytes(f.measurement.AllocBytes) + ": %memory"
}

func concurrencyState(f *findings) (string, string) {
	if c := f.comparison; c != nil {
		if col := fastest(c); col.Model != asWritten && gained(col) {
			return done, col.Model + ": " + measure.Duration(col.WallNS.Median) + ", " + measure.Times(col.Speedup.Median)
		}
	}
	want := f.model()
	switch {
	case f.refused != nil:
		return ruledOut, "no model applies: " + place(f.refused)
	case f.verdict == nil:
		return open, "the bound is not known yet"
	case f.tried(want):
		return ruledOut, "tried: no significant gain"
	case f.runsOf(want) > 0:
		return open, fmt.Sprintf("%s ran %s only: too few to tell", want, times(f.runsOf(want)))
	case f.verdict.Detail == "saturated":
		return ruledOut, "all cores are busy already"
	case want == parallel && goruntime.NumCPU() == 1:
		return ruledOut, "one core only"
	case f.verdict.Bound == "lock":
		return open, "hold the lock for less"
	case f.verdict.Bound == "unclear":
		return open, "the bound is unclear"
	}
	return open, "not tried: %" + want
}

// place is where a refusal lies: line 2, total.
func place(r *measure.Refusal) string {
	if r.Line == 0 {
		return r.Reason
	}
	if r.Variable == "" {
		return fmt.Sprintf("line %d", r.Line)
	}
	return fmt.Sprintf("line %d, %s", r.Line, r.Variable)
}

func scaleState(f *findings) (string, string) {
	best := f.best()
	switch {
	case f.target > 0 && best != nil && best.ns <= f.target:
		return ruledOut, "the target is met"
	case f.usesAllCores():
		return open, "all cores are used"
	}
	return open, "when one machine is used up"
}
