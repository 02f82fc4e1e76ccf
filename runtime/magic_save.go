package runtime

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func saveMagic() Magic {
	return Magic{
		Name: "save", Group: "keep", Usage: "%save [FILE.md|FILE.ipynb|pprof|trace|bench NAME]",
		Summary: "save the notebook, or profiles, trace, samples",
		Help: "Saves cells, outputs and results; the extension chooses the format. Without a\n" +
			"name the file that was opened.\n" +
			"%save pprof NAME [CELL] writes NAME.cpu.pprof and NAME.heap.pprof, for go tool\n" +
			"pprof; %save trace FILE [CELL] the execution trace, for go tool trace; %save\n" +
			"bench FILE [CELL] every sample in Go's benchmark format, for benchstat.",
		Example: "x := 1\n%timeit x++\n%save $TMP/example.md\n%save bench $TMP/x.txt",
		Do:      func(ctx context.Context, s *Session, c Call) error { return s.saveMagic(ctx, c) },
	}
}

// saveKind is a part of what was measured that has a file format of its own.
type saveKind struct {
	name string
	save func(s *Session, c Call, file string, e *entry) error // e is nil when no cell is named
}

func saveKinds() []saveKind {
	return []saveKind{
		{"pprof", (*Session).saveProfiles},
		{"trace", (*Session).saveTrace},
		{"bench", (*Session).saveBench},
	}
}

func (s *Session) saveMagic(ctx context.Context, c Call) error {
	arg := strings.TrimSpace(c.Args)
	for _, k := range saveKinds() {
		if rest, ok := strings.CutPrefix(arg, k.name); ok && (rest == "" || rest[0] == ' ') {
			return s.saveKind(k, rest, c)
		}
	}
	if arg == "" {
		arg = s.path
	}
	if arg == "" {
		return fmt.Errorf("%%save: want a name, such as %%save fetch.md")
	}
	if err := s.Save(ctx, arg); err != nil {
		return err
	}
	cells, measured := 0, 0
	for _, cell := range s.book.CodeCells() {
		if !cell.MagicOnly() {
			cells++
		}
		if cell.Result != nil && cell.Result.Measured() {
			measured++
		}
	}
	c.printf("%s: %s, %d measured · replay: lapbook replay %s\n", filepath.Base(arg), plural(cells, "cell"), measured, arg)
	return nil
}

// saveKind reads a file's name and, after it, a cell.
func (s *Session) saveKind(k saveKind, args string, c Call) error {
	words := strings.Fields(args)
	if len(words) > 2 {
		return fmt.Errorf("%%save %s%s: want a name and a cell", k.name, args)
	}
	var e *entry
	file := ""
	if len(words) > 0 {
		file = words[0]
	}
	if len(words) == 2 {
		cell := s.book.Find(words[1])
		if cell == nil {
			return fmt.Errorf("%%save %s %s: no such cell: %s", k.name, file, words[1])
		}
		if e = s.entryOf(cell); e == nil {
			return fmt.Errorf("%%save %s: %s has not run here; %%run %s runs it", k.name, s.cellName(cell), words[1])
		}
	}
	return k.save(s, c, file, e)
}

// saveProfiles writes the pprof profiles of a cell: without one, of the cell
// that was profiled last.
func (s *Session) saveProfiles(c Call, prefix string, e *entry) error {
	of, ok := s.lastProfile()
	if e != nil {
		of, ok = s.profileOf(e.nb)
	}
	if !ok {
		return fmt.Errorf("%%save pprof: no cell has a profile yet; run %%profile first")
	}
	if prefix == "" {
		prefix = of.cell.ID
	}
	for _, f := range []struct {
		kind string
		data []byte
	}{{"cpu", of.cpu}, {"heap", of.heap}} {
		if len(f.data) == 0 {
			continue
		}
		name := s.resolve(prefix + "." + f.kind + ".pprof")
		if err := os.WriteFile(name, f.data, 0o644); err != nil {
			return err
		}
		c.printf("%s: go tool pprof %s\n", filepath.Base(name), name)
	}
	return nil
}

// maxTrace bounds the trace that is kept for %save trace.
const maxTrace = 32 << 20

// evidenceTrace is the execution trace of a cell's evidence run.
type evidenceTrace struct {
	data []byte // nil when it was larger than maxTrace
	size int
	cut  bool // it ends before the cell did
}

func keepTrace(data []byte, cut bool) evidenceTrace {
	t := evidenceTrace{size: len(data), cut: cut}
	if len(data) <= maxTrace {
		t.data = data
	}
	return t
}

// saveTrace writes the execution trace of a cell: without one, of the cell that
// was traced last.
func (s *Session) saveTrace(c Call, file string, e *entry) error {
	for i := len(s.entries) - 1; i >= 0 && e == nil; i-- {
		if s.entries[i].trace.size > 0 {
			e = s.entries[i]
		}
	}
	switch {
	case e == nil || e.trace.size == 0:
		return fmt.Errorf("%%save trace: no cell was traced yet; run %%profile or %%classify first")
	case e.trace.data == nil:
		return fmt.Errorf("%%save trace: the trace of %s is larger (%d MiB) than what is kept (%d MiB)", s.cellName(e.nb), e.trace.size>>20, maxTrace>>20)
	}
	if file == "" {
		file = e.nb.ID + ".trace"
	}
	name := s.resolve(file)
	if err := os.WriteFile(name, e.trace.data, 0o644); err != nil {
		return err
	}
	note := ""
	if e.trace.cut {
		note = ", cut before the cell ended"
	}
	c.printf("%s: trace of %s%s · go tool trace %s\n", filepath.Base(name), s.cellName(e.nb), note, name)
	return nil
}
