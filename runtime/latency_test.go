package runtime

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/notebook"
)

var (
	latency       = flag.Bool("latency", false, "from text to result: a changed cell in a session, with go build and in gonb (a minute; gonb's program in LAPBOOK_GONB)")
	latencyRounds = flag.Int("latency-rounds", 21, "interleaved rounds of -latency")
)

// gonbMissing says how to get what the comparison needs.
const gonbMissing = "LAPBOOK_GONB does not name the program of gonb; build it outside of this module: git clone https://github.com/janpfeifer/gonb && cd gonb && go build -o /tmp/gonb . " +
	"&& go install golang.org/x/tools/cmd/goimports@latest golang.org/x/tools/gopls@latest; then LAPBOOK_GONB=/tmp/gonb"

// contestant runs a small program and waits for what it prints.
type contestant struct {
	name   string
	run    func(i int) error // i makes the text a new one
	wallMS []float64
}

// TestLatency prints how long one waits for the result of a small cell, median of
// interleaved rounds in random order: ours is a whole session (check, slice,
// build, run, hand-over), gonb's its kernel behind a Jupyter client.
func TestLatency(t *testing.T) {
	if !*latency {
		t.Skip("with -latency: it takes a minute of a quiet machine")
	}
	needGo(t)
	var gonb *kernel
	if exe := os.Getenv("LAPBOOK_GONB"); exe != "" {
		gonb = startKernel(t, exe, "-raw_error", "-kernel")
	}
	t.Logf("%-5s %-22s %9s  %s", "cell", "", "median", "the changed cell takes")
	for _, c := range []struct{ name, imports, text, end string }{
		{"fmt", "fmt", "fmt.Println(\"result\", %d)", "result %d"},
		{"http", "fmt net/http", "fmt.Println(http.StatusText(200))\n_, err := http.Get(\"http://127.0.0.1:1/\")\nfmt.Println(err != nil, \"result\", %d)", "true result %d"},
	} {
		list := latencyContest(t, gonb, c.imports, c.text, c.end)
		for i, x := range list {
			slices.Sort(x.wallMS)
			versus := ""
			if mine := list[0].wallMS; i > 1 {
				versus = fmt.Sprintf("%.2f of it", mine[len(mine)/2]/x.wallMS[len(x.wallMS)/2])
			}
			t.Logf("%-5s %-22s %6.0f ms  %s", c.name, x.name, x.wallMS[len(x.wallMS)/2], versus)
		}
	}
	if gonb == nil {
		t.Skip("without the figures of gonb: " + gonbMissing)
	}
}

// latencyContest runs one kind of cell in all ways. Every way has run once before
// the clock, so that what it does but once is done.
func latencyContest(t *testing.T, gonb *kernel, imports, text, end string) []*contestant {
	s := newSession(t, Config{Engine: "compiled"})
	first := typed(t, s, fmt.Sprintf(text, 0)).ID
	ours := func(res *notebook.Result, want string) error {
		if res.Failed() || !strings.Contains(res.Stdout, want) {
			return fmt.Errorf("%s: %v, %q", res.Status, res.Error, res.Stdout)
		}
		return nil
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module x\n\ngo 1.26\n")
	list := []*contestant{
		{name: "lapbook, changed", run: func(i int) error {
			return ours(s.Do(context.Background(), fmt.Sprintf(text, i), silent{})[0], fmt.Sprintf(end, i))
		}},
		{name: "lapbook, unchanged", run: func(int) error {
			return ours(s.RunCell(context.Background(), s.book.Find(first), silent{}), fmt.Sprintf(end, 0))
		}},
		{name: "go build and run", run: func(i int) error {
			return buildAndRun(dir, imports, fmt.Sprintf(text, i), fmt.Sprintf(end, i))
		}},
	}
	if gonb != nil {
		list = append(list, &contestant{name: "gonb", run: func(i int) error {
			return gonb.execute("%%\n"+fmt.Sprintf(text, i), fmt.Sprintf(end, i))
		}})
	}
	for round := range *latencyRounds + 1 {
		for _, k := range rand.Perm(len(list)) {
			begin := time.Now()
			if err := list[k].run(round*1_000_000 + os.Getpid()); err != nil {
				t.Fatalf("%s: %v", list[k].name, err)
			}
			if round > 0 {
				list[k].wallMS = append(list[k].wallMS, float64(time.Since(begin).Microseconds())/1e3)
			}
		}
	}
	return list
}

// buildAndRun is what one does without a notebook.
func buildAndRun(dir, imports, body, want string) error {
	var b strings.Builder
	b.WriteString("package main\n\n")
	for _, path := range strings.Fields(imports) {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	fmt.Fprintf(&b, "\nfunc main() {\n%s\n}\n", body)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(b.String()), 0o666); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-o", "prog", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	out, err := exec.Command(filepath.Join(dir, "prog")).Output()
	if err == nil && !strings.Contains(string(out), want) {
		err = fmt.Errorf("it printed %q", out)
	}
	return err
}
