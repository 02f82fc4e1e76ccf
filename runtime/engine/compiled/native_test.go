package compiled

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/engine"
)

var native = flag.Bool("native", false, "compare the CPU time of cells with that of the same text in func main (minutes)")

// nativeWorkloads are cells of about 0.3 s: declarations, then statements.
var nativeWorkloads = []struct{ name, imports, decls, body string }{
	{"fib", "fmt", "func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}", "fmt.Println(fib(38))"},
	{"sieve", "fmt", "", `const n = 20_000_000
composite := make([]bool, n+1)
count := 0
for i := 2; i <= n; i++ {
	if composite[i] {
		continue
	}
	count++
	for j := i * i; j <= n; j += i {
		composite[j] = true
	}
}
fmt.Println(count)`},
	{"matmul", "fmt", "func matmul(a, b, c [][]float64) {\n\tfor i := range a {\n\t\tfor j := range b[0] {\n\t\t\ts := 0.0\n\t\t\tfor k := range b {\n\t\t\t\ts += a[i][k] * b[k][j]\n\t\t\t}\n\t\t\tc[i][j] = s\n\t\t}\n\t}\n}", `n := 420
mk := func() [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		for j := range m[i] {
			m[i][j] = float64(i ^ j)
		}
	}
	return m
}
a, b, c := mk(), mk(), mk()
for range 3 {
	matmul(a, b, c)
}
fmt.Println(c[3][4])`},
	{"nbody", "fmt math", `type body struct{ x, y, z, vx, vy, vz, mass float64 }

func advance(bs []body, dt float64) {
	for i := range bs {
		b := &bs[i]
		for j := i + 1; j < len(bs); j++ {
			c := &bs[j]
			dx, dy, dz := b.x-c.x, b.y-c.y, b.z-c.z
			d := dx*dx + dy*dy + dz*dz
			mag := dt / (d * math.Sqrt(d))
			b.vx -= dx * c.mass * mag
			b.vy -= dy * c.mass * mag
			b.vz -= dz * c.mass * mag
			c.vx += dx * b.mass * mag
			c.vy += dy * b.mass * mag
			c.vz += dz * b.mass * mag
		}
	}
	for i := range bs {
		b := &bs[i]
		b.x += dt * b.vx
		b.y += dt * b.vy
		b.z += dt * b.vz
	}
}`, `bs := []body{{mass: 39}, {x: 4.8, y: -1.1, vx: 0.6, vy: 2.8, mass: 0.03}, {x: 8.3, y: 4.1, vx: -1, vy: 1.8, mass: 0.01}, {x: 12, y: -15, vx: 1, vy: 0.8, mass: 0.001}, {x: 15, y: -25, vx: 0.9, vy: 0.5, mass: 0.002}}
for range 4_000_000 {
	advance(bs, 0.01)
}
fmt.Println(bs[0].x)`},
	{"spectral", "fmt math", `func entry(i, j int) float64 { return 1 / float64((i+j)*(i+j+1)/2+i+1) }

func times(u, v []float64, transpose bool) {
	for i := range v {
		s := 0.0
		for j := range u {
			if transpose {
				s += entry(j, i) * u[j]
			} else {
				s += entry(i, j) * u[j]
			}
		}
		v[i] = s
	}
}`, `n := 1500
u, v, t := make([]float64, n), make([]float64, n), make([]float64, n)
for i := range u {
	u[i] = 1
}
for range 10 {
	times(u, t, false)
	times(t, v, true)
	times(v, t, false)
	times(t, u, true)
}
var uv, vv float64
for i := range u {
	uv += u[i] * v[i]
	vv += v[i] * v[i]
}
fmt.Printf("%0.9f\n", math.Sqrt(uv/vv))`},
	{"json", "encoding/json fmt", "type rec struct {\n\tName string\n\tAge  int\n\tTags []string\n}", `recs := make([]rec, 1000)
for i := range recs {
	recs[i] = rec{fmt.Sprint("name", i), i, []string{"a", "b", "c"}}
}
n := 0
for range 150 {
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
	{"regexp", "fmt regexp strings", "", `re := regexp.MustCompile("(a+)(b|c)*d")
text := strings.Repeat("xxaabcbcd yaaab zacd ", 20000)
n := 0
for range 4 {
	n += len(re.FindAllStringIndex(text, -1))
}
fmt.Println(n)`},
	{"ints", "fmt", "", `s := 0
for i := range 900_000_000 {
	s += i & 7
}
fmt.Println(s)`},
	{"floats", "fmt", "", `xs := make([]float64, 1_000_000)
for i := range xs {
	xs[i] = float64(i)
}
sum := 0.0
for range 400 {
	for _, x := range xs {
		sum += x * 1.5
	}
}
fmt.Println(sum)`},
	{"strings", "fmt strings", "", `text := strings.Repeat("the quick brown fox ", 2_000_000)
vowels, words := 0, 0
in := false
for round := 0; round < 4; round++ {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case 'a', 'e', 'i', 'o', 'u':
			vowels++
		}
		if text[i] == ' ' {
			in = false
		} else if !in {
			in = true
			words++
		}
	}
}
fmt.Println(vowels, words)`},
	{"maps", "fmt", "", `counts := map[int]int{}
x := 1
for range 20_000_000 {
	x = (x*1103515245 + 12345) & 0x7fffffff
	counts[x%5000]++
}
fmt.Println(len(counts), counts[7])`},
}

// TestAsFastAsFuncMain prints medians of interleaved rounds: the CPU time of a
// cell beside that of the same text in func main. Both are read in the process
// (getrusage), after the runtime has started and before it ends. The ratio is the
// median of the rounds' own.
func TestAsFastAsFuncMain(t *testing.T) {
	if !*native {
		t.Skip("with -native: it takes up to 4 minutes of a quiet machine")
	}
	e := testEngine(t)
	t.Logf("%-9s %9s %9s  %5s  (quartiles)", "", "cell", "func main", "ratio")
	for _, w := range nativeWorkloads {
		t.Run(w.name, func(t *testing.T) { asFuncMain(t, e, w.name, w.imports, w.decls, w.body) })
	}
}

// nativeMeter tells the CPU time of func main on descriptor 3; the main function
// that is compared has but a call of it as its last statement.
const nativeMeter = `package main

import (
	"fmt"
	"os"
	"syscall"
)

var lapBegun = lapCPU()

func lapCPU() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

func lapEnd() { fmt.Fprint(os.NewFile(3, "cpu"), lapCPU()-lapBegun) }
`

const nativeRounds = 15

func asFuncMain(t *testing.T, e *Engine, name, imports, decls, body string) {
	exe := buildNative(t, imports, decls, body+"\nlapEnd()", "meter.go", nativeMeter)
	cell := body
	if decls != "" {
		cell = decls + "\n---\n" + body
	}
	p, err := e.Prepare(context.Background(), unit(t, cell))
	if err != nil {
		t.Fatal(err)
	}
	var ours, theirs []int64
	var ratios []float64
	for round := range nativeRounds + 1 {
		var a, b int64
		for i := range 2 {
			if (i+round)%2 == 0 {
				r, err := p.Run(context.Background(), engine.RunSpec{Values: engine.ValuesNone, Procs: 2})
				if err != nil || r.Err != nil {
					t.Fatal(err, r.Err)
				}
				a = r.Sample.CPUNS()
			} else {
				b = runNative(t, exe)
			}
		}
		if round > 0 { // the first of each is for the caches
			ours, theirs, ratios = append(ours, a), append(theirs, b), append(ratios, float64(a)/float64(b))
		}
	}
	sort.Float64s(ratios)
	n := len(ratios)
	t.Logf("%-9s %6d ms %6d ms  %.3f  (%.3f–%.3f)", name, median(ours)/1e6, median(theirs)/1e6, ratios[n/2], ratios[n/4], ratios[3*n/4])
}

// runNative runs a program with nativeMeter and returns the CPU time that it tells.
func runNative(t *testing.T, exe string) (ns int64) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=2")
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Run()
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fscan(r, &ns); err != nil {
		t.Fatal(err)
	}
	return ns
}

func median(list []int64) int64 {
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list[len(list)/2]
}

// buildNative builds the text as func main; more are further files, name and text.
func buildNative(t *testing.T, imports, decls, body string, more ...string) string {
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("package main\n\n")
	for _, path := range strings.Fields(imports) {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	fmt.Fprintf(&b, "\n%s\n\nfunc main() {\n%s\n}\n", decls, body)
	write(t, filepath.Join(dir, "go.mod"), "module x\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "main.go"), b.String())
	for i := 0; i+1 < len(more); i += 2 {
		write(t, filepath.Join(dir, more[i]), more[i+1])
	}
	cmd := exec.Command("go", "build", "-o", "prog", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "prog")
}
