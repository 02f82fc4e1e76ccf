package main

import (
	"context"
	"flag"
	"path/filepath"
	"slices"

	"github.com/lapbook/lapbook/repl"
	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// replayFlags are the flags of replay and tour.
type replayFlags struct {
	runFlags
	quiz, record bool
}

func (f *replayFlags) register(fs *flag.FlagSet) {
	fs.BoolVar(&f.quiz, "quiz", false, "ask the room before each answer is shown")
	fs.BoolVar(&f.record, "no-run", false, "step through the record: nothing runs")
	f.registerSession(fs)
}

// replayCommand steps through a notebook for a class, a key a cell.
func replayCommand(ctx context.Context, args []string, std stdio) (int, error) {
	fs := newFlags("replay")
	var f replayFlags
	f.register(fs)
	files, _, err := parse(fs, args)
	if err != nil {
		return exitUsage, err
	}
	if err := f.check(); err != nil {
		return exitUsage, err
	}
	switch {
	case len(files) != 1:
		return exitUsage, usagef("replay: want one FILE")
	case files[0] == "-":
		return exitUsage, usagef("replay: the keys come from standard input, so the notebook must be a file")
	}
	book, dir, err := readNotebook(files[0], nil)
	if err != nil {
		return exitUsage, err
	}
	f.cfg.Dir = dir
	return f.replay(ctx, book, files[0], std)
}

// replay plays a notebook. path may be "", for one that is in no file.
func (f *replayFlags) replay(ctx context.Context, book *notebook.Notebook, path string, std stdio) (int, error) {
	p := newPlayer(book, path, std, f)
	if !f.record {
		if f.dir != "" {
			f.cfg.Dir = f.dir
		}
		if f.cfg.Repeat == "" && !isTerminal(std.in) {
			f.cfg.Repeat = "once"
		}
		s, err := runtime.New(f.cfg)
		if err != nil {
			return exitFailed, err
		}
		defer s.Close()
		s.Adopt(book, path)
		p.session = s
	}
	var err error
	if p.room, err = repl.New(p.session, repl.Options{In: std.in, Out: std.out, Err: std.err, Style: p.style}); err != nil {
		return exitFailed, err
	}
	defer p.room.Close()
	return p.play(ctx)
}

func newPlayer(book *notebook.Notebook, path string, std stdio, f *replayFlags) *player {
	p := &player{
		std: std, style: f.look.options(std.out), name: filepath.Base(path),
		cells: slices.Clone(book.Cells), notices: book.Notices, records: map[*notebook.Cell]record{},
	}
	if f.quiz {
		p.quiz = &quiz{}
	}
	for _, c := range p.cells {
		if c.Kind == notebook.Code {
			p.codes++
			p.records[c] = record{c.Result, c.Stale()}
		}
	}
	return p
}

// record is what the file says of a cell.
type record struct {
	result *notebook.Result
	stale  bool // for an older text
}
