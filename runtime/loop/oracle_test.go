package loop

import (
	"testing"
)

// TestSameResult runs every accepted example as written, through the pipe and
// as %code: all variables must be equal, and the race detector silent.
func TestSameResult(t *testing.T) {
	var probes []probe
	for _, pattern := range patterns {
		for _, e := range examples(t, pattern) {
			if p, ok := probeOf(t, e); ok {
				probes = append(probes, p)
			}
		}
	}
	compareAll(t, probes)
}

func probeOf(t testing.TB, e example) (probe, bool) {
	plan, _ := analyzeText(t, e.cells...)
	if plan == nil {
		return probe{}, false
	}
	cells := checkCells(t, e.cells...)
	p := probe{name: e.name, variants: map[string]string{"written": programText(cells, nil)}}
	for name, text := range map[string]string{"pipe": plan.Rewrite(), "code": plan.Code()} {
		again, err := recheck(t, cells, text)
		if err != nil {
			t.Errorf("%s: %s does not check: %v", e.name, name, err)
			continue
		}
		p.variants[name] = programText(again, nil)
	}
	return p, true
}

func compareAll(t *testing.T, probes []probe) {
	b := newBench(t, probes)
	plain := b.build(t, "plain")
	race := b.build(t, "race", "-race")
	for i, p := range probes {
		want := b.run(t, plain, i, "written")
		for _, v := range []string{"pipe", "code"} {
			if _, ok := p.variants[v]; !ok {
				continue
			}
			if got := b.run(t, plain, i, v); got != want {
				t.Errorf("%s: %s gives\n%s\nwant\n%s\n%s", p.name, v, got, want, p.variants[v])
			}
			if got := b.run(t, race, i, v, "race"); got != want {
				t.Errorf("%s: %s with the race detector gives\n%s\nwant\n%s\n%s", p.name, v, got, want, p.variants[v])
			}
		}
	}
}
