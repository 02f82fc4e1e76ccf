package runtime

import (
	"context"
	"fmt"

	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
)

// above carries out the magics above a cell's code that act on the session and
// mean something there: a target or a skipped rung holds from this cell on, and
// advice is given after it. Others would silently do nothing, and are refused.
func (s *Session) above(ctx context.Context, magics []source.Magic, fe Frontend) (advise bool, err error) {
	for _, call := range magics {
		m, err := lookup(call.Name)
		if err != nil || m.Edit != nil || m.Code {
			continue
		}
		switch m.Name {
		case "target", "skip":
			err := m.Do(ctx, s, Call{Name: m.Name, Args: call.Args, Fe: fe, Result: notebook.NewResult("", 0)})
			if err != nil {
				return false, err
			}
		case "advise":
			advise = true
		default:
			return false, fmt.Errorf("%%%s: it stands alone and does nothing to a cell below it; nothing ran", m.Name)
		}
	}
	return advise, nil
}
