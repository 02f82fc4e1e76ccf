package runtime

import (
	"fmt"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
)

// outsideWrite is something that a cell writes outside of the process.
type outsideWrite struct {
	cell *notebook.Cell
	source.Effect
}

// outside lists what the cells of a slice write outside.
func (s *Session) outside(slice []*source.Cell) []outsideWrite {
	var list []outsideWrite
	for _, e := range s.entries {
		for _, part := range slice {
			if part != e.checked {
				continue
			}
			for _, effect := range e.effects {
				list = append(list, outsideWrite{e.nb, effect})
			}
		}
	}
	return list
}

// mayReplay asks before a compiled run that has to repeat what earlier cells
// wrote outside; nothing runs without consent.
func (s *Session) mayReplay(e *entry, slice []*source.Cell, fe Frontend) error {
	writes := s.outside(slice)
	if len(writes) == 0 || s.cfg.Repeat == "yes" {
		e.repeated = len(writes)
		return nil
	}
	first := fmt.Sprintf("%s writes outside (line %d: %s)", s.cellName(writes[0].cell), writes[0].Line, writes[0].What)
	if s.cfg.Repeat == "" {
		answer, ok := fe.Ask(first + ", and this cell, compiled, has to run it again. Do that? [y/N]")
		if ok && (answer == "y" || answer == "Y" || answer == "yes") {
			e.repeated = len(writes)
			return nil
		}
	}
	return replayRefused{&engine.CellError{Kind: "refused", Cell: e.nb.ID, Message: first + ", and this cell, compiled, would have to run it again; --repeat yes allows it"}}
}

// replayRefused is a cell's error: it cannot run compiled without repeating what
// earlier cells wrote outside, or where a replay would not lead to where it starts.
type replayRefused struct{ *engine.CellError }

func (r replayRefused) Unwrap() error { return r.CellError }

// unasked is a front end that answers no question.
type unasked struct{ Frontend }

func (unasked) Ask(string) (string, bool) { return "", false }
