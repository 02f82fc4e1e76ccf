package edit

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// vt is a terminal of the plainest kind: it shows what the editor writes.
type vt struct {
	columns, rows int
	lines         [][]rune // all lines ever, the screen is the last rows of them
	top           int      // first line of the screen
	row, col      int      // of the cursor, row within the screen
	partial       string
}

func newVT(columns, rows int) *vt {
	return &vt{columns: columns, rows: rows, lines: make([][]rune, rows)}
}

func (v *vt) line() *[]rune {
	for len(v.lines) <= v.top+v.row {
		v.lines = append(v.lines, nil)
	}
	return &v.lines[v.top+v.row]
}

func (v *vt) Write(p []byte) (int, error) {
	s := v.partial + string(p)
	v.partial = ""
	for s != "" {
		switch {
		case s[0] == '\r':
			v.col = 0
		case s[0] == '\n':
			v.down()
		case s[0] == 0x1b:
			s = s[v.escape(s):]
			continue
		default:
			r, n := utf8.DecodeRuneInString(s)
			v.put(r)
			s = s[n:]
			continue
		}
		s = s[1:]
	}
	return len(p), nil
}

func (v *vt) down() {
	if v.row == v.rows-1 {
		v.top++
	} else {
		v.row++
	}
	v.line()
}

func (v *vt) put(r rune) {
	w := runewidth.RuneWidth(r)
	if w == 0 {
		return // a combining mark
	}
	if v.col+w > v.columns {
		v.col = 0
		v.down()
	}
	l := v.line()
	for len(*l) < v.col+w {
		*l = append(*l, ' ')
	}
	(*l)[v.col] = r
	if w == 2 {
		(*l)[v.col+1] = 0
	}
	v.col += w
}

// escape acts on the sequence at the start of s and returns its length.
func (v *vt) escape(s string) int {
	end := strings.IndexFunc(s[2:], func(r rune) bool { return r >= 0x40 }) + 2
	n := numbers(s[2:end])[0]
	by := max(1, n)
	switch s[end] {
	case 'A':
		v.row = max(0, v.row-by)
	case 'B':
		v.row = min(v.rows-1, v.row+by)
	case 'C':
		v.col = min(v.columns-1, v.col+by)
	case 'K':
		l := v.line()
		*l = (*l)[:min(len(*l), v.col)]
	case 'J':
		l := v.line()
		*l = (*l)[:min(len(*l), v.col)]
		v.lines = v.lines[:v.top+v.row+1]
		if n == 2 {
			v.lines = v.lines[:v.top]
		}
	case 'H':
		v.row, v.col = 0, 0
	}
	return end + 1
}

// screen is what is seen, with the cursor as "▏".
func (v *vt) screen() string {
	var out []string
	for i, l := range v.lines[min(v.top, len(v.lines)):] {
		row := append([]rune(nil), l...)
		if i == v.row {
			for len(row) < v.col {
				row = append(row, ' ')
			}
			row = append(row[:v.col:v.col], append([]rune{'▏'}, row[v.col:]...)...)
		}
		out = append(out, strings.TrimRight(strings.ReplaceAll(string(row), "\x00", ""), " "))
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// typist is a Terminal at which each Take types the next chunk. It keeps the
// screen as it was before each.
type typist struct {
	*vt
	chunks  []string
	screens []string
	back    string
	resize  map[int]int // chunk index: new number of columns
	ready   chan struct{}
	stopped int
	above   map[int]string // what comes before the nth screen, one that is drawn once
}

func newTypist(columns, rows int, chunks ...string) *typist {
	t := &typist{vt: newVT(columns, rows), chunks: chunks, ready: make(chan struct{})}
	close(t.ready)
	return t
}

func (t *typist) Ready() <-chan struct{}   { return t.ready }
func (t *typist) Resized() <-chan struct{} { return nil }
func (t *typist) Size() (int, int)         { return t.columns, t.rows }
func (t *typist) News() <-chan struct{}    { return nil }
func (t *typist) Above() string            { return t.above[len(t.screens)] }
func (t *typist) Suspend()                 { t.stopped++ }
func (t *typist) Unread(b []byte)          { t.back += string(b) }

func (t *typist) Take() ([]byte, error) {
	t.screens = append(t.screens, t.screen())
	if t.back != "" {
		b := t.back
		t.back = ""
		return []byte(b), nil
	}
	if len(t.chunks) == 0 {
		return nil, io.EOF
	}
	c := t.chunks[0]
	t.chunks = t.chunks[1:]
	return []byte(c), nil
}
