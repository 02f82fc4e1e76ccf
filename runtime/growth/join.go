package growth

import (
	"fmt"
	"math"
	"slices"
)

// Answer is the class of a sweep with what decided.
type Answer struct {
	Class    Class
	Unclear  bool
	Why      string  // why it is unclear
	Also     []Class // not settled
	Agree    bool    // time and counters name the same class
	ByCount  bool    // counters decided; else time did
	Measure  string  // "CPU time" or "time": what was compared
	Doubling float64 // the factor by which doubling n multiplies the time, at the top; 0 when not known
	Note     string
	Time     Series
	Steps    Series // of loops and functions entered, and library work that is known
	Presumed Series // Steps and library work that is presumed
	Bytes    Series
	Counted  bool
	lead     string // what was counted that decided: "steps", …
}

const ledByBytes = "allocated bytes"

// String is the class, or unclear.
func (a Answer) String() string {
	if a.Unclear {
		return Unclear
	}
	return a.Class.String()
}

// joiner makes an answer of a sweep.
type joiner struct {
	s      *Sweep
	ns, y  []float64
	hidden bool
	a      Answer
}

// Judge names the class of a sweep.
func Judge(s Sweep) Answer {
	j := &joiner{s: &s, ns: s.sizes(), hidden: len(s.Hidden) > 0}
	j.time()
	if len(j.ns) < leastSizes {
		j.a.Unclear, j.a.Why = true, j.a.Time.Why
		return j.a
	}
	j.a.Doubling = math.Pow(2, j.a.Time.Top)
	if s.counted() {
		j.counters()
		j.join()
	} else {
		j.byTime("the counters could not be had")
	}
	j.unnamed()
	return j.a
}

func (j *joiner) time() {
	j.a.Measure = "CPU time"
	j.y = j.s.pick((*Point).CPU)
	if j.s.waits() {
		j.a.Measure, j.y = "time", j.s.pick((*Point).Wall)
	}
	j.a.Time = judge(j.ns, j.y, timeFloor, false)
}

func (j *joiner) counters() {
	a := &j.a
	a.Counted = true
	a.Steps = judgeCounts(j.ns, j.s.Steps(false), true)
	if a.Steps.Class == SquareLog && !a.Steps.Unclear && j.lengths() {
		a.Steps.Class, a.Steps.Exact = Square, false
	}
	a.Presumed = judgeCounts(j.ns, j.s.Steps(true), false)
	j.hidden = j.hidden || a.Presumed.Unclear || a.Presumed.Class > a.Steps.Class
	if j.s.BytesAreRun {
		a.Bytes = judgeCounts(j.ns, j.s.pick(func(p *Point) float64 { return p.Bytes }), false)
	}
}

// lengths tells whether only what is copied grows as fast as n²: the logarithm
// on top of that is the length of printed numbers.
func (j *joiner) lengths() bool {
	heavy := j.s.pick(func(p *Point) float64 {
		sum := 0.0
		for i, c := range p.Counts {
			if j.s.Sites[i].weight() == 1 {
				sum += c
			}
		}
		return sum
	})
	s := judgeCounts(j.ns, heavy, false)
	return !s.Unclear && s.Class < Square
}

// floor is the class under which the answer cannot be: what was counted.
func (j *joiner) floor() (Series, string) {
	a := &j.a
	low, lead := a.Steps, "steps"
	if low.Unclear {
		low, lead = Series{Class: Constant, Unclear: true}, ""
	}
	if !a.Presumed.Unclear && a.Presumed.Class > low.Class && math.Abs(a.Time.Top-slopeOf(a.Presumed.Class, j.ns)) < 0.35 {
		low, lead = a.Presumed, "steps and the lengths handed to library calls"
	}
	b := a.Bytes
	if b.Class > Square && math.Abs(a.Time.Top-slopeOf(b.Class, j.ns)) > 0.5 {
		b.Class, b.Exact = Square, false // small sizes allocate next to nothing, which makes the rest look steep
	}
	switch {
	case !b.Unclear && b.Class >= Square && b.Class > low.Class:
		low, lead = b, ledByBytes
	case b.Top > 0.8 && b.Low > 0.8 && low.Class < Linear:
		low, lead = Series{Class: Linear}, ledByBytes
	}
	return low, lead
}

func (j *joiner) join() {
	a := &j.a
	low, lead := j.floor()
	if a.Steps.Unclear && lead == "" {
		j.byTime("the counted steps follow no curve")
		return
	}
	over := a.Time.Top - slopeOf(low.Class, j.ns)
	if low.Class == Exponential || a.Time.Class == low.Class && !a.Time.Unclear {
		j.byCount(low, lead, "")
		a.Agree = true
		return
	}
	dear := dearer(low.Class, j.ns, j.y)
	switch {
	case over >= 0.25 && a.Time.Unclear && !a.Presumed.Unclear && a.Presumed.Class > low.Class:
		a.Unclear, a.Class, a.Also = true, low.Class, []Class{low.Class, a.Presumed.Class}
		a.Why = fmt.Sprintf("%s is counted, %s if library calls look at all they are handed, and time lies between", low.Class, a.Presumed.Class)
	case low.Class == Constant:
		j.constant(over, dear)
	case over < 0.25:
		j.within(low, lead, over)
	case over < 0.75 && dear < 12 && !j.hidden, over < 0.5 && dear < 6:
		j.byCount(low, lead, fmt.Sprintf("each step costs up to %.1f times more at large n: caches, page faults or the collector", dear))
	case !j.hidden && over < 1 && dear < 40 && low.Exact:
		j.byCount(low, lead, fmt.Sprintf("each step costs up to %.0f times more at large n: memory that no longer fits the caches", dear))
	case a.Time.Unclear && !j.hidden:
		j.byCount(low, lead, "time is too disturbed to confirm it: "+a.Time.Why)
	default:
		j.byTime(fmt.Sprintf("time grows faster than what is counted (%s): %s", low.Class, j.inside()))
	}
}

// inside says where growth is that nothing counted shows.
func (j *joiner) inside() string {
	if !j.hidden {
		return "the rest is not in any loop of the cell"
	}
	return "the rest is inside " + list(j.s.Hidden)
}

// constant: nothing counted grows.
func (j *joiner) constant(over, dear float64) {
	a := &j.a
	switch {
	case a.Time.Class == Constant:
		j.byCount(a.Steps, "steps", "")
		a.Agree = !a.Time.Unclear
	case !j.hidden && over < 0.35 && dear < 12:
		j.byCount(a.Steps, "steps", "the counted work is the same at every n; what grows is the price of memory: caches")
	case a.Time.Class == Log && !a.Time.Unclear:
		j.byTime("the counted work is the same at every n: a search inside a library call, or caches")
		a.Also = []Class{Constant}
	default:
		j.byTime("the counted work is the same at every n: " + j.inside())
	}
}

// within: time grows no faster than what is counted.
func (j *joiner) within(low Series, lead string, over float64) {
	a := &j.a
	j.byCount(low, lead, "")
	if over > -0.25 || a.Time.Class >= low.Class {
		a.Agree = true
	}
	if a.Time.Class >= low.Class || a.Time.Unclear {
		return
	}
	for _, f := range low.all {
		if low.Exact {
			break
		}
		if f.Class == a.Time.Class && f.Low == Constant && f.Miss < 0.08 && low.Class-f.Class <= 1 {
			a.Class, a.Also = f.Class, []Class{low.Class}
			a.Note = fmt.Sprintf("steps drift up %.0f%% from %s, and time does not", 100*f.Miss, f.Class)
			return
		}
	}
	if !a.Agree {
		a.Note = fmt.Sprintf("time alone looks like %s so far; %s grow like %s and will win", a.Time.Class, lead, low.Class)
	}
}

func (j *joiner) byCount(low Series, lead, note string) {
	a := &j.a
	a.Class, a.Unclear, a.Why, a.Note, a.ByCount, a.lead = low.Class, false, "", note, true, lead
	a.Also = nil
	if !low.Exact {
		a.Also = slices.Clone(low.Also)
	}
	if slices.Contains(low.Also, a.Time.Class) && !a.Time.Unclear && !low.Exact {
		a.Class = min(low.Class, a.Time.Class)
		a.Also = slices.DeleteFunc(append(a.Also, low.Class), func(c Class) bool { return c == a.Class })
	}
}

// byTime takes the class of the time. With no counter to settle a tie, the
// least is claimed.
func (j *joiner) byTime(note string) {
	a, t := &j.a, &j.a.Time
	a.Class, a.Unclear, a.Why, a.Also, a.Note = t.Class, t.Unclear, t.Why, slices.Clone(t.Also), note
	for i, c := range a.Also {
		if c == lower(a.Class) && bestScore(t.all, c) < bestScore(t.all, a.Class)+2 {
			a.Class, a.Also[i] = c, a.Class
			return
		}
	}
}

// lower is the next named class below.
func lower(c Class) Class {
	for c--; c > Constant && !c.Named(); c-- {
	}
	return c
}

func bestScore(all []Fit, c Class) float64 {
	best := math.Inf(1)
	for _, f := range all {
		if f.Class == c {
			best = min(best, f.score)
		}
	}
	return best
}

// unnamed makes an answer unclear whose class has no name here.
func (j *joiner) unnamed() {
	a := &j.a
	a.Also = slices.DeleteFunc(a.Also, func(c Class) bool { return !c.Named() || c == a.Class && !a.Unclear })
	if a.Unclear || a.Class.Named() {
		return
	}
	a.Unclear, a.Agree = true, false
	a.Why = fmt.Sprintf("it grows like %s, which is none of the classes here", a.Class)
	a.Also = a.Class.neighbours()
}

func list(names []string) string {
	switch len(names) {
	case 0:
		return "a library call"
	case 1:
		return names[0]
	case 2:
		return names[0] + " or " + names[1]
	}
	return fmt.Sprintf("%s, %s or %d others", names[0], names[1], len(names)-2)
}
