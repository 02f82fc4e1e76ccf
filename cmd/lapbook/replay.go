package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// replayCommand steps through a notebook for a class: Enter runs the next cell,
// and what was recorded stands beside what is measured now, as ratios.
func replayCommand(ctx context.Context, args []string, std stdio) (int, error) {
	fs := newFlags("replay")
	var f runFlags
	f.registerSession(fs)
	files, _, err := parse(fs, args)
	if err != nil {
		return exitUsage, err
	}
	if err := f.check(); err != nil {
		return exitUsage, err
	}
	if len(files) != 1 {
		return exitUsage, usagef("replay: want one FILE")
	}
	book, dir, err := readNotebook(files[0], std.in)
	if err != nil {
		return exitUsage, err
	}
	if f.cfg.Dir = f.dir; f.dir == "" {
		f.cfg.Dir = dir
	}
	if f.cfg.Repeat == "" {
		f.cfg.Repeat = "once"
	}
	s, err := runtime.New(f.cfg)
	if err != nil {
		return exitFailed, err
	}
	defer s.Close()
	s.Adopt(book, files[0])
	p := &player{session: s, std: std, keys: bufio.NewReader(std.in), style: f.look.options(std.out)}
	return p.play(ctx)
}

// player is one replay.
type player struct {
	session *runtime.Session
	std     stdio
	keys    *bufio.Reader
	style   render.Options
	failed  bool
	at      int
}

// play walks over the cells. Keys are lines, so that a pipe can drive it too.
func (p *player) play(ctx context.Context) (int, error) {
	cells := p.session.Notebook().Cells
	p.header()
	for p.at = 0; p.at < len(cells); {
		c := cells[p.at]
		if c.Kind != notebook.Code {
			if c.Kind == notebook.Prose {
				render.Prose(p.std.out, c.Source, p.style)
			}
			p.at++
			continue
		}
		render.Code(p.std.out, c, p.style)
		quit, err := p.step(ctx, c)
		if err != nil || quit {
			return p.status(), err
		}
	}
	fmt.Fprintln(p.std.out, "  end of the notebook")
	return p.status(), nil
}

func (p *player) status() int {
	if p.failed {
		return exitFailed
	}
	return exitOK
}

// header says what differs between the machine of the record and this one.
func (p *player) header() {
	for _, c := range p.session.Notebook().Cells {
		if c.Result == nil || c.Result.Machine == nil {
			continue
		}
		then, here := c.Result.Machine, p.session.Machine()
		if then.Cores != here.Cores {
			fmt.Fprintf(p.std.out, "  this machine differs: %d cores here, %d then; compare ratios\n", here.Cores, then.Cores)
		}
		return
	}
}

// step waits for a key and acts on it.
func (p *player) step(ctx context.Context, c *notebook.Cell) (quit bool, err error) {
	fmt.Fprint(p.std.out, "  Enter runs · s skip · b back · q leave ")
	line, err := p.keys.ReadString('\n')
	if errors.Is(err, io.EOF) && line == "" {
		fmt.Fprintln(p.std.out)
		return true, nil
	}
	switch key := strings.TrimSpace(line); key {
	case "q":
		return true, nil
	case "s":
		p.at++
	case "b":
		p.back()
	case "", "r":
		p.run(ctx, c)
		p.at++
	default:
		fmt.Fprintf(p.std.out, "  %q: Enter, s, b or q\n", key)
	}
	return false, nil
}

// back goes to the code cell before this one.
func (p *player) back() {
	cells := p.session.Notebook().Cells
	for i := p.at - 1; i >= 0; i-- {
		if cells[i].Kind == notebook.Code {
			p.at = i
			return
		}
	}
}

func (p *player) run(ctx context.Context, c *notebook.Cell) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	then := c.Result
	w := newTextWriter(p.std, p.style, strings.NewReader(""))
	w.begin(c)
	res := p.session.RunCell(ctx, c, w)
	w.result(res)
	p.failed = p.failed || res.Failed()
	for _, line := range beside(then, res) {
		fmt.Fprintln(p.std.out, "  "+line)
	}
}

// beside sets what was recorded beside what is live: the verdict, and speedups,
// which are ratios and so survive a change of machine. Times do not.
func beside(then, live *notebook.Result) []string {
	if then == nil || !then.Measured() {
		return nil
	}
	var out []string
	if a, b := then.Verdict, live.Verdict; a != nil && b != nil {
		if a.Bound != b.Bound || a.Detail != b.Detail {
			out = append(out, fmt.Sprintf("verdict differs from the record: %s then", a.Headline))
		} else {
			out = append(out, "verdict as recorded")
		}
	}
	if a, b := then.Comparison, live.Comparison; a != nil && b != nil {
		for _, col := range a.Columns[1:] {
			if now := columnOf(b, col.Model); now != nil {
				out = append(out, fmt.Sprintf("%-12s recorded %s · here %s", col.Model, measure.Times(col.Speedup.Median), measure.Times(now.Speedup.Median)))
			}
		}
	}
	return out
}

func columnOf(c *measure.Comparison, model string) *measure.Column {
	for i := range c.Columns {
		if c.Columns[i].Model == model {
			return &c.Columns[i]
		}
	}
	return nil
}
