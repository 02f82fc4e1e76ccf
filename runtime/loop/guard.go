package loop

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// A guard is a condition under which the parts that the iterations touch are
// apart: that a row is as long as what is written of it. The text does not say
// so, but it can be tested before the loop. Where it does not hold, the tasks
// run one after the other, in order.
type guard struct {
	text   string // what must hold, as Go: img.Stride >= 4*w
	exists string // what must not be nil to test it
}

// maxGuards is how many conditions a loop may be tested for.
const maxGuards = 4

// assume takes for granted that p is not negative, if that can be tested before
// the loop.
func (q *query) assume(p *poly) bool {
	if p == nil || !q.invariant(p) {
		return false
	}
	if _, isConst := p.isConst(); isConst {
		return false
	}
	if _, ok := q.guardOf(p); !ok {
		return false
	}
	q.assumed = append(q.assumed, p)
	return true
}

// guards lists the conditions on which the verdicts of all classes rest.
func (q *query) guards() (out []guard, classes []*node) {
	strongest := map[string]*poly{}
	var order []string
	for n, v := range q.tiles {
		if !v.ok || len(v.assumed) == 0 {
			continue
		}
		classes = append(classes, n)
		for _, p := range v.assumed {
			c, rest := splitConst(p)
			key := rest.key()
			old := strongest[key]
			if old == nil {
				order = append(order, key)
			}
			if before, _ := splitConst(orZero(old)); old == nil || c < before {
				strongest[key] = p
			}
		}
	}
	slices.Sort(order)
	for _, key := range order {
		g, _ := q.guardOf(strongest[key])
		out = append(out, g)
	}
	return out, classes
}

func orZero(p *poly) *poly {
	if p == nil {
		return &poly{}
	}
	return p
}

// guardOf writes p >= 0 as Go that holds at the place of the loop.
func (q *query) guardOf(p *poly) (g guard, ok bool) {
	var more, less []string
	for _, t := range p.terms {
		text, exists, ok := q.termText(t)
		if !ok {
			return guard{}, false
		}
		for _, e := range exists {
			if cond := e + " != nil && "; !strings.Contains(g.exists, cond) {
				g.exists += cond
			}
		}
		if t.coef > 0 {
			more = append(more, text)
		} else {
			less = append(less, text)
		}
	}
	g.text = orElse(strings.Join(more, "+"), "0") + " >= " + orElse(strings.Join(less, "+"), "0")
	return g, true
}

// termText is the text of a term without its sign.
func (q *query) termText(t term) (text string, exists []string, ok bool) {
	c := t.coef
	if c < 0 {
		c = -c
	}
	var parts []string
	if c != 1 || len(t.atoms) == 0 {
		parts = append(parts, strconv.FormatInt(c, 10))
	}
	for _, a := range t.atoms {
		text, more, ok := q.atomText(a)
		if !ok {
			return "", nil, false
		}
		parts, exists = append(parts, text), append(exists, more...)
	}
	return strings.Join(parts, "*"), exists, true
}

// atomText is the number a as the text around the loop would write it.
func (q *query) atomText(a *atom) (text string, exists []string, ok bool) {
	if a.v != nil {
		return q.variableText(a.v, types.Typ[types.Int])
	}
	p := a.at
	for range 30 { // as the code here names it, or its caller
		if text, exists, ok = q.placeText(p); ok || q.followed(p) == nil {
			break
		}
		p = q.followed(p)
	}
	if ok && a.length {
		text = "len(" + text + ")"
	}
	return text, exists, ok
}

// placeText is a variable and fields of it, or of what it points to.
func (q *query) placeText(p *path) (text string, exists []string, ok bool) {
	text, _, ok = q.variableText(p.root, nil)
	if !ok {
		return "", nil, false
	}
	t := p.root.obj.Type()
	for _, s := range p.steps() {
		switch s.field {
		case "*":
			ptr, isPointer := t.Underlying().(*types.Pointer)
			if !isPointer {
				return "", nil, false
			}
			exists = append(exists, text)
			t = ptr.Elem()
		default:
			name, isField := strings.CutPrefix(s.field, ".")
			st, isStruct := t.Underlying().(*types.Struct)
			if !isField || !isStruct || fieldNamed(st, name) == nil {
				return "", nil, false
			}
			text += "." + name
			t = fieldNamed(st, name).Type()
		}
	}
	_, isSlice := t.Underlying().(*types.Slice)
	if !isSlice && !types.Identical(t, types.Typ[types.Int]) {
		return "", nil, false
	}
	return text, exists, true
}

// variableText is the name of v, when the loop can see it by that name; want is
// its type, or nil.
func (q *query) variableText(v *variable, want types.Type) (string, []string, bool) {
	o := v.obj
	if o == nil || o.Name() == "_" || q.inner(v) || !q.visible(v) || want != nil && !types.Identical(o.Type(), want) {
		return "", nil, false
	}
	return o.Name(), nil, !q.hidden(o)
}

// hidden tells whether another declaration hides o at the loop.
func (q *query) hidden(o types.Object) bool {
	at := q.l.stmt.Pos()
	u := q.l.frame.sess
	sees := func(other types.Object) bool {
		return other != nil && other != o && other.Name() == o.Name() && other.Parent() != nil && other.Parent().Contains(at)
	}
	for _, n := range u.nodes() {
		found := false
		ast.Inspect(n, func(m ast.Node) bool {
			if id, ok := m.(*ast.Ident); ok && id.Name == o.Name() && id.Pos() < at {
				found = found || sees(u.Info.Defs[id])
			}
			return !found
		})
		if found {
			return true
		}
	}
	for _, f := range q.w.units {
		for _, d := range f.Defs {
			if d != o && d.Name() == o.Name() && (o.Parent() == nil || o.Parent() == d.Parent()) {
				return true
			}
		}
	}
	return false
}

// guardedHead: under a guard the header would still run ahead, so it must leave
// alone what the guard is about.
func (s *splitter) guardedHead(sp *split) {
	for _, q := range s.qs {
		_, classes := q.guards()
		if len(classes) == 0 {
			continue
		}
		uses := q.uses(q.l.head)
		for _, st := range append(slices.Clone(sp.head), q.l.steps...) {
			if e := q.l.frame.effs[st]; e != nil {
				uses = append(uses, q.uses(e)...)
			}
		}
		for _, u := range uses {
			touches := slices.ContainsFunc(q.touched(u), func(n *node) bool { return slices.Contains(classes, n) })
			if touches || len(sp.early) > 0 {
				sp.bad = append(sp.bad, reason{at: u.at, name: q.name(u), kind: "shared", text: "the header uses what the iterations may share"})
				break
			}
		}
	}
}

// guardText is the condition of a loop in all its activations, or "".
func (p *Plan) guardText() string {
	exists, conds := "", []string{}
	for _, q := range p.queries {
		list, _ := q.guards()
		for _, g := range list {
			if !slices.Contains(conds, g.text) {
				conds = append(conds, g.text)
				if !strings.Contains(exists, g.exists) {
					exists += g.exists
				}
			}
		}
	}
	return exists + strings.Join(conds, " && ")
}
