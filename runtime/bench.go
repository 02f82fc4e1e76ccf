package runtime

import (
	"context"
	"fmt"
	goruntime "runtime"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/measure"
)

// spinTime is how long each spin of an effective-cores probe lasts.
const spinTime = 3 * time.Millisecond

// bench runs one prepared cell under one specification, again and again.
type bench struct {
	engine  engine.Engine
	program engine.Program
	spec    engine.RunSpec
	samples []measure.Sample
	results []*engine.RunResult
	alone   bool // never in a loop: whoever agreed to 20 outside writes did not mean thousands
}

// run does one timed run and keeps its sample. An error of the cell is kept as
// a result, for a cell that panics every time can still be timed.
func (b *bench) run(ctx context.Context) (*engine.RunResult, error) {
	effective := measure.EffectiveCores(goruntime.NumCPU(), spinTime)
	res, err := b.program.Run(ctx, b.spec)
	if err != nil {
		return nil, err
	}
	if err := fatal(res); err != nil {
		return res, err
	}
	res.Sample.Effective = effective
	b.samples = append(b.samples, res.Sample)
	b.results = append(b.results, res)
	return res, nil
}

// fatal is the error of a run that cannot be counted: the process was lost, or
// a cell of the slice failed, so that the measured cell did not run.
func fatal(res *engine.RunResult) error {
	if res.Err == nil {
		return nil
	}
	if res.InSetup || res.Err.Kind != "panic" && res.Err.Kind != "exit" {
		return res.Err
	}
	return nil
}

// budget tells how much of a cell's time is left.
type budget struct {
	start time.Time
	total time.Duration
}

func newBudget(total time.Duration) budget { return budget{time.Now(), total} }

func (b budget) left() time.Duration { return b.total - time.Since(b.start) }

// pause takes the time since then out of the clock: a build is not measuring.
func (b *budget) pause(since time.Time) { b.start = b.start.Add(time.Since(since)) }

func (b budget) spent() time.Duration { return time.Since(b.start) }

// share is a part of the whole, at most what is left.
func (b budget) share(n int) time.Duration { return min(b.total/time.Duration(n), b.left()) }

// timed does one discarded warm-up and then 6, 10, 14 or 20 runs, until the
// median is known well enough or the budget is spent. A cell longer than the
// budget keeps its warm-up as its one run. tell is called with the runs so far
// and the number of runs that are wanted, 0 when that is not known yet.
func (b *bench) timed(ctx context.Context, left budget, tell func(samples []measure.Sample, wanted int)) error {
	begin := time.Now()
	warm, err := b.run(ctx)
	if err != nil {
		return err
	}
	tell(b.samples, 0)
	cost := time.Since(begin)
	if b.fast(warm) {
		if warm, err = b.run(ctx); err != nil { // a warm-up of the loop itself
			return err
		}
	}
	if cost > left.left()/2 {
		return nil
	}
	b.drop()
	for next := measure.NextRunsAlone(nil); next > 0; next = measure.NextRunsAlone(measure.Walls(b.samples)) {
		for len(b.samples) < next {
			if len(b.samples) > 0 && cost > left.left() {
				return nil
			}
			if len(b.samples) > 0 {
				tell(b.samples, next)
			}
			if _, err := b.run(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// drop forgets the warm-up.
func (b *bench) drop() { b.samples, b.results = nil, nil }

// Cells faster than this are repeated in a loop inside the run, as %timeit
// does, until a run lasts about loopTime.
const (
	tooFast  = 200 * time.Microsecond
	loopTime = 5 * time.Millisecond
	maxTurns = 1_000_000
)

// fast sets the number of turns for a cell too fast to be timed alone.
func (b *bench) fast(warm *engine.RunResult) bool {
	wall := max(1, warm.Sample.WallNS)
	if wall >= int64(tooFast) || warm.Err != nil || b.alone {
		return false
	}
	b.spec.Turns = int(min(maxTurns, int64(loopTime)/wall))
	return b.spec.Turns > 1
}

// answerOf is what some runs tell, in a few words.
func answerOf(samples []measure.Sample) string {
	wall := measure.Summary(measure.Walls(samples))
	var cpu int64
	for _, s := range samples {
		cpu += (s.CPUNS() + s.ChildNS) / int64(len(samples))
	}
	kind := "mostly computing"
	switch {
	case cpu*3 < wall.Median:
		kind = "mostly waiting"
	case cpu*3 < 2*wall.Median:
		kind = "computing and waiting"
	}
	return fmt.Sprintf("about %s, %s", wall.PlusMinus(), kind)
}
