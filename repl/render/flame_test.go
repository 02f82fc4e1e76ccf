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
	main, hash, evil := fn(1, "main.cell"), fn(2, "crypto/internal/fips140/sha256.block"), fn(3, "<script>alert(1)</script>")
	a, b, c := loc(1, main), loc(2, hash), loc(3, evil)
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		Function:   []*profile.Function{main, hash, evil}, Location: []*profile.Location{a, b, c},
		Sample: []*profile.Sample{{Location: []*profile.Location{b, a}, Value: []int64{9, 90 * ms}}, {Location: []*profile.Location{c, a}, Value: []int64{1, 10 * ms}}},
	}
	var gz bytes.Buffer
	if err := p.Write(&gz); err != nil {
		t.Fatal(err)
	}
	got := Flame(gz.Bytes())
	for _, want := range []string{"flame graph of 100 ms CPU; most of it in fips140/sha256.block 90%", "main.cell 100 ms", "&lt;script&gt;"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	for dec := xml.NewDecoder(strings.NewReader(got)); ; {
		if _, err := dec.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if Flame(nil) != "" || Flame([]byte("junk")) != "" {
		t.Error("a flame graph of nothing")
	}
}
