package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// convertCommand writes a notebook in another format, chosen by the extension
// of the second file. Nothing runs.
func convertCommand(_ context.Context, args []string, std stdio) (int, error) {
	fs := newFlags("convert")
	force := fs.Bool("f", false, "overwrite OUT")
	files, _, err := parse(fs, args)
	if err != nil {
		return exitUsage, err
	}
	if len(files) != 2 {
		return exitUsage, usagef("convert: want IN and OUT, such as lapbook convert a.md a.ipynb")
	}
	book, err := notebook.Load(files[0])
	if err != nil {
		return exitUsage, err
	}
	err = convertTo(book, files[1], *force)
	for _, n := range book.Notices { // of reading and of writing
		fmt.Fprintln(std.err, "lapbook:", n)
	}
	return exitOK, err
}

func convertTo(book *notebook.Notebook, out string, force bool) error {
	for _, export := range render.Exports() {
		if filepath.Ext(out) != export.Ext {
			continue
		}
		var page bytes.Buffer
		if err := export.Write(&page, book, filepath.Base(out)); err != nil {
			return err
		}
		return notebook.WriteFile(out, page.Bytes(), force)
	}
	if !notebook.Known(out) {
		return usagef("convert: %s: the extension must be .md, .ipynb, .go or .html", out)
	}
	if force {
		return book.SaveOver(out, render.Draw)
	}
	return book.Save(out, render.Draw)
}
