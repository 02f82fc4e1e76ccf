package notebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// decodeMarkdown reads a Markdown notebook. Any Markdown file is one: its ```go
// fences are the cells.
func decodeMarkdown(file []byte) (*Notebook, error) {
	if at := badUTF8(file); at >= 0 {
		return nil, fmt.Errorf("line %d: not UTF-8 text", lineAt(file, at))
	}
	nb := New()
	src, hadBOM := strings.CutPrefix(string(file), bom)
	nb.doc.bom = hadBOM
	nb.doc.eol = eolOf(src)
	blocks, err := findBlocks(src)
	if err != nil {
		return nil, err
	}
	r := &markdownReader{nb: nb, src: src, blocks: blocks, headings: map[*Cell]string{}}
	if err := r.read(); err != nil {
		return nil, err
	}
	nb.settleIDs(r.headings)
	return nb, nil
}

func eolOf(s string) string {
	if i := strings.IndexByte(s, '\n'); i > 0 && s[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// markdownReader turns blocks into cells. Every byte of the file ends up in a
// cell's pieces, in the gap before a cell, or in the document.
type markdownReader struct {
	nb       *Notebook
	src      string
	blocks   []block
	at       int    // next block
	pos      int    // bytes before it are given away
	note     *block // the comment of the prose that is being gathered
	heading  string // nearest heading since the last code cell
	headings map[*Cell]string
	light    bool // only the cells are wanted, not what is recorded
}

func (r *markdownReader) read() error {
	if err := r.header(); err != nil {
		return err
	}
	for r.at < len(r.blocks) {
		if err := r.next(); err != nil {
			return r.located(err)
		}
	}
	if err := r.prose(len(r.src)); err != nil {
		return r.located(err)
	}
	r.nb.doc.tail = r.src[r.pos:]
	if n := len(r.nb.Cells); n > 0 {
		r.nb.doc.last = r.nb.Cells[n-1]
	}
	return nil
}

// located gives an error the line of the block at which it came up.
func (r *markdownReader) located(err error) error {
	at := len(r.src)
	if r.at < len(r.blocks) {
		at = r.blocks[r.at].start
	}
	return fmt.Errorf("line %d: %w", lineAt([]byte(r.src), at), err)
}

// header takes front matter and the comments for the notebook as a whole.
func (r *markdownReader) header() error {
	r.pos = frontMatter(r.src)
	r.nb.doc.front = r.src[:r.pos]
	for r.at < len(r.blocks) && r.blocks[r.at].start < r.pos {
		r.at++
	}
	from := r.pos
	for r.at < len(r.blocks) {
		b := r.blocks[r.at]
		if !blank(r.src[r.pos:b.start]) || !forNotebook(b) {
			break
		}
		if err := r.nb.readHeader(b); err != nil {
			return r.located(err)
		}
		r.pos = b.end
		r.at++
	}
	r.nb.doc.header = r.src[from:r.pos]
	if r.pos > from {
		was, err := r.nb.headerComments()
		if err != nil {
			return r.located(err)
		}
		r.nb.doc.was = was
	}
	return nil
}

// frontMatter is the length of a YAML head between two --- lines. Our header
// goes behind it, because it must stay first.
func frontMatter(src string) int {
	if !strings.HasPrefix(lf(src[:min(len(src), 5)]), "---\n") {
		return 0
	}
	at := lineEnd(src, 0)
	for at < len(src) {
		end := lineEnd(src, at)
		if line := strings.TrimRight(src[at:end], " \r\n"); line == "---" || line == "..." {
			return end
		}
		at = end
	}
	return 0
}

func forNotebook(b block) bool {
	switch b.kind {
	case headBlock:
		return b.json.get("format") != nil
	case noteBlock:
		return b.json.get("cell_type") == nil
	}
	return false
}

func (nb *Notebook) readHeader(b block) error {
	if b.kind == noteBlock {
		if m := b.json.get("metadata"); m != nil && m.kind == '{' {
			nb.Meta = m.fields()
		}
		if top := b.json.get("members"); top != nil {
			nb.top = top.fields(notebookMembers()...)
		}
		return nil
	}
	format, ok := b.json.get("format").integer()
	if !ok || format < 1 {
		return errors.New("the header names no format")
	}
	if format > Format {
		return fmt.Errorf("made by a newer lapbook (format %d; this one reads up to %d)", format, Format)
	}
	nb.Extra = b.json.fields("format")
	return nil
}

// next reads one cell or passes over one block of prose.
func (r *markdownReader) next() error {
	first := r.at
	var head, note *block
	for r.at < len(r.blocks) {
		b := &r.blocks[r.at]
		if r.at > first && !blank(r.src[r.blocks[r.at-1].end:b.start]) {
			break
		}
		switch {
		case b.kind == headBlock && head == nil:
			head = b
		case b.kind == noteBlock && note == nil && b.json.get("cell_type").str() == "code":
			note = b
		case b.kind == fenceBlock:
			return r.code(r.blocks[first].start, head, note, b)
		default:
			return r.other(first, head, note)
		}
		r.at++
	}
	return r.other(first, head, note)
}

// other handles what is no code cell: comments without a fence below them, and
// prose.
func (r *markdownReader) other(first int, head, note *block) error {
	r.at = first
	b := &r.blocks[first]
	r.at++
	switch {
	case b.kind == headingBlock:
		r.heading = b.content
	case b.kind == noteBlock && b != note:
		return r.noted(b)
	case b == head || b == note || b.kind == resultBlock:
		r.nb.notice("line %d: a lapbook comment belongs to no cell here; it is kept as prose", lineAt([]byte(r.src), b.start))
	}
	return nil
}

// noted reads the comment of a prose or raw cell.
func (r *markdownReader) noted(note *block) error {
	if err := r.prose(note.start); err != nil {
		return err
	}
	if note.json.get("source") == nil {
		r.note = note
		return nil
	}
	c := r.cell(note.start)
	r.take(c, partNote, note.end)
	if err := c.readNote(&note.json); err != nil {
		return err
	}
	c.Source = note.json.get("source").str()
	return r.finish(c)
}

// prose makes a cell of the text up to end, if there is any.
func (r *markdownReader) prose(end int) error {
	from := r.pos
	if r.note != nil {
		from = r.note.end
	}
	text := r.src[from:end]
	if blank(text) && r.note == nil {
		return nil
	}
	body := strings.TrimRight(text, " \t\r\n")
	bodyEnd := from
	if body != "" {
		bodyEnd = lineEnd(r.src, from+len(body)-1)
	}
	start := from + leadingBlank(text)
	if r.note != nil {
		start = r.note.start
	}
	c := r.cell(start)
	c.Kind = Prose
	if r.note != nil {
		r.take(c, partNote, r.note.end)
	}
	c.Source = strings.TrimRight(r.src[min(from+leadingBlank(text), bodyEnd):bodyEnd], "\r\n")
	r.take(c, partBody, bodyEnd)
	if r.note != nil {
		if err := c.readNote(&r.note.json); err != nil {
			return err
		}
		r.note = nil
	}
	return r.finish(c)
}

// leadingBlank is the length of the blank lines at the start of s.
func leadingBlank(s string) int {
	return strings.LastIndexByte(s[:len(s)-len(strings.TrimLeft(s, " \t\r\n"))], '\n') + 1
}

// cell starts a cell whose first piece begins at start; the blank lines before
// it are its gap.
func (r *markdownReader) cell(start int) *Cell {
	c := &Cell{}
	c.origin.markdown = true
	c.origin.gap = r.src[r.pos:start]
	r.pos = start
	return c
}

// take gives the bytes up to end to a piece of the cell.
func (r *markdownReader) take(c *Cell, p part, end int) {
	c.origin.pieces = append(c.origin.pieces, piece{p, r.src[r.pos:end]})
	r.pos = end
}

// finish appends a cell and notes what its bytes meant.
func (r *markdownReader) finish(c *Cell) error {
	if n := len(r.nb.Cells); n > 0 {
		r.nb.Cells[n-1].origin.next = c
	}
	r.nb.Cells = append(r.nb.Cells, c)
	return c.noteOrigin()
}

// noteOrigin records what the bytes of a cell meant when they were read.
func (c *Cell) noteOrigin() (err error) {
	o := &c.origin
	o.source, o.result, o.outputs = c.Source, c.Result, c.Outputs
	if o.raw(partHead) != "" {
		if o.head, err = c.headComment(); err != nil {
			return err
		}
	}
	o.note, err = c.noteComment()
	return err
}

// code reads a code cell: its comments, its fence, and what is recorded below.
func (r *markdownReader) code(start int, head, note, fence *block) error {
	if err := r.prose(start); err != nil {
		return err
	}
	c := r.cell(start)
	c.Kind = Code
	if err := r.comments(c, head, note); err != nil {
		return err
	}
	c.Source = fenceSource(fence.content)
	if note != nil {
		if s := note.json.get("source"); s.isString() && s.str()+"\n" == fence.content {
			c.Source = s.str()
		}
	}
	r.take(c, partBody, fence.end)
	r.at++
	if fence.open {
		c.origin.open = true
		r.nb.notice("line %d: the code fence is never closed; the cell goes to the end of the file", lineAt([]byte(r.src), fence.start))
	}
	r.headings[c], r.heading = r.heading, ""
	if err := r.recorded(c, note); err != nil {
		return err
	}
	return r.finish(c)
}

// fenceSource takes the final newline off a fence's content.
func fenceSource(content string) string {
	if s, ok := strings.CutSuffix(content, "\r\n"); ok {
		return s
	}
	return strings.TrimSuffix(content, "\n")
}

// comments reads the comments above a fence, in the order of the file.
func (r *markdownReader) comments(c *Cell, head, note *block) error {
	if head != nil {
		if err := c.readHead(&head.json); err != nil {
			return err
		}
	}
	if note != nil {
		if err := c.readNote(&note.json); err != nil {
			return err
		}
	}
	if head != nil && (note == nil || head.start < note.start) {
		r.take(c, partHead, head.end)
	}
	if note != nil {
		r.take(c, partNote, note.end)
	}
	if head != nil && note != nil && head.start > note.start {
		r.take(c, partHead, head.end)
	}
	return nil
}

// recorded reads the output fence and the result comment below a cell.
func (r *markdownReader) recorded(c *Cell, note *block) error {
	var output, result *block
	for r.at < len(r.blocks) {
		b := &r.blocks[r.at]
		if !blank(r.src[r.pos:b.start]) {
			break
		}
		if b.kind == outputBlock && output == nil {
			output = b
			r.take(c, partOutput, b.end)
			c.origin.open = b.open
		} else if b.kind == resultBlock && result == nil && belongs(b, c) {
			result = b
			r.take(c, partResult, b.end)
		} else {
			break
		}
		r.at++
	}
	if r.light {
		return nil
	}
	if result != nil {
		if err := c.readResult(&result.json); err != nil {
			r.at--
			return err
		}
		c.Outputs = c.Result.outputs()
		if c.ExecutionCount == nil {
			c.ExecutionCount = c.impliedCount()
		}
	}
	if output != nil {
		c.readShown(lf(output.content))
	}
	if note != nil {
		return c.readOutputs(note.json.get("outputs"))
	}
	return nil
}

func belongs(b *block, c *Cell) bool {
	return c.ID == "" || b.json.get("id").str() == c.ID
}

func (c *Cell) readHead(v *jsonValue) error {
	if id := v.get("id"); id != nil {
		if !id.isString() {
			return errors.New("the id of a cell is no string")
		}
		c.ID = id.str()
	}
	if tags := v.get("tags"); tags != nil {
		var ok bool
		if c.Tags, ok = tags.strings(); !ok {
			return errors.New("the tags of a cell are no list of strings")
		}
	}
	c.Extra = v.fields("id", "tags")
	return nil
}

func (c *Cell) readResult(v *jsonValue) error {
	c.SourceSHA256 = v.get("source_sha256").str()
	c.recordExtra = v.fields("id", "source_sha256", "result")
	res := v.get("result")
	if res == nil {
		return errors.New("a result comment without a result")
	}
	c.Result = &Result{}
	if err := json.Unmarshal(res.raw, c.Result); err != nil {
		c.Result = nil
		return fmt.Errorf("a recorded result cannot be read: %w", err)
	}
	return nil
}

// readShown takes what the output fence shows: the cell's outputs, and below
// them what was drawn of its result.
func (c *Cell) readShown(text string) {
	c.fence = text
	if c.Result == nil {
		if text != "" {
			c.Outputs = []Output{{Kind: Stdout, Text: text}}
		}
		return
	}
	if drawn, ok := strings.CutPrefix(text, shown(c.Outputs)); ok {
		c.picture, c.pictureOf = Picture{Text: drawn}, c.Result
	}
}
