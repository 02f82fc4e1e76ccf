package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"
)

// wish is what a key means in a replay.
type wish int

const (
	wishUnknown wish = iota
	wishGo
	wishSkip
	wishBack
	wishAgain
	wishAsk
	wishLeave
)

// wishes are the keys: letters, and what arrows and presenters send.
func wishOf(key string) wish {
	switch key {
	case "", "enter", " ", "pgdn", "right", "down", "n":
		return wishGo
	case "s":
		return wishSkip
	case "b", "pgup", "left", "up", "backspace":
		return wishBack
	case "r":
		return wishAgain
	case "e":
		return wishAsk
	case "q", "ctrl-c", "ctrl-d":
		return wishLeave
	}
	return wishUnknown
}

// key waits for a wish. Lines of a pipe may have what is asked behind the e.
func (p *player) key(ctx context.Context, prompt string) (w wish, arg string, err error) {
	key, err := p.room.Key(ctx, prompt)
	if err != nil {
		return wishLeave, "", err
	}
	p.rows = 0
	if rest, ok := strings.CutPrefix(key, "e "); ok {
		return wishAsk, strings.TrimSpace(rest), nil
	}
	if key == "e" {
		return wishAsk, "", nil
	}
	return wishOf(key), key, nil
}

// draw writes a block at once.
func (p *player) draw(f func(io.Writer) error) error {
	var b bytes.Buffer
	if err := f(&b); err != nil {
		return err
	}
	p.rows += strings.Count(b.String(), "\n")
	_, err := p.std.out.Write(b.Bytes())
	return err
}

// show writes a block so that all of it is seen: before what would push the
// screen away, and within what is longer than a screen, it waits for a key.
func (p *player) show(ctx context.Context, f func(io.Writer) error) error {
	columns, height := p.room.Size()
	p.style.Width = columns
	var b bytes.Buffer
	if err := f(&b); err != nil || b.Len() == 0 {
		return err
	}
	lines := strings.SplitAfter(strings.TrimSuffix(b.String(), "\n")+"\n", "\n")
	lines = lines[:len(lines)-1]
	if p.printed {
		lines = append([]string{"\n"}, lines...)
	}
	p.printed = true
	if all := rowsOf(lines, columns); p.rows > 0 && all < height && p.rows+all >= height {
		if err := p.pause(ctx, "  Enter goes on · "+pauseKeys); err != nil {
			return err
		}
	}
	for _, line := range lines {
		need := rowsOf([]string{line}, columns)
		if height > 0 && p.rows+need >= height {
			if err := p.pause(ctx, "  Enter goes on · "+pauseKeys); err != nil {
				return err
			}
		}
		p.rows += need
		if _, err := io.WriteString(p.std.out, line); err != nil {
			return err
		}
	}
	return nil
}

// pauseKeys are the keys of a pause beside Enter.
const pauseKeys = "r again · e question · b back · q leave "

// pause waits in the middle of something; meanwhile a cell can be run again and
// a question tried.
func (p *player) pause(ctx context.Context, prompt string) error {
	what, arg, err := p.key(ctx, prompt)
	for err == nil && what != wishGo {
		if what != wishSkip {
			err = p.aside(ctx, what, arg)
		}
		if err == nil {
			what, arg, err = p.key(ctx, prompt)
		}
	}
	return err
}

// rowsOf is how many rows of a terminal lines take.
func rowsOf(lines []string, columns int) int {
	n := 0
	for _, line := range lines {
		n += 1 + max(0, runewidth.StringWidth(colours().ReplaceAllString(strings.TrimSuffix(line, "\n"), ""))-1)/max(1, columns)
	}
	return n
}

func colours() *regexp.Regexp { return regexp.MustCompile(`\x1b\[[0-9;]*m`) }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
