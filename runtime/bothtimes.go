package runtime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// interpretedTime is how long the interpreter may take for a cell that was asked
// to run compiled, before its time is told as "more than".
const interpretedTime = 5 * time.Second

// bothTimes runs a cell that %%engine compiled ran once more, interpreted and
// from the same start, and says how much slower that is. The session keeps what
// the compiled run left.
func (s *Session) bothTimes(ctx context.Context, e *entry, compiled measure.Sample, res *notebook.Result, fe Frontend) {
	slice := s.slice(e.checked)
	if len(e.effects) > 0 || len(s.outside(slice)) > 0 || s.unrepeatable(e.checked, slice) != "" || compiled.WallNS <= 0 {
		return // it would be repeated only to be timed
	}
	prog, err := s.engines.interpreted.Prepare(ctx, engine.Unit{Slice: slice, Cell: e.checked})
	var refusal *engine.CellError
	if errors.As(err, &refusal) {
		res.Notices = append(res.Notices, fmt.Sprintf("compiled %s; not interpreted: %s", measure.Duration(compiled.WallNS), refusal.Message))
	}
	if err != nil {
		return
	}
	defer prog.Close()
	fe.Progress("running the cell interpreted, too…")
	capped, cancel := context.WithTimeout(ctx, interpretedTime)
	defer cancel()
	run, err := prog.Run(capped, s.runSpec())
	switch {
	case ctx.Err() != nil:
	case capped.Err() != nil:
		res.Notices = append(res.Notices, slower(compiled.WallNS, int64(interpretedTime), true))
	case err == nil && run.Err == nil && run.Sample.WallNS > 0:
		res.Notices = append(res.Notices, slower(compiled.WallNS, run.Sample.WallNS, false))
	}
}

// slower is "compiled 12 ms · interpreted 492 ms: interpreted 41× slower".
func slower(compiled, interpreted int64, capped bool) string {
	ratio := float64(interpreted) / float64(compiled)
	took, times := measure.Duration(interpreted), measure.Times(ratio)
	switch {
	case capped && ratio < 1.05:
		return fmt.Sprintf("compiled %s; interpreted it did not end within %s", measure.Duration(compiled), took)
	case capped:
		took, times = "more than "+took+" (stopped)", "more than "+times
	case ratio < 0.95:
		return fmt.Sprintf("compiled %s · interpreted %s: interpreted %s faster", measure.Duration(compiled), took, measure.Times(1/ratio))
	case ratio < 1.05:
		return fmt.Sprintf("compiled %s · interpreted %s: no difference", measure.Duration(compiled), took)
	}
	return fmt.Sprintf("compiled %s · interpreted %s: interpreted %s slower", measure.Duration(compiled), took, times)
}
