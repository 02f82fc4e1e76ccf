package runtime

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// textEdit puts text in the place of the bytes from..to of a cell.
type textEdit struct {
	from, to int
	text     string
	order    int
}

// textEdits are edits of one cell's text. They keep every line where it is.
type textEdits struct {
	cell  *source.Cell
	edits []textEdit
}

// offset is where a position lies in the text of the cell.
func (t *textEdits) offset(p token.Pos) int { return t.cell.Fset.Position(p).Offset }

func (t *textEdits) insert(at token.Pos, text string) { t.replace(at, at, text) }

func (t *textEdits) replace(from, to token.Pos, text string) {
	t.edits = append(t.edits, textEdit{t.offset(from), t.offset(to), text, len(t.edits)})
}

// wrap calls a function with an expression, behind other arguments. What closes
// at a place closes before anything opens there.
func (t *textEdits) wrap(e ast.Expr, open string) {
	t.insert(e.Pos(), open)
	t.edits = append(t.edits, textEdit{t.offset(e.End()), t.offset(e.End()), ")", -1})
}

// apply gives the edited text.
func (t *textEdits) apply() string {
	slices.SortStableFunc(t.edits, func(a, b textEdit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return a.order - b.order
	})
	code := t.cell.Code
	var b strings.Builder
	at := 0
	for _, e := range t.edits {
		if e.from < at {
			continue // inside what was replaced
		}
		b.WriteString(code[at:e.from])
		b.WriteString(e.text)
		at = e.to
	}
	b.WriteString(code[at:])
	return b.String()
}
