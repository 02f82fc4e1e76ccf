package runtime

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/stacks"
)

// Unsaved tells whether cells would be lost by leaving.
func (s *Session) Unsaved() bool { return s.dirty && len(s.book.CodeCells()) > 0 }

// Open makes a notebook the session's document. Nothing runs.
func (s *Session) Open(path string) error {
	book, err := notebook.Load(path)
	if err != nil {
		return err
	}
	s.open(book, path)
	return nil
}

func (s *Session) open(book *notebook.Notebook, path string) {
	s.book, s.path, s.dirty = book, path, false
	s.entries = nil
	s.openTarget()
}

// Save writes the notebook; the extension chooses the format. The magics that
// measured a cell alone are saved as %%name lines of that cell, so that a
// replay measures again.
func (s *Session) Save(_ context.Context, name string) error {
	path := s.resolve(name)
	switch filepath.Ext(path) {
	case ".md", ".ipynb":
	default:
		return fmt.Errorf("%s: a notebook is saved as .md or .ipynb, such as %s.md", name, strings.TrimSuffix(name, filepath.Ext(name)))
	}
	s.settleLate()
	for _, e := range s.entries {
		if n := e.writeMagics(); n > 0 {
			s.shifted(e.nb.ID, n)
		}
	}
	if err := s.book.Save(name, s.cfg.Draw); err != nil {
		return err
	}
	s.path, s.dirty = path, false
	return s.dropJournal()
}

// keep remembers the magics that measured a cell, for Save, and records what
// they found with the cell.
func (s *Session) keep(e *entry, magics []source.Magic, res *notebook.Result) {
	if res.Failed() {
		return
	}
	if s.asked {
		s.show(res)
		return
	}
	for _, m := range magics {
		line := strings.TrimSpace("%%" + m.Name + " " + m.Args)
		if !slices.Contains(e.magics, line) {
			e.magics = append(e.magics, line)
		}
	}
	if e.nb.Result != nil {
		e.nb.Result.Merge(res)
	}
	s.changed()
	s.show(res)
}

// writeMagics puts the remembered magics above the cell's text and returns how
// many lines that made.
func (e *entry) writeMagics() int {
	have := strings.Split(e.nb.Source, "\n")
	var add []string
	for _, m := range e.magics {
		if !slices.Contains(have, m) {
			add = append(add, m)
		}
	}
	e.magics = nil
	if len(add) == 0 {
		return 0
	}
	e.nb.Source = strings.Join(add, "\n") + "\n" + e.nb.Source
	return len(add)
}

// shifted moves the lines of a cell down in every result that names them: line
// numbers follow the code.
func (s *Session) shifted(id string, n int) {
	for _, e := range s.entries {
		res := e.nb.Result
		if res == nil {
			continue
		}
		shift(res, id, n)
		if p := res.Profile; p != nil {
			moved := *p
			moved.CPU, moved.Heap = stacks.Shift(p.CPU, id, n), stacks.Shift(p.Heap, id, n)
			res.Profile = &moved
		}
		e.nb.Record(res)
	}
}

// shift moves the lines of a result that lie in the cell down by n.
func shift(res *notebook.Result, id string, n int) {
	if v := res.Verdict; v != nil {
		for i := range v.Lines {
			if v.Lines[i].Cell == id {
				v.Lines[i].Line += n
			}
		}
	}
	if res.Error != nil && res.Error.Cell == id {
		res.Error.Line += n
	}
	if m := res.Memory; m != nil {
		for i := range m.Lines {
			if m.Lines[i].Cell == id {
				m.Lines[i].Line += n
			}
		}
	}
	if res.ID != id {
		return
	}
	if r := res.Race; r != nil {
		for i := range r.Reports {
			r.Reports[i] = shiftWords(r.Reports[i], n)
		}
	}
	if r := res.Refused; r != nil && r.Line > 0 {
		r.Line += n
	}
	if c := res.Comparison; c != nil && c.Loop != nil {
		shiftLoop(c.Loop, n)
	}
}

// shiftWords moves the lines that a sentence names: "at line 3" to "at line 4".
func shiftWords(s string, n int) string {
	return regexp.MustCompile(`\bat line \d+`).ReplaceAllStringFunc(s, func(m string) string {
		line, _ := strconv.Atoi(m[len("at line "):])
		return fmt.Sprintf("at line %d", line+n)
	})
}

func shiftLoop(l *measure.LoopSplit, n int) {
	l.Line += n
	for _, lines := range [][]int{l.Header, l.Task, l.Ordered} {
		for i := range lines {
			lines[i] += n
		}
	}
}

// changed notes that the document differs from its file, and journals it.
func (s *Session) changed() {
	s.dirty = true
	s.writeJournal()
}

// show remembers the last measured result for %more.
func (s *Session) show(res *notebook.Result) {
	if res.Measured() {
		s.lastShow = res
	}
}

// more shows the last measured result again; the front end prints it whole.
func (s *Session) more(c Call) error {
	if s.lastShow == nil {
		return fmt.Errorf("%%more: nothing was measured yet; %%classify measures the last cell")
	}
	out := *s.lastShow
	out.Stdout, out.Stderr, out.Value, out.Notices = "", "", "", nil
	out.More = true
	*c.Result = out
	return nil
}
