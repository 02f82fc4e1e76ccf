package render

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"

	"github.com/fatih/color"
	"github.com/lapbook/lapbook/runtime/measure"
)

// growth draws the class of a cell's cost: headline, the sizes with their plot
// beside them, the lines that were counted most, and what decided.
func (p *printer) growth(g *measure.Growth) {
	if g == nil {
		return
	}
	p.headline(p.name(g.Of), classes(cmp.Or(g.Headline, "grows like "+g.Class)), growthNote(g), color.Bold)
	p.growthTable(g)
	for _, l := range g.Lines {
		p.row("line "+strconv.Itoa(l.Line), classes(l.Class), fmt.Sprintf("%s times: %s", counted(l.Count), growthText(l)))
	}
	for _, e := range g.Evidence {
		p.words(4, classes(e))
	}
	if len(g.Alternatives) > 0 {
		p.words(4, "not ruled out: "+classes(strings.Join(g.Alternatives, ", ")))
	}
	p.words(4, g.Stopped)
}

// growthText is the code of a line; of a library call, its name.
func growthText(l measure.GrowthLine) string {
	if strings.Contains(l.What, ".") {
		return l.What + " (its work) in " + l.Text
	}
	return cmp.Or(l.Text, l.What)
}

func growthNote(g *measure.Growth) string {
	s := fmt.Sprintf("%s=%d..%d", g.Parameter, g.Low, g.High)
	if g.Engine == "interpreted" {
		s += ", interpreted"
	}
	return s
}

// classes writes powers as one does.
func classes(s string) string {
	return strings.NewReplacer("n^2", "n²", "n^3", "n³", "n^4", "n⁴", "2^n", "2ⁿ", "n^0.5", "√n").Replace(s)
}

// counted is a number of steps.
func counted(n int64) string {
	if n < 100_000 {
		return strconv.FormatInt(n, 10)
	}
	return strings.Replace(strconv.FormatFloat(float64(n), 'e', 1, 64), "e+0", "e", 1)
}

// The room of a plot, and of the table at its right.
const (
	plotWidth = 32
	plotRows  = 9
	tableRows = 7
)

// growthTable draws the plot, with the sizes in a table at its right. Both axes
// of the plot are logarithmic, so that a power of n is a straight line; of 2ⁿ
// only the upright one.
func (p *printer) growthTable(g *measure.Growth) {
	if len(g.Points) < 2 {
		return
	}
	if p.page {
		p.growthSizes(g)
		return
	}
	table := p.growthRows(g)
	rows := newPlot(g, plotWidth, plotRows).rows(p.o.ASCII)
	first, last := g.Points[0], g.Points[len(g.Points)-1]
	for i, row := range rows {
		label := ""
		switch i {
		case 0:
			label = p.t(growthCost(g, last))
		case plotRows / 2:
			label = growthWhat(g)
		case plotRows - 1:
			label = p.t(growthCost(g, first))
		}
		cell := ""
		if i > 0 && i <= len(table) {
			cell = table[i-1]
		}
		p.line("  " + right(label, 9) + " │" + left(row, plotWidth) + cell)
	}
	p.line("  " + right("", 9) + " └" + strings.Repeat("─", plotWidth-1))
	low, high := g.Parameter+"="+strconv.FormatInt(first.N, 10), strconv.FormatInt(last.N, 10)
	p.line("  " + right("", 9) + "  " + left(low, plotWidth-1-len(high)) + high + "   " + plotKey(g))
}

// growthSizes is the table of all sizes on an HTML page.
func (p *printer) growthSizes(g *measure.Growth) {
	fmt.Fprintf(&p.b, `<details><summary>%s sizes</summary><div class="scroll"><table><thead><tr>`, strconv.Itoa(len(g.Points)))
	for _, h := range []string{g.Parameter, growthWhat(g), "steps", "allocated"} {
		fmt.Fprintf(&p.b, `<th scope="col">%s</th>`, html.EscapeString(plain(h)))
	}
	p.b.WriteString("</tr></thead><tbody>")
	for _, pt := range g.Points {
		fmt.Fprintf(&p.b, `<tr><th scope="row">%d</th><td>%s</td><td>%s</td><td>%s</td></tr>`, pt.N, growthCost(g, pt), stepsOf(pt), measure.Bytes(pt.AllocBytes))
	}
	p.b.WriteString("</tbody></table></div></details>\n")
}

// stepsOf is a dash where nothing was counted.
func stepsOf(pt measure.GrowthPoint) string {
	if pt.Steps == 0 {
		return "–"
	}
	return counted(pt.Steps)
}

// plotKey says what the signs and the axes are.
func plotKey(g *measure.Growth) string {
	scale := "log-log"
	if g.Class == "2^n" {
		scale = "log upright"
	}
	if g.Points[0].Fitted > 0 {
		return "● measured · " + classes(g.Class) + " (" + scale + ")"
	}
	return "● measured (" + scale + ")"
}

// growthRows are the rows of the table, its head first.
func (p *printer) growthRows(g *measure.Growth) []string {
	points := thinned(g.Points, tableRows)
	counts := points[len(points)-1].Steps > 0
	row := func(n, cost, steps string) string { return right(n, 11) + right(cost, 10) + right(steps, 10) }
	head := "steps"
	if !counts {
		head = ""
	}
	out := []string{row(g.Parameter, growthWhat(g), head)}
	for _, pt := range points {
		steps := ""
		if counts {
			steps = counted(pt.Steps)
		}
		out = append(out, row(strconv.FormatInt(pt.N, 10), p.t(growthCost(g, pt)), steps))
	}
	return out
}

// growthWhat is the cost that is drawn.
func growthWhat(g *measure.Growth) string {
	if g.Measure == "CPU time" {
		return "CPU"
	}
	return cmp.Or(g.Measure, "time")
}

func growthCost(g *measure.Growth, pt measure.GrowthPoint) string {
	if g.Measure == "peak heap" {
		return measure.Bytes(pt.PeakHeap)
	}
	return measure.Duration(int64(costOf(g, pt)))
}

// costOf is the cost of a point that grew.
func costOf(g *measure.Growth, pt measure.GrowthPoint) float64 {
	switch g.Measure {
	case "peak heap":
		return float64(pt.PeakHeap)
	case "time":
		return float64(pt.WallNS)
	}
	return float64(pt.CPUNS)
}

// thinned leaves out points evenly; the first and the last stay.
func thinned(points []measure.GrowthPoint, most int) []measure.GrowthPoint {
	if len(points) <= most {
		return points
	}
	var out []measure.GrowthPoint
	for i := range most {
		out = append(out, points[i*(len(points)-1)/(most-1)])
	}
	return out
}

// plot places points and the fitted curve on a grid; x and y are 0 to 1.
type plot struct {
	x, y, curve   []float64 // curve is NaN where there is none
	width, height int
}

func newPlot(g *measure.Growth, width, height int) *plot {
	p := &plot{width: width, height: height}
	low, high := math.Inf(1), math.Inf(-1)
	for _, pt := range g.Points {
		for _, v := range []float64{costOf(g, pt), pt.Fitted} {
			if v > 0 {
				low, high = min(low, math.Log(v)), max(high, math.Log(v))
			}
		}
	}
	span := max(high-low, math.Log(4)) // little noise shall not look like growth
	first, last := g.Points[0].N, g.Points[len(g.Points)-1].N
	for _, pt := range g.Points {
		x := math.Log(float64(pt.N)/float64(first)) / math.Log(float64(last)/float64(first))
		if g.Class == "2^n" {
			x = float64(pt.N-first) / float64(last-first)
		}
		p.x = append(p.x, x)
		p.y = append(p.y, (math.Log(max(costOf(g, pt), 0.01))-low)/span)
		curve := math.NaN()
		if pt.Fitted > 0 {
			curve = (math.Log(pt.Fitted) - low) / span
		}
		p.curve = append(p.curve, curve)
	}
	return p
}

// rows are the lines of the plot, top first.
func (p *plot) rows(ascii bool) []string {
	grid := make([][]rune, p.height)
	for i := range grid {
		grid[i] = []rune(strings.Repeat(" ", p.width))
	}
	put := func(x, y float64, sign rune) {
		col := int(math.Round(min(max(x, 0), 1) * float64(p.width-1)))
		row := p.height - 1 - int(math.Round(min(max(y, 0), 1)*float64(p.height-1)))
		grid[row][col] = sign
	}
	measured, fitted := '●', '·'
	if ascii {
		measured, fitted = 'o', '.'
	}
	for i := 1; i < len(p.x); i++ {
		for s := range 13 {
			f := float64(s) / 12
			if y := p.curve[i-1] + f*(p.curve[i]-p.curve[i-1]); !math.IsNaN(y) {
				put(p.x[i-1]+f*(p.x[i]-p.x[i-1]), y, fitted)
			}
		}
	}
	for i := range p.x {
		put(p.x[i], p.y[i], measured)
	}
	out := make([]string, p.height)
	for i := range grid {
		out[i] = strings.TrimRight(string(grid[i]), " ")
	}
	return out
}
