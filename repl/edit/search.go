package edit

import "unicode/utf8"

// finding is a Ctrl-R search under way.
type finding struct {
	pattern string
	at      int // index of the entry that is shown
	before  buffer
	failed  bool
}

func (s *session) startSearch() string {
	if s.o.History {
		s.find = &finding{at: len(s.Editor.history), before: s.buf}
	}
	return ""
}

// line is the search as shown below the text.
func (f *finding) line(bool) string {
	if f.failed {
		return "no cell with: " + f.pattern
	}
	return "search: " + f.pattern
}

// searching takes a key of the search. It returns false for a key that ends the
// search with the text that is shown and then acts as always.
func (s *session) searching(k key) bool {
	f := s.find
	switch k.name {
	case "rune":
		f.pattern += string(k.r)
		s.look(f.at + 1)
	case "backspace":
		if f.pattern == "" {
			return true
		}
		_, n := utf8.DecodeLastRuneInString(f.pattern)
		f.pattern = f.pattern[:len(f.pattern)-n]
		s.look(len(s.Editor.history))
	case "ctrl-r":
		s.look(f.at)
	case "ctrl-g", "ctrl-c", "esc":
		s.buf, s.find = f.before, nil
	default:
		s.find = nil
		return false
	}
	return true
}

// look shows the newest entry before from that has the pattern.
func (s *session) look(from int) {
	f := s.find
	if f.pattern == "" {
		s.buf, f.at, f.failed = f.before, len(s.Editor.history), false
		return
	}
	shown := ""
	if f.at < len(s.Editor.history) && from <= f.at {
		shown = s.Editor.history[f.at] // Ctrl-R again: another text
	}
	i, offset := search(s.Editor.history, f.pattern, shown, from)
	if f.failed = i < 0; f.failed {
		return
	}
	f.at = i
	s.buf = newBuffer(s.Editor.history[i])
	s.buf.pos = utf8.RuneCountInString(s.Editor.history[i][:offset])
}
