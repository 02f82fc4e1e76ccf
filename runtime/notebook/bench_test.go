package notebook

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
)

// large is a notebook of n code cells with prose between them, each with a
// measured result.
func large(n int) *Notebook {
	nb := New()
	for i := range n {
		nb.Add(Prose, "", fmt.Sprintf("## Step %d\n\nSome *prose* with `code`, a [link](x) and two lines\nof text.", i))
		c := nb.Add(Code, fmt.Sprintf("step-%d", i), fmt.Sprintf("%%%%classify\nx%d := make([]int, %d)\nfor i := range x%d {\n\tx%d[i] = i * i // --> ```\n}\nx%d", i, i, i, i, i))
		r := NewResult(c.ID, i+1)
		r.Stdout, r.Value = fmt.Sprintln("line", i), "[0 1 4 9]"
		low, high := int64(160e6), int64(166e6)
		r.Measurement = &measure.Measurement{Engine: "compiled", Runs: 6, WallNS: measure.Interval{Median: 163e6, Low: &low, High: &high}, Samples: make([]measure.Sample, 6)}
		r.Verdict = &measure.Verdict{Bound: "cpu", Detail: "compute", Headline: "CPU-bound: computing", Shares: map[string]float64{"compute": 1},
			Lines: []measure.Line{{Cell: c.ID, Line: 4, Share: 0.9, Kind: "compute", Text: "x[i] = i * i"}}}
		c.Record(r)
	}
	return nb
}

// BenchmarkLoadAndSave shows that the cost is linear in the cells: compare the
// figures a cell at the two sizes.
func BenchmarkLoadAndSave(b *testing.B) {
	for _, ext := range []string{".md", ".ipynb"} {
		for _, n := range []int{1000, 10000} {
			path := filepath.Join(b.TempDir(), "x"+ext)
			nb := large(n / 2) // and as many of prose
			if err := nb.SaveOver(path, nil); err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("save%s/%d", ext, n), func(b *testing.B) {
				for b.Loop() {
					if err := nb.SaveOver(path, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/cell")
			})
			b.Run(fmt.Sprintf("load%s/%d", ext, n), func(b *testing.B) {
				for b.Loop() {
					if _, err := Load(path); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/cell")
			})
			b.Run(fmt.Sprintf("edit one%s/%d", ext, n), func(b *testing.B) {
				book, err := Load(path)
				if err != nil {
					b.Fatal(err)
				}
				for i := 0; b.Loop(); i++ {
					book.Cells[1].Source = fmt.Sprint("x := ", i)
					if err := book.Save(path, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/cell")
			})
		}
	}
}
