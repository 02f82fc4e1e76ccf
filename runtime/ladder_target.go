package runtime

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// targetMet is the next step when the target is met.
const targetMet = "Target met: stop here."

func targetMagic() Magic {
	return Magic{
		Name: "target", Group: "stop", Usage: "%target [DURATION|off]",
		Summary: "fast enough is when it takes this long",
		Help:    "From then on every measured cell says whether it is met. When it is: stop.",
		Example: "x := 1\n%target 100ms",
		Do:      func(_ context.Context, s *Session, c Call) error { return s.setTarget(c) },
	}
}

// setTarget reads a duration as Go writes it; without one it says how things
// stand.
func (s *Session) setTarget(c Call) error {
	switch arg := strings.TrimSpace(c.Args); arg {
	case "off":
		s.target = 0
		s.keepTarget()
		c.printf("target off\n")
		return nil
	case "":
		if s.target == 0 {
			c.printf("no target; %%target 100ms sets one\n")
			return nil
		}
	default:
		d, err := time.ParseDuration(arg)
		if err != nil || d <= 0 {
			return fmt.Errorf("%%target %s: want a duration, such as %%target 100ms, or off", arg)
		}
		s.target = d
		s.keepTarget()
	}
	if c.Result.Target = s.targetNow(); c.Result.Target != nil {
		c.Result.Of = c.Result.Target.Of
	} else {
		c.printf("target %s\n", measure.Duration(int64(s.target)))
	}
	return nil
}

// targetNow sets the target against the best that is known of the cell that was
// measured or run last.
func (s *Session) targetNow() *measure.Target {
	e := s.last()
	if e == nil {
		return nil
	}
	return s.bestTarget(e, &notebook.Result{})
}

// bestTarget sets the target against the best that is known of a cell, with a
// result that is being made; nil without a target.
func (s *Session) bestTarget(e *entry, now *notebook.Result) *measure.Target {
	f := s.findings(e.nb)
	f.add(now)
	best := f.best()
	if best == nil {
		return nil
	}
	return s.targetOf(e.nb.ID, best.ns, best.model)
}
