package repl

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// complete returns what may stand in the place of text[from:offset]: magics and
// their arguments on a magic line, else what the session knows of Go.
func (r *REPL) complete(text string, offset int) (from int, words []string) {
	start := strings.LastIndex(text[:offset], "\n") + 1
	line := text[start:offset]
	sign, name, args := magicLine(line)
	word := start + strings.LastIndexAny(line, " \t") + 1
	switch {
	case sign == "":
		return r.session.Complete(text, offset)
	case sign == "?":
		return r.session.Complete(blank(text, start, start+len(line)-len(strings.TrimLeft(line, " \t?"))), offset)
	case sign == "!":
		return word, fileNames(r.session.Dir(), strings.TrimPrefix(text[word:offset], "!"))
	case args < 0:
		return offset - len(name), magicNames(name)
	case name == "time" || name == "timeit" || name == "doc":
		return r.session.Complete(blank(text, start, start+args), offset)
	}
	return word, r.argument(name, text[word:offset])
}

// signature is that of the function whose arguments are typed.
func (r *REPL) signature(text string, offset int) string { return r.session.Signature(text, offset) }

// blank replaces a part of a text by spaces, so that places in it hold.
func blank(text string, from, to int) string {
	return text[:from] + strings.Repeat(" ", to-from) + text[to:]
}

// magicLine takes a magic line apart: its sign, its name, and the offset at
// which its arguments begin, -1 while the name is being typed. The sign is ""
// for a line of Go.
func magicLine(line string) (sign, name string, args int) {
	trimmed := strings.TrimLeft(line, " \t")
	for _, sign := range []string{"//lap:%%", "//lap:%", "%%", "%", "!", "?"} {
		rest, ok := strings.CutPrefix(trimmed, sign)
		if !ok {
			continue
		}
		if i := strings.IndexAny(rest, " \t"); i >= 0 {
			return sign, rest[:i], len(line) - len(rest) + i + 1
		}
		return sign, rest, -1
	}
	return "", "", -1
}

func magicNames(prefix string) []string {
	var names []string
	for _, m := range runtime.Magics() {
		names = append(names, m.Name)
	}
	return having(names, prefix)
}

func having(words []string, prefix string) []string {
	var out []string
	for _, w := range words {
		if strings.HasPrefix(w, prefix) {
			out = append(out, w)
		}
	}
	return out
}

// argument completes an argument of a magic by what the magic takes.
func (r *REPL) argument(name, typed string) []string {
	switch name {
	case "help":
		return magicNames(strings.TrimPrefix(typed, "%"))
	case "load", "save":
		return fileNames(".", typed, ".md", ".ipynb")
	case "sh":
		return fileNames(r.session.Dir(), typed)
	case "engine":
		return having([]string{"auto", "interpreted", "compiled"}, typed)
	case "run":
		return append(r.cellIDs(typed), having([]string{"all"}, typed)...)
	case "profile":
		return append(r.cellIDs(typed), having([]string{"on", "off"}, typed)...)
	}
	return r.cellIDs(typed)
}

// cellIDs are the names of the code cells.
func (r *REPL) cellIDs(prefix string) []string {
	var out []string
	for _, c := range r.session.Notebook().CodeCells() {
		if c.Kind == notebook.Code && !c.MagicOnly() && strings.HasPrefix(c.ID, prefix) {
			out = append(out, c.ID)
		}
	}
	return out
}

// fileNames completes a path: directories, and files with one of the
// extensions, or all files without any.
func fileNames(dir, typed string, exts ...string) []string {
	head, base := filepath.Split(typed)
	where := head
	if !filepath.IsAbs(where) {
		where = filepath.Join(dir, head)
	}
	entries, _ := os.ReadDir(where) // one that cannot be read has no candidates
	var out []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || strings.HasPrefix(name, ".") && base == "" {
			continue
		}
		switch {
		case e.IsDir():
			out = append(out, head+name+"/")
		case len(exts) == 0 || has(exts, filepath.Ext(name)):
			out = append(out, head+name)
		}
	}
	return out
}

func has(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}
