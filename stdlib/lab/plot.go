package lab

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Line is one line of a Plot. Without X the values of Y stand at 0, 1, 2, …
type Line struct {
	Name string
	X, Y []float64
}

// Plot shows lines in one picture, on axes that hold all of their points. What
// is no number is left out. A terminal draws it with characters.
//
//	lab.Plot("time in ms", lab.Line{Name: "list", X: ns, Y: ms})
func Plot(title string, lines ...Line) {
	show(plotted(title, lines))
}

func plotted(title string, lines []Line) map[string]string {
	p := newPlot(title, lines)
	if p == nil {
		return map[string]string{plainText: title + ": nothing to plot"}
	}
	parts := svgPicture(p.svg(), title)
	parts[plainText] = p.text()
	return parts
}

type point struct{ x, y float64 }

// plot is a picture in the making: points and the box that holds them.
type plot struct {
	title    string
	names    []string
	lines    [][]point
	min, max point
}

func newPlot(title string, lines []Line) *plot {
	p := &plot{title: title, min: point{math.Inf(1), math.Inf(1)}, max: point{math.Inf(-1), math.Inf(-1)}}
	found := false
	for _, l := range lines {
		points := l.points()
		for _, at := range points {
			p.min = point{min(p.min.x, at.x), min(p.min.y, at.y)}
			p.max = point{max(p.max.x, at.x), max(p.max.y, at.y)}
			found = true
		}
		p.names, p.lines = append(p.names, l.Name), append(p.lines, points)
	}
	if !found {
		return nil
	}
	if p.min.y > 0 && p.min.y < p.max.y/2 {
		p.min.y = 0
	}
	if p.min.x == p.max.x {
		p.max.x++
	}
	if p.min.y == p.max.y {
		p.max.y++
	}
	return p
}

// maxPoints is how many points of a line are drawn: more than a picture shows.
const maxPoints = 2000

func (l Line) points() []point {
	var out []point
	step := max(1, len(l.Y)/maxPoints)
	for i := 0; i < len(l.Y); i += step {
		at := point{float64(i), l.Y[i]}
		if l.X != nil {
			if i >= len(l.X) {
				break
			}
			at.x = l.X[i]
		}
		if finite(at.x) && finite(at.y) {
			out = append(out, at)
		}
	}
	return out
}

func finite(x float64) bool { return !math.IsNaN(x) && math.Abs(x) < 1e300 }

// part says where x lies between low and high, from 0 to 1.
func part(x, low, high float64) float64 { return (x - low) / (high - low) }

func number(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }

// text draws the plot in 60 by 12 characters.
func (p *plot) text() string {
	const wide, high = 60, 12
	cells := make([][]rune, high)
	for i := range cells {
		cells[i] = []rune(strings.Repeat(" ", wide))
	}
	for i, line := range p.lines {
		for _, at := range line {
			x := int(math.Round(part(at.x, p.min.x, p.max.x) * (wide - 1)))
			y := int(math.Round(part(at.y, p.min.y, p.max.y) * (high - 1)))
			cells[high-1-y][x] = marks[i%len(marks)]
		}
	}
	var b strings.Builder
	b.WriteString(p.title + p.legend() + "\n")
	for i, row := range cells {
		label := ""
		switch i {
		case 0:
			label = number(p.max.y)
		case high - 1:
			label = number(p.min.y)
		}
		fmt.Fprintf(&b, "%10s |%s\n", label, strings.TrimRight(string(row), " "))
	}
	fmt.Fprintf(&b, "%10s +%s\n%10s %-30s%31s\n", "", strings.Repeat("-", wide), "", number(p.min.x), number(p.max.x))
	return b.String()
}

var marks = []rune("*o+x#@")

func (p *plot) legend() string {
	var named []string
	for i, name := range p.names {
		if name != "" {
			named = append(named, string(marks[i%len(marks)])+" "+name)
		}
	}
	if named == nil {
		return ""
	}
	return "   " + strings.Join(named, "   ")
}

// colours that differ on white and on black, for the colour blind too.
var colours = []string{"#2a7ab8", "#c97d00", "#2f8f5b", "#b0508f", "#767676", "#a0522d"}

// svg draws the plot with presentation attributes only: some readers drop styles.
func (p *plot) svg() string {
	const wide, high, left, top = 640, 320, 70, 34
	const ink = "#767676"
	at := func(a point) (float64, float64) {
		return left + part(a.x, p.min.x, p.max.x)*(wide-left-20), high - 30 - part(a.y, p.min.y, p.max.y)*(high-30-top)
	}
	var b strings.Builder
	title := html.EscapeString(p.title)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="sans-serif" font-size="13"><title>%s</title>`, wide, high, wide, high, title)
	word := func(x, y float64, anchor, text string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>`, x, y, anchor, ink, text)
	}
	word(left, 20, "start", title)
	fmt.Fprintf(&b, `<path d="M%d %d V%d H%d" fill="none" stroke="%s"/>`, left, top, high-30, wide-20, ink)
	word(left-6, top+6, "end", number(p.max.y))
	word(left-6, high-30, "end", number(p.min.y))
	word(left, high-12, "start", number(p.min.x))
	word(wide-20, high-12, "end", number(p.max.x))
	for i, line := range p.lines {
		colour := colours[i%len(colours)]
		var path []string
		for _, a := range line {
			x, y := at(a)
			path = append(path, fmt.Sprintf("%.1f,%.1f", x, y))
			if len(line) <= 50 {
				fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x, y, colour)
			}
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`, strings.Join(path, " "), colour)
	}
	fmt.Fprintf(&b, `<text x="%d" y="20" text-anchor="end">`, wide-20)
	for i, name := range p.names {
		if name != "" {
			fmt.Fprintf(&b, `<tspan dx="12" fill="%s">%s</tspan>`, colours[i%len(colours)], html.EscapeString(name))
		}
	}
	b.WriteString("</text></svg>")
	return b.String()
}
