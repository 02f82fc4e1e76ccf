package interpreted

import (
	"os"
	"strings"
	"testing"

	"bytes"
	"github.com/google/pprof/profile"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

// prepared checks cells and prepares the last with the others as its slice.
func prepared(t *testing.T, texts ...string) engine.Program {
	imp := source.EmbeddedImporter()
	scope := source.NewScope(imp)
	var u engine.Unit
	for i, text := range texts {
		c, errs := scope.Check(source.Text{ID: "c" + string(rune('1'+i)), Index: i + 1, Code: text})
		if errs != nil {
			t.Fatal(errs)
		}
		scope.Accept(c)
		if i < len(texts)-1 {
			u.Slice = append(u.Slice, c)
		}
		u.Cell = c
	}
	p, err := NewEngine(Options{Importer: imp, Env: os.Environ()}).Prepare(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEngineRun(t *testing.T) {
	p := prepared(t, "n := 3", "func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }", "fmt.Println(\"out\")\nr := fib(n * 5)\nr")
	r, err := p.Run(t.Context(), engine.RunSpec{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Err != nil || r.Value != "610" || string(r.Stdout.Head) != "out\n" || r.Sample.WallNS <= 0 || r.Sample.SetupNS <= 0 {
		t.Errorf("got %+v", r)
	}
	if w := r.Written["r"]; w.Text != "610" || w.Hash == "" || !w.Plain {
		t.Errorf("written r is %+v", w)
	}
}

func TestEngineProfile(t *testing.T) {
	p := prepared(t, "func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }", "x := 0\nx = fib(19)")
	r, err := p.Run(t.Context(), engine.RunSpec{CPUProfile: true, CPUProfileHz: 500, Turns: 20, Values: engine.ValuesNone})
	if err != nil || r.Err != nil {
		t.Fatal(err, r.Err)
	}
	prof, err := profile.Parse(bytes.NewReader(r.CPUProfile))
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]int64{}
	total := int64(0)
	for _, s := range prof.Sample {
		total += s.Value[0]
		if strings.HasPrefix(s.Location[0].Line[0].Function.Name, "main.") {
			of[s.Location[0].Line[0].Function.Name+" "+s.Location[0].Line[0].Function.Filename] += s.Value[0]
		}
	}
	if total > 20 && 2*of["main.fib c1"] < total {
		t.Errorf("of %d samples, functions of cells have %v", total, of)
	}
}

func TestEngineFailure(t *testing.T) {
	p := prepared(t, "var xs []int", "i := 5\nxs[i] = 1")
	r, err := p.Run(t.Context(), engine.RunSpec{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Err == nil || r.Err.Kind != "panic" || r.Err.Cell != "c2" || r.Err.Line != 2 || r.InSetup {
		t.Errorf("got %+v", r.Err)
	}
}
