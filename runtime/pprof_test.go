package runtime

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/notebook"
)

const fibCell = "func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}"

// needGo skips a test that compiles cells.
func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command on PATH; install: https://go.dev/dl")
	}
}

// typed types lines into a session and returns what the last one printed.
func typed(t *testing.T, s *Session, lines ...string) *notebook.Result {
	t.Helper()
	var last *notebook.Result
	for _, line := range lines {
		for _, res := range s.Do(context.Background(), line, silent{}) {
			if res.Failed() {
				t.Fatalf("%s: %s: %v", line, res.Status, res.Error)
			}
			last = res
		}
	}
	return last
}

// refusedWith types a line that must fail with a message.
func refusedWith(t *testing.T, s *Session, line, want string) {
	t.Helper()
	res := s.Do(context.Background(), line, silent{})
	last := res[len(res)-1]
	if !last.Failed() || last.Error == nil || !strings.Contains(last.Error.Message, want) {
		t.Errorf("%s: %s, %v; want %q", line, last.Status, last.Error, want)
	}
}

// A cell that waits has a profile without samples: one line says so.
func TestPprofOfNothing(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{Budget: time.Second})
	typed(t, s, "time.Sleep(5 * time.Millisecond)", "%profile")
	for _, view := range []string{"top", "list", "flame"} {
		if got := typed(t, s, "%pprof "+view).Stdout; strings.Count(got, "\n") != 1 && strings.Contains(got, " 0 samples") {
			t.Errorf("%s: %s", view, got)
		}
	}
}

func profiled(t *testing.T) *Session {
	t.Helper()
	needGo(t)
	s := newSession(t, Config{Budget: 3 * time.Second})
	typed(t, s, fibCell, "total := 0\nfor range 3 {\n\ttotal += fib(32)\n}", "%profile")
	return s
}

func TestPprof(t *testing.T) {
	s := profiled(t)
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"%pprof", []string{"cell 2  ", "CPU time in", "main.cell cell-2:3", "total += fib(32)", "main.fib cell-1:5", "return fib(n-1)"}},
		{"%pprof top 1", []string{"… and", "(%pprof top"}},
		{"%pprof top 1 2", []string{"main.cell cell-2:3"}},
		{"%pprof cell-2", []string{"main.cell cell-2:3"}},
		{"%pprof list", []string{"  3      total += fib(32)", "  1  total := 0"}},
		{"%pprof list fib", []string{"fib  cell-1  flat", "  5      return fib(n-1) + fib(n-2)", "  6  }"}},
		{"%pprof flame", []string{"|cell-2:3", "|main.fib"}},
		{"%pprof heap", []string{"allocated"}},
		{"%pprof -top -lines -nodecount=1", []string{"Active filters", "flat%", "main.fib cell-1:"}[1:]},
		{"%pprof -peek=fib", []string{"main.fib"}},
	} {
		got := typed(t, s, tt.line)
		for _, want := range tt.want {
			if !strings.Contains(got.Stdout, want) {
				t.Errorf("%s: no %q in\n%s", tt.line, want, got.Stdout)
			}
		}
		for line := range strings.Lines(got.Stdout) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 76 && !strings.Contains(tt.line, "-") {
				t.Errorf("%s: %d columns: %s", tt.line, n, line)
			}
		}
	}
	if res := typed(t, s, "%pprof flame"); len(res.Rich) != 1 || !strings.HasPrefix(res.Rich[0]["image/svg+xml"], "<svg ") {
		t.Error("the flame graph has no picture")
	}
	refusedWith(t, s, "%pprof list nosuch", "no function by that name")
	refusedWith(t, s, "%pprof 1", "has no profile; %profile 1")
	refusedWith(t, s, "%pprof -bogus", "-bogus")
	refusedWith(t, s, "%pprof -focus=( -top", "focus")
	if got := typed(t, s, "%pprof -top -nodecount=3").Stdout; strings.Contains(got, "Active filters") {
		t.Errorf("flags of one use hold for the next:\n%s", got)
	}
	t.Run("figures", func(t *testing.T) { sameAsGoTool(t, s) })
	t.Run("loaded", func(t *testing.T) { loadedProfile(t, s) })
}

// sameAsGoTool compares our table with that of the go command.
func sameAsGoTool(t *testing.T, s *Session) {
	t.Chdir(s.cfg.Dir) // files are saved where the front end is
	typed(t, s, "%save pprof p")
	name := filepath.Join(s.cfg.Dir, "p.cpu.pprof")
	out, err := exec.Command("go", "tool", "pprof", "-top", "-lines", "-nodecount=1000", "-nodefraction=0", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^ *(\S+) +\S+ +\S+ +(\S+) +\S+ +main\.fib cell-1:5$`).FindStringSubmatch(string(out))
	if line == nil {
		t.Fatalf("go tool pprof shows no main.fib cell-1:5:\n%s", out)
	}
	cum, err := time.ParseDuration(line[2])
	if err != nil {
		t.Fatal(err)
	}
	ours := regexp.MustCompile(`(?m)(\S+ \S+) +\d+%  main\.fib cell-1:5`).FindStringSubmatch(typed(t, s, "%pprof").Stdout)
	if ours == nil {
		t.Fatal("our table shows no main.fib cell-1:5")
	}
	got, err := time.ParseDuration(strings.ReplaceAll(ours[1], " ", ""))
	if d := (got - cum).Abs(); err != nil || d > cum/20 {
		t.Errorf("cum %s, go tool pprof says %s (%v)", got, cum, err)
	}
}

// loadedProfile saves a notebook and looks at its profile where nothing can run.
func loadedProfile(t *testing.T, s *Session) {
	file := filepath.Join(s.cfg.Dir, "nb.md")
	typed(t, s, "%save "+file)
	t.Setenv("PATH", "")
	for _, load := range []string{".md", ".ipynb"} {
		if load == ".ipynb" {
			typed(t, s, "%save "+strings.TrimSuffix(file, ".md")+load)
		}
		other := newSession(t, Config{})
		typed(t, other, "%load "+strings.TrimSuffix(file, ".md")+load)
		got := typed(t, other, "%pprof list").Stdout
		// The magic that was typed stands above the cell now.
		if !strings.Contains(got, "  4      total += fib(32)") || strings.Contains(got, "Doubt: recorded") {
			t.Errorf("%s: the profile does not fit the saved text:\n%s", load, got)
		}
		for line := range strings.Lines(got) {
			if strings.Contains(line, "total += fib(32)") && !strings.Contains(line, "ms") && !strings.Contains(line, " s ") {
				t.Errorf("%s: no cost at the line of the call:\n%s", load, got)
			}
		}
		if other.live.interp != nil {
			t.Error("something ran")
		}
	}
}

func TestPprofWithoutAProfile(t *testing.T) {
	s := newSession(t, Config{})
	refusedWith(t, s, "%pprof", "%profile")
	typed(t, s, "x := 1")
	refusedWith(t, s, "%pprof web", "no cell has a profile yet")
}

func TestPprofWeb(t *testing.T) {
	needGo(t)
	s, err := New(Config{Dir: t.TempDir(), Budget: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	typed(t, s, fibCell, "fib(32)", "%profile")
	url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(typed(t, s, "%pprof web").Stdout)
	for _, page := range []struct{ path, want string }{
		{"/", "flamegraph"}, {"/ui/top", "main.fib"}, {"/ui/flamegraph", "main.fib"},
	} {
		resp, err := http.Get(url + page.path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 || !strings.Contains(string(body), page.want) {
			t.Errorf("%s: %s, no %q", page.path, resp.Status, page.want)
		}
	}
	req, _ := http.NewRequest("GET", url+"/ui/top", nil)
	req.Host = "evil.example"
	if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("another host's name: %v %v", resp, err)
	}
	dir := s.pprof.pages[0].dir
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(url + "/ui/top"); err == nil {
		t.Error("the pages outlive the session")
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s was left behind", dir)
	}
}
