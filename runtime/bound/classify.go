// Package bound names what limits a cell. Classify reads the facts of a traced
// run and the timed runs, and asks the rules one after the other; the first
// that claims the cell decides. A rule is a small file with its own tests.
package bound

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
)

// claim is what a rule says of a cell.
type claim struct {
	bound    string
	details  []string // the first is the verdict's detail
	headline string
	note     string // one sentence beside the next step
	why      []string
}

// rule claims a cell or passes.
type rule struct {
	name  string
	claim func(*view) *claim
}

// rules in the order in which they are asked: what forbids a verdict, then
// causes that show as something else (a child computes while the cell waits in
// a pipe; a lock's holder computes), then what fills the path.
func rules() []rule {
	return []rule{
		{"unclear", unclear},
		{"child", child},
		{"lock", lock},
		{"mixed", mixed},
		{"io", waiting},
		{"timer", timer},
		{"cpu", computing},
	}
}

// Classify names the bound of a cell, with the figures that decided, the
// runner-up, the doubts, and one next step.
func Classify(in Input) measure.Verdict {
	v := newView(&in)
	out := v.verdict(v.claim())
	if in.Interpreted {
		out.Shares = apart(in)
		guess, same := compiledGuess(in, out)
		if same {
			out.Note = strings.TrimSpace(out.Note + " " + guess)
		} else {
			out.Doubts = append([]string{guess}, out.Doubts...)
		}
	}
	return out
}

// claim is that of the first rule that has one.
func (v *view) claim() *claim {
	for _, r := range rules() {
		if c := r.claim(v); c != nil {
			return c
		}
	}
	return cannotTell(v)
}

// view is the input with the sums that several rules want.
type view struct {
	*Input
	group  map[string]float64 // path by group, without the time the machine took: sums to 1
	order  []string           // groups by falling share
	wallNS int64              // of one turn, the shortest that was seen
}

// groups are the alternatives that rules weigh against each other.
var groups = map[string]string{
	Compute: Compute, Collect: Compute, Syscall: Compute, Ready: Compute,
	Network: Network, Disk: Disk, Pipe: Pipe, Timer: Timer, Child: Child, Lock: Lock, Wait: Wait,
}

func newView(in *Input) *view {
	v := &view{Input: in, group: map[string]float64{}, wallNS: in.turnNS()}
	rest := 1 - in.Path[Machine]
	for kind, s := range in.Path {
		if g := groups[kind]; g != "" && rest > 0 {
			v.group[g] += s / rest
		}
	}
	v.fold()
	v.order = slices.SortedFunc(maps.Keys(v.group), func(a, b string) int {
		return cmp.Or(cmp.Compare(v.group[b], v.group[a]), cmp.Compare(a, b))
	})
	return v
}

// turnNS is the shortest wall time of one turn, timed or traced: noise only
// adds. 0 when there is none.
func (in *Input) turnNS() int64 {
	n := in.WallNS
	if m := in.Measurement; m.Runs > 0 && (n == 0 || m.WallNS.Median < n) {
		n = m.WallNS.Median
	}
	for _, s := range in.Measurement.Samples {
		if s.WallNS > 0 && s.WallNS < n {
			n = s.WallNS
		}
	}
	return n
}

// streaming is a rate of reading, in bytes a second, that only a device which is
// the whole purpose of the cell gives. A fast one (or a virtual one, out of its
// host's memory) leaves most of the time to the kernel's copying.
const streaming = 100e6

// fold counts system calls with the device when they are most of what the cell
// computes and it waits for the device anyway: the kernel's share of an fsync
// or of a transfer is part of the same I/O.
func (v *view) fold() {
	rest := 1 - v.Path[Machine]
	if rest <= 0 {
		return
	}
	calls := v.Path[Syscall] / rest
	if v.ReadRate >= streaming && calls >= 0.6*v.group[Compute] {
		v.group[Disk] += calls
		v.group[Compute] -= calls
		return
	}
	for _, g := range []string{Disk, Network, Pipe} {
		if v.group[g] >= 0.25 && calls >= 0.6*v.group[Compute] {
			v.group[g] += calls
			v.group[Compute] -= calls
			return
		}
	}
}

// works is the share of the path on a CPU, in the cell's own code or below it.
func (v *view) works() float64 {
	return v.Path[Compute] + v.Path[Collect] + v.Path[Syscall]
}

// first and second are the largest groups, "" when there is none.
func (v *view) first() string  { return v.nth(0) }
func (v *view) second() string { return v.nth(1) }

func (v *view) nth(n int) string {
	if n >= len(v.order) {
		return ""
	}
	return v.order[n]
}

// boundOf is the bound that a group alone would be.
func boundOf(group string) string {
	switch group {
	case Network, Disk, Pipe:
		return "io"
	case Compute:
		return "cpu"
	case Timer, Child, Lock:
		return group
	case Wait:
		return "unclear"
	}
	return ""
}

func (v *view) verdict(c *claim) measure.Verdict {
	out := measure.Verdict{
		Bound: c.bound, Detail: c.details[0], Details: c.details, Headline: c.headline,
		Shares: maps.Clone(v.Path), RunnerUp: v.runnerUp(c.bound), Doubts: v.doubts(c),
		Lines: v.Lines, Next: next(v, c), Why: c.why, Timeline: v.Timeline, Slots: v.Slots,
	}
	if out.Shares == nil {
		out.Shares = map[string]float64{}
	}
	if out.Lines == nil {
		out.Lines = []measure.Line{}
	}
	if c.note != "" {
		out.Note = c.note
	}
	return out
}

// runnerUp is the bound of the largest group that is not the verdict's own.
func (v *view) runnerUp(bound string) string {
	for _, g := range v.order {
		if b := boundOf(g); b != bound && v.group[g] > 0 {
			return b
		}
	}
	return ""
}
