package runtime

import (
	"strings"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// profileOf is the profile of one cell with the texts for which it was made.
type profileOf struct {
	cell      *notebook.Cell
	cpu, heap []byte
	texts     map[string]string // of cells, by id
	doubts    []string
}

// ids are the cells whose lines the profile may name.
func (p profileOf) ids() map[string]bool {
	ids := map[string]bool{}
	for id := range p.texts {
		ids[id] = true
	}
	return ids
}

// profileOf is the profile of a cell: that of this session, else the recorded
// one.
func (s *Session) profileOf(cell *notebook.Cell) (profileOf, bool) {
	cell = s.measuredBy(cell)
	p := profileOf{cell: cell, texts: s.texts()}
	if e := s.entryOf(cell); e != nil && len(e.cpuProfile)+len(e.heapProfile) > 0 {
		p.cpu, p.heap = e.cpuProfile, e.heapProfile
		return p, true
	}
	rec := s.recordedProfile(cell)
	if rec == nil {
		return p, false
	}
	p.cpu, p.heap = rec.CPU, rec.Heap
	if cell.Stale() {
		p.doubts = append(p.doubts, "recorded for an older text of the cell")
	}
	if rec.Cut {
		p.doubts = append(p.doubts, "the lightest stacks were left out when it was saved")
	}
	return p, true
}

// measuredBy is the cell that a cell of magics measured, or the cell itself.
func (s *Session) measuredBy(cell *notebook.Cell) *notebook.Cell {
	if r := cell.Result; r != nil && r.Of != "" {
		if of := s.book.Find(r.Of); of != nil {
			return of
		}
	}
	return cell
}

// recordedProfile is the profile that was saved for a cell: with it, or with a
// later cell of magics that measured it.
func (s *Session) recordedProfile(cell *notebook.Cell) (rec *notebook.Profile) {
	for _, c := range s.book.CodeCells() {
		if c.Result != nil && c.Result.Profile != nil && s.measuredBy(c) == cell {
			rec = c.Result.Profile
		}
	}
	return rec
}

// lastProfile is the profile of the cell that was profiled last, else of the
// last cell of the notebook that has one.
func (s *Session) lastProfile() (profileOf, bool) {
	if e := s.lastProfiled(); e != nil {
		return s.profileOf(e.nb)
	}
	cells := s.book.CodeCells()
	for i := len(cells) - 1; i >= 0; i-- {
		if p, ok := s.profileOf(cells[i]); ok {
			return p, true
		}
	}
	return profileOf{}, false
}

// texts are the texts of all cells by id: as they ran, else as they stand.
func (s *Session) texts() map[string]string {
	out := map[string]string{}
	for _, c := range s.book.CodeCells() {
		out[c.ID] = c.Code()
	}
	for id, text := range s.sources() {
		out[id] = text
	}
	return out
}

// textLine is line n of a text, from 1, without the blanks around it; "" when it
// has none.
func textLine(text string, n int) string {
	lines := strings.Split(text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[n-1])
}
