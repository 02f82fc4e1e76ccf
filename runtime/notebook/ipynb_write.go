package notebook

import (
	"encoding/json"
	"fmt"
	"maps"
)

// encodeIPYNB writes nbformat 4.5 as nbformat itself does: indented by one,
// names sorted, nothing escaped that need not be. The bytes of cells that nobody
// touched are those that were read.
func (nb *Notebook) encodeIPYNB(draw Draw) ([]byte, error) {
	w := &ipynbWriter{nb: nb, draw: draw, ids: newIDSet(nb.Cells)}
	return w.write()
}

type ipynbWriter struct {
	nb     *Notebook
	draw   Draw
	ids    *idSet
	proses int
}

func (w *ipynbWriter) write() ([]byte, error) {
	d := &w.nb.doc
	top := w.nb.topJSON()
	as := d.before != nil && string(top) == d.jsonWas && len(w.nb.Cells) > 0
	indent := " "
	if as {
		indent = d.indent
	}
	var cells [][]byte
	for _, c := range w.nb.Cells {
		b, err := w.cell(c, indent)
		if err != nil {
			return nil, err
		}
		cells = append(cells, b)
	}
	if as {
		return join(d.before, cells, d.between, d.after, indent), nil
	}
	return fresh(top, cells)
}

// join puts cells back between the bytes that were around them.
func join(before []byte, cells [][]byte, between, after []byte, indent string) []byte {
	if between == nil {
		between = []byte(",\n" + indent + indent)
	}
	out := append([]byte(nil), before...)
	for i, c := range cells {
		if i > 0 {
			out = append(out, between...)
		}
		out = append(out, c...)
	}
	return append(out, after...)
}

// fresh writes a whole file. "cells" sorts before the other names that a
// notebook may have, so the cells can be put in front of what appendIndented
// writes.
func fresh(top json.RawMessage, cells [][]byte) ([]byte, error) {
	v, err := parseJSON(top)
	if err != nil {
		return nil, err
	}
	out := []byte("{\n \"cells\": [")
	for i, c := range cells {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, "\n  "...), c...)
	}
	if len(cells) > 0 {
		out = append(out, "\n "...)
	}
	out = append(out, "],"...)
	rest := appendIndented(nil, &v, " ", "")
	return append(append(out, rest[1:]...), '\n'), nil
}

// topJSON is the notebook without its cells.
func (nb *Notebook) topJSON() json.RawMessage {
	own := maps.Clone(nb.Extra)
	if own == nil {
		own = Fields{}
	}
	own["format"] = number(new(Format))
	if layout := nb.doc.layout(); len(layout) > 0 {
		own["markdown"] = object(layout)
	}
	meta := Fields{}
	maps.Copy(meta, nb.Meta)
	meta["lapbook"] = object(own)
	if meta["language_info"] == nil {
		// No kernelspec: it would name a kernel that does not exist yet.
		meta["language_info"] = object(Fields{"name": quoted("go"), "file_extension": quoted(".go"), "mimetype": quoted("text/x-go")})
	}
	top := Fields{"nbformat": json.RawMessage("4"), "nbformat_minor": json.RawMessage("5"), "metadata": object(meta)}
	for name, v := range nb.top {
		top[name] = v
	}
	return object(top)
}

// cell is one cell: its bytes as read, or its new JSON.
func (w *ipynbWriter) cell(c *Cell, indent string) ([]byte, error) {
	id := w.id(c)
	o := &c.origin
	if o.json != nil && o.jsonWas != "" && id == c.ID && c.sameRecord() && o.jsonWas == string(c.bareJSON()) {
		return o.json, nil
	}
	raw, err := w.cellJSON(c, id)
	if err != nil {
		return nil, err
	}
	v, err := parseJSON(raw)
	if err != nil {
		return nil, fmt.Errorf("cell %s: %w", id, err)
	}
	return appendIndented(nil, &v, indent, indent+indent), nil
}

// id is a cell's id, or one made up for a prose or raw cell of a Markdown file.
func (w *ipynbWriter) id(c *Cell) string {
	if c.Kind != Code {
		w.proses++
	}
	if c.ID != "" {
		return c.ID
	}
	return w.ids.free(fmt.Sprintf("prose-%d", w.proses))
}

// bareFields are a cell's members without what is recorded.
func (c *Cell) bareFields() (f, meta, own Fields) {
	meta = Fields{}
	maps.Copy(meta, c.Meta)
	if len(c.Tags) > 0 {
		tags, _ := compactJSON(c.Tags) // a list of strings always marshals
		meta["tags"] = tags
	}
	own = Fields{}
	maps.Copy(own, c.Extra)
	f = Fields{"cell_type": quoted(c.Kind.ipynb()), "id": quoted(c.ID), "source": linesJSON(c.Source)}
	maps.Copy(f, c.top)
	if c.Kind == Code {
		f["execution_count"] = number(c.ExecutionCount)
	} else if len(c.Attachments) > 0 {
		f["attachments"] = c.Attachments
	}
	return f, meta, own
}

// bareJSON tells whether a cell was touched, together with the identity of its
// outputs and its result.
func (c *Cell) bareJSON() json.RawMessage {
	f, meta, own := c.bareFields()
	meta["lapbook"] = object(own)
	f["metadata"] = object(meta)
	return object(f)
}

func (w *ipynbWriter) cellJSON(c *Cell, id string) (json.RawMessage, error) {
	f, meta, own := c.bareFields()
	f["id"] = quoted(id)
	layout, err := w.layout(c)
	if err != nil {
		return nil, err
	}
	if len(layout) > 0 {
		own["markdown"] = object(layout)
	}
	if c.Kind == Code {
		outputs, err := w.recorded(c, own)
		if err != nil {
			return nil, err
		}
		f["outputs"] = outputs
	}
	if len(own) > 0 {
		meta["lapbook"] = object(own)
	}
	f["metadata"] = object(meta)
	return object(f), nil
}

// recorded is a cell's outputs. The result stands in the JSON of the output
// that draws it, or in the metadata when there is nothing to draw.
func (w *ipynbWriter) recorded(c *Cell, own Fields) (json.RawMessage, error) {
	if c.Result == nil {
		return c.outputsJSON(), nil
	}
	saved, err := c.savedJSON()
	if err != nil {
		return nil, err
	}
	p := c.drawn(w.draw)
	if p.Text == "" {
		own["recorded"] = object(saved)
		return c.outputsJSON(), nil
	}
	data := map[string]string{"text/plain": p.Text, resultMIME: string(object(saved))}
	if p.SVG != "" {
		data["image/svg+xml"] = p.SVG
	}
	if p.HTML != "" {
		data["text/html"] = p.HTML
	}
	list := c.outputsJSON()
	list = list[:len(list)-1]
	if len(list) > 1 {
		list = append(list, ',')
	}
	return append(append(list, display(data)...), ']'), nil
}

// savedJSON is a cell's result without what its outputs say already.
func (c *Cell) savedJSON() (Fields, error) {
	r := *c.Result
	if sameOutputs(c.Outputs, r.outputs()) {
		r.Stdout, r.Stderr, r.Value, r.Rich = "", "", "", nil
	}
	b, err := compactJSON(&r)
	if err != nil {
		return nil, fmt.Errorf("the result of cell %s: %w", c.ID, err)
	}
	f := Fields{"result": b, "source_sha256": quoted(c.SourceSHA256)}
	maps.Copy(f, c.recordExtra)
	return f, nil
}
