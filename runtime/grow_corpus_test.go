package runtime

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

var (
	growGlob   = flag.String("grow", "", "cells with known growth that are run in place of the sample, such as 'growth/testdata/*/*.txtar'")
	growEngine = flag.String("grow-engine", "compiled", "engine of -grow")
)

// growSample are the cells that every test run tries: cheap, and of different
// classes.
func growSample() []string {
	return []string{"corpus/insertion_sorted", "corpus/dedupe_nested", "corpus/fib_naive", "corpus/string_plus"}
}

// TestGrowCorpus names the growth of cells whose class is known. An answer of
// unclear is counted and no failure; a wrong class is one.
func TestGrowCorpus(t *testing.T) {
	var files []string
	if *growGlob != "" {
		var err error
		if files, err = filepath.Glob(*growGlob); err != nil || len(files) == 0 {
			t.Fatalf("-grow %s: no file (%v)", *growGlob, err)
		}
	} else {
		for _, name := range growSample() {
			files = append(files, filepath.Join("growth", "testdata", filepath.FromSlash(name)+".txtar"))
		}
	}
	right, unclear := 0, 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			switch growOne(t, file) {
			case "right":
				right++
			case "unclear":
				unclear++
			}
		})
	}
	if *growGlob != "" {
		t.Logf("%s: %d of %d right, %d unclear", *growEngine, right, len(files), unclear)
	}
}

func growOne(t *testing.T, file string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range txtar.Parse(data).Files {
		parts[f.Name] = string(f.Data)
	}
	want := wants(parts["want"])
	s := newSession(t, Config{Engine: *growEngine, Dir: t.TempDir(), Budget: 30 * time.Second, Repeat: "yes"})
	ctx := context.Background()
	for _, text := range []string{parts["setup.go"], parts["cell.go"]} {
		if strings.TrimSpace(text) == "" {
			continue
		}
		for _, res := range s.Do(ctx, text, silent{}) {
			if res.Failed() {
				t.Fatalf("%s: %v", res.Status, res.Error)
			}
		}
	}
	begin := time.Now()
	res := s.Do(ctx, "%grow n="+want["range"], silent{})[0]
	if res.Failed() || res.Growth == nil {
		t.Fatalf("%s: %v", res.Status, res.Error)
	}
	g := res.Growth
	report := func(how string) {
		t.Logf("%s: want %s, got %s %v in %.1fs\n   %s\n   %s", how, want["class"], g.Class, g.Alternatives, time.Since(begin).Seconds(), g.Headline, strings.Join(g.Evidence, "\n   "))
		if testing.Verbose() {
			for _, p := range g.Points {
				t.Logf("      n=%-9d cpu %-11d wall %-11d runs %d steps %-12d bytes %d", p.N, p.CPUNS, p.WallNS, p.Runs, p.Steps, p.AllocBytes)
			}
			t.Logf("      stopped: %s; lines %+v", g.Stopped, g.Lines)
		}
	}
	classes := strings.Split(want["class"], ",")
	for i := range classes {
		classes[i] = strings.TrimSpace(classes[i])
	}
	switch {
	case g.Class == "unclear":
		report("unclear")
		return "unclear"
	case slices.Contains(classes, g.Class):
		report("right")
		return "right"
	}
	report("WRONG")
	t.Fail()
	return "wrong"
}

func wants(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, ": "); ok {
			out[k] = strings.TrimSpace(v)
		}
	}
	return out
}
