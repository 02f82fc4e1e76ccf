package notebook

import (
	"errors"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/inline"
	"github.com/lapbook/lapbook/runtime/source"
)

// encodeGoTest writes a benchmark for each measured cell of a notebook, for
// go test -bench: what earlier cells do is its setup, outside the clock. It does
// not convert back.
func (nb *Notebook) encodeGoTest(Draw) ([]byte, error) {
	w := newGoWriter(nb)
	w.bare = true
	tests, b := w.names.pkg("testing", "testing"), "b"
	if w.names.taken[b] {
		b = w.names.free(b)
	}
	var benches strings.Builder
	for _, c := range nb.CodeCells() {
		sc := w.checked[c]
		if sc == nil {
			continue
		}
		setup, blocks := w.main.String(), w.blocks
		if err := w.code(c, sc); err != nil {
			return nil, err
		}
		if measured(c) {
			cell := w.main.String()[len(setup):] + strings.Repeat("}\n", w.blocks-blocks)
			benches.WriteString("\nfunc " + benchName(c.ID) + "(" + b + " *" + tests + ".B) {\n" + setup + "for " + b + ".Loop() {\n" + cell + "}\n" + strings.Repeat("}\n", blocks) + "}\n")
		}
	}
	if benches.Len() == 0 {
		return nil, errors.New("no cell is measured: there is nothing to make a benchmark of")
	}
	vars := w.hoistedBlock()
	var text strings.Builder
	text.WriteString("// Benchmarks of the measured cells of a lapbook notebook: go test -bench .\n\npackage main\n")
	w.importBlock(&text)
	return inline.Program([]byte(text.String() + vars + w.top.String() + benches.String()))
}

// measured tells the cells that a reader would want a benchmark of.
func measured(c *Cell) bool {
	if c.Result != nil && c.Result.Measured() {
		return true
	}
	magics, _, err := source.SplitMagics(c.Code())
	return err == nil && slices.ContainsFunc(magics, func(m source.Magic) bool {
		return slices.Contains([]string{"profile", "classify", "timeit", "timeline", "grow", "memory", "concurrent", "parallel", "compare", "curve"}, m.Name)
	})
}

// benchName makes BenchmarkFetchPages of fetch-pages.
func benchName(id string) string {
	name := "Benchmark"
	for word := range strings.FieldsFuncSeq(id, func(r rune) bool { return r == '-' || r == '_' }) {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}
