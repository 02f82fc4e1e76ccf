package render

import (
	"fmt"
	"slices"

	"github.com/lapbook/lapbook/runtime/measure"
)

// profiled tells whether the figures of the measurement are to be drawn: when
// they were asked for, or when nothing else says what was measured.
func (p *printer) profiled() bool {
	r := p.r
	if r.Measurement == nil {
		return false
	}
	return p.o.More || slices.Contains(r.Magics, "profile") || r.Verdict == nil && r.Comparison == nil && r.Curve == nil
}

// profile draws wall and CPU time, memory and collections.
func (p *printer) profile() {
	if !p.profiled() {
		return
	}
	m := p.r.Measurement
	p.headline(p.name(m.Of), m.WallNS.PlusMinus(), runsNote(m))
	if p.o.More {
		p.interval(m.WallNS)
	}
	if m.PeakRSSBytes == 0 && m.CPUNS.Median == 0 && m.Allocs == 0 {
		p.words(4, "its process was lost, and CPU time and memory with it; the time holds its start")
		return
	}
	p.row("CPU", measure.Duration(m.CPUNS.Median), cpuSplit(m))
	p.row("memory", measure.Bytes(m.AllocBytes), memorySplit(m))
	if m.PeakRSSBytes > 0 {
		p.row("peak", measure.Bytes(m.PeakRSSBytes), "resident")
	}
	if m.Turns > 1 {
		p.words(4, fmt.Sprintf("repeated %d times inside each run; the figures are for one turn", m.Turns))
	}
	if p.r.Verdict == nil {
		p.doubt(m.Doubts)
	}
}

func (p *printer) interval(i measure.Interval) {
	if i.Low == nil || i.High == nil {
		p.words(4, "under 6 runs: no interval")
		return
	}
	p.words(4, fmt.Sprintf("95%% interval of the median: %s to %s", measure.Duration(*i.Low), measure.Duration(*i.High)))
}

func cpuSplit(m *measure.Measurement) string {
	s := fmt.Sprintf("%s user, %s system", measure.Duration(m.UserNS), measure.Duration(m.SystemNS))
	if m.ChildCPUNS > 0 {
		s += ", " + measure.Duration(m.ChildCPUNS) + " children"
	}
	if m.BackgroundCPUNS > 0 {
		s += ", " + measure.Duration(m.BackgroundCPUNS) + " background"
	}
	return s
}

func memorySplit(m *measure.Measurement) string {
	s := plural(int(m.Allocs), "allocation")
	if m.GCs > 0 {
		s += fmt.Sprintf(", %s (%s)", plural(int(m.GCs), "collection"), measure.Duration(m.GCCPUNS))
	}
	return s
}
