package render

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

func TestFlame(t *testing.T) {
	fn := func(id uint64, name string) *profile.Function { return &profile.Function{ID: id, Name: name} }
	loc := func(id uint64, f *profile.Function) *profile.Location {
		return &profile.Location{ID: id, Line: []profile.Line{{Function: f}}}
	}
	main, hash, evil := fn(1, "main.cell"), fn(2, "crypto/internal/fips140/sha256.block"), fn(3, "<script>alert(\x1b1)</script>")
	harness := fn(4, "github.com/lapbook/lapbook/runtime/engine/harness.Main")
	main.Filename = "hash"
	a, b, c, d := loc(1, main), loc(2, hash), loc(3, evil), loc(4, harness)
	a.Line[0].Line = 7
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		Function:   []*profile.Function{main, hash, evil, harness}, Location: []*profile.Location{a, b, c, d},
		Sample: []*profile.Sample{{Location: []*profile.Location{b, a, d}, Value: []int64{9, 90 * ms}}, {Location: []*profile.Location{c, a, d}, Value: []int64{1, 10 * ms}}},
	}
	var gz bytes.Buffer
	if err := p.Write(&gz); err != nil {
		t.Fatal(err)
	}
	got := Flame(gz.Bytes(), map[string]bool{"hash": true})
	for _, want := range []string{"Flame graph: 100 ms of CPU time in 10 samples; main.cell hash:7 100%", "sha256.block: 90 ms (90%)", "&lt;script&gt;"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "harness") {
		t.Errorf("it shows what is lapbook's own:\n%s", got)
	}
	for dec := xml.NewDecoder(strings.NewReader(got)); ; {
		if _, err := dec.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if Flame(nil, nil) != "" || Flame([]byte("junk"), nil) != "" {
		t.Error("a flame graph of nothing")
	}
}
