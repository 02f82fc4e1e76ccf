package loop

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A query asks about one walk of one loop: what do its iterations share?
type query struct {
	w         *walker
	l         *loop
	private   map[*variable]bool // private variables
	shared    map[*node]bool     // reachable from outside the iteration
	hot       map[*node][]use
	touch     map[*node][]use
	tiles     map[*node]verdict
	lens      map[string]*atom
	apartRefs map[*node]bool     // what distinct found
	outside   map[resource][]use // changes of what lies outside memory
	all       []use
	assumed   []*poly // not negative, on which the class being judged rests
}

// A use is an access seen from the body of the loop.
type use struct {
	access
	at   token.Pos // in the text of the loop
	orig *path     // for naming, when path had to be dropped
}

type verdict struct {
	key     string
	reason  string
	ok      bool
	assumed []*poly // must not be negative; see guard
}

func newQuery(w *walker, l *loop, body *effects, own []private) *query {
	q := &query{
		w: w, l: l, hot: map[*node][]use{}, touch: map[*node][]use{}, tiles: map[*node]verdict{},
		lens: map[string]*atom{}, apartRefs: map[*node]bool{}, outside: map[resource][]use{},
	}
	q.private = map[*variable]bool{}
	for _, p := range own {
		if v := l.frame.find(p.obj); v != nil {
			q.private[v] = true
		}
	}
	q.markShared()
	q.all = append(q.uses(l.head), q.uses(body)...)
	for _, u := range q.all {
		if u.resource != noResource && u.write {
			q.outside[u.resource] = append(q.outside[u.resource], u)
		}
		for _, n := range q.touched(u) {
			q.touch[n] = append(q.touch[n], u)
			if u.write {
				q.hot[n] = append(q.hot[n], u)
			}
		}
	}
	return q
}

// markShared finds what is reachable from variables that outlive an iteration.
func (q *query) markShared() {
	q.shared = map[*node]bool{}
	for _, n := range reachable(q.lastingRoots(nil), lasting) {
		q.shared[n] = true
	}
}

// lastingRoots are the variables that outlive an iteration, but for one.
func (q *query) lastingRoots(but *variable) (roots []*node) {
	for f := q.l.frame; f != nil; f = f.up {
		roots = append(roots, q.outerVariables(f, but)...)
	}
	roots = append(roots, q.outerVariables(q.w.top, but)...)
	for _, v := range q.w.externs {
		roots = append(roots, v.loc)
	}
	if q.l.temp != nil {
		roots = append(roots, q.l.temp.loc)
	}
	return append(roots, q.w.terminal)
}

// lasting: what a function object gets as arguments lives only during the call.
func lasting(key string) bool {
	return !(len(key) > 1 && (key[0] == 'p' || key[0] == 'r') && key[1] >= '0' && key[1] <= '9')
}

func (q *query) outerVariables(f *frame, but *variable) (out []*node) {
	for _, v := range f.vars {
		if v != but && !q.inner(v) {
			out = append(out, v.loc)
		}
	}
	for _, v := range f.results {
		out = append(out, v.loc)
	}
	return out
}

// inner tells whether every iteration has a variable of its own.
func (q *query) inner(v *variable) bool {
	return v.nest.contains(q.l) || q.private[v] || v.of != nil && q.private[v.of]
}

func (q *query) within(v *variable, scope *nest) bool {
	return v.nest.within(scope) || scope == q.l.nest && q.private[v]
}

// uses flattens a tree of effects. Accesses of memory that this iteration made
// itself are left out: nobody else can reach it except through a location that
// the iteration writes, and that write is seen.
func (q *query) uses(e *effects) []use {
	f := &flattener{q: q, seen: map[callSite]bool{}}
	f.visit(e, e.pos, nil)
	return f.out
}

// touches collects all classes that effects concern, those of the iteration
// itself included.
func (q *query) touches(e *effects, reads, writes map[*node]bool) {
	if e == nil {
		return
	}
	f := &flattener{q: q, seen: map[callSite]bool{}, all: true}
	f.visit(e, e.pos, nil)
	for _, u := range f.out {
		if u.loc == nil {
			continue
		}
		list := inline(u.loc)
		if u.deep {
			list = reachable([]*node{u.loc}, lasting)
		}
		for _, n := range list {
			if u.write {
				writes[n] = true
			} else {
				reads[n] = true
			}
		}
	}
}

type flattener struct {
	q    *query
	all  bool // also what is the iteration's own
	seen map[callSite]bool
	out  []use
}

// A callSite is a call of a function at a place of the loop: what it does happens
// at each of these places.
type callSite struct {
	in *instance
	at token.Pos
}

func (f *flattener) visit(e *effects, at token.Pos, in *instance) {
	here := at
	if e.frame == f.q.l.frame && in == nil {
		here = e.pos
	}
	for _, a := range e.list {
		pos := here
		if e.frame == f.q.l.frame && in == nil {
			pos = a.pos
		}
		f.access(a, pos, in, e.frame == f.q.l.frame)
	}
	for _, k := range e.kids {
		f.visit(k, here, in)
	}
	for _, c := range e.calls {
		f.call(c, here)
	}
	for _, n := range e.via {
		for _, c := range find(n).fns {
			f.call(c, here)
		}
	}
	for _, n := range reachable(e.inside, lasting) {
		for _, c := range n.fns {
			f.call(c, here)
		}
	}
}

func (f *flattener) call(c *instance, at token.Pos) {
	if f.seen[callSite{c, at}] {
		return
	}
	f.seen[callSite{c, at}] = true
	f.visit(c.effects, at, c)
}

func (f *flattener) access(a access, at token.Pos, in *instance, local bool) {
	u := use{access: a, at: at, orig: a.path}
	if a.fatal == "via" {
		f.via(u)
		return
	}
	if a.fatal == "defer" && (in != nil || !local) {
		return
	}
	if a.loc != nil && !f.all {
		if f.q.own(a.path, f.q.l.nest) && (!a.deep || f.q.deepOwn(a.path.root)) {
			return
		}
		if in != nil {
			if f.q.own(a.path, in.frame.nest) && (!a.deep || f.q.deepOwn(a.path.root)) {
				return
			}
			u.path = nil
		}
	}
	f.out = append(f.out, u)
}

// via is a call of a function object: some of those that may be there are known.
func (f *flattener) via(u use) {
	n := find(u.loc)
	unknown := n.opaque || n.blob && !n.quiet || len(n.fns) == 0 && len(n.native) == 0 && !n.quiet
	for _, fn := range n.native {
		r, known := ruleOf(fn)
		unknown = unknown || !known || r.fatal != "" || r.writes != "" || r.mix || refersTuple(fn.Signature().Results())
		if r.resource != noResource {
			f.out = append(f.out, use{access: access{resource: r.resource, write: r.outWrite, what: u.what, pos: u.pos}, at: u.at})
		}
	}
	if len(n.native) > 0 {
		for k, s := range n.sub {
			if k[0] == 'p' {
				f.out = append(f.out, use{access: access{loc: s, deep: true, what: u.what, pos: u.pos}, at: u.at})
			}
		}
	}
	if n.cancels && f.q.shared[n] {
		f.out = append(f.out, use{access: access{fatal: "cancel", what: u.what, pos: u.pos}, at: u.at})
	}
	if unknown {
		f.out = append(f.out, use{access: access{fatal: "call", what: u.what, pos: u.pos}, at: u.at})
	}
}

func refersTuple(t *types.Tuple) bool {
	for i := range t.Len() {
		if refers(t.At(i).Type()) && !types.IsInterface(t.At(i).Type()) {
			return true
		}
	}
	return false
}

// touched lists the shared classes that a use concerns.
func (q *query) touched(u use) (out []*node) {
	if u.loc == nil {
		return nil
	}
	list := inline(u.loc)
	if u.deep {
		list = reachable([]*node{u.loc}, lasting)
	}
	for _, n := range list {
		if q.shared[n] {
			out = append(out, n)
		}
	}
	return out
}

// own tells whether p leads to a variable or object made inside scope, and by
// no reference that could have come from elsewhere.
func (q *query) own(p *path, scope *nest) bool {
	if p == nil {
		return false
	}
	steps := p.steps()
	r := p.root
	if scope == nil || !q.within(r, scope) {
		return false
	}
	derefs := 0
	for i, s := range steps {
		if s.field == "*" {
			derefs++
			if i > 0 && !q.distinct(steps[i-1].loc) { // else made for this object alone
				return false
			}
		}
	}
	return derefs == 0 || q.ownVariable(r, scope, map[*variable]bool{})
}

// deepOwn tells whether nothing was ever stored in an own variable but new
// memory without references of its own.
func (q *query) deepOwn(v *variable) bool {
	if v.open || v.heap || len(v.parts) > 0 || q.w.leaked(v) {
		return false
	}
	for _, x := range v.from {
		parts := slices.ContainsFunc(x.from, func(y value) bool { return y.loc != nil })
		if x.loc != nil && (x.addr != nil || x.path != nil || parts) {
			return false
		}
	}
	return true
}

func (q *query) ownVariable(v *variable, scope *nest, seen map[*variable]bool) bool {
	if seen[v] {
		return true
	}
	seen[v] = true
	if v.open || !q.within(v, scope) || q.w.leaked(v) {
		return false
	}
	for _, x := range v.from {
		if !q.ownValue(x, scope, seen) {
			return false
		}
	}
	return true
}

func (q *query) ownValue(v value, scope *nest, seen map[*variable]bool) bool {
	switch {
	case v.loc == nil:
		return true
	case v.addr != nil:
		for _, s := range v.addr.steps() {
			if s.field == "*" {
				return false
			}
		}
		return q.within(v.addr.root, scope)
	case v.path != nil:
		return v.path.up == nil && q.ownVariable(v.path.root, scope, seen)
	case len(v.from) > 0:
		for _, x := range v.from {
			if !q.ownValue(x, scope, seen) {
				return false
			}
		}
		return true
	}
	return false
}

// steps lists the steps of p from the root outwards.
func (p *path) steps() []*path {
	var out []*path
	for ; p != nil && p.up != nil; p = p.up {
		out = append([]*path{p}, out...)
	}
	return out
}

// name is the variable of the loop's surroundings through which u goes.
func (q *query) name(u use) string {
	p := u.path
	if p == nil {
		p = u.orig
	}
	if p == nil {
		return q.classNames(u)
	}
	name, visible := q.rootName(p.root, map[*variable]bool{})
	if !visible {
		return orElse(q.classNames(u), name)
	}
	return name
}

// rootName follows a variable back to one that is declared around the loop.
func (q *query) rootName(r *variable, seen map[*variable]bool) (name string, visible bool) {
	if r.obj != nil && r.obj.Name() != "_" {
		name = r.obj.Name()
	}
	if seen[r] || name != "" && q.visible(r) {
		return name, name != "" && q.visible(r)
	}
	seen[r] = true
	for _, next := range sources(r.from) {
		if n, ok := q.rootName(next, seen); ok {
			return n, true
		}
	}
	return name, false
}

// sources lists the variables that values come from.
func sources(list []value) (out []*variable) {
	for _, v := range list {
		switch {
		case v.addr != nil:
			out = append(out, v.addr.root)
		case v.path != nil:
			out = append(out, v.path.root)
		}
		out = append(out, sources(v.from)...)
	}
	return out
}

// visible tells whether a variable is declared around the loop.
func (q *query) visible(v *variable) bool {
	if q.inner(v) {
		return false
	}
	for f := q.l.frame; f != nil; f = f.up {
		if v.frame == f {
			return true
		}
	}
	return v.frame.node == nil
}

// classNames finds a variable around the loop from which the place of u can be reached.
func (q *query) classNames(u use) string {
	if u.loc == nil {
		return ""
	}
	want := find(u.loc)
	best, at := "", token.Pos(0)
	for f := q.l.frame; f != nil; f = f.up {
		for o, v := range f.vars {
			if q.inner(v) || best != "" && o.Pos() >= at {
				continue
			}
			for _, n := range reachable([]*node{v.loc}, lasting) {
				if n == want {
					best, at = o.Name(), o.Pos()
					break
				}
			}
		}
	}
	return strings.TrimSpace(best)
}
