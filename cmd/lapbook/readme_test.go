package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime"
)

var update = flag.Bool("update", false, "rewrite the generated parts of the README")

const readme = "../../README.md"

// TestReadmeLists keeps the README's lists of commands and magics equal to the
// tables; go test ./cmd/lapbook -run Readme -update writes them.
func TestReadmeLists(t *testing.T) {
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	want := replaceBlock(t, replaceBlock(t, text, "commands", commandList()), "magics", magicList())
	if text == want {
		return
	}
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("the README's lists are not those of the tables; go test ./cmd/lapbook -run Readme -update")
}

func replaceBlock(t *testing.T, text, name, body string) string {
	t.Helper()
	open, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
	head, rest, ok := strings.Cut(text, open)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("the README has no block %q", name)
	}
	return head + open + body + end + tail
}

func commandList() string {
	var b strings.Builder
	for _, c := range commands() {
		fmt.Fprintf(&b, "- `%s`: %s\n", c.usage, c.summary)
	}
	return b.String()
}

func magicList() string {
	var b strings.Builder
	for _, g := range runtime.Groups() {
		for _, m := range runtime.Magics() {
			if m.Group == g {
				fmt.Fprintf(&b, "- `%s`: %s\n", m.Usage, m.Summary)
			}
		}
	}
	return b.String()
}

// TestReadmeCommand runs the README's first command, with a smaller budget.
func TestReadmeCommand(t *testing.T) {
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	var command string
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "go run ./cmd/lapbook ") {
			command, _, _ = strings.Cut(line, "#")
			break
		}
	}
	if command == "" {
		t.Fatal("the README's first command is not go run ./cmd/lapbook …")
	}
	needGo(t)
	args := strings.Fields(command)[3:]
	cmd := exec.Command("lapbook", append(args, "--budget", "5s")...)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"as written", "concurrent", "parallel", "same result"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output has no %q:\n%s", want, out)
		}
	}
	for line := range strings.Lines(string(out)) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 78 {
			t.Errorf("a line of %d columns: %s", n, line)
		}
	}
}

// needGo skips a test that compiles cells where there is no toolchain.
func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the Go toolchain: https://go.dev/dl")
	}
}
