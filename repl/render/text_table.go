package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/runtime/measure"
)

// comparison draws the models side by side. When some of them stand above on
// the screen, the others are further rows of that table.
func (p *printer) comparison(c *measure.Comparison) {
	if c == nil {
		return
	}
	rows := p.newRows(c)
	if len(rows) == len(c.Columns) {
		p.headline(p.name(c.Of), tasks(c), p.same(c), color.Bold)
	}
	wide := p.widths(c)
	if len(rows) > 0 && len(rows) == len(c.Columns) {
		p.tableHead(wide)
	}
	for _, col := range rows {
		p.tableRow(wide, col)
	}
	p.timelines(c, rows)
	p.tableNotes(c, rows)
	p.words(2, c.Conclusion)
}

// timelines draws the lanes of the new rows; under rows that go on from a table
// only with More, as the picture stands above. One alone needs no name.
func (p *printer) timelines(c *measure.Comparison, rows []*measure.Column) {
	if len(rows) < len(c.Columns) && !p.o.More {
		return
	}
	var wanted []measure.Timeline
	for _, t := range c.Timelines {
		if p.wantsTimeline(c, rows, t.Model) {
			wanted = append(wanted, t)
		}
	}
	for _, t := range wanted {
		if len(wanted) == 1 {
			t.Model = ""
		}
		p.timeline(&t, narrowBins)
	}
}

// newRows are the columns of the comparison that do not stand above yet; all of
// them when none does.
func (p *printer) newRows(c *measure.Comparison) []*measure.Column {
	var all, fresh []*measure.Column
	for i := range c.Columns {
		col := &c.Columns[i]
		all = append(all, col)
		if !p.above(col.Model) {
			fresh = append(fresh, col)
		}
	}
	if len(fresh) == 0 || p.o.Above == nil {
		return all
	}
	return fresh
}

func (p *printer) above(model string) bool {
	if p.o.Above == nil {
		return false
	}
	for i := range p.o.Above.Columns {
		if p.o.Above.Columns[i].Model == model {
			return true
		}
	}
	return false
}

// tasks is "40 tasks: the loop at line 1".
func tasks(c *measure.Comparison) string {
	s := plural(c.Tasks, "task")
	switch {
	case c.Loop != nil && c.Loop.Line > 0:
		s += ": the loop at line " + strconv.Itoa(c.Loop.Line)
	case c.TaskKind != "":
		s += ": " + c.TaskKind
	}
	return s
}

func (p *printer) same(c *measure.Comparison) string {
	switch {
	case c.SameResult == nil:
		return "nothing stable to compare"
	case *c.SameResult:
		return "same result ✓"
	}
	return "result differs ✗"
}

// wantsTimeline: the lanes of the models that are drawn; of the cell as written,
// on all workers or on one, only with More.
func (p *printer) wantsTimeline(c *measure.Comparison, rows []*measure.Column, model string) bool {
	if model == "" || p.o.More {
		return true
	}
	for _, col := range rows {
		if col.Model == model {
			return !strings.HasPrefix(model, c.Columns[0].Model)
		}
	}
	return false
}

// widths are the columns that a table's texts need, and what stands between them.
type widths struct {
	model, wall, speedup, cpu int
	first, gap                string
}

func (p *printer) widths(c *measure.Comparison) widths {
	w := widths{10, 10, 7, 5, "   ", "  "}
	for i := range c.Columns {
		col := &c.Columns[i]
		w.model = max(w.model, columns(p.t(col.Model)))
		w.wall = max(w.wall, columns(p.t(col.WallNS.PlusMinus())))
		w.speedup = max(w.speedup, columns(p.t(speedup(col))))
		w.cpu = max(w.cpu, columns(p.t(measure.Duration(col.CPUNS.Median))))
	}
	if columns(p.tableCells(w, "", "", "", "predicted", "", "in flight", "workers")) > p.o.width() {
		w.first, w.gap = " ", " " // a long name must not push out the last column
	}
	return w
}

func (p *printer) tableHead(w widths) {
	p.line(p.tableCells(w, "", left("wall", w.wall), left("speedup", w.speedup), "predicted", "CPU", "in flight", "workers"))
}

func (p *printer) tableRow(w widths, col *measure.Column) {
	predicted := "–"
	if col.PredictedWallNS != nil {
		predicted = measure.Duration(*col.PredictedWallNS)
	}
	p.line(p.tableCells(w, p.t(col.Model), p.t(col.WallNS.PlusMinus()), p.t(speedup(col)), p.t(predicted),
		p.t(measure.Duration(col.CPUNS.Median)), strconv.Itoa(col.Limit), strconv.Itoa(col.Workers)))
}

// tableCells sets one line of the table.
func (p *printer) tableCells(w widths, model, wall, speedup, predicted, cpu, flight, workers string) string {
	return "  " + left(model, w.model) + w.first + right(wall, w.wall) + w.gap + right(speedup, w.speedup) + w.gap +
		middle(predicted, len("predicted")) + w.gap + left(cpu, w.cpu) + w.gap + middle(flight, len("in flight")) + w.gap + middle(workers, len("workers"))
}

// speedup is printed without a claim when it is not significant: the row of the
// cell as written is 1.0 by definition.
func speedup(col *measure.Column) string {
	s := measure.Times(col.Speedup.Median)
	if !col.Significant && col.Speedup.Median != 1 {
		return "(" + s + ")"
	}
	return s
}

// tableNotes draws what the rows need beside them: differences, unstable parts,
// notes; with More the intervals of the speedups.
func (p *printer) tableNotes(c *measure.Comparison, rows []*measure.Column) {
	if c.Difference != "" {
		p.words(2, "Difference: "+c.Difference, color.FgRed)
	}
	for _, u := range c.Unstable {
		p.words(2, fmt.Sprintf("Unstable as written, left out: %s (%s).", u.What, u.Reason))
	}
	for _, col := range rows {
		for _, n := range col.Notes {
			p.words(2, col.Model+": "+n)
		}
		if p.o.More && col.Speedup.Low != nil && col.Speedup.High != nil && col.Model != c.Columns[0].Model {
			p.words(2, fmt.Sprintf("%s: speedup %s to %s, p = %.2g, %s, predicted %s", col.Model,
				measure.Times(*col.Speedup.Low), measure.Times(*col.Speedup.High), col.P, plural(col.Runs, "run"), missed(col)))
		}
	}
	if p.o.More {
		for _, n := range c.Notes {
			p.words(2, n)
		}
	}
	if p.o.More && c.OverheadNS > 0 {
		p.words(2, "Overhead of a task: "+measure.Duration(c.OverheadNS))
	}
	if p.o.More && c.Ordered > 0 {
		p.words(2, fmt.Sprintf("%s must stay in order: at most %s, with any number of workers.", measure.Percent(c.Ordered), measure.Times(1/c.Ordered)))
	}
}

// missed says how far the forecast was from what was measured.
func missed(col *measure.Column) string {
	if col.PredictedWallNS == nil || col.WallNS.Median == 0 {
		return "not"
	}
	off := float64(*col.PredictedWallNS)/float64(col.WallNS.Median) - 1
	return fmt.Sprintf("%s (%+.0f%%)", measure.Duration(*col.PredictedWallNS), 100*off)
}
