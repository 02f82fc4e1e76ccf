package interpreted

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// Generated programs, each a session of some cells, interpreted and compiled.
//
//	go test ./runtime/engine/interpreted -run Generated -v                                  a sample
//	go test ./runtime/engine/interpreted -run Generated -v -programs 10000 -seed 7 -timeout 0
//	go test ./runtime/engine/interpreted -run Generated -v -program 123 -seed 7             one, shown
var (
	programs = flag.Int("programs", 100, "how many programs are generated")
	first    = flag.Int("first", 0, "number of the first generated program")
	seed     = flag.Uint64("seed", 1, "seed of the generated programs")
	oneOf    = flag.Int("program", -1, "show the generated program with this number")
)

const (
	// batch programs are compiled together, and interpreted by one process.
	batch        = 250
	generatedVar = "LAPBOOK_TEST_GENERATED"
	programLine  = "\x01program "
)

// verdict is what became of one interpreted program.
type verdict struct {
	N       int
	Out     []byte
	Refused string // why, when it is
	Err     string // an error that no part of a program lets out
}

func TestGenerated(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command: install Go from go.dev/dl")
	}
	from, to := *first, *first+*programs
	if *oneOf >= 0 {
		from, to = *oneOf, *oneOf+1
		for i, c := range generate(*seed, from).cells {
			t.Logf("cell %d:\n%s", i+1, c)
		}
	}
	right, refused, wrong := 0, map[string]int{}, 0
	for at := from; at < to; at += batch {
		end := min(at+batch, to)
		want := compiledOutputs(t, at, end)
		for n, got := range interpretedOutputs(t, at, end) {
			switch {
			case got.Refused != "":
				refused[got.Refused]++
				if *oneOf >= 0 {
					t.Log("refused:", got.Refused)
				}
			case got.Err == "" && string(got.Out) == want[n]:
				right++
			default:
				wrong++
				t.Errorf("program %d of seed %d: %s%s", n, *seed, got.Err, firstDifference(string(got.Out), want[n]))
			}
		}
	}
	sum := 0
	for why, n := range refused {
		sum += n
		t.Logf("refused %d: %s", n, why)
	}
	t.Logf("%d programs of seed %d: right %d, refused %d, wrong %d", to-from, *seed, right, sum, wrong)
	if right+sum+wrong != to-from {
		t.Errorf("%d programs gave nothing", to-from-right-sum-wrong)
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := "(nothing)", "(nothing)"
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return fmt.Sprintf(" line %d\n\tis   %s\n\twant %s", i+1, a, b)
		}
	}
	return " same output"
}

// generatedImports are the packages that generated programs use, with a use
// each, for the compiled form; cells import them on use.
var generatedImports = []struct{ path, use string }{
	{"bufio", "bufio.NewReader"}, {"bytes", "bytes.ToUpper"}, {"cmp", "cmp.Compare[int]"}, {"context", "context.Background"}, {"encoding/json", "json.Marshal"}, {"errors", "errors.New"}, {"fmt", "fmt.Println"}, {"io", "io.EOF"}, {"io/fs", "fs.ErrExist"},
	{"iter", "iter.Pull[int]"}, {"maps", "maps.Keys[map[int]int]"}, {"math", "math.Abs"}, {"os", "os.Args"}, {"slices", "slices.Max[[]int]"}, {"sort", "sort.Ints"}, {"strconv", "strconv.Itoa"}, {"strings", "strings.ToUpper"}, {"sync", "sync.NewCond"},
	{"sync/atomic", "atomic.AddInt32"}, {"time", "time.Second"}, {"unicode", "unicode.IsUpper"}, {"unicode/utf8", "utf8.RuneLen"},
}

// compiledOutputs are the outputs of programs from to end-1, by number.
func compiledOutputs(t *testing.T, from, end int) map[int]string {
	var text, main strings.Builder
	text.WriteString("package main\n\nimport (\n")
	for _, i := range generatedImports {
		fmt.Fprintf(&text, "\t%q\n", i.path)
	}
	text.WriteString(")\n\nvar _ = []any{")
	for _, i := range generatedImports {
		text.WriteString(i.use + ", ")
	}
	text.WriteString("}\n")
	for n := from; n < end; n++ {
		p := generate(*seed, n)
		fmt.Fprintf(&text, "%s\nfunc program%d() {\ndefer func() {\nif r := recover(); r != nil {\nfmt.Println(\"panic:\", r)\n}\n}()\n%s}\n", p.decls, n, p.body)
		fmt.Fprintf(&main, "\tfmt.Print(%q)\n\tprogram%d()\n", fmt.Sprintf("%s%d\n", programLine, n), n)
	}
	fmt.Fprintf(&text, "func main() {\n%s}\n", main.String())
	dir := t.TempDir()
	file, exe := filepath.Join(dir, "main.go"), filepath.Join(dir, "programs")
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-gcflags=-N -l", "-o", exe, file)
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the compiled form of the programs %d to %d: %v\n%s", from, end-1, err, out)
	}
	var errOut bytes.Buffer
	c := exec.Command(exe)
	c.Stderr = &errOut
	out, err := c.Output()
	if err != nil {
		t.Fatalf("the compiled form of the programs %d to %d: %v\n%s\n%s", from, end-1, err, tail(string(out)), tail(errOut.String()))
	}
	outputs := map[int]string{}
	for _, part := range strings.Split(string(out), programLine)[1:] {
		var n int
		head, rest, _ := strings.Cut(part, "\n")
		fmt.Sscan(head, &n)
		outputs[n] = rest
	}
	return outputs
}

func tail(s string) string { return s[max(0, len(s)-1000):] }

// interpretedOutputs runs programs from to end-1 in child processes. What a
// child that fails or hangs did not answer is an error of its next program.
func interpretedOutputs(t *testing.T, from, end int) map[int]verdict {
	children := max(1, min(runtime.GOMAXPROCS(0), (end-from)/20))
	all := map[int]verdict{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for k := range children {
		a, b := from+k*(end-from)/children, from+(k+1)*(end-from)/children
		wg.Go(func() {
			for a < b {
				got, why := interpretedChild(t, a, b)
				if a += len(got); a < b {
					got = append(got, verdict{N: a, Err: why})
					a++
				}
				mu.Lock()
				for _, v := range got {
					all[v.N] = v
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return all
}

func interpretedChild(t *testing.T, from, end int) (got []verdict, why string) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+time.Duration(end-from)*2*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d %d", generatedVar, *seed, from, end))
	var errOut bytes.Buffer
	c.Stderr = &errOut
	out, err := c.Output()
	for _, line := range bytes.Split(out, []byte("\n")) {
		var v verdict
		if json.Unmarshal(line, &v) == nil && len(line) > 0 {
			got = append(got, v)
		}
	}
	return got, fmt.Sprintf("the process ended: %v\n%s", err, errOut.String()[:min(errOut.Len(), 2000)])
}

// runGenerated is the child: a session a program, a line of JSON for each.
func runGenerated(args string) int {
	var from, end int
	var seed uint64
	if _, err := fmt.Sscan(args, &seed, &from, &end); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	imp := source.EmbeddedImporter()
	answers := json.NewEncoder(os.Stdout)
	for n := from; n < end; n++ {
		answers.Encode(interpretProgram(imp, n, generate(seed, n).cells))
	}
	return 0
}

func interpretProgram(imp source.Importer, n int, cells []string) (v verdict) {
	v.N = n
	out, err := os.CreateTemp("", "lapbook-generated")
	if err != nil {
		v.Err = err.Error()
		return v
	}
	defer os.Remove(out.Name())
	defer out.Close()
	scope, low := source.NewScope(imp), lower.NewSession(lower.Config{Importer: imp, Has: Has()})
	run := New(Config{Symbols: Symbols})
	for i, text := range cells {
		c, errs := scope.Check(source.Text{ID: fmt.Sprintf("c%d", i+1), Index: i + 1, Code: text})
		if errs != nil {
			v.Err = "check: " + errs.Error()
			return v
		}
		code, refusal := low.Lower(c)
		if refusal != nil {
			v.Refused = refusal.Construct + ": " + refusal.Reason
			return v
		}
		scope.Accept(c)
		low.Accept(c)
		if o := run.Run(context.Background(), code, out, out, nil); o.Err != nil {
			switch o.Err.Kind {
			case "refused":
				v.Refused = o.Err.Message
				return v
			case "panic":
				fmt.Fprintln(out, "panic:", o.Err.Message)
			default:
				v.Err = o.Err.Kind + ": " + o.Err.Message
			}
			break
		}
	}
	b, err := os.ReadFile(out.Name())
	if err != nil {
		v.Err = err.Error()
	}
	v.Out = b
	return v
}
