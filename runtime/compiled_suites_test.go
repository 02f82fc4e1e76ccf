package runtime

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	goruntime "runtime"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// The public suites through whole sessions:
//
//	go test ./runtime -run Suites -v                                a sample
//	go test ./runtime -run Suites -v -suite-sample 0 -timeout 0     all
//	go test ./runtime -run Suites -v -suite-part 2/8 -timeout 0     every eighth program, from the second
//
// The programs of github.com/mmcgrana/gobyexample are looked for in the folder
// that LAPBOOK_GOBYEXAMPLE names.
var (
	suiteEngine = flag.String("suite-engine", "auto", "engine of the sessions that run the suites")
	suiteSample = flag.Int("suite-sample", 2, "programs of each suite; 0 = all")
	suiteSeed   = flag.Uint64("suite-seed", 26, "changes the sample")
	suitePart   = flag.String("suite-part", "", "i/n: only every n-th program, from the i-th; all parts are the whole suite")
	suiteOnly   = flag.String("suite-only", "", "only programs whose path matches this expression")
)

// TestSuites compares programs, typed as a cell, with their native build:
// standard output and exit status. Programs whose native runs differ are left out.
func TestSuites(t *testing.T) {
	needGo(t)
	for name, files := range map[string][]string{"GOROOT/test": gorootSuite(t), "yaegi/_test": yaegiSuite(), "gobyexample": exampleSuite()} {
		t.Run(name, func(t *testing.T) {
			if len(files) == 0 {
				t.Skipf("no programs of %s: install Go from go.dev/dl, go mod download github.com/traefik/yaegi, or git clone https://github.com/mmcgrana/gobyexample and set LAPBOOK_GOBYEXAMPLE to it", name)
			}
			tally := map[string]int{}
			for _, file := range suiteChoice(t, files) {
				class, why := asNative(t, file)
				if class == "wrong" { // what is kept may be of another environment
					_ = os.Remove(nativeFile(t, file))
					class, why = asNative(t, file)
				}
				if class == "wrong" && unstable(t, file) {
					class, why = "apart", "its native runs differ"
				}
				tally[class]++
				switch class {
				case "wrong":
					t.Errorf("%s: %s", file, why)
				case "apart":
					t.Logf("%s: not comparable: %s", file, why)
				}
			}
			t.Logf("%s through %s: %v", name, *suiteEngine, tally)
		})
	}
}

func suiteChoice(t *testing.T, files []string) []string {
	sort.Strings(files)
	if *suitePart != "" {
		return everyNth(t, files)
	}
	if *suiteOnly != "" {
		re, kept := regexp.MustCompile(*suiteOnly), []string(nil)
		for _, f := range files {
			if re.MatchString(f) {
				kept = append(kept, f)
			}
		}
		return kept
	}
	if *suiteSample == 0 {
		return files
	}
	rand.New(rand.NewPCG(*suiteSeed, 1)).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	return files[:min(*suiteSample, len(files))]
}

// everyNth is the part of the files that -suite-part names.
func everyNth(t *testing.T, files []string) (kept []string) {
	var i, n int
	if _, err := fmt.Sscanf(*suitePart, "%d/%d", &i, &n); err != nil || i < 1 || i > n {
		t.Fatalf("-suite-part %s: want i/n, such as 2/8", *suitePart)
	}
	for at := i - 1; at < len(files); at += n {
		kept = append(kept, files[at])
	}
	return kept
}

// gorootSuite are the single files of the Go test suite marked `// run`.
func gorootSuite(t *testing.T) (files []string) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("no go command on PATH; install: https://go.dev/dl")
	}
	filepath.WalkDir(filepath.Join(strings.TrimSpace(string(root)), "test"), func(name string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".go") {
			if b, err := os.ReadFile(name); err == nil && strings.TrimSpace(firstLine(string(b))) == "// run" {
				files = append(files, name)
			}
		}
		return nil
	})
	return files
}

func yaegiSuite() []string {
	out, _ := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/traefik/yaegi").Output()
	files, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "_test", "*.go"))
	return files
}

func exampleSuite() []string {
	dir := os.Getenv("LAPBOOK_GOBYEXAMPLE")
	if dir == "" {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(dir, "examples", "*", "*.go"))
	return files
}

// nativeRun is what a native build of a program gave.
type nativeRun struct {
	Out   string `json:"out"`
	Code  int    `json:"code"`
	Apart string `json:"apart,omitempty"` // why it cannot be compared
}

func asNative(t *testing.T, file string) (class, why string) {
	want := nativeOf(t, file)
	if want.Apart != "" {
		return "apart", want.Apart
	}
	book, err := notebook.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(t, Config{Engine: *suiteEngine, Dir: filepath.Dir(file), Timeout: 60 * time.Second, Repeat: "yes"})
	out := &printedText{}
	s.Adopt(book, file)
	res := s.RunCell(context.Background(), book.CodeCells()[0], out)
	if err := s.Close(); err != nil {
		return "wrong", err.Error()
	}
	code := 0
	if res.Error != nil {
		code = res.Error.Code
	}
	switch {
	case res.Status == notebook.Refused, res.Error != nil && res.Error.Kind == "compile":
		return "wrong", "refused: " + firstLine(res.Error.Message)
	case res.Engine == "":
		return "wrong", fmt.Sprintf("nothing ran: %v", res.Error)
	case res.Status == notebook.TimedOut:
		return "wrong", "too slow"
	case out.stdout.String() != want.Out:
		return "wrong", fmt.Sprintf("ran %s: stdout %.200q, native %.200q", res.Engine, out.stdout.String(), want.Out)
	case code != want.Code:
		return "wrong", fmt.Sprintf("ran %s: exit %d, native %d: %v", res.Engine, code, want.Code, res.Error)
	}
	return "right, " + res.Engine, ""
}

// printedText keeps the first megabyte that a cell prints.
type printedText struct {
	silent
	stdout bytes.Buffer
}

func (p *printedText) Output(stream string, b []byte) {
	if room := 1<<20 - p.stdout.Len(); stream == "stdout" && room > 0 {
		p.stdout.Write(b[:min(room, len(b))])
	}
}

// nativeOf builds and runs a program. What it gave is kept in the user's cache,
// where the conformance test of package interpreted keeps it too.
func nativeOf(t *testing.T, file string) (r nativeRun) {
	name := nativeFile(t, file)
	if b, err := os.ReadFile(name); err == nil && json.Unmarshal(b, &r) == nil {
		return r
	}
	r = nativeRuns(t, file)
	if b, err := json.Marshal(r); err == nil && os.MkdirAll(filepath.Dir(name), 0o755) == nil {
		_ = os.WriteFile(name, b, 0o644) // without it the next test builds again
	}
	return r
}

func nativeFile(t *testing.T, file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	return filepath.Join(cache, "lapbook", "conformance", fmt.Sprintf("%x.json", sha256.Sum256([]byte(goruntime.Version()+file+string(text))))[:40])
}

func nativeRuns(t *testing.T, file string) (r nativeRun) {
	exe := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command("go", "build", "-o", exe, file).CombinedOutput(); err != nil {
		return nativeRun{Apart: "does not build: " + firstLine(string(out))}
	}
	for i := range 3 {
		again := runNative(exe, filepath.Dir(file))
		if i > 0 && again != r {
			return nativeRun{Apart: "its runs differ"}
		}
		if r = again; r.Apart != "" {
			break
		}
	}
	return r
}

// unstable tells whether native runs of a program differ from each other. It asks
// many: alone, and beside other runs that take the processors.
func unstable(t *testing.T, file string) bool {
	exe := filepath.Join(t.TempDir(), "program")
	if err := exec.Command("go", "build", "-o", exe, file).Run(); err != nil {
		return false
	}
	seen, mu := map[nativeRun]bool{}, sync.Mutex{}
	for i := range 16 {
		if i == 8 { // programs that print the time differ a second later
			time.Sleep(1100 * time.Millisecond)
		}
		var runs sync.WaitGroup
		for range 1 + i%4 {
			runs.Go(func() {
				r := runNative(exe, filepath.Dir(file))
				mu.Lock()
				defer mu.Unlock()
				seen[r] = true
			})
		}
		if runs.Wait(); len(seen) > 1 {
			return true
		}
	}
	return false
}

func runNative(exe, dir string) nativeRun {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe)
	cmd.Dir, cmd.Env = dir, os.Environ() // as it is: exec adds PWD to an environment of nobody's
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, io.Discard
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nativeRun{Apart: "runs too long"}
	case cmd.ProcessState == nil:
		return nativeRun{Apart: err.Error()}
	}
	return nativeRun{Out: string(out.Bytes()[:min(out.Len(), 1<<20)]), Code: cmd.ProcessState.ExitCode()}
}
