package runtime

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
)

// Do runs what was typed: a cell with the magics above it, or magics alone. A
// code cell becomes a cell of the notebook, unless nothing of it could run: what
// is replayed is what worked. There is one Result for the cell, or one for each
// lone magic.
func (s *Session) Do(ctx context.Context, text string, fe Frontend) []*notebook.Result {
	magics, code, done, ok := s.typed(ctx, text, fe)
	if !ok {
		return done
	}
	if err := nameless(code); err != nil && len(magics) == 0 {
		return []*notebook.Result{usage("", err)}
	}
	dirty := s.dirty
	cell := s.book.Add(notebook.Code, "", text)
	s.changed()
	res := s.RunCell(ctx, cell, fe)
	if s.rejected = ""; res.Failed() && res.Engine == "" {
		s.reject(cell, dirty)
	}
	return []*notebook.Result{res}
}

// typed splits what was typed. Magics alone are carried out at once, and an error
// is told: done is the answer then. cell says that there is a cell to run.
func (s *Session) typed(ctx context.Context, text string, fe Frontend) (magics []source.Magic, code string, done []*notebook.Result, cell bool) {
	magics, code, err := s.split(text)
	if err == nil && strings.TrimSpace(code) == "" {
		return nil, "", s.lone(ctx, magics, fe), false
	}
	if err == nil {
		err = known(magics)
	}
	if err != nil {
		id := ""
		if _, placed := err.(*source.Error); placed {
			id = fmt.Sprintf("cell-%d", len(s.book.CodeCells())+1) // it would have been
		}
		return nil, "", []*notebook.Result{usage(id, err)}, false
	}
	return magics, code, nil, true
}

// reject takes a cell of which nothing ran out of the notebook. Its text is kept
// for %edit; a prompt has it in its history.
func (s *Session) reject(cell *notebook.Cell, dirty bool) {
	s.book.Remove(cell)
	s.rejected = cell.Source
	if s.dirty = dirty; dirty {
		s.writeJournal()
	} else if err := s.dropJournal(); err != nil {
		s.notices = append(s.notices, "the journal of unsaved cells stays: "+err.Error())
	}
}

// nameless tells what is wrong with a text that begins as a magic does and names
// none.
func nameless(text string) error {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "%")
	if !ok {
		return nil
	}
	rest = strings.TrimLeft(rest, "%")
	word, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if _, err := lookup(word); err == nil && word != rest {
		return fmt.Errorf("%% %s: no blank between: %%%s", word, word)
	}
	return errors.New("%: want a name behind it, such as %classify; %help lists them")
}

// split takes the magics off a text; a text of one ?name or !cmd is a magic too.
func (s *Session) split(text string) ([]source.Magic, string, error) {
	return s.scope.SplitMagics(text)
}

// known refuses a text in which any magic is unknown, so that nothing of it runs.
func known(magics []source.Magic) error {
	for _, m := range magics {
		if _, err := lookup(m.Name); err != nil {
			return err
		}
	}
	return nil
}

// RunCell runs a cell of the notebook as it stands and records the result.
func (s *Session) RunCell(ctx context.Context, cell *notebook.Cell, fe Frontend) *notebook.Result {
	magics, code, err := s.split(cell.Code())
	if err == nil {
		err = known(magics)
	}
	if err != nil {
		res := usage(cell.ID, err)
		if !cell.MagicOnly() {
			res.Kind, res.Index = "code", s.book.Index(cell)
		}
		return res
	}
	if strings.TrimSpace(code) == "" {
		return s.magicCell(ctx, cell, magics, fe)
	}
	advise, err := s.above(ctx, magics, fe)
	if err != nil {
		res := usage(cell.ID, err)
		res.Kind, res.Index = "code", s.book.Index(cell)
		return res
	}
	s.fe = fe
	defer func() { s.fe = nil }()
	then := cell.Result
	res := s.runCode(ctx, cell, magics, code, fe)
	if v := since(then, res.Measurement); v != nil && res.Versus == nil {
		v.Of = res.Of
		res.Versus = v
	}
	s.settleLate()
	res.Machine, res.Date = s.machine(res.Measurement), now()
	res.Notices = append(res.Notices, s.notices...)
	s.notices = nil
	cell.Record(res)
	if advise && !res.Failed() {
		res.Advice = s.advise(s.findings(cell))
		cell.Record(res)
	}
	s.changed()
	s.show(res)
	return res
}

// magicCell runs a cell of magics alone; the results are merged into one, which
// is recorded for it.
func (s *Session) magicCell(ctx context.Context, cell *notebook.Cell, magics []source.Magic, fe Frontend) *notebook.Result {
	s.asked = true
	defer func() { s.asked = false }()
	results := s.lone(ctx, magics, fe)
	if len(results) == 0 {
		return notebook.NewResult(cell.ID, 0)
	}
	res := merged(results)
	res.ID, res.Kind, res.Index = cell.ID, "magic", 0
	if res.Measured() {
		res.Machine, res.Date = s.machine(res.Measurement), now()
	}
	cell.Record(&res)
	s.changed()
	return &res
}

// merged makes one result of those of several magics: what was measured last, with
// what all of them printed, in order, and why one failed.
func merged(results []*notebook.Result) notebook.Result {
	base := results[len(results)-1]
	for _, r := range results {
		if r.Measured() {
			base = r
		}
	}
	res := *base // of a cell that %run ran, maybe: that one keeps its own
	res.Stdout, res.Stderr, res.Notices = "", "", nil
	for _, r := range results {
		res.Stdout += r.Stdout
		res.Stderr += r.Stderr
		if r.Advice != nil {
			res.Advice = r.Advice
		}
		res.Notices = append(res.Notices, r.Notices...)
		if r.Failed() && !res.Failed() {
			res.Status, res.Error = r.Status, r.Error
		}
	}
	return res
}

// lone runs magics that stand alone. Neighbours that edit the Plan of the same
// cell are carried out once, together.
func (s *Session) lone(ctx context.Context, magics []source.Magic, fe Frontend) []*notebook.Result {
	if err := known(magics); err != nil {
		return []*notebook.Result{usage("", err)}
	}
	var out []*notebook.Result
	for i := 0; i < len(magics); {
		n := 1
		m, _ := lookup(magics[i].Name)
		if !actsAlone(m, magics[i]) {
			for i+n < len(magics) && s.editsSame(magics[i], magics[i+n]) {
				n++
			}
			out = append(out, s.editLast(ctx, magics[i:i+n], fe))
		} else {
			out = append(out, s.act(ctx, m, magics[i], fe)...)
		}
		if last := out[len(out)-1]; last.Failed() {
			break
		}
		i += n
	}
	return out
}

// actsAlone tells whether an editing magic, alone, acts on the session.
func actsAlone(m Magic, call source.Magic) bool {
	return m.Edit == nil || m.Alone != nil && m.Alone(call.Args)
}

func onOff(args string) bool {
	a := strings.TrimSpace(args)
	return a == "on" || a == "off"
}

func (s *Session) editsSame(a, b source.Magic) bool {
	m, _ := lookup(b.Name)
	if actsAlone(m, b) {
		return false
	}
	ea, _, errA := s.targetCell(a)
	eb, _, errB := s.targetCell(b)
	return errA == nil && errB == nil && ea == eb
}

// act runs one magic that acts on the session.
func (s *Session) act(ctx context.Context, m Magic, call source.Magic, fe Frontend) []*notebook.Result {
	res := notebook.NewResult("", 0)
	res.Kind = "magic"
	var parts []*notebook.Result
	err := m.Do(ctx, s, Call{Name: m.Name, Args: call.Args, Body: call.Body, Fe: fe, Result: res, Parts: &parts})
	if err != nil {
		res.Status = notebook.Failed
		res.Error = &measure.CellError{Kind: "usage", Message: err.Error()}
		if interrupted(ctx) {
			res.Status = notebook.Interrupted
		}
	}
	if len(parts) > 0 && err == nil {
		return parts
	}
	return []*notebook.Result{res}
}

// profileOn is %profile on and off.
func (s *Session) profileOn(c Call) error {
	s.profile = strings.TrimSpace(c.Args) != "off"
	if s.profile {
		c.printf("profile on: every cell ends with one line; %%profile off stops\n")
		return nil
	}
	c.printf("profile off\n")
	return nil
}

// editLast carries out magics on the last code cell, or on the one they name.
func (s *Session) editLast(ctx context.Context, magics []source.Magic, fe Frontend) *notebook.Result {
	e, _, err := s.targetCell(magics[0])
	if err != nil {
		return usage("", fmt.Errorf("%%%s: %w", magics[0].Name, err))
	}
	if e == nil {
		if magics[0].Name == "profile" {
			res := notebook.NewResult("", 0)
			res.Kind = "magic"
			_ = s.profileOn(Call{Result: res})
			return res
		}
		return usage("", fmt.Errorf("%%%s: no cell has run yet; type one first", magics[0].Name))
	}
	var p Plan
	if err := s.edits(&p, magics); err != nil {
		return usage(e.nb.ID, err)
	}
	res := notebook.NewResult(e.nb.ID, 0)
	res.Kind, res.Of, res.Magics = "magic", e.nb.ID, names(magics)
	s.measureEntry(ctx, e, &p, res, fe)
	s.keep(e, magics, res)
	return res
}

// names are the magics that made a result: a front end shows what was asked for.
func names(magics []source.Magic) []string {
	var out []string
	for _, m := range magics {
		out = append(out, m.Name)
	}
	return out
}

// edits applies magics to a Plan. A last word that names a cell is not an
// argument of the magic.
func (s *Session) edits(p *Plan, magics []source.Magic) error {
	for _, call := range magics {
		m, err := lookup(call.Name)
		if err != nil {
			return err
		}
		if m.Edit == nil {
			continue
		}
		_, args, err := s.targetCell(call)
		if err != nil || m.Code {
			args = strings.TrimSpace(call.Args)
		}
		if err := m.Edit(p, args); err != nil {
			return err
		}
	}
	return nil
}

// targetCell reads the cell that a magic's arguments name: `%profile fetch`,
// `%concurrent 32 fetch`. It returns the arguments without it. For a magic that
// takes a number of its own the first number is that.
func (s *Session) targetCell(call source.Magic) (*entry, string, error) {
	words := strings.Fields(call.Args)
	m, err := lookup(call.Name)
	if err != nil || len(words) == 0 || m.Number && len(words) == 1 && isNumber(words[0]) {
		return s.last(), call.Args, err
	}
	ref := words[len(words)-1]
	cell := s.book.Find(ref)
	if cell == nil && m.namesCell(call.Args) {
		return nil, "", fmt.Errorf("no cell %s; there %s", ref, areCells(len(s.book.CodeCells())))
	}
	if cell == nil {
		return s.last(), call.Args, nil
	}
	e := s.entryOf(cell)
	if e == nil {
		return nil, "", fmt.Errorf("%s has not run here; %%run %s runs it", s.cellName(cell), ref)
	}
	return e, strings.Join(words[:len(words)-1], " "), nil
}

// namesCell tells whether arguments can only be the name of a cell.
func (m Magic) namesCell(args string) bool {
	acts := m.Do != nil && (m.Alone == nil || m.Alone(args))
	return m.Edit != nil && !m.Number && !m.Sizes && !m.Code && !acts
}

// areCells is "is 1 cell" or "are 3 cells".
func areCells(n int) string {
	if n == 1 {
		return "is 1 cell"
	}
	return "are " + plural(n, "cell")
}

func isNumber(word string) bool {
	_, err := strconv.Atoi(word)
	return err == nil
}

// cellName is how messages name a cell: cell 3 (fetch).
func (s *Session) cellName(c *notebook.Cell) string {
	n := s.book.Index(c)
	if n == 0 {
		return "cell " + c.ID // a scratch cell, or one of magics
	}
	if c.ID == fmt.Sprintf("cell-%d", n) || c.ID == "" {
		return fmt.Sprintf("cell %d", n)
	}
	return fmt.Sprintf("cell %d (%s)", n, c.ID)
}

// usage is the result of something that was refused before it ran.
func usage(id string, err error) *notebook.Result {
	res := notebook.NewResult(id, 0)
	res.Kind = "magic"
	res.Status = notebook.Refused
	res.Error = &measure.CellError{Kind: "usage", Message: err.Error()}
	if at, ok := err.(*source.Error); ok {
		res.Error = &measure.CellError{Kind: "usage", Message: at.Message, Cell: id, Line: at.Line, Column: at.Column, Hint: at.Hint}
	}
	return res
}
