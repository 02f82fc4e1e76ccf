package bound

import (
	"fmt"

	"github.com/lapbook/lapbook/runtime/measure"
)

// waiting claims cells whose path is mostly one kind of I/O.
func waiting(v *view) *claim {
	what := map[string]string{Network: "the network", Disk: "the disk", Pipe: "a pipe"}[v.first()]
	if what == "" {
		return nil
	}
	return &claim{
		bound: "io", details: []string{v.first()},
		headline: "I/O-bound: waiting for " + what,
		why:      []string{fmt.Sprintf("%s of the path waits for %s, %s computes", measure.Percent(v.group[v.first()]), what, measure.Percent(v.works()))},
		note:     fmt.Sprintf("More cores will not help: %s computes.", measure.Percent(v.works())),
	}
}

// timer claims cells that mostly wait for a clock that they set themselves.
func timer(v *view) *claim {
	if v.first() != Timer {
		return nil
	}
	p := v.Timers.Pattern
	if p == "" {
		p = "sleep"
	}
	c := &claim{
		bound: "timer", details: []string{p}, headline: "Waiting, not computing: " + timerWords[p],
		why:  []string{fmt.Sprintf("%s of the path waits for a clock: %d times, %s each", measure.Percent(v.group[Timer]), v.Timers.Count, measure.Duration(v.Timers.MeanNS))},
		note: "No core and no algorithm makes a clock faster.",
	}
	if v.Timers.Handed {
		c.details = append(c.details, "pipeline")
	}
	return c
}

var timerWords = map[string]string{"sleep": "a timer", "ticker": "a timer (a ticker)", "ratelimit": "a timer (a rate limit)", "backoff": "a timer (a back-off)"}
