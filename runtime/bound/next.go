package bound

import (
	"slices"
	"strings"
)

// step is one rung of the ladder for a bound.
type step struct {
	rung string // algorithm memory concurrent parallel scale; ruled out by name
	text string
}

// next is the one cheapest step that is not ruled out yet: measure, algorithm,
// memory, concurrency for the right bound, scale.
func next(v *view, c *claim) string {
	left := slices.DeleteFunc(slices.Clone(stepsOf(c)), func(s step) bool { return slices.Contains(v.RuledOut, s.rung) })
	switch {
	case c.bound == "unclear" && v.Ended != "" && len(v.Path) == 0:
		return "Mend what ended it, and measure again."
	case len(left) == 0:
		return "Every rung of the ladder is done: stop here, or change the task."
	case left[0].rung == "algorithm" && len(left) > 1:
		return left[0].text + " If not: " + strings.ToLower(left[1].text[:1]) + left[1].text[1:]
	}
	return left[0].text
}

func stepsOf(c *claim) []step {
	switch c.bound {
	case "io":
		return ioSteps[c.details[0]]
	case "cpu":
		return cpuSteps[c.details[0]]
	case "mixed":
		return []step{{"algorithm", "Cheaper first: less of either part (cache, a better algorithm)?"}, {"concurrent", "%concurrent"}, {"parallel", "%parallel"}}
	case "lock":
		return []step{{"algorithm", "Hold the lock for less: compute first, then lock to store the result."}, {"concurrent", "Give each worker its own part, and merge at the end."}}
	case "timer":
		return []step{{"algorithm", "Wait for the event instead of a time, or wait less."}, {"concurrent", "%concurrent"}}
	case "child":
		return childSteps[c.details[0]]
	}
	return unclearSteps[c.details[0]]
}

var ioSteps = map[string][]step{
	"network": {{"algorithm", "Cheaper first: fewer requests (cache, batch)?"}, {"concurrent", "%concurrent"}},
	"disk":    {{"algorithm", "Cheaper first: fewer or larger writes, fewer syncs?"}, {"concurrent", "%concurrent"}},
	"pipe":    {{"algorithm", "Cheaper first: ask for more at a time?"}, {"concurrent", "%concurrent"}},
}

var cpuSteps = map[string][]step{
	"compute":   {{"algorithm", "Cheaper first: a better algorithm (%grow)?"}, {"parallel", "%parallel"}},
	"memory":    {{"algorithm", "Cheaper first: smaller data, visited in order?"}, {"parallel", "%parallel"}},
	"alloc":     {{"algorithm", "Cheaper first: a better algorithm (%grow)?"}, {"memory", "%memory"}, {"parallel", "%parallel"}},
	"syscall":   {{"algorithm", "Cheaper first: fewer, larger calls (bufio)?"}, {"parallel", "%parallel"}},
	"saturated": {{"algorithm", "Cheaper first: a better algorithm (%grow)?"}, {"memory", "%memory"}},
	"pipeline":  {{"algorithm", "Make the slow stage cheaper."}, {"parallel", "Run the slow stage in several goroutines."}},
	"imbalance": {{"algorithm", "Split the big task into smaller ones."}, {"parallel", "%parallel"}},
}

var childSteps = map[string][]step{
	"compute": {{"algorithm", "Do it in Go, or give the child less to do."}, {"parallel", "%parallel"}},
	"sleep":   {{"algorithm", "Find out what the child waits for."}, {"concurrent", "%concurrent"}},
	"spawn":   {{"algorithm", "Start one process for all, not one for each."}, {"concurrent", "%concurrent"}},
}

var unclearSteps = map[string][]step{
	"too-short":    {{"measure", "Nothing to gain here; to see what bounds it, give it more to do."}},
	"busy-machine": {{"measure", "Measure again when the machine is quiet."}},
	"cut":          {{"measure", "Measure a shorter run of the same work."}},
}
