package notebook

import (
	"errors"
	"fmt"
	"strings"
)

// encodeMarkdown writes a Markdown notebook. Pieces that still mean what they
// meant when they were read are written back byte for byte. The text is read
// again before it is returned: where prose would swallow a cell or be taken for
// one, it is written a second time with that prose inside a comment.
func (nb *Notebook) encodeMarkdown(draw Draw) ([]byte, error) {
	for _, careful := range []bool{false, true} {
		w := &markdownWriter{nb: nb, draw: draw, careful: careful}
		text, err := w.write()
		if err != nil {
			return nil, err
		}
		if err = nb.readsBack(text); err == nil {
			return []byte(text), nil
		} else if careful {
			return nil, fmt.Errorf("Markdown cannot hold this notebook without loss (%w); save it as .ipynb", err)
		}
	}
	return nil, nil // not reached: the second turn returns
}

// readsBack tells how a text differs from the notebook that it was made of.
func (nb *Notebook) readsBack(text string) error {
	again := New()
	src := strings.TrimPrefix(text, bom)
	blocks, err := scanBlocks(src, true)
	if err != nil {
		return err
	}
	r := &markdownReader{nb: again, src: src, blocks: blocks, headings: map[*Cell]string{}, light: true}
	if err := r.read(); err != nil {
		return err
	}
	for i, c := range nb.Cells {
		switch {
		case i >= len(again.Cells):
			return fmt.Errorf("cell %d would be swallowed", i+1)
		case again.Cells[i].Kind != c.Kind || lf(again.Cells[i].Source) != lf(c.Source):
			return fmt.Errorf("cell %d would change", i+1)
		case c.Kind == Code && again.Cells[i].ID != c.ID:
			return fmt.Errorf("cell %d would lose its id", i+1)
		}
	}
	if len(again.Cells) > len(nb.Cells) {
		return errors.New("prose would be taken for a cell")
	}
	return nil
}

type markdownWriter struct {
	nb      *Notebook
	draw    Draw
	careful bool
	b       strings.Builder
	eol     string
	proses  int // prose cells so far
}

func (w *markdownWriter) write() (string, error) {
	d := &w.nb.doc
	w.eol = d.newline()
	if d.bom {
		w.b.WriteString(bom)
	}
	w.b.WriteString(d.front)
	if err := w.header(); err != nil {
		return "", err
	}
	for i, c := range w.nb.Cells {
		var before *Cell
		if i > 0 {
			before = w.nb.Cells[i-1]
		}
		if err := w.cell(c, before); err != nil {
			return "", err
		}
	}
	if n := len(w.nb.Cells); n == 0 || w.nb.Cells[n-1] == d.last {
		w.b.WriteString(d.tail)
	}
	return w.b.String(), nil
}

// endLine ends a last line that has no end, as the last of a file may.
func (w *markdownWriter) endLine() {
	if s := w.b.String(); s != "" && s != bom && !strings.HasSuffix(s, "\n") {
		w.b.WriteString(w.eol)
	}
}

func (w *markdownWriter) header() error {
	now, err := w.nb.headerComments()
	if err != nil {
		return err
	}
	d := &w.nb.doc
	if d.header != "" && now == d.was {
		w.b.WriteString(d.header)
		return nil
	}
	w.endLine()
	w.b.WriteString(d.withEOL(now))
	return nil
}

func (nb *Notebook) headerComments() (string, error) {
	ms := []member{{"format", number(new(Format))}}
	for _, name := range sortedKeys(nb.Extra) {
		ms = append(ms, member{name, ordered(nb.Extra[name])})
	}
	head, err := wrap("lapbook", joinMembers(ms))
	f := Fields{}
	if len(nb.Meta) > 0 {
		f["metadata"] = object(nb.Meta)
	}
	if len(nb.top) > 0 {
		f["members"] = object(nb.top)
	}
	if err != nil || len(f) == 0 {
		return head, err
	}
	note, err := wrap("lapbook-ipynb", ordered(object(f)))
	return head + note, err
}

// cell writes the gap before a cell and its pieces.
func (w *markdownWriter) cell(c, before *Cell) error {
	o := &c.origin
	now, err := w.pieces(c, before)
	if err != nil {
		return err
	}
	switch {
	case o.markdown && (before == nil || before.origin.next == c), o.gapKept:
		if o.gap != "" {
			w.endLine()
		}
		w.b.WriteString(o.gap)
	case before != nil:
		w.endLine()
		w.b.WriteString(w.eol)
	}
	for _, p := range o.order(now) {
		if now[p] != "" {
			w.endLine()
			w.b.WriteString(now[p])
		}
	}
	return nil
}

// pieces are the texts of a cell's pieces: as read where that still holds.
func (w *markdownWriter) pieces(c, before *Cell) (map[part]string, error) {
	now := map[part]string{}
	var err error
	if c.Kind == Code {
		if err = w.codePieces(c, now); err != nil {
			return nil, err
		}
	} else if err = w.prosePieces(c, before, now); err != nil {
		return nil, err
	}
	for p, text := range now {
		if raw := c.origin.raw(p); text != raw && text != "" {
			now[p] = raw[:leadingBlank(raw)] + text // keeps the blank lines above
		}
	}
	return now, nil
}

func (w *markdownWriter) codePieces(c *Cell, now map[part]string) error {
	o := &c.origin
	head, err := c.headComment()
	if err != nil {
		return err
	}
	note, err := c.noteComment()
	if err != nil {
		return err
	}
	now[partHead] = w.keep(o, partHead, head == o.head, head)
	if note != o.note || !o.lacks(partNote) {
		now[partNote] = w.keep(o, partNote, note == o.note, note)
	}
	// A fence that is not closed may stay so at the end of the file only.
	ends := !o.open || w.nb.doc.last == c && w.nb.Cells[len(w.nb.Cells)-1] == c && c.sameRecord()
	now[partBody] = w.keep(o, partBody, c.Source == o.source && ends, encodeFence(fenceInfo(o), c.Source))
	return w.recorded(c, now, head == o.head, ends)
}

// recorded writes what is recorded for a cell. A Result or a list of outputs is
// replaced and never changed once it is recorded, so identity tells.
func (w *markdownWriter) recorded(c *Cell, now map[part]string, sameID, ends bool) error {
	o := &c.origin
	same := c.sameRecord()
	if same && ends && o.raw(partOutput) != "" {
		now[partOutput] = o.raw(partOutput)
	} else if !(same && ends && o.lacks(partOutput)) {
		now[partOutput] = w.nb.doc.withEOL(outputFence(shown(c.Outputs) + c.drawn(w.draw).Text))
	}
	if c.Result == nil {
		return nil
	}
	if same && sameID && o.raw(partResult) != "" {
		now[partResult] = o.raw(partResult)
		return nil
	}
	result, err := c.resultComment()
	now[partResult] = w.nb.doc.withEOL(result)
	return err
}

// outputFence is the fence that shows a text of whole lines, "" for none.
func outputFence(text string) string {
	if text == "" {
		return ""
	}
	return encodeFence("output", strings.TrimSuffix(text, "\n"))
}

func (c *Cell) resultComment() (string, error) {
	ms := []member{{"id", quoted(c.ID)}, {"source_sha256", quoted(c.SourceSHA256)}}
	for _, name := range sortedKeys(c.recordExtra) {
		ms = append(ms, member{name, ordered(c.recordExtra[name])})
	}
	result, err := compactJSON(c.Result)
	if err != nil {
		return "", fmt.Errorf("the result of cell %s: %w", c.ID, err)
	}
	return wrap("lapbook-result", joinMembers(append(ms, member{"result", result})))
}

// keep is a piece as it was read when it still holds, else text.
func (w *markdownWriter) keep(o *origin, p part, holds bool, text string) string {
	if raw := o.raw(p); holds && raw != "" {
		return raw
	}
	return w.nb.doc.withEOL(text)
}

func (w *markdownWriter) prosePieces(c, before *Cell, now map[part]string) error {
	o := &c.origin
	w.proses++
	note, err := c.noteComment()
	if err == nil && c.ID == fmt.Sprintf("prose-%d", w.proses) && note != o.note {
		note, err = withoutID(c).noteComment() // an .ipynb made the id up
	}
	if err != nil {
		return err
	}
	if o.raw(partNote) != "" && note == o.note && c.Source == o.source && !w.careful {
		now[partNote] = o.raw(partNote)
		now[partBody] = w.keep(o, partBody, true, c.usualBody(now[partNote]))
		return nil
	}
	if note == "" && c.Source == o.source && o.raw(partBody) != "" && !w.merges(c, before) && !w.careful {
		now[partBody] = o.raw(partBody)
		return nil
	}
	return w.newProse(c, before, note, now)
}

func withoutID(c *Cell) *Cell {
	copied := *c
	copied.ID = ""
	return &copied
}

// merges tells whether prose would run into prose above it.
func (w *markdownWriter) merges(c, before *Cell) bool {
	return before != nil && before.Kind == Prose && c.Kind == Prose
}

func (w *markdownWriter) newProse(c, before *Cell, note string, now map[part]string) error {
	note, body, err := c.asMarkdown(note, w.merges(c, before), w.careful)
	if err != nil {
		return err
	}
	now[partNote] = w.nb.doc.withEOL(note)
	if raw := c.origin.raw(partBody); body != "" && sameText(raw, body) {
		now[partBody] = raw
	} else if body != "" {
		now[partBody] = w.nb.doc.withEOL(body) + w.eol
	}
	return nil
}

// sameText compares prose without the line ends around it.
func sameText(a, b string) bool { return strings.Trim(lf(a), "\r\n") == strings.Trim(lf(b), "\r\n") }

// asMarkdown is the note and the text of a prose or raw cell. needed says that it
// must have a note; careful, that prose which does not stand alone goes
// into it.
func (c *Cell) asMarkdown(note string, needed, careful bool) (string, string, error) {
	_, body, _ := around(c.Source)
	f := Fields{}
	if marked, found := mark(body); found {
		if unmark(marked, &jsonValue{kind: 't'}) == body {
			body, f["norun"] = marked, []byte("true")
		} else {
			f["source"] = quoted(c.Source)
		}
	}
	if c.Kind == Raw || body == "" || careful && !standsAlone(body) {
		f["source"] = quoted(c.Source)
	}
	if f["source"] != nil {
		body = ""
	}
	if len(f) == 0 && !needed && note == "" {
		return "", body, nil
	}
	note, err := addToNote(note, c.Kind, f)
	return note, body, err
}

// noted tells whether a note has a member.
func noted(note, name string) bool {
	_, rest, _ := commentKind(note[leadingBlank(note):])
	v, err := commentValue(rest)
	return err == nil && v.get(name) != nil
}

// addToNote adds fields to a cell's note, which may be "".
func addToNote(note string, kind Kind, more Fields) (string, error) {
	f := Fields{"cell_type": quoted(kind.ipynb())}
	if note != "" {
		_, rest, _ := commentKind(note)
		v, err := commentValue(rest)
		if err != nil {
			return "", err
		}
		f = v.fields()
	}
	for name, v := range more {
		f[name] = v
	}
	if f["source"] != nil {
		delete(f, "before")
		delete(f, "after")
		delete(f, "norun")
	}
	return wrap("lapbook-ipynb", object(f))
}

// standsAlone tells whether a cell below some prose would be seen, and nothing
// else would be seen as a cell.
func standsAlone(body string) bool {
	blocks, err := findBlocks(body + "\n<!-- lapbook {\"id\":\"x\"} -->\n```go\n```\n")
	if err != nil {
		return false
	}
	var ours []block
	for _, b := range blocks {
		if b.kind != headingBlock && b.kind != norunBlock {
			ours = append(ours, b)
		}
	}
	return len(ours) == 2 && ours[0].start > len(body) && ours[1].kind == fenceBlock
}

// encodeFence puts text into a fence that is longer than any run of backticks
// inside.
func encodeFence(info, text string) string {
	ticks := strings.Repeat("`", max(3, longestRun(text)+1))
	if text != "" {
		text += "\n"
	}
	return ticks + info + "\n" + text + ticks + "\n"
}

func longestRun(s string) int {
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	if longest < 3 {
		return 0
	}
	return longest
}

// fenceInfo is what stands behind the fence of a cell, "go" for a new one.
func fenceInfo(o *origin) string {
	raw := o.raw(partBody)
	line := raw[leadingBlank(raw):]
	line = strings.TrimSpace(line[:lineEnd(line, 0)])
	if info := strings.TrimLeft(line, "`~"); strings.HasPrefix(strings.TrimSpace(info), "go") && !strings.Contains(info, "`") {
		return strings.TrimSpace(info)
	}
	return "go"
}
