package compiled

import (
	"context"
	"errors"
	"flag"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

var (
	suite      = flag.String("suite", "", "run the programs of this directory through the engine (default: a sample of GOROOT/test)")
	suiteCount = flag.Int("suite-count", 8, "how many of them, chosen by the hash of their name")
	suiteSeed  = flag.String("suite-seed", "1", "changes the choice")
)

// TestSuite compares programs with their native build: stdout and exit status.
// Programs whose two native runs differ are left out.
func TestSuite(t *testing.T) {
	e := testEngine(t)
	dir := *suite
	if dir == "" {
		out, err := exec.Command("go", "env", "GOROOT").Output()
		if err != nil {
			t.Skip("no GOROOT: ", err)
		}
		dir = filepath.Join(strings.TrimSpace(string(out)), "test")
	}
	programs := suitePrograms(dir)
	if len(programs) == 0 {
		t.Skipf("no programs in %s (a Go installation from source has them)", dir)
	}
	count := map[string]int{}
	for _, p := range programs {
		verdict, detail := compareNative(t, e, p)
		count[verdict]++
		if verdict != "right" && verdict != "unstable" {
			t.Logf("%s %s: %s", verdict, strings.TrimPrefix(p, dir+"/"), detail)
		}
		if verdict == "wrong" {
			t.Fail()
		}
	}
	t.Logf("%v of %d", count, len(programs))
}

// suitePrograms are the single-file programs that run without arguments.
func suitePrograms(dir string) []string {
	hash := func(name string) uint64 {
		h := fnv.New64a()
		h.Write([]byte(*suiteSeed + filepath.Base(name)))
		return h.Sum64()
	}
	var list []string
	_ = filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasSuffix(name, ".dir") {
			return filepath.SkipDir // parts of programs
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(name)
		text := string(b)
		first, _, _ := strings.Cut(text, "\n")
		inGoroot := strings.Contains(dir, "/test") && *suite == ""
		if err == nil && strings.Contains(text, "package main\n") && (!inGoroot || strings.TrimSpace(first) == "// run") && !strings.Contains(text, "//go:build") {
			list = append(list, name)
		}
		return nil
	})
	sort.Slice(list, func(i, j int) bool { return hash(list[i]) < hash(list[j]) })
	return list[:min(len(list), *suiteCount)]
}

func compareNative(t *testing.T, e *Engine, name string) (verdict, detail string) {
	b, err := os.ReadFile(name)
	if err != nil {
		return "skipped", err.Error()
	}
	dir := t.TempDir()
	exe := filepath.Join(dir, "prog")
	build := exec.Command("go", "build", "-o", exe, name)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GO111MODULE=off")
	if out, err := build.CombinedOutput(); err != nil {
		return "unbuildable", firstLine(string(out))
	}
	out1, code1 := nativeRun(exe, dir)
	out2, code2 := nativeRun(exe, dir)
	if out1 != out2 || code1 != code2 || code1 < 0 {
		return "unstable", ""
	}
	c, errs := source.NewScope(source.EmbeddedImporter()).Check(source.Text{ID: "prog", Index: 1, Code: string(b)})
	if len(errs) > 0 {
		return "unchecked", errs.Error()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	p, err := e.Prepare(ctx, engine.Unit{Cell: c})
	var ce *engine.CellError
	if errors.As(err, &ce) && ce.Kind == "refused" {
		return "refused", err.Error()
	}
	if err != nil {
		return "wrong", err.Error()
	}
	r, err := p.Run(ctx, engine.RunSpec{Dir: dir})
	if err != nil {
		return "wrong", err.Error()
	}
	code := 0
	if r.Err != nil {
		code = r.Err.Code
	}
	if got := r.Stdout.String(); got != out1 || code != code1 {
		return "wrong", firstLine("exit "+itoa(int64(code))+", native "+itoa(int64(code1))+"; stdout "+got) + "; native " + firstLine(out1)
	}
	return "right", ""
}

func nativeRun(exe, dir string) (string, int) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe)
	cmd.Dir = dir
	out, _ := cmd.Output()
	return string(out), cmd.ProcessState.ExitCode()
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s[:min(len(s), 200)]
}
