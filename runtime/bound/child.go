package bound

import (
	"fmt"

	"github.com/lapbook/lapbook/runtime/measure"
)

// child claims cells that wait for processes they started. Their output comes
// through pipes, and starting them is computing of our own.
func child(v *view) *claim {
	if v.Spawns == 0 {
		return nil
	}
	waits := v.group[Child] + v.group[Pipe]
	each := v.WallNS / int64(v.Spawns)
	many := v.Spawns >= 8 && each < 20_000_000
	switch {
	case waits >= 0.65:
	case many && waits >= 0.4 && waits+v.group[Compute] >= 0.8:
	default:
		return nil
	}
	used := v.ChildNS
	busy := float64(used) / (waits * float64(v.WallNS))
	c := &claim{bound: "child", why: []string{
		fmt.Sprintf("%s of the time waits for %d child processes, which used %s of CPU", measure.Percent(waits), v.Spawns, measure.Duration(used))}}
	switch {
	case many:
		c.details, c.headline = append(c.details, "spawn"), "Waiting for child processes: many short ones"
		c.details = append(c.details, works(busy))
		c.note = fmt.Sprintf("%d processes, %s each: starting them is part of it.", v.Spawns, measure.Duration(each))
	case works(busy) == "compute":
		c.details, c.headline = []string{"compute"}, "Waiting for a child process, which computes"
		c.note = "Nothing in this cell can make the child faster."
	default:
		c.details, c.headline = []string{"sleep"}, "Waiting for a child process, which waits"
		c.note = fmt.Sprintf("The child used %s of CPU.", measure.Duration(used))
	}
	return c
}

// works names what a child does by the share of the time it was on a CPU. A
// child that computes on a busy machine gets less than half of one; a child
// that waits uses next to none.
func works(busy float64) string {
	if busy >= 0.25 {
		return "compute"
	}
	return "sleep"
}
