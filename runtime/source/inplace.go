package source

import (
	"go/types"
	"maps"
	"slices"
)

// CheckInPlace checks a text as if it had been typed instead of c, an accepted
// cell: names mean what they meant to c, and nothing of later cells, nor of c
// itself, is seen. Slice of the result is what c depends on. It serves to run c
// in another form; do not Accept the result.
func (s *Scope) CheckInPlace(c *Cell, t Text) (*Cell, Errors) {
	restore, ok := s.rewind(c)
	if !ok {
		return s.Check(t)
	}
	defer restore()
	_, code, err := splitMagics(t.Code, func(name string) bool { return s.names[name] != nil })
	if err != nil {
		e := *err.(*Error)
		e.Cell = t.ID
		return nil, Errors{e}
	}
	p, errs := parse(s.fset, t.ID, code)
	var again *Cell
	if errs == nil {
		again, errs = s.check(t, p, code)
	}
	if errs != nil {
		s.fset.RemoveFile(p.file)
		return nil, errs
	}
	again.place = c
	return again, nil
}

// rewind locks the scope and makes names mean what they meant to c, until
// restore is called. It does nothing when c is not accepted.
func (s *Scope) rewind(c *Cell) (restore func(), ok bool) {
	s.mu.Lock()
	at, ok := s.past.index[c]
	if !ok {
		s.mu.Unlock()
		return nil, false
	}
	names, dots, live, broken := s.names, s.dots, s.live, s.broken
	s.names, s.dots, s.live, s.broken = map[string]*binding{}, nil, map[types.Object]*declared{}, map[types.Object]*brokenFunc{}
	s.place = c
	for _, earlier := range s.cells[:at] {
		s.bindNames(earlier)
	}
	elems := scopeElems(s.session)
	resetScope(s.session)
	for name, b := range s.names {
		if b.obj != nil {
			bind(s.session, name, b.obj)
		}
	}
	return func() {
		s.place = nil
		s.names, s.dots, s.live, s.broken = names, dots, live, broken
		resetScope(s.session)
		for name, obj := range elems {
			bind(s.session, name, obj)
		}
		s.mu.Unlock()
	}, true
}

// bindNames notes what the names of c mean after it.
func (s *Scope) bindNames(c *Cell) {
	if c.Script {
		return
	}
	for _, name := range c.imported {
		s.names[name.local] = &binding{path: name.path, cell: c}
	}
	for _, path := range c.dots {
		if !slices.Contains(s.dots, path) {
			s.dots = append(s.dots, path)
		}
	}
	for _, obj := range c.Defs {
		s.names[obj.Name()] = &binding{obj: obj, cell: c}
	}
	for _, r := range c.Rebinds {
		if !isMethod(r.Object) {
			s.names[r.Object.Name()] = &binding{obj: r.Object, cell: c}
		}
	}
}

func scopeElems(s *types.Scope) map[string]types.Object {
	return maps.Clone(*scopeField[map[string]types.Object](s, "elems"))
}
