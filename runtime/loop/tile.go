package loop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// disjoint tells whether every iteration of the loop touches its own part of
// class n: all accesses go by one way, up to an element that the number of the
// iteration chooses.
func (q *query) disjoint(n *node) verdict {
	if v, ok := q.tiles[n]; ok {
		return v
	}
	q.tiles[n] = verdict{reason: "it is reached through itself"}
	outer := q.assumed
	q.assumed = nil
	v := q.judge(n)
	v.assumed, q.assumed = q.assumed, outer
	q.tiles[n] = v
	return v
}

func (q *query) judge(n *node) verdict {
	groups, v := q.byRoot(n)
	if groups == nil {
		return v
	}
	for i, g := range groups {
		if !g.writes {
			continue
		}
		for j, h := range groups {
			if i != j && !q.apart(g, h) {
				return verdict{reason: fmt.Sprintf("it may be the same memory as that of %s", orElse(q.name(h.uses[0]), "another variable"))}
			}
		}
		if v := q.oneTile(g, n); !v.ok {
			return v
		}
	}
	return verdict{ok: true}
}

// A group is the uses of a class whose ways begin at the same variable.
type group struct {
	root   *variable
	slot   *node // the last location on the way that holds a reference
	uses   []use
	paths  []*path
	writes bool
}

// byRoot groups the uses of class n; nil when one cannot be followed.
func (q *query) byRoot(n *node) ([]*group, verdict) {
	lost := verdict{reason: "the same memory is reached in a way that cannot be followed"}
	var out []*group
	for _, u := range q.touch[n] {
		if u.path == nil {
			return nil, lost
		}
		p, ok := q.normal(u.path)
		if !ok {
			return nil, lost
		}
		slot := lastSlot(p)
		i := slices.IndexFunc(out, func(g *group) bool { return g.root == p.root && g.slot == slot })
		if i < 0 {
			i = len(out)
			out = append(out, &group{root: p.root, slot: slot})
		}
		g := out[i]
		g.uses, g.paths = append(g.uses, u), append(g.paths, p)
		g.writes = g.writes || u.write
	}
	return out, verdict{}
}

// lastSlot is the last location on the way p, but for its variable, that holds
// the reference it follows; nil when there is none.
func lastSlot(p *path) (slot *node) {
	loc := p.root.loc
	for k, s := range p.steps() {
		if s.field == "*" && k > 0 {
			slot = find(loc)
		}
		loc = s.loc
	}
	return slot
}

// oneTile tells whether all uses of a group stay in one tile.
func (q *query) oneTile(g *group, n *node) (out verdict) {
	for i, u := range g.uses {
		v := q.tileOf(u, g.paths[i], n)
		if !v.ok {
			return v
		}
		if out.ok && out.key != v.key {
			return verdict{reason: fmt.Sprintf("line %d and line %d may touch the same element in different iterations", q.line(g.uses[0]), q.line(u))}
		}
		out = v
	}
	return out
}

// apart tells whether two groups never concern the same memory. Either they go
// from different objects by the same kind of references, each to an object of
// which there is one reference; or the objects that they can come to differ.
func (q *query) apart(g, h *group) bool {
	lg, ok1 := q.levels(g)
	lh, ok2 := q.levels(h)
	if !ok1 || !ok2 {
		return false
	}
	if g.slot != nil && h.slot != nil && g.slot != h.slot && q.distinct(g.slot, h.slot) {
		return true
	}
	if g.root != h.root && slices.Equal(lg, lh) && q.apartRoots(g.root, h.root) {
		return !slices.ContainsFunc(lg, func(n *node) bool { return !q.distinct(n) })
	}
	og, ok1 := q.objects(g, lg)
	oh, ok2 := q.objects(h, lh)
	return ok1 && ok2 && !slices.ContainsFunc(og, func(v *variable) bool { return slices.Contains(oh, v) })
}

// levels lists where the references lie that the ways of a group follow, but for
// the one in the variable where they begin. All its ways must be alike.
func (q *query) levels(g *group) (out []*node, ok bool) {
	for i, u := range g.uses {
		if u.deep && len(reachable([]*node{u.loc}, lasting)) > len(inline(u.loc)) {
			return nil, false
		}
		var list []*node
		loc := g.root.loc
		for k, s := range g.paths[i].steps() {
			if s.field == "*" {
				if k > 0 || g.root.heap {
					list = append(list, find(loc))
				}
				if k > 0 && !g.root.heap && g.paths[i].steps()[0].field != "*" {
					return nil, false
				}
			}
			loc = s.loc
		}
		if i > 0 && !slices.Equal(list, out) {
			return nil, false
		}
		out = list
	}
	return out, true
}

// objects lists the objects that a group can come to; ok is false when there may
// be others.
func (q *query) objects(g *group, levels []*node) (out []*variable, ok bool) {
	if len(levels) == 0 {
		if g.root.heap {
			return []*variable{g.root}, true
		}
		if steps := g.paths[0].steps(); len(steps) == 0 || steps[0].field != "*" {
			return []*variable{g.root}, true
		}
		return q.allObjects([]value{{loc: g.root.loc, path: &path{root: g.root, loc: g.root.loc}}}, map[*variable]bool{})
	}
	h := find(levels[len(levels)-1])
	if h.blob {
		return nil, false
	}
	for _, s := range q.w.stores {
		if find(s.holder) != h {
			continue
		}
		more, ok := q.allObjects([]value{s.val}, map[*variable]bool{})
		if !ok || s.bulk {
			return nil, false
		}
		out = append(out, more...)
	}
	return out, true
}

func (q *query) allObjects(list []value, seen map[*variable]bool) (out []*variable, ok bool) {
	for _, v := range list {
		switch {
		case v.loc == nil:
		case v.addr != nil:
			if v.addr.up != nil {
				return nil, false
			}
			out = append(out, v.addr.root)
		case v.path != nil:
			r := v.path.root
			if v.path.up != nil || r.open || q.w.leaked(r) || len(r.parts) > 0 {
				return nil, false
			}
			if !seen[r] {
				seen[r] = true
				more, ok := q.allObjects(r.from, seen)
				if !ok {
					return nil, false
				}
				out = append(out, more...)
			}
		case len(v.from) > 0:
			more, ok := q.allObjects(v.from, seen)
			if !ok {
				return nil, false
			}
			out = append(out, more...)
		default:
			return nil, false
		}
	}
	return out, true
}

func (q *query) apartRoots(a, b *variable) bool {
	if a.heap && b.heap {
		return true
	}
	if q.inner(a) || q.inner(b) || len(a.parts)+len(b.parts) > 0 || !q.settled(a) || !q.settled(b) {
		return false
	}
	seen := map[*variable]bool{}
	return q.madeFor(a, b, seen) && q.madeFor(b, a, seen)
}

// settled: the loop does not change which object v refers to.
func (q *query) settled(v *variable) bool {
	return v.heap || !v.open && !q.w.leaked(v) && len(q.hot[find(v.loc)]) == 0
}

// madeFor tells whether v only ever holds new objects, or what it exchanged for
// them with other.
func (q *query) madeFor(v, other *variable, seen map[*variable]bool) bool {
	if v.heap {
		ok := !seen[v]
		seen[v] = true
		return ok
	}
	for _, x := range v.from {
		switch {
		case x.loc == nil:
		case x.swapped != nil && x.swapped == other:
		case x.addr != nil && x.addr.up == nil && x.addr.root.heap && !x.cut && zero(x.off) && !seen[x.addr.root]:
			seen[x.addr.root] = true
		default:
			return false
		}
	}
	return true
}

func (q *query) line(u use) int { return q.l.frame.sess.line(u.at) }

// tileOf is the part of class n that u can touch in one iteration.
func (q *query) tileOf(u use, p *path, n *node) verdict {
	if q.inner(p.root) {
		return verdict{reason: "the same memory is reached through a variable of the iteration"}
	}
	w := &tileWalk{q: q}
	if !w.follow(p) {
		if w.reason == "" {
			w.reason = "the element is not chosen by the number of the iteration"
		}
		return verdict{reason: w.reason}
	}
	if u.isMap && u.write {
		return verdict{reason: "a map may not be written while another iteration uses it"}
	}
	if u.deep && !slices.Contains(inline(u.loc), find(n)) && !w.below(u.loc, n) {
		return verdict{reason: w.reason}
	}
	return verdict{key: w.key.String(), ok: true}
}

// normal writes p with the variable from which it really begins: copies of
// references are followed back where that is safe.
func (q *query) normal(p *path) (*path, bool) {
	for range 30 {
		next := q.followed(p)
		if next == nil {
			return p, true
		}
		p = next
	}
	return p, false
}

// followed is p with the variable that its first was copied from; nil when that
// is the end.
func (q *query) followed(p *path) *path {
	r := p.root
	if !r.fixed || r.open || len(r.from) != 1 {
		return nil
	}
	steps := p.steps()
	if len(steps) == 0 || steps[0].field != "*" {
		return nil
	}
	v := r.from[0]
	base := v.path
	if v.addr != nil {
		base, steps = v.addr, steps[1:]
	}
	if base == nil || !q.inner(r) && !(base.up == nil && (base.root.fixed || base.root.heap)) {
		return nil
	}
	return rebase(base, steps, v)
}

func zero(p *poly) bool {
	c, ok := p.isConst()
	return p == nil || ok && c == 0
}

// rebase puts steps behind base; the first index counts from the offset of v.
func rebase(base *path, steps []*path, v value) *path {
	shifted := zero(v.off) && !v.cut
	for _, s := range steps {
		i := s.index
		if s.field == "[]" && !shifted {
			shifted = true
			if i = add(v.off, i, 1); v.cut {
				i = nil
			}
		}
		base = &path{up: base, root: base.root, field: s.field, index: i, loc: s.loc}
	}
	return base
}

type tileWalk struct {
	q      *query
	key    strings.Builder
	tile   bool
	loose  bool // an index before the tile was not the same in all iterations
	reason string
}

// follow goes along p and finds the element that the iteration chooses.
func (w *tileWalk) follow(p *path) bool {
	w.key.WriteString("v" + strconv.Itoa(p.root.atom.id))
	loc := p.root.loc
	for _, s := range p.steps() {
		ok := true
		switch s.field {
		case "*":
			ok = w.through(loc)
		case "[]":
			w.index(s)
		default:
			if !w.tile {
				w.key.WriteString(s.field)
			}
		}
		if !ok {
			return false
		}
		loc = s.loc
	}
	return w.tile
}

// through follows a reference stored at loc.
func (w *tileWalk) through(loc *node) bool {
	loc = find(loc)
	if !w.tile {
		w.key.WriteString("*")
	}
	if writes := w.q.hot[loc]; len(writes) > 0 {
		if !w.tile || !w.q.disjoint(loc).ok {
			w.reason = fmt.Sprintf("line %d changes what %s refers to", w.q.line(writes[0]), w.q.name(writes[0]))
			return false
		}
	}
	if (w.tile || w.loose) && !w.distinct(loc) {
		return false
	}
	return true
}

func (w *tileWalk) distinct(loc *node) bool {
	if !w.q.distinct(loc) {
		w.reason = sameObjects
		return false
	}
	return true
}

// below: n lies behind further references from loc; all of them must be distinct.
func (w *tileWalk) below(loc, n *node) bool {
	for _, m := range reachable([]*node{loc}, lasting) {
		if find(m).sub["*"] == nil {
			continue
		}
		if !w.through(m) {
			return false
		}
	}
	return true
}

func (w *tileWalk) index(s *path) {
	if w.tile {
		return
	}
	if key, ok := w.q.tileIndex(s.index); ok {
		w.tile = true
		w.key.WriteString("[" + key + "]")
		return
	}
	if i := w.q.resolve(s.index); i != nil && w.q.invariant(i) {
		w.key.WriteString("[" + i.key() + "]")
		return
	}
	w.loose = true
	w.key.WriteString("[?]")
}

// tileIndex tells which tile of a slice an index lies in, when the tiles of
// different iterations are disjoint.
func (q *query) tileIndex(i *poly) (string, bool) {
	i = q.resolve(i)
	if i == nil {
		return "", false
	}
	if k := q.l.keyed; k != nil && i.key() == single(k.atom).key() {
		return "key", true
	}
	if q.l.index == nil {
		return "", false
	}
	k, rest, ok := i.linearIn(q.l.index.atom)
	if ok && len(k.terms) == 0 { // j, where the loop of j begins at a multiple of i
		k, rest, ok = q.begun(i)
	}
	if !ok || len(k.terms) != 1 || !q.invariant(k) {
		return "", false
	}
	step := q.resolve(q.l.step)
	if step == nil || !q.invariant(step) {
		return "", false
	}
	stride := mul(k, step)
	if stride == nil {
		return "", false
	}
	if c, ok := stride.isConst(); ok {
		return q.constTile(c, rest)
	}
	return q.symbolTile(stride, step, rest)
}

// begun splits an index whose inner variable begins at a place that the number
// of the iteration gives: j = lo + (j - lo).
func (q *query) begun(i *poly) (k, rest *poly, ok bool) {
	for _, a := range i.atoms() {
		if a.v == nil || !q.inner(a.v) || a.v.low == nil {
			continue
		}
		low := q.resolve(a.v.low)
		if low == nil {
			continue
		}
		k, _, ok := low.linearIn(q.l.index.atom)
		if ok && len(k.terms) == 1 {
			return k, add(i, mul(k, single(q.l.index.atom)), -1), true
		}
	}
	return nil, nil, false
}

// constTile: the stride is a number.
func (q *query) constTile(c int64, rest *poly) (string, bool) {
	if c < 0 {
		c = -c
	}
	if c == 0 {
		return "", false
	}
	if q.invariant(rest) {
		low, _ := splitConst(rest)
		off := add(rest, whole(((low%c)+c)%c), -1)
		return "stride " + strconv.FormatInt(c, 10) + " from " + off.key(), true
	}
	if q.inTile(rest, whole(c)) {
		return "stride " + strconv.FormatInt(c, 10) + " from ", true
	}
	return "", false
}

func splitConst(p *poly) (int64, *poly) {
	rest := &poly{}
	var c int64
	for _, t := range p.terms {
		if len(t.atoms) == 0 {
			c = t.coef
		} else {
			rest.terms = append(rest.terms, t)
		}
	}
	return c, rest
}

// symbolTile: the stride is a product of variables. Only indices known to lie
// inside the tile count, since a stride of 0 would give every iteration the same one.
func (q *query) symbolTile(stride, step, rest *poly) (string, bool) {
	if c, ok := step.isConst(); ok && c < 0 {
		stride = mul(stride, whole(-1))
	}
	whereFrom := []func(term) bool{
		func(t term) bool { return sharesAtom(&poly{[]term{t}}, stride) }, // whole rows
		func(t term) bool { return len(t.atoms) > 0 },
	}
	for _, in := range whereFrom {
		base, r := &poly{}, &poly{}
		for _, t := range rest.terms {
			if in(t) && q.invariant(&poly{[]term{t}}) {
				base.terms = append(base.terms, t)
			} else {
				r.terms = append(r.terms, t)
			}
		}
		if q.inTile(r, stride) {
			return "stride " + stride.key() + " from " + base.key(), true
		}
	}
	return "", false
}

// inTile proves 0 <= r < size, or finds what to test for it.
func (q *query) inTile(r, size *poly) bool {
	var room []*poly
	for _, high := range q.extreme(r, true, 0) {
		room = append(room, add(add(size, high, -1), whole(1), -1))
	}
	n := len(q.assumed)
	ok := q.notNegative(q.extreme(r, false, 0), func(p *poly) bool { return !sharesAtom(p, size) }) &&
		q.notNegative(room, func(p *poly) bool { return keeps(p, size) })
	if !ok {
		q.assumed = q.assumed[:n]
	}
	return ok
}

func sharesAtom(p, q *poly) bool {
	return slices.ContainsFunc(p.atoms(), func(a *atom) bool { return slices.Contains(q.atoms(), a) })
}

// keeps tells whether all of size is still in room: what is touched reaches into
// no other row by the text alone.
func keeps(room, size *poly) bool {
	if _, ok := size.isConst(); ok {
		c, _ := splitConst(room)
		return c > 0
	}
	return !slices.ContainsFunc(size.terms, func(t term) bool {
		return !slices.ContainsFunc(room.terms, func(u term) bool { return u.key() == t.key() && u.coef >= t.coef })
	})
}

// notNegative tells whether one of list is known to be at least 0, or may hold
// and can be tested.
func (q *query) notNegative(list []*poly, may func(*poly) bool) bool {
	for _, p := range list {
		if c, ok := p.isConst(); ok && c >= 0 {
			return true
		}
	}
	return slices.ContainsFunc(list, func(p *poly) bool { return p != nil && may(p) && q.assume(p) })
}

// extreme lists bounds of r free of variables of the iteration: upper ones when
// up, else lower ones.
func (q *query) extreme(r *poly, up bool, depth int) []*poly {
	if r == nil || depth > 6 {
		return nil
	}
	for _, t := range r.terms {
		for _, a := range t.atoms {
			if q.steady(a) || q.l.index != nil && a == q.l.index.atom {
				continue
			}
			if len(t.atoms) != 1 || a.v == nil {
				return nil
			}
			return q.bounded(r, a, (t.coef > 0) == up, up, depth)
		}
	}
	return []*poly{r}
}

func (q *query) bounded(r *poly, a *atom, high, up bool, depth int) (out []*poly) {
	bounds := a.v.highs
	if !high {
		bounds = nil
		if a.v.low != nil {
			bounds = []*poly{a.v.low}
		}
	}
	for _, b := range bounds {
		b = q.resolve(b)
		if b == nil {
			continue
		}
		if s := r.replace(a, b); s != nil {
			out = append(out, q.extreme(s, up, depth+1)...)
		}
	}
	return out
}

// steady tells whether an atom has one value during the whole loop.
func (q *query) steady(a *atom) bool {
	if a.at != nil {
		return q.steadyPath(a.at)
	}
	return !q.inner(a.v) && len(q.hot[find(a.v.loc)]) == 0
}

func (q *query) steadyPath(p *path) bool {
	p, ok := q.normal(p)
	if !ok || q.inner(p.root) || len(q.hot[find(p.root.loc)]) > 0 {
		return false
	}
	for _, s := range p.steps() {
		if s.field == "[]" && (s.index == nil || !q.invariant(q.resolve(s.index))) || len(q.hot[find(s.loc)]) > 0 {
			return false
		}
	}
	return true
}

func (q *query) invariant(p *poly) bool {
	if p == nil {
		return false
	}
	return !slices.ContainsFunc(p.atoms(), func(a *atom) bool { return !q.steady(a) })
}

// resolve puts what variables were defined with in their place, where they
// cannot have changed since.
func (q *query) resolve(p *poly) *poly { return q.resolveDeep(p, 0) }

func (q *query) resolveDeep(p *poly, depth int) *poly {
	if p == nil || depth > 12 {
		return p
	}
	for _, a := range p.atoms() {
		def := q.definition(a)
		if def == nil {
			continue
		}
		r := p.replace(a, def)
		if r == nil {
			return nil
		}
		return q.resolveDeep(r, depth+1)
	}
	return p
}

func (q *query) definition(a *atom) *poly {
	if a.at != nil {
		return q.placeAtom(a)
	}
	v := a.v
	if v == q.l.index || v.of != nil && v.of == q.l.index && v.num == nil || v.num == nil || !v.fixed || q.l.keyed == v {
		return nil
	}
	if q.inner(v) || !slices.ContainsFunc(v.num.atoms(), func(b *atom) bool { return b.v == nil || !b.v.fixed }) {
		return v.num
	}
	return nil
}

// placeAtom makes numbers read from the same place the same atom.
func (q *query) placeAtom(a *atom) *poly {
	p, ok := q.normal(a.at)
	if !ok {
		return nil
	}
	if a.length && p.up == nil && p.root.fixed && len(p.root.from) == 1 && p.root.from[0].length != nil {
		return p.root.from[0].length
	}
	if !unchanging(p) && !q.steadyPath(p) {
		return nil // it may have changed between two readings
	}
	var b strings.Builder
	b.WriteString(strconv.FormatBool(a.length) + strconv.Itoa(p.root.atom.id))
	for _, s := range p.steps() {
		b.WriteString(s.field)
		if s.index != nil {
			b.WriteString(q.resolve(s.index).key())
		}
	}
	first := q.lens[b.String()]
	if first == nil {
		q.lens[b.String()] = a
		return nil
	}
	if first == a {
		return nil
	}
	return single(first)
}

// unchanging tells whether what p leads to lies in a variable that nobody changes.
func unchanging(p *path) bool {
	return p.root.fixed && !slices.ContainsFunc(p.steps(), func(s *path) bool { return s.field == "*" || s.field == "[]" })
}

// distinct tells whether no two locations of some classes ever refer to the same
// object: whatever is stored there was made for that store alone, or exchanged
// between them.
func (q *query) distinct(classes ...*node) bool {
	if len(classes) > 1 {
		return q.allDistinct(classes)
	}
	h := find(classes[0])
	ok, known := q.apartRefs[h]
	if !known {
		ok = q.allDistinct(classes)
		q.apartRefs[h] = ok
	}
	return ok
}

func (q *query) allDistinct(classes []*node) bool {
	classes = q.partners(classes)
	if slices.ContainsFunc(classes, func(h *node) bool { return h.blob }) {
		return false
	}
	used := map[*variable]bool{}
	for _, s := range q.w.stores {
		if !slices.Contains(classes, find(s.holder)) || s.partner != nil {
			continue
		}
		if s.bulk {
			return false
		}
		allocs, ok := q.origins(s.val, s.nest, map[*variable]bool{})
		if !ok {
			return false
		}
		for _, a := range allocs {
			if used[a] {
				return false
			}
			used[a] = true
		}
	}
	return true
}

// partners are classes and those with which they exchange references.
func (q *query) partners(classes []*node) (out []*node) {
	for _, h := range classes {
		out = appendNew(out, []*node{find(h)})
	}
	for n := 0; n < len(out); {
		n = len(out)
		for _, s := range q.w.stores {
			if s.partner != nil && slices.Contains(out, find(s.holder)) {
				out = appendNew(out, []*node{find(s.partner)})
			}
		}
	}
	return out
}

// origins lists the objects that v may be, when each was made anew for every
// run of the code at nest.
func (q *query) origins(v value, at *nest, seen map[*variable]bool) ([]*variable, bool) {
	switch {
	case v.loc == nil:
		return nil, true
	case v.addr != nil:
		r := v.addr.root
		return []*variable{r}, r.heap && v.addr.up == nil && r.nest.within(at) && zero(v.off) && !v.cut
	case v.path != nil:
		if v.path.up != nil {
			return nil, false
		}
		return q.variableOrigins(v.path.root, at, seen)
	case len(v.from) > 0:
		return q.allOrigins(v.from, at, seen)
	}
	return nil, false
}

func (q *query) variableOrigins(r *variable, at *nest, seen map[*variable]bool) ([]*variable, bool) {
	if seen[r] {
		return nil, true
	}
	seen[r] = true
	if r.open || !r.nest.within(at) || q.w.leaked(r) {
		return nil, false
	}
	return q.allOrigins(r.from, at, seen)
}

func (q *query) allOrigins(list []value, at *nest, seen map[*variable]bool) (out []*variable, ok bool) {
	for _, v := range list {
		more, ok := q.origins(v, at, seen)
		if !ok {
			return nil, false
		}
		out = append(out, more...)
	}
	return out, true
}
