package notebook

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// goCell is one cell on its way into a program: its text, line by line, the
// edits that make it fit, and for each line whether it goes around main.
type goCell struct {
	w     *goWriter
	c     *Cell
	sc    *source.Cell
	was   []string // lines as in the cell
	start []int    // byte offset of each line
	text  string   // with magics blanked
	edits []edit
	top   []bool // per line
	owned []bool // per line: part of a declaration or statement
	block bool   // main needs a new block before this cell
	names []string
}

// edit replaces bytes of a cell's text by text on one line.
type edit struct {
	from, to int
	with     string
}

// code writes a cell that is right.
func (w *goWriter) code(c *Cell, sc *source.Cell) error {
	_, text, err := w.scope.SplitMagics(c.Code())
	if err != nil {
		return w.comment(c)
	}
	w.use(sc)
	for _, r := range sc.Rebinds {
		w.nb.notice("%s: in the program %s goes on using the earlier definition of what %s defines again", c.ID, r.Decl.Name.Name, c.ID)
	}
	g := &goCell{w: w, c: c, sc: sc, text: text, was: strings.Split(lf(c.Source), "\n")}
	at := 0
	for line := range strings.SplitSeq(text, "\n") {
		g.start = append(g.start, at)
		at += len(line) + 1
	}
	g.top, g.owned = make([]bool, len(g.start)), make([]bool, len(g.start))
	for _, r := range importRanges(text) {
		g.edits = append(g.edits, edit{r[0], r[1], ""})
	}
	g.renames()
	g.statements()
	g.declarations()
	g.value()
	g.gaps()
	return g.write()
}

// offset is the place of a node in the text.
func (g *goCell) offset(pos token.Pos) int {
	p := g.sc.Fset.Position(pos)
	return g.start[p.Line-1] + p.Column - 1
}

func (g *goCell) line(offset int) int {
	i, found := slices.BinarySearch(g.start, offset)
	if !found {
		i--
	}
	return i
}

// own gives the lines of a node to main or to the part around it. It reports
// false when another node has them already.
func (g *goCell) own(n ast.Node, top bool) bool {
	from, to := g.line(g.offset(n.Pos())), g.line(g.offset(n.End()))
	for i := from; i <= to; i++ {
		if g.owned[i] && g.top[i] != top {
			return false
		}
	}
	for i := from; i <= to; i++ {
		g.owned[i], g.top[i] = true, top
	}
	return true
}

// statements gives the statements to main. Where := would define nothing new it
// becomes =, as a notebook means it; where a name gets another type, a block is
// opened.
func (g *goCell) statements() {
	for _, s := range g.sc.Body {
		g.own(s, false)
		switch s := s.(type) {
		case *ast.ExprStmt:
			if s.X != g.sc.Value && g.idle(s.X) {
				at := g.offset(s.Pos())
				g.edits = append(g.edits, edit{at, at, "_ = "})
			}
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				g.define(s)
			}
		case *ast.DeclStmt:
			if g.declareHoisted(s) {
				continue
			}
			for _, spec := range s.Decl.(*ast.GenDecl).Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					for _, id := range v.Names {
						g.variable(id, true)
					}
				}
			}
		}
	}
}

// idle tells an expression that Go does not allow as a statement: a cell may end
// in one whose value a semicolon suppresses.
func (g *goCell) idle(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.UnaryExpr:
		return x.Op != token.ARROW
	case *ast.CallExpr:
		fun := g.sc.Info.Types[x.Fun]
		if fun.IsBuiltin() {
			return !g.sc.Info.Types[x].IsVoid() && !fun.IsVoid() && !mayStand(x.Fun)
		}
		return fun.IsType()
	}
	return true
}

// mayStand tells the builtin functions with a value that are statements too.
func mayStand(fun ast.Expr) bool {
	id, ok := ast.Unparen(fun).(*ast.Ident)
	return ok && (id.Name == "copy" || id.Name == "recover")
}

func (g *goCell) define(s *ast.AssignStmt) {
	fresh := false
	for _, e := range s.Lhs {
		if id, ok := e.(*ast.Ident); ok && id.Name != "_" {
			fresh = g.variable(id, false) || fresh
		}
	}
	if !fresh {
		at := g.offset(s.TokPos)
		g.edits = append(g.edits, edit{at, at + 2, "="})
	}
}

// variable notes a variable of main. It reports whether the name is new there.
func (g *goCell) variable(id *ast.Ident, declared bool) bool {
	if id.Name == "_" {
		return false
	}
	obj := g.sc.Info.Defs[id]
	if obj == nil {
		obj = g.sc.Info.Uses[id]
	}
	if obj == nil {
		return true
	}
	old := g.w.vars[id.Name]
	if old != nil && !declared && types.Identical(old, obj.Type()) {
		return false
	}
	g.block = g.block || old != nil && !slices.Contains(g.names, id.Name)
	g.w.vars[id.Name] = obj.Type()
	g.names = append(g.names, id.Name)
	return true
}

// declarations lie around main, but for functions that use its variables, for
// what is declared again, and for what shares a line with a statement.
func (g *goCell) declarations() {
	for _, d := range g.sc.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			g.function(f)
			continue
		}
		again := false
		for _, name := range declared(d) {
			again = again || g.w.tops[name] && !g.renamed(d, name)
		}
		if !again && g.own(d, true) {
			for _, name := range declared(d) {
				g.w.tops[name] = true
			}
			continue
		}
		g.block = g.block || again
		g.own(d, false)
	}
}

// renamed tells whether a declaration declares a type that has another name in
// the file.
func (g *goCell) renamed(d ast.Decl, name string) bool {
	for _, spec := range d.(*ast.GenDecl).Specs {
		if t, ok := spec.(*ast.TypeSpec); ok && t.Name.Name == name {
			return g.w.names.types[g.sc.Info.Defs[t.Name]] != ""
		}
	}
	return false
}

// declared are the names of a type or const declaration.
func declared(d ast.Decl) []string {
	var names []string
	gen, ok := d.(*ast.GenDecl)
	if !ok {
		return nil
	}
	for _, spec := range gen.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			names = append(names, spec.Name.Name)
		case *ast.ValueSpec:
			for _, id := range spec.Names {
				names = append(names, id.Name)
			}
		}
	}
	return names
}

func (g *goCell) function(f *ast.FuncDecl) {
	obj := g.sc.Info.Defs[f.Name]
	plain := f.Recv == nil && f.Type.TypeParams == nil
	if !(plain && g.w.inMain[obj]) && g.own(f, true) {
		return
	}
	g.own(f, false)
	sig := g.sc.Signature(f)
	if !plain || sig == nil {
		return
	}
	with := f.Name.Name + " = func"
	if old := g.w.vars[f.Name.Name]; old == nil || !types.Identical(old, sig) {
		g.block = g.block || old != nil
		g.w.vars[f.Name.Name] = sig
		g.names = append(g.names, f.Name.Name)
		with = "var " + f.Name.Name + " " + g.w.typeString(sig) + "; " + with
	}
	g.edits = append(g.edits, edit{g.offset(f.Pos()), g.offset(f.Name.End()), with})
}

// value prints the value that a notebook shows. A call that has none, and a
// text that ends in a semicolon, show nothing.
func (g *goCell) value() {
	v := g.sc.Value
	if v == nil {
		return
	}
	if g.w.bare {
		if at := g.offset(v.Pos()); g.idle(v) {
			g.edits = append(g.edits, edit{at, at, "_ = "})
		}
		return
	}
	from, to := g.offset(v.Pos()), g.offset(v.End())
	g.edits = append(g.edits, edit{from, from, g.w.names.pkg("fmt", "fmt") + ".Println("}, edit{to, to, ")"})
}

// gaps gives comments and blank lines to what follows them.
func (g *goCell) gaps() {
	top := false
	for i := len(g.owned) - 1; i >= 0; i-- {
		if g.owned[i] {
			top = g.top[i]
		} else {
			g.top[i] = top
		}
	}
}

// write writes the pieces: runs of lines that go to the same place. Every cell
// has a piece in main, which holds its place in the notebook.
func (g *goCell) write() error {
	g.settleEdits()
	if g.block {
		g.w.main.WriteString("{\n")
		g.w.blocks++
		g.w.resetVars()
		g.remember()
	}
	runs := g.runs()
	last := len(runs)
	for i, r := range runs {
		if !g.top[r[0]] {
			last = i
		}
	}
	for i, r := range runs {
		if err := g.piece(i+1, r[0], r[1], i == last); err != nil {
			return err
		}
	}
	if last == len(runs) {
		return g.piece(len(runs)+1, 0, 0, true)
	}
	return nil
}

// settleEdits puts the edits in order and drops those inside of another.
func (g *goCell) settleEdits() {
	slices.SortStableFunc(g.edits, func(a, b edit) int {
		if a.from == b.from && (a.from == a.to) != (b.from == b.to) {
			return a.to - b.to // what is put before a word comes before what replaces it
		}
		return a.from - b.from
	})
	end := 0
	g.edits = slices.DeleteFunc(g.edits, func(e edit) bool {
		inside := e.from < end && e.from < e.to
		end = max(end, e.to)
		return inside
	})
}

// runs are the runs of lines that go to the same place.
func (g *goCell) runs() [][2]int {
	var out [][2]int
	for from := 0; from < len(g.was); {
		to := from + 1
		for to < len(g.was) && g.top[to] == g.top[from] {
			to++
		}
		out = append(out, [2]int{from, to})
		from = to
	}
	return out
}

// remember notes the variables that a new block has.
func (g *goCell) remember() {
	for _, id := range g.sc.Defs {
		if slices.Contains(g.names, id.Name()) {
			g.w.vars[id.Name()] = id.Type()
		}
	}
}

func (g *goCell) piece(part, from, to int, last bool) error {
	more := []member{{"part", json.RawMessage(strconv.Itoa(part))}}
	b := &g.w.main
	if from < to && g.top[from] {
		b = &g.w.top
		b.WriteByte('\n')
		more = append(more, member{"top", json.RawMessage("true")})
	}
	mark, err := g.w.mark("cell", g.c, more...)
	if err != nil {
		return err
	}
	g.writeMark(b, mark)
	for i := from; i < to; i++ {
		g.writeLine(b, i)
	}
	if last && len(g.names) > 0 {
		g.writeMark(b, g.w.prefix+"add\n")
		b.WriteString(strings.Repeat("_, ", len(g.names)-1) + "_ = " + strings.Join(g.names, ", ") + "\n")
	}
	g.writeMark(b, g.w.prefix+"end\n")
	return nil
}

func (g *goCell) writeMark(b *strings.Builder, mark string) {
	if !g.w.bare {
		b.WriteString(mark)
	}
}

// writeLine writes a line of the cell as it is in the program.
func (g *goCell) writeLine(b *strings.Builder, i int) {
	now, was := g.edited(i), g.was[i]
	switch {
	case now == was:
		b.WriteString(was + "\n")
	case blank(now):
		g.writeMark(b, g.w.prefix+"| "+was+"\n")
	default:
		g.writeMark(b, g.w.prefix+"was "+was+"\n")
		b.WriteString(now + "\n")
	}
}

// edited is a line of the text with the edits that touch it.
func (g *goCell) edited(i int) string {
	from, to := g.start[i], len(g.text)
	if i+1 < len(g.start) {
		to = g.start[i+1] - 1
	}
	var b strings.Builder
	at := from
	for _, e := range g.edits {
		if e.to < from || e.from > to {
			continue
		}
		if e.from >= from {
			b.WriteString(g.text[at:max(at, e.from)] + e.with)
		}
		at = max(at, min(e.to, to))
	}
	b.WriteString(g.text[at:max(at, to)])
	return b.String()
}
