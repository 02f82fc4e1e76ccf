package notebook

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/inline"
)

// A notebook as Go is a program whose comments tell the cells apart:
//
//	//lap:notebook {"format":1}
//	//lap:cell {"id":"fetch","part":1}  … //lap:end     a piece of a cell
//	//lap:prose {}                      … //lap:end     prose, as // lines
//	//lap:raw {"source":"…"}                            a raw cell
//
// A cell that has such a line of its own makes all marks but the first one
// longer: //lap1:, as "mark" in the first one says. Between the marks of a cell, //lap:was TEXT says what the next line was in the
// cell, //lap:| TEXT is a line of it that is no Go, and the line after //lap:add
// is none of it. All other lines are its own. Lines outside of marks are the
// program around the cells. A Go file without marks is a notebook of one cell.
const lapMark = "//lap:"

func goWords() []string { return []string{"cell", "prose", "raw", "end", "was", "add", "|"} }

// freeMark is a mark that begins no line of the notebook.
func freeMark(cells []*Cell) string {
	var lines []string
	for _, c := range cells {
		for line := range strings.Lines(c.Source) {
			if line = strings.TrimLeft(line, "\t "); c.Kind == Code && strings.HasPrefix(line, "//lap") {
				lines = append(lines, line)
			}
		}
	}
	mark := lapMark
	for n := 1; slices.ContainsFunc(lines, func(l string) bool { return isMark(l, mark) }); n++ {
		mark = fmt.Sprintf("//lap%d:", n)
	}
	return mark
}

func isMark(line, mark string) bool {
	rest, ok := strings.CutPrefix(line, mark)
	word, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	return ok && slices.Contains(goWords(), word)
}

func decodeGo(file []byte) (*Notebook, error) {
	if at := badUTF8(file); at >= 0 {
		return nil, fmt.Errorf("line %d: not UTF-8 text", lineAt(file, at))
	}
	nb := New()
	file = inline.Restore(file)
	src, hadBOM := strings.CutPrefix(string(file), bom)
	nb.doc.bom, nb.doc.eol = hadBOM, eolOf(src)
	if !strings.Contains(lf(src), "\n"+lapMark+"notebook {") && !strings.HasPrefix(src, lapMark+"notebook {") {
		if blank(src) {
			return nil, errors.New("the file is empty")
		}
		nb.Add(Code, "", fenceSource(src))
		nb.Cells[0].made = true
		return nb, nil
	}
	r := &goReader{nb: nb, mark: lapMark, parts: map[*Cell][]goPart{}}
	for line := range strings.Lines(lf(src)) {
		r.number++
		if err := r.line(strings.TrimSuffix(line, "\n")); err != nil {
			return nil, fmt.Errorf("line %d: %w", r.number, err)
		}
	}
	if r.cell != nil {
		return nil, errors.New("a cell has no //lap:end: is the file cut off?")
	}
	r.join()
	nb.settleIDs(nil)
	return nb, nil
}

// goPart is a piece of a cell.
type goPart struct {
	n     int
	lines []string
}

// goReader reads the marks of a Go file, line by line.
type goReader struct {
	nb     *Notebook
	mark   string
	number int
	cell   *Cell    // whose piece is being read
	indent bool     // gofmt moved the piece to the right
	lines  []string // of the piece
	part   int
	skip   bool // the next line is the program's
	parts  map[*Cell][]goPart
}

func (r *goReader) line(line string) error {
	if r.skip {
		r.skip = false
		return nil
	}
	trimmed := strings.TrimLeft(line, "\t ")
	mark, marked := strings.CutPrefix(trimmed, r.mark)
	if r.cell == nil {
		if header, found := strings.CutPrefix(trimmed, lapMark+"notebook "); found {
			return r.header(header)
		}
		if marked {
			return r.begin(mark, trimmed != line)
		}
		return nil
	}
	word, rest, _ := strings.Cut(mark, " ")
	switch {
	case marked && mark == "end":
		r.parts[r.cell] = append(r.parts[r.cell], goPart{r.part, r.lines})
		r.cell, r.lines = nil, nil
	case r.cell.Kind == Prose:
		text := strings.TrimPrefix(trimmed, "//")
		r.lines = append(r.lines, strings.TrimPrefix(text, " "))
	case marked && word == "was":
		r.lines, r.skip = append(r.lines, rest), true
	case marked && word == "add":
		r.skip = true
	case marked && word == "|":
		r.lines = append(r.lines, rest)
	case r.indent:
		r.lines = append(r.lines, strings.TrimPrefix(line, "\t"))
	default:
		r.lines = append(r.lines, line)
	}
	return nil
}

// markValue is the object of a mark.
func markValue(word, rest string) (jsonValue, error) {
	v, err := parseJSON([]byte(rest))
	if err == nil && v.kind != '{' {
		err = errors.New("no object in braces")
	}
	if err != nil {
		err = fmt.Errorf("%s%s cannot be read: %s", lapMark, word, strings.TrimPrefix(err.Error(), "line 1: "))
	}
	return v, err
}

func (r *goReader) header(rest string) error {
	v, err := markValue("notebook", rest)
	if err != nil {
		return err
	}
	if m := v.get("metadata"); m != nil && m.kind == '{' {
		r.nb.Meta = m.fields()
	}
	if mark := v.get("mark").str(); mark != "" {
		r.mark = mark
	}
	err = r.nb.readHeader(block{kind: headBlock, json: v})
	for _, name := range []string{"mark", "metadata"} {
		delete(r.nb.Extra, name)
	}
	return err
}

// begin reads a mark outside of any cell.
func (r *goReader) begin(mark string, indented bool) error {
	word, rest, _ := strings.Cut(mark, " ")
	if !slices.Contains(goWords()[:3], word) {
		return nil
	}
	v, err := markValue(word, rest)
	if err != nil {
		return err
	}
	r.indent = indented
	switch word {
	case "raw":
		c := &Cell{Kind: Raw, Source: v.get("source").str()}
		r.nb.Cells = append(r.nb.Cells, c)
		return c.readGoMark(&v)
	case "prose":
		r.cell = &Cell{Kind: Prose}
		r.nb.Cells = append(r.nb.Cells, r.cell)
		return r.cell.readGoMark(&v)
	}
	r.part, _ = v.get("part").integer()
	r.cell, err = r.codeCell(&v)
	return err
}

// codeCell finds the cell of a piece. Its place in the notebook is that of its
// pieces in main, where every cell has one.
func (r *goReader) codeCell(v *jsonValue) (*Cell, error) {
	id := v.get("id").str()
	var c *Cell
	for have := range r.parts {
		if have.Kind == Code && have.ID == id {
			c = have
		}
	}
	if c == nil {
		c = &Cell{Kind: Code}
		r.parts[c] = nil
		if err := c.readGoMark(v); err != nil {
			return nil, err
		}
	}
	if v.get("top") == nil && !slices.Contains(r.nb.Cells, c) {
		r.nb.Cells = append(r.nb.Cells, c)
	}
	return c, nil
}

func (c *Cell) readGoMark(v *jsonValue) error {
	if c.Kind == Code {
		if err := c.readHead(v); err != nil {
			return err
		}
		for _, name := range []string{"part", "top", "metadata"} {
			delete(c.Extra, name)
		}
		return c.readMeta(v.get("metadata"))
	}
	c.ID = v.get("id").str()
	return c.readMeta(v.get("metadata"))
}

// join puts the pieces of each cell together.
func (r *goReader) join() {
	for c, parts := range r.parts {
		slices.SortStableFunc(parts, func(a, b goPart) int { return a.n - b.n })
		var lines []string
		for _, p := range parts {
			lines = append(lines, p.lines...)
		}
		c.Source = strings.Join(lines, "\n")
	}
}

// isScript tells whether a cell is a whole program of its own.
func isScript(source string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", source, parser.PackageClauseOnly)
	return err == nil
}
