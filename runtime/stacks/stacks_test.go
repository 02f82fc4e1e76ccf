package stacks

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// make builds a profile from stacks as a reader would write them, innermost
// frame first: "main.fib t:5; main.cell fetch:2; harness". A frame without a
// place is of Go's own library.
func made(t *testing.T, weights map[string]int64) []byte {
	t.Helper()
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: 10_000_000,
	}
	known := map[string]*profile.Location{}
	for text, n := range weights {
		s := &profile.Sample{Value: []int64{n, n * 10_000_000}}
		for _, frame := range strings.Split(text, "; ") {
			if known[frame] == nil {
				known[frame] = location(p, frame)
			}
			s.Location = append(s.Location, known[frame])
		}
		p.Sample = append(p.Sample, s)
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func location(p *profile.Profile, frame string) *profile.Location {
	name, place, _ := strings.Cut(frame, " ")
	if name == "harness" {
		name = "github.com/lapbook/lapbook/runtime/engine/harness.(*server).run"
	}
	file, digits, ok := strings.Cut(place, ":")
	if !ok {
		file = "/go/src/runtime/x.go"
	}
	line := int64(0)
	for _, d := range digits {
		line = 10*line + int64(d-'0')
	}
	f := &profile.Function{ID: uint64(len(p.Function) + 1), Name: name, Filename: file, StartLine: 1}
	p.Function = append(p.Function, f)
	l := &profile.Location{ID: uint64(len(p.Location) + 1), Line: []profile.Line{{Function: f, Line: line}}}
	p.Location = append(p.Location, l)
	return l
}

var ids = map[string]bool{"t": true, "fetch": true}

// work is a profile of a recursion, an allocation, a file of the user's module,
// the collector, and what is lapbook's own.
func work(t *testing.T) []byte {
	return made(t, map[string]int64{
		"main.fib t:3; main.fib t:5; main.fib t:5; main.cell fetch:2; main.main.func2 gen.go:9; harness; runtime.main": 6,
		"main.fib t:5; main.cell fetch:2; harness":                         2,
		"runtime.memmove; runtime.growslice; main.cell fetch:3; harness":   4,
		"example.com/m/deep.Work /home/u/m/deep/w.go:7; main.cell fetch:4": 3,
		"runtime.scanobject; runtime.gcBgMarkWorker":                       1,
		"runtime.traceAdvance; harness; main.main gen.go:3; runtime.main":  9,
	})
}

func read(t *testing.T, data []byte) *Profile {
	t.Helper()
	p, err := Read(data, CPU, ids)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReadLeavesOutWhatIsOurs(t *testing.T) {
	p := read(t, work(t))
	if p.Total != 160_000_000 || p.Count != 16 || p.Hz != 100 {
		t.Errorf("total %d, count %d, %d Hz", p.Total, p.Count, p.Hz)
	}
	for _, s := range p.Stacks {
		for _, f := range s.Frames {
			if strings.Contains(f.Func, "harness") || strings.HasPrefix(f.Func, "main.main") || f.Func == "runtime.main" {
				t.Errorf("%s is shown", f.Func)
			}
		}
	}
}

func TestLines(t *testing.T) {
	want := []struct {
		frame     string
		flat, cum int64
	}{
		{"main.cell fetch:2", 0, 80}, {"main.fib t:5", 20, 80}, {"main.fib t:3", 60, 60},
		{"main.cell fetch:3", 0, 40}, {"example.com/m/deep.Work w.go:7", 30, 30}, {"main.cell fetch:4", 0, 30},
	}
	rows := read(t, work(t)).Lines()
	if len(rows) != len(want) {
		t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	got := map[string]Row{}
	for i, r := range rows {
		got[r.Frame.String()] = r
		if i > 0 && r.Cum > rows[i-1].Cum {
			t.Errorf("row %d has more than the one before", i)
		}
	}
	for _, w := range want {
		if r := got[w.frame]; r.Flat != w.flat*1e6 || r.Cum != w.cum*1e6 {
			t.Errorf("%s: flat %d ms, cum %d ms; want %d, %d", w.frame, r.Flat/1e6, r.Cum/1e6, w.flat, w.cum)
		}
	}
}

const topWant = `     flat            cum
        .          80 ms  50%  main.cell fetch:2   line 2 of fetch
    20 ms  12%     80 ms  50%  main.fib t:5        line 5 of t
  … and 4 more lines (%pprof top 6)
functions that they call, and Go's own:
    40 ms  25%     40 ms  25%  runtime.memmove
    10 ms   6%     10 ms   6%  runtime.scanobject
`

func TestTop(t *testing.T) {
	var b strings.Builder
	text := func(f Frame) string { return "line " + itoa(f.Line) + " of " + f.File }
	if err := read(t, work(t)).Top(&b, 2, text); err != nil {
		t.Fatal(err)
	}
	if b.String() != topWant {
		t.Errorf("got\n%swant\n%s", b.String(), topWant)
	}
}

const listWant = `fib  t  flat 80 ms, cum 80 ms (50%)
                       1  func fib(n int) int {
                       2      if n < 2 {
    60 ms     60 ms    3          return n
                       4      }
    20 ms     80 ms    5      return fib(n-1) + fib(n-2)
                       6  }
`

func TestList(t *testing.T) {
	p := read(t, work(t))
	text := "func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}"
	list := p.List("fib", func(f Frame) bool { return f.Func == "main.fib" }, func(Frame) string { return text })
	if len(list) != 1 {
		t.Fatalf("%d listings", len(list))
	}
	var b strings.Builder
	if err := p.Write(&b, list[0]); err != nil {
		t.Fatal(err)
	}
	if b.String() != listWant {
		t.Errorf("got\n%swant\n%s", b.String(), listWant)
	}
}

func TestListOfALongFileShowsTheCostlyPart(t *testing.T) {
	p := read(t, work(t))
	long := strings.Repeat("x\n", 500)
	list := p.List("", func(f Frame) bool { return f.File == "/home/u/m/deep/w.go" }, func(Frame) string { return long })
	if len(list) != 1 || len(list[0].Lines) != 9 || list[0].Lines[0].Number != 3 {
		t.Errorf("%+v", list)
	}
}

const flameWant = `|160 ms of CPU time in 16 samples
|fetch:2 50%                          |fetch:3 25%       |fetch:4 19%  |run…
|main.fib 50%                         |runtime.growslice |deep.Work 19%|run…
                                      |runtime.memmove
`

func TestFlameText(t *testing.T) {
	var b strings.Builder
	if err := read(t, work(t)).FlameText(&b); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > width {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if b.String() != flameWant {
		t.Errorf("got\n%swant\n%s", b.String(), flameWant)
	}
}

func TestFlameSVG(t *testing.T) {
	data := made(t, map[string]int64{`main.f[go.shape.struct{·X_"<b>"}] t:5; main.cell fetch:2`: 3, "runtime.gcBgMarkWorker": 1})
	svg := read(t, data).FlameSVG()
	texts, boxes := 0, 0
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, svg)
		}
		if e, ok := tok.(xml.StartElement); ok {
			switch e.Name.Local {
			case "rect":
				boxes++
			case "text":
				texts++
			case "svg", "g", "title":
			default:
				t.Errorf("element %s", e.Name.Local)
			}
			for _, a := range e.Attr {
				if a.Name.Local == "style" || a.Name.Local == "class" || a.Name.Local == "id" || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("attribute %s", a.Name.Local)
				}
			}
		}
	}
	if boxes != 4 || texts != 4 {
		t.Errorf("%d boxes, %d texts: %s", boxes, texts, svg)
	}
}

func TestShift(t *testing.T) {
	p := read(t, Shift(work(t), "t", 2))
	got := map[string]int64{}
	for _, r := range p.Lines() {
		got[r.Frame.String()] = r.Cum
	}
	if got["main.fib t:7"] != 80e6 || got["main.fib t:5"] != 60e6 || got["main.cell fetch:2"] != 80e6 {
		t.Errorf("%v", got)
	}
	if bad := []byte("no profile"); string(Shift(bad, "t", 2)) != "no profile" {
		t.Error("what is no profile was changed")
	}
}

func TestReadRefusesOtherProfiles(t *testing.T) {
	if _, err := Read(work(t), Heap, ids); err == nil || !strings.Contains(err.Error(), "alloc_space") {
		t.Errorf("a CPU profile as heap: %v", err)
	}
	if _, err := Read([]byte("x"), CPU, ids); err == nil {
		t.Error("no profile at all was read")
	}
	if (&Profile{Kind: CPU}).FlameSVG() != "" {
		t.Error("a picture of nothing")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(data, CPU, ids)
		if err != nil {
			return
		}
		_ = p.FlameText(io.Discard)
		_ = p.Top(io.Discard, 5, func(Frame) string { return "" })
		_ = p.FlameSVG()
	})
}
