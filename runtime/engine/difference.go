package engine

import (
	"fmt"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine/harness/graph"
)

// Difference tells how two results of the same cell differ in their written
// variables: one line a variable, with the place, sorted; nil when they agree.
// Variables in skip are left out.
func Difference(a, b map[string]Value, skip map[string]bool) []string {
	var out []string
	for name, va := range a {
		vb, ok := b[name]
		if skip[name] || !ok || va.Hash == vb.Hash {
			continue
		}
		out = append(out, difference(name, va, vb))
	}
	sort.Strings(out)
	return out
}

// difference is the place of a difference and, where the texts reach it, what
// is there.
func difference(name string, a, b Value) string {
	place := name
	switch from, to := firstPart(a, b); {
	case a.Len != b.Len && (a.Len > 0 || b.Len > 0):
		place = fmt.Sprintf("len(%s) is %d, then %d", name, a.Len, b.Len)
	case to-from == 1:
		place = fmt.Sprintf("%s[%d]", name, from)
	case to > from:
		place = fmt.Sprintf("%s[%d:%d]", name, from, to)
	}
	if a.Text == b.Text {
		return place + " differs"
	}
	ta, tb := around(a.Text, b.Text)
	return fmt.Sprintf("%s: %s, then %s", place, ta, tb)
}

// firstPart is the range of indices of the first piece that differs.
func firstPart(a, b Value) (from, to int) {
	if a.Len != b.Len || len(a.Parts) != len(b.Parts) {
		return 0, 0
	}
	size := graph.PartSize(max(a.Len, 1))
	for i := range a.Parts {
		if a.Parts[i] != b.Parts[i] {
			return i * size, min((i+1)*size, a.Len)
		}
	}
	return 0, 0
}

// around cuts two texts to where they part.
func around(a, b string) (string, string) {
	const before, after = 24, 60
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	cut := func(s string) string {
		from, to := max(n-before, 0), min(n+after, len(s))
		text := strings.ToValidUTF8(s[min(from, len(s)):to], "")
		if from > 0 {
			text = "…" + text
		}
		if to < len(s) {
			text += "…"
		}
		return text
	}
	return cut(a), cut(b)
}
