package lower

import "go/types"

// SlotOf tells where the run time keeps a variable of a cell that was lowered;
// false when it keeps none.
func (s *Session) SlotOf(v *types.Var) (Slot, bool) {
	id, ok := s.slots[v]
	return Slot{ID: id, Name: v.Name()}, ok
}
