package notebook

import (
	"slices"
	"strings"
)

const bom = "\ufeff"

// part names a piece of a cell in a Markdown file.
type part string

// The pieces of a cell in their usual order. A piece's bytes include the blank
// lines that part it from the piece above it.
const (
	partHead   part = "head"   // <!-- lapbook {…} -->
	partNote   part = "note"   // <!-- lapbook-ipynb {…} -->
	partBody   part = "body"   // the fence, or the prose
	partOutput part = "output" // the output fence
	partResult part = "result" // <!-- lapbook-result {…} -->
)

func parts() []part { return []part{partHead, partNote, partBody, partOutput, partResult} }

type piece struct {
	part part
	raw  string
}

// origin is what is kept of the bytes a cell was read from, with what they
// meant, to tell on writing which pieces are still true.
type origin struct {
	gap      string  // blank lines before the cell
	gapKept  bool    // an .ipynb kept the gap
	pieces   []piece // Markdown
	next     *Cell   // the cell that followed; a new neighbour needs a check
	markdown bool    // read from a Markdown file, pieces and all
	without  []part  // pieces that the Markdown file lacked, though it would be written with them
	open     bool    // its fence, or that of its output, was never closed

	json    []byte // .ipynb: the cell's object
	jsonWas string // the canonical form of what it meant

	source, head, note string // source and canonical comments as read
	result             *Result
	outputs            []Output
	edits              int // of result
}

func (o *origin) raw(p part) string {
	for _, have := range o.pieces {
		if have.part == p {
			return have.raw
		}
	}
	return ""
}

// lacks tells whether the file had no such piece.
func (o *origin) lacks(p part) bool {
	return o.markdown && o.raw(p) == "" || slices.Contains(o.without, p)
}

// order lists the pieces in the order of the file when it had all that are
// needed now, else in the usual order.
func (o *origin) order(needed map[part]string) []part {
	var was []part
	for _, have := range o.pieces {
		was = append(was, have.part)
	}
	for p, text := range needed {
		if text != "" && o.raw(p) == "" {
			return parts()
		}
	}
	return was
}

// document is what is kept of the file a notebook was read from, beside its cells.
type document struct {
	bom    bool
	eol    string // "\n" or "\r\n"
	front  string // YAML front matter
	header string // raw header comments of a Markdown file
	was    string // their canonical form as read
	tail   string // blank lines at the end
	last   *Cell  // the cell at the end of the file

	before, between, after []byte // .ipynb: the bytes around the cells
	jsonWas                string // the canonical form of the notebook's own fields as read
	indent                 string
}

func (d *document) newline() string {
	if d.eol == "" {
		return "\n"
	}
	return d.eol
}

// withEOL gives text the document's line ends.
func (d *document) withEOL(text string) string {
	if d.newline() == "\n" {
		return text
	}
	return strings.ReplaceAll(lf(text), "\n", "\r\n")
}

// blank tells blank lines by the rules of CommonMark: U+00A0 is text.
func blank(s string) bool { return strings.Trim(s, " \t\r\n") == "" }

// sameRecord tells whether a cell's result and outputs are those that were read.
func (c *Cell) sameRecord() bool {
	o := &c.origin
	return c.Result == o.result && (c.Result == nil || c.Result.edits == o.edits) && sameSlice(c.Outputs, o.outputs)
}

func sameSlice(a, b []Output) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
