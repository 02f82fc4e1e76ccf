package compiled

import (
	"go/token"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// edit replaces the bytes [from, to) of a cell's text. Edits never add or drop
// a line, so the positions of what follows on later lines hold.
type edit struct {
	from, to int
	text     string
}

// cellText is a cell's text with the edits that turn it into part of a program.
type cellText struct {
	cell  *source.Cell
	lines []int // offset of each line
	edits []edit
}

func newCellText(c *source.Cell) *cellText {
	t := &cellText{cell: c, lines: []int{0}}
	for i := 0; i < len(c.Code); i++ {
		if c.Code[i] == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// offset is where pos lies in the text. It goes through line and column and
// not through the file's own offsets: the front end may have parsed the text
// inside another file.
func (t *cellText) offset(pos token.Pos) int {
	p := t.cell.Fset.Position(pos)
	if p.Line < 1 || p.Line > len(t.lines) {
		return -1
	}
	return min(t.lines[p.Line-1]+p.Column-1, len(t.cell.Code))
}

func (t *cellText) replace(from, to token.Pos, text string) {
	t.edits = append(t.edits, edit{t.offset(from), t.offset(to), text})
}

func (t *cellText) insert(at token.Pos, text string) { t.replace(at, at, text) }

// sort puts the edits in text order; insertions at one place keep the order in
// which they were made.
func (t *cellText) sort() {
	sort.SliceStable(t.edits, func(i, j int) bool { return t.edits[i].from < t.edits[j].from })
}

// between is the edited text of [from, to). The edits must be sorted.
func (t *cellText) between(from, to int) string {
	var b strings.Builder
	at := from
	first := sort.Search(len(t.edits), func(i int) bool { return t.edits[i].from >= from })
	for _, e := range t.edits[first:] {
		if e.from > to || e.to > to {
			break
		}
		if e.from < at { // inside what an earlier edit replaced
			continue
		}
		b.WriteString(t.cell.Code[at:e.from])
		b.WriteString(e.text)
		at = e.to
	}
	b.WriteString(t.cell.Code[at:to])
	return b.String()
}

// directives extends from backwards over the //go: lines that stand directly
// above it: they bind to the declaration, and the parser may have dropped them.
func (t *cellText) directives(from int) int {
	line := sort.Search(len(t.lines), func(i int) bool { return t.lines[i] > from }) - 1
	for line > 0 {
		above := t.cell.Code[t.lines[line-1]:t.lines[line]]
		if !strings.HasPrefix(above, "//go:") {
			break
		}
		line--
		from = t.lines[line]
	}
	return from
}
