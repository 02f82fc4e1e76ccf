//go:build unix

package harness

import (
	"fmt"
	goruntime "runtime"
	"strings"
)

// guard runs f and returns its panic. A Goexit passes through: the main
// goroutine ends, as it does in a plain program.
func (s *server) guard(cell string, f func()) (p *Panic) {
	s.where = cell
	returned := false
	defer func() {
		if returned {
			return
		}
		frames := s.frames()
		if v := recover(); v != nil {
			p = &Panic{Message: panicText(v), Cell: cell, Frames: frames}
		}
	}()
	f()
	returned = true
	return nil
}

const maxFrames = 64

// frames are the frames of cells, and of modules that they import, on the
// stack, innermost first.
func (s *server) frames() []Frame {
	var pcs [1024]uintptr
	n := goruntime.Callers(2, pcs[:])
	it := goruntime.CallersFrames(pcs[:n])
	var list []Frame
	for {
		f, more := it.Next()
		if len(list) < maxFrames {
			if id, ok := s.cellOf(f.File); ok {
				list = append(list, Frame{Func: f.Function, Cell: id, Line: f.Line})
			} else if name, place, ok := ModuleFrame(f.Function, f.File); ok {
				list = append(list, Frame{Func: name, Cell: place, Line: f.Line})
			}
		}
		if !more {
			return list
		}
	}
}

// cellOf finds the cell whose text is known under a file's name.
func (s *server) cellOf(file string) (id string, ok bool) {
	if file == s.p.Cell.File {
		return s.p.Cell.ID, true
	}
	if strings.ContainsAny(file, "/.") {
		return "", false
	}
	for _, c := range append(s.p.Setup[:len(s.p.Setup):len(s.p.Setup)], s.p.Cell) {
		if c.ID == file {
			return c.ID, true
		}
	}
	return "", false
}

// panicText is what Go prints after "panic: ".
func panicText(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T", v)
		}
	}()
	switch v := v.(type) {
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case string:
		return v
	}
	text = fmt.Sprintf("%v", v)
	if t := fmt.Sprintf("%T", v); strings.Contains(t, ".") {
		text = t + "(" + text + ")"
	}
	return text
}
