package stacks

import (
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// maxDepth is how many rows of calls a text flame graph shows.
const maxDepth = 18

// FlameText writes a flame graph as text, the root on top: a box is as wide as
// its share, `|` begins it. Boxes too narrow for a word are left out.
func (p *Profile) FlameText(w io.Writer) error {
	t := writer{w: w}
	rows := map[int][]box{}
	deepest := 0
	for _, b := range p.Flame().boxes(4.0 / width) {
		rows[b.depth] = append(rows[b.depth], b)
		deepest = max(deepest, b.depth)
	}
	for d := 0; d <= min(deepest, maxDepth); d++ {
		var line strings.Builder
		at := 0
		for _, b := range rows[d] {
			from, to := max(column(b.from), at), column(b.to)
			line.WriteString(strings.Repeat(" ", from-at))
			line.WriteString(p.boxText(b, to-from))
			at = to
		}
		t.linef("%s", line.String())
	}
	if deepest > maxDepth {
		t.linef("… %d calls deeper (%%pprof web)", deepest-maxDepth)
	}
	return t.err
}

func column(share float64) int { return int(share*width + 0.5) }

// boxText is a box of exactly so many columns: its name and, where there is
// room, its share.
func (p *Profile) boxText(b box, columns int) string {
	if columns < 1 {
		return ""
	}
	name, share := b.node.Name, p.share(b.node.Weight)
	if b.depth == 0 {
		name, share = p.Summary(), ""
	}
	if share != "" && runewidth.StringWidth(name)+1+len(share) < columns {
		name += " " + share
	}
	return "|" + pad(fit(name, columns-1), columns-1)
}
