package runtime

import (
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"unicode"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// saveBench writes the samples of the measured cells, or of one, in Go's
// benchmark format: https://go.dev/design/14313-benchmark-format.
func (s *Session) saveBench(c Call, file string, e *entry) error {
	cells := s.book.CodeCells()
	if e != nil {
		cells = []*notebook.Cell{e.nb}
	}
	w := &benchWriter{}
	for _, cell := range cells {
		w.cell(cell)
	}
	if w.samples == 0 {
		return fmt.Errorf("%%save bench: no cell was timed yet; run %%profile first")
	}
	if file == "" {
		file = "bench.txt"
	}
	name := s.resolve(file)
	if err := os.WriteFile(name, []byte(w.text(s.notebookName())), 0o644); err != nil {
		return err
	}
	c.printf("%s: %s · benchstat -col /model %s\n", filepath.Base(name), plural(w.samples, "sample"), name)
	return nil
}

// notebookName is what stands as the package of the samples.
func (s *Session) notebookName() string {
	if s.path == "" {
		return "notebook"
	}
	return strings.TrimSuffix(filepath.Base(s.path), filepath.Ext(s.path))
}

// benchWriter gathers the lines of a benchmark file.
type benchWriter struct {
	b       strings.Builder
	samples int
	machine *measure.Machine
}

func (w *benchWriter) text(pkg string) string {
	m := w.machine
	if m == nil {
		m = &measure.Machine{OS: goruntime.GOOS, Arch: goruntime.GOARCH, Go: goruntime.Version()}
	}
	head := "goos: " + m.OS + "\ngoarch: " + m.Arch + "\ngo: " + m.Go + "\npkg: " + pkg + "\n"
	if m.CPU != "" {
		head += "cpu: " + m.CPU + "\n"
	}
	return head + "Unit cpu-ns/op better=lower\n" + w.b.String()
}

// cell writes the samples of a cell: those of a comparison, which holds the cell
// as written, else those of the measurement. A cell of magics holds those of the
// cell that it measured.
func (w *benchWriter) cell(c *notebook.Cell) {
	r := c.Result
	if r == nil {
		return
	}
	id := c.ID
	if r.Of != "" {
		id = r.Of
	}
	if w.machine == nil {
		w.machine = r.Machine
	}
	procs := goruntime.GOMAXPROCS(0)
	if r.Machine != nil && r.Machine.Cores > 0 {
		procs = r.Machine.Cores
	}
	if cmp := r.Comparison; cmp != nil && len(cmp.Columns) > 0 {
		for _, col := range cmp.Columns {
			p := procs
			if col.Procs > 0 {
				p = col.Procs
			}
			w.lines(benchName(id, col.Model, p), col.Samples)
		}
		return
	}
	if m := r.Measurement; m != nil {
		w.lines(benchName(id, asWritten, procs), m.Samples)
	}
}

// lines writes one line a sample. The figures are for one turn, the number of
// turns is what the format calls iterations.
func (w *benchWriter) lines(name string, samples []measure.Sample) {
	for _, s := range samples {
		fmt.Fprintf(&w.b, "%s\t%d\t%d ns/op\t%d cpu-ns/op\t%d B/op\t%d allocs/op\n", name, max(1, s.Turns), s.WallNS, s.CPUNS(), s.AllocBytes, s.Allocs)
		w.samples++
	}
}

// benchName is a benchmark's name: the cell, the model as a key that benchstat
// can compare by, and GOMAXPROCS, as package testing writes it.
func benchName(id, model string, procs int) string {
	name := []rune(strings.Map(func(r rune) rune {
		if r == '-' || r == '/' {
			return '_'
		}
		return r
	}, id))
	name[0] = unicode.ToUpper(name[0])
	model = strings.NewReplacer(", ", ",", " ", "_").Replace(model)
	full := "Benchmark" + string(name) + "/model=" + model
	if procs > 1 {
		full += fmt.Sprintf("-%d", procs)
	}
	return full
}
