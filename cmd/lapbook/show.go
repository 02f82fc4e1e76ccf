package main

import (
	"context"
	"fmt"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// showCommand prints what is recorded in a notebook. Nothing runs.
func showCommand(_ context.Context, args []string, std stdio) (int, error) {
	fs := newFlags("show")
	var l look
	l.register(fs)
	more := fs.Bool("more", false, "with intervals, runner-up and doubts")
	files, _, err := parse(fs, args)
	if err != nil {
		return exitUsage, err
	}
	if err := l.check(); err != nil {
		return exitUsage, err
	}
	if len(files) != 1 {
		return exitUsage, usagef("show: want one FILE")
	}
	book, err := notebook.Load(files[0])
	if err != nil {
		return exitUsage, err
	}
	for _, n := range book.Notices {
		fmt.Fprintln(std.err, "lapbook:", n)
	}
	o := l.options(std.out)
	o.More = *more
	return exitOK, render.Notebook(std.out, book, o)
}
