package notebook

import (
	"encoding/json"
	"errors"
	"strings"
)

// What Markdown cannot express stands in a comment beside the cell:
//
//	<!-- lapbook-ipynb {"cell_type":"code","metadata":{…},"outputs":[…]} -->
//
// with the names that nbformat gives it. Ours are "members" (those that nbformat
// does not know), "before" and "after" (blank
// text around prose), "norun" (go fences of prose, marked so that they are not
// taken for cells) and "source" (the whole text, where Markdown cannot hold it).

// wrap puts an object into one of our comments. Its members keep their order;
// what lies deeper is sorted, because an .ipynb is.
func wrap(name string, object json.RawMessage) (string, error) {
	text, err := commentJSON(object)
	return "<!-- " + name + " " + text + " -->\n", err
}

// headComment is the canonical <!-- lapbook {…} --> line of a code cell.
func (c *Cell) headComment() (string, error) {
	var ms []member
	if c.ID != "" {
		ms = append(ms, member{"id", quoted(c.ID)})
	}
	if len(c.Tags) > 0 {
		tags, err := compactJSON(c.Tags)
		if err != nil {
			return "", err
		}
		ms = append(ms, member{"tags", tags})
	}
	for _, name := range sortedKeys(c.Extra) {
		ms = append(ms, member{name, ordered(c.Extra[name])})
	}
	if len(ms) == 0 {
		return "", nil
	}
	return wrap("lapbook", joinMembers(ms))
}

// noteComment is the canonical <!-- lapbook-ipynb {…} --> line of a cell, "" when
// Markdown says it all.
func (c *Cell) noteComment() (string, error) {
	f := Fields{}
	if len(c.Attachments) > 0 {
		f["attachments"] = c.Attachments
	}
	if len(c.top) > 0 {
		f["members"] = object(c.top)
	}
	meta := Fields{}
	for name, v := range c.Meta {
		meta[name] = v
	}
	switch c.Kind {
	case Code:
		c.noteCode(f)
	default:
		if err := c.noteProse(f, meta); err != nil {
			return "", err
		}
	}
	if len(meta) > 0 {
		f["metadata"] = object(meta)
	}
	if len(f) == 0 {
		return "", nil
	}
	f["cell_type"] = quoted(c.Kind.ipynb())
	return wrap("lapbook-ipynb", ordered(object(f)))
}

func (c *Cell) noteCode(f Fields) {
	if !c.plainOutputs() {
		f["outputs"] = c.outputsJSON()
	}
	if fenceSource(c.Source+"\n") != c.Source {
		f["source"] = quoted(c.Source) // a carriage return at its end
	}
	if !sameCount(c.ExecutionCount, c.impliedCount()) {
		f["execution_count"] = number(c.ExecutionCount)
	}
}

// impliedCount is the execution count that follows from the result.
func (c *Cell) impliedCount() *int {
	if c.Result == nil || c.Result.Index == 0 {
		return nil
	}
	return &c.Result.Index
}

func sameCount(a, b *int) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func (c *Cell) noteProse(f, meta Fields) error {
	if c.ID != "" {
		f["id"] = quoted(c.ID)
	}
	if len(c.Tags) > 0 {
		tags, err := compactJSON(c.Tags)
		if err != nil {
			return err
		}
		meta["tags"] = tags
	}
	if len(c.Extra) > 0 {
		meta["lapbook"] = object(c.Extra)
	}
	if c.Kind == Raw {
		f["source"] = quoted(c.Source)
		return nil
	}
	before, _, after := around(c.Source)
	if before != "" {
		f["before"] = quoted(before)
	}
	if after != "" {
		f["after"] = quoted(after)
	}
	return nil
}

// around parts the blank lines off both ends of prose, which Markdown cannot
// tell from the gaps between cells.
func around(source string) (before, body, after string) {
	n := leadingBlank(source)
	before, body = source[:n], source[n:]
	body = strings.TrimRight(body, " \t\r\n")
	rest := source[n+len(body):]
	if i := strings.IndexAny(rest, "\r\n"); body == "" {
		return before, "", rest
	} else if i >= 0 {
		return before, body + rest[:i], rest[i:]
	}
	return before, body + rest, ""
}

// readNote reads the comment beside a cell. The outputs are read later, when
// the cell's own result is known.
func (c *Cell) readNote(v *jsonValue) error {
	switch kind := v.get("cell_type").str(); kind {
	case "code":
		c.Kind = Code
	case "markdown":
		c.Kind = Prose
	case "raw":
		c.Kind = Raw
	default:
		return errors.New("a lapbook-ipynb comment names no kind of cell")
	}
	if id := v.get("id"); id.isString() {
		c.ID = id.str()
	}
	if a := v.get("attachments"); a != nil {
		c.Attachments = json.RawMessage(a.raw)
	}
	if n, ok := v.get("execution_count").integer(); ok {
		c.ExecutionCount = &n
	}
	if top := v.get("members"); top != nil {
		c.top = top.fields(cellMembers()...)
	}
	c.Source = blankText(v.get("before")) + unmark(c.Source, v.get("norun")) + blankText(v.get("after"))
	return c.readMeta(v.get("metadata"))
}

// blankText is the blank text around prose; anything else there is not ours.
func blankText(v *jsonValue) string {
	if s := v.str(); blank(s) {
		return s
	}
	return ""
}

// readMeta reads metadata as an .ipynb cell has it: tags, our own, others'.
func (c *Cell) readMeta(m *jsonValue) error {
	if m == nil {
		return nil
	}
	if m.kind != '{' {
		return errors.New("the metadata of a cell is no object")
	}
	var except []string
	if tags, ok := m.get("tags").strings(); ok && len(tags) > 0 && len(c.Tags) == 0 {
		c.Tags = tags
		except = append(except, "tags")
	}
	if own := m.get("lapbook"); own != nil && own.kind == '{' {
		if more := own.fields("markdown", "recorded"); len(more) > 0 {
			c.Extra = more
		}
		except = append(except, "lapbook")
	}
	c.Meta = m.fields(except...)
	return nil
}

func (k Kind) ipynb() string {
	switch k {
	case Code:
		return "code"
	case Raw:
		return "raw"
	}
	return "markdown"
}

const norun = " norun"

// mark keeps the go fences of prose from being taken for cells; unmark is its
// inverse. It reports false when there is none.
func mark(body string) (string, bool) {
	return editFences(body, fenceBlock, func(line string) string {
		end := len(strings.TrimRight(line, "\r\n"))
		i := strings.Index(line, "go")
		return line[:i+2] + norun + line[i+2:end] + line[end:]
	})
}

func unmark(body string, flag *jsonValue) string {
	if flag == nil || flag.kind != 't' {
		return body
	}
	text, _ := editFences(body, norunBlock, func(line string) string { return strings.Replace(line, norun, "", 1) })
	return text
}

// editFences rewrites the opening lines of the fences of one kind.
func editFences(body string, kind blockKind, edit func(string) string) (string, bool) {
	blocks, err := findBlocks(body)
	if err != nil {
		return body, false
	}
	var b strings.Builder
	at, found := 0, false
	for _, bl := range blocks {
		if bl.kind != kind {
			continue
		}
		end := lineEnd(body, bl.start)
		b.WriteString(body[at:bl.start])
		b.WriteString(edit(body[bl.start:end]))
		at, found = end, true
	}
	b.WriteString(body[at:])
	return b.String(), found
}
