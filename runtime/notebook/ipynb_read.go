package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// decodeIPYNB reads an .ipynb of nbformat 4. Its JSON is read strictly, because
// a lenient reader loses work on the next save.
func decodeIPYNB(file []byte) (*Notebook, error) {
	b, hadBOM := bytes.CutPrefix(file, []byte(bom))
	if bytes.HasPrefix(file, []byte{0xff, 0xfe}) || bytes.HasPrefix(file, []byte{0xfe, 0xff}) {
		return nil, errors.New("UTF-16 text; a notebook is UTF-8")
	}
	v, err := parseJSON(b)
	if err != nil {
		return nil, err
	}
	minor, err := formatOf(&v)
	if err != nil {
		return nil, err
	}
	cells := v.get("cells")
	if cells == nil || cells.kind != '[' {
		return nil, errors.New("not a notebook: no list of cells")
	}
	nb := New()
	if hadBOM {
		nb.notice("the byte order mark at the start will not be written back")
	}
	if err := nb.readIPYNB(&v, cells); err != nil {
		return nil, err
	}
	if minor >= 5 && !hadBOM {
		nb.keepAround(b, cells)
	}
	nb.otherLanguage(&v)
	return nb, nil
}

// The members that nbformat 4.5 knows.
func notebookMembers() []string { return []string{"cells", "metadata", "nbformat", "nbformat_minor"} }

func cellMembers() []string {
	return []string{"attachments", "cell_type", "execution_count", "id", "metadata", "outputs", "source"}
}

func formatOf(v *jsonValue) (minor int, err error) {
	if v.kind != '{' {
		return 0, errors.New("not a notebook: the JSON is no object")
	}
	major, ok := v.get("nbformat").integer()
	minor, hasMinor := v.get("nbformat_minor").integer()
	switch {
	case !ok:
		return 0, errors.New("not a notebook: it names no nbformat")
	case major < 4:
		return 0, fmt.Errorf("nbformat %d is too old; jupyter nbconvert --to notebook makes it nbformat 4", major)
	case major > 4:
		return 0, fmt.Errorf("nbformat %d is newer than this program, which reads nbformat 4", major)
	case !hasMinor && v.get("nbformat_minor") != nil:
		return 0, errors.New("not a notebook: nbformat_minor is no number")
	}
	return minor, nil
}

func (nb *Notebook) readIPYNB(v, cells *jsonValue) error {
	meta := v.get("metadata")
	if meta != nil && meta.kind != '{' {
		return errors.New("not a notebook: the metadata is no object")
	}
	nb.top = v.fields(notebookMembers()...)
	if err := nb.readNotebookMeta(meta); err != nil {
		return err
	}
	headings := map[*Cell]string{}
	heading := ""
	for i := range cells.items {
		c := &Cell{}
		if err := c.readCell(&cells.items[i].value); err != nil {
			return fmt.Errorf("cell %d: %w", i+1, err)
		}
		nb.Cells = append(nb.Cells, c)
		switch c.Kind {
		case Prose:
			if h := lastHeading(c.Source); h != "" {
				heading = h
			}
		case Code:
			headings[c], heading = heading, ""
		}
	}
	nb.settleIDs(headings)
	if n := len(nb.Cells); n > 0 {
		nb.doc.last = nb.Cells[n-1]
	}
	return nil
}

func (nb *Notebook) readNotebookMeta(meta *jsonValue) error {
	if meta == nil {
		return nil
	}
	own := meta.get("lapbook")
	if own == nil || own.kind != '{' {
		nb.Meta = meta.fields()
		return nil
	}
	nb.Meta = meta.fields("lapbook")
	if string(nb.Meta["language_info"]) != "" && meta.get("language_info").get("name").str() == "go" && len(meta.get("language_info").items) == 3 {
		delete(nb.Meta, "language_info") // ours
	}
	nb.Extra = own.fields("format", "markdown")
	return nb.readLayout(own.get("markdown"))
}

// lastHeading is the last # heading of some prose.
func lastHeading(source string) string {
	heading := ""
	for line := range strings.Lines(source) {
		if text := strings.TrimLeft(line, "#"); len(line)-len(text) <= 6 && text != line && strings.HasPrefix(text, " ") {
			heading = strings.TrimSpace(text)
		}
	}
	return heading
}

func (c *Cell) readCell(v *jsonValue) error {
	if v.kind != '{' {
		return errors.New("it is no object")
	}
	switch kind := v.get("cell_type").str(); kind {
	case "code":
		c.Kind = Code
	case "markdown":
		c.Kind = Prose
	case "raw":
		c.Kind = Raw
	default:
		return fmt.Errorf("cell_type %.20q is none that nbformat 4 has", kind)
	}
	source := v.get("source")
	if _, ok := source.strings(); !ok && !source.isString() {
		return errors.New("its source is neither a string nor a list of strings")
	}
	c.Source = multiline(source)
	c.ID = v.get("id").str()
	if n, ok := v.get("execution_count").integer(); ok {
		c.ExecutionCount = &n
	}
	if a := v.get("attachments"); a != nil {
		c.Attachments = json.RawMessage(a.raw)
	}
	c.top = v.fields(cellMembers()...)
	meta := v.get("metadata")
	if err := c.readMeta(meta); err != nil {
		return err
	}
	if err := c.readOutputs(v.get("outputs")); err != nil {
		return err
	}
	own := meta.get("lapbook")
	if err := c.readSaved(own.get("recorded")); err != nil {
		return err
	}
	if err := c.takePicture(v.get("outputs")); err != nil {
		return err
	}
	c.origin.source, c.origin.result, c.origin.outputs = c.Source, c.Result, c.Outputs
	c.origin.json = v.raw
	return c.readLayout(own.get("markdown"))
}

// readSaved reads the result that stands in a cell's metadata or in the JSON of
// one of its outputs, and gives it the outputs that are not repeated there.
func (c *Cell) readSaved(v *jsonValue) error {
	res := v.get("result")
	if res == nil || c.Kind != Code {
		return nil
	}
	r := &Result{}
	if err := json.Unmarshal(res.raw, r); err != nil {
		return fmt.Errorf("its recorded result cannot be read: %w", err)
	}
	r.Rich = nil
	for _, o := range c.Outputs {
		switch {
		case o.Kind == Stdout && r.Stdout == "":
			r.Stdout = o.Text
		case o.Kind == Stderr && r.Stderr == "":
			r.Stderr = o.Text
		case o.Kind == Value && r.Value == "":
			r.Value = o.Text
		case o.Kind == Rich:
			r.Rich = append(r.Rich, o.Data)
			if v, ok := MIME(o.Data).value(); ok && r.Value == "" {
				r.Value = v
			}
		}
	}
	c.Result = r
	c.SourceSHA256 = v.get("source_sha256").str()
	c.recordExtra = v.fields("result", "source_sha256")
	return nil
}

// takePicture takes the output that carries a result out of the outputs, which
// stand in the same order in v.
func (c *Cell) takePicture(v *jsonValue) error {
	for i := range c.Outputs {
		saved := v.items[i].value.get("data").get(resultMIME)
		if saved == nil {
			continue
		}
		data := c.Outputs[i].Data
		c.Outputs = append(c.Outputs[:i:i], c.Outputs[i+1:]...)
		if err := c.readSaved(saved); err != nil {
			return err
		}
		c.picture = Picture{Text: data["text/plain"], SVG: data["image/svg+xml"], HTML: data["text/html"]}
		c.pictureOf = c.Result
		return nil
	}
	return nil
}

// keepAround keeps the bytes around the cells and learns the file's style, so
// that an untouched cell is no difference.
func (nb *Notebook) keepAround(b []byte, cells *jsonValue) {
	d := &nb.doc
	n := len(cells.items)
	d.indent = indentOf(b)
	d.jsonWas = string(nb.topJSON())
	if n == 0 {
		return
	}
	at := func(raw []byte) int { return cap(b) - cap(raw) } // raw is a slice of b
	first, last := cells.items[0].value.raw, cells.items[n-1].value.raw
	d.before = b[:at(first)]
	d.after = b[at(last)+len(last):]
	if n > 1 {
		d.between = b[at(first)+len(first) : at(cells.items[1].value.raw)]
	}
	for _, c := range nb.Cells {
		if c.made {
			continue
		}
		c.origin.jsonWas = string(c.bareJSON())
	}
}

// indentOf is the white space that begins the second line of a JSON file.
func indentOf(b []byte) string {
	_, rest, found := bytes.Cut(b, []byte("\n"))
	trimmed := bytes.TrimLeft(rest, " \t")
	if !found || len(trimmed) == len(rest) {
		return " "
	}
	return string(rest[:len(rest)-len(trimmed)])
}

// otherLanguage says so when the code cells are not Go.
func (nb *Notebook) otherLanguage(v *jsonValue) {
	meta := v.get("metadata")
	name := meta.get("language_info").get("name").str()
	if name == "" {
		name = meta.get("kernelspec").get("language").str()
	}
	if name != "" && !strings.EqualFold(name, "go") && !strings.EqualFold(name, "golang") {
		nb.notice("the notebook says that its cells are %.20s, not Go", name)
	}
}
