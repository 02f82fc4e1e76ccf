package runtime

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// changedPackages are packages of the user's own modules whose files changed while
// the session ran. Cells are built with them as they are; what they declare is
// known as it was, because values of their types live on.
type changedPackages struct {
	untold []string // no cell that uses them has run since
	all    []string
}

// look finds what has changed since it was called last.
func (c *changedPackages) look(m *source.Modules) {
	for _, path := range m.Changed() {
		if !slices.Contains(c.untold, path) {
			c.untold = append(c.untold, path)
		}
		if !slices.Contains(c.all, path) {
			c.all = append(c.all, path)
		}
	}
}

// notices says once, for a cell that uses a changed package, that it is used as it
// is now.
func (c *changedPackages) notices(m *source.Modules, cell *source.Cell) (list []string) {
	used := map[string]bool{}
	for _, spec := range cell.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		used[path] = true
		if p := m.Package(path); p != nil {
			for _, dep := range p.Deps {
				used[dep] = true
			}
		}
	}
	c.untold = slices.DeleteFunc(c.untold, func(path string) bool {
		if used[path] {
			list = append(list, path+" has changed: its new text is used from here on")
		}
		return used[path]
	})
	return list
}

// hint tells, where a name of a changed package is not known, how it becomes known.
func (c *changedPackages) hint(m *source.Modules, errs source.Errors) {
	for _, path := range c.all {
		p := m.Package(path)
		for i := range errs {
			if p != nil && errs[i].Hint == "" && strings.Contains(errs[i].Message, p.Name+".") {
				errs[i].Hint = fmt.Sprintf("%s has changed since it was imported: %%reset and %%run all take its new declarations", path)
			}
		}
	}
}
