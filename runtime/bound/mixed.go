package bound

import (
	"fmt"

	"github.com/lapbook/lapbook/runtime/measure"
)

// late is the share of wall time below which waits beside computing may be no
// more than late answers of a crowded machine, which also takes most of the
// computing's time.
const late = 0.08

// mixed claims cells of which no single part fills the path: each of two
// parts is more than a fifth. Cells of one kind lie above 90% in all that was
// measured, busy machines included.
func mixed(v *view) *claim {
	a, b := v.first(), v.second()
	if v.group[b] < 0.2 || a == Wait || b == Wait || a == Compute && v.Path[b] < late {
		return nil
	}
	wait, other := a, b
	if partRank[wait] > partRank[other] {
		wait, other = other, wait
	}
	pair := partName(wait) + "+" + partName(other)
	shape := "phases"
	if v.Turns >= 6 {
		shape = "interleaved"
	}
	return &claim{
		bound: "mixed", details: []string{pair, shape},
		headline: fmt.Sprintf("Both: %s and %s", partWords[wait], partWords[other]),
		why:      []string{fmt.Sprintf("%s %s, %s %s", measure.Percent(v.group[wait]), partWords[wait], measure.Percent(v.group[other]), partWords[other])},
		note:     fmt.Sprintf("Overlapping the two could save up to %s.", measure.Percent(min(v.group[wait], v.group[other]))),
	}
}

// partRank orders the two names of a pair, whichever is larger.
var partRank = map[string]int{Network: 1, Disk: 2, Pipe: 3, Child: 4, Timer: 5, Lock: 6, Compute: 7}

func partName(group string) string {
	if group == Timer {
		return "sleep"
	}
	return group
}

var partWords = map[string]string{
	Compute: "computing", Network: "waiting for the network", Disk: "waiting for the disk", Pipe: "waiting for a pipe",
	Timer: "waiting for a timer", Child: "waiting for a child process", Lock: "waiting for a lock",
}
