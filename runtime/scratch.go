package runtime

import (
	"context"
	"fmt"
	"slices"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// Scratch runs what was typed as Do does, but the notebook keeps no cell of it: a
// question from the room is no part of the lesson. Its effect on the state stays,
// as that of every cell.
func (s *Session) Scratch(ctx context.Context, text string, fe Frontend) []*notebook.Result {
	if _, _, done, ok := s.typed(ctx, text, fe); !ok {
		return done
	}
	dirty := s.dirty
	cell := s.book.Add(notebook.Code, s.scratchID(), text)
	res := s.RunCell(ctx, cell, fe)
	s.book.Remove(cell)
	s.dirty = dirty
	return []*notebook.Result{res}
}

// scratchID is an id that no cell has or had: lines are told apart by it.
func (s *Session) scratchID() string {
	for n := 1; ; n++ {
		id := fmt.Sprintf("scratch-%d", n)
		ran := slices.ContainsFunc(s.entries, func(e *entry) bool { return e.nb.ID == id })
		if !ran && s.book.Find(id) == nil {
			return id
		}
	}
}
