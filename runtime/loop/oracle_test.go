package loop

import (
	"flag"
	"go/types"
	"strings"
	"testing"
)

var (
	full = flag.Bool("full", false, "run all accepted examples and not only some")
	only = flag.String("only", "", "run the accepted examples whose names begin so")
)

// TestSameResult runs every accepted example as written, through the pipe and
// as %code: all variables must be equal, and the race detector silent.
func TestSameResult(t *testing.T) {
	var probes []probe
	n := 0
	for _, pattern := range patterns {
		for _, e := range examples(t, pattern) {
			n++
			if *only != "" && !strings.HasPrefix(e.name, *only) || *only == "" && n%6 != 0 && !*full {
				continue
			}
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
	names := map[string]bool{}
	for _, c := range cells {
		for _, o := range c.Defs {
			if _, ok := o.(*types.Func); ok && names[o.Name()] {
				return probe{}, false // one Go program cannot declare it twice
			}
			names[o.Name()] = true
		}
	}
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

// compareAll builds all probes as one program with the race detector, runs it
// once for each variant, and alone again what differs.
func compareAll(t *testing.T, probes []probe) {
	b := newBench(t, probes)
	bin := b.build(t, "race", "-race")
	want := sections(b.runArgs(t, bin, "written", "all"))
	if len(want) != len(probes) {
		t.Fatalf("%d of %d examples ran as written", len(want), len(probes))
	}
	t.Logf("%d examples", len(probes))
	for _, v := range []string{"pipe", "code"} {
		all := b.runArgs(t, bin, v, "all")
		got := sections(all)
		suspect := strings.Contains(all, "DATA RACE") || strings.Contains(all, "exit status")
		for i, p := range probes {
			if _, ok := p.variants[v]; !ok {
				continue
			}
			name := itoa(i)
			one := got[name]
			if suspect || one != want[name] {
				one = b.runArgs(t, bin, v, name)
			}
			if alone := "\x01" + name + "\n" + want[name]; one != want[name] && one != alone {
				t.Errorf("%s: %s gives\n%s\nwant\n%s\n%s", p.name, v, one, want[name], p.variants[v])
			}
		}
	}
}
