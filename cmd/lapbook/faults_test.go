package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/notebook"
	"golang.org/x/tools/txtar"
)

// fault is what a file of testdata/faults must come to. Patterns are regular
// expressions; an empty one asks nothing.
type fault struct {
	status  string // of cell 2, several separated by |
	message string // in error, notices or output of cell 2
	line    int    // of the error of cell 2
	cell    string // cell of that line, when it is not cell 2
	not     string // must stand nowhere in the lines
	out     string // stdout of cell 3
	late    string // late output of cell 2, recorded anywhere but in cell 3
}

func faults() map[string]fault {
	return map[string]fault{
		"01-panic-partial":        {status: "error", message: `half way`, line: 4, out: `done \[1 2 3\]`},
		"02-panic-goroutine":      {status: "error|crashed", message: `worker 2 failed`, out: `sum 6`},
		"03-panic-goroutine-late": {out: `still here 7`},
		"04-nil-deref":            {status: "error", message: `nil pointer dereference`, line: 5, cell: "cell1", out: `ada`},
		"05-stack-overflow":       {status: "error|crashed", message: `(?s)stack.*`, out: `42`},
		"06-map-race":             {status: "error|crashed", message: `concurrent map`, out: `base 10`},
		"07-chan-forever":         {status: "interrupted", message: `channel receive`, line: 2, out: `open true`},
		"08-os-exit":              {status: "error", message: `exit`, not: "bye\n", out: `total 12.5`},
		"09-kill-self":            {status: "error|crashed", message: `SIGKILL|killed`, out: `alpha beta`},
		"10-goexit":               {status: "error", message: `Goexit`, out: `n 1`},
		"11-spin":                 {status: "interrupted", out: `k 5`},
		"12-lock-order":           {status: "interrupted", message: `(?i)lock`, out: `fresh ok`},
		"13-http-silent":          {status: "interrupted", message: `network`, out: `tcp`},
		"14-stdin":                {status: "ok", message: `read 0`, out: `after 3`},
		"15-leak-loop":            {status: "error|crashed", message: `memory`, out: `kept 3`},
		"16-goroutine-bomb":       {status: "ok|error|crashed", message: `memory|running`, out: `alive true`},
		"17-children":             {status: "ok", message: `started 50`, out: `pids 50`},
		"18-flood-gigabyte":       {status: "ok", message: `bytes`, out: `wrote 1000000000`},
		"19-cgo":                  {status: "error|refused", message: `cgo`, out: `go 6`},
		"20-escapes":              {status: "ok", not: "\x1b]", out: `clean`},
		"21-late-print":           {status: "ok", out: `^mine\n$`, late: `tick`},
		"22-close-stdout":         {status: "ok", message: `clos`, out: `audible 9`},
		"23-inherited-fds":        {not: `"value":"forged"`, out: `x 41`},
		"24-redefine-type":        {status: "ok", message: `(?s)p.*norm|norm.*p`, out: `\{3 4 5\}`},
		"25-compile-many":         {status: "error|refused", message: `(?s)2:.*undefined: missing.*3:.*4:.*missing return`, not: "must not appear\\n\"", out: `y 1`},
		"26-unused-import":        {status: "ok", out: `GO`},
		"27-unknown-module":       {status: "error|refused", message: `nope.invalid/missing/pkg`, out: `ok 2`},
		"28-gc-off":               {status: "ok", message: `(?i)collector|GC`, out: `gc 100`},
		"29-chdir-env":            {status: "ok", out: `sorted \[1 2 3\]`},
		"30-deep-nesting":         {out: `fine`},
		"31-bom-crlf-unicode":     {status: "ok", out: `größe 3 世 4 true`},
		"32-magic-typo":           {status: "refused|error", message: `%profile`, not: "must not run\\n", out: `next`},
	}
}

func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fault corpus: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			want, ok := faults()[name]
			if !ok {
				t.Fatalf("%s has no row in the table", name)
			}
			got := runFault(t, file)
			checkFault(t, want, got)
		})
	}
}

// faultRun is what a run left behind.
type faultRun struct {
	cells []*notebook.Result
	lines []string
	saved string
}

// runFault runs the cells of a file through `run --json --keep-going`.
func runFault(t *testing.T, file string) *faultRun {
	t.Helper()
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	want := ""
	var book strings.Builder
	for _, f := range ar.Files {
		switch {
		case f.Name == "want":
			want = string(f.Data)
		case strings.HasPrefix(f.Name, "cell"):
			id := strings.TrimSuffix(f.Name, ".go")
			fmt.Fprintf(&book, "<!-- lapbook {\"id\":%q} -->\n````go\n%s````\n\n", id, expand(t, string(f.Data)))
		}
	}
	nb := filepath.Join(dir, "nb.md")
	if err := os.WriteFile(nb, []byte(book.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return drive(t, dir, want)
}

// expand writes out {{repeat N text}} and {{hex 00FF}}.
func expand(t *testing.T, text string) string {
	t.Helper()
	text = regexp.MustCompile(`\{\{repeat (\d+) ([^}]*)\}\}`).ReplaceAllStringFunc(text, func(m string) string {
		g := regexp.MustCompile(`\{\{repeat (\d+) ([^}]*)\}\}`).FindStringSubmatch(m)
		n, _ := strconv.Atoi(g[1])
		return strings.Repeat(g[2], n)
	})
	return regexp.MustCompile(`\{\{hex ([0-9A-F]+)\}\}`).ReplaceAllStringFunc(text, func(m string) string {
		b, err := hex.DecodeString(m[len("{{hex ") : len(m)-2])
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	})
}

func drive(t *testing.T, dir, want string) *faultRun {
	t.Helper()
	args := []string{"run", "--json", "--keep-going", "-o", filepath.Join(dir, "out.md")}
	if m := regexp.MustCompile(`limit: mem=(\S+)`).FindStringSubmatch(want); m != nil {
		args = append(args, "--memory", m[1])
	}
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, "lapbook", append(args, filepath.Join(dir, "nb.md"))...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	got := &faultRun{}
	in := bufio.NewScanner(out)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		got.take(t, in.Text())
		if len(got.cells) == 1 && strings.Contains(want, "action: interrupt") && got.cells[0].ID == "cell1" && strings.Contains(in.Text(), `"id":"cell1"`) {
			timer := time.AfterFunc(time.Second, func() { _ = cmd.Process.Signal(os.Interrupt) })
			defer timer.Stop()
		}
		if len(got.cells) == 3 {
			break
		}
	}
	for in.Scan() {
		got.lines = append(got.lines, in.Text())
	}
	_ = cmd.Wait() // the status is the contract's affair; the lines are ours
	saved, _ := os.ReadFile(filepath.Join(dir, "out.md"))
	got.saved = string(saved)
	return got
}

func (r *faultRun) take(t *testing.T, line string) {
	t.Helper()
	r.lines = append(r.lines, line)
	var res notebook.Result
	if err := json.Unmarshal([]byte(line), &res); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, line)
	}
	if res.Type == "cell" {
		r.cells = append(r.cells, &res)
	}
}

func checkFault(t *testing.T, want fault, got *faultRun) {
	t.Helper()
	if len(got.cells) != 3 {
		t.Fatalf("%d results instead of 3:\n%s", len(got.cells), strings.Join(got.lines, "\n"))
	}
	second, third := got.cells[1], got.cells[2]
	if want.status != "" && !regexp.MustCompile("^("+want.status+")$").MatchString(string(second.Status)) {
		t.Errorf("cell 2 ended as %s, want %s: %v", second.Status, want.status, second.Error)
	}
	all := second.Stdout + "\n" + strings.Join(second.Notices, "\n")
	if e := second.Error; e != nil {
		all += "\n" + e.Message + "\n" + e.Hint + "\n" + strings.Join(e.Frames, "\n")
		if want.line != 0 && e.Line != want.line || want.cell != "" && e.Cell != want.cell {
			t.Errorf("cell 2 failed at %s:%d, want %s:%d", e.Cell, e.Line, want.cell, want.line)
		}
		if n := strings.Count(e.Message, "\n"); n > 100 {
			t.Errorf("the message has %d lines", n)
		}
	}
	if want.message != "" && !regexp.MustCompile(want.message).MatchString(all) {
		t.Errorf("cell 2 says nothing of %q:\n%s", want.message, clip(all))
	}
	if want.not != "" && regexp.MustCompile(want.not).MatchString(strings.Join(got.lines, "\n")) {
		t.Errorf("%q is in the results", want.not)
	}
	if third.Status != notebook.OK || !regexp.MustCompile(want.out).MatchString(third.Stdout) {
		t.Errorf("cell 3: %s, stdout %q, want %q; %v", third.Status, clip(third.Stdout), want.out, third.Error)
	}
	if want.late != "" && !strings.Contains(got.saved, want.late) {
		t.Errorf("late output %q is not saved", want.late)
	}
	if len(got.saved) == 0 || len(got.saved) > 2<<20 {
		t.Errorf("the saved notebook has %d bytes", len(got.saved))
	}
}

func clip(s string) string {
	if len(s) > 600 {
		return s[:600] + "…"
	}
	return s
}
