package compiled

import (
	"go/token"
	"sort"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

// forbidden are compiler directives that a cell may not hold. The go command
// does not stop them: they reach into other packages, or make positions lie.
var forbidden = []struct{ prefix, reason string }{
	{"//line ", "it would make errors and profiles name the wrong place"},
	{"/*line ", "it would make errors and profiles name the wrong place"},
	{"//go:linkname", "it reaches into the private parts of other packages"},
	{"//go:cgo_", "it changes how programs are linked"},
	{"//go:wasm", "it binds to a host that is not there"},
	{embedDirective, "only a script (package main with func main) embeds files: use os.ReadFile"},
	{"//export ", "it belongs to cgo, which cells cannot use"},
}

// refuse tells what of a cell is not compiled, with its place.
func refuse(c *source.Cell) error {
	for _, spec := range c.Imports {
		if path, _ := strconv.Unquote(spec.Path.Value); path == "C" {
			p := c.Fset.Position(spec.Pos())
			return refusal(c, p.Line, p.Column, `import "C" is not compiled: a cell is pure Go; put the C code into a package of your module`)
		}
	}
	return refuseDirectives(c)
}

func refuseDirectives(c *source.Cell) error {
	return eachComment(c, func(p token.Position, text string) error {
		for _, d := range forbidden {
			if strings.HasPrefix(text, d.prefix) && !(c.Script && d.prefix == embedDirective) {
				return refusal(c, p.Line, p.Column, strings.TrimSpace(d.prefix)+" is not compiled: "+d.reason)
			}
		}
		return nil
	})
}

func refusal(c *source.Cell, line, column int, message string) error {
	return &engine.CellError{Kind: "refused", Cell: c.ID, Line: line, Column: column, Message: message}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
