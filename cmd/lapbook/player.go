package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/repl"
	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// player is one replay: a key a cell, the record beside what is live.
type player struct {
	std     stdio
	style   render.Options
	name    string
	session *runtime.Session // nil when nothing runs
	room    *repl.REPL
	cells   []*notebook.Cell
	codes   int // how many of them are code
	records map[*notebook.Cell]record
	notices []string
	quiz    *quiz // nil when nothing is asked

	at      int            // of the cell that comes next
	last    *notebook.Cell // that was run last
	rows    int            // on the screen since the last key
	printed bool           // blocks are parted by a blank line
	failed  bool
}

// What ends a step other than by going on.
var (
	errLeave = errors.New("leave")
	errMoved = errors.New("moved") // at is another cell
)

// play walks over the cells until the end of the notebook or a wish to leave.
func (p *player) play(ctx context.Context) (int, error) {
	err := p.header(ctx)
	for err == nil || errors.Is(err, errMoved) {
		if err = p.next(ctx); err == nil {
			err = p.step(ctx)
		}
	}
	if !errors.Is(err, errLeave) && !errors.Is(err, io.EOF) && ctx.Err() == nil {
		return exitFailed, err
	}
	if p.quiz != nil {
		p.draw(func(w io.Writer) error { return render.Words(w, p.style, true, p.quiz.score()) })
	}
	switch {
	case ctx.Err() != nil:
		return exitInterrupted, nil
	case p.failed:
		return exitFailed, nil
	}
	return exitOK, nil
}

// header says what is about to be seen, and first of all whether this machine is
// another than that of the record.
func (p *player) header(ctx context.Context) error {
	for _, n := range p.notices {
		fmt.Fprintln(p.std.err, "lapbook:", n)
	}
	var says []string
	then := p.recorded()
	switch {
	case p.session == nil && then == nil:
		says = append(says, "Nothing is recorded in this notebook: without --no-run its cells run.")
	case p.session == nil:
		says = append(says, "The record, step by step; nothing runs.", "Measured on "+render.Provenance(then))
	case then != nil:
		says = append(says, p.machine(then)...)
	}
	if len(says) == 0 {
		return nil
	}
	return p.show(ctx, func(w io.Writer) error { return render.Words(w, p.style, p.session != nil, says...) })
}

// recorded is the first measured result of the file, nil without any.
func (p *player) recorded() *notebook.Result {
	for _, c := range p.cells {
		if r := p.records[c].result; r != nil && r.Machine != nil {
			return r
		}
	}
	return nil
}

// machine says that this machine differs from the one of a record.
func (p *player) machine(then *notebook.Result) []string {
	if then == nil || then.Machine == nil || p.session == nil {
		return nil
	}
	if was, here := then.Machine.Cores, goruntime.NumCPU(); was != here {
		return []string{fmt.Sprintf("This machine differs: %s here, %d then; compare ratios.", counted(here, "core"), was)}
	}
	return nil
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// next shows the prose up to the next code cell, and that cell.
func (p *player) next(ctx context.Context) error {
	var b bytes.Buffer
	for ; p.at < len(p.cells); p.at++ {
		c := p.cells[p.at]
		if b.Len() > 0 && c.Kind != notebook.Raw {
			b.WriteByte('\n')
		}
		if c.Kind == notebook.Code {
			p.code(&b, c)
			break
		}
		if c.Kind != notebook.Prose {
			continue
		}
		for i, part := range folds(c.Source) {
			if i > 0 {
				if err := p.folded(ctx, &b); err != nil {
					return err
				}
			}
			_ = render.Prose(&b, part, p.style) // a buffer takes everything
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return p.show(ctx, func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err })
}

// folds splits prose before what its author folded away: the answer to a question.
func folds(markdown string) []string {
	var parts []string
	at := 0
	for i := 0; i < len(markdown); {
		line, _, _ := strings.Cut(markdown[i:], "\n")
		if i > at && strings.HasPrefix(strings.TrimSpace(line), "<details") {
			parts, at = append(parts, markdown[at:i]), i
		}
		i += len(line) + 1
	}
	return append(parts, markdown[at:])
}

// folded shows what is there so far, and waits before what was folded.
func (p *player) folded(ctx context.Context, b *bytes.Buffer) error {
	before := slices.Clone(b.Bytes())
	b.Reset()
	if err := p.show(ctx, func(w io.Writer) error { _, err := w.Write(before); return err }); err != nil {
		return err
	}
	if !p.room.Interactive() {
		return nil
	}
	return p.pause(ctx, "  Enter unfolds the answer · "+pauseKeys)
}

// code draws a cell under its number.
func (p *player) code(w io.Writer, c *notebook.Cell) {
	label := " " // of magics alone, which take no number
	if n := (&notebook.Notebook{Cells: p.cells}).Index(c); n > 0 {
		label = strconv.Itoa(n)
	}
	_ = render.Typed(w, label, c.Code(), p.style) // a buffer takes everything
	if p.records[c].stale {
		_ = render.Words(w, p.style, false, "Recorded for an older text of this cell.")
	}
}

// number counts the code cells, from 1.
func (p *player) number(c *notebook.Cell) int {
	n := 0
	for _, have := range p.cells {
		if have.Kind == notebook.Code {
			n++
		}
		if have == c {
			return n
		}
	}
	return 0
}

// step waits for a key and does what it says. At the end of the notebook there
// is no cell to run, but all else.
func (p *player) step(ctx context.Context) error {
	for {
		what, arg, err := p.key(ctx, p.prompt())
		if err != nil {
			return err
		}
		switch {
		case what == wishGo && p.at == len(p.cells):
			return errLeave
		case what == wishGo:
			c := p.cells[p.at]
			p.at++
			return p.present(ctx, c)
		case what == wishSkip && p.at < len(p.cells):
			p.at++
			return nil
		}
		if err := p.aside(ctx, what, arg); err != nil {
			return err
		}
		if err := p.again(ctx); err != nil {
			return err
		}
	}
}

// again shows the cell that waits, after something else was on the screen.
func (p *player) again(ctx context.Context) error {
	if p.at == len(p.cells) || p.rows == 0 {
		return nil
	}
	return p.show(ctx, func(w io.Writer) error { p.code(w, p.cells[p.at]); return nil })
}

// prompt names the keys; those that a class needs most stand first, as a narrow
// terminal cuts the line.
func (p *player) prompt() string {
	rest := "b back · r again · e question · q leave "
	if p.session == nil {
		rest = "b back · r again · q leave "
	}
	if p.at == len(p.cells) {
		return "  end of the notebook · " + rest
	}
	does := "runs"
	if p.session == nil {
		does = "shows"
	}
	return fmt.Sprintf("  %d of %d · Enter %s · s skip · %s", p.number(p.cells[p.at]), p.codes, does, rest)
}

// aside does what does not go on: back, again, a question from the room.
func (p *player) aside(ctx context.Context, what wish, arg string) error {
	switch what {
	case wishLeave:
		return errLeave
	case wishBack:
		return p.back()
	case wishAgain:
		if p.last == nil {
			return p.say("Nothing has run yet: Enter runs the cell.")
		}
		return errors.Join(p.show(ctx, func(w io.Writer) error { p.code(w, p.last); return nil }), p.run(ctx, p.last))
	case wishAsk:
		return p.question(ctx, arg)
	}
	return p.say(fmt.Sprintf("%q is no key here: Enter, s, b, r, e or q.", arg))
}

func (p *player) say(text string) error {
	return p.draw(func(w io.Writer) error { return render.Words(w, p.style, false, text) })
}

// back goes to the code cell before the one that waits, and to its prose.
func (p *player) back() error {
	var codes []int
	for i, c := range p.cells[:p.at] {
		if c.Kind == notebook.Code {
			codes = append(codes, i)
		}
	}
	if len(codes) == 0 {
		return p.say("This is the first cell.")
	}
	p.at = 0
	if len(codes) > 1 {
		p.at = codes[len(codes)-2] + 1
	}
	return errMoved
}

// question runs a scratch cell: what somebody in the room wants to know. It is
// no part of the notebook.
func (p *player) question(ctx context.Context, text string) error {
	if p.session == nil {
		return p.say("Nothing runs with --no-run, so no question can be tried.")
	}
	if text == "" {
		var err error
		text, err = p.room.Cell(ctx, "?")
		if errors.Is(err, repl.ErrAborted) || errors.Is(err, io.EOF) || strings.TrimSpace(text) == "" {
			return nil
		}
		if err != nil {
			return err
		}
	}
	if !p.room.Interactive() { // a terminal shows what was typed
		if err := p.show(ctx, func(w io.Writer) error { return render.Typed(w, "?", text, p.style) }); err != nil {
			return err
		}
	}
	results, d := p.room.Carry(ctx, func(ctx context.Context, fe runtime.Frontend) []*notebook.Result {
		return p.session.Scratch(ctx, text, fe)
	})
	p.rows += d.Lines
	for _, res := range results {
		if err := p.show(ctx, func(w io.Writer) error { return d.Result(w, res) }); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// present runs a cell, after the quiz where there is one.
func (p *player) present(ctx context.Context, c *notebook.Cell) error {
	if p.quiz == nil {
		return p.run(ctx, c)
	}
	asked, err := p.ask(ctx, c)
	if err != nil {
		return err
	}
	p.quiz.asked = asked
	err = p.run(ctx, c)
	p.quiz.asked = nil
	return err
}

// run runs a cell, or shows its record where nothing runs.
func (p *player) run(ctx context.Context, c *notebook.Cell) error {
	p.last = c
	switch {
	case p.session == nil:
		return p.reveal(ctx, c, p.records[c].result, func(w io.Writer) error { return render.Recorded(w, c, p.style) })
	case c.Tagged("skip"):
		return p.say("Tagged skip: not run.")
	}
	results, d := p.room.Carry(ctx, func(ctx context.Context, fe runtime.Frontend) []*notebook.Result {
		return []*notebook.Result{p.session.RunCell(ctx, c, fe)}
	})
	p.rows += d.Lines
	res := *results[0]
	p.failed = p.failed || res.Failed() && res.Status != notebook.Interrupted && !c.Tagged("raises")
	if res.Versus != nil && res.Versus.Cell == "" {
		res.Versus = nil // the record stands beside it, whole
	}
	return p.reveal(ctx, c, &res, func(w io.Writer) error { return d.Result(w, &res) })
}

// reveal draws a result: what differs from the record first, the answers of the
// room, the result, and the record beside it.
func (p *player) reveal(ctx context.Context, c *notebook.Cell, res *notebook.Result, draw func(io.Writer) error) error {
	then := p.records[c].result
	live := p.session != nil
	return p.show(ctx, func(w io.Writer) error {
		if live && then != nil {
			p.differs(w, then, res)
		}
		if p.quiz != nil && len(p.quiz.asked) > 0 {
			_ = render.Grid(w, p.style, false, p.quiz.rows(res, live)) // a buffer takes everything
		}
		err := draw(w)
		if live && then != nil {
			p.beside(w, c, then, res)
		}
		return err
	})
}

func (p *player) differs(w io.Writer, then, live *notebook.Result) {
	list := differences(then, live)
	if len(list) == 0 {
		return
	}
	says := append([]string{"Differs from the record: " + strings.Join(list, "; ") + "."}, p.machine(then)...)
	_ = render.Words(w, p.style, true, says...) // a buffer takes everything
}

func (p *player) beside(w io.Writer, c *notebook.Cell, then, live *notebook.Result) {
	if rows := beside(then, live); rows != nil {
		_ = render.Grid(w, p.style, true, rows) // a buffer takes everything
		if then.Verdict != nil && live.Verdict != nil && len(differences(then, live)) == 0 {
			_ = render.Words(w, p.style, false, "As recorded: "+then.Verdict.Headline+".")
		}
	}
	if lines := recordedOutput(then, live); len(lines) > 0 && !c.Tagged("ignore-output") {
		_ = render.Words(w, p.style, false, "The record printed:")
		for _, line := range lines {
			_ = render.Words(w, p.style, false, line)
		}
	}
}
