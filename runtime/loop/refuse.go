package loop

import (
	"fmt"
	"strings"
)

// worst is the dependence to name, when the loop has one that is carried from
// an iteration to the next. A variable that the loop itself names and reads
// before it sets it comes first. Hidden: some dependence is not in the text of
// the loop.
func (s *splitter) worst(heavy bool) (worst reason, hidden, ok bool) {
	sp := s.attempt(0)
	for _, st := range s.list {
		sp.why = append(sp.why, s.forbids(st)...)
	}
	best, rank := reason{}, 0
	for _, r := range append(sp.bad, sp.why...) {
		k := s.rank(r)
		hidden = hidden || k == 3
		if k > rank {
			best, rank = r, k
		}
	}
	return best, hidden, rank > 1 || heavy && rank > 0
}

// rank orders reasons. What is not carried from an iteration to the next forbids
// a task only where there is work that would be one.
func (s *splitter) rank(r reason) int {
	switch {
	case r.name == "":
		return 0
	case r.kind == "order" || r.kind == "exit" || r.kind == "goroutine":
		return 2
	case !r.carried:
		return 1
	case r.q != nil && r.q.setFirst(r.u):
		return 2
	case s.body.Pos() <= r.u.pos && r.u.pos < s.body.End() && r.u.path != nil:
		return 4
	}
	return 3
}

// setFirst tells whether the iteration sets the variable of u before it reads it.
func (q *query) setFirst(u use) bool {
	p := u.orig
	if p == nil || p.up != nil {
		return false
	}
	for _, x := range q.all {
		if x.orig != nil && x.orig.root == p.root {
			return x.write && x.orig.up == nil
		}
	}
	return false
}

func (q *query) fatalReason(u use) reason {
	r := reason{at: u.at, name: u.what, kind: "call"}
	switch u.fatal {
	case "goroutine":
		r.kind, r.name = "goroutine", u.what
		r.text = "the loop starts or joins goroutines itself"
		r.advice = "It is concurrent already: run it as it is, or write the plain loop."
	case "defer":
		r.kind, r.name = "order", "defer"
		r.text = "a defer in a loop runs when the function ends, not when the iteration does"
		r.advice = "Move the body into a function: its defers then end with the iteration."
	case "cancel":
		r.kind = "order"
		r.text = fmt.Sprintf("the call of %s ends the context of the other iterations, which begin before that is known", u.what)
		r.advice = "Collect the results first and cancel after the loop, or leave the loop as it is."
	case "call":
		r.text = fmt.Sprintf("nobody can see here what %s changes", u.what)
		r.advice = "Call a function that the notebook defines."
	default:
		r.kind = "unknown"
		r.text = fmt.Sprintf("nobody can tell here what %s shares", u.what)
		r.advice = "Write this step in plain statements."
	}
	return r
}

func (q *query) sharedReason(u use, writes []use, v verdict) reason {
	w := writes[0]
	r := reason{at: u.at, name: orElse(q.name(u), q.name(w)), kind: "shared", u: u, q: q}
	switch {
	case u.write:
		r.carried = u.deep
		r.text = fmt.Sprintf("every iteration changes %s, and %s", r.name, q.whyShared(u, v))
		r.advice = fmt.Sprintf("Give each iteration its own %s, or put the change of %s last in the body.", r.name, r.name)
	default:
		r.carried = !u.update
		r.kind = "carried"
		r.advice = fmt.Sprintf("Compute it from the loop index alone, or split the loop in two: first what does not need %s, then the rest.", r.name)
		if q.name(w) != r.name && q.name(w) != "" {
			r.kind = "alias"
			r.text = fmt.Sprintf("the memory of %s may be that of %s, which line %d changes", r.name, q.name(w), q.line(w))
			r.name = q.name(w)
		} else {
			r.text = fmt.Sprintf("an iteration reads %s, which line %d of an earlier one changed", r.name, q.line(w))
		}
	}
	if v.reason == sameObjects {
		r.text += "; " + sameObjects
		r.advice = fmt.Sprintf("Make every element of %s an object of its own, or work on a copy.", r.name)
	}
	return r
}

// sameObjects is the reason of a verdict on elements that are references.
const sameObjects = "its elements may refer to the same memory"

// whyShared says why a change is not the iteration's own affair.
func (q *query) whyShared(u use, v verdict) string {
	indexed := false
	if u.orig != nil {
		for _, s := range u.orig.steps() {
			indexed = indexed || s.field == "[]"
		}
	}
	if v.reason == "" || !indexed || u.deep {
		return "the next one goes on from there"
	}
	return v.reason
}

func orElse(s, t string) string {
	if s == "" {
		return t
	}
	return s
}

func (q *query) exitReason(u use) reason {
	return reason{
		at: u.at, name: q.name(u), kind: "exit",
		text:   fmt.Sprintf("the loop can stop early, but later iterations would have changed %s by then", q.name(u)),
		advice: fmt.Sprintf("Collect the results first and change %s after the loop.", q.name(u)),
	}
}

func (q *query) aheadReason(u, t use) reason {
	w, other := u, t
	if !w.write {
		w, other = t, u
	}
	r := reason{at: w.at, name: q.aheadName(w, other), kind: "carried", carried: !w.update || !other.update, u: other, q: q}
	r.text = fmt.Sprintf("the next iteration cannot start before line %d has changed %s", q.line(w), r.name)
	r.advice = fmt.Sprintf("Each step needs the %s of the step before: this loop is sequential unless %s can be computed from the index.", r.name, r.name)
	return r
}

// aheadName names a variable of the header rather than what it came from.
func (q *query) aheadName(w, other use) string {
	for _, u := range []use{w, other} {
		if p := u.orig; p != nil && p.root.obj != nil && p.root.frame == q.l.frame && q.ofHeader(p.root.obj) {
			return p.root.obj.Name()
		}
	}
	return orElse(q.name(w), q.name(other))
}

func (q *query) orderReason(u use) reason {
	name := u.what
	if u.resource == syncing {
		r := reason{at: u.at, name: name, kind: "goroutine"}
		r.text = fmt.Sprintf("by %s the loop waits for other goroutines, or they for it, in the order of the iterations", name)
		r.advice = "The loop is part of a concurrent design already: run it as it is, or collect results and send them after the loop."
		return r
	}
	if u.resource == randomness {
		return reason{
			at: u.at, name: name, kind: "order", text: "by " + name + " it draws from the source that all share, so the order of the draws decides the numbers",
			advice: "Give each iteration a source of its own: rand.New(rand.NewSource(seed + i)).",
		}
	}
	return reason{
		at: u.at, name: name, kind: "order",
		text:   fmt.Sprintf("what %s does is seen outside the program, so its order matters", name),
		advice: "Collect what is to be done and do it in order after the loop.",
	}
}

func (q *query) outsideReason(u, w use) reason {
	return reason{
		at: u.at, name: u.what, kind: "order",
		text:   fmt.Sprintf("a call of %s may see what %s in line %d does outside the program", u.what, w.what, q.line(w)),
		advice: "Separate the two: first all reads, then all changes.",
	}
}

// sentence makes a sentence of a clause.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
