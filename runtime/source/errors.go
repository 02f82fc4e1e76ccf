package source

import (
	"fmt"
	"strings"
)

// Error is one compile error of a cell.
type Error struct {
	Message string // the compiler's words
	Cell    string // id of the cell in which the error lies; empty when not known
	Line    int    // 1-based, in the text of that cell; 0 when the error has no place
	Column  int    // 1-based, in bytes
	Hint    string // what to do, or empty
}

// Error returns the message with its place.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Cell != "" {
		b.WriteString(e.Cell + ":")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d: ", e.Line, e.Column)
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	return b.String()
}

// Errors are all compile errors of a cell, in text order. A nil Errors means
// that there are none; it is not an error value by itself, see Err.
type Errors []Error

// Err returns e as an error, nil when it is empty.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// Error returns all errors, a line each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}
