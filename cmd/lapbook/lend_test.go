//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A command of the shell has the terminal, whole; what it leaves is mended.
func TestTerminalLends(t *testing.T) {
	p := sitWith(t, t.TempDir(), []string{"EDITOR=no-such-editor", "VISUAL="})
	p.prompt(1)
	p.types("!test -t 0 && test -t 1 && echo has it\r")
	p.sees(`has it\n`)
	p.prompt(1)
	p.types("!stty raw -echo; printf 'left raw\\n'\r")
	p.sees(`left raw\n`)
	p.prompt(1)
	p.types("!printf 'no newline'\r")
	p.sees(`no newline +\[1\]› `) // the blanks reach the edge of the screen
	p.types("!printf '%s? ' answer; read x; echo \"got $x\"\r")
	p.sees(`answer\? `)
	p.types("yes\r")
	p.sees(`got yes\n`)
	p.prompt(1)
	p.types("!echo lying; exec sleep 1000\r")
	p.sees(`lying\n`)
	p.types("\x03")
	p.sees(`%sh echo lying; exec sleep 1000: signal: interrupt`)
	p.prompt(1)
	p.types("%edit\r")
	p.sees(`EDITOR is no-such-editor, and there is no such program`)
	p.prompt(1)
	p.types("exit\r")
	if got := p.leaves(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	p.checkTerminal()
}

// %edit without a cell is for a new one, and after a text that could not run for
// that text. Nothing of the editor is left behind.
func TestTerminalEditNew(t *testing.T) {
	home := t.TempDir()
	editor := filepath.Join(home, "editor.sh")
	script := "#!/bin/sh\necho \"$2\" >>" + home + "/files\nsed -i.bak 's/^$/x := 40/; s/x +$/x + 2/' \"$2\"\n"
	if err := os.WriteFile(editor, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	p := sitWith(t, home, []string{"VISUAL=" + editor + " -f", "EDITOR=no-such-editor"})
	p.prompt(1)
	p.types("%edit\r")
	p.prompt(2)
	p.types("x +)\r")
	p.sees(`syntax error`)
	p.prompt(2)
	p.types("x +\r\r\r")
	p.sees(`syntax error`)
	p.prompt(2)
	p.types("%edit\r")
	p.sees(`42\n`)
	p.prompt(3)
	p.types("%edit 1\r")
	p.sees(`unchanged`)
	p.prompt(3)
	files, err := os.ReadFile(filepath.Join(home, "files"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range strings.Fields(string(files)) {
		if _, err := os.Stat(filepath.Dir(file)); !os.IsNotExist(err) {
			t.Errorf("%s is left behind: %v", filepath.Dir(file), err)
		}
	}
}

// Keys of the editor that are typed before the prompt is back mean what they mean
// at the prompt.
func TestTerminalKeysAhead(t *testing.T) {
	home := t.TempDir()
	open := gate(t, home)
	p := sit(t, home)
	p.prompt(1)
	p.types("fmt.Println(\"findme\")\r")
	p.sees(`findme\n`)
	p.prompt(2)
	p.types("fmt.Println(\"asleep\"); _, err := os.ReadFile(\"gate\")\r")
	p.sees(`asleep\n`)
	p.types("\x12findme")
	p.sees(`\^Rfindme`) // echoed by the terminal
	open()
	p.sees(`search: findme`)
	p.types("\r")
	p.sees(`findme\n`)
	p.prompt(4)
}
