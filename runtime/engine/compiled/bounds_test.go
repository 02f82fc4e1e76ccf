package compiled

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/evidence"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
	"github.com/rogpeppe/go-internal/txtar"
)

var (
	boundsGlob = flag.String("bounds", "../../evidence/testdata/bounds/*.txtar", "cells with known bounds")
	boundsAll  = flag.Bool("bounds.all", false, "judge all of them, not a small sample, and print the confusion matrix")
	boundsReps = flag.Int("bounds.n", 1, "repetitions of each cell")
	boundsBurn = flag.Int("bounds.burn", 0, "processes that burn a core meanwhile")
	boundsOnly = flag.String("bounds.only", "", "only cells whose name contains one of these words")
)

// sampled are the cells of a normal run: one of each bound, quickly judged.
const sampled = "net-rpc-calls,timer-after-poll,lock-map-cache,cpu-mandelbrot,child-parallel-sleeps,short-map"

// boundCell is a cell whose bound is known by how it was made.
type boundCell struct {
	name, bound string
	details     []string
	doubt       bool
	unit        engine.Unit
	text        string
}

func readBoundCell(t *testing.T, file string) *boundCell {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := &boundCell{name: strings.TrimSuffix(filepath.Base(file), ".txtar")}
	scope := source.NewScope(source.EmbeddedImporter())
	for _, f := range a.Files {
		switch f.Name {
		case "want":
			b.wants(string(f.Data))
		case "setup.go", "cell.go":
			c, errs := scope.Check(source.Text{ID: strings.TrimSuffix(f.Name, ".go"), Code: string(f.Data)})
			if len(errs) > 0 {
				t.Fatalf("%s: %v", file, errs)
			}
			scope.Accept(c)
			if f.Name == "cell.go" {
				b.unit, b.text = engine.Unit{Slice: scope.Slice(c), Cell: c}, string(f.Data)
			}
		}
	}
	return b
}

func (b *boundCell) wants(text string) {
	for line := range strings.Lines(text) {
		k, v, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch k {
		case "bound":
			b.bound = strings.TrimPrefix(v, "idle-")
		case "sub":
			b.details = strings.Split(v, ",")
		case "doubt":
			b.doubt = true
		}
	}
}

// judge does what a session does for %classify, with one timed run.
func (b *boundCell) judge(e *Engine, env []string) (v measure.Verdict, facts bound.Facts, err error) {
	ctx := context.Background()
	p, err := e.Prepare(ctx, b.unit)
	if err != nil {
		return v, facts, err
	}
	defer p.Close()
	timed, err := p.Run(ctx, engine.RunSpec{Env: env, Values: engine.ValuesNone})
	if err != nil || timed.Err != nil {
		return v, facts, fmt.Errorf("timed run: %v %v", err, timed)
	}
	traced, err := p.Run(ctx, engine.RunSpec{Env: env, Values: engine.ValuesNone, Trace: true})
	if err != nil || traced.Err != nil {
		return v, facts, fmt.Errorf("traced run: %v %v", err, traced)
	}
	cpu, err := profileRuns(ctx, p, env, timed.Sample)
	if err != nil {
		return v, facts, err
	}
	ev, err := evidence.Analyze(traced.Trace, cpu, evidence.Options{
		Cell: "cell", Source: map[string]string{"cell": b.text}, Sample: traced.Sample, Cut: traced.TraceCut,
	})
	if err != nil {
		return v, facts, err
	}
	return bound.Classify(ev.Input(measure.Summarise([]measure.Sample{timed.Sample}, 2))), ev.Facts, nil
}

// profileRuns merges the CPU profiles of up to three runs, until about 100
// samples; a cell that hardly computes has none.
func profileRuns(ctx context.Context, p engine.Program, env []string, timed measure.Sample) ([]byte, error) {
	var all []*profile.Profile
	for n := int64(0); n < 100 && len(all) < 3 && timed.CPUNS() > 30e6; n += timed.CPUNS() / 10e6 {
		r, err := p.Run(ctx, engine.RunSpec{Env: env, Values: engine.ValuesNone, CPUProfile: true})
		if err != nil || r.Err != nil {
			return nil, fmt.Errorf("profiled run: %v %v", err, r)
		}
		one, err := profile.ParseData(r.CPUProfile)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil, nil
	}
	merged, err := profile.Merge(all)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = merged.Write(&out)
	return out.Bytes(), err
}

// TestBounds holds the verdicts of cells to what they are by construction.
func TestBounds(t *testing.T) {
	e := testEngine(t)
	only := *boundsOnly
	if only == "" && !*boundsAll {
		only = sampled
	}
	burnCores(t, *boundsBurn)
	env := []string{"TMPDIR=" + t.TempDir()} // only the measured cells run, not those that clean up
	files, err := filepath.Glob(*boundsGlob)
	if err != nil || len(files) == 0 {
		t.Fatal("no cells: ", *boundsGlob)
	}
	right, all, matrix := 0, 0, map[[2]string]int{}
	for _, f := range files {
		if !holdsWord(filepath.Base(f), only) {
			continue
		}
		b := readBoundCell(t, f)
		for range *boundsReps {
			v, facts, err := b.judge(e, env)
			if err != nil {
				t.Errorf("%s: %v", b.name, err)
				continue
			}
			if sum := sumOf(v.Shares); sum < 0.99 || sum > 1.01 {
				t.Errorf("%s: the shares sum to %.4f: %v", b.name, sum, v.Shares)
			}
			ok := v.Bound == b.bound && slices.Contains(b.details, v.Detail)
			if !ok {
				t.Logf("%s: %s/%v %q, is %s/%v (doubtful: %v)\n%+v", b.name, v.Bound, v.Details, v.Headline, b.bound, b.details, b.doubt, facts)
			}
			if b.doubt {
				continue
			}
			all++
			matrix[[2]string{b.bound, v.Bound}]++
			if ok {
				right++
			}
		}
	}
	t.Logf("%d of %d right\n%s", right, all, confusion(matrix))
	if right*100 < all*80 { // a busy machine may cost a few; the whole set is for a quiet one
		t.Errorf("%d of %d right", right, all)
	}
}

func sumOf(shares map[string]float64) (sum float64) {
	for _, s := range shares {
		sum += s
	}
	return sum
}

func holdsWord(name, words string) bool {
	for w := range strings.SplitSeq(words, ",") {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

// burnCores keeps cores busy until the test ends.
func burnCores(t *testing.T, n int) {
	t.Helper()
	for range n {
		cmd := exec.Command("sh", "-c", "while :; do :; done")
		if err := cmd.Start(); err != nil {
			t.Skip("needs sh")
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	}
}

func confusion(m map[[2]string]int) string {
	var b strings.Builder
	words := []string{"io", "cpu", "mixed", "lock", "timer", "child", "unclear"}
	fmt.Fprintf(&b, "%-9s", "is \\ said")
	for _, w := range words {
		fmt.Fprintf(&b, "%8s", w)
	}
	for _, w := range words {
		fmt.Fprintf(&b, "\n%-9s", w)
		for _, g := range words {
			fmt.Fprintf(&b, "%8d", m[[2]string{w, g}])
		}
	}
	return b.String()
}
