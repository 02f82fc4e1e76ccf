package notebook

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/inline"
	"github.com/lapbook/lapbook/runtime/source"
)

// encodeGo writes a notebook as one Go program that can be built, and that
// converts back: the cells' statements make up main, their declarations lie
// around it. What is recorded is left out. A notebook of one script is that
// script.
func (nb *Notebook) encodeGo(Draw) ([]byte, error) {
	if len(nb.Cells) == 1 && nb.Cells[0].Kind == Code && isScript(nb.Cells[0].Code()) {
		text := nb.doc.withEOL(nb.Cells[0].Source + "\n")
		if nb.doc.bom {
			text = bom + text
		}
		return []byte(text), nil
	}
	w := newGoWriter(nb)
	if err := w.cells(); err != nil {
		return nil, err
	}
	header, err := w.header()
	if err != nil {
		return nil, err
	}
	vars := w.hoistedBlock() // may need imports
	var b strings.Builder
	b.WriteString("// A lapbook notebook as a Go program: lapbook convert reads its cells back.\n\n" + header + "\npackage main\n")
	w.importBlock(&b)
	b.WriteString(vars + w.top.String())
	b.WriteString("\nfunc main() {\n" + w.main.String() + strings.Repeat("}\n", w.blocks) + "}\n")
	return inline.Program([]byte(b.String()))
}

// goWriter writes the cells of a notebook into a program.
type goWriter struct {
	nb      *Notebook
	prefix  string // of the marks
	bare    bool   // no marks, and values are not printed
	scope   *source.Scope
	checked map[*Cell]*source.Cell // cells that are right; the others become comments
	names   *goNames
	hoisted map[string]types.Object // variables of the package, by name
	inMain  map[types.Object]bool   // functions that must be variables of main
	session map[types.Object]bool   // variables of the session
	twice   map[string]bool         // functions that are defined more than once
	vars    map[string]types.Type   // variables of main so far
	tops    map[string]bool         // what is declared around main so far
	top     strings.Builder
	main    strings.Builder
	blocks  int // blocks opened in main
}

func newGoWriter(nb *Notebook) *goWriter {
	w := &goWriter{nb: nb, prefix: freeMark(nb.Cells), scope: source.NewScope(source.EmbeddedImporter()), checked: map[*Cell]*source.Cell{}, names: newGoNames(), hoisted: map[string]types.Object{},
		inMain: map[types.Object]bool{}, session: map[types.Object]bool{}, twice: map[string]bool{"main": true, "init": true}, vars: map[string]types.Type{}, tops: map[string]bool{}}
	defined := map[string]bool{}
	for _, c := range nb.CodeCells() {
		sc, errs := w.scope.Check(source.Text{ID: c.ID, Index: nb.Index(c), Code: c.Code()})
		if errs != nil || sc.Script {
			continue
		}
		w.scope.Accept(sc)
		w.checked[c] = sc
		for _, obj := range sc.Defs {
			if _, isVar := obj.(*types.Var); isVar {
				w.session[obj] = true
			}
		}
		for _, f := range functions(sc) {
			w.twice[f.Name.Name] = w.twice[f.Name.Name] || f.Recv == nil && defined[f.Name.Name]
			defined[f.Name.Name] = true
		}
	}
	for _, sc := range w.cellsChecked() {
		w.names.define(sc)
	}
	w.findHoisted()
	w.resetVars()
	w.findClosures()
	return w
}

// cellsChecked are the cells that are right, in order.
func (w *goWriter) cellsChecked() []*source.Cell {
	var out []*source.Cell
	for _, c := range w.nb.CodeCells() {
		if sc := w.checked[c]; sc != nil {
			out = append(out, sc)
		}
	}
	return out
}

// resetVars notes which variables a new block of main sees without shadowing:
// those of the package, where no other variable of the name is in the way.
func (w *goWriter) resetVars() {
	vars := map[string]types.Type{}
	for name, obj := range w.hoisted {
		if old := w.vars[name]; old == nil || types.Identical(old, obj.Type()) {
			vars[name] = obj.Type()
		}
	}
	w.vars = vars
}

// functions are the function and method declarations of a cell.
func functions(sc *source.Cell) []*ast.FuncDecl {
	var out []*ast.FuncDecl
	for _, d := range sc.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			out = append(out, f)
		}
	}
	return out
}

// findClosures finds the functions that use variables of the session, or other
// such functions: they become variables of main, where they can see them.
func (w *goWriter) findClosures() {
	for again := true; again; {
		again = false
		for _, sc := range w.checked {
			for _, f := range functions(sc) {
				obj := sc.Info.Defs[f.Name]
				if obj != nil && !w.inMain[obj] && (w.twice[f.Name.Name] && f.Recv == nil || w.usesMain(sc, f)) {
					w.inMain[obj], again = true, true
				}
			}
		}
	}
}

func (w *goWriter) usesMain(sc *source.Cell, f *ast.FuncDecl) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := sc.Info.Uses[id]
		found = found || obj != nil && (w.inMain[obj] || w.session[obj] && !w.isHoisted(obj))
		return !found
	})
	return found
}

// cells writes every cell in order.
func (w *goWriter) cells() error {
	for _, c := range w.nb.Cells {
		var err error
		switch {
		case c.Kind == Prose:
			err = w.prose(c)
		case c.Kind == Raw:
			var mark string
			mark, err = w.mark("raw", c, member{"source", quoted(c.Source)})
			w.main.WriteString(mark)
		case w.checked[c] == nil:
			err = w.comment(c)
		default:
			err = w.code(c, w.checked[c])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *goWriter) prose(c *Cell) error {
	mark, err := w.mark("prose", c)
	w.main.WriteString(mark)
	for line := range strings.SplitSeq(lf(c.Source), "\n") {
		if line != "" {
			line = " " + line
		}
		w.main.WriteString("//" + line + "\n")
	}
	w.main.WriteString(w.prefix + "end\n")
	return err
}

// comment writes a cell that is no Go, or a program of its own.
func (w *goWriter) comment(c *Cell) error {
	mark, err := w.mark("cell", c)
	w.main.WriteString(mark)
	for line := range strings.SplitSeq(lf(c.Source), "\n") {
		w.main.WriteString(w.prefix + "| " + line + "\n")
	}
	w.main.WriteString(w.prefix + "end\n")
	return err
}

// importBlock writes the packages that the cells use.
func (w *goWriter) importBlock(b *strings.Builder) {
	if len(w.names.packages) == 0 {
		return
	}
	b.WriteString("\nimport (\n")
	for _, p := range sortedKeys(w.names.packages) {
		b.WriteString("\t" + w.names.spec(p) + "\n")
	}
	b.WriteString(")\n")
}

// hoistedBlock writes the variables of the package.
func (w *goWriter) hoistedBlock() string {
	if len(w.hoisted) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nvar (\n")
	for _, name := range sortedKeys(w.hoisted) {
		b.WriteString("\t" + name + " " + w.typeString(w.hoisted[name].Type()) + "\n")
	}
	return b.String() + ")\n"
}

// use notes the imports that a cell uses.
func (w *goWriter) use(sc *source.Cell) {
	for _, spec := range sc.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if spec.Name != nil && (spec.Name.Name == "_" || spec.Name.Name == ".") {
			w.names.pkg(p, spec.Name.Name)
			continue
		}
		if name := usesPackage(sc, p); name != "" {
			w.names.pkg(p, name)
		}
	}
}

// usesPackage is what a cell calls a package that it uses, or "".
func usesPackage(sc *source.Cell, p string) string {
	for _, obj := range sc.Info.Uses {
		if pn, ok := obj.(*types.PkgName); ok && pn.Imported().Path() == p {
			return pn.Name()
		}
	}
	return ""
}

// importRanges are the byte ranges of the import declarations of a cell.
func importRanges(code string) [][2]int {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(code))
	var s scanner.Scanner
	s.Init(file, []byte(code), func(token.Position, string) {}, 0)
	var out [][2]int
	depth, from, inside := 0, -1, false
	for {
		pos, tok, lit := s.Scan()
		at := file.Offset(pos)
		switch tok {
		case token.EOF:
			return out
		case token.IMPORT:
			if depth == 0 && from < 0 {
				from, inside = at, false
			}
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
			inside = inside || from >= 0
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
			if from >= 0 && depth == 0 {
				out = append(out, [2]int{from, at + 1})
				from = -1
			}
		case token.STRING:
			if from >= 0 && !inside {
				out = append(out, [2]int{from, at + len(lit)})
				from = -1
			}
		}
	}
}

// typeString names a type as it is written in the program.
func (w *goWriter) typeString(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p.Path() == "main" {
			return ""
		}
		return w.names.pkg(p.Path(), p.Name())
	})
}

// mark is a mark with what a cell's comments would say of it.
func (w *goWriter) mark(word string, c *Cell, more ...member) (string, error) {
	var ms []member
	if c.ID != "" {
		ms = append(ms, member{"id", quoted(c.ID)})
	}
	ms = append(ms, more...)
	meta := Fields{}
	for name, v := range c.Meta {
		meta[name] = v
	}
	if len(c.Tags) > 0 {
		tags, err := compactJSON(c.Tags)
		if err != nil {
			return "", err
		}
		meta["tags"] = tags
	}
	if len(c.Extra) > 0 {
		meta["lapbook"] = object(c.Extra)
	}
	if len(meta) > 0 {
		ms = append(ms, member{"metadata", ordered(object(meta))})
	}
	return w.prefix + word + " " + string(joinMembers(ms)) + "\n", nil
}

func (w *goWriter) header() (string, error) {
	nb := w.nb
	ms := []member{{"format", json.RawMessage(fmt.Sprint(Format))}}
	for _, name := range sortedKeys(nb.Extra) {
		ms = append(ms, member{name, ordered(nb.Extra[name])})
	}
	if len(nb.Meta) > 0 {
		ms = append(ms, member{"metadata", ordered(object(nb.Meta))})
	}
	if w.prefix != lapMark {
		ms = append(ms, member{"mark", quoted(w.prefix)})
	}
	return lapMark + "notebook " + string(joinMembers(ms)) + "\n", nil
}
