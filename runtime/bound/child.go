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
		c.details = append(c.details, v.childDoes(busy))
		c.note = fmt.Sprintf("%d processes, %s each: starting them is part of it.", v.Spawns, measure.Duration(each))
	case v.childDoes(busy) == "compute":
		c.details, c.headline = []string{"compute"}, "Waiting for a child process, which computes"
		c.note = "Nothing in this cell can make the child faster."
	default:
		c.details, c.headline = []string{"sleep"}, "Waiting for a child process, which waits"
		c.note = fmt.Sprintf("The child used %s of CPU.", measure.Duration(used))
	}
	return c
}

// childDoes names what children do by the share of their time on a CPU. One that
// computes gets what the machine gives, which this process feels too; one that
// waits uses little: up to a tenth of it where it starts others to wait for.
func (v *view) childDoes(busy float64) string {
	granted := 1.0
	if wish := v.CPUNS + v.DelayNS; wish > 0 {
		granted = float64(v.CPUNS) / float64(wish)
	}
	if busy >= max(0.12, 0.5*granted) {
		return "compute"
	}
	return "sleep"
}
