package bound

import (
	"fmt"
	"slices"

	"github.com/lapbook/lapbook/runtime/measure"
)

// doubts are the reasons to believe the verdict less, each once.
func (v *view) doubts(c *claim) []string {
	d := []string{}
	add := func(yes bool, format string, args ...any) {
		if s := fmt.Sprintf(format, args...); yes && !slices.Contains(d, s) {
			d = append(d, s)
		}
	}
	for _, s := range slices.Concat(v.Input.Doubts, v.Measurement.Doubts) {
		add(true, "%s", s)
	}
	add(v.Path[Machine] >= 0.2, "the machine ran others for %s of the traced time", measure.Percent(v.Path[Machine]))
	add(v.Background > 0.05, "goroutines of earlier cells used %s of the CPU", measure.Percent(v.Background))
	add(v.group[Wait] >= 0.1, "%s of the path waits for something that the trace does not explain", measure.Percent(v.group[Wait]))
	if c.bound == "cpu" {
		add(v.Samples < 15 && c.details[0] != "alloc", "under 15 CPU samples: allocation cannot be seen")
		add(v.Counters == nil && slices.Contains([]string{"compute", "saturated"}, c.details[0]), "computing or memory: no hardware counters were read")
	}
	return d
}
