package measure

import "fmt"

// Walls and CPUs are the wall and CPU times of samples, in nanoseconds.
func Walls(samples []Sample) []int64 { return pick(samples, func(s Sample) int64 { return s.WallNS }) }

// CPUs are user plus system time of samples, in nanoseconds.
func CPUs(samples []Sample) []int64 { return pick(samples, Sample.CPUNS) }

func pick(samples []Sample, f func(Sample) int64) []int64 {
	v := make([]int64, len(samples))
	for i, s := range samples {
		v[i] = f(s)
	}
	return v
}

// Summarise makes a Measurement of timed runs: medians of every figure, the
// intervals of wall and CPU time, the quiet rounds and the doubts that the
// samples themselves raise. cores is the number of CPUs of the machine.
// Engine, Start, BuildNS and BackgroundCPUNS are left to the caller.
func Summarise(samples []Sample, cores int) Measurement {
	med := func(f func(Sample) int64) int64 { return medianOf(pick(samples, f)) }
	m := Measurement{
		Runs:           len(samples),
		WallNS:         Summary(Walls(samples)),
		CPUNS:          Summary(CPUs(samples)),
		UserNS:         med(func(s Sample) int64 { return s.UserNS }),
		SystemNS:       med(func(s Sample) int64 { return s.SystemNS }),
		ChildCPUNS:     med(func(s Sample) int64 { return s.ChildNS }),
		AllocBytes:     med(func(s Sample) int64 { return s.AllocBytes }),
		Allocs:         med(func(s Sample) int64 { return s.Allocs }),
		GCs:            med(func(s Sample) int64 { return s.GCs }),
		GCCPUNS:        med(func(s Sample) int64 { return s.GCCPUNS }),
		PeakRSSBytes:   med(func(s Sample) int64 { return s.MaxRSSBytes }),
		Turns:          int(max(1, med(func(s Sample) int64 { return int64(s.Turns) }))),
		EffectiveCores: medianOf(effectives(samples)),
		Samples:        samples,
	}
	m.Quiet = quietRounds(samples)
	m.Doubts = sampleDoubts(samples, m, cores)
	return m
}

func effectives(samples []Sample) (v []float64) {
	for _, s := range samples {
		if s.Effective > 0 {
			v = append(v, s.Effective)
		}
	}
	return v
}

// Quiet tells for each sample whether its round was quiet: effective cores
// within 10% of the best round seen, and less than 3% of the run lost because
// the system ran others.
func Quiet(samples []Sample) []bool {
	best := 0.0
	for _, s := range samples {
		best = max(best, s.Effective)
	}
	q := make([]bool, len(samples))
	for i, s := range samples {
		q[i] = s.Effective >= 0.9*best && s.DelayShare() < 0.03
	}
	return q
}

func quietRounds(samples []Sample) (n int) {
	for _, q := range Quiet(samples) {
		if q {
			n++
		}
	}
	return n
}

// DelayShare is how much of the run was lost because the system ran others: run
// delay over the wall time, or over what the threads wanted where that is more.
// A cell that waits wants little; a little delay of that is no busy machine.
func (s Sample) DelayShare() float64 {
	if s.RunDelayNS <= 0 {
		return 0
	}
	return float64(s.RunDelayNS) / float64(max(s.WallNS, s.CPUNS()+s.RunDelayNS))
}

func sampleDoubts(samples []Sample, m Measurement, cores int) (d []string) {
	if len(samples) == 1 {
		d = append(d, "one run")
	}
	if n := len(samples); n > 0 && m.Quiet*2 < n {
		d = append(d, fmt.Sprintf("the machine was busy: %d of %d runs were quiet", m.Quiet, n))
	}
	if e := effectives(samples); len(e) > 1 {
		lo, hi := e[0], e[0]
		for _, v := range e {
			lo, hi = min(lo, v), max(hi, v)
		}
		if hi > 1.25*lo {
			d = append(d, fmt.Sprintf("effective cores swung between %.1f and %.1f of %d", lo, hi, cores))
		}
	}
	if t := m.Turns; t > 1 && m.WallNS.Median < 2 {
		d = append(d, "under 2 ns a turn: the compiler may have removed the work")
	}
	return d
}

// Column summarises the samples of one model against the base row of its
// comparison; base is nil for the base row itself.
func (c Column) Summarised(samples, base []Sample) Column {
	c.Samples, c.Runs = samples, len(samples)
	c.WallNS, c.CPUNS = Summary(Walls(samples)), Summary(CPUs(samples))
	c.EffectiveCores = medianOf(effectives(samples))
	if base == nil {
		one := 1.0
		c.Speedup = Ratio{Median: 1, Low: &one, High: &one}
		return c
	}
	c.Speedup = Speedup(Summary(Walls(base)), c.WallNS)
	c.Significant, c.P = Differ(Walls(base), Walls(samples))
	return c
}
