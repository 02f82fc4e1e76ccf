package runtime

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	goruntime "runtime"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/measure"
)

// Model names, as the design writes them.
const (
	asWritten  = "as written"
	oneWorker  = "as written, 1 worker"
	concurrent = "concurrent"
	parallel   = "parallel"
)

// variant is one row of a comparison: a bench and what its row says.
type variant struct {
	bench
	column measure.Column
	saw    sight
	tookNS int64 // a run, when it ran before; 0 when that is not known

	patience time.Duration // after which a run counts as stuck; 0 is never
}

// leastPatience, and so many times what the cell takes as written, is how long a
// run of a model may take: tasks that wait for each other, or for more than there
// is, would hold the session for ever.
const (
	leastPatience = 15 * time.Second
	morePatience  = 20
)

// run does one timed run, unless it does not end.
func (v *variant) run(ctx context.Context) (*engine.RunResult, error) {
	if v.patience == 0 {
		return v.bench.run(ctx)
	}
	stuck := &engine.CellError{Kind: "timeout", Message: fmt.Sprintf("a run did not end within %s and was stopped", v.patience)}
	ctx, stop := context.WithTimeoutCause(ctx, v.patience, stuck)
	defer stop()
	res, err := v.bench.run(ctx)
	if err != nil && errors.Is(context.Cause(ctx), stuck) {
		err = stuck
	}
	return res, err
}

// newVariant prepares a row. Limit and workers are those of the wish; 0 means
// all workers, and a limit of 0 is searched before the rounds.
func newVariant(p engine.Program, base engine.RunSpec, w ModelWish) *variant {
	v := &variant{bench: bench{program: p, spec: base}}
	v.spec.Model, v.spec.Limit, v.spec.Workers = w.Model, w.Limit, w.Workers
	v.spec.Turns = 0
	switch w.Model {
	case concurrent:
		v.spec.Procs, v.spec.Workers = 1, 1
	case oneWorker:
		v.spec.Model, v.spec.Procs, v.spec.Workers, v.spec.Limit = asWritten, 1, 1, 1
	case parallel:
		if v.spec.Workers == 0 {
			v.spec.Workers = goruntime.GOMAXPROCS(0)
		}
		v.spec.Procs = v.spec.Workers
	default:
		v.spec.Limit, v.spec.Workers = 1, 1
	}
	v.column = measure.Column{Model: w.Model}
	return v
}

// rounds runs all variants in random order in each round, after one discarded
// warm-up each, until each is decided against the first or the budget is spent.
func rounds(ctx context.Context, vs []*variant, left budget, fe Frontend) error {
	cost, err := warmUp(ctx, vs)
	if err != nil {
		return err
	}
	for next := measure.NextRuns(0, false); next > 0; next = measure.NextRuns(len(vs[0].samples), decided(vs)) {
		for done := len(vs[0].samples); done < next; done++ {
			if done > 0 && cost > left.left() {
				return nil
			}
			fe.Progress(fmt.Sprintf("comparing %d models: round %d of %d", len(vs), done+1, next))
			begin := time.Now()
			if err := round(ctx, vs); err != nil {
				return err
			}
			cost = min(cost, time.Since(begin)) // the warm-up was slower: nothing was loaded yet
		}
	}
	return nil
}

func round(ctx context.Context, vs []*variant) error {
	for _, i := range rand.Perm(len(vs)) {
		if _, err := vs[i].run(ctx); err != nil {
			return fmt.Errorf("%s: %w", vs[i].column.Model, err)
		}
	}
	return nil
}

// decided tells whether every row differs from the first significantly, and
// parallel from concurrent: that two workers gain nothing is a claim, too.
func decided(vs []*variant) bool {
	var con *variant
	for _, v := range vs[1:] {
		if !differ(vs[0], v) || v.column.Model == parallel && con != nil && !differ(con, v) {
			return false
		}
		if v.column.Model == concurrent {
			con = v
		}
	}
	return true
}

func differ(a, b *variant) bool {
	yes, _ := measure.Differ(measure.Walls(a.samples), measure.Walls(b.samples))
	return yes
}
