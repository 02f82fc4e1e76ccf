package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/runtime/measure"
)

// refused says why no model applies.
func (p *printer) refused(r *measure.Refusal) {
	if r == nil {
		return
	}
	where := "no model applies"
	if r.Line > 0 {
		where += ": line " + strconv.Itoa(r.Line)
	}
	if r.Variable != "" {
		where += ", " + r.Variable
	}
	p.headline(p.name(r.Cell), where, "", color.Bold)
	p.words(4, r.Reason)
	p.words(4, r.Advice)
}

func (p *printer) memory(m *measure.Memory) {
	if m == nil {
		return
	}
	p.headline(p.name(m.Of), "peak heap "+measure.Bytes(m.PeakHeap), "live after it "+measure.Bytes(m.LiveHeap), color.Bold)
	p.row("alloc", measure.Bytes(m.AllocBytes), plural(int(m.Allocs), "allocation"))
	p.row("collector", measure.Percent(m.GCShare), "of the CPU time, "+plural(int(m.GCs), "collection"))
	for i, l := range m.Lines {
		if i == 5 && !p.o.More {
			break
		}
		p.row("line "+strconv.Itoa(l.Line), measure.Percent(l.Share), measure.Bytes(l.Bytes)+"  "+strings.TrimSpace(l.Text))
	}
	if m.Growth != nil {
		p.words(4, classes(m.Growth.Headline))
		p.growthTable(m.Growth)
		p.words(4, m.Growth.Stopped)
	}
	p.words(2, m.Advice)
}

func (p *printer) race(r *measure.Race) {
	if r == nil {
		return
	}
	if !r.Found {
		p.headline(p.name(r.Of), "no data race seen", "", color.Bold)
		return
	}
	p.headline(p.name(r.Of), "data race", plural(len(r.Reports), "report"), color.FgRed, color.Bold)
	for _, s := range r.Reports {
		p.words(4, s)
	}
}

func (p *printer) versus(v *measure.Versus) {
	if v == nil {
		return
	}
	s := v.Conclusion
	if s == "" {
		s = fmt.Sprintf("was %s, now %s", measure.Duration(v.WasNS.Median), measure.Duration(v.NowNS.Median))
		if v.Significant {
			s += ": " + measure.Times(v.Speedup.Median) + ", significant"
		} else {
			s += ": no significant difference"
		}
	}
	p.words(2, s)
	if v.SameResult != nil && !*v.SameResult {
		p.words(2, "The results differ: "+v.Difference, color.FgRed)
	}
}

// target says whether the target is met. Under a comparison the conclusion
// says it.
func (p *printer) target(t *measure.Target) {
	if t == nil || p.r.Comparison != nil {
		return
	}
	answer := ": not met"
	if t.Met {
		answer = ": met"
	}
	took := "took "
	if t.Model != "" && t.Model != "as written" {
		took = t.Model + " took "
	}
	if p.r.Measured() || p.r.Kind != "magic" {
		p.words(2, "target "+measure.Duration(t.WallNS)+", "+took+measure.Duration(t.TookNS)+answer)
		return
	}
	p.words(2, p.name(t.Of)+" "+took+measure.Duration(t.TookNS)+answer)
}

func (p *printer) advice(a *measure.Advice) {
	if a == nil {
		return
	}
	if a.Stop {
		p.words(2, "Stop here: "+classes(a.Reason), color.Bold)
	} else {
		p.words(2, "Next: "+a.Next+": "+classes(a.Reason), color.Bold)
	}
	p.words(2, classes(a.Paragraph))
}

// curve draws the speedup over workers or tasks in flight, a bar a point.
func (p *printer) curve(c *measure.Curve) {
	if c == nil || len(c.Points) == 0 {
		return
	}
	over := map[string]string{"workers": "workers", "limit": "in flight"}[c.Over]
	p.headline(p.name(c.Of), "speedup over "+over, runsOf(c.Points), color.Bold)
	most := 1.0
	for i := range c.Points {
		most = max(most, c.Points[i].Speedup.Median)
	}
	shown := c.Ceiling > 0 && c.Ceiling < 2*most
	if shown {
		most = max(most, c.Ceiling)
	}
	for i := range c.Points {
		pt := &c.Points[i]
		n := pt.Workers
		if c.Over == "limit" {
			n = pt.Limit
		}
		bar := strings.Repeat(p.t("▓"), max(1, int(pt.Speedup.Median/most*barWidth+0.5)))
		p.row(strconv.Itoa(n), measure.Times(pt.Speedup.Median), bar+"  "+measure.Duration(pt.WallNS.Median))
	}
	if shown {
		p.row("ceiling", measure.Times(c.Ceiling), strings.Repeat(p.t("░"), max(1, int(c.Ceiling/most*barWidth+0.5))))
	}
	p.words(2, c.Note)
}

func runsOf(points []measure.Column) string { return plural(points[0].Runs, "run") + " each" }
