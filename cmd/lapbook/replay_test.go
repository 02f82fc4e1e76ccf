//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
)

const threeCells = "# Three\n\n```go\nx := 20\n```\n\nTwenty more.\n\n```go\nx += 20\nx\n```\n\n```go\nx * 100\n```\n"

// A replay takes single keys, also those that a presenter sends, and runs what
// somebody asks in between.
func TestTerminalReplay(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, "three.md")
	if err := os.WriteFile(file, []byte(threeCells), 0o600); err != nil {
		t.Fatal(err)
	}
	p := sit(t, home, "replay", "three.md")
	p.sees(`\[1\]› x := 20`)
	p.sees(`1 of 3 · Enter runs`)
	p.types(" ")
	p.sees(`Twenty more\.`)
	p.sees(`2 of 3`)
	p.types("\x1b[6~") // page down
	p.sees(`40\n`)
	p.sees(`3 of 3`)
	p.types("r")
	p.sees(`60\n`)
	p.sees(`3 of 3`)
	p.types("e")
	p.sees(`\[\?\]› `)
	p.types("x +\r")
	p.sees(`… `)
	p.types("1\r")
	p.sees(`61\n`)
	p.sees(`3 of 3`)
	p.types("e")
	p.sees(`\[\?\]› `)
	p.types("\x03")
	p.sees(`3 of 3`)
	p.types("x")
	p.sees(`"x" is no key here`)
	p.sees(`3 of 3`)
	p.types("b")
	p.sees(`Twenty more\.`)
	p.sees(`2 of 3`)
	p.types("s")
	p.sees(`3 of 3`)
	p.types("\r")
	p.sees(`6000\n`)
	p.sees(`end of the notebook`)
	p.types("q")
	if got := p.leaves(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	p.checkTerminal()
	if text, err := os.ReadFile(file); err != nil || string(text) != threeCells {
		t.Errorf("the notebook was changed: %v\n%s", err, text)
	}
}

// Nothing scrolls away before a key was pressed.
func TestTerminalReplayPages(t *testing.T) {
	home := t.TempDir()
	text := "# Long\n\n" + strings.Repeat("A paragraph.\n\n", 20) + "```go\nfor i := range 4 {\n\tfmt.Println(\"line\", i)\n}\n```\n\nThe end is here.\n"
	if err := os.WriteFile(filepath.Join(home, "long.md"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := sit(t, home, "replay", "long.md")
	if err := pty.Setsize(p.keys, &pty.Winsize{Rows: 10, Cols: 40}); err != nil {
		t.Fatal(err)
	}
	pages := 0
	for p.sees(`Enter goes on|1 of 1 · Enter runs`) == "Enter goes on" {
		pages++
		p.types(" ")
	}
	if pages == 0 {
		t.Errorf("forty lines were shown at once:\n%s", p.transcript())
	}
	p.types(" ")
	p.sees(`line 3\n`)
	p.sees(`The end is here\.`)
	p.types("q")
	p.leaves()
	p.checkTerminal()
}

// What an author folded away is an answer: the room thinks first.
func TestTerminalReplayUnfolds(t *testing.T) {
	home := t.TempDir()
	text := "# Guess\n\nTwice 21?\n\n<details>\n<summary>Answer</summary>\n\nIt is 42.\n\n</details>\n\n```go\n2 * 21\n```\n"
	if err := os.WriteFile(filepath.Join(home, "guess.md"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := sit(t, home, "replay", "guess.md")
	p.sees(`Twice 21\?`)
	p.sees(`Enter unfolds the answer`)
	if strings.Contains(p.transcript(), "It is") {
		t.Errorf("the answer was not folded:\n%s", p.transcript())
	}
	p.types("\r")
	p.sees(`It is 42\.`)
	p.sees(`1 of 1`)
	p.types("\x03")
	p.leaves()
	p.checkTerminal()
}

func TestFolds(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"a\nb\n", []string{"a\nb\n"}},
		{"a\n<details>\nb\n</details>\nc\n<details open>\nd", []string{"a\n", "<details>\nb\n</details>\nc\n", "<details open>\nd"}},
		{"<details>\nb", []string{"<details>\nb"}},
	} {
		if got := folds(tt.text); strings.Join(got, "|") != strings.Join(tt.want, "|") {
			t.Errorf("%q: %q", tt.text, got)
		}
	}
}
