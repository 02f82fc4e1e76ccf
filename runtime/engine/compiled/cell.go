package compiled

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// writePart writes the file of a part: its declarations and a cell's function.
func (g *generator) writePart(p part) (string, error) {
	w := &cellWriter{generator: g, index: p.index, again: p.again, cellText: newCellText(p.Cell), last: p.index == g.measured, imports: map[importKey]bool{}}
	for _, s := range w.cell.Body {
		if err := w.statement(s); err != nil {
			return "", err
		}
	}
	w.tolerate()
	w.listen()
	w.rename()
	w.sort()
	body, err := "", error(nil)
	decls := w.declarations()
	if !p.again {
		body, err = w.function(p.index)
	}
	return "package main\n" + w.importText() + decls + body, err
}

// cellWriter writes one cell.
type cellWriter struct {
	*generator
	*cellText
	index   int
	again   bool
	last    bool
	imports map[importKey]bool
	after   map[ast.Stmt]string // text that follows a statement
}

type importKey struct{ name, path string }

// declarations is the text of the cell's package-level declarations, each on
// the line that it has in the cell.
func (w *cellWriter) declarations() string {
	var b strings.Builder
	for _, d := range w.cell.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		from, to := w.offset(d.Pos()), w.offset(d.End())
		from = w.directives(from)
		w.place(&b, from)
		b.WriteString(w.between(from, to))
		b.WriteByte('\n')
	}
	return b.String()
}

// place makes the compiler take what follows for the cell's text at offset.
func (w *cellWriter) place(b *strings.Builder, offset int) {
	line := 0
	for line+1 < len(w.lines) && w.lines[line+1] <= offset {
		line++
	}
	fmt.Fprintf(b, "//line %s:%d:%d\n", w.file(w.cell), line+1, offset-w.lines[line]+1)
}

func eachNode(c *source.Cell, f func(ast.Node)) {
	visit := func(n ast.Node) bool {
		if n != nil {
			f(n)
		}
		return true
	}
	for _, d := range c.Decls {
		ast.Inspect(d, visit)
	}
	for _, s := range c.Body {
		ast.Inspect(s, visit)
	}
}
