// Package loop finds out whether the iterations of a loop are independent, and
// writes the loop again so that they can run as tasks.
//
// A body is taken apart into a header, which runs in order before the task and
// ahead of it; the task; and an ordered part, which runs after the task in the
// order of the iterations, as the statements stood. Appends, sums, maxima, maps,
// prints, errors and early exits keep their meaning because they are done in
// order and unchanged; sums of floats are the same to the last bit.
//
// A task may touch memory of its own iteration, memory that no iteration writes,
// and elements that the number of the iteration chooses. Which memory may be
// the same is found by unification over the whole session (memory.go, walk.go),
// by which way it is reached within the loop (tile.go), and from a table of what
// the standard library does (rules.go). What is not provably independent is
// refused.
//
// The proof assumes that requests and file reads do not influence each other
// (Plan.Notes says where), that nobody uses unsafe or reflect, and that no
// goroutine left over from earlier cells touches the same variables.
package loop

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
)

// A Plan is a loop of a cell whose iterations can run as tasks.
type Plan struct {
	Split    measure.LoopSplit
	TaskKind string    // "loop"
	Notes    []string  // what the proof takes for granted, a sentence each
	Written  []Written // what the iterations change, in order of first change
	Weight   float64   // estimated work of a task, in tenths of a microsecond

	unit    *unit
	loop    ast.Stmt
	label   *ast.LabeledStmt
	split   *split
	query   *query
	queries []*query // of all activations of the loop
}

// Written is a variable that outlives the iterations, and how its value stays right.
type Written struct {
	Name string
	How  string // disjoint, append, map, reduce+, …, ordered
}

// Analyze finds the heaviest loop of c whose iterations can run as tasks, or
// says why there is none. Earlier cells are those that c depends on, in run
// order: their functions are followed.
func Analyze(c *source.Cell, earlier []*source.Cell) (p *Plan, r *measure.Refusal) {
	defer func() {
		// What nobody foresaw is refused: a cell must not end the session.
		if e := recover(); e != nil {
			p, r = nil, &measure.Refusal{
				Cell: c.ID, Line: 1, Kind: "unknown", Reason: fmt.Sprintf("The analysis of this cell failed (%v); this is a bug of lapbook.", e),
				Advice: "Run the cell as it is.",
			}
		}
	}()
	return analyze(c, earlier, func(int) bool { return true })
}

// analyze considers the loops whose line is wanted.
func analyze(c *source.Cell, earlier []*source.Cell, wanted func(line int) bool) (*Plan, *measure.Refusal) {
	w := newWalker(newProgram(c, earlier))
	if u := w.unsafe(); u != nil {
		return nil, u
	}
	w.run()
	var plan *Plan
	var refused *refused
	for _, group := range w.candidates(wanted) {
		p, r := w.consider(group)
		switch {
		case p != nil && (plan == nil || p.score() > plan.score()*1.01):
			plan = p
		case r != nil && (refused == nil || r.weight > refused.weight*1.01):
			refused = r
		}
	}
	if plan != nil {
		return plan, nil
	}
	if refused == nil {
		return nil, &measure.Refusal{
			Cell: c.ID, Line: 1, Kind: "trivial", Reason: w.noLoop(),
			Advice: "A model needs tasks: write the repeated work as a loop.",
		}
	}
	return nil, refused.refusal
}

// unsafe refuses programs that can make any memory the same.
func (w *walker) unsafe() *measure.Refusal {
	for _, u := range w.units {
		for id, o := range u.Info.Uses {
			// The front end has names of its own, which are not identifiers.
			if p, ok := o.(*types.PkgName); ok && p.Imported() == types.Unsafe && token.IsIdentifier(id.Name) {
				return &measure.Refusal{
					Cell: w.target().ID, Line: 1, Variable: "unsafe", Kind: "unknown",
					Reason: "Package unsafe can make any two variables the same memory.", Advice: "Write the loop without unsafe.",
				}
			}
		}
	}
	return nil
}

// A refused loop, with the work that it does.
type refused struct {
	refusal *measure.Refusal
	weight  float64
}

// candidates groups the walks of the loops of the cell by loop, in text order.
func (w *walker) candidates(wanted func(int) bool) [][]*loop {
	u := w.target()
	var order []ast.Stmt
	groups := map[ast.Stmt][]*loop{}
	live := w.live()
	for _, l := range w.loops {
		if l.frame.sess != u || !wanted(u.line(l.stmt.Pos())) || !w.runs(l, live) {
			continue
		}
		if groups[l.stmt] == nil {
			order = append(order, l.stmt)
		}
		groups[l.stmt] = append(groups[l.stmt], l)
	}
	slices.SortStableFunc(order, func(a, b ast.Stmt) int { return int(a.Pos() - b.Pos()) })
	var out [][]*loop
	for _, s := range order {
		out = append(out, groups[s])
	}
	return out
}

// live lists the activations, shared by several calls, that are really called.
func (w *walker) live() map[*frame]bool {
	out := map[*frame]bool{}
	var visit func(e *effects)
	call := func(in *instance) {
		if !out[in.frame] {
			out[in.frame] = true
			visit(in.effects)
		}
	}
	visit = func(e *effects) {
		for _, k := range e.kids {
			visit(k)
		}
		for _, c := range e.calls {
			call(c)
		}
		for _, n := range e.via {
			for _, c := range find(n).fns {
				call(c)
			}
		}
	}
	for _, e := range w.roots {
		visit(e)
	}
	return out
}

// runs tells whether a walk of a loop belongs to a function that is called.
func (w *walker) runs(l *loop, live map[*frame]bool) bool {
	for f := l.frame; f != nil; f = f.caller {
		if f.shared && !live[f] {
			return false
		}
	}
	return true
}

// depth is the number of loops around l.
func (l *loop) depth() (n int) {
	for o := l.outer; o != nil; o = o.up {
		n++
	}
	return n
}

// score weighs the work of all tasks of a plan.
func (p *Plan) score() float64 {
	score := p.Weight
	for range p.query.l.depth() {
		score *= loopWeight
	}
	return score
}

func (w *walker) consider(group []*loop) (*Plan, *refused) {
	s := w.splitter(group, nil)
	q := s.qs[0]
	weight := s.weight(s.body)
	for range q.l.depth() {
		weight *= loopWeight
	}
	if r := s.forbiddenShape(); r != nil {
		return nil, &refused{q.refuse(*r), weight}
	}
	sp := s.search()
	if own := s.privates(); len(own) > 0 {
		t := w.splitter(group, own)
		if better := t.search(); t.worthwhile(better) && (!s.worthwhile(sp) || better.weight > sp.weight*1.01) {
			s, sp = t, better
		}
	}
	if s.worthwhile(sp) {
		if r := s.wasted(sp); r != nil {
			return nil, &refused{q.refuse(*r), weight}
		}
		if r := s.paces(); r != nil {
			return nil, &refused{q.refuse(*r), weight}
		}
		return w.plan(s, sp), nil
	}
	heavy := s.weight(s.body) >= minWeight*loopWeight
	if r, hidden, ok := s.worst(heavy); ok && (heavy || hidden || !s.reduces()) {
		return nil, &refused{q.refuse(r), weight}
	}
	return nil, &refused{s.trivial(), weight}
}

func (w *walker) splitter(group []*loop, own []private) *splitter {
	l := group[0]
	s := &splitter{unit: l.frame.sess, body: loopBody(l.stmt), own: own}
	s.list = s.body.List[:len(s.body.List)-len(l.steps)]
	for _, g := range group {
		s.qs = append(s.qs, newQuery(w, g, g.frame.effs[s.body], own))
	}
	s.early = s.headCalls()
	return s
}

func (s *splitter) worthwhile(sp *split) bool {
	return sp != nil && sp.weight >= minWeight && !s.mostlyOrdered(sp) && s.inOrderWeight(sp) < mostInOrder*sp.weight
}

// mostInOrder is how many times the work of the task the rest may be at most.
const mostInOrder = 2.5

// wasted refuses a loop that an inner loop ends and whose iterations do little:
// those that have been started by then are thrown away.
func (s *splitter) wasted(sp *split) *reason {
	if sp.weight >= minSpeculative {
		return nil
	}
	for _, b := range jumps(s.list, s.label()) {
		if b.Tok == token.BREAK && b.Label != nil && s.inInnerLoop(b) {
			return &reason{
				at: s.qs[0].l.stmt.Pos(), name: b.Label.Name, kind: "exit",
				text:   "an inner loop ends this one by a jump to " + b.Label.Name + ", and an iteration does too little to begin it before that is known",
				advice: "Leave the loop as it is.",
			}
		}
	}
	return nil
}

// inInnerLoop tells whether n stands in a loop inside of the body.
func (s *splitter) inInnerLoop(n ast.Node) (found bool) {
	ast.Inspect(s.body, func(m ast.Node) bool {
		switch m.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			found = found || m.Pos() <= n.Pos() && n.End() <= m.End()
		}
		return !found
	})
	return found
}

// minSpeculative is the least weight of a task that may be thrown away.
const minSpeculative = 2

// paces recognises a loop that waits on purpose between attempts: it can end at
// any round, and how long it sleeps does not depend on what it works on.
func (s *splitter) paces() *reason {
	q := s.qs[0]
	if f, ok := q.l.stmt.(*ast.ForStmt); !exitsIn(s.list, s.label()) && !(ok && q.l.index == nil && f.Cond != nil) {
		return nil
	}
	for _, st := range s.list {
		e, ok := st.(*ast.ExprStmt)
		if !ok {
			continue
		}
		for _, u := range q.uses(q.l.frame.effs[e]) {
			if u.resource == clock && u.what == "time.Sleep" && s.body.Pos() <= u.pos && u.pos < s.body.End() {
				return &reason{
					at: e.Pos(), name: "time.Sleep", kind: "order", text: "the loop waits between its rounds, and each round decides whether there is another",
					advice: "Attempts at one thing stay in order: leave the loop as it is. If each round is another thing, make one loop of the work, and pick from its results after it.",
				}
			}
		}
	}
	return nil
}

// mostlyOrdered: all that could run in a task are arguments of the first step,
// which needs the iteration before, and the rest is more work than they are.
func (s *splitter) mostlyOrdered(sp *split) bool {
	if len(sp.task.items) > 0 || len(sp.why) == 0 || sp.why[0].kind == "order" {
		return false
	}
	if len(sp.task.ordered) == 0 {
		return false
	}
	if a, ok := sp.task.ordered[0].(*ast.AssignStmt); !ok || a.Tok != token.DEFINE {
		return false
	}
	return s.inOrderWeight(sp) >= sp.weight
}

// inOrderWeight is the work that stays in order.
func (s *splitter) inOrderWeight(sp *split) (sum float64) {
	for _, st := range sp.head {
		sum += s.weight(st)
	}
	for _, st := range sp.task.orderedStmts() {
		sum += s.weight(st)
	}
	for _, h := range sp.task.allHoists() {
		sum -= s.weight(h.call)
	}
	return sum
}

// plan describes an accepted split.
func (w *walker) plan(s *splitter, sp *split) *Plan {
	q := s.qs[0]
	p := &Plan{TaskKind: "loop", Weight: sp.weight, unit: s.unit, loop: q.l.stmt, label: q.l.label, split: sp, query: q, queries: s.qs}
	p.Split.Line = s.unit.line(q.l.stmt.Pos())
	p.Split.Header = s.lines(sp.head)
	p.Split.Header = union([]int{p.Split.Line}, p.Split.Header)
	p.Split.Ordered = s.lines(sp.task.orderedStmts())
	p.Split.Task = s.taskLines(sp.task)
	p.Notes = q.notes()
	if g := p.guardText(); g != "" {
		p.Notes = append(p.Notes, fmt.Sprintf("Line %d: the iterations are apart if %s; that is tested before the loop, and if not they run in order.", p.Split.Line, g))
	}
	p.Written = s.written(sp)
	return p
}

func union(a, b []int) []int {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *splitter) lines(list []ast.Stmt) []int {
	out := []int{}
	for _, st := range list {
		for l := s.unit.line(st.Pos()); l <= s.unit.line(st.End()); l++ {
			out = append(out, l)
		}
	}
	return union(nil, out)
}

func (s *splitter) taskLines(b *block) []int {
	out := []int{}
	b.walk(func(c *block) {
		for _, it := range c.items {
			if it.arms == nil {
				out = union(out, s.lines([]ast.Stmt{it.stmt}))
				continue
			}
			if it.deep {
				out = union(out, s.deepLines(it))
				continue
			}
			out = union(out, []int{s.unit.line(it.stmt.Pos())})
			for _, a := range it.arms {
				if a.block == nil {
					out = union(out, s.lines(a.list))
				}
			}
		}
		out = union(out, s.lines(c.moved))
		for _, h := range c.hoists {
			out = union(out, []int{s.unit.line(h.call.Pos())})
		}
	})
	return out
}

// notes say what is taken for granted.
func (q *query) notes() (out []string) {
	for _, u := range q.all {
		what := map[resource]string{network: "requests", files: "file reads"}[u.resource]
		if what == "" || u.write {
			continue
		}
		n := fmt.Sprintf("Line %d: the %s of %s are taken to be independent of each other.", q.line(u), what, u.what)
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// forbiddenShape finds what no split can deal with.
func (s *splitter) forbiddenShape() *reason {
	if b := s.strayJump(); b != nil {
		return &reason{
			at: b.Pos(), name: b.Tok.String(), kind: "exit",
			text: "the body jumps out of itself", advice: "Replace the jump by an if or by a function that returns.",
		}
	}
	for _, q := range s.qs {
		if q.l.beside {
			return &reason{
				at: q.l.stmt.Pos(), name: "go", kind: "goroutine", text: "the loop runs in a goroutine beside others",
				advice: "It is concurrent already: run it as it is.",
			}
		}
		for _, u := range q.all {
			if o := q.foreign(u); o != nil {
				return &reason{
					at: u.at, name: o.Name(), kind: "order", text: "the loop changes " + o.Pkg().Name() + "." + o.Name() + ", which other packages use",
					advice: "Set it before the loop.",
				}
			}
			if u.fatal != "" {
				r := q.fatalReason(u)
				return &r
			}
		}
	}
	return nil
}

// foreign is the variable of a compiled package that u writes.
func (q *query) foreign(u use) *types.Var {
	if !u.write || u.loc == nil || u.orig == nil {
		return nil
	}
	o := u.orig.root.obj
	if o == nil || q.w.externs[o] == nil || find(u.loc) == find(q.w.terminal) {
		return nil
	}
	return o
}

// strayJump is a goto, or a jump to a label outside the body.
func (s *splitter) strayJump() (out *ast.BranchStmt) {
	labels := map[string]bool{s.label(): true}
	ast.Inspect(s.body, func(n ast.Node) bool {
		if l, ok := n.(*ast.LabeledStmt); ok {
			labels[l.Label.Name] = true
		}
		return true
	})
	ast.Inspect(s.body, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}
		if b, ok := n.(*ast.BranchStmt); ok && (b.Tok == token.GOTO || b.Label != nil && !labels[b.Label.Name]) {
			out = b
		}
		return out == nil
	})
	return out
}

func (q *query) refuse(r reason) *measure.Refusal {
	return &measure.Refusal{
		Cell: q.l.frame.sess.ID, Line: q.l.frame.sess.line(r.at), Variable: r.name, Kind: r.kind,
		Reason: sentence(r.text), Advice: r.advice,
	}
}

func (s *splitter) trivial() *measure.Refusal {
	return &measure.Refusal{
		Cell: s.unit.ID, Line: s.unit.line(s.qs[0].l.stmt.Pos()), Kind: "trivial",
		Reason: "The iterations are independent, but each does too little: handing it over costs more than it saves.",
		Advice: "Give a task more to do, for example a block of elements, or leave the loop as it is.",
	}
}
