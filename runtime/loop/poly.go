package loop

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// An atom is an unknown in an index: a variable, the length of a slice that is
// read from a place, or the integer that is.
type atom struct {
	id     int
	v      *variable // nil when at is not
	at     *path
	length bool // the length of what is at that place
}

// A term is a whole number times a product of atoms.
type term struct {
	coef  int64
	atoms []*atom // sorted by id
}

// A poly is an integer expression over atoms, in canonical form; nil is unknown.
type poly struct{ terms []term }

func whole(c int64) *poly {
	if c == 0 {
		return &poly{}
	}
	return &poly{[]term{{c, nil}}}
}

func single(a *atom) *poly { return &poly{[]term{{1, []*atom{a}}}} }

func (t term) key() string {
	var b strings.Builder
	for _, a := range t.atoms {
		b.WriteString("*v")
		b.WriteString(strconv.Itoa(a.id))
	}
	return b.String()
}

func (p *poly) key() string {
	var b strings.Builder
	for _, t := range p.terms {
		b.WriteString("+")
		b.WriteString(strconv.FormatInt(t.coef, 10))
		b.WriteString(t.key())
	}
	return b.String()
}

// isConst gives the value of p when it has no atoms.
func (p *poly) isConst() (int64, bool) {
	if p == nil {
		return 0, false
	}
	switch {
	case len(p.terms) == 0:
		return 0, true
	case len(p.terms) == 1 && len(p.terms[0].atoms) == 0:
		return p.terms[0].coef, true
	}
	return 0, false
}

// add is p + k*q. Coefficients that could overflow make the sum unknown.
func add(p, q *poly, k int64) *poly {
	if p == nil || q == nil {
		return nil
	}
	sum := map[string]term{}
	for _, t := range p.terms {
		sum[t.key()] = t
	}
	for _, t := range q.terms {
		c, ok := times(t.coef, k)
		if !ok {
			return nil
		}
		key := t.key()
		old := sum[key].coef
		sum[key] = term{old + c, t.atoms}
	}
	return collect(sum)
}

func collect(sum map[string]term) *poly {
	out := &poly{}
	for _, t := range sum {
		if t.coef != 0 {
			out.terms = append(out.terms, t)
		}
	}
	slices.SortFunc(out.terms, func(a, b term) int { return cmp.Compare(a.key(), b.key()) })
	return out
}

func times(a, b int64) (int64, bool) {
	if a > math.MaxInt32 || a < math.MinInt32 || b > math.MaxInt32 || b < math.MinInt32 {
		return 0, false
	}
	return a * b, true
}

func mul(p, q *poly) *poly {
	if p == nil || q == nil || len(p.terms)*len(q.terms) > 16 {
		return nil
	}
	sum := map[string]term{}
	for _, t := range p.terms {
		for _, u := range q.terms {
			c, ok := times(t.coef, u.coef)
			if !ok {
				return nil
			}
			atoms := append(slices.Clone(t.atoms), u.atoms...)
			slices.SortFunc(atoms, func(a, b *atom) int { return a.id - b.id })
			prod := term{c, atoms}
			prod.coef += sum[prod.key()].coef
			sum[prod.key()] = prod
		}
	}
	return collect(sum)
}

// linearIn writes p as k*a + rest, where k and rest are free of a; ok is false
// when a occurs squared.
func (p *poly) linearIn(a *atom) (k, rest *poly, ok bool) {
	k, rest = &poly{}, &poly{}
	for _, t := range p.terms {
		n := 0
		var others []*atom
		for _, x := range t.atoms {
			if x == a {
				n++
			} else {
				others = append(others, x)
			}
		}
		switch n {
		case 0:
			rest.terms = append(rest.terms, t)
		case 1:
			k.terms = append(k.terms, term{t.coef, others})
		default:
			return nil, nil, false
		}
	}
	return k, rest, true
}

// replace puts q for atom a in p.
func (p *poly) replace(a *atom, q *poly) *poly {
	out := &poly{}
	for _, t := range p.terms {
		part := whole(t.coef)
		for _, x := range t.atoms {
			if x == a {
				part = mul(part, q)
			} else {
				part = mul(part, single(x))
			}
			if part == nil {
				return nil
			}
		}
		out = add(out, part, 1)
		if out == nil {
			return nil
		}
	}
	return out
}

func (p *poly) atoms() []*atom {
	var out []*atom
	for _, t := range p.terms {
		out = appendNew(out, t.atoms)
	}
	return out
}
