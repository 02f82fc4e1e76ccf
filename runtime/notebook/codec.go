package notebook

import (
	"fmt"
	"path/filepath"
	"strings"
)

// codec reads and writes one file format.
type codec struct {
	ext    string
	decode func([]byte) (*Notebook, error)
	encode func(*Notebook, Draw) ([]byte, error)
}

// codecs is the table of formats; a format is added with one line here. The
// first whose ending a name has is taken.
func codecs() []codec {
	return []codec{
		{".md", decodeMarkdown, (*Notebook).encodeMarkdown},
		{".markdown", decodeMarkdown, (*Notebook).encodeMarkdown},
		{".ipynb", decodeIPYNB, (*Notebook).encodeIPYNB},
		{"_test.go", decodeGo, (*Notebook).encodeGoTest},
		{".go", decodeGo, (*Notebook).encodeGo},
	}
}

// codecFor chooses a format by a file's extension.
func codecFor(name string) (codec, error) {
	base := strings.ToLower(filepath.Base(name))
	var known []string
	for _, c := range codecs() {
		if strings.HasSuffix(base, c.ext) && (base != c.ext || c.ext == "_test.go") {
			return c, nil
		}
		known = append(known, c.ext)
	}
	return codec{}, fmt.Errorf("%s: a notebook ends in %s", name, strings.Join(known, ", "))
}

// Known tells whether a file's extension is that of a notebook.
func Known(name string) bool {
	_, err := codecFor(name)
	return err == nil
}

// Decode reads a notebook from the bytes of a file; name chooses the format and
// begins every error.
func Decode(name string, b []byte) (*Notebook, error) {
	c, err := codecFor(name)
	if err != nil {
		return nil, err
	}
	nb, err := c.decode(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return nb, nil
}

// Encode returns the bytes of a notebook's file. draw may be nil: then measured
// results are shown by their headline only.
func (nb *Notebook) Encode(name string, draw Draw) ([]byte, error) {
	c, err := codecFor(name)
	if err != nil {
		return nil, err
	}
	b, err := c.encode(nb, draw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}
