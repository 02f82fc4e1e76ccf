package evidence

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/measure"
)

var (
	boundsDir  = flag.String("bounds", "", "folder of txtar cells with known bounds; prints the confusion matrix")
	boundsReps = flag.Int("bounds.n", 1, "repetitions of each cell")
	boundsOnly = flag.String("bounds.only", "", "only cells whose name contains this")
	boundsBurn = flag.Int("bounds.burn", 0, "processes that burn a core meanwhile")
	boundsShow = flag.Bool("bounds.v", false, "print the figures of every verdict")
)

// judge runs a cell twice, once plain and once traced, and classifies it.
func (b *bench) judge() (measure.Verdict, *Evidence, error) {
	plain, _, _, err := b.run("plain")
	if err != nil {
		return measure.Verdict{}, nil, err
	}
	s, tr, _, err := b.run("trace")
	if err != nil {
		return measure.Verdict{}, nil, err
	}
	prof, err := b.profile(plain)
	if err != nil {
		return measure.Verdict{}, nil, err
	}
	e, err := Analyze(tr, prof, Options{Files: []string{"cell", "setup"}, Cell: "cell", Source: map[string]string{"cell": b.cell}, Sample: s})
	if err != nil {
		return measure.Verdict{}, nil, err
	}
	m := measure.Summarise([]measure.Sample{plain}, 2)
	return bound.Classify(e.Input(m)), e, nil
}

// profile merges CPU profiles until about 100 samples, three runs at most; none
// for cells that hardly compute.
func (b *bench) profile(plain measure.Sample) ([]byte, error) {
	if plain.CPUNS() < 30e6 {
		return nil, nil
	}
	var all []*profile.Profile
	for n := int64(0); n < 100 && len(all) < 3; n += plain.CPUNS() / 10e6 {
		_, _, data, err := b.run("profile")
		if err != nil {
			return nil, err
		}
		p, err := profile.ParseData(data)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	m, err := profile.Merge(all)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = m.Write(&out)
	return out.Bytes(), err
}

func (b *bench) right(v measure.Verdict) bool {
	return v.Bound == b.bound && slices.Contains(b.details, v.Detail)
}

func TestBounds(t *testing.T) {
	if *boundsDir == "" {
		t.Skip("run with -bounds DIR")
	}
	needGo(t)
	files, _ := filepath.Glob(filepath.Join(*boundsDir, "*.txtar"))
	dir := t.TempDir()
	right, all := 0, 0
	for range *boundsBurn {
		burn := exec.Command("sh", "-c", "while :; do :; done")
		if err := burn.Start(); err != nil {
			t.Fatal(err)
		}
		defer burn.Wait()
		defer burn.Process.Kill()
	}
	brief := ""
	matrix := map[[2]string]int{}
	for _, f := range files {
		if !wanted(f) {
			continue
		}
		b, err := build(dir, f)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		for range *boundsReps {
			v, e, err := b.judge()
			if err != nil {
				t.Errorf("%s: %v", b.name, err)
				continue
			}
			ok := b.right(v)
			brief += fmt.Sprintf("\n%-26s %-8s %s | alloc %.2f gc %.2f sys %.2f run %.2f queue %.2f/%.2f", b.name, v.Bound, shares(e.Facts.Path), e.Facts.Alloc, e.Facts.GC, float64(e.Facts.SystemNS)/float64(e.Facts.CPUNS+1), e.Facts.Running, e.Facts.Queue.Share, e.Facts.Queue.Path)
			if !b.doubt {
				all++
				if ok {
					right++
				}
				matrix[[2]string{b.bound, v.Bound}]++
			}
			if !ok || *boundsShow {
				t.Logf("%s %s: want %s/%s, got %s/%v %q doubt=%v", map[bool]string{true: "ok  ", false: "MISS"}[ok], b.name, b.bound, strings.Join(b.details, ","), v.Bound, v.Details, v.Headline, b.doubt)
				t.Log(figures(v, e))
			}
		}
		os.RemoveAll(filepath.Join(dir, b.name))
	}
	t.Log(brief)
	t.Logf("%d of %d right\n%s", right, all, confusion(matrix))
}

// wanted tells whether a file's name holds one of the words of -bounds.only.
func wanted(file string) bool {
	for _, w := range strings.Split(*boundsOnly, ",") {
		if strings.Contains(filepath.Base(file), w) {
			return true
		}
	}
	return false
}

func figures(v measure.Verdict, e *Evidence) string {
	var b strings.Builder
	f := e.Facts
	fmt.Fprintf(&b, "   wall %s cpu %s sys %s child %s delay %s run %.2f want %.2f gs %d sw %d spawns %d alloc %.2f/%d gc %.2f blocked %.2f bg %.2f turns %d ev %d\n", measure.Duration(f.WallNS), measure.Duration(f.CPUNS), measure.Duration(f.SystemNS), measure.Duration(f.ChildNS), measure.Duration(f.DelayNS), f.Running, f.Wanting, f.Goroutines, f.Switches, f.Spawns, f.Alloc, f.Samples, f.GC, f.Blocked, f.Background, f.Turns, e.Events)
	fmt.Fprintf(&b, "   path %s\n   queue %+v solo %+v timers %+v\n", shares(f.Path), f.Queue, f.Solo, f.Timers)
	fmt.Fprintf(&b, "   slots %s doubts %q next %q\n", shares(e.Slots), v.Doubts, v.Next)
	for i, l := range v.Lines {
		if i < 4 {
			fmt.Fprintf(&b, "   %s:%d %.1f%% %s %s\n", l.Cell, l.Line, 100*l.Share, l.Kind, l.Text)
		}
	}
	if t := e.Timeline; t != nil {
		for _, l := range append(slices.Clone(t.Lanes), t.Workers...) {
			fmt.Fprintf(&b, "   %-9s|%s|\n", l.Name, strings.NewReplacer("R", "▓", "r", "·", "w", "░").Replace(l.Bins))
		}
	}
	return b.String()
}

func shares(m map[string]float64) string {
	var ks []string
	for k := range m {
		ks = append(ks, k)
	}
	sort.Slice(ks, func(i, j int) bool { return m[ks[i]] > m[ks[j]] })
	var out []string
	for _, k := range ks {
		if m[k] >= 0.005 {
			out = append(out, fmt.Sprintf("%s %.0f%%", k, 100*m[k]))
		}
	}
	return strings.Join(out, " ")
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
