package measure

import "fmt"

// CellError says how a cell failed. Line and column count in the cell's own
// text from 1; 0 means that no place is known.
type CellError struct {
	Kind    string   `json:"kind"` // compile panic exit signal timeout memory usage refused interrupted
	Message string   `json:"message"`
	Cell    string   `json:"cell"`
	Line    int      `json:"line"`
	Column  int      `json:"column"`
	Code    int      `json:"code,omitempty"`   // exit status, for kind exit
	Signal  string   `json:"signal,omitempty"` // its name, for kind signal
	Frames  []string `json:"frames,omitempty"` // the cells' own frames of a panic, innermost first: "main.fib fetch:5"
	Hint    string   `json:"hint,omitempty"`
}

// Error is the message with its place: "cell fetch:3:7: undefined: x".
func (e *CellError) Error() string {
	switch {
	case e.Cell == "":
		return e.Message
	case e.Line == 0:
		return fmt.Sprintf("cell %s: %s", e.Cell, e.Message)
	case e.Column == 0:
		return fmt.Sprintf("cell %s:%d: %s", e.Cell, e.Line, e.Message)
	}
	return fmt.Sprintf("cell %s:%d:%d: %s", e.Cell, e.Line, e.Column, e.Message)
}
