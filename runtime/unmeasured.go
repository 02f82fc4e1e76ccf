package runtime

import (
	"strings"

	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
)

// Unmeasured is the text of a cell with empty lines in the place of the magics
// that measure it: it does what it did, once, and its lines keep their numbers.
func (s *Session) Unmeasured(text string) string {
	magics, _, err := s.split(text)
	if err != nil {
		return text // running it says what is wrong
	}
	lines := strings.Split(text, "\n")
	for _, m := range magics {
		if measures(m) && m.Line >= 1 && m.Line <= len(lines) {
			lines[m.Line-1] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// measures tells a magic that only measures. One that takes code does what the
// code does.
func measures(call source.Magic) bool {
	m, err := lookup(call.Name)
	if err != nil || m.Edit == nil || m.Code && strings.TrimSpace(call.Args) != "" {
		return false
	}
	for _, args := range []string{"", call.Args} { // a cell's name is no argument
		var p Plan
		if m.Edit(&p, args) == nil && p.Measures() {
			return true
		}
	}
	return false
}

// Needs tells whether a cell that ran depends on another one.
func (s *Session) Needs(cell, on *notebook.Cell) bool {
	if cell == on {
		return true
	}
	e := s.entryOf(cell)
	if e == nil {
		return false
	}
	for _, c := range s.slice(e.checked) {
		if c.ID == on.ID {
			return true
		}
	}
	return false
}
