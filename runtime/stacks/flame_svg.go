package stacks

import (
	"fmt"
	"html"
	"strings"
)

// Measures of the SVG, in its own units.
const (
	svgWidth  = 900
	svgRow    = 18
	svgLetter = 6.7 // of the 11 px font, about
)

// FlameSVG draws a flame graph, the root on top. It uses presentation attributes
// only, because GitHub drops styles, classes and ids, and holds no script; every
// box brings its own background, so it stands on any page. "" without stacks.
func (p *Profile) FlameSVG() string {
	boxes := p.Flame().boxes(0.002)
	if len(boxes) == 0 {
		return ""
	}
	deepest := 0
	var b strings.Builder
	for _, x := range boxes {
		deepest = max(deepest, x.depth)
		p.svgBox(&b, x)
	}
	height := (deepest + 1) * svgRow
	alt := html.EscapeString("Flame graph: " + p.Summary() + p.heaviest())
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="monospace" font-size="11"><title>%s</title>%s</svg>`,
		svgWidth, height, svgWidth, height, alt, alt, b.String())
}

// svgBox draws a box with its name, and what it is as a tooltip.
func (p *Profile) svgBox(b *strings.Builder, x box) {
	n := x.node
	name, title := n.Name, n.Frame.String()
	if x.depth == 0 {
		name, title = p.Summary(), "all"
	}
	left, wide := x.from*svgWidth, (x.to-x.from)*svgWidth
	fill, ink := "#e3e6ea", "#333333" // libraries and Go itself
	if n.Frame.Own || x.depth == 0 {
		fill, ink = "#a8cdec", "#10283c" // cells and the user's module
	}
	fmt.Fprintf(b, `<g><title>%s: %s (%s)</title><rect x="%.1f" y="%d" width="%.1f" height="%d" rx="2" fill="%s" stroke="#ffffff" stroke-width="0.5"/>`,
		html.EscapeString(title), p.amount(n.Weight), p.share(n.Weight), left, x.depth*svgRow, wide, svgRow-1, fill)
	if room := int((wide - 6) / svgLetter); room >= 3 {
		fmt.Fprintf(b, `<text x="%.1f" y="%d" fill="%s">%s</text>`, left+3, x.depth*svgRow+13, ink, html.EscapeString(fit(name, room)))
	}
	b.WriteString("</g>")
}

// heaviest names the lines that a picture is about, for those who hear it.
func (p *Profile) heaviest() string {
	var out strings.Builder
	for i, r := range p.Lines() {
		if i == 3 {
			break
		}
		fmt.Fprintf(&out, "; %s %s", r.Frame, p.share(r.Cum))
	}
	return out.String()
}
