package notebook

import (
	"encoding/json"
	"slices"
)

// An .ipynb made of a Markdown file keeps the pieces of that file which are not
// written the usual way (a ~~~ fence, a blank line more), in the "markdown"
// member of metadata.lapbook, so that the conversion back gives the same bytes.

// layout is what an .ipynb keeps of the Markdown file around its cells.
func (d *document) layout() Fields {
	f := Fields{}
	if d.bom {
		f["bom"] = json.RawMessage("true")
	}
	if d.eol == "\r\n" {
		f["eol"] = quoted(d.eol)
	}
	if d.front != "" {
		f["front"] = quoted(d.front)
	}
	if d.header != "" && d.withEOL(d.was) != d.header {
		f["header"] = quoted(d.header)
	}
	if d.tail != "" {
		f["tail"] = quoted(d.tail)
	}
	return f
}

// readLayout is the inverse of layout.
func (nb *Notebook) readLayout(v *jsonValue) error {
	if v == nil {
		return nil
	}
	d := &nb.doc
	d.bom = v.get("bom") != nil
	if v.get("eol").str() == "\r\n" {
		d.eol = "\r\n"
	}
	if front := v.get("front").str(); front != "" && frontMatter(front) == len(front) {
		d.front = front
	}
	if tail := v.get("tail").str(); blank(tail) {
		d.tail = tail
	}
	return nb.readHeaderLayout(v.get("header").str())
}

// readHeaderLayout takes kept header comments that still say what the notebook
// says.
func (nb *Notebook) readHeaderLayout(header string) error {
	now, err := nb.headerComments()
	if err != nil || header == "" {
		return err
	}
	if again, err := decodeMarkdown([]byte(header)); err == nil && again.doc.was == now && again.doc.header == header {
		nb.doc.header, nb.doc.was = header, now
	}
	return nil
}

// layout are the pieces of a cell that the .ipynb keeps.
func (w *ipynbWriter) layout(c *Cell) (Fields, error) {
	o := &c.origin
	f := Fields{}
	usual := w.nb.doc.newline()
	if c == w.nb.Cells[0] {
		usual = ""
	}
	if o.gap != usual && (o.markdown || o.gapKept) {
		f["gap"] = quoted(o.gap)
	}
	if len(o.pieces) == 0 && len(o.without) == 0 {
		return f, nil
	}
	now, err := w.usual(c)
	if err != nil {
		return nil, err
	}
	var without []string
	for _, p := range []part{partNote, partOutput} {
		if c.Kind == Code && now[p] != "" && o.lacks(p) {
			without = append(without, string(p))
		}
	}
	if len(without) > 0 {
		if f["without"], err = compactJSON(without); err != nil {
			return nil, err
		}
	}
	for _, p := range o.pieces {
		if text, holds := now[p.part]; holds && w.nb.doc.withEOL(text) != p.raw {
			f[string(p.part)] = quoted(p.raw)
		}
	}
	return f, nil
}

// usual are the usual texts of those pieces of a cell whose bytes still hold.
func (w *ipynbWriter) usual(c *Cell) (map[part]string, error) {
	o := &c.origin
	now := map[part]string{}
	head, err := c.headComment()
	if err != nil {
		return nil, err
	}
	if head == o.head {
		now[partHead] = head
	}
	note, err := c.noteComment()
	if err != nil {
		return nil, err
	}
	if note == o.note {
		now[partNote] = note
		if c.Kind != Code {
			if now[partNote], _, err = c.asMarkdown(note, false, false); err != nil {
				return nil, err
			}
		}
	}
	if c.Source == o.source {
		now[partBody] = c.usualBody(o.raw(partNote))
	}
	if !c.sameRecord() {
		return now, nil
	}
	now[partOutput] = outputFence(shown(c.Outputs) + c.drawn(w.draw).Text)
	if c.Result != nil {
		now[partResult], err = c.resultComment()
	}
	return now, err
}

// usualBody is a cell's text as a file has it below the given note.
func (c *Cell) usualBody(note string) string {
	if c.Kind == Code {
		return encodeFence("go", c.Source)
	}
	if noted(note, "source") {
		return ""
	}
	_, body, _ := around(c.Source)
	if body == "" {
		return ""
	}
	if noted(note, "norun") {
		body, _ = mark(body)
	}
	return body + "\n"
}

// readLayout takes the kept pieces that still mean this cell: Jupyter may have
// changed it meanwhile.
func (c *Cell) readLayout(v *jsonValue) error {
	if v == nil {
		return nil
	}
	o := &c.origin
	if gap := v.get("gap"); gap.isString() && blank(gap.str()) {
		o.gap, o.gapKept = gap.str(), true
	}
	var err error
	if o.head, err = c.headComment(); err != nil {
		return err
	}
	without, _ := v.get("without").strings()
	for _, p := range without {
		o.without = append(o.without, part(p))
	}
	if slices.Contains(o.without, partNote) {
		if o.note, err = c.noteComment(); err != nil {
			return err
		}
	}
	for _, p := range parts() {
		if raw := v.get(string(p)).str(); raw != "" && c.means(p, raw) {
			o.pieces = append(o.pieces, piece{p, raw})
		}
	}
	return nil
}

// means tells whether a piece of Markdown, read alone, says what the cell says.
func (c *Cell) means(p part, raw string) bool {
	if p == partBody && c.Kind != Code {
		return sameText(raw, c.usualBody(c.origin.raw(partNote)))
	}
	blocks, err := findBlocks(raw)
	if err != nil || len(blocks) != 1 || blocks[0].end != len(raw) || !blank(raw[:blocks[0].start]) {
		return false
	}
	b := &blocks[0]
	read := &Cell{Kind: c.Kind}
	switch {
	case p == partHead && b.kind == headBlock:
		again, err := "", read.readHead(&b.json)
		if err == nil {
			again, err = read.headComment()
		}
		return err == nil && again == c.origin.head
	case p == partNote && b.kind == noteBlock:
		return c.meansNote(read, b)
	case p == partBody && b.kind == fenceBlock:
		return !b.open && fenceSource(b.content) == c.Source
	case p == partOutput && b.kind == outputBlock:
		return !b.open
	case p == partResult && b.kind == resultBlock:
		return c.Result != nil && read.readResult(&b.json) == nil && sameJSON(read.Result, c.Result)
	}
	return false
}

// meansNote tells whether a note says what the cell says; the id that an .ipynb
// made up for prose may be missing. It sets what the note means.
func (c *Cell) meansNote(read *Cell, b *block) bool {
	if read.readNote(&b.json) != nil {
		return false
	}
	read.Source, read.Result, read.Outputs = c.Source, c.Result, c.Outputs
	if read.readOutputs(b.json.get("outputs")) != nil {
		return false
	}
	says, err := read.noteComment()
	if err != nil {
		return false
	}
	for _, cell := range []*Cell{c, withoutID(c)} {
		if note, err := cell.noteComment(); err == nil && note == says {
			c.origin.note = says
			return true
		}
	}
	return false
}

func sameJSON(a, b *Result) bool {
	x, errX := compactJSON(a)
	y, errY := compactJSON(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
