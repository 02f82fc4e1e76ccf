package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/lapbook/lapbook/runtime/evidence"
)

// warmUp runs each variant once, discarded, and returns what a round costs. The
// cell as written ran before, timed and traced.
func warmUp(ctx context.Context, vs []*variant) (time.Duration, error) {
	begin, known := time.Now(), time.Duration(0)
	for _, v := range vs {
		if v.tookNS > 0 {
			known += time.Duration(v.tookNS)
			continue
		}
		if _, err := v.run(ctx); err != nil {
			return 0, fmt.Errorf("%s: %w", v.column.Model, err)
		}
		v.drop()
	}
	return time.Since(begin) + known, nil
}

// gain below which doubling the limit stops.
const enoughGain = 1.1

// searchLimit doubles the number of tasks in flight until throughput grows by
// less than a tenth, and keeps the smallest limit that was good enough. It begins
// where the forecast says that a few doublings are left, and where none of them
// gains it tries fewer. It runs the cell once per limit; the runs are discarded.
func searchLimit(ctx context.Context, v *variant, try *trial, left budget, fe Frontend) error {
	if v.spec.Limit > 0 {
		return nil
	}
	s := &limitSearch{v: v, left: left, fe: fe, least: min(try.count, max(2, v.spec.Workers)), most: try.count}
	begin := max(s.least, min(s.knee(try)/4, mostBlind))
	limit, err := s.up(ctx, begin)
	if err == nil && limit == begin {
		limit, err = s.down(ctx, begin)
	}
	v.spec.Limit = limit
	return err
}

// mostBlind is how many are put in flight on a forecast alone: what they wait for
// may serve few at a time.
const mostBlind = 16

type limitSearch struct {
	v           *variant
	left        budget
	fe          Frontend
	least, most int
	best        int64 // wall time at the limit that was best so far
}

// knee is the limit from which on the forecast gains less than a tenth.
func (s *limitSearch) knee(try *trial) int {
	if len(try.tasks) == 0 || len(try.tasks) > 20_000 {
		return s.least
	}
	model := func(limit int) int64 {
		return evidence.Forecast(try.inFlight(limit), evidence.Model{Workers: s.v.spec.Workers, Limit: limit, Serial: try.serialNS})
	}
	limit := s.least
	for wall := model(limit); limit < s.most; {
		next := min(2*limit, s.most)
		then := model(next)
		if float64(wall) < enoughGain*float64(then) {
			break
		}
		limit, wall = next, then
	}
	return limit
}

// up doubles from a limit until two doublings in a row gain too little: one may be
// noise of the machine.
func (s *limitSearch) up(ctx context.Context, limit int) (int, error) {
	found, misses := limit, 0
	for {
		wall, err := s.wall(ctx, limit)
		if err != nil {
			return limit, err
		}
		if s.best == 0 || float64(s.best) >= enoughGain*float64(wall) {
			s.best, found, misses = wall, limit, 0
		} else {
			misses++
		}
		if misses == 2 || limit >= s.most || s.left.left() < time.Duration(4*wall) {
			return found, nil
		}
		limit = min(2*limit, s.most)
	}
}

// down halves while that loses less than a tenth.
func (s *limitSearch) down(ctx context.Context, limit int) (int, error) {
	for limit > s.least && s.left.left() > time.Duration(8*s.best) {
		fewer := max(s.least, limit/2)
		wall, err := s.wall(ctx, fewer)
		if err != nil || float64(wall) >= enoughGain*float64(s.best) {
			return limit, err
		}
		limit = fewer
	}
	return limit, nil
}

// wall runs the cell once at a limit, and once more where it seems no better than
// the best: noise hides gains.
func (s *limitSearch) wall(ctx context.Context, limit int) (int64, error) {
	v := s.v
	v.spec.Limit = limit
	s.fe.Progress(fmt.Sprintf("%s: trying %d in flight", v.column.Model, limit))
	defer v.drop()
	best := int64(0)
	for range 2 {
		res, err := v.run(ctx)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", v.column.Model, err)
		}
		if wall := max(1, res.Sample.WallNS); best == 0 || wall < best {
			best = wall
		}
		if s.best == 0 || float64(s.best) >= enoughGain*float64(best) {
			break
		}
	}
	return best, nil
}
