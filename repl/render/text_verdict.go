package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/runtime/measure"
)

// barWidth is the length of a bar of 100%.
const barWidth = 29

// kindOfTime says how a kind of time on the critical path is drawn.
type kindOfTime struct {
	key, label, glyph, note string
}

// kindsOfTime is the table of the kinds of time: the keys of Verdict.Shares.
func kindsOfTime() []kindOfTime {
	return []kindOfTime{
		{"network", "waiting", "░", "network"},
		{"disk", "waiting", "░", "disk"},
		{"pipe", "waiting", "░", "pipe"},
		{"timer", "waiting", "░", "a timer"},
		{"child", "waiting", "░", "a child process"},
		{"lock", "waiting", "░", "a lock"},
		{"wait", "waiting", "░", "unexplained"},
		{"compute", "computing", "▓", ""},
		{"interpreter", "computing", "▓", "the interpreter's own part"},
		{"gc", "computing", "▓", "garbage collection"},
		{"syscall", "computing", "▓", "system calls"},
		{"ready", "ready", "·", "could run, but no worker was free"},
		{"machine", "machine", "·", "the machine ran other programs"},
	}
}

// verdict draws the bound with the figures that decided, and the next step.
func (p *printer) verdict() {
	v := p.r.Verdict
	if v == nil {
		return
	}
	note := runsNote(p.r.Measurement)
	name := p.name(v.Of)
	if p.profiled() {
		note, name = "", "" // they stand above already
	}
	p.headline(name, v.Headline, note, color.Bold)
	p.shares(v)
	p.lines(v.Lines)
	asked := p.o.More || slices.Contains(p.r.Magics, "timeline")
	if asked && v.Timeline != nil {
		p.timeline(v.Timeline, wideBins)
	}
	if p.o.More {
		p.decided(v)
	} else {
		p.doubt(v.Doubts)
	}
	p.words(2, v.Next)
	p.words(2, v.Note)
	if in := v.Interpreted; in != nil {
		p.words(2, "Interpreted: "+in.Headline)
	}
	if c := v.Compiled; c != nil {
		p.words(2, "Compiled: "+c.Headline)
	}
}

// runsNote is "6 runs, compiled".
func runsNote(m *measure.Measurement) string {
	if m == nil {
		return ""
	}
	s := plural(m.Runs, "run")
	if m.Engine != "" {
		s += ", " + m.Engine
	}
	return s
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// shares draws a bar for each kind of time, the largest first.
func (p *printer) shares(v *measure.Verdict) {
	kinds := kindsOfTime()
	slices.SortStableFunc(kinds, func(a, b kindOfTime) int { return cmp.Compare(v.Shares[b.key], v.Shares[a.key]) })
	for _, k := range kinds {
		share := v.Shares[k.key]
		if share < 0.005 && !(p.o.More && share > 0) {
			continue
		}
		bar := left(strings.Repeat(p.t(k.glyph), max(1, int(share*barWidth+0.5))), 2)
		p.row(k.label, measure.Percent(share), bar+"  "+k.note)
	}
}

// lines draws the lines of the cell that the time went to.
func (p *printer) lines(lines []measure.Line) {
	most, least := 3, 0.05
	if p.o.More {
		most, least = 12, 0
	}
	for i, l := range lines {
		if i >= most || l.Share < least {
			return
		}
		label := "line " + strconv.Itoa(l.Line)
		if l.Cell != "" && l.Cell != p.r.ID && l.Cell != p.r.Of {
			label = l.Cell + ":" + strconv.Itoa(l.Line)
		}
		p.row(label, measure.Percent(l.Share), strings.TrimSpace(l.Text))
	}
}

// doubt shows the first doubt; %more shows all.
func (p *printer) doubt(doubts []string) {
	switch {
	case len(doubts) == 0:
	case len(doubts) == 1 || p.alone:
		p.words(2, "Doubt: "+strings.Join(doubts, "; ")+".", color.FgYellow)
	default:
		p.words(2, fmt.Sprintf("Doubt: %s; and %d more (%%more).", doubts[0], len(doubts)-1), color.FgYellow)
	}
}

// decided draws what %more adds: why, the runner-up, every doubt.
func (p *printer) decided(v *measure.Verdict) {
	p.words(2, strings.Join(v.Why, "; "))
	if v.RunnerUp != "" {
		p.words(2, "Runner-up: "+v.RunnerUp)
	}
	if m := p.r.Measurement; m != nil && m.Runs > 1 && m.EffectiveCores > 0 {
		p.words(2, fmt.Sprintf("Quiet: %d of %s, with %.1f effective cores.", m.Quiet, plural(m.Runs, "run"), m.EffectiveCores))
	}
	for _, d := range v.Doubts {
		p.words(2, "Doubt: "+d, color.FgYellow)
	}
	p.slots(v.Slots)
}

// slots draws what the workers did.
func (p *printer) slots(slots map[string]float64) {
	var parts []string
	for _, key := range []string{"busy", "gc", "ready", "idle-io", "idle-timer", "idle-lock", "idle-serial"} {
		if s := slots[key]; s > 0 {
			parts = append(parts, strings.Replace(key, "-", " ", 1)+" "+measure.Percent(s))
		}
	}
	if len(parts) > 0 {
		p.words(2, "Workers: "+strings.Join(parts, " · "))
	}
}
