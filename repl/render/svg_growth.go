package render

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
)

// growth draws the cost over the sizes, with the curve of the class.
func (s *picture) growth(g *measure.Growth) string {
	if len(g.Points) < 2 {
		return ""
	}
	const height, room = 180, 440
	s.y += 8
	title, _, _ := strings.Cut(classes(g.Headline), ": ")
	if g.Measure != "peak heap" {
		title = classes(g.Headline)
	}
	s.text(labelX, "start", Truncate(title, 70))
	s.y += rowStep
	p := newPlot(g, 0, 0)
	at := func(i int, y float64) string {
		return fmt.Sprintf("%.1f,%.1f", labelX+p.x[i]*room, float64(s.y)+height*(1-y))
	}
	fmt.Fprintf(&s.b, `<path d="M%d %d V%d H%d" fill="none" stroke="%s"/>`, labelX-6, s.y-6, s.y+height+6, labelX+room, s.ink)
	var curve []string
	var dots strings.Builder
	for i := range p.x {
		if g.Points[i].Fitted > 0 {
			curve = append(curve, at(i, p.curve[i]))
		}
		x, y, _ := strings.Cut(at(i, p.y[i]), ",")
		fmt.Fprintf(&dots, `<circle cx="%s" cy="%s" r="4" fill="%s"/>`, x, y, runningColour)
	}
	if len(curve) > 1 {
		fmt.Fprintf(&s.b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="5 4"/>`, strings.Join(curve, " "), readyColour)
	}
	s.b.WriteString(dots.String())
	return s.growthAxes(g, height, room, title, len(curve) > 1)
}

// growthAxes writes the ends of both axes, and says the picture in words.
func (s *picture) growthAxes(g *measure.Growth, height, room int, title string, curve bool) string {
	first, last := g.Points[0], g.Points[len(g.Points)-1]
	y := func(v int, anchor string, x int, t string) {
		fmt.Fprintf(&s.b, `<text x="%d" y="%d" text-anchor="%s" fill="%s">%s</text>`, x, v, anchor, s.ink, html.EscapeString(plain(t)))
	}
	y(s.y+12, "end", labelX-12, growthCost(g, last))
	y(s.y+height, "end", labelX-12, growthCost(g, first))
	y(s.y+height/2, "end", labelX-12, growthWhat(g))
	y(s.y+height+22, "start", labelX, g.Parameter+" = "+strconv.FormatInt(first.N, 10))
	y(s.y+height+22, "end", labelX+room, strconv.FormatInt(last.N, 10))
	scale := "both axes logarithmic"
	if g.Class == "2^n" {
		scale = "upright axis logarithmic"
	}
	y(s.y+height+22, "middle", labelX+room/2, growthKey(g, curve)+"   ("+scale+")")
	s.y += height + 2*rowStep
	return fmt.Sprintf("%s. %s from %s at %s=%d to %s at %s=%d", title, growthWhat(g), growthCost(g, first), g.Parameter, first.N, growthCost(g, last), g.Parameter, last.N)
}

// growthKey says what the signs are.
func growthKey(g *measure.Growth, curve bool) string {
	if curve {
		return "● measured   – – " + classes(g.Class)
	}
	return "● measured"
}
