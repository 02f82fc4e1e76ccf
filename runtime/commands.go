package runtime

import (
	"context"
	"fmt"
	"go/types"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
)

// runMagic runs cells of the notebook again: %run 3, %run fetch, %run all.
func (s *Session) runMagic(ctx context.Context, c Call) error {
	ref := strings.TrimSpace(c.Args)
	if ref == "" {
		return fmt.Errorf("%%run: want a cell or all, such as %%run 1")
	}
	cells := s.book.CodeCells()
	if ref != "all" {
		cell := s.book.Find(ref)
		if cell == nil {
			return fmt.Errorf("%%run %s: no such cell; there %s", ref, areCells(len(cells)))
		}
		cells = []*notebook.Cell{cell}
	}
	for _, cell := range cells {
		if ref == "all" && cell.MagicOnly() && hasRun(cell) {
			continue // it asks for this very run
		}
		if ref == "all" && !cell.MagicOnly() {
			c.Fe.Notice(s.cellName(cell))
		}
		res := s.RunCell(ctx, cell, c.Fe)
		*c.Parts = append(*c.Parts, res)
		if res.Failed() {
			c.Result.Status, c.Result.Error = res.Status, nil
			return nil
		}
	}
	return nil
}

// hasRun tells whether a cell of magics would run the notebook again for ever.
func hasRun(c *notebook.Cell) bool {
	for line := range strings.Lines(c.Code()) {
		if f := strings.Fields(line); len(f) > 0 && strings.TrimLeft(f[0], "%") == "run" {
			return true
		}
	}
	return false
}

// who lists what the session defines.
func (s *Session) who(c Call) error {
	rows := map[string]string{}
	for _, e := range s.entries {
		for _, obj := range e.checked.Defs {
			rows[obj.Name()] = fmt.Sprintf("%-16s %-44s %s", obj.Name(), cut(describe(obj), 44), s.cellName(e.nb))
		}
	}
	if len(rows) == 0 {
		c.printf("nothing is defined yet\n")
		return nil
	}
	names := make([]string, 0, len(rows))
	for n := range rows {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		c.printf("%s\n", rows[n])
	}
	return nil
}

func describe(obj types.Object) string {
	qualify := func(p *types.Package) string {
		if p.Path() == "main" {
			return ""
		}
		return p.Name()
	}
	switch obj := obj.(type) {
	case *types.TypeName:
		return "type " + types.TypeString(obj.Type().Underlying(), qualify)
	case *types.Const:
		return "const " + types.TypeString(obj.Type(), qualify)
	}
	return types.TypeString(obj.Type(), qualify)
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// reset forgets all state; the cells and what is recorded of them stay.
func (s *Session) reset(_ context.Context, c Call) error {
	if err := s.live.Close(); err != nil {
		return err
	}
	s.entries, s.failures = nil, map[*source.Cell]*failed{}
	s.modules.Reload()
	s.changedPkg = changedPackages{}
	s.scope = source.NewScope(s.imp)
	c.printf("state forgotten; %%run all runs the cells again\n")
	return nil
}

func (s *Session) lastCode() *notebook.Cell {
	var last *notebook.Cell
	for _, c := range s.book.CodeCells() {
		if !c.MagicOnly() {
			last = c
		}
	}
	return last
}

// Adopt makes a notebook that was read elsewhere the session's document.
func (s *Session) Adopt(book *notebook.Notebook, path string) {
	if path != "" {
		path = s.resolve(path)
	}
	s.open(book, path)
}

// Skip is the result of a cell that is not run.
func (s *Session) Skip(c *notebook.Cell) *notebook.Result {
	res := notebook.NewResult(c.ID, s.book.Index(c))
	res.Status = notebook.Skipped
	return res
}

// SetParams puts --param values into the cell tagged "parameters": each names
// a variable that the cell defines.
func (s *Session) SetParams() error {
	if len(s.cfg.Params) == 0 {
		return nil
	}
	for _, c := range s.book.CodeCells() {
		if c.Tagged("parameters") {
			text, err := setParams(c.Source, s.cfg.Params)
			if err != nil {
				return fmt.Errorf("--param: %s: %w", s.cellName(c), err)
			}
			c.Source = text
			return nil
		}
	}
	return fmt.Errorf("--param: no cell is tagged parameters")
}

// targetTold is used where only a live run is known.
func (s *Session) targetTold(e *entry) *measure.Target {
	return s.targetOf(e.nb.ID, e.runNS, asWritten)
}
