package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// past is what a file records of a cell.
type past struct {
	outputs             []notebook.Output
	result              *notebook.Result // nil when only outputs are recorded
	fence, fenceOutputs string           // what the file shows, and what of that are the outputs
	stale               bool             // for an older text
}

// checked is a cell with what was recorded and what came of it now.
type checked struct {
	cell      *notebook.Cell
	name      string
	then      past
	now       *notebook.Result    // nil when it was not run
	outputs   []notebook.Output   // of the first run
	again     [][]notebook.Output // of the runs after it
	open      []found             // not settled yet
	check     measure.Check
	dependent bool // on a parameter that was given another value
}

// checker checks one notebook.
type checker struct {
	flags   *checkFlags
	file    string
	std     stdio
	began   time.Time
	machine measure.Machine
	cells   []*checked
	ran     int
}

// Statuses of a cell.
const (
	same       = "same"
	different  = "different"
	failed     = "failed"
	skipped    = "skipped"
	unrecorded = "unrecorded"
	notRun     = "not run" // after one that failed
)

// run runs the notebook, and the cells with a difference once more, and writes
// what it found.
func (k *checker) run(ctx context.Context, w checkWriter) error {
	s, err := k.flags.open(k.file)
	if err != nil {
		return err
	}
	err = k.first(ctx, s, w)
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	if ctx.Err() == nil && k.questions() {
		if err := k.second(ctx, w); err != nil {
			return err
		}
	}
	for _, c := range k.cells {
		k.settle(c)
		w.cell(c)
	}
	return w.finish(k, ctx.Err() != nil)
}

// first runs every cell and compares it with its record.
func (k *checker) first(ctx context.Context, s *runtime.Session, w checkWriter) error {
	book := s.Notebook()
	k.machine = s.Machine()
	w.start(k.file, k.machine)
	for _, n := range book.Notices {
		fmt.Fprintln(k.std.err, "lapbook:", n)
	}
	for _, cell := range book.CodeCells() {
		c := &checked{cell: cell, name: cellName(book, cell), check: measure.Check{Status: notRun}}
		c.then = past{outputs: slices.Clone(cell.Outputs), result: cell.Result, stale: cell.Stale()}
		c.then.fence, c.then.fenceOutputs = cell.Fence()
		k.cells = append(k.cells, c)
	}
	param, err := setParams(s)
	if err != nil {
		return err
	}
	for _, c := range k.cells {
		if ctx.Err() != nil {
			return nil
		}
		if c.cell.Tagged("skip") {
			c.check.Status = skipped
			continue
		}
		k.runCell(ctx, s, c, w)
		if c.check.Status == failed {
			return nil // what follows would fail for its sake
		}
		c.dependent = param != nil && s.Needs(c.cell, param)
	}
	return nil
}

// setParams sets the values of --param and returns the cell that has others now
// than those for which the notebook was recorded, nil when there is none.
func setParams(s *runtime.Session) (*notebook.Cell, error) {
	before := map[*notebook.Cell]string{}
	for _, c := range s.Notebook().CodeCells() {
		before[c] = c.Source
	}
	if err := s.SetParams(); err != nil {
		return nil, usageError{err.Error()}
	}
	for c, text := range before {
		if c.Source != text {
			return c, nil
		}
	}
	return nil, nil
}

// runCell runs one cell and notes what is not as recorded.
func (k *checker) runCell(ctx context.Context, s *runtime.Session, c *checked, w checkWriter) {
	text := c.cell.Source
	if c.cell.Tagged("slow") && !k.flags.slow {
		c.cell.Source = s.Unmeasured(text)
	}
	w.begin(c.name)
	c.now = s.RunCell(ctx, c.cell, w)
	w.end()
	c.cell.Source = text
	k.ran++
	c.outputs = slices.Clone(c.cell.Outputs)
	if c.now.Status == notebook.Interrupted && ctx.Err() != nil {
		return
	}
	c.check.Status = same
	if c.then.result == nil && len(c.then.outputs) == 0 {
		c.check.Status = unrecorded
	}
	c.ending()
	if c.check.Status == failed || c.check.Status == unrecorded {
		return
	}
	c.open = append(c.open, fenceFound(&c.then)...)
	if !c.cell.Tagged("ignore-output") && !ownWords(c.cell) {
		c.open = append(c.open, outputsFound(&c.then, c.outputs)...)
	}
	if !c.cell.Tagged("slow") || k.flags.slow {
		c.open = append(c.open, resultFound(c.then.result, c.now)...)
	}
	c.ratio()
}

// ownWords tells a cell of magics that print what we say, times and all, and
// nothing that the notebook's author wrote.
func ownWords(cell *notebook.Cell) bool {
	if !cell.MagicOnly() {
		return false
	}
	for line := range strings.Lines(cell.Code()) {
		if f := strings.Fields(line); len(f) > 0 && slices.Contains([]string{"sh", "time"}, strings.TrimLeft(f[0], "%")) {
			return false
		}
	}
	return true
}

// ending compares how the cell ended. One that fails where nothing says that it
// does is no difference but a failure.
func (c *checked) ending() {
	recorded := textOf(c.then.outputs, notebook.Failure)
	wanted := recorded != "" || c.cell.Tagged("raises")
	now := textOf(c.outputs, notebook.Failure)
	switch {
	case c.now.Failed() && !wanted:
		c.check.Status = failed
	case !c.now.Failed() && wanted:
		was := recorded
		if was == "" {
			was = "tagged raises: it ends with an error"
		}
		c.open = append(c.open, found{measure.Finding{What: "error", Recorded: was, Now: "it ends well"}, true})
	case recorded != "" && recorded != now && !c.cell.Tagged("ignore-output"):
		f := measure.Finding{What: "error", Recorded: recorded, Now: now}
		if c.now.Error != nil {
			f.Line = c.now.Error.Line
		}
		c.open = append(c.open, found{f, true})
	}
}

// ratio sets the time as written now against the one then.
func (c *checked) ratio() {
	if c.then.result == nil || c.then.result.Measurement == nil || c.now.Measurement == nil {
		return
	}
	if was := c.then.result.Measurement.WallNS.Median; was > 0 {
		r := float64(c.now.Measurement.WallNS.Median) / float64(was)
		c.check.TimeRatio = &r
	}
}

// questions tells whether a second run could settle anything.
func (k *checker) questions() bool { return k.last() > 0 }

// last is one more than the index of the last cell with a question.
func (k *checker) last() (n int) {
	for i, c := range k.cells {
		if slices.ContainsFunc(c.open, func(f found) bool { return f.Why == "" && f.What != "fence" }) && !c.dependent {
			n = i + 1
		}
	}
	return n
}

// more is how often a notebook is run again at most: often where the same lines
// come in another order, which chance alone gives many times in a row: Go begins
// a map of two keys with the second one in one range of eight only.
const more = 25

// second runs the notebook again, up to the last cell with a question. Only cells
// whose findings are in question are measured again.
func (k *checker) second(ctx context.Context, w checkWriter) error {
	for n := range more {
		if n > 0 && !slices.ContainsFunc(k.cells, (*checked).shuffled) {
			return nil
		}
		if err := k.again(ctx, w, n == 0); err != nil || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

func (k *checker) again(ctx context.Context, w checkWriter, measured bool) error {
	s, err := k.flags.open(k.file)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := setParams(s); err != nil {
		return err
	}
	cells := s.Notebook().CodeCells()
	for i, c := range k.cells[:k.last()] {
		cell := cells[i]
		if cell.Tagged("skip") {
			continue
		}
		asks := measured && slices.ContainsFunc(c.open, func(f found) bool { return f.Why == "" && !isOutput(f.What) })
		if !asks {
			cell.Source = s.Unmeasured(cell.Source)
		}
		if strings.TrimSpace(cell.Source) == "" {
			continue
		}
		w.begin(c.name + ", again")
		res := s.RunCell(ctx, cell, w)
		w.end()
		if ctx.Err() != nil {
			return nil
		}
		c.again = append(c.again, slices.Clone(cell.Outputs))
		if asks {
			c.confirm(res)
		}
		if res.Failed() && !cell.Tagged("raises") && textOf(c.then.outputs, notebook.Failure) == "" {
			return nil
		}
	}
	return nil
}

func isOutput(what string) bool {
	return slices.Contains([]string{"stdout", "stderr", "value", "display", "output", "error", "fence"}, what)
}

// confirm keeps as contradictions those findings that a second run has too.
func (c *checked) confirm(res *notebook.Result) {
	twice := resultFound(c.then.result, res)
	for i := range c.open {
		f := &c.open[i]
		if f.Why != "" || isOutput(f.What) {
			continue
		}
		j := slices.IndexFunc(twice, func(g found) bool { return g.What == f.What })
		switch {
		case j < 0:
			f.Why = "a second run was as recorded"
		case twice[j].Why != "":
			f.Why = "in a second run: " + twice[j].Why
		}
	}
}

// shuffled tells whether an output has the lines of the record, or their words,
// in another order, and all runs so far agree on it.
func (c *checked) shuffled() bool {
	for _, f := range c.open {
		if f.Why == "" && isOutput(f.What) && sorted(f.Recorded) == sorted(f.Now) && len(c.unstableLines(f)) == 0 {
			return true
		}
	}
	return false
}

func sorted(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n[](){},;", r) })
	slices.Sort(words)
	return strings.Join(words, " ")
}

// settle decides what became of each finding.
func (k *checker) settle(c *checked) {
	for _, f := range c.open {
		switch {
		case c.dependent && f.What != "fence":
			f.Why = "it depends on a parameter that was recorded with another value (--param)"
		case isOutput(f.What) && f.What != "fence":
			if f = c.stable(f); f.Recorded == f.Now {
				continue
			}
		}
		if f.Why != "" {
			c.check.NotConfirmed = append(c.check.NotConfirmed, f.Finding)
			continue
		}
		f.Diff = unified(f.Recorded, f.Now, "now")
		c.check.Differences = append(c.check.Differences, f.Finding)
	}
	if len(c.check.Differences) > 0 && c.check.Status == same {
		c.check.Status = different
	}
}

// stable takes the lines out of an output that two runs here do not agree on.
func (c *checked) stable(f found) found {
	lines := c.unstableLines(f)
	if len(lines) == 0 {
		return f
	}
	c.check.Unstable = append(c.check.Unstable, measure.Unstable{Line: lines[0], What: f.What, Reason: "two runs here differ"})
	was, now := textLines(f.Recorded), textLines(f.Now)
	if len(was) != len(now) || lines[0] == everyLine {
		f.Recorded, f.Now = "", ""
		return f
	}
	for _, n := range lines {
		was[n-1], now[n-1] = varies, varies
	}
	f.Recorded, f.Now = strings.Join(was, "\n")+"\n", strings.Join(now, "\n")+"\n"
	f.Line = firstDifference(f.Recorded, f.Now)
	return f
}

// varies stands for a line that varies from run to run, in a difference.
const varies = "(varies from run to run)"

// everyLine stands for all lines, where two runs have not even as many.
const everyLine = 0

// unstableLines are the lines of an output that differ between runs here.
func (c *checked) unstableLines(f found) []int {
	differ := map[int]bool{}
	now := textLines(f.Now)
	for _, outs := range c.again {
		text := c.text(outs, f.What)
		lines := textLines(text)
		if len(lines) != len(now) {
			return []int{everyLine}
		}
		for i := range lines {
			if lines[i] != now[i] {
				differ[i+1] = true
			}
		}
	}
	out := make([]int, 0, len(differ))
	for n := range differ {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// text is what outputs have of a part.
func (c *checked) text(outs []notebook.Output, what string) string {
	if what == "error" {
		if text := textOf(outs, notebook.Failure); text != "" {
			return text
		}
		return "it ends well"
	}
	for kind, w := range whats() {
		if w == what {
			return textOf(outs, kind)
		}
	}
	return ""
}

// status is the exit status for the file.
func (k *checker) status(ctx context.Context) int {
	status := exitOK
	for _, c := range k.cells {
		switch c.check.Status {
		case failed:
			status = worse(status, exitFailed)
		case different:
			status = worse(status, exitDifferent)
		}
	}
	if ctx.Err() != nil {
		return exitInterrupted
	}
	return status
}

// cellName is how messages name a cell: cell 3 (fetch).
func cellName(book *notebook.Notebook, c *notebook.Cell) string {
	n := book.Index(c)
	switch {
	case n == 0:
		return "cell " + c.ID // of magics
	case c.ID == fmt.Sprintf("cell-%d", n):
		return fmt.Sprintf("cell %d", n)
	}
	return fmt.Sprintf("cell %d (%s)", n, c.ID)
}
