package edit

import (
	"io"
	"strings"
)

// action is what a key does. It returns a class: keys of one class in a row
// belong together (kills join, vertical moves keep their column).
func action(name string) func(*session) string {
	switch name {
	case "enter", "shift-enter", "alt-enter", "tab", "shift-tab":
		return structural(name)
	case "ctrl-c", "ctrl-d", "ctrl-l", "ctrl-z", "ctrl-r", "ctrl-_", "delete":
		return control(name)
	case "up", "down", "ctrl-p", "ctrl-n", "pgup", "pgdn":
		return history(name)
	case "ctrl-k", "ctrl-u", "ctrl-w", "alt-d", "alt-backspace", "ctrl-backspace", "ctrl-delete", "ctrl-y", "alt-y":
		return killing(name)
	case "backspace":
		return (*session).backspace
	case "ctrl-t":
		return (*session).transpose
	}
	return motion(name)
}

// motion moves the cursor within the text.
func motion(name string) func(*session) string {
	to := func(place func(b *buffer) int) func(*session) string {
		return func(s *session) string { s.buf.pos = place(&s.buf); return "move" }
	}
	switch name {
	case "left", "ctrl-b":
		return to(func(b *buffer) int { return b.left(b.pos) })
	case "right", "ctrl-f":
		return to(func(b *buffer) int { return b.right(b.pos) })
	case "ctrl-left", "alt-b", "alt-left":
		return to(func(b *buffer) int { return b.wordLeft(b.pos) })
	case "ctrl-right", "alt-f", "alt-right":
		return to(func(b *buffer) int { return b.wordRight(b.pos) })
	case "ctrl-a", "home":
		return to(func(b *buffer) int { return b.lineStart(b.pos) })
	case "ctrl-e", "end":
		return to(func(b *buffer) int { return b.lineEnd(b.pos) })
	case "alt-<", "ctrl-home":
		return to(func(*buffer) int { return 0 })
	case "alt->", "ctrl-end":
		return to(func(b *buffer) int { return len(b.text) })
	}
	return nil
}

// structural are the keys that make lines and indents.
func structural(name string) func(*session) string {
	switch name {
	case "enter":
		return (*session).enter
	case "tab":
		return (*session).tab
	case "shift-tab":
		return (*session).dedent
	}
	return (*session).newline
}

// enter ends a complete text and else adds a line. Two blank lines end a text
// that can never be complete, so that it gets its error.
func (s *session) enter() string {
	if s.o.Incomplete != nil {
		text := s.buf.String()
		blank := strings.TrimRight(text, " \t")
		forced := s.buf.onLastLine() && strings.HasSuffix(strings.ReplaceAll(blank, "\t", ""), "\n\n")
		if more, _ := s.o.Incomplete(text); more && !forced {
			if s.buf.onLastLine() && strings.TrimSpace(s.buf.beforeCursor()) == "" {
				s.footer = []string{openHint}
			}
			return s.newline()
		}
	}
	s.buf = newBuffer(strings.TrimRight(s.buf.String(), " \t\n"))
	s.done = true
	return ""
}

// openHint is for who does not see why a text goes on and on.
const openHint = "  not finished yet: Enter runs it as it is, Ctrl-C drops it"

// newline adds a line with the indent of what is open before the cursor. Text
// that comes with an indent of its own, pasted without marks, gets no other.
func (s *session) newline() string {
	s.save(true)
	if line := s.buf.beforeCursor(); line != "" && strings.TrimSpace(line) == "" {
		s.buf.cut(s.buf.lineStart(s.buf.pos), s.buf.pos) // leave no blanks in a blank line
	}
	before := string(s.buf.text[:s.buf.pos])
	s.buf.insert("\n")
	if s.o.Incomplete == nil || len(s.dec.buf) > 0 && (s.dec.buf[0] == '\t' || s.dec.buf[0] == ' ') {
		return ""
	}
	_, depth := s.o.Incomplete(before)
	s.buf.insert(strings.Repeat("\t", depth))
	return "indent"
}

// typed inserts a character. A closing bracket right after the indent that
// newline made goes one level out, as gofmt has it.
func (s *session) typed(r rune) {
	if s.last == "indent" && strings.ContainsRune("})]", r) && strings.HasSuffix(s.buf.beforeCursor(), "\t") {
		s.buf.cut(s.buf.pos-1, s.buf.pos)
	}
	s.buf.insert(string(r))
}

// paste inserts a block. The newlines at its end are left out: nothing runs
// before Enter is pressed.
func (s *session) paste(text string) {
	text = strings.TrimRight(text, "\n")
	if s.o.Incomplete == nil {
		text = strings.ReplaceAll(text, "\n", " ")
	}
	s.buf.insert(text)
}

func (s *session) dedent() string {
	start := s.buf.lineStart(s.buf.pos)
	if start < len(s.buf.text) && s.buf.text[start] == '\t' {
		s.save(true)
		pos := s.buf.pos
		s.buf.cut(start, start+1)
		s.buf.pos = max(start, pos-1)
	}
	return ""
}

func (s *session) backspace() string {
	if from := s.buf.left(s.buf.pos); from < s.buf.pos {
		s.save(s.last != "delete")
		s.buf.cut(from, s.buf.pos)
	}
	return "delete"
}

func (s *session) deleteNext() string {
	if to := s.buf.right(s.buf.pos); to > s.buf.pos {
		s.save(s.last != "delete")
		s.buf.cut(s.buf.pos, to)
	}
	return "delete"
}

// transpose swaps the characters around the cursor.
func (s *session) transpose() string {
	b := &s.buf
	pos := b.pos
	if pos == b.lineEnd(pos) {
		pos = b.left(pos)
	}
	before := b.left(pos)
	if before < b.lineStart(b.pos) || before == pos {
		return ""
	}
	s.save(true)
	after := b.right(pos)
	first, second := string(b.text[before:pos]), string(b.text[pos:after])
	b.cut(before, after)
	b.insert(second + first)
	return ""
}

// control are the keys that act on the session.
func control(name string) func(*session) string {
	switch name {
	case "ctrl-c":
		return func(s *session) string { s.done, s.err = true, ErrAborted; return "" }
	case "ctrl-d":
		return func(s *session) string {
			if len(s.buf.text) > 0 {
				return s.deleteNext()
			}
			s.done, s.err = true, io.EOF
			return ""
		}
	case "delete":
		return (*session).deleteNext
	case "ctrl-l":
		return (*session).clearScreen
	case "ctrl-z":
		return (*session).suspend
	case "ctrl-r":
		return (*session).startSearch
	}
	return (*session).takeBack
}

func (s *session) clearScreen() string {
	_, _ = io.WriteString(s.term, "\x1b[H\x1b[2J") // shows in the next draw
	s.screen.rows, s.screen.row, s.screen.col = nil, 0, 0
	return ""
}

func (s *session) suspend() string {
	if s.screen.leave("^Z") != nil {
		return ""
	}
	s.term.Suspend()
	return ""
}

// maxUndo bounds how many texts are kept for Ctrl-_.
const maxUndo = 200

// save keeps the text for Ctrl-_ before it is changed, unless the change
// belongs to the last one.
func (s *session) save(apart bool) {
	if !apart && len(s.undo) > 0 {
		return
	}
	s.undo = append(s.undo[max(0, len(s.undo)-maxUndo+1):], buffer{s.buf.text, s.buf.pos})
}

// takeBack undoes the last change.
func (s *session) takeBack() string {
	if n := len(s.undo); n > 0 {
		s.buf, s.undo = s.undo[n-1], s.undo[:n-1]
	}
	return ""
}

// history are the keys that go up and down: within the text, and beyond its
// first and last line through the history.
func history(name string) func(*session) string {
	step, lines := 1, name == "up" || name == "down"
	if name == "up" || name == "ctrl-p" || name == "pgup" {
		step = -1
	}
	return func(s *session) string {
		edge := step < 0 && s.buf.onFirstLine() || step > 0 && s.buf.onLastLine()
		if lines && !edge {
			if s.goal < 0 {
				s.goal = s.buf.column(s.buf.pos)
			}
			s.buf.vertical(step, s.goal)
			return "vertical"
		}
		if s.o.History {
			s.recall(step)
		}
		return "walk"
	}
}

// recall shows the next entry of the history.
func (s *session) recall(step int) {
	if s.walk == nil {
		s.walk = newWalk(s.Editor.history, s.buf.String())
	}
	if text, ok := s.walk.step(step); ok {
		s.save(s.last != "walk")
		s.buf = newBuffer(text)
	}
}

// killing are the keys that take text out for Ctrl-Y.
func killing(name string) func(*session) string {
	switch name {
	case "ctrl-y":
		return (*session).yank
	case "alt-y":
		return (*session).yankOlder
	}
	return func(s *session) string {
		b := &s.buf
		from, to := b.pos, b.pos
		switch name {
		case "ctrl-k":
			if to = b.lineEnd(b.pos); to == b.pos && to < len(b.text) {
				to++ // at the end of a line: the newline
			}
		case "ctrl-u":
			from = b.lineStart(b.pos)
		case "ctrl-w":
			from = b.spaceLeft(b.pos)
		case "alt-backspace", "ctrl-backspace":
			from = b.wordLeft(b.pos)
		default:
			to = b.wordRight(b.pos)
		}
		if from == to {
			return "kill"
		}
		s.save(true)
		before := from < b.pos
		s.kills.add(b.cut(from, to), s.last == "kill", before)
		return "kill"
	}
}

func (s *session) yank() string {
	s.save(true)
	s.buf.insert(s.kills.current())
	return "yank"
}

// yankOlder replaces what was just yanked by the kill before it.
func (s *session) yankOlder() string {
	if s.last != "yank" {
		return ""
	}
	n := len([]rune(s.kills.current()))
	s.buf.cut(s.buf.pos-n, s.buf.pos)
	s.buf.insert(s.kills.rotate())
	return "yank"
}
