package compiled

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/lapbook/lapbook/runtime/source"
)

// copyLimit is the size in bytes above which a variable is not copied into and
// out of a cell: copying it would be seen by the clock.
const copyLimit = 4096

// sharing tells which session variables must stay package variables, and why.
// Every other variable is a local of each cell that uses it: a loop over
// package variables runs up to four times slower than the same loop over
// locals, because they live in memory and not in registers.
type sharing struct {
	why       map[types.Object]string
	addressed map[types.Object]bool         // its address is taken in the measured cell
	held      map[types.Object]bool         // an earlier cell took its address
	users     map[types.Object]map[int]bool // the cells whose text names it
	defined   map[types.Object]int          // how many cells define it
}

// shared looks at all parts; last is the index of the measured cell.
func shared(parts []part, names *namer, last int) *sharing {
	s := &sharing{why: map[types.Object]string{}, addressed: map[types.Object]bool{}, held: map[types.Object]bool{},
		users: map[types.Object]map[int]bool{}, defined: map[types.Object]int{}}
	for _, p := range parts {
		eachIdent(p.Cell, func(id *ast.Ident) {
			if v := sessionVar(p.Cell, id, names); v != nil {
				if s.users[v] == nil {
					s.users[v] = map[int]bool{}
				}
				s.users[v][p.index] = true
			}
		})
	}
	for _, p := range parts {
		s.declarations(p.Cell, names)
		s.body(p.Cell, names, p.index == last)
		if p.index != last {
			s.large(p.Cell)
		}
		for _, obj := range p.Defs {
			s.defined[obj]++
		}
	}
	return s
}

// boxed says whether a variable has to be reached through a pointer: it is a
// package variable, it is defined anew, and a pointer to its first memory is
// kept. A new definition makes new memory.
func (s *sharing) boxed(obj types.Object) bool {
	return s.is(obj) && s.held[obj] && s.defined[obj] > 1
}

func (s *sharing) mark(obj types.Object, why string) {
	if _, ok := s.why[obj]; !ok {
		s.why[obj] = why
	}
}

// is says whether obj is a package variable of the program.
func (s *sharing) is(obj types.Object) bool { _, ok := s.why[obj]; return ok }

// declarations marks what functions and methods of a cell refer to.
func (s *sharing) declarations(c *source.Cell, names *namer) {
	for _, d := range c.Decls {
		what := "a declaration uses it"
		if f, ok := d.(*ast.FuncDecl); ok {
			what = fmt.Sprintf("func %s uses it", f.Name.Name)
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if v := sessionVar(c, id, names); v != nil {
					s.mark(v, what)
				}
			}
			return true
		})
	}
}

// body marks what closures and pointers of an earlier cell keep hold of, when
// other cells name it too. In
// the measured cell itself they may: its variables are locals as in func main.
// Deferred functions run after the results are read, so what they can reach
// is shared there too, and everything when one of them may recover.
func (s *sharing) body(c *source.Cell, names *namer, last bool) {
	deferred, recovers := defers(c)
	if returnsEarly(c) {
		eachIdent(c, func(id *ast.Ident) {
			if v := sessionVar(c, id, names); v != nil {
				s.mark(v, "the cell may return before its end")
			}
		})
	}
	hold := func(obj types.Object, why string) {
		if obj == nil {
			return
		}
		if last {
			s.addressed[obj] = s.addressed[obj] || why != closure
		} else {
			s.held[obj] = s.held[obj] || why != closure
		}
		if !last && len(s.users[obj]) > 1 || last && deferred {
			s.mark(obj, why)
		}
	}
	for _, stmt := range c.Body {
		walkHeld(c, stmt, names, hold)
	}
	if !last || !recovers {
		return
	}
	eachIdent(c, func(id *ast.Ident) {
		if v := sessionVar(c, id, names); v != nil {
			s.mark(v, "a deferred function of the cell may recover")
		}
	})
}

// returnsEarly says whether the body of a cell holds a return of its own.
func returnsEarly(c *source.Cell) bool {
	found := false
	for _, s := range c.Body {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				found = true
			}
			return true
		})
	}
	return found
}

const closure = "a function value uses it"

// walkHeld reports variables that a closure captures or whose address is taken.
func walkHeld(c *source.Cell, n ast.Node, names *namer, hold func(types.Object, string)) {
	depth := 0
	var visit func(ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			depth++
			ast.Inspect(n.Body, visit)
			depth--
			return false
		case *ast.Ident:
			if v := sessionVar(c, n, names); v != nil && depth > 0 {
				hold(v, closure)
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				hold(root(c, n.X, names), "its address is kept")
			}
		case *ast.SliceExpr:
			if _, ok := c.Info.TypeOf(n.X).Underlying().(*types.Array); ok {
				hold(root(c, n.X, names), "a slice of it is kept")
			}
		case *ast.SelectorExpr:
			if v := receiver(c, n, names); v != nil {
				hold(v, "its method "+n.Sel.Name+" has a pointer receiver")
			}
		}
		return true
	}
	ast.Inspect(n, visit)
}

// receiver is the variable whose address a method selection takes silently.
func receiver(c *source.Cell, sel *ast.SelectorExpr, names *namer) types.Object {
	s := c.Info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal {
		return nil
	}
	sig := s.Obj().(*types.Func).Signature()
	if _, ok := sig.Recv().Type().(*types.Pointer); !ok {
		return nil
	}
	return root(c, sel.X, names)
}

// root is the session variable in whose own memory x lies; nil when x lies
// behind a pointer, a slice or a map, or is no session variable at all.
func root(c *source.Cell, x ast.Expr, names *namer) types.Object {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return root(c, x.X, names)
	case *ast.Ident:
		return sessionVar(c, x, names)
	case *ast.SelectorExpr:
		if s := c.Info.Selections[x]; s == nil || s.Indirect() {
			return nil
		}
		return root(c, x.X, names)
	case *ast.IndexExpr:
		if t := c.Info.TypeOf(x.X); t != nil {
			if _, ok := t.Underlying().(*types.Array); ok {
				return root(c, x.X, names)
			}
		}
	}
	return nil
}

// sessionVar is the session variable that an identifier means, or nil.
func sessionVar(c *source.Cell, id *ast.Ident, names *namer) types.Object {
	v, ok := object(c, id).(*types.Var)
	if !ok || v.IsField() {
		return nil
	}
	if _, ok := names.name(v); !ok {
		return nil
	}
	return v
}

// defers says whether the cell defers calls to its own end, and whether one of
// them may recover from a panic.
func defers(c *source.Cell) (deferred, recovers bool) {
	for _, stmt := range c.Body {
		ast.Inspect(stmt, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.DeferStmt:
				deferred = true
				recovers = recovers || mayRecover(c, n.Call)
			}
			return true
		})
	}
	return deferred, recovers
}

// mayRecover is conservative: a deferred call of anything but a literal without
// recover or a function of another package may recover.
func mayRecover(c *source.Cell, call *ast.CallExpr) bool {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.FuncLit:
		found := false
		ast.Inspect(fun.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				b, isBuiltin := c.Info.Uses[id].(*types.Builtin)
				found = found || isBuiltin && b.Name() == "recover"
			}
			return true
		})
		return found
	case *ast.SelectorExpr:
		obj := c.Info.Uses[fun.Sel]
		return obj == nil || obj.Pkg() == c.Pkg
	}
	return true
}

// large marks the variables of a cell that are too large to be copied.
func (s *sharing) large(c *source.Cell) {
	for _, obj := range c.Defs {
		if v, ok := obj.(*types.Var); ok && sizeof(v.Type()) > copyLimit {
			s.mark(v, "")
		}
	}
}

func sizeof(t types.Type) int64 { return types.SizesFor("gc", "amd64").Sizeof(t) }
