package evidence

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/lapbook/lapbook/runtime/bound"
	"github.com/lapbook/lapbook/runtime/measure"
)

var witnesses = flag.Bool("witness", false, "compare the evidence with independent witnesses (README.md)")

// witness is somebody else's figure for what the evidence says of a cell.
type witness struct {
	program, what string                // file in testdata/witness
	ours          func(*Evidence) int64 // ns
	theirs        func(t *testing.T, w *witnessRun) int64
}

// witnessRun is one traced run with the files that the tools want.
type witnessRun struct {
	exe    string
	sample measure.Sample
	trace  string // file
	prof   []byte
}

// TestWitnesses prints, for one cell of each class, what the evidence says
// beside what getrusage, strace, go tool trace and the profile say of the same
// or of another run, and wants them within a third of each other. The table
// of README.md is its output.
func TestWitnesses(t *testing.T) {
	if !*witnesses {
		t.Skip("run with -witness")
	}
	for _, w := range []witness{
		{"computes", "CPU time: getrusage", computed, func(t *testing.T, r *witnessRun) int64 { return r.sample.CPUNS() }},
		{"compresses", "CPU time: samples × 10 ms", computed, sampled},
		{"compresses", "the hottest line: go tool pprof -lines -cum", hottest, byPprof},
		{"asks", "network wait: go tool trace -pprof=net", spent(bound.Network), byTrace("net")},
		{"reads", "pipe wait: go tool trace -pprof=net", spent(bound.Pipe), byTrace("net")},
		{"queues", "lock wait: go tool trace -pprof=sync", queued, byTrace("sync")},
		{"syncs", "disk and kernel: strace -c -w", spent(bound.Disk, bound.Syscall, bound.Machine), straced("write")},
		{"sorts", "child wait: strace -c -w", spent(bound.Child, bound.Pipe), straced("waitid,wait4")},
	} {
		t.Run(w.program+"/"+w.what, func(t *testing.T) { w.run(t) })
	}
}

func (w *witness) run(t *testing.T) {
	exe := buildWitness(t, w.program)
	s, tr, prof := runWitness(t, exe)
	e, err := Analyze(tr, prof, Options{Files: []string{"cell"}, Cell: "cell", Sample: s})
	if err != nil {
		t.Fatal(err)
	}
	r := &witnessRun{exe: exe, sample: s, prof: prof, trace: filepath.Join(t.TempDir(), "trace")}
	if err := os.WriteFile(r.trace, tr, 0o600); err != nil {
		t.Fatal(err)
	}
	ours, theirs := w.ours(e), w.theirs(t, r)
	t.Logf("| %s | %s | %s | %s |", w.program, w.what, measure.Duration(ours), measure.Duration(theirs))
	if d := ours - theirs; d < -theirs/3 || d > theirs/3 {
		t.Errorf("%s and %s differ by more than a third", measure.Duration(ours), measure.Duration(theirs))
	}
}

// buildWitness builds a program of testdata/witness with its runner.
func buildWitness(t *testing.T, program string) (exe string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the Go toolchain: https://go.dev/dl")
	}
	exe = filepath.Join(t.TempDir(), program)
	cmd := exec.Command("go", "build", "-o", exe, "testdata/witness/"+program+".go", "testdata/witness/runner.go")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %s", out)
	}
	return exe
}

// runWitness runs it traced and profiled.
func runWitness(t *testing.T, exe string) (s measure.Sample, trace, prof []byte) {
	t.Helper()
	cmd := exec.Command(exe, "trace")
	got := figures(t, cmd)
	return got.Sample, got.Trace, got.Profile
}

// witnessed is what a program says of itself.
type witnessed struct {
	Sample         measure.Sample
	Trace, Profile []byte
}

// figures runs a program and reads its descriptor 3.
func figures(t *testing.T, cmd *exec.Cmd) (got witnessed) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(r).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return got
}

func spent(kinds ...string) func(*Evidence) int64 {
	return func(e *Evidence) int64 {
		share := 0.0
		for _, k := range kinds {
			share += e.Facts.Path[k]
		}
		return int64(share * float64(e.Facts.WallNS))
	}
}

func computed(e *Evidence) int64 { return spent(bound.Compute, bound.Collect, bound.Syscall)(e) }

// hottest is the CPU time of the line that takes most of the wall time.
func hottest(e *Evidence) int64 { return int64(e.Lines[0].Share * float64(e.Facts.CPUNS)) }

// queued is the time of all goroutines in the queue of the worst lock.
func queued(e *Evidence) int64 { return int64(e.Facts.Queue.Waits) * e.Facts.Queue.MeanNS }

func sampled(t *testing.T, r *witnessRun) int64 {
	p, err := profile.ParseData(r.prof)
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for _, s := range p.Sample {
		n += s.Value[0]
	}
	return n * 10_000_000
}

// byPprof asks pprof for the line of the cell under which most CPU time was
// spent.
func byPprof(t *testing.T, r *witnessRun) int64 {
	file := filepath.Join(t.TempDir(), "prof")
	if err := os.WriteFile(file, r.prof, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "tool", "pprof", "-top", "-lines", "-cum", "-unit=ms", r.exe, file).Output()
	if err != nil {
		t.Fatalf("go tool pprof: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 6 || !strings.Contains(f[len(f)-1], "cell:") {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSuffix(f[3], "ms"), 64)
		if err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		return int64(n * 1e6)
	}
	t.Fatalf("no line of the cell in\n%s", out)
	return 0
}

// byTrace asks Go's own analysis of the same trace for the time that stacks
// with a line of the cell were blocked.
func byTrace(kind string) func(*testing.T, *witnessRun) int64 {
	return func(t *testing.T, r *witnessRun) int64 {
		out, err := exec.Command("go", "tool", "trace", "-pprof="+kind, r.trace).Output()
		if err != nil {
			t.Fatalf("go tool trace: %v", err)
		}
		p, err := profile.ParseData(out)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, s := range p.Sample {
			if inCell(s) {
				sum += s.Value[1]
			}
		}
		return sum
	}
}

// inCell tells stacks through the cell; its own wait for the end of its
// goroutines is not one of them.
func inCell(s *profile.Sample) bool {
	cell := false
	for _, l := range s.Location {
		for _, line := range l.Line {
			cell = cell || filepath.Base(line.Function.Filename) == "cell"
			if strings.HasPrefix(line.Function.Name, "sync.(*WaitGroup)") {
				return false
			}
		}
	}
	return cell
}

// straced runs the program again under strace and adds up the wall time of the
// calls, as a share of that run. strace slows calls down, so it is asked for
// slow ones only.
func straced(calls string) func(*testing.T, *witnessRun) int64 {
	return func(t *testing.T, r *witnessRun) int64 {
		if _, err := exec.LookPath("strace"); err != nil {
			t.Skip("needs strace: apt-get install strace")
		}
		cmd := exec.Command("strace", "-f", "-c", "-w", "-e", "trace="+calls, r.exe, "plain")
		var out bytes.Buffer
		cmd.Stderr = &out
		got := figures(t, cmd)
		for line := range strings.Lines(out.String()) {
			f := strings.Fields(line)
			if len(f) > 2 && f[len(f)-1] == "total" {
				sec, _ := strconv.ParseFloat(f[1], 64)
				return int64(sec * 1e9 * float64(r.sample.WallNS) / float64(got.Sample.WallNS))
			}
		}
		t.Fatalf("strace printed no total:\n%s", out.String())
		return 0
	}
}
