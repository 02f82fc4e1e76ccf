package render

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// Colours that can be told apart on white and on black, also by the colour
// blind; each has a contrast of 3 to 1 with both. inkBoth is for pictures whose
// background nobody knows; a page of ours uses currentColor.
const (
	runningColour = "#2a7ab8"
	waitingColour = "#8494a3"
	readyColour   = "#c97d00"
	inkBoth       = "#767676"
	inkPage       = "currentColor"
)

const (
	svgWidth = 640
	rowStep  = 22
	labelX   = 150 // where bars begin
	barRoom  = 330 // length of the longest bar
)

// picture is an SVG under construction. It uses presentation attributes only,
// because GitHub drops styles, classes and ids, and it never holds a script.
type picture struct {
	b   strings.Builder
	y   int
	ink string
}

func (s *picture) text(x int, anchor, t string) {
	fmt.Fprintf(&s.b, `<text x="%d" y="%d" text-anchor="%s" fill="%s">%s</text>`, x, s.y+15, anchor, s.ink, html.EscapeString(plain(t)))
}

func (s *picture) rect(x, width float64, height int, fill string) {
	fmt.Fprintf(&s.b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`, x, s.y+(rowStep-height)/2, max(width, 1), height, fill)
}

// done wraps the picture; alt is what it says in words.
func (s *picture) done(alt string) string {
	alt = html.EscapeString(plain(alt))
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="sans-serif" font-size="13"><title>%s</title>%s</svg>`,
		svgWidth, s.y+4, svgWidth, s.y+4, alt, alt, s.b.String())
}

// SVG draws the comparison, or the shares of the verdict, of a result, and its
// timelines; "" when there is nothing to draw. The picture stands alone on any
// background.
func SVG(r *notebook.Result) string { return svg(r, inkBoth) }

func svg(r *notebook.Result, ink string) string {
	s := &picture{ink: ink, y: 4}
	var alt []string
	if v := r.Verdict; v != nil {
		alt = append(alt, v.Headline, s.shares(v))
	}
	if c := r.Comparison; c != nil {
		alt = append(alt, s.bars(c))
		for i := range c.Timelines {
			alt = append(alt, s.timeline(&c.Timelines[i]))
		}
	} else if v := r.Verdict; v != nil && v.Timeline != nil {
		alt = append(alt, s.timeline(v.Timeline))
	}
	if v := r.Versus; v != nil && v.Cell != "" {
		alt = append(alt, s.versus(v))
	}
	if c := r.Curve; c != nil {
		alt = append(alt, s.curve(c))
	}
	if g := r.Growth; g != nil {
		alt = append(alt, s.growth(g))
	}
	if m := r.Memory; m != nil && m.Growth != nil {
		alt = append(alt, s.growth(m.Growth))
	}
	if s.b.Len() == 0 {
		return ""
	}
	alt = slices.DeleteFunc(alt, func(a string) bool { return a == "" })
	return s.done(strings.Join(alt, ". "))
}

// shares draws one bar a kind of time.
func (s *picture) shares(v *measure.Verdict) string {
	var said []string
	fills := map[string]string{"░": waitingColour, "▓": runningColour, "·": readyColour}
	for _, k := range kindsOfTime() {
		share := v.Shares[k.key]
		if share < 0.005 {
			continue
		}
		label := k.label
		switch {
		case k.label == "waiting":
			label += ": " + k.note
		case k.label == "computing" && k.note != "":
			label = k.note
		case k.label == "machine":
			label = "other programs"
		}
		s.text(labelX-10, "end", label)
		s.rect(labelX, share*barRoom, 14, fills[k.glyph])
		s.text(labelX+int(share*barRoom)+8, "start", measure.Percent(share))
		s.y += rowStep
		said = append(said, label+" "+measure.Percent(share))
	}
	return strings.Join(said, ", ")
}

// bars draws the wall time of each model.
func (s *picture) bars(c *measure.Comparison) string {
	longest := int64(1)
	for i := range c.Columns {
		longest = max(longest, c.Columns[i].WallNS.Median)
	}
	s.y += 4
	var said []string
	for i := range c.Columns {
		col := &c.Columns[i]
		width := float64(col.WallNS.Median) / float64(longest) * barRoom
		s.text(labelX-10, "end", col.Model)
		s.rect(labelX, width, 14, runningColour)
		figure := col.WallNS.PlusMinus()
		if i > 0 {
			figure += " · " + speedup(col)
		}
		s.text(labelX+int(width)+8, "start", figure)
		s.y += rowStep
		said = append(said, col.Model+" "+figure)
	}
	return strings.Join(said, ", ")
}

// versus draws the wall times of two cells.
func (s *picture) versus(v *measure.Versus) string {
	longest := float64(max(1, v.WasNS.Median, v.NowNS.Median))
	s.y += 4
	var said []string
	for _, row := range []struct {
		cell string
		wall measure.Interval
	}{{v.Of, v.WasNS}, {v.Cell, v.NowNS}} {
		width := float64(row.wall.Median) / longest * barRoom
		s.text(labelX-10, "end", Truncate(row.cell, 18))
		s.rect(labelX, width, 14, runningColour)
		s.text(labelX+int(width)+8, "start", row.wall.PlusMinus())
		s.y += rowStep
		said = append(said, row.cell+" "+row.wall.PlusMinus())
	}
	return strings.Join(said, ", ")
}

// timeline draws a lane a task; runs of equal bins are one rectangle.
func (s *picture) timeline(t *measure.Timeline) string {
	if len(t.Lanes) == 0 {
		return ""
	}
	s.y += 6
	title := fmt.Sprintf("%d of %s, %s", len(t.Lanes), plural(t.Total, "task"), measure.Duration(t.WallNS))
	if t.Model != "" {
		title = t.Model + ": " + title
	}
	s.text(labelX, "start", title)
	s.y += rowStep
	for i, l := range slices.Concat(t.Lanes, t.Workers) {
		s.text(labelX-10, "end", Truncate(laneName(i, l.Name), 18))
		s.lane(l.Bins)
		s.y += rowStep - 4
	}
	s.legend()
	return "timeline of " + title
}

func (s *picture) lane(bins string) {
	fills := map[byte]string{'R': runningColour, 'r': readyColour, 'w': waitingColour}
	heights := map[byte]int{'R': 14, 'r': 8, 'w': 4}
	const room = svgWidth - labelX - 10
	for i := 0; i < len(bins); {
		j := i
		for j < len(bins) && bins[j] == bins[i] {
			j++
		}
		if fill := fills[bins[i]]; fill != "" {
			s.rect(labelX+float64(i)*room/float64(len(bins)), float64(j-i)*room/float64(len(bins)), heights[bins[i]], fill)
		}
		i = j
	}
}

func (s *picture) legend() {
	x := labelX
	for _, k := range []struct {
		fill, word string
		height     int
	}{{runningColour, "running", 14}, {readyColour, "ready, no worker free", 8}, {waitingColour, "waiting", 4}} {
		s.rect(float64(x), 14, k.height, k.fill)
		s.text(x+20, "start", k.word)
		x += 40 + 8*len(k.word)
	}
	s.y += rowStep
}

// curve draws the speedup over workers or tasks in flight, and the ceiling where
// it is near.
func (s *picture) curve(c *measure.Curve) string {
	if len(c.Points) == 0 {
		return ""
	}
	const height, room = 160, 420
	s.y += 8
	top, most := 1.0, 1
	n := func(p *measure.Column) int {
		if c.Over == "limit" {
			return p.Limit
		}
		return p.Workers
	}
	for i := range c.Points {
		top, most = max(top, c.Points[i].Speedup.Median), max(most, n(&c.Points[i]))
	}
	ceiling := c.Ceiling > 0 && c.Ceiling < 2*top
	if ceiling {
		top = max(top, c.Ceiling)
	}
	at := func(x int, y float64) (float64, float64) {
		return labelX + float64(x)/float64(most)*room, float64(s.y) + height*(1-y/(1.1*top))
	}
	var path, said []string
	for i := range c.Points {
		p := &c.Points[i]
		x, y := at(n(p), p.Speedup.Median)
		path = append(path, fmt.Sprintf("%.1f,%.1f", x, y))
		fmt.Fprintf(&s.b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/><text x="%.1f" y="%.1f" text-anchor="middle" fill="%s">%s</text>`,
			x, y, runningColour, x, y-8, s.ink, html.EscapeString(measure.Times(p.Speedup.Median)))
		fmt.Fprintf(&s.b, `<text x="%.1f" y="%d" text-anchor="middle" fill="%s">%d</text>`, x, s.y+height+16, s.ink, n(p))
		said = append(said, fmt.Sprintf("%d: %s", n(p), measure.Times(p.Speedup.Median)))
	}
	fmt.Fprintf(&s.b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`, strings.Join(path, " "), runningColour)
	if ceiling {
		_, y := at(0, c.Ceiling)
		fmt.Fprintf(&s.b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="%s" stroke-dasharray="4 3"/><text x="%d" y="%.1f" text-anchor="end" fill="%s">%s</text>`,
			labelX, y, labelX+room, y, waitingColour, labelX-8, y+4, s.ink, html.EscapeString("at most "+measure.Times(c.Ceiling)))
		said = append(said, "at most "+measure.Times(c.Ceiling))
	}
	s.y += height + rowStep
	return "speedup over " + c.Over + ": " + strings.Join(said, ", ")
}
