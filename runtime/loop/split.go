package loop

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A block is a list of statements at the end of an iteration, taken apart: what
// runs in the task, and what must run in order after it.
type block struct {
	items   []item
	early   []ast.Stmt // ordered statements that stood before the moved ones
	moved   []ast.Stmt // run in the task although ordered statements stood before them
	hoists  []hoist    // calls taken out of the first of ordered
	ordered []ast.Stmt // what follows; empty: nothing
}

// An item is a statement of the task. When arms is not nil it is an if or a
// switch whose branches end in ordered statements of their own; deep: any
// statement with blocks inside that end the iteration.
type item struct {
	stmt ast.Stmt
	arms []arm
	deep bool
}

// An arm is one branch of an if or switch.
type arm struct {
	list     []ast.Stmt
	from, to token.Pos // its text
	block    *block    // nil: all of it runs in the task
}

// A hoist is a call that runs in the task, before the statement it is part of.
type hoist struct {
	call *ast.CallExpr
	name string
}

// A split is one way to take the body of a loop apart.
type split struct {
	head    []ast.Stmt
	task    *block
	passed  []*types.Var    // variables around the loop that the header sets, given to the task by value
	early   []*ast.CallExpr // made right after the header
	private []private       // variables around the loop of which each task has its own
	weight  float64         // of the task
	why     []reason        // what keeps ordered statements out of the task
	bad     []reason        // conflicts that make the split wrong
	exits   bool            // the task or what follows it can leave the loop
	guarded bool            // the surroundings may recover from a panic
}

// A reason is a dependence that forbids a task.
type reason struct {
	at      token.Pos
	name    string
	kind    string
	text    string
	advice  string
	carried bool // read after an earlier iteration wrote it
	u       use
	q       *query
}

// minWeight is the least weight of a task that can be worth its cost.
const minWeight = 1

// splitter searches the best split of one loop in all its walks.
type splitter struct {
	qs   []*query
	body *ast.BlockStmt
	list []ast.Stmt // the body without the steps of the loop at its end
	own  []private
	// early are calls of the body that are made right after the header.
	early []*ast.CallExpr
	unit  *unit
	// of the attempt at hand
	exits  bool
	passed map[types.Object]bool
	names  int
}

func loopBody(s ast.Stmt) *ast.BlockStmt {
	switch x := s.(type) {
	case *ast.ForStmt:
		return x.Body
	case *ast.RangeStmt:
		return x.Body
	}
	return nil
}

// search tries every header and keeps the split with the heaviest task; nil when
// all are wrong.
func (s *splitter) search() (best *split) {
	for i := range len(s.list) + 1 {
		sp := s.attempt(i)
		if len(sp.bad) == 0 && (best == nil || sp.weight > best.weight*1.01) {
			best = sp
		}
	}
	return best
}

func (s *splitter) attempt(i int) *split {
	rest := s.list[i:]
	guarded := s.guarded()
	s.exits = exitsIn(rest, s.label()) || guarded
	s.passed = map[types.Object]bool{}
	s.names = 0
	sp := &split{head: s.list[:i], exits: s.exits, guarded: guarded}
	for _, c := range s.early {
		if slices.ContainsFunc(rest, func(st ast.Stmt) bool { return st.Pos() <= c.Pos() && c.End() <= st.End() }) {
			sp.early = append(sp.early, c)
		}
	}
	s.findPassed(sp)
	sp.task = s.tail(rest, sp)
	s.checkOrder(sp)
	s.shadows(sp)
	s.stepsReady(sp)
	s.redeclared(sp)
	s.jumpsInHead(sp)
	s.guardedHead(sp)
	return sp
}

// jumpsInHead: without its label, an inner loop of the header cannot jump.
func (s *splitter) jumpsInHead(sp *split) {
	for _, b := range jumps(sp.head, s.label()) {
		if b.Label != nil {
			sp.bad = append(sp.bad, reason{at: b.Pos(), name: b.Label.Name, kind: "exit", text: "the header jumps by label"})
		}
	}
}

// stepsReady: what the steps at the end of the body use must be ready when the
// task has been handed over: declared in the header, and left alone after it.
func (s *splitter) stepsReady(sp *split) {
	rest := s.list[len(sp.head):]
	if len(rest) == 0 {
		return
	}
	later := s.assignedIn(rest)
	for _, st := range s.qs[0].l.steps {
		ast.Inspect(st, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			o, ok := s.unit.object(id).(*types.Var)
			own := ok && s.body.Pos() <= o.Pos() && o.Pos() < s.body.End()
			if own && o.Pos() >= rest[0].Pos() || ok && slices.Contains(later, o) {
				sp.bad = append(sp.bad, s.stepReason(st))
			}
			return true
		})
	}
}

func (s *splitter) stepReason(st ast.Stmt) reason {
	id := steppedBy(st)
	if id == nil {
		id = movedBy(st)
	}
	return reason{
		at: st.Pos(), name: id.Name, kind: "carried", carried: true,
		text:   "where the next iteration begins, " + id.Name + ", is only known at the end of this one",
		advice: "Each step needs the one before: this loop is sequential, unless " + id.Name + " can be found without the work.",
	}
}

// redeclared looks for x, err := … in the ordered part where err is one of the
// task that a function literal shares: in a function of its own the ordered part
// would declare another err.
func (s *splitter) redeclared(sp *split) {
	q := s.qs[0]
	for _, st := range sp.task.orderedStmts() {
		a, ok := st.(*ast.AssignStmt)
		if !ok || a.Tok != token.DEFINE {
			continue
		}
		for _, l := range a.Lhs {
			id, ok := l.(*ast.Ident)
			if !ok || s.unit.Info.Defs[id] != nil {
				continue
			}
			if f := q.w.facts[s.unit.Info.Uses[id]]; f != nil && (f.inLit || f.address > 0) {
				sp.bad = append(sp.bad, reason{at: a.Pos(), name: id.Name, kind: "shared", text: id.Name + " is shared with a function literal"})
			}
		}
	}
}

// shadows finds the private variables that the task needs for itself. The
// header must leave them alone.
func (s *splitter) shadows(sp *split) {
	for _, p := range s.own {
		for _, st := range sp.head {
			if mentions(s.unit, st, p.obj) {
				sp.bad = append(sp.bad, reason{at: st.Pos(), name: p.obj.Name(), kind: "shared"})
			}
		}
		used := false
		sp.task.walk(func(b *block) {
			for _, it := range b.items {
				used = used || it.arms == nil && mentions(s.unit, it.stmt, p.obj) || it.arms != nil && s.headMentions(it, p.obj)
				for _, a := range it.arms {
					used = used || a.block == nil && slices.ContainsFunc(a.list, func(st ast.Stmt) bool { return mentions(s.unit, st, p.obj) })
				}
			}
			used = used || slices.ContainsFunc(b.moved, func(st ast.Stmt) bool { return mentions(s.unit, st, p.obj) })
			used = used || slices.ContainsFunc(b.hoists, func(h hoist) bool { return mentions(s.unit, h.call, p.obj) })
		})
		if used {
			sp.private = append(sp.private, p)
		}
	}
}

// headMentions tells whether what chooses a branch of it mentions o.
func (s *splitter) headMentions(it item, o types.Object) (found bool) {
	ast.Inspect(it.stmt, func(n ast.Node) bool {
		if n != nil && slices.ContainsFunc(it.arms, func(a arm) bool { return a.from <= n.Pos() && n.End() <= a.to }) {
			return false
		}
		if id, ok := n.(*ast.Ident); ok && s.unit.object(id) == o {
			found = true
		}
		return !found
	})
	return found
}

// guarded: a panic of an iteration may be recovered around the loop, so what
// later iterations did would be seen.
func (s *splitter) guarded() bool {
	for _, q := range s.qs {
		for f := q.l.frame; f != nil; f = f.caller {
			if f.shared && q.w.recovers || q.defers(f) {
				return true
			}
			for g := f.up; g != nil; g = g.up {
				if q.defers(g) {
					return true
				}
			}
		}
	}
	return false
}

// defers tells whether the function of f defers code of the session, which may
// recover, or look at what there is after a panic.
func (q *query) defers(f *frame) (found bool) {
	if f.node == nil {
		return false
	}
	ast.Inspect(bodyOf(f.node), func(n ast.Node) bool {
		if n == ast.Node(q.l.stmt) {
			return false
		}
		switch x := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			found = found || !q.foreignCall(f, x.Call)
		}
		return !found
	})
	return found
}

// foreignCall tells whether a call runs compiled code only.
func (q *query) foreignCall(f *frame, c *ast.CallExpr) bool {
	id, ok := ast.Unparen(c.Fun).(*ast.Ident)
	if s, isSel := ast.Unparen(c.Fun).(*ast.SelectorExpr); isSel {
		id, ok = s.Sel, true
	}
	if !ok {
		return false
	}
	switch o := f.sess.Info.Uses[id].(type) {
	case *types.Builtin:
		return true
	case *types.Func:
		fd := q.w.decl(o)
		return fd == nil && (o.Pkg() == nil || !q.w.isSession(o))
	case *types.Var:
		v := f.find(o)
		return v != nil && len(find(at(v.loc, "*")).fns) == 0
	}
	return false
}

// findPassed collects the plain variables around the loop that only the header
// sets and that no function literal shares: tasks get their value.
func (s *splitter) findPassed(sp *split) {
	q := s.qs[0]
	setHere := s.assignedIn(sp.head)
	if f, ok := q.l.stmt.(*ast.ForStmt); ok {
		setHere = append(setHere, s.assignedIn(append([]ast.Stmt{f.Init, f.Post}, q.l.steps...))...)
	}
	if r, ok := q.l.stmt.(*ast.RangeStmt); ok && r.Tok == token.ASSIGN {
		setHere = append(setHere, s.plain(r.Key)...)
		setHere = append(setHere, s.plain(r.Value)...)
	}
	for _, o := range setHere {
		f := q.w.facts[o]
		v := q.l.frame.find(o)
		if f == nil || f.address > 0 || v == nil || !s.nameable(o.Type()) || q.inner(v) || s.passed[o] || f.inLit && !q.ofHeader(o) {
			continue
		}
		if assigned := s.assignedIn(s.list[len(sp.head):]); slices.Contains(assigned, o) {
			continue
		}
		s.passed[o] = true
		sp.passed = append(sp.passed, o)
	}
}

// ofHeader tells whether o is declared in the header of the loop.
func (q *query) ofHeader(o types.Object) bool {
	return q.l.stmt.Pos() <= o.Pos() && o.Pos() < loopBody(q.l.stmt).Pos()
}

func (f *frame) find(o types.Object) *variable {
	for ; f != nil; f = f.up {
		if v := f.vars[o]; v != nil {
			return v
		}
	}
	return nil
}

func (s *splitter) plain(e ast.Expr) []*types.Var {
	if id, ok := e.(*ast.Ident); ok {
		if v, ok := s.unit.object(id).(*types.Var); ok {
			return []*types.Var{v}
		}
	}
	return nil
}

// assignedIn lists the variables that statements assign, wherever it happens in them.
func (s *splitter) assignedIn(list []ast.Stmt) (out []*types.Var) {
	add := func(e ast.Expr) {
		if e == nil {
			return
		}
		if id := baseVariable(s.unit, e); id != nil {
			if v, ok := s.unit.object(id).(*types.Var); ok {
				out = append(out, v)
			}
		}
	}
	for _, st := range list {
		if st == nil {
			continue
		}
		ast.Inspect(st, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.AssignStmt:
				for _, l := range x.Lhs {
					add(l)
				}
			case *ast.IncDecStmt:
				add(x.X)
			case *ast.RangeStmt:
				if x.Tok == token.ASSIGN {
					add(x.Key)
					add(x.Value)
				}
			}
			return true
		})
	}
	return out
}

// tail takes apart a list of statements after which the iteration ends.
func (s *splitter) tail(list []ast.Stmt, sp *split) *block {
	b := &block{}
	for i, st := range list {
		rs := s.forbids(st)
		if len(rs) == 0 && !returns(st) {
			sp.weight += s.weight(st)
			b.items = append(b.items, item{stmt: st})
			continue
		}
		if arms := s.arms(st, i == len(list)-1, sp); arms != nil {
			b.items = append(b.items, item{stmt: st, arms: arms})
			continue
		}
		if arms := s.deepArms(st, sp); arms != nil {
			b.items = append(b.items, item{stmt: st, arms: arms, deep: true})
			continue
		}
		sp.why = append(sp.why, rs...)
		rest := list[i:]
		b.early, b.moved = s.move(rest, sp)
		b.ordered = rest[len(b.early)+len(b.moved):]
		if len(b.ordered) > 0 {
			b.hoists = s.hoistsOf(b.ordered[0], b.early, sp)
		}
		return b
	}
	return b
}

// arms takes apart an if or switch. Each branch either ends the iteration, or
// runs in the task as a whole, or is the last that the iteration does.
func (s *splitter) arms(st ast.Stmt, last bool, sp *split) []arm {
	var out []arm
	var heads []ast.Node
	switch x := st.(type) {
	case *ast.IfStmt:
		out, heads = ifArms(x)
	case *ast.SwitchStmt:
		out, heads = s.switchArms(x.Init, x.Tag, x.Body)
	case *ast.TypeSwitchStmt:
		out, heads = s.switchArms(x.Init, nil, x.Body)
		heads = append(heads, x.Assign)
	}
	if out == nil || !s.headsAllowed(st, heads) {
		return nil
	}
	saved := *sp
	for i := range out {
		if !s.arm(&out[i], last, sp) {
			*sp = saved
			return nil
		}
	}
	for _, h := range heads {
		sp.weight += s.nodeWeight(h)
	}
	return out
}

// ifArms lists the branches of an if with its else ifs, and what is evaluated
// to choose between them.
func ifArms(x *ast.IfStmt) (out []arm, heads []ast.Node) {
	for {
		if x.Init != nil {
			heads = append(heads, x.Init)
		}
		heads = append(heads, x.Cond)
		out = append(out, blockArm(x.Body))
		switch e := x.Else.(type) {
		case *ast.IfStmt:
			x = e
			continue
		case *ast.BlockStmt:
			out = append(out, blockArm(e))
		}
		return out, heads
	}
}

func blockArm(b *ast.BlockStmt) arm { return arm{list: b.List, from: b.Lbrace + 1, to: b.Rbrace} }

func (s *splitter) switchArms(init ast.Stmt, tag ast.Expr, body *ast.BlockStmt) (out []arm, heads []ast.Node) {
	if init != nil {
		heads = append(heads, init)
	}
	if tag != nil {
		heads = append(heads, tag)
	}
	for i, c := range body.List {
		cl := c.(*ast.CaseClause)
		to := body.Rbrace
		if i+1 < len(body.List) {
			to = body.List[i+1].Pos()
		}
		for _, b := range jumps(cl.Body, s.label()) {
			if b.Tok == token.BREAK && b.Label == nil { // leaves the switch, not the loop
				return nil, nil
			}
		}
		if n := len(cl.Body); n > 0 {
			if b, ok := cl.Body[n-1].(*ast.BranchStmt); ok && b.Tok == token.FALLTHROUGH {
				return nil, nil
			}
		}
		for _, e := range cl.List {
			heads = append(heads, e)
		}
		out = append(out, arm{list: cl.Body, from: cl.Colon + 1, to: to})
	}
	return out, heads
}

// headsAllowed tells whether what chooses the branch may run in the task.
func (s *splitter) headsAllowed(st ast.Stmt, heads []ast.Node) bool {
	for _, q := range s.qs {
		e := q.l.frame.effs[st]
		if e == nil {
			return false
		}
		for _, u := range q.uses(e) {
			inside := slices.ContainsFunc(heads, func(h ast.Node) bool { return h.Pos() <= u.at && u.at < h.End() })
			if _, ok := s.forbidden(q, u); inside && !ok && !s.atHead(u) {
				return false
			}
		}
	}
	return !slices.ContainsFunc(heads, func(h ast.Node) bool { return returns(h) })
}

func (s *splitter) arm(a *arm, last bool, sp *split) bool {
	if last || endsIteration(a.list, s.label()) {
		a.block = s.tail(a.list, sp)
		return true
	}
	for _, st := range a.list {
		if len(s.forbids(st)) > 0 || returns(st) {
			return false
		}
		sp.weight += s.weight(st)
	}
	return true
}

// label is the label of the loop, or "".
func (s *splitter) label() string { return labelName(s.qs[0].l.label) }

func labelName(l *ast.LabeledStmt) string {
	if l == nil {
		return ""
	}
	return l.Label.Name
}

// endsIteration tells whether a list ends in return, or in continue or break of
// the loop, which may have a label.
func endsIteration(list []ast.Stmt, label string) bool {
	if len(list) == 0 {
		return false
	}
	switch x := list[len(list)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		own := x.Label == nil || x.Label.Name == label
		return own && (x.Tok == token.CONTINUE || x.Tok == token.BREAK)
	}
	return false
}

// forbids lists why a statement may not run in a task.
func (s *splitter) forbids(st ast.Stmt) []reason { return s.forbidsNode(st) }

func (s *splitter) forbidsNode(n ast.Node) (out []reason) {
	for _, q := range s.qs {
		if e := q.l.frame.effs[n]; e != nil {
			for _, u := range q.uses(e) {
				if r, ok := s.forbidden(q, u); !ok && !s.atHead(u) {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

func (s *splitter) weight(n ast.Node) float64 {
	if e := s.qs[0].l.frame.effs[n]; e != nil {
		return weigh(e, map[*instance]bool{})
	}
	return 0
}

// nodeWeight is the weight of the calls in a statement or expression.
func (s *splitter) nodeWeight(n ast.Node) (sum float64) {
	ast.Inspect(n, func(m ast.Node) bool {
		if c, ok := m.(*ast.CallExpr); ok {
			sum += s.weight(c)
			return false
		}
		return true
	})
	return sum
}

// weigh estimates work: about tenths of a microsecond.
func weigh(e *effects, seen map[*instance]bool) float64 {
	sum := e.weight
	for _, k := range e.kids {
		sum += weigh(k, seen)
	}
	run := func(c *instance) {
		if !seen[c] {
			seen[c] = true
			sum += weigh(c.effects, seen)
		}
	}
	for _, c := range e.calls {
		run(c)
	}
	for _, n := range e.via {
		for _, c := range find(n).fns {
			run(c)
		}
	}
	if e.looped {
		return (sum + 0.1) * loopWeight
	}
	return sum
}

// forbidden tells whether a use may happen in a task.
func (s *splitter) forbidden(q *query, u use) (reason, bool) {
	if u.fatal != "" {
		return q.fatalReason(u), false
	}
	if u.resource != noResource {
		return s.forbiddenOutside(q, u)
	}
	for _, n := range q.touched(u) {
		writes := q.hot[n]
		if len(writes) == 0 || s.isPassed(q, u, n) {
			continue
		}
		v := q.disjoint(n)
		if !v.ok {
			return q.sharedReason(u, writes, v), false
		}
		if u.write && s.exits {
			return q.exitReason(u), false
		}
	}
	return reason{}, true
}

// isPassed: a variable that only the header sets, read by name in the body.
func (s *splitter) isPassed(q *query, u use, n *node) bool {
	if u.write || u.orig == nil || u.orig.root.obj == nil || !s.passed[u.orig.root.obj] {
		return false
	}
	return slices.Contains(inline(u.orig.root.loc), n)
}

func (s *splitter) forbiddenOutside(q *query, u use) (reason, bool) {
	if u.resource == clock {
		return reason{}, true
	}
	if u.write || u.resource == syncing {
		return q.orderReason(u), false
	}
	if changes := q.outside[u.resource]; len(changes) > 0 {
		return q.outsideReason(u, changes[0]), false
	}
	return reason{}, true
}

// checkOrder looks at the header, which runs ahead of the ordered parts.
func (s *splitter) checkOrder(sp *split) {
	ordered := sp.task.orderedStmts()
	for _, q := range s.qs {
		head := q.uses(q.l.head)
		for _, st := range append(slices.Clone(sp.head), q.l.steps...) {
			if e := q.l.frame.effs[st]; e != nil {
				head = append(head, q.uses(e)...)
			}
		}
		var after []use
		for _, st := range ordered {
			if e := q.l.frame.effs[st]; e != nil {
				after = append(after, q.uses(e)...)
			}
		}
		s.conflicts(q, sp, head, after)
	}
}

func (s *splitter) conflicts(q *query, sp *split, head, after []use) {
	for _, u := range head {
		if u.fatal != "" {
			sp.bad = append(sp.bad, q.fatalReason(u))
			continue
		}
		if u.resource != noResource {
			if r, bad := q.outsideConflict(u, after, sp.exits); bad {
				sp.bad = append(sp.bad, r)
			}
			continue
		}
		for _, n := range q.touched(u) {
			if r, bad := s.headConflict(q, u, n, after); bad {
				sp.bad = append(sp.bad, r)
				break
			}
		}
	}
	for _, u := range after {
		if u.fatal != "" {
			sp.bad = append(sp.bad, q.fatalReason(u))
		}
	}
}

func (s *splitter) headConflict(q *query, u use, n *node, after []use) (reason, bool) {
	if len(q.hot[n]) == 0 {
		return reason{}, false
	}
	header := u.path != nil && u.path.up == nil && u.path.root.obj != nil && u.path.root.frame == q.l.frame && q.ofHeader(u.path.root.obj)
	if u.write && s.exits && !header {
		return q.exitReason(u), true
	}
	for _, t := range after {
		if s.atHead(t) || !slices.Contains(q.touched(t), n) || !u.write && !t.write || s.isPassed(q, t, n) {
			continue
		}
		if q.disjoint(n).ok {
			continue
		}
		return q.aheadReason(u, t), true
	}
	return reason{}, false
}

func (q *query) outsideConflict(u use, after []use, exits bool) (reason, bool) {
	if u.resource == clock {
		return reason{}, false
	}
	ahead := u.resource == output || u.resource == files || u.resource == network || u.resource == process
	if u.write && (exits || ahead) {
		return q.orderReason(u), true // would be seen before an iteration that panics
	}
	for _, t := range after {
		if t.resource == u.resource && (t.write || u.write) {
			return q.outsideReason(t, u), true
		}
	}
	return reason{}, false
}

// walk calls f for b and the blocks of its branches.
func (b *block) walk(f func(*block)) {
	if b == nil {
		return
	}
	for _, it := range b.items {
		for _, a := range it.arms {
			a.block.walk(f)
		}
	}
	f(b)
}

// orderedStmts lists all statements of b and its branches that run in order.
func (b *block) orderedStmts() (out []ast.Stmt) {
	b.walk(func(c *block) { out = append(append(out, c.early...), c.ordered...) })
	return out
}

// allHoists lists the calls taken out of ordered statements.
func (b *block) allHoists() (out []hoist) {
	b.walk(func(c *block) { out = append(out, c.hoists...) })
	return out
}

// returns tells whether a statement returns from the function around the loop.
func returns(st ast.Node) (found bool) {
	ast.Inspect(st, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			found = true
		}
		return !found
	})
	return found
}

// exitsIn tells whether statements of a loop body can leave the loop.
func exitsIn(list []ast.Stmt, label string) bool {
	found := false
	for _, b := range jumps(list, label) {
		found = found || b.Tok == token.BREAK
	}
	return found || slices.ContainsFunc(list, func(s ast.Stmt) bool { return returns(s) })
}

// jumps lists the break and continue statements that concern the loop itself,
// which has that label, or none.
func jumps(list []ast.Stmt, label string) (out []*ast.BranchStmt) {
	var walk func(n ast.Node, inLoop, inSwitch bool)
	walk = func(n ast.Node, inLoop, inSwitch bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			switch x := m.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt:
				if !inLoop {
					walk(x.Body, true, true)
					return false
				}
			case *ast.RangeStmt:
				if !inLoop {
					walk(x.Body, true, true)
					return false
				}
			case *ast.SwitchStmt:
				if !inSwitch {
					walk(x.Body, inLoop, true)
					return false
				}
			case *ast.TypeSwitchStmt:
				if !inSwitch {
					walk(x.Body, inLoop, true)
					return false
				}
			case *ast.SelectStmt:
				if !inSwitch {
					walk(x.Body, inLoop, true)
					return false
				}
			case *ast.BranchStmt:
				own := x.Tok == token.BREAK && !inSwitch || x.Tok == token.CONTINUE && !inLoop
				if x.Label == nil && own || x.Label != nil && x.Label.Name == label {
					out = append(out, x)
				}
			}
			return true
		})
	}
	for _, s := range list {
		walk(s, false, false)
	}
	return out
}

// hoistsOf takes calls out of an ordered statement that may run in the task
// before it: all calls that are evaluated first, in order, up to one that may not.
func (s *splitter) hoistsOf(st ast.Stmt, early []ast.Stmt, sp *split) []hoist {
	h := &hoister{s: s, sp: sp, early: early}
	h.stmt(st)
	return h.out
}

// move finds statements that may run in the task although ordered statements
// stand before them: they neither use what those change nor change what those
// use. It returns the ordered statements before them, and them.
func (s *splitter) move(list []ast.Stmt, sp *split) (early, moved []ast.Stmt) {
	i := 0
	for i < len(list) && (len(s.forbids(list[i])) > 0 && !s.leavesEarly(list[i])) {
		i++
	}
	early = list[:i]
	for _, st := range list[i:] {
		if len(s.forbids(st)) > 0 || s.leavesEarly(st) || s.tangled(early, st) {
			break
		}
		moved = append(moved, st)
	}
	weight := 0.0
	for _, st := range moved {
		weight += s.weight(st)
	}
	next := list[i+len(moved):]
	if i > 0 && len(moved) == 0 {
		for k := 1; k < i; k++ { // a call of a later ordered statement
			if hoists := s.hoistsOf(list[k], list[:k], &split{}); slices.ContainsFunc(hoists, s.isWork) && !s.synchronizes(list[:k]) {
				return list[:k], nil
			}
		}
	}
	if i == 0 || weight < minWeight && (len(next) == 0 || len(s.hoistsOf(next[0], early, &split{})) == 0) {
		return nil, nil
	}
	sp.weight += weight
	return early, moved
}

// isWork tells whether a hoisted call is worth a task: it runs code of the
// session that does something, or waits.
func (s *splitter) isWork(h hoist) (found bool) {
	if s.weight(h.call) < minWeight {
		return false
	}
	q := s.qs[0]
	for _, u := range q.uses(q.l.frame.effs[h.call]) {
		found = found || u.resource == network || u.resource == files || u.resource == clock
	}
	ast.Inspect(h.call, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok && !s.unit.Info.Types[c.Fun].IsType() && !q.foreignCall(q.l.frame, c) {
			found = true
		}
		return !found
	})
	return found
}

// synchronizes tells whether statements lock, wait or signal: what stands behind
// them stays there.
func (s *splitter) synchronizes(list []ast.Stmt) bool {
	q := s.qs[0]
	return slices.ContainsFunc(list, func(st ast.Stmt) bool {
		return slices.ContainsFunc(q.uses(q.l.frame.effs[st]), func(u use) bool { return u.resource == syncing })
	})
}

// leavesEarly tells whether a statement can leave the iteration.
func (s *splitter) leavesEarly(st ast.Stmt) bool {
	return len(jumps([]ast.Stmt{st}, s.label())) > 0 || returns(st)
}

// tangled tells whether node n uses what the early statements change or the
// other way round, memory of the iteration included.
func (s *splitter) tangled(early []ast.Stmt, n ast.Node) bool {
	for _, q := range s.qs {
		reads, writes := map[*node]bool{}, map[*node]bool{}
		for _, st := range early {
			q.touches(q.l.frame.effs[st], reads, writes)
		}
		r, w := map[*node]bool{}, map[*node]bool{}
		q.touches(q.l.frame.effs[n], r, w)
		for m := range w {
			if reads[m] || writes[m] {
				return true
			}
		}
		for m := range r {
			if writes[m] {
				return true
			}
		}
	}
	return false
}
