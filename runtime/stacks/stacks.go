// Package stacks reads pprof profiles of compiled cells into weighted stacks of
// the frames that a reader of the notebook knows: lines of cells, files of the
// user's own module, functions of libraries. What belongs to lapbook (the
// harness around a cell, the pool that runs tasks, the instruments) is taken
// out. From the stacks come a table of lines and functions, the text of a cell
// with its cost on every line, and flame graphs as text and as SVG.
//
// It runs nothing and reads no file but those of the user's module, so that it
// serves a notebook that was opened somewhere else just as well.
package stacks

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/pprof/profile"
)

// Kind says what the weight of a stack is.
type Kind string

// The kinds of profiles that a cell has.
const (
	CPU  Kind = "cpu"  // nanoseconds of CPU time
	Heap Kind = "heap" // bytes allocated
	Live Kind = "live" // bytes allocated and still in use when the cell had ended
)

// Frame is one function call of a stack.
type Frame struct {
	Func string // as Go names it: main.fib, bytes.(*Buffer).Write
	File string // id of a cell, or path of a file
	Line int
	Cell bool // File is the id of a cell
	Own  bool // of a cell or of the user's module; else of a library
}

// String is the frame as pprof writes it: main.fib fetch:5; of a library's
// function only the name.
func (f Frame) String() string {
	if !f.Own {
		return f.Func
	}
	return fmt.Sprintf("%s %s:%d", f.Func, path.Base(f.File), f.Line)
}

// Stack is a call stack, outermost frame first, with what it weighs.
type Stack struct {
	Frames []Frame
	Weight int64 // ns or bytes
	Count  int64 // samples or objects
}

// Profile are the stacks of one profile.
type Profile struct {
	Kind   Kind
	Stacks []Stack
	Total  int64 // weight of all stacks
	Count  int64 // of all stacks
	Hz     int64 // CPU: samples a second and thread
}

// Clean reads a profile, gzipped or not, and takes out what is lapbook's own.
// cells are the ids of the notebook's cells: a frame whose file is called so
// lies in a cell. hidden counts the stacks of which nothing is left.
func Clean(data []byte, cells map[string]bool) (p *profile.Profile, hidden int, err error) {
	p, err = profile.ParseData(data)
	if err != nil {
		return nil, 0, err
	}
	foreign := map[*profile.Location]bool{}
	inCell := map[*profile.Location]bool{}
	for _, loc := range p.Location {
		loc.Line = slices.DeleteFunc(loc.Line, func(l profile.Line) bool {
			cell := l.Function != nil && inCells(l.Function, cells)
			inCell[loc] = inCell[loc] || cell
			ours := l.Function == nil || !cell && glue(l.Function.Name)
			foreign[loc] = foreign[loc] || ours && l.Function != nil
			return ours
		})
	}
	p.Sample = slices.DeleteFunc(p.Sample, func(s *profile.Sample) bool {
		outside, inside := false, false
		for _, loc := range s.Location {
			outside, inside = outside || foreign[loc], inside || inCell[loc]
		}
		s.Location = slices.DeleteFunc(s.Location, func(l *profile.Location) bool { return len(l.Line) == 0 })
		drop := outside && !inside || len(s.Location) == 0
		if drop {
			hidden++
		}
		return drop
	})
	return p.Compact(), hidden, nil
}

// inCells tells whether a function lies in a cell. No Go file is named as a
// cell is: an id holds no dot.
func inCells(f *profile.Function, cells map[string]bool) bool { return cells[path.Base(f.Filename)] }

// ours is what begins the functions of lapbook that surround a cell. Those of
// package lab are a library like any other.
const ours = "github.com/lapbook/lapbook/runtime/"

// glue tells the functions around a cell: the harness, the pool that runs
// tasks, and the generated main package.
func glue(fn string) bool {
	return strings.HasPrefix(fn, ours) || fn == "runtime.main" || strings.HasPrefix(fn, "main.")
}

// Read reads a profile into stacks; see Clean.
func Read(data []byte, kind Kind, cells map[string]bool) (*Profile, error) {
	p, _, err := Clean(data, cells)
	if err != nil {
		return nil, fmt.Errorf("%s profile: %w", kind, err)
	}
	count, weight, err := indexes(p, kind)
	if err != nil {
		return nil, err
	}
	r := reader{cells: cells, goroot: goroot(p)}
	out := &Profile{Kind: kind}
	if kind == CPU && p.Period > 0 {
		out.Hz = 1e9 / p.Period
	}
	for _, s := range p.Sample {
		if s.Value[weight] == 0 {
			continue
		}
		out.Stacks = append(out.Stacks, Stack{r.frames(s), s.Value[weight], s.Value[count]})
		out.Total += s.Value[weight]
		out.Count += s.Value[count]
	}
	return out, nil
}

// indexes finds the two values of a sample that a kind is about.
func indexes(p *profile.Profile, kind Kind) (count, weight int, err error) {
	names := map[Kind][2]string{CPU: {"samples", "cpu"}, Heap: {"alloc_objects", "alloc_space"}, Live: {"inuse_objects", "inuse_space"}}[kind]
	at := func(name string) int {
		return slices.IndexFunc(p.SampleType, func(t *profile.ValueType) bool { return t.Type == name })
	}
	count, weight = at(names[0]), at(names[1])
	if count < 0 || weight < 0 {
		return 0, 0, fmt.Errorf("%s profile: it has no %s", kind, names[1])
	}
	return count, weight, nil
}

// goroot is where the profiled program's standard library lay, read from a
// function that no other package can have; "" when it is not told.
func goroot(p *profile.Profile) string {
	for _, f := range p.Function {
		if !strings.HasPrefix(f.Name, "runtime.") {
			continue
		}
		if root, _, ok := strings.Cut(f.Filename, "/src/runtime/"); ok {
			return root + "/"
		}
	}
	return ""
}

type reader struct {
	cells  map[string]bool
	goroot string
}

// frames are the frames of a sample, the outermost first.
func (r *reader) frames(s *profile.Sample) []Frame {
	var out []Frame
	for _, loc := range slices.Backward(s.Location) {
		for _, line := range slices.Backward(loc.Line) {
			out = append(out, r.frame(line))
		}
	}
	return out
}

func (r *reader) frame(line profile.Line) Frame {
	f := Frame{Func: printable(line.Function.Name), File: printable(line.Function.Filename), Line: int(line.Line)}
	if inCells(line.Function, r.cells) {
		f.File, f.Cell, f.Own = path.Base(f.File), true, true
		return f
	}
	f.Own = path.IsAbs(f.File) && (r.goroot == "" || !strings.HasPrefix(f.File, r.goroot)) &&
		!strings.Contains(f.File, "/pkg/mod/") && !strings.HasPrefix(f.Func, "runtime.") && !strings.HasPrefix(f.Func, labs)
	return f
}

// printable leaves out what no name has and no picture or terminal may get.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

// labs is what begins the functions of package lab.
const labs = "github.com/lapbook/lapbook/"

// Shift moves the lines of a cell in a profile down by n; a profile that cannot
// be read comes back as it is. It serves when lines are put above a cell's text.
func Shift(data []byte, cell string, n int) []byte {
	p, err := profile.ParseData(data)
	if err != nil || n == 0 {
		return data
	}
	for _, loc := range p.Location {
		for i := range loc.Line {
			if f := loc.Line[i].Function; f != nil && path.Base(f.Filename) == cell {
				loc.Line[i].Line += int64(n)
			}
		}
	}
	for _, f := range p.Function {
		if path.Base(f.Filename) == cell && f.StartLine > 0 {
			f.StartLine += int64(n)
		}
	}
	var out strings.Builder
	if p.Write(&out) != nil {
		return data
	}
	return []byte(out.String())
}
