package compiled

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
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
	inputs      []bound.Input // of each repetition
}

// readBoundCell is nil for a file that holds an error.
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
				t.Errorf("%s: %v", file, errs)
				return nil
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
	in := ev.Input(measure.Summarise([]measure.Sample{timed.Sample}, 2))
	b.inputs = append(b.inputs, in)
	return bound.Classify(in), ev.Facts, nil
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
	var judged []*boundCell
	for _, f := range files {
		if !holdsWord(filepath.Base(f), only) {
			continue
		}
		b := readBoundCell(t, f)
		if b == nil {
			continue
		}
		judged = append(judged, b)
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
	if *boundsAll {
		t.Log("\n" + margins(judged))
	}
	if right*100 < all*80 { // a busy machine may cost a few; the whole set is for a quiet one
		t.Errorf("%d of %d right", right, all)
	}
}

// margin is a figure that a rule of package bound compares with a limit, for
// cells that are meant and for those that are not.
type margin struct {
	what  string
	limit string
	meant func(*boundCell) bool
	among func(*boundCell) bool // nil: all cells
	value func(bound.Input) float64
}

func (b *boundCell) is(bounds ...string) bool { return !b.doubt && slices.Contains(bounds, b.bound) }

func (b *boundCell) of(detail string) bool { return !b.doubt && b.details[0] == detail }

// marginTable are the figures that decide. Where two rows of one detail stand
// together, either is enough.
var marginTable = []margin{
	{"second group of the path", "0.20", func(b *boundCell) bool { return b.is("mixed") }, nil, secondGroup},
	{"alloc: CPU samples in the allocator", "0.35", func(b *boundCell) bool { return b.of("alloc") }, computes, func(in bound.Input) float64 { return in.Alloc }},
	{"alloc: collector's share of running", "0.40", func(b *boundCell) bool { return b.of("alloc") }, computes, func(in bound.Input) float64 { return in.GC }},
	{"alloc: path that helps the collector", "0.30", func(b *boundCell) bool { return b.of("alloc") }, computes, func(in bound.Input) float64 { return in.Path[bound.Collect] / (1.0001 - in.Path[bound.Machine]) }},
	{"syscall: kernel's share of the CPU", "0.40", func(b *boundCell) bool { return b.of("syscall") }, computes, func(in bound.Input) float64 {
		return float64(in.Measurement.SystemNS) / float64(max(1, in.Measurement.SystemNS+in.Measurement.UserNS))
	}},
	{"saturated: running of workers", "0.75", func(b *boundCell) bool { return b.of("saturated") }, computes, func(in bound.Input) float64 { return in.Running / float64(in.Procs) }},
	{"pipeline: alone, others in channels", "0.40", func(b *boundCell) bool { return b.of("pipeline") }, computes, func(in bound.Input) float64 { return in.Solo.Stage }},
	{"imbalance: longest over the others", "2.5", func(b *boundCell) bool { return b.of("imbalance") }, computes, func(in bound.Input) float64 { return min(99, in.Solo.Biggest) }},
	{"lock: queue while a worker idles", "0.30", func(b *boundCell) bool { return b.is("lock") }, nil, func(in bound.Input) float64 { return in.Queue.Share }},
	{"lock: path under it", "0.25", func(b *boundCell) bool { return b.is("lock") }, nil, func(in bound.Input) float64 { return in.Queue.Path }},
	{"child: path that waits for it", "0.65", func(b *boundCell) bool { return b.is("child") }, nil, func(in bound.Input) float64 {
		if in.Spawns == 0 {
			return 0
		}
		return in.Path[bound.Child] + in.Path[bound.Pipe]
	}},
	{"child computes: its CPU of that time", "0.50", func(b *boundCell) bool { return b.of("compute") }, func(b *boundCell) bool { return b.is("child") && !b.of("spawn") }, func(in bound.Input) float64 {
		return float64(in.ChildNS) / (float64(in.WallNS) * (in.Path[bound.Child] + in.Path[bound.Pipe] + 0.001))
	}},
	{"too short: wall in ms", "8", func(b *boundCell) bool { return b.is("io", "cpu", "mixed", "lock", "timer", "child") }, nil, func(in bound.Input) float64 { return float64(in.Measurement.WallNS.Median) / 1e6 }},
}

func computes(b *boundCell) bool { return b.is("cpu") }

// secondGroup is the second largest share of the path, as the rule for mixed
// cells has it, without the time of others.
func secondGroup(in bound.Input) float64 {
	parts := map[string]float64{}
	for k, s := range in.Path {
		switch k {
		case bound.Compute, bound.Collect, bound.Syscall, bound.Ready:
			k = bound.Compute
		case bound.Machine:
			continue
		}
		parts[k] += s / (1.0001 - in.Path[bound.Machine])
	}
	shares := slices.Sorted(maps.Values(parts))
	if len(shares) < 2 {
		return 0
	}
	return shares[len(shares)-2]
}

// margins prints how near to the limits of the rules the cells lie: of the cells
// that are meant the lowest values, of the others the highest, with names.
func margins(cells []*boundCell) string {
	var out strings.Builder
	fmt.Fprintf(&out, "| figure | limit | lowest of those meant | highest of the others |\n|---|---|---|---|\n")
	for _, m := range marginTable {
		var in, others []string
		for _, b := range cells {
			if b.doubt || m.among != nil && !m.among(b) {
				continue
			}
			for _, x := range b.inputs {
				s := fmt.Sprintf("%7.2f %s", m.value(x), b.name)
				if m.meant(b) {
					in = append(in, s)
				} else {
					others = append(others, s)
				}
			}
		}
		slices.Sort(in)
		slices.Sort(others)
		slices.Reverse(others)
		fmt.Fprintf(&out, "| %s | %s | %s | %s |\n", m.what, m.limit, firstThree(in), firstThree(others))
	}
	return out.String()
}

func firstThree(list []string) string {
	return strings.Join(strings.Fields(strings.Join(list[:min(3, len(list))], ", ")), " ")
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
