// Package notebook holds a notebook in memory and reads and writes its files:
// Markdown, .ipynb and Go, chosen by extension. It runs nothing: opening,
// showing and converting a notebook never starts a cell.
//
// The model is a superset of nbformat 4.5. What one format cannot express is
// kept beside the cell in the others, so that conversions lose nothing, and the
// bytes of a cell that nobody touched are written back as they were read.
//
// # Markdown
//
// Any Markdown file is a notebook. By the rules of CommonMark, a fence at the
// top level whose first word is go is a cell, unless the second is norun; all
// else is prose. Comments of one line carry what Markdown has no words for:
//
//	<!-- lapbook {"format":1} -->             first in the file, after front matter
//	<!-- lapbook {"id":"fetch","tags":[]} --> above a cell
//	<!-- lapbook-ipynb {"cell_type":…} -->    above a cell or prose: see note.go
//	<!-- lapbook-result {"id":"fetch","source_sha256":"…","result":{…}} -->
//
// A cell is followed by what is recorded for it: an output fence for readers,
// then the result comment, from which everything else is taken. In comments <,
// >, & and the second of two hyphens are \u escapes.
//
// # .ipynb
//
// nbformat 4.5, written as nbformat itself writes it. Tags are metadata.tags; our
// own fields lie in metadata.lapbook, of the notebook and of each cell: "recorded"
// holds a result that has nothing to draw, "markdown" the bytes of a Markdown
// file that are not the usual ones (layout.go). A measured result lies in the
// output that draws it, as application/vnd.lapbook.result+json.
//
// # Go
//
// One program, whose marks tell the cells apart: see go_read.go. Results are left
// out. A file that ends in _test.go has a benchmark for each measured cell and
// is not read back.
package notebook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Format is the version of the file format that this package writes.
const Format = 1

// Kind says what a cell is.
type Kind string

// The kinds of cells. A fence that is not to be run is part of the prose.
const (
	Code  Kind = "code"
	Prose Kind = "prose" // Markdown
	Raw   Kind = "raw"   // an .ipynb raw cell: neither run nor rendered
)

// Fields are JSON members that are kept and written back without being
// understood.
type Fields map[string]json.RawMessage

// Notebook is a sequence of cells.
type Notebook struct {
	Cells   []*Cell
	Meta    Fields   // notebook metadata of other tools (kernelspec, language_info, …)
	Extra   Fields   // fields of our own header that this version does not know
	Notices []string // what reading found and mended: renamed ids, unclosed fences

	top  Fields // unknown members of an .ipynb, beside its metadata
	doc  document
	seen map[string]string // real path → hash of the bytes last read or written there
}

// Cell is one cell. Source is exactly what stands in the file, without the
// final newline of a fence.
type Cell struct {
	ID      string
	Kind    Kind
	Source  string
	Tags    []string
	Meta    Fields // metadata of other tools
	Extra   Fields // fields of our own comment that this version does not know
	Outputs []Output
	Result  *Result // nil when nothing is recorded
	// SourceSHA256 is the hash (SHA, below) of the text for which Outputs and
	// Result were recorded, "" when that is unknown.
	SourceSHA256   string
	ExecutionCount *int            // of an .ipynb, kept for its sake
	Attachments    json.RawMessage // of an .ipynb prose or raw cell, kept

	top          Fields  // unknown members of an .ipynb cell
	recordExtra  Fields  // unknown fields beside the result
	picture      Picture // what was drawn of pictureOf
	pictureOf    *Result
	pictureEdits int    // of pictureOf
	fence        string // the output fence of a Markdown file, as read

	made   bool // ID was derived and stands in no file yet
	origin origin
}

// New returns an empty notebook.
func New() *Notebook { return &Notebook{} }

// SHA hashes a cell's text. Line ends count as one byte, so that a checkout
// which rewrites them does not make every result stale.
func SHA(source string) string {
	sum := sha256.Sum256([]byte(lf(source)))
	return hex.EncodeToString(sum[:])
}

// lf turns CRLF line ends into LF.
func lf(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(s, "\r\n", "\n")
}

// Code is the text for the Go front end: Source with LF line ends and without
// a byte order mark.
func (c *Cell) Code() string { return strings.TrimPrefix(lf(c.Source), bom) }

// Stale tells whether the recorded result is for an older text.
func (c *Cell) Stale() bool {
	return (c.Result != nil || len(c.Outputs) > 0) && c.SourceSHA256 != "" && c.SourceSHA256 != SHA(c.Source)
}

// Fence is the text of the output fence that a Markdown file shows for the cell,
// and what of it must stand first: the recorded outputs. Both are "" where there
// is no such fence or no result beside it.
func (c *Cell) Fence() (text, outputs string) {
	if c.fence == "" || c.Result == nil {
		return "", ""
	}
	return c.fence, shown(c.Result.outputs())
}

// Tagged tells whether the cell has a tag.
func (c *Cell) Tagged(tag string) bool {
	for _, t := range c.Tags {
		if t == tag {
			return true
		}
	}
	return false
}

// Record makes r what is recorded for the cell's present text. A result that is
// changed afterwards is recorded again.
func (c *Cell) Record(r *Result) {
	r.edits++
	c.Result = r
	c.Outputs = r.outputs()
	c.SourceSHA256 = SHA(c.Source)
	c.ExecutionCount = nil
	if r.Index > 0 {
		n := r.Index
		c.ExecutionCount = &n
	}
}

// Clear drops what is recorded.
func (c *Cell) Clear() {
	c.Result, c.Outputs, c.SourceSHA256, c.ExecutionCount = nil, nil, "", nil
}

// MagicOnly tells whether a code cell holds magics and no code; such a cell
// takes no number. Every line is a magic, because no raw string or comment can
// begin before the first line.
func (c *Cell) MagicOnly() bool {
	any := false
	for line := range strings.Lines(c.Code()) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if !strings.HasPrefix(line, "%") && !strings.HasPrefix(line, "//lap:%") {
			return false
		}
		any = true
	}
	return any
}

// Add appends a cell. An empty id is derived: cell-N.
func (nb *Notebook) Add(kind Kind, id, source string) *Cell {
	return nb.Insert(len(nb.Cells), kind, id, source)
}

// Insert puts a new cell before position at.
func (nb *Notebook) Insert(at int, kind Kind, id, source string) *Cell {
	c := &Cell{ID: id, Kind: kind, Source: source}
	nb.Cells = append(nb.Cells, nil)
	copy(nb.Cells[at+1:], nb.Cells[at:])
	nb.Cells[at] = c
	if id == "" && kind == Code {
		c.ID = nb.freeID("")
	}
	return c
}

// Remove takes a cell out.
func (nb *Notebook) Remove(c *Cell) {
	for i, have := range nb.Cells {
		if have == c {
			nb.Cells = append(nb.Cells[:i], nb.Cells[i+1:]...)
			return
		}
	}
}

// CodeCells are the cells of kind Code in order.
func (nb *Notebook) CodeCells() []*Cell {
	var cells []*Cell
	for _, c := range nb.Cells {
		if c.Kind == Code {
			cells = append(cells, c)
		}
	}
	return cells
}

// Index is the number of a code cell, from 1; 0 for every other cell and for a
// cell of magics alone.
func (nb *Notebook) Index(c *Cell) int {
	n := 0
	for _, have := range nb.Cells {
		if have.Kind != Code || have.MagicOnly() {
			continue
		}
		n++
		if have == c {
			return n
		}
	}
	return 0
}

// Find returns the code cell with the given id or number, or nil.
func (nb *Notebook) Find(ref string) *Cell {
	number, err := strconv.Atoi(ref)
	n := 0
	var byNumber *Cell
	for _, c := range nb.Cells {
		if c.Kind != Code {
			continue
		}
		if c.ID == ref {
			return c
		}
		if !c.MagicOnly() {
			n++
		}
		if err == nil && n == number && byNumber == nil {
			byNumber = c
		}
	}
	return byNumber
}

// freeID returns an id that no cell has: want, want-2, …; or cell-N where N
// counts the code cells when want is empty.
func (nb *Notebook) freeID(want string) string {
	if want != "" {
		return newIDSet(nb.Cells).free(want)
	}
	n := max(len(nb.CodeCells()), 1)
	for nb.has(fmt.Sprintf("cell-%d", n)) {
		n++
	}
	return fmt.Sprintf("cell-%d", n)
}

func (nb *Notebook) has(id string) bool {
	return slices.ContainsFunc(nb.Cells, func(c *Cell) bool { return c.ID == id })
}

// ValidID tells whether an id is one that every format accepts.
func ValidID(id string) bool {
	if len(id) == 0 || len(id) > 64 {
		return false
	}
	for i := 0; i < len(id); i++ {
		if !idByte(id[i]) {
			return false
		}
	}
	return true
}

func idByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '-' || b == '_'
}

func (nb *Notebook) notice(format string, args ...any) {
	nb.Notices = append(nb.Notices, fmt.Sprintf(format, args...))
}
