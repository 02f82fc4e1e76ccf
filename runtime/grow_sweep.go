package runtime

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/growth"
	"github.com/lapbook/lapbook/runtime/measure"
)

// growSweep runs a cell at growing sizes. Every run is a process of its own, as
// all timed runs are, with the collector held: what it frees stays mapped, so
// that large sizes do not pay page faults that small ones are spared.
type growSweep struct {
	m              *measuring
	sizes          growth.Sizes
	unit           *growUnit
	engine         string
	plain, counted engine.Program
	spec           engine.RunSpec
	limit          time.Duration // for the whole sweep
	start          time.Time
	seen           []*sized
	stopped        string // why larger sizes were not run
	peaks          bool   // runs are traced for the peak of the heap
	again          string // why the cell cannot be repeated within a run
}

// sized is one size.
type sized struct {
	growth.Point
	cost  time.Duration // of one run: setup and cell
	turns int
}

// lots of limits, all of time.
const (
	growBatch            = 2 * time.Millisecond // a timed run lasts at least this long
	growBatchInterpreted = 8 * time.Millisecond // without an exact clock of CPU time
	growLeastRounds      = 3
	growMostRounds       = 9
	primeTime            = 30 * time.Second
	growDirty            = 64 << 20 // bytes that the turns of one run may leave uncollected
)

// run does the sweep: a pilot upward, then rounds.
func (sw *growSweep) run(ctx context.Context) error {
	if err := sw.pilot(ctx); err != nil {
		return err
	}
	for r := range growMostRounds {
		spent := time.Since(sw.start)
		if r >= growLeastRounds && (spent > sw.limit || sw.decided()) || spent > 2*sw.limit {
			return nil
		}
		if err := sw.round(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// decided tells whether more rounds would change nothing.
func (sw *growSweep) decided() bool {
	a := growth.Judge(sw.data())
	return a.Agree && !a.Unclear && len(a.Also) == 0
}

// data is what was seen, for the judge.
func (sw *growSweep) data() growth.Sweep {
	d := growth.Sweep{Sites: sw.unit.sites, Hidden: sw.unit.hidden, BytesAreRun: sw.engine == "compiled"}
	for _, p := range sw.seen {
		d.Points = append(d.Points, p.Point)
	}
	return d
}

// perSize is what one run of one size may cost.
func (sw *growSweep) perSize() time.Duration { return sw.limit / 8 }

// pilot runs every size once, upward, until the next would cost too much, and
// spaces the sizes anew when only few could be run.
func (sw *growSweep) pilot(ctx context.Context) error {
	if err := sw.prime(ctx); err != nil {
		return err
	}
	sw.start = time.Now()
	want := growth.DefaultPoints
	if sw.sizes.Points > 0 {
		want = sw.sizes.Points
	}
	grid := sw.sizes.Given
	if grid == nil {
		top := sw.top()
		grid = growth.Grid(sw.sizes.Low, top, want)
	}
	clip, err := sw.upward(ctx, grid)
	if err != nil {
		return err
	}
	if clip == 0 || sw.sizes.Given != nil {
		return nil
	}
	if err := sw.between(ctx, clip); err != nil {
		return err
	}
	if len(sw.seen) >= want-2 {
		return nil
	}
	for _, n := range growth.Grid(sw.sizes.Low, sw.seen[len(sw.seen)-1].N, want) {
		if sw.has(n) || time.Since(sw.start) > sw.limit {
			continue
		}
		if _, err := sw.try(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// prime has the programs built, which happens in their first run and is not to
// count against any size. The size is a small one, whatever comes of it.
func (sw *growSweep) prime(ctx context.Context) error {
	for _, p := range []engine.Program{sw.plain, sw.counted} {
		if p == nil {
			continue
		}
		if _, _, err := sw.once(ctx, p, 2, 1, primeTime); err != nil {
			return err
		}
	}
	return nil
}

// top is the largest size: that which is asked for, else as far as time goes.
func (sw *growSweep) top() int64 {
	if sw.sizes.High > 0 {
		return sw.sizes.High
	}
	v, err := strconv.ParseInt(sw.unit.param.value, 0, 64)
	if err != nil || v < 1 {
		v = 1000
	}
	if sw.sizes.Low == 0 {
		sw.sizes.Low = max(1, v/10)
	}
	return min(sw.unit.param.high, max(1000*v, 1000*sw.sizes.Low))
}

func (sw *growSweep) has(n int64) bool {
	return slices.ContainsFunc(sw.seen, func(p *sized) bool { return p.N == n })
}

// upward runs sizes until the next would cost too much; it returns that size, 0
// when all were run.
func (sw *growSweep) upward(ctx context.Context, grid []int64) (clip int64, err error) {
	for i, n := range grid {
		sw.m.say(fmt.Sprintf("%s=%d: size %d of %d", sw.sizes.Name, n, i+1, len(grid)))
		if sw.tooLong(ctx, n) {
			return n, nil
		}
		ok, err := sw.try(ctx, n)
		if err != nil {
			return 0, err
		}
		if !ok {
			return n, nil
		}
	}
	return 0, nil
}

// costOf is what a run takes: its setup, and the cell without the time in which
// the machine ran others.
func costOf(s measure.Sample) time.Duration {
	return time.Duration(s.SetupNS + max(s.CPUNS(), s.WallNS-s.RunDelayNS))
}

// tooLong tells whether a size would take too long, and notes it.
func (sw *growSweep) tooLong(ctx context.Context, n int64) bool {
	p := sw.predict(n)
	if p > sw.perSize() && len(sw.seen) > 0 { // one slow run of the machine must not end the sweep
		last := sw.seen[len(sw.seen)-1]
		if res, why, err := sw.once(ctx, sw.plain, last.N, 1, 4*sw.perSize()); err == nil && why == "" {
			last.cost = min(last.cost, costOf(res.Sample))
		}
		p = sw.predict(n)
	}
	if p <= sw.perSize() {
		return false
	}
	about := "about " + measure.Duration(int64(p))
	if p > time.Hour {
		about = "more than an hour"
	}
	sw.stopped = fmt.Sprintf("%s=%d would take %s: not run", sw.sizes.Name, n, about)
	return true
}

// between looks for larger sizes below one that was too much, where the step to
// it was large.
func (sw *growSweep) between(ctx context.Context, clip int64) error {
	if len(sw.seen) == 0 {
		return nil
	}
	for range 4 {
		top := sw.seen[len(sw.seen)-1]
		mid := int64(math.Sqrt(float64(top.N) * float64(clip)))
		if clip < 4*top.N {
			mid = (top.N + clip) / 2
		}
		if mid <= top.N || mid >= clip || top.cost > sw.perSize()/4 || len(sw.seen) >= 6 && float64(clip) < 1.5*float64(top.N) {
			return nil
		}
		why := sw.stopped
		if sw.predict(mid) > sw.perSize() {
			clip = mid
			continue
		}
		ok, err := sw.try(ctx, mid)
		if err != nil {
			return err
		}
		sw.stopped = why
		if !ok {
			clip = mid
		}
	}
	return nil
}

// predict is what a size will cost, from the largest before it: by the power law
// of the counted work and of the time, and where that gets steeper as an
// exponential does, by that.
func (sw *growSweep) predict(n int64) time.Duration {
	k := len(sw.seen)
	if k < 2 {
		return 0
	}
	a, b := sw.seen[k-2], sw.seen[k-1]
	next, x1, x2 := float64(n), float64(a.N), float64(b.N)
	slope := max(0, logSlope(x1, x2, sw.work(a), sw.work(b)))
	if b.cost > 10*time.Millisecond {
		slope = max(slope, sw.timeSlope(sw.seen[max(0, k-4):]))
	}
	cost := float64(b.cost) * math.Pow(next/x2, slope)
	if k >= 3 && slope > 3 && next <= 400 {
		c := sw.seen[k-3]
		if before := logSlope(float64(c.N), x1, sw.work(c), sw.work(a)); slope > before+0.2 {
			rate := math.Log(sw.work(b)/sw.work(a)) / (x2 - x1)
			cost = max(cost, float64(b.cost)*math.Exp(rate*(next-x2)))
		}
	}
	return time.Duration(min(cost, 1e15))
}

// timeSlope is the log-log slope of the costs of some sizes.
func (sw *growSweep) timeSlope(seen []*sized) float64 {
	var ns, y []float64
	for _, p := range seen {
		ns, y = append(ns, float64(p.N)), append(y, max(1, float64(p.cost)))
	}
	return growth.Slope(ns, y)
}

// work is what a size does: its steps when they were counted, else its time.
func (sw *growSweep) work(p *sized) float64 {
	if p.Counts == nil || sw.counted == nil {
		return max(1, float64(p.cost))
	}
	return 1 + sw.steps(p)
}

// steps is what was counted at a size, presumed work too.
func (sw *growSweep) steps(p *sized) float64 {
	d := growth.Sweep{Sites: sw.unit.sites, Points: []growth.Point{p.Point}}
	return d.Steps(true)[0]
}

func logSlope(x1, x2, y1, y2 float64) float64 { return math.Log(y2/y1) / math.Log(x2/x1) }

// try runs one size once, with and without counters. ok is false when the size
// is too much, or fails where smaller ones did not; then it is said why.
func (sw *growSweep) try(ctx context.Context, n int64) (ok bool, err error) {
	p := &sized{Point: growth.Point{N: n}, turns: 1}
	patience := max(sw.perSize()*4, 2*time.Second)
	res, why, err := sw.once(ctx, sw.plain, n, 1, patience)
	if err == nil && why == "" {
		p.take(res.Sample)
		p.Bytes, p.Allocs = float64(res.Sample.AllocBytes), float64(res.Sample.Allocs)
		p.cost = costOf(res.Sample)
		if sw.peaks {
			if p.PeakHeap, err = peakOf(res.Trace, res.TraceCut, res.Sample.PeakHeapSize); err != nil {
				return false, err
			}
		}
		why, err = sw.count(ctx, p, patience)
	}
	if err != nil {
		return false, err
	}
	if why == "" {
		sw.seen = append(sw.seen, p)
		slices.SortFunc(sw.seen, func(a, b *sized) int { return int(a.N - b.N) })
		return true, nil
	}
	if len(sw.seen) == 0 {
		return false, sw.firstFailed(n, why)
	}
	sw.stopped = why
	return false, nil
}

// firstFailed is the error when not even the smallest size could be run.
func (sw *growSweep) firstFailed(n int64, why string) error {
	message := "%grow: " + why
	if n > 10 {
		message += fmt.Sprintf("; start lower, such as %%grow %s=%d..%d", sw.sizes.Name, max(1, n/100), max(10, n/2))
	}
	return &measure.CellError{Kind: "usage", Message: message, Cell: sw.m.entry.nb.ID}
}

// count runs a size with counters: the two first sizes twice on one setup, since
// a cell that counts the same again may be repeated within a timed run.
func (sw *growSweep) count(ctx context.Context, p *sized, patience time.Duration) (why string, err error) {
	if sw.counted == nil {
		return "", nil
	}
	turns := 1
	if len(sw.seen) < 2 {
		turns = 2
	}
	res, why, err := sw.once(ctx, sw.counted, p.N, turns, 5*patience)
	if err != nil || why != "" {
		return why, err
	}
	counts := readCounts(res.Stderr.String(), len(sw.unit.sites))
	if len(counts) == 0 {
		sw.counted, sw.unit.why = nil, "the cell ends in a way that leaves no counters"
		return "", nil
	}
	p.Counts = counts[0]
	if turns == 2 && (len(counts) < 2 || !slices.Equal(counts[0], counts[1])) {
		sw.again = "a second turn does other work"
	}
	return "", nil
}

// once runs a program at a size. why is set when that size is too much or fails.
func (sw *growSweep) once(ctx context.Context, p engine.Program, n int64, turns int, patience time.Duration) (res *engine.RunResult, why string, err error) {
	limited, stop := context.WithTimeout(ctx, patience)
	defer stop()
	spec := sw.spec
	spec.Turns = turns
	spec.Env = append(append([]string(nil), spec.Env...), sizeEnv+"="+strconv.FormatInt(n, 10))
	res, err = p.Run(limited, spec)
	at := fmt.Sprintf("%s=%d", sw.sizes.Name, n)
	switch {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case limited.Err() != nil:
		return nil, fmt.Sprintf("%s did not end within %s", at, measure.Duration(int64(patience))), nil
	case err != nil:
		return nil, "", err
	case res.Err != nil && res.Err.Kind == "refused":
		return nil, "", res.Err
	case res.Err != nil:
		return nil, at + ": " + sw.failure(res.Err), nil
	}
	return res, "", nil
}

// failure says in one line how a run ended.
func (sw *growSweep) failure(e *engine.CellError) string {
	s := firstLine(e.Message)
	if e.Kind == "panic" {
		s = "panic: " + s
	}
	if e.Line > 0 {
		s += fmt.Sprintf(" (%s line %d)", e.Cell, e.Line)
	}
	return s
}

// take keeps a timed run.
func (p *sized) take(s measure.Sample) {
	p.WallNS = append(p.WallNS, float64(s.WallNS))
	p.CPUNS = append(p.CPUNS, float64(s.CPUNS()+s.ChildNS))
	p.WaitNS = append(p.WaitNS, float64(max(0, s.WallNS-s.CPUNS()-s.ChildNS-s.RunDelayNS)))
}

// round times every size once more, up and down in turn. The pilot's sample is
// dropped where runs of several turns replace it.
func (sw *growSweep) round(ctx context.Context, r int) error {
	order := slices.Clone(sw.seen)
	if r%2 == 1 {
		slices.Reverse(order)
	}
	sw.m.say(fmt.Sprintf("round %d: %s from %d to %d", r+1, sw.sizes.Name, sw.seen[0].N, sw.seen[len(sw.seen)-1].N))
	for _, p := range order {
		if r == 0 {
			sw.plan(p)
		}
		if r >= 2 && time.Since(sw.start)+p.cost > sw.limit {
			continue
		}
		res, why, err := sw.once(ctx, sw.plain, p.N, p.turns, 20*time.Second)
		if err != nil {
			return err
		}
		if why != "" {
			continue // it ran before; others tell enough
		}
		p.take(res.Sample)
	}
	return nil
}

// plan chooses how often a size is repeated within a run, and forgets the
// sample of a run that was too short to be timed alone.
func (sw *growSweep) plan(p *sized) {
	batch := growBatch
	if sw.engine == "interpreted" {
		batch = growBatchInterpreted
	}
	wall := max(1, p.WallNS[0])
	if sw.again != "" || wall >= float64(batch) {
		return
	}
	p.turns = int(min(maxTurns/10, float64(batch)/wall+1))
	if p.Bytes > 0 {
		p.turns = max(1, min(p.turns, int(growDirty/p.Bytes)))
	}
	if p.turns > 1 {
		p.WallNS, p.CPUNS, p.WaitNS = nil, nil, nil
	}
}
