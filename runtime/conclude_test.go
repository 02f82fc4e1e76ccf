package runtime

import (
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
)

// row is a column with eight runs around a wall time in milliseconds.
func row(model string, ms int64, base []measure.Sample) measure.Column {
	var samples []measure.Sample
	for i := range int64(8) {
		samples = append(samples, measure.Sample{WallNS: ms*1_000_000 + i*1000})
	}
	c := measure.Column{Model: model, Limit: 8, Workers: 1}
	if model == parallel {
		c.Workers = 2
	}
	return c.Summarised(samples, base)
}

func TestConclude(t *testing.T) {
	cpu := &measure.Verdict{Headline: "CPU-bound: computing"}
	io := &measure.Verdict{Headline: "I/O-bound: waiting for the network"}
	base := row(asWritten, 200, nil)
	tests := []struct {
		name    string
		verdict *measure.Verdict
		rows    []measure.Column
		want    string
	}{
		{"interleaving helps waits", io, []measure.Column{row(concurrent, 20, base.Samples)}, "I/O-bound: 8 in flight on one worker gave 10×."},
		{"judged on one worker", cpu, []measure.Column{row(oneWorker, 160, base.Samples), row(concurrent, 160, base.Samples)}, "interleaving on one worker made no significant difference"},
		{"two workers", cpu, []measure.Column{row(concurrent, 201, base.Samples), row(parallel, 100, base.Samples)}, "two workers gave 2.0×."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &measure.Comparison{Columns: append([]measure.Column{base}, tt.rows...)}
			if got := conclude(c, tt.verdict, 0); !strings.Contains(got, tt.want) {
				t.Errorf("%q, want %q in it", got, tt.want)
			}
		})
	}
}
