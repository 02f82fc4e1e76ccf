package repl

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

func TestKeysGoToTheCellThatReads(t *testing.T) {
	k := newKeys()
	in := k.openCell()
	k.typed([]byte("one\rtwo\n"))
	r := bufio.NewReader(in)
	for _, want := range []string{"one\n", "two\n"} {
		if got, err := r.ReadString('\n'); got != want || err != nil {
			t.Errorf("read %q, %v; want %q", got, err, want)
		}
	}
	k.typedEOF()
	if rest, err := io.ReadAll(r); len(rest) > 0 || err != nil {
		t.Errorf("after Ctrl-D: %q, %v", rest, err)
	}
}

func TestKeysUnreadOpenThePrompt(t *testing.T) {
	k := newKeys()
	in := k.openCell().(*cellStdin)
	k.typed([]byte("a\nb\nc\n"))
	buf := make([]byte, 4)
	if n, err := in.Read(buf); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	in.Unread([]byte("a\n")) // as a feed does: in two parts
	in.Unread([]byte("b\n"))
	k.typed([]byte("d\n"))
	k.openPrompt()
	if got, err := k.take(); string(got) != "a\nb\nc\nd\n" || err != nil {
		t.Errorf("the prompt takes %q, %v", got, err)
	}
	if _, err := in.Read(buf); err != io.EOF {
		t.Errorf("the cell before reads on: %v", err)
	}
}

// Keys that arrive before the terminal has changed its mode come as bytes.
func TestKeysTypedTooEarly(t *testing.T) {
	tests := []struct {
		name, typed, cell, prompt string
		stopped                   int
	}{
		{"ctrl-d", "x\r\x04y\r", "x\n", "y\r", 0},
		{"ctrl-c", "x\r\x03y\x04", "y", "", 1},
		{"ctrl-d that the terminal took", "x\n\x00\x00y\r", "x\n", "\x00y\r", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKeys()
			k.typed([]byte(tt.typed))
			stopped := 0
			k.interruptible(func() { stopped++ })
			cell, err := io.ReadAll(k.openCell())
			if string(cell) != tt.cell || err != nil {
				t.Errorf("the cell reads %q, %v; want %q", cell, err, tt.cell)
			}
			k.interruptible(nil)
			k.openPrompt()
			if got, _ := k.take(); string(got) != tt.prompt {
				t.Errorf("the prompt takes %q, want %q", got, tt.prompt)
			}
			if stopped != tt.stopped {
				t.Errorf("interrupted %d times, want %d", stopped, tt.stopped)
			}
		})
	}
}

func TestKeysEnd(t *testing.T) {
	k := newKeys()
	k.typed([]byte("last"))
	k.end()
	if b, err := k.take(); string(b) != "last" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := k.take(); err != io.EOF {
		t.Errorf("err = %v, want EOF", err)
	}
}

func TestIncomplete(t *testing.T) {
	tests := []struct {
		text string
		more bool
	}{
		{"x := 1", false},
		{"for {", true},
		{"for {\n}", false},
		{"f(1,", true},
		{"s := `raw", true},
		{"}", false},
		{"%classify", false},
		{"%time for {", false},
		{"%%classify", true},
		{"%%classify\n", true},
		{"%%classify\nfor {", true},
		{"%%classify\nfor {\n}", false},
		{"%%time f()", false},
		{"%profile\nfor {", true},
		{"//lap:%%classify", true},
		{"!ls {", false},
		{"?strings.Fields", false},
	}
	for _, tt := range tests {
		if more, _ := incomplete(tt.text); more != tt.more {
			t.Errorf("incomplete(%q) = %v", tt.text, more)
		}
	}
}

func TestPipedCells(t *testing.T) {
	p := newPiped(strings.NewReader("x := 1\r\n\n\nfor {\n\n\tbreak\n}\n%%time\nx++\nlast {"))
	want := []string{"x := 1", "for {\n\n\tbreak\n}", "%%time\nx++", "last {"}
	for _, w := range want {
		if got, err := p.next(t.Context(), "1"); got != w || err != nil {
			t.Errorf("cell %q, %v; want %q", got, err, w)
		}
	}
	if _, err := p.next(t.Context(), "1"); err != io.EOF {
		t.Errorf("err = %v, want EOF", err)
	}
}

func TestHistoryFile(t *testing.T) {
	h := history{t.TempDir() + "/sub/history.jsonl"}
	if cells, err := h.load(); len(cells) > 0 || err != nil {
		t.Errorf("no file: %q, %v", cells, err)
	}
	for _, c := range []string{"x := 1", "for {\n\t`␤`\n}", "üñ\x00"} {
		if err := h.add(c); err != nil {
			t.Fatal(err)
		}
	}
	cells, err := h.load()
	if err != nil || strings.Join(cells, "|") != "x := 1|for {\n\t`␤`\n}|üñ\x00" {
		t.Errorf("loaded %q, %v", cells, err)
	}
}
