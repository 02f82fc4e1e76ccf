package lower

import (
	"go/ast"
	"go/parser"
	"go/token"
	"sort"
)

// tighten removes the parentheses that the precedence of operators does not
// need. The interpreter gives every parenthesis a place of its own in the frame,
// computes the operand there and copies it to where it belongs: loops and calls
// take a half longer. Lines stay what they are.
func tighten(text string) string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return text // the interpreter says what is wrong with it
	}
	t := tightener{base: fset.File(f.Pos()).Base()}
	ast.Inspect(f, t.visit)
	if len(t.drop) == 0 {
		return text
	}
	sort.Ints(t.drop)
	out := make([]byte, 0, len(text))
	from := 0
	for _, i := range t.drop {
		out = append(out, text[from:i]...)
		from = i + 1
	}
	return string(append(out, text[from:]...))
}

// tightener collects the offsets of the parentheses to drop.
type tightener struct {
	base int
	drop []int
}

func (t *tightener) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		p := n.Op.Precedence()
		t.operand(n.X, p-1)
		t.operand(n.Y, p)
	case *ast.CallExpr:
		t.all(n.Args)
	case *ast.ReturnStmt:
		t.all(n.Results)
	case *ast.AssignStmt:
		t.all(n.Rhs)
	case *ast.ValueSpec:
		t.all(n.Values)
	case *ast.CompositeLit: // with them, it takes []int{(1 - (*p))} for a list of pointers
		t.all(n.Elts)
	case *ast.KeyValueExpr:
		t.operand(n.Key, 0)
		t.operand(n.Value, 0)
	case *ast.IndexExpr:
		t.operand(n.Index, 0)
	case *ast.IfStmt:
		t.operand(n.Cond, 0)
	case *ast.ForStmt:
		t.operand(n.Cond, 0)
	}
	return true
}

func (t *tightener) all(es []ast.Expr) {
	for _, e := range es {
		t.operand(e, 0)
	}
}

// operand drops the parentheses around e when it is an operation that binds
// tighter than above, or one more pair of them.
func (t *tightener) operand(e ast.Expr, above int) {
	p, ok := e.(*ast.ParenExpr)
	if !ok {
		return
	}
	switch x := p.X.(type) {
	case *ast.BinaryExpr:
		if x.Op.Precedence() <= above || hasLiteral(x) {
			return
		}
	case *ast.ParenExpr:
		t.operand(p.X, above)
	case *ast.UnaryExpr:
		if above > 0 || x.Op != token.SUB && x.Op != token.XOR && x.Op != token.NOT {
			return
		}
	default:
		return
	}
	t.drop = append(t.drop, int(p.Lparen)-t.base, int(p.Rparen)-t.base)
}

// hasLiteral reports whether e contains a composite literal, which the head of
// a statement has in parentheses only.
func hasLiteral(e ast.Expr) (yes bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		_, ok := n.(*ast.CompositeLit)
		yes = yes || ok
		return !yes
	})
	return yes
}
