package interpreted

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"
)

// The conformance suites: public programs, each built and run natively and
// interpreted, compared by standard output and exit status.
//
//	go test ./runtime/engine/interpreted -run Conformance -v                 a sample
//	go test ./runtime/engine/interpreted -run Conformance -v -whole -timeout 0   all
//
// The programs of github.com/mmcgrana/gobyexample are looked for in the folder
// that LAPBOOK_GOBYEXAMPLE names (git clone it; none is part of this project).
var (
	whole   = flag.Bool("whole", false, "run whole conformance suites, not a sample")
	perSize = flag.Int("sample", 12, "programs per conformance suite in a sample")
	limit   = flag.Duration("limit", 0, "time limit of one interpreted conformance program (default 20s, with -whole 10m)")
	only    = flag.String("only", "", "conformance: only programs whose path matches this expression")
)

// suite is a set of programs, and the share that must run right (the rest is
// refused; none may be wrong). A program that imports packages of a module counts
// apart: only the compiled engine runs those.
type suite struct {
	name  string
	files func(t *testing.T) []string
	right float64
}

var suites = []suite{
	{"GOROOT/test", gorootPrograms, 0.75},
	{"yaegi/_test", yaegiPrograms, 0.97},
	{"gobyexample", examplePrograms, 0.97},
}

func TestConformance(t *testing.T) {
	if *limit == 0 {
		*limit = 20 * time.Second
		if *whole {
			*limit = 10 * time.Minute
		}
	}
	for _, s := range suites {
		t.Run(s.name, func(t *testing.T) { s.run(t) })
	}
}

// gorootPrograms are the single files of the Go test suite marked `// run`.
func gorootPrograms(t *testing.T) []string {
	root := goenv(t, "GOROOT")
	var files []string
	filepath.WalkDir(filepath.Join(root, "test"), func(name string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".go") && firstLine(name) == "// run" {
			files = append(files, name)
		}
		return nil
	})
	if len(files) == 0 {
		t.Skip("the Go test suite is not in GOROOT/test: install Go from go.dev/dl")
	}
	return files
}

func firstLine(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return strings.TrimSpace(string(line))
}

func yaegiPrograms(t *testing.T) []string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/traefik/yaegi").Output()
	if err != nil {
		t.Skip("the go command finds no yaegi: go mod download github.com/traefik/yaegi")
	}
	files, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "_test", "*.go"))
	return files
}

func examplePrograms(t *testing.T) []string {
	dir := os.Getenv("LAPBOOK_GOBYEXAMPLE")
	if dir == "" {
		t.Skip("LAPBOOK_GOBYEXAMPLE is not set: git clone https://github.com/mmcgrana/gobyexample and set it to that folder")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "examples", "*", "*.go"))
	return files
}

func goenv(t *testing.T, name string) string {
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Skip("no go command: install Go from go.dev/dl")
	}
	return strings.TrimSpace(string(out))
}

func (s suite) run(t *testing.T) {
	files := s.files(t)
	sort.Strings(files)
	if *only != "" {
		files = matching(files, regexp.MustCompile(*only))
	} else if !*whole {
		rand.New(rand.NewPCG(1, 26)).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		files = files[:min(*perSize, len(files))]
	}
	tally := s.score(t, files)
	n := tally["right"] + tally["refused"] + tally["wrong"] + tally["slow"]
	t.Logf("%s: %d compared: right %d, refused %d, wrong %d, slow %d (not comparable: %d; with packages of a module, which run compiled: %d)",
		s.name, n, tally["right"], tally["refused"], tally["wrong"], tally["slow"], tally["apart"], tally["module"])
	if *whole && float64(tally["right"]) < s.right*float64(n) {
		t.Errorf("%s: %d of %d right, want %.0f%%", s.name, tally["right"], n, 100*s.right)
	}
}

func matching(files []string, re *regexp.Regexp) (out []string) {
	for _, f := range files {
		if re.MatchString(f) {
			out = append(out, f)
		}
	}
	return out
}

// score compares the programs, a few at a time, and reports what is wrong.
func (s suite) score(t *testing.T, files []string) map[string]int {
	tally := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan string)
	for range max(1, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for f := range next {
				class, why := compare(t, f)
				mu.Lock()
				tally[class]++
				mu.Unlock()
				switch class {
				case "wrong":
					t.Errorf("WRONG %s: %s", f, why)
				case "refused", "slow", "module":
					t.Logf("%s %s: %s", class, filepath.Base(f), why)
				}
			}
		})
	}
	for _, f := range files {
		next <- f
	}
	close(next)
	wg.Wait()
	return tally
}

// ran is what a program gave.
type ran struct {
	Out   string `json:"out"`
	Code  int    `json:"code"`
	Apart string `json:"apart,omitempty"` // why it cannot be compared
	err   string
	late  bool
}

func compare(t *testing.T, file string) (class, why string) {
	want := native(t, file)
	if want.Apart != "" {
		return "apart", want.Apart
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	got := runFile(exe, filepath.Dir(file), *limit, programVar+"="+file)
	first := firstOf(got.err)
	switch {
	case got.late:
		return late(t, file)
	case got.Code == exitCheck && strings.Contains(first, "could not import"):
		return "module", first
	case got.Code == exitRefused, got.Code == exitCheck:
		return "refused", first
	case got.Out == want.Out && got.Code == want.Code:
		return "right", ""
	}
	if varies(t, file, want) {
		return "apart", "its output varies"
	}
	return "wrong", fmt.Sprintf("exit %d, want %d; %s; %s", got.Code, want.Code, difference(got.Out, want.Out), first)
}

// varies runs a program that seems wrong natively once more, and often: the few
// runs that said it can be compared may have been alike by chance, as those of
// a range over a map of two keys are.
func varies(t *testing.T, file string, want ran) bool {
	exe := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-o", exe, file)
	build.Dir = filepath.Dir(file)
	if build.Run() != nil {
		return false
	}
	defer os.Remove(exe)
	for range 30 {
		if r := runFile(exe, filepath.Dir(file), *limit); r.Out != want.Out || r.Code != want.Code {
			return true
		}
	}
	return false
}

// slowdown is how much longer the interpreter may take than compiled code: calls
// and method calls are the worst, by some thousand times.
const slowdown = 3000

// late tells a program that computes for long from one that hangs, which is wrong.
func late(t *testing.T, file string) (class, why string) {
	exe := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-o", exe, file)
	build.Dir = filepath.Dir(file)
	if err := build.Run(); err != nil {
		return "wrong", "it does not end"
	}
	defer os.Remove(exe)
	start := time.Now()
	if runFile(exe, filepath.Dir(file), *limit).late { // it ended when it was recorded: a server whose port was taken
		return "apart", "it does not end"
	}
	took := time.Since(start)
	if took*slowdown < *limit {
		return "wrong", fmt.Sprintf("it does not end in %v; compiled it takes %v", *limit, took.Round(time.Millisecond))
	}
	return "slow", fmt.Sprintf("more than %v; compiled it takes %v", *limit, took.Round(time.Millisecond))
}

func firstOf(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("output differs in line %d", i+1)
		}
	}
	return "same output"
}

// native builds and runs a program; the result is kept in the user's cache. A
// program whose runs differ cannot be compared.
func native(t *testing.T, file string) (r ran) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cache := cacheDir(t)
	name := filepath.Join(cache, fmt.Sprintf("%x.json", sha256.Sum256([]byte(runtime.Version()+file+string(text))))[:40])
	if b, err := os.ReadFile(name); err == nil && json.Unmarshal(b, &r) == nil {
		return r
	}
	r = runNative(t, file)
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return r
}

func cacheDir(t *testing.T) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "lapbook", "conformance")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func runNative(t *testing.T, file string) ran {
	exe := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-o", exe, file)
	build.Dir = filepath.Dir(file)
	if out, err := build.CombinedOutput(); err != nil {
		return ran{Apart: "does not build: " + firstOf(string(out))}
	}
	if i, err := os.Stat(exe); err != nil || i.Mode()&0o100 == 0 {
		return ran{Apart: "not a program"}
	}
	defer os.Remove(exe)
	var first ran
	for i := range 4 {
		r := runFile(exe, filepath.Dir(file), 10*time.Second)
		switch {
		case r.late:
			return ran{Apart: "runs too long"}
		case i == 0:
			first = r
		case r.Out != first.Out || r.Code != first.Code:
			return ran{Apart: "its output varies"}
		}
		if i == 1 { // programs that print the time differ a second later
			time.Sleep(1100 * time.Millisecond)
		}
	}
	if r, ok := perturbed(t, file); ok && (r.Out != first.Out || r.Code != first.Code) {
		return ran{Apart: "its output depends on scheduling"}
	}
	return first
}

// perturbed runs a program that pauses after each go statement. Output that
// depends on which goroutine is faster is the same in many native runs; this
// shows it.
func perturbed(t *testing.T, file string) (ran, bool) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return ran{}, false
	}
	found := false
	pause := func(list []ast.Stmt) (out []ast.Stmt) {
		for _, s := range list {
			out = append(out, s)
			if _, ok := s.(*ast.GoStmt); ok {
				found = true
				out = append(out, &ast.ExprStmt{X: &ast.CallExpr{Fun: ast.NewIdent("conformancePause")}})
			}
		}
		return out
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			n.List = pause(n.List)
		case *ast.CaseClause:
			n.Body = pause(n.Body)
		case *ast.CommClause:
			n.Body = pause(n.Body)
		}
		return true
	})
	if !found {
		return ran{}, false
	}
	dir := t.TempDir()
	var text bytes.Buffer
	if err := format.Node(&text, fset, f); err != nil {
		return ran{}, false
	}
	main, helper, exe := filepath.Join(dir, "main.go"), filepath.Join(dir, "pause.go"), filepath.Join(dir, "program")
	const body = "package main\n\nimport \"time\"\n\nfunc conformancePause() { time.Sleep(300 * time.Microsecond) }\n"
	if os.WriteFile(main, text.Bytes(), 0o644) != nil || os.WriteFile(helper, []byte(body), 0o644) != nil {
		return ran{}, false
	}
	if err := exec.Command("go", "build", "-o", exe, main, helper).Run(); err != nil {
		return ran{}, false
	}
	r := runFile(exe, filepath.Dir(file), 20*time.Second)
	return r, !r.late
}

// runFile runs a program with a limit on its time and its output.
func runFile(exe, dir string, limit time.Duration, env ...string) (r ran) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c := exec.CommandContext(ctx, exe)
	c.Dir = dir
	c.Env = append(os.Environ(), env...)
	c.WaitDelay = time.Second
	var out, errOut head
	c.Stdout, c.Stderr = &out, &errOut
	err := c.Run()
	r.Out, r.err, r.late = out.String(), errOut.String(), ctx.Err() != nil
	var x *exec.ExitError
	switch {
	case errors.As(err, &x):
		r.Code = x.ExitCode()
	case err != nil:
		r.Code = -1
	}
	return r
}

// head keeps the first megabyte.
type head struct{ bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	if room := 1<<20 - h.Len(); room > 0 {
		h.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
