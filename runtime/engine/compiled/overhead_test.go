package compiled

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/measure"
)

var overhead = flag.Int("overhead", 0, "rounds of timed runs against the bare program (20 rounds: two minutes)")

// bareWorkloads are cells of each class that use a CPU for a while.
var bareWorkloads = []struct{ name, imports, decls, body string }{
	{"fib", "fmt", "func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}", "fmt.Println(fib(36))"},
	{"maps", "fmt", "", `counts := map[int]int{}
x := 1
for range 6_000_000 {
	x = (x*1103515245 + 12345) & 0x7fffffff
	counts[x%5000]++
}
fmt.Println(len(counts), counts[7])`},
	{"alloc", "fmt", `type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}`, `n := 0
for range 40 {
	if grow(14).left != nil {
		n++
	}
}
fmt.Println(n)`},
	{"json", "encoding/json fmt", "", `type rec struct {
	Name string
	Tags []string
}
recs := make([]rec, 1000)
for i := range recs {
	recs[i] = rec{fmt.Sprint("name", i), []string{"a", "b", "c"}}
}
n := 0
for range 60 {
	b, err := json.Marshal(recs)
	if err != nil {
		panic(err)
	}
	var back []rec
	if err := json.Unmarshal(b, &back); err != nil {
		panic(err)
	}
	n += len(back)
}
fmt.Println(n)`},
	{"files", "fmt os", "", `f, err := os.CreateTemp("", "bare")
if err != nil {
	panic(err)
}
for i := range 150_000 {
	fmt.Fprintln(f, i)
}
f.Close()
os.Remove(f.Name())
fmt.Println("written")`},
	{"sockets", "bufio fmt net", "", `ln, err := net.Listen("tcp", "127.0.0.1:0")
if err != nil {
	panic(err)
}
go func() {
	c, err := ln.Accept()
	if err != nil {
		return
	}
	for sc := bufio.NewScanner(c); sc.Scan(); {
		fmt.Fprintln(c, sc.Text())
	}
}()
c, err := net.Dial("tcp", ln.Addr().String())
if err != nil {
	panic(err)
}
answers := bufio.NewReader(c)
n := 0
for i := range 8000 {
	fmt.Fprintln(c, "question", i)
	s, err := answers.ReadString('\n')
	if err != nil {
		panic(err)
	}
	n += len(s)
}
fmt.Println(n)`},
	{"goroutines", "fmt sync", "", `results := make(chan int, 64)
var wg sync.WaitGroup
for w := range 1000 {
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := range 400 {
			results <- w ^ i
		}
	}()
}
go func() { wg.Wait(); close(results) }()
sum := 0
for v := range results {
	sum += v
}
fmt.Println(sum)`},
	{"mutex", "fmt sync", "", `var mu sync.Mutex
var wg sync.WaitGroup
n := 0
for range 4 {
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range 200_000 {
			own := 1
			mu.Lock()
			for range 100 {
				own = own*1664525 + 1013904223 // a chain: a shorter loop took twice the time in one of two equal programs, it seems by where its code lies
			}
			n += own & 1
			mu.Unlock()
		}
	}()
}
wg.Wait()
fmt.Println(n)`},
}

// TestTimedRunsAreBare prints how much CPU time timed runs of a cell take over
// what the bare program takes, both read by getrusage around the same text, in
// random order within each round: the median of the rounds' ratios with its 95%
// interval. It wants no interval that lies above 1.03.
func TestTimedRunsAreBare(t *testing.T) {
	if *overhead == 0 {
		t.Skip("with -overhead 20: it compares CPU times, which wants a quiet machine")
	}
	e := testEngine(t)
	for _, w := range bareWorkloads {
		t.Run(w.name, func(t *testing.T) {
			exe := buildBare(t, w.imports, w.decls, w.body)
			cell := w.body
			if w.decls != "" {
				cell = w.decls + "\n---\n" + w.body
			}
			p, err := e.Prepare(context.Background(), unit(t, cell))
			if err != nil {
				t.Fatal(err)
			}
			ours := func() int64 { return timedRun(t, p) }
			theirs := func() int64 { return bareRun(t, exe) }
			ratio, a, b := interleave(*overhead, ours, theirs)
			t.Logf("| %s | %s | %s | %s |", w.name, measure.Duration(a), measure.Duration(b), interval(ratio))
			if ratio.Low != nil && *ratio.Low > 1.03*ppm {
				t.Errorf("timed runs take %s of the bare program's CPU time", interval(ratio))
			}
		})
	}
}

const ppm = 1_000_000

// interleave runs both once a round, and gives the ratio in millionths and the
// medians.
func interleave(rounds int, ours, theirs func() int64) (ratio measure.Interval, a, b int64) {
	var as, bs, ratios []int64
	for i := range rounds + 1 {
		var x, y int64
		if rand.IntN(2) == 0 {
			x = ours()
			y = theirs()
		} else {
			y = theirs()
			x = ours()
		}
		if i > 0 { // the first warms the caches of the system
			as, bs, ratios = append(as, x), append(bs, y), append(ratios, x*ppm/max(1, y))
		}
	}
	return measure.Summary(ratios), median(as), median(bs)
}

func interval(r measure.Interval) string {
	if r.Low == nil || r.High == nil {
		return fmt.Sprintf("%.3f", float64(r.Median)/ppm)
	}
	return fmt.Sprintf("%.3f [%.3f, %.3f]", float64(r.Median)/ppm, float64(*r.Low)/ppm, float64(*r.High)/ppm)
}

func timedRun(t *testing.T, p engine.Program) int64 {
	t.Helper()
	r, err := p.Run(context.Background(), engine.RunSpec{Values: engine.ValuesNone, Procs: 2})
	if err != nil || r.Err != nil {
		t.Fatal(err, r)
	}
	return r.Sample.CPUNS()
}

func bareRun(t *testing.T, exe string) int64 {
	t.Helper()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=2")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(said.String()), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// bareClock reads what the process used so far.
const bareClock = `package main

import (
	"os"
	"strconv"
	"syscall"
)

func usedCPU() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

func sayCPU(since int64) { os.Stderr.WriteString(strconv.FormatInt(usedCPU()-since, 10)) }
`

// buildBare builds the text as func main with a clock around it.
func buildBare(t *testing.T, imports, decls, body string) string {
	t.Helper()
	return buildNative(t, imports, decls, "defer sayCPU(usedCPU())\n"+body, "clock.go", bareClock)
}
