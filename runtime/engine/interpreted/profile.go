package interpreted

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"
)

// attribute rewrites a profile of the interpreter by the labels that lowered
// functions set: a sample that worked for a function of a cell gets that
// function's frame, file and line instead of the interpreter's. A profile that
// cannot be read is returned as it is.
func attribute(data []byte) []byte {
	p, err := profile.ParseData(data)
	if err != nil {
		return data
	}
	a := &attributor{p: p, locations: map[string]*profile.Location{}}
	for _, s := range p.Sample {
		if fn := s.Label["cell_func"]; len(fn) == 1 {
			line, _ := strconv.ParseInt(strings.Join(s.Label["cell_line"], ""), 10, 64)
			s.Location = append(libraryPart(s.Location), a.location(fn[0], line))
		}
		delete(s.Label, "cell_func")
		delete(s.Label, "cell_line")
	}
	p = p.Compact()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		return data
	}
	return b.Bytes()
}

// libraryPart is the part of a stack that the interpreter called: compiled code of
// the library, which is no faster in a compiled cell. Without it the sample is
// the interpreter's own time; so are the runtime and reflect below it, with which
// it does everything.
func libraryPart(stack []*profile.Location) []*profile.Location {
	library := false
	for i, l := range stack {
		for _, line := range l.Line {
			if line.Function == nil {
				continue
			}
			switch name := line.Function.Name; {
			case strings.HasPrefix(name, "github.com/traefik/yaegi/"):
				if !library {
					return nil
				}
				return slices.Clone(stack[:i])
			case !strings.HasPrefix(name, "runtime.") && !strings.HasPrefix(name, "reflect.") && !strings.HasPrefix(name, "internal/"):
				library = true
			}
		}
	}
	return nil
}

// attributor makes locations that are not in the binary.
type attributor struct {
	p         *profile.Profile
	locations map[string]*profile.Location
}

// location is the frame of a function of a cell; name is cell:function.
func (a *attributor) location(name string, line int64) *profile.Location {
	key := name + ":" + strconv.FormatInt(line, 10)
	if l := a.locations[key]; l != nil {
		return l
	}
	cell, fn, _ := strings.Cut(name, ":")
	f := &profile.Function{ID: uint64(len(a.p.Function) + 1), Name: "main." + fn, SystemName: "main." + fn, Filename: cell, StartLine: line}
	a.p.Function = append(a.p.Function, f)
	l := &profile.Location{ID: uint64(len(a.p.Location) + 1), Line: []profile.Line{{Function: f, Line: line}}}
	a.p.Location = append(a.p.Location, l)
	a.locations[key] = l
	return l
}
