package runtime

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// The names of ours in the cells that %grow runs. sizeEnv is the environment
// variable that tells such a program its size.
const (
	sizeEnv  = "LAPBOOK_SIZE"
	sizeName = "lapbookSize_"
)

// parameter is the variable that grows.
type parameter struct {
	name  string
	typ   types.Type
	value string // as the session's cells set it last, "" when that is no literal
	high  int64  // the greatest value of its type
}

// findParameter finds the variable of a name that a cell depends on. unit is the
// slice and the cell itself.
func findParameter(s *Session, unit []*source.Cell, name string) (*parameter, error) {
	cell := unit[len(unit)-1]
	if len(cell.Body) == 0 {
		return nil, fmt.Errorf("%s only declares: %%grow needs a cell that does the work, such as one that calls it", s.nameOfCell(cell))
	}
	var found types.Object
	for _, c := range unit {
		for _, obj := range c.Defs {
			if obj.Name() == name {
				found = obj
			}
		}
	}
	if found == nil {
		return nil, missingParameter(s, unit, name)
	}
	p := &parameter{name: name, typ: found.Type()}
	switch obj := found.(type) {
	case *types.Var:
	case *types.Const:
		return nil, fmt.Errorf("%s is a constant, which a run cannot change: write %s := %s instead of const, and run that cell again", name, name, obj.Val())
	default:
		return nil, fmt.Errorf("%s is %s and no size: %s", name, describe(found), use(unit))
	}
	if p.high = highest(found.Type()); p.high == 0 {
		return nil, fmt.Errorf("%s is %s, and a size is an int: %s", name, found.Type(), use(unit))
	}
	if !mentioned(unit, found) {
		return nil, fmt.Errorf("%s is set, but nothing here uses it: with %s in the loop or in the data %%grow could see what it costs", name, name)
	}
	return p, nil
}

func (s *Session) nameOfCell(c *source.Cell) string {
	if nb := s.book.Find(c.ID); nb != nil {
		return s.cellName(nb)
	}
	return "cell " + c.ID
}

// missingParameter says why a name is none of the variables of a unit.
func missingParameter(s *Session, unit []*source.Cell, name string) error {
	cell := unit[len(unit)-1]
	where := s.nameOfCell(cell)
	if base, _, dotted := strings.Cut(name, "."); dotted {
		return fmt.Errorf("%s is no plain variable: write n := … and %s = n, then %%grow n=…", name, base+name[len(base):])
	}
	for _, c := range s.scope.Cells() {
		for _, obj := range c.Defs {
			if obj.Name() == name {
				return fmt.Errorf("%s does not use %s, so nothing of it would grow: %s", where, name, use(unit))
			}
		}
	}
	if f := parameterOf(unit, name); f != "" {
		return fmt.Errorf("%s is a parameter of %s and no variable of the notebook: write %s := 1000, call %s(%s), and %%grow that", name, f, name, f, name)
	}
	if localOf(unit, name) {
		return fmt.Errorf("%s belongs to one block only: define it at the top of the cell (%s := 1000), and %%grow can set it", name, name)
	}
	return fmt.Errorf("no variable %s here: %s", name, use(unit))
}

// use says which variables could grow.
func use(unit []*source.Cell) string {
	names := integers(unit)
	switch len(names) {
	case 0:
		return "put the size into a variable (n := 1000), use it, and %grow n=1000..1000000"
	case 1:
		return "try %grow " + names[0] + "=1000..1000000"
	}
	return "what could grow is " + strings.Join(names, ", ")
}

// integers are the integer variables that a unit sets and uses.
func integers(unit []*source.Cell) []string {
	seen := map[string]bool{}
	var names []string
	for _, c := range unit {
		for _, obj := range c.Defs {
			v, ok := obj.(*types.Var)
			if ok && highest(v.Type()) > 0 && !seen[v.Name()] && settable(unit, v) && mentioned(unit, v) {
				seen[v.Name()] = true
				names = append(names, v.Name())
			}
		}
	}
	sort.SliceStable(names, func(i, j int) bool { return names[i] == "n" && names[j] != "n" })
	return names[:min(len(names), 4)]
}

// settable tells whether a variable is set to something that does not depend on
// others: a size is an input.
func settable(unit []*source.Cell, v types.Object) bool {
	ok := false
	for _, c := range unit {
		sets(c, v, func(_ ast.Stmt, value ast.Expr) {
			if value != nil && c.Info.Types[value].Value != nil {
				ok = true
			}
		})
	}
	return ok
}

// highest is the greatest value of an integer type, 0 for any other.
func highest(t types.Type) int64 {
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return 0
	}
	switch b.Kind() {
	case types.Int, types.Int64, types.Uint, types.Uint64, types.Uintptr:
		return 1<<63 - 1
	case types.Int32:
		return 1<<31 - 1
	case types.Uint32:
		return 1<<32 - 1
	case types.Int16:
		return 1<<15 - 1
	case types.Uint16:
		return 1<<16 - 1
	case types.Int8:
		return 1<<7 - 1
	case types.Uint8:
		return 1<<8 - 1
	}
	return 0
}

// mentioned tells whether anything but its own setting refers to an object.
func mentioned(unit []*source.Cell, obj types.Object) bool {
	for _, c := range unit {
		set := map[*ast.Ident]bool{}
		for _, s := range c.Body {
			if a, ok := s.(*ast.AssignStmt); ok && (a.Tok == token.ASSIGN || a.Tok == token.DEFINE) {
				for _, l := range a.Lhs {
					if id, ok := l.(*ast.Ident); ok {
						set[id] = true
					}
				}
			}
		}
		for id, o := range c.Info.Uses {
			if o == obj && !set[id] {
				return true
			}
		}
	}
	return false
}

// sets finds the statements at the top of a cell that set an object. value is
// nil where the statement sets it by something else than one expression.
func sets(c *source.Cell, obj types.Object, see func(s ast.Stmt, value ast.Expr)) {
	for _, s := range c.Body {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
				continue
			}
			for i, l := range s.Lhs {
				if !isObject(c, l, obj) {
					continue
				}
				if len(s.Lhs) == len(s.Rhs) {
					see(s, s.Rhs[i])
				} else {
					see(s, nil)
				}
			}
		case *ast.DeclStmt:
			setsInDecl(c, s, obj, see)
		}
	}
}

func setsInDecl(c *source.Cell, s *ast.DeclStmt, obj types.Object, see func(ast.Stmt, ast.Expr)) {
	g, ok := s.Decl.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range g.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, id := range v.Names {
			switch {
			case c.Info.Defs[id] != obj:
			case len(v.Values) == len(v.Names):
				see(s, v.Values[i])
			default:
				see(s, nil)
			}
		}
	}
}

func isObject(c *source.Cell, e ast.Expr, obj types.Object) bool {
	id, ok := e.(*ast.Ident)
	return ok && (c.Info.Defs[id] == obj || c.Info.Uses[id] == obj)
}

// setSize makes a cell take the size from outside wherever its top level sets the
// parameter. It fails where the parameter is a length of data, which would not
// change with it.
func (p *parameter) setSize(t *textEdits) error {
	c := t.cell
	var err error
	from := sizeName
	if b, ok := p.typ.(*types.Basic); !ok || b.Kind() != types.Int {
		from = types.TypeString(p.typ, func(*types.Package) string { return "" }) + "(" + sizeName + ")"
	}
	for _, obj := range append(append([]types.Object(nil), c.Defs...), c.Uses...) {
		if obj.Name() != p.name {
			continue
		}
		sets(c, obj, func(s ast.Stmt, value ast.Expr) {
			switch {
			case value == nil:
				t.insert(s.End(), "; "+p.name+" = "+from)
			case lengthOf(c, value) != "":
				err = fmt.Errorf("%s is the length of %s here, and setting it would not change the data: grow the variable from which %s is made",
					p.name, lengthOf(c, value), lengthOf(c, value))
			default:
				p.value = c.Code[t.offset(value.Pos()):t.offset(value.End())]
				t.replace(value.Pos(), value.End(), from)
			}
		})
		break
	}
	return err
}

// lengthOf names the argument when an expression takes the length of something.
func lengthOf(c *source.Cell, e ast.Expr) (of string) {
	ast.Inspect(e, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		if id, ok := call.Fun.(*ast.Ident); ok && (id.Name == "len" || id.Name == "cap") && c.Info.Types[call].Value == nil {
			of = types.ExprString(call.Args[0])
		}
		return true
	})
	return of
}

// parameterOf names a function of the unit that has a parameter of that name.
func parameterOf(unit []*source.Cell, name string) string {
	for _, c := range unit {
		for _, d := range c.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Type.Params == nil {
				continue
			}
			for _, field := range f.Type.Params.List {
				for _, id := range field.Names {
					if id.Name == name {
						return f.Name.Name
					}
				}
			}
		}
	}
	return ""
}

// localOf tells whether a name is defined inside a block of the unit.
func localOf(unit []*source.Cell, name string) bool {
	for _, c := range unit {
		for id, obj := range c.Info.Defs {
			if _, isVar := obj.(*types.Var); isVar && id.Name == name {
				return true
			}
		}
	}
	return false
}
