package runtime

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
)

// paragraph is what was done and found, to quote: a sentence for each rung that
// was measured, in the order of the ladder, then the target, how the figures
// were taken, and the doubts. "" when nothing was measured.
func paragraph(f *findings, skips map[string]string) string {
	if f.verdict == nil && f.measurement == nil && f.faster == nil {
		return ""
	}
	var s []string
	add := func(text string) {
		if text != "" {
			s = append(s, text)
		}
	}
	add(profiledWords(f))
	add(growthWords(f.growth))
	add(fasterWords(f.faster))
	add(memoryWords(f.memory))
	for _, r := range rungs() {
		if reason := skips[r.name]; reason != "" {
			add(fmt.Sprintf("I ruled out the rung “%s”: %s.", r.title, strings.TrimSuffix(reason, ".")))
		}
	}
	add(refusedWords(f.refused))
	s = append(s, comparisonWords(f.comparison)...)
	add(targetWords(f))
	add(figuresWords(f))
	add(doubtWords(f))
	return strings.Join(s, " ")
}

// profiledWords is the first sentence: the largest part of the time, its place,
// and the bound that follows.
func profiledWords(f *findings) string {
	v, m := f.verdict, f.measurement
	if v == nil && m == nil {
		return ""
	}
	if v == nil {
		return fmt.Sprintf("First I timed it: %s.", measure.Duration(m.WallNS.Median))
	}
	wall := "the time"
	if m != nil {
		wall = measure.Duration(m.WallNS.Median)
	}
	if v.Bound == "unclear" {
		_, why, _ := strings.Cut(v.Headline, ": ")
		return fmt.Sprintf("First I profiled, and the answer is unclear: %s.", why)
	}
	what, so := boundWords(v)
	text := "First I profiled: " + strings.ReplaceAll(what, "WALL", wall)
	if s := v.Shares["machine"]; s >= 0.05 {
		text = fmt.Sprintf("First I profiled: it takes %s; leaving out the %s in which the machine ran other programs, %s", wall, measure.Percent(s), strings.NewReplacer(" of WALL", "", "WALL are", "the rest is").Replace(what))
	}
	if len(v.Lines) > 0 && v.Lines[0].Share >= 0.5 && v.Lines[0].Line > 0 {
		l := v.Lines[0]
		at := fmt.Sprintf(" at line %d", l.Line)
		if l.Cell != "" && f.cell != nil && l.Cell != f.cell.ID {
			at = fmt.Sprintf(" at %s:%d", l.Cell, l.Line)
		}
		if l.Share < 0.9*mainShare(v) {
			at = fmt.Sprintf(", most of it%s (%s)", at, measure.Percent(l.Share))
		}
		text += at
	}
	return text + ", so it is " + so + "."
}

// mainShare is the share of the time that a verdict's bound names, of the time
// that the machine gave to the cell.
func mainShare(v *measure.Verdict) float64 {
	switch v.Bound {
	case "cpu":
		return ofOurs(v, computing(v))
	case "io":
		return ofOurs(v, v.Shares[v.Detail])
	case "mixed", "lock":
		return 1
	}
	return ofOurs(v, v.Shares[v.Bound])
}

// ofOurs is a share without the time in which the machine ran other programs.
func ofOurs(v *measure.Verdict, share float64) float64 {
	if rest := 1 - v.Shares["machine"]; rest > 0 {
		return min(1, share/rest)
	}
	return share
}

// boundWords are what the time does, with WALL for the wall time, and what that
// makes the cell.
func boundWords(v *measure.Verdict) (what, so string) {
	share := measure.Percent(mainShare(v))
	switch v.Bound {
	case "cpu":
		return share + " of WALL computes", "CPU-bound" + detailWords(v)
	case "io":
		return share + " of WALL waits for the " + v.Detail, "I/O-bound"
	case "timer":
		return share + " of WALL waits for a timer", "neither I/O-bound nor CPU-bound: it waits for time to pass"
	case "lock":
		_, what, _ := strings.Cut(v.Headline, ": ")
		return "WALL are spent on " + cmp.Or(what, "a lock"), "bound by the lock"
	case "child":
		return share + " of WALL waits for a child process", "bound by the child"
	}
	waits := 0.0
	for kind, s := range v.Shares {
		switch kind {
		case "network", "disk", "pipe", "timer", "child", "lock", "wait":
			waits += s
		}
	}
	return fmt.Sprintf("%s of WALL waits and %s computes", measure.Percent(ofOurs(v, waits)), measure.Percent(ofOurs(v, computing(v)))), "bound by both"
}

// detailWords is what the computing consists of, in the words of the headline.
func detailWords(v *measure.Verdict) string {
	if v.Detail == "compute" {
		return ""
	}
	if _, what, ok := strings.Cut(v.Headline, ": "); ok {
		return " (" + what + ")"
	}
	return ""
}

func growthWords(g *measure.Growth) string {
	if g == nil {
		return ""
	}
	over := fmt.Sprintf("from %s=%d to %d", g.Parameter, g.Low, g.High)
	_, how, _ := strings.Cut(g.Headline, ": ")
	if g.Class == "unclear" {
		return ended(fmt.Sprintf("How it grows %s is unclear: %s", over, cmp.Or(how, "the data do not decide")))
	}
	s := fmt.Sprintf("Its %s grows like %s %s", cmp.Or(g.Measure, "time"), g.Class, over)
	if how != "" {
		s += " (" + how + ")"
	}
	if len(g.Alternatives) > 0 {
		s += "; not ruled out: " + strings.Join(g.Alternatives, ", ")
	}
	return s + "."
}

func fasterWords(v *measure.Versus) string {
	if v == nil {
		return ""
	}
	same := "; whether it gives the same result could not be compared"
	if v.SameResult != nil { // one that differs was left out
		same = ", with the same result"
	}
	return fmt.Sprintf("It takes %s where cell %s takes %s: %s faster, significant%s.",
		measure.Duration(v.NowNS.Median), v.Of, measure.Duration(v.WasNS.Median), measure.Times(v.Speedup.Median), same)
}

func memoryWords(m *measure.Memory) string {
	if m == nil {
		return ""
	}
	s := fmt.Sprintf("Its heap peaks at %s and it allocates %s", measure.Bytes(m.PeakHeap), measure.Bytes(m.AllocBytes))
	if g := m.Growth; g != nil && g.Class != "unclear" {
		s += fmt.Sprintf("; the peak grows like %s from %s=%d to %d", g.Class, g.Parameter, g.Low, g.High)
	}
	return strings.TrimSpace(s + ". " + m.Advice)
}

func refusedWords(r *measure.Refusal) string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("No model applies (%s): %s", place(r), ended(r.Reason))
}

// ended ends a sentence.
func ended(s string) string { return strings.TrimSuffix(strings.TrimSpace(s), ".") + "." }

// comparisonWords are a sentence for each model that was measured, then what two
// of them are to each other.
func comparisonWords(c *measure.Comparison) (s []string) {
	if c == nil || len(c.Columns) == 0 {
		return nil
	}
	if c.SameResult != nil && !*c.SameResult {
		return []string{"Under another model the result differed, so those figures mean nothing."}
	}
	con, par := column(c, concurrent), column(c, parallel)
	for _, col := range []*measure.Column{con, par} {
		if col != nil {
			s = append(s, columnWords(c, col))
		}
	}
	if con != nil && par != nil && gained(con) && len(con.Samples) > 0 && len(par.Samples) > 0 {
		if differs, _ := measure.Differ(measure.Walls(con.Samples), measure.Walls(par.Samples)); !differs {
			s = append(s, fmt.Sprintf("Between one worker and %d there was no significant difference in %d runs, so one is enough.", par.Workers, par.Runs))
		}
	}
	return s
}

func columnWords(c *measure.Comparison, col *measure.Column) string {
	how := fmt.Sprintf("Interleaved on one worker, %d in flight,", col.Limit)
	if col.Model == parallel {
		how = fmt.Sprintf("Spread over %s", workers(col))
	}
	base := &c.Columns[0]
	switch {
	case col.Runs < 6:
		return fmt.Sprintf("%s it was run %s only, so nothing is claimed.", how, times(col.Runs))
	case !col.Significant:
		return fmt.Sprintf("%s it made no significant difference in %d runs.", how, col.Runs)
	}
	same := ""
	if c.SameResult != nil {
		same = ", with the same result"
	}
	ratio := measure.Times(col.Speedup.Median) + " faster"
	if col.Speedup.Median < 1 {
		ratio = measure.Times(1/col.Speedup.Median) + " slower"
	}
	return fmt.Sprintf("%s it took %s instead of %s: %s, significant in %d runs%s.", how,
		measure.Duration(col.WallNS.Median), measure.Duration(base.WallNS.Median), ratio, col.Runs, same)
}

func targetWords(f *findings) string {
	best := f.best()
	if f.target == 0 || best == nil {
		return ""
	}
	if best.ns <= f.target {
		return fmt.Sprintf("The target of %s is met, so I stopped.", measure.Duration(f.target))
	}
	return fmt.Sprintf("The target of %s is not met yet.", measure.Duration(f.target))
}

// figuresWords say how the figures were taken.
func figuresWords(f *findings) string {
	m := f.measurement
	if m == nil || m.Runs == 0 {
		return ""
	}
	s := fmt.Sprintf("Times are medians of %d runs", m.Runs)
	if m.Runs == 1 {
		s = "The time is that of one run"
	}
	if p, ok := m.WallNS.Percent(); ok {
		s += fmt.Sprintf(" (±%.0f%% as written)", p)
	}
	if m.Engine != "" {
		s += ", " + m.Engine
	}
	if k := f.machine; k != nil && k.Cores > 0 {
		s += fmt.Sprintf(", on %s with %s", plural(k.Cores, "core"), k.Go)
	}
	return s + "."
}

func doubtWords(f *findings) string {
	var list []string
	if f.verdict != nil {
		list = f.verdict.Doubts
	} else if f.measurement != nil {
		list = f.measurement.Doubts
	}
	if len(list) == 0 {
		return ""
	}
	return "Doubts: " + strings.Join(list, "; ") + "."
}
