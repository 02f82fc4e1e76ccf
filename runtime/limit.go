package runtime

import (
	"context"
	"fmt"
	"time"
)

// warmUp runs each variant once, discarded, and returns what a round costs.
func warmUp(ctx context.Context, vs []*variant) (time.Duration, error) {
	begin := time.Now()
	for _, v := range vs {
		if _, err := v.run(ctx); err != nil {
			return 0, fmt.Errorf("%s: %w", v.column.Model, err)
		}
		v.drop()
	}
	return time.Since(begin), nil
}

// gain below which doubling the limit stops.
const enoughGain = 1.1

// searchLimit doubles the number of tasks in flight until throughput grows by
// less than a tenth, and keeps the smallest limit that was good enough. It runs
// the cell once per limit; the runs are discarded.
func searchLimit(ctx context.Context, v *variant, tasks int, left budget, fe Frontend) error {
	if v.spec.Limit > 0 {
		return nil
	}
	limit := min(tasks, max(2, v.spec.Workers))
	best, bestLimit, misses := int64(0), limit, 0
	for {
		v.spec.Limit = limit
		fe.Progress(fmt.Sprintf("%s: trying %d in flight", v.column.Model, limit))
		res, err := v.run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", v.column.Model, err)
		}
		wall := max(1, res.Sample.WallNS)
		if best > 0 && float64(best) < enoughGain*float64(wall) { // noise of the machine hides gains
			if res, err = v.run(ctx); err != nil {
				return fmt.Errorf("%s: %w", v.column.Model, err)
			}
			wall = max(1, min(wall, res.Sample.WallNS))
		}
		v.drop()
		switch {
		case best == 0 || float64(best) >= enoughGain*float64(wall):
			best, bestLimit, misses = wall, limit, 0
		default:
			misses++ // one may be noise: a round of the machine, not of the model
		}
		if misses == 2 || limit >= tasks || left.left() < time.Duration(4*wall) {
			break
		}
		limit = min(2*limit, tasks)
	}
	v.spec.Limit = bestLimit
	return nil
}
