package notebook

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Picture is what is drawn of a measured result for readers of the file.
type Picture struct {
	Text string // at most 78 columns, whole lines; complete alone
	SVG  string // presentation attributes only
	HTML string // a plain <table>
}

// Draw draws the measured parts of a cell's result. Package render has one;
// this package draws nothing, because it lies below the front ends.
type Draw func(*Cell) Picture

// drawn is the picture of a cell's result. One that was read from the file
// stays as it is while the result is the same.
func (c *Cell) drawn(draw Draw) Picture {
	if c.Result == nil || !c.Result.Measured() {
		return Picture{}
	}
	var p Picture
	if draw != nil {
		p = draw(c)
	}
	if c.pictureOf == c.Result && c.pictureEdits == c.Result.edits && c.picture.Text != "" {
		p.Text = c.picture.Text
	} else if p.Text == "" && c.Result.Verdict != nil {
		p.Text = c.Result.Verdict.Headline + "\n"
	}
	if p.Text != "" && !strings.HasSuffix(p.Text, "\n") {
		p.Text += "\n"
	}
	return p
}

// Bounds of what an output fence shows. The whole output is in the result.
const (
	shownLines   = 60
	shownColumns = 78
)

// shown is what an output fence shows of a cell's outputs: plain text, whole
// lines, cut to a page.
func shown(outs []Output) string {
	var b strings.Builder
	for _, o := range outs {
		text := o.Text
		switch {
		case o.Kind == Failure:
			text = "error: " + text
		case text == "" && (o.Kind == Rich || o.Kind == Foreign):
			text = "(" + strings.Join(sortedKeys(o.Data), ", ") + ")"
		}
		page(&b, text)
	}
	return b.String()
}

func page(b *strings.Builder, text string) {
	text = strings.TrimSuffix(text, "\n")
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		if n++; n > shownLines {
			left := strings.Count(text, "\n") + 1 - shownLines
			fmt.Fprintf(b, "… %d more lines …\n", left)
			return
		}
		b.WriteString(narrow(plain(line)))
		b.WriteByte('\n')
	}
}

// narrow cuts a line to the columns of a fence.
func narrow(line string) string {
	if len(line) <= shownColumns || runewidth.StringWidth(line) <= shownColumns {
		return line
	}
	return runewidth.Truncate(line, shownColumns, "…")
}

// plain takes terminal control out of a line; a carriage return shows what a
// terminal would show last.
func plain(line string) string {
	line = strings.TrimRight(line, "\r")
	return Plain(line[strings.LastIndexByte(line, '\r')+1:])
}
