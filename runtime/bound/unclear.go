package bound

import (
	"fmt"

	"github.com/lapbook/lapbook/runtime/measure"
)

// shortest is the wall time below which nothing is claimed: the first use of a
// page, a connection or a thread costs as much as the work.
const shortest = 8_000_000

// enough is the stretch of a longer run, in ns, that a verdict may rest on.
const enough = 100_000_000

func unclear(v *view) *claim {
	switch {
	case len(v.Path) == 0 && v.Ended != "":
		return lost(v)
	case v.wallNS < shortest: // the machine can only make it longer
		return &claim{bound: "unclear", details: []string{"too-short"},
			headline: fmt.Sprintf("Unclear: too short to say (%s)", measure.Duration(v.wallNS))}
	case len(v.Path) == 0:
		return cannotTell(v)
	case v.Coverage > 0 && (v.Coverage < 0.02 || v.Coverage < 0.1 && v.Input.WallNS < enough):
		return &claim{bound: "unclear", details: []string{"cut"},
			headline: fmt.Sprintf("Unclear: the evidence covers %s of the run", measure.Percent(v.Coverage))}
	case v.Path[Machine] > 0.75 && v.group[v.first()] < 0.8:
		return &claim{bound: "unclear", details: []string{"busy-machine"},
			headline: fmt.Sprintf("Unclear: the machine ran others for %s of the time", measure.Percent(v.Path[Machine]))}
	}
	return nil
}

// lost is for a cell whose process took the evidence with it.
func lost(v *view) *claim {
	m := v.Measurement
	c := &claim{bound: "unclear", details: []string{"cut"}, headline: "Unclear: " + v.Ended}
	if m.WallNS.Median > 0 {
		when := " after "
		if m.CPUNS.Median == 0 && m.PeakRSSBytes == 0 { // timed from outside: the process's start is in it
			when = " within "
		}
		c.headline += when + measure.Duration(m.WallNS.Median)
	}
	if cpu := m.CPUNS.Median + m.ChildCPUNS; cpu > 0 {
		c.why = []string{fmt.Sprintf("until then it computed for %s", measure.Duration(cpu))}
	}
	c.note = "What it did before that left no evidence."
	return c
}

// cannotTell is for a cell that no rule claims.
func cannotTell(v *view) *claim {
	return &claim{bound: "unclear", details: []string{"cut"}, headline: "Unclear: the trace does not tell what it waits for"}
}
