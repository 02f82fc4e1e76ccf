package edit

import (
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// buffer is the text being edited and the place of the cursor, in runes.
type buffer struct {
	text []rune
	pos  int
}

func newBuffer(s string) buffer {
	r := []rune(s)
	return buffer{r, len(r)}
}

func (b *buffer) String() string { return string(b.text) }

// offset is the place of the cursor in bytes.
func (b *buffer) offset() int { return len(string(b.text[:b.pos])) }

func (b *buffer) insert(s string) {
	r := []rune(s)
	text := make([]rune, 0, len(b.text)+len(r))
	text = append(append(append(text, b.text[:b.pos]...), r...), b.text[b.pos:]...)
	b.text, b.pos = text, b.pos+len(r)
}

// cut takes the runes from i to j out and returns them.
func (b *buffer) cut(i, j int) string {
	s := string(b.text[i:j])
	b.text = append(append([]rune(nil), b.text[:i]...), b.text[j:]...)
	b.pos = i
	return s
}

// lineStart and lineEnd are the ends of the line around a place.
func (b *buffer) lineStart(pos int) int {
	for pos > 0 && b.text[pos-1] != '\n' {
		pos--
	}
	return pos
}

func (b *buffer) lineEnd(pos int) int {
	for pos < len(b.text) && b.text[pos] != '\n' {
		pos++
	}
	return pos
}

// beforeCursor is the line up to the cursor.
func (b *buffer) beforeCursor() string { return string(b.text[b.lineStart(b.pos):b.pos]) }

func (b *buffer) onFirstLine() bool { return b.lineStart(b.pos) == 0 }
func (b *buffer) onLastLine() bool  { return b.lineEnd(b.pos) == len(b.text) }

// left and right are the places of the neighbours of pos: a character with the
// combining marks that belong to it.
func (b *buffer) left(pos int) int {
	for pos > 0 {
		pos--
		if !combining(b.text[pos]) {
			break
		}
	}
	return pos
}

func (b *buffer) right(pos int) int {
	if pos < len(b.text) {
		pos++
	}
	for pos < len(b.text) && combining(b.text[pos]) {
		pos++
	}
	return pos
}

func combining(r rune) bool {
	return r >= 0x300 && runewidth.RuneWidth(r) == 0
}

// wordLeft and wordRight are the places to which Alt-B and Alt-F go.
func (b *buffer) wordLeft(pos int) int {
	for pos > 0 && !inWord(b.text[pos-1]) {
		pos--
	}
	for pos > 0 && inWord(b.text[pos-1]) {
		pos--
	}
	return pos
}

func (b *buffer) wordRight(pos int) int {
	for pos < len(b.text) && !inWord(b.text[pos]) {
		pos++
	}
	for pos < len(b.text) && inWord(b.text[pos]) {
		pos++
	}
	return pos
}

// spaceLeft is the place to which Ctrl-W deletes.
func (b *buffer) spaceLeft(pos int) int {
	for pos > 0 && unicode.IsSpace(b.text[pos-1]) {
		pos--
	}
	for pos > 0 && !unicode.IsSpace(b.text[pos-1]) {
		pos--
	}
	return pos
}

func inWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// column is the place of pos in its line, in columns of the screen.
func (b *buffer) column(pos int) int {
	return advance(0, string(b.text[b.lineStart(pos):pos]))
}

// vertical moves to the line above or below, to the column goal.
func (b *buffer) vertical(step, goal int) {
	var start int
	if step < 0 {
		start = b.lineStart(b.lineStart(b.pos) - 1)
	} else {
		start = b.lineEnd(b.pos) + 1
	}
	pos, col := start, 0
	for pos < len(b.text) && b.text[pos] != '\n' {
		next := advance(col, string(b.text[pos]))
		if next > goal {
			break
		}
		pos, col = pos+1, next
	}
	b.pos = pos
}

// tabWidth is how many columns a tab is shown as.
const tabWidth = 4

// advance is the column after s, which is written from a column on.
func advance(col int, s string) int {
	for _, r := range s {
		col += width(r, col)
	}
	return col
}

// width is how many columns a rune takes at a column.
func width(r rune, col int) int {
	switch {
	case r == '\t':
		return tabWidth - col%tabWidth
	case r >= ' ' && r < 0x7f:
		return 1
	case r < ' ' || r == 0x7f:
		return 0
	}
	return runewidth.RuneWidth(r)
}

// indentOf is the white space with which a line begins.
func indentOf(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}
