package loop

import (
	"go/ast"
	"go/token"
	"slices"
)

// deepArms takes apart a statement of the task that has blocks inside, however
// deep, which end the iteration: a search that notes what it found and leaves
// the loop, a check that returns an error. As nothing of the task runs after
// such a block, it may as well be done in order, with the variables of the task
// as they are then. The rest of the statement must be free to run in the task.
func (s *splitter) deepArms(st ast.Stmt, sp *split) []arm {
	switch st.(type) {
	case *ast.ForStmt, *ast.RangeStmt, *ast.IfStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.BlockStmt, *ast.LabeledStmt:
	default:
		return nil
	}
	c := &armCollector{s: s}
	c.visit(st, false, false)
	if len(c.arms) == 0 || !s.allowedOutside(st, c.arms) {
		return nil
	}
	before := sp.weight
	for i := range c.arms {
		c.arms[i].block = s.tail(c.arms[i].list, sp)
	}
	sp.weight = before + s.weight(st)
	return c.arms
}

// allowedOutside tells whether all of a statement but its arms may run in a task.
func (s *splitter) allowedOutside(st ast.Stmt, arms []arm) bool {
	in := func(p token.Pos) bool {
		return slices.ContainsFunc(arms, func(a arm) bool { return a.from <= p && p < a.to })
	}
	for _, q := range s.qs {
		e := q.l.frame.effs[st]
		if e == nil {
			return false
		}
		for _, u := range q.uses(e) {
			if in(u.at) || s.atHead(u) {
				continue
			}
			if _, ok := s.forbidden(q, u); !ok {
				return false
			}
		}
	}
	free := true
	ast.Inspect(st, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			free = free && in(x.Pos())
		}
		return free
	})
	return free
}

// An armCollector finds the outermost blocks of a statement that end the
// iteration.
type armCollector struct {
	s    *splitter
	arms []arm
}

// visit looks at the lists of statements in n. In an inner loop or switch a
// plain break or continue is none of the loop's.
func (c *armCollector) visit(n ast.Stmt, inLoop, inSwitch bool) {
	switch x := n.(type) {
	case *ast.ForStmt:
		c.block(x.Body, true, true)
	case *ast.RangeStmt:
		c.block(x.Body, true, true)
	case *ast.IfStmt:
		c.block(x.Body, inLoop, inSwitch)
		if b, ok := x.Else.(*ast.BlockStmt); ok {
			c.block(b, inLoop, inSwitch)
		} else if x.Else != nil {
			c.visit(x.Else, inLoop, inSwitch)
		}
	case *ast.SwitchStmt:
		c.clauses(x.Body, inLoop)
	case *ast.TypeSwitchStmt:
		c.clauses(x.Body, inLoop)
	case *ast.BlockStmt:
		c.block(x, inLoop, inSwitch)
	case *ast.LabeledStmt:
		c.visit(x.Stmt, inLoop, inSwitch)
	}
}

func (c *armCollector) block(b *ast.BlockStmt, inLoop, inSwitch bool) {
	c.list(blockArm(b), inLoop, inSwitch)
}

func (c *armCollector) clauses(body *ast.BlockStmt, inLoop bool) {
	for i, cl := range body.List {
		cl := cl.(*ast.CaseClause)
		to := body.Rbrace
		if i+1 < len(body.List) {
			to = body.List[i+1].Pos()
		}
		c.list(arm{list: cl.Body, from: cl.Colon + 1, to: to}, inLoop, true)
	}
}

// list takes a list as an arm, or looks into its statements.
func (c *armCollector) list(a arm, inLoop, inSwitch bool) {
	if c.ends(a.list, inLoop, inSwitch) && c.selfContained(a.list, inLoop, inSwitch) {
		c.arms = append(c.arms, a)
		return
	}
	for _, st := range a.list {
		c.visit(st, inLoop, inSwitch)
	}
}

// ends tells whether the list ends the iteration of the loop.
func (c *armCollector) ends(list []ast.Stmt, inLoop, inSwitch bool) bool {
	if !endsIteration(list, c.s.label()) {
		return false
	}
	b, ok := list[len(list)-1].(*ast.BranchStmt)
	return !ok || b.Label != nil || b.Tok == token.BREAK && !inSwitch || b.Tok == token.CONTINUE && !inLoop
}

// selfContained tells whether no jump of the list goes to an inner loop or
// switch around it: the list becomes a function.
func (c *armCollector) selfContained(list []ast.Stmt, inLoop, inSwitch bool) bool {
	own := c.s.label()
	for _, b := range jumps(list, own) {
		if b.Label == nil && (b.Tok == token.BREAK && inSwitch || b.Tok == token.CONTINUE && inLoop) {
			return false
		}
	}
	labels := map[string]bool{own: true}
	ok := true
	for _, st := range list {
		ast.Inspect(st, func(n ast.Node) bool {
			if l, isLabel := n.(*ast.LabeledStmt); isLabel {
				labels[l.Label.Name] = true
			}
			return true
		})
	}
	for _, st := range list {
		ast.Inspect(st, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.BranchStmt:
				ok = ok && (x.Label == nil || labels[x.Label.Name])
			}
			return ok
		})
	}
	return ok
}

// deepLines are the lines of a statement that run in the task.
func (s *splitter) deepLines(it item) []int {
	ordered := []int{}
	for _, a := range it.arms {
		ordered = union(ordered, s.lines(a.block.orderedStmts()))
	}
	return slices.DeleteFunc(s.lines([]ast.Stmt{it.stmt}), func(l int) bool { return slices.Contains(ordered, l) })
}
