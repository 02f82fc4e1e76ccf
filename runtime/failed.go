package runtime

import (
	"context"
	"fmt"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
)

// failed is a cell that did not end by itself and left what it had done by then.
type failed struct {
	cell *notebook.Cell
	how  string // "it ended by a panic"
	cut  bool   // by an interrupt or a limit: to run it again takes as long, and stops elsewhere
}

// failedIn finds a failed cell in a slice, nil when there is none. A replay of the
// slice would fail there again, so that what comes after it can only start from
// the values that the session has.
func (s *Session) failedIn(slice []*source.Cell) *failed {
	for _, c := range slice {
		if f := s.failures[c]; f != nil {
			return f
		}
	}
	return nil
}

// wasCut tells a cell that an interrupt or a limit ended.
func (s *Session) wasCut(c *source.Cell) bool {
	f := s.failures[c]
	return f != nil && f.cut
}

// keepStart keeps the values with which an interpreted cell starts, where a
// replay cannot make them again: what measures it later needs them.
func (l *live) keepStart(ctx context.Context, e *entry) {
	slice := l.session.slice(e.checked)
	if l.session.unrepeatable(e.checked, slice) == "" {
		return
	}
	in := l.inputs(ctx, e.checked, slice)
	e.inputs, e.place = in.graph, in.place
}

// mayStart tells why a cell cannot be run again from its start: its slice would
// have to be replayed, and cannot.
func (s *Session) mayStart(e *entry, slice []*source.Cell) error {
	if e.inputs != nil {
		return nil
	}
	return s.stuck(e, slice, "and what it left cannot be copied")
}

// stuck is the error of a cell whose slice cannot be run again, nil when it can.
func (s *Session) stuck(e *entry, slice []*source.Cell, why string) error {
	cause := s.unrepeatable(e.checked, slice)
	if cause == "" {
		return nil
	}
	return replayRefused{&engine.CellError{Kind: "refused", Cell: e.nb.ID, Message: fmt.Sprintf(
		"%s, so running the cells again does not lead to this one's start, %s. Mend it, then %%reset and %%run all", cause, why)}}
}

// unrepeatable tells which cell of a slice stands in the way of running the slice
// again, and why; "" when none does.
func (s *Session) unrepeatable(c *source.Cell, slice []*source.Cell) string {
	if f := s.failedIn(slice); f != nil {
		return fmt.Sprintf("%s stands in the way: %s", s.cellName(f.cell), f.how)
	}
	if at, name := superseded(append(slice[:len(slice):len(slice)], c)); at != nil {
		return fmt.Sprintf("%s stands in the way: it declares %s anew, after cells that ran with the old one", s.nameOfCell(at), name)
	}
	return ""
}

// startOf gives a run the start that the cell had in the session, where that was
// kept.
func (e *entry) startOf(spec *engine.RunSpec) {
	spec.Inputs = e.inputs
	if e.place != nil {
		spec.Dir, spec.Env = e.place.Dir, e.place.Env(spec.Env)
	}
}
