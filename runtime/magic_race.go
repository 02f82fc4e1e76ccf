package runtime

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
)

func raceMagic() Magic {
	return Magic{
		Name: "race", Group: "model", Usage: "%race [CELL]",
		Summary: "run under the race detector, on cell lines",
		Help: "Runs the cell as written under Go's race detector, and once more with its tasks\n" +
			"on all workers when a model applies. It finds the races of these runs: none\n" +
			"found is no proof. It needs a C compiler, and prepares the standard library\n" +
			"once, which takes a minute.",
		Example: "n := 0\nvar wg sync.WaitGroup\nfor range 2 { wg.Go(func() { n++ }) }\nwg.Wait()\n%race",
		Edit:    func(p *Plan, _ string) error { p.Race = true; return nil },
	}
}

// race runs the cell under the detector: as written, and its tasks in parallel.
func (m *measuring) race(ctx context.Context) error {
	eng := m.session.engines.compiled
	if eng == nil {
		m.res.Notices = append(m.res.Notices, "%race needs the Go toolchain: "+m.session.engines.missing)
		return nil
	}
	if missing := raceNeeds(); missing != "" {
		m.res.Notices = append(m.res.Notices, "%race: "+missing)
		return nil
	}
	if err := m.prepareRace(ctx, eng); err != nil {
		return err
	}
	found := &races{cellName: m.session.cellName(m.entry.nb), id: m.entry.nb.ID, texts: m.session.sources()}
	if err := m.raceRun(ctx, eng, m.entry.checked, "", found); err != nil {
		return err
	}
	t, _ := m.findTasks() // a cell without tasks has no second run
	if t != nil {
		if err := m.raceRun(ctx, eng, t.cell, parallel, found); err != nil {
			return err
		}
	}
	m.res.Race = &measure.Race{Of: m.res.Of, Found: len(found.list) > 0, Reports: found.list}
	return nil
}

// prepareRace builds what all cells share for the detector, with progress.
func (m *measuring) prepareRace(ctx context.Context, eng engine.Engine) error {
	p, ok := eng.(interface {
		PrepareStd(ctx context.Context, race bool, paths ...string) error
	})
	if !ok {
		return nil
	}
	m.fe.Progress("preparing Go's standard library for the race detector, once")
	defer m.session.engines.watch(m.fe, "preparing Go's standard library for the race detector, once: %d of %d")()
	if err := p.PrepareStd(ctx, true); err != nil {
		return fmt.Errorf("%%race: the standard library does not build for the race detector: %w", err)
	}
	return nil
}

// raceRun runs one form of the cell under the detector.
func (m *measuring) raceRun(ctx context.Context, eng engine.Engine, cell *source.Cell, model string, found *races) error {
	what := "as written"
	if model != "" {
		what = "its tasks in parallel"
	}
	m.fe.Progress("running the cell under the race detector, " + what)
	slice := m.session.slice(m.entry.checked)
	if err := m.session.mayStart(m.entry, slice); err != nil {
		return err
	}
	prog, err := eng.Prepare(ctx, engine.Unit{Slice: slice, Cell: cell, Race: true})
	if err != nil {
		return err
	}
	defer prog.Close()
	spec := m.session.runSpec()
	if m.session.unrepeatable(m.entry.checked, slice) != "" {
		m.entry.startOf(&spec)
	}
	spec.Values = engine.ValuesNone
	if spec.Model = model; model != "" {
		spec.Workers = max(2, goruntime.GOMAXPROCS(0)) // one worker shows no race
		spec.Procs = spec.Workers
	}
	res, err := prog.Run(ctx, spec)
	if err != nil {
		return err
	}
	for _, r := range res.Race {
		found.add(r, model)
	}
	if len(res.Race) > 0 {
		return nil // the detector's exit status is no failure of the cell
	}
	return fatal(res)
}

// races gathers reports, each pair of places once.
type races struct {
	cellName, id string
	texts        map[string]string
	list         []string
	seen         map[string]bool
}

// add says a race on cell lines: "line 3 (write) and line 5 (read), unordered:
// total += x".
func (r *races) add(report engine.RaceReport, model string) {
	key := placeKey(report.First, report.Second)
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	if r.seen[key] {
		return
	}
	r.seen[key] = true
	a, b := r.access(report.First, firstAccess(report.Text, 0)), r.access(report.Second, firstAccess(report.Text, 1))
	text := a + " and " + b + " are not ordered"
	if a == b {
		text = a + " in two goroutines at the same time"
	}
	if len(report.First) > 0 {
		text += ": " + textLine(r.texts[report.First[0].Cell], report.First[0].Line)
	}
	if model != "" {
		text = "as parallel tasks: " + text
	}
	r.list = append(r.list, text)
}

// placeKey is the same for two reports of the same two lines.
func placeKey(a, b []engine.Place) string {
	x, y := "", ""
	if len(a) > 0 {
		x = a[0].String()
	}
	if len(b) > 0 {
		y = b[0].String()
	}
	return min(x, y) + " " + max(x, y)
}

// access is one side: "a write at line 3", with the cell when it is another.
func (r *races) access(at []engine.Place, kind string) string {
	switch {
	case len(at) == 0:
		return "a " + kind + " outside of the cells"
	case at[0].Cell != r.id:
		return fmt.Sprintf("a %s at %s", kind, at[0])
	}
	return fmt.Sprintf("a %s at line %d", kind, at[0].Line)
}

// firstAccess reads what the detector calls an access: the n-th "Write at" or
// "Previous read at".
func firstAccess(text string, n int) string {
	for line := range strings.Lines(text) {
		line = strings.ToLower(strings.TrimSpace(line))
		kind, _, ok := strings.Cut(strings.TrimPrefix(line, "previous "), " at 0x")
		if !ok {
			continue
		}
		if n == 0 {
			return strings.TrimPrefix(kind, "atomic ")
		}
		n--
	}
	return "access"
}

// raceNeeds tells what the race detector lacks on this machine, "" for nothing.
func raceNeeds() string {
	switch goruntime.GOOS + "/" + goruntime.GOARCH {
	case "linux/amd64", "linux/arm64", "linux/ppc64le", "linux/s390x", "linux/loong64", "linux/riscv64", "freebsd/amd64", "netbsd/amd64", "windows/amd64":
	case "darwin/amd64", "darwin/arm64":
		return "" // it links without a C compiler
	default:
		return "the race detector does not exist for " + goruntime.GOOS + "/" + goruntime.GOARCH
	}
	names := []string{"gcc", "clang"}
	if cc := strings.Fields(os.Getenv("CC")); len(cc) > 0 {
		names = []string{cc[0]}
	}
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			return ""
		}
	}
	return "the race detector needs a C compiler, and there is no " + filepath.Base(names[0]) + " on PATH; install it (Debian: apt install gcc)"
}
