package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/source"
)

func loadMagic() Magic {
	return Magic{
		Name: "load", Group: "keep", Usage: "%load FILE",
		Summary: "open a notebook; runs nothing",
		Help: "Replaces the cells of the session by those of a notebook. Names that earlier\n" +
			"cells defined are forgotten. %run all runs the cells, Up recalls them, and what\n" +
			"is typed goes below them.",
		Example: "x := 1\n%save $TMP/example.md\n%load $TMP/example.md",
		Do:      func(_ context.Context, s *Session, c Call) error { return s.loadMagic(c) },
	}
}

func runMagic() Magic {
	return Magic{
		Name: "run", Group: "keep", Usage: "%run CELL|all",
		Summary: "run a cell again, or all of them in order",
		Help:    "Runs cells of the notebook as they stand, by number or id.",
		Example: "x := 1\n%run 1",
		Do:      func(ctx context.Context, s *Session, c Call) error { return s.runMagic(ctx, c) },
	}
}

func historyMagic() Magic {
	return Magic{
		Name: "history", Group: "keep", Usage: "%history",
		Summary: "the cells of this session",
		Help:    "Prints the text of every cell with its number.",
		Example: "x := 1\n%history",
		Do:      func(_ context.Context, s *Session, c Call) error { return s.history(c) },
	}
}

func whoMagic() Magic {
	return Magic{
		Name: "who", Group: "keep", Usage: "%who",
		Summary: "names, types and the cells that define them",
		Help:    "Lists the variables, functions and types of the session.",
		Example: "x := 1\n%who",
		Do:      func(_ context.Context, s *Session, c Call) error { return s.who(c) },
	}
}

func resetMagic() Magic {
	return Magic{
		Name: "reset", Group: "keep", Usage: "%reset",
		Summary: "forget all state; the cells stay",
		Help:    "Ends the process in which cells live and starts an empty one.",
		Example: "x := 1\n%reset",
		Do:      func(ctx context.Context, s *Session, c Call) error { return s.reset(ctx, c) },
	}
}

func engineMagic() Magic {
	return Magic{
		Name: "engine", Group: "keep", Usage: "%engine [auto|interpreted|compiled]",
		Summary: "which engine runs cells",
		Help: "auto runs cells interpreted; compiled what cannot be interpreted, what is\n" +
			"measured, and scripts (package main). As %%engine compiled above a cell it\n" +
			"holds for that cell, and tells how much slower the interpreter is.",
		Example: "%engine auto",
		Alone:   func(string) bool { return true },
		Edit: func(p *Plan, args string) error {
			if err := validEngine(args); err != nil {
				return err
			}
			p.Engine = args
			return nil
		},
		Do: func(_ context.Context, s *Session, c Call) error { return s.setEngine(c) },
	}
}

func validEngine(name string) error {
	switch name {
	case "auto", "interpreted", "compiled":
		return nil
	}
	return fmt.Errorf("engine %q: want auto, interpreted or compiled", name)
}

func (s *Session) setEngine(c Call) error {
	arg := strings.TrimSpace(c.Args)
	if arg == "" {
		c.printf("engine %s\n", s.cfg.Engine)
		return nil
	}
	if err := validEngine(arg); err != nil {
		return err
	}
	s.cfg.Engine = arg
	c.printf("engine %s\n", arg)
	return nil
}

func shellMagic() Magic {
	return Magic{
		Name: "sh", Group: "go", Usage: "%sh COMMAND", Code: true,
		Summary: "run a shell command",
		Help:    "Runs the rest of the line, or the cell below, with sh in the notebook's directory.",
		Example: "%sh echo hello",
		Do:      func(ctx context.Context, s *Session, c Call) error { return s.shell(ctx, c) },
	}
}

// shell runs a command in the directory in which cells start; it ends with the
// context.
func (s *Session) shell(ctx context.Context, c Call) error {
	line := strings.TrimSpace(c.Args + "\n" + c.Body)
	if line == "" {
		return fmt.Errorf("%%sh: want a command, such as %%sh ls")
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Dir = s.cfg.Dir
	if lender, ok := c.Fe.(Lender); ok {
		if back, ok := lender.Lend(); ok && !lender.TypedAhead() {
			return onTerminal(cmd, "%sh "+firstLine(line), back)
		} else if ok {
			back()
		}
	}
	stdin, end, err := shellInput(c.Fe.Stdin())
	if err != nil {
		return err
	}
	defer end()
	cmd.Stdin = stdin
	cmd.WaitDelay = waitDelay
	cmd.Stdout = &tee{stream: "stdout", fe: c.Fe, keep: &c.Result.Stdout}
	cmd.Stderr = &tee{stream: "stderr", fe: c.Fe, keep: &c.Result.Stderr}
	return programEnded(cmd.Run(), "%sh "+firstLine(line))
}

// onTerminal runs a program that has the terminal until it ends: what it asks
// for and draws works as from a shell, and Ctrl-C and Ctrl-Z are its own.
func onTerminal(cmd *exec.Cmd, name string, back func()) error {
	defer back()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return programEnded(cmd.Run(), name)
}

// programEnded says how a program ended that failed; the end of the wait for it is an
// interrupt.
func programEnded(err error, name string) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: interrupted", name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// shellInput is a pipe, so that a command which does not read its input is not
// waited for, and what was typed meanwhile goes back to the prompt.
func shellInput(in io.Reader) (*os.File, func(), error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	return r, host.Feed(in, r, w), nil
}

// tee shows output live and keeps it.
type tee struct {
	stream string
	fe     Frontend
	keep   *string
}

func (t *tee) Write(b []byte) (int, error) {
	t.fe.Output(t.stream, b)
	*t.keep += string(b)
	return len(b), nil
}

func (s *Session) loadMagic(c Call) error {
	name := strings.TrimSpace(c.Args)
	if name == "" {
		return fmt.Errorf("%%load: want a file, such as %%load fetch.md")
	}
	book, err := notebook.Load(name)
	if err != nil {
		return err
	}
	if !s.mayDrop(c.Fe) {
		return fmt.Errorf("%%load: the cells of this session are not saved; %%save FILE first")
	}
	if err := s.forgetState(); err != nil {
		return err
	}
	if err := s.Discard(); err != nil {
		return err
	}
	s.open(book, s.resolve(name))
	for _, n := range book.Notices {
		c.Fe.Notice(n)
	}
	c.printf("%s: %s; %%run all runs them, %%edit CELL edits one\n", filepath.Base(name), plural(len(s.book.CodeCells()), "cell"))
	return nil
}

// forgetState ends the process in which cells live: what is defined from now on
// is what cells define that run from now on.
func (s *Session) forgetState() error {
	s.entries, s.failures = nil, map[*source.Cell]*failed{}
	s.modules.Reload()
	s.changedPkg = changedPackages{}
	s.scope = source.NewScope(s.imp)
	return s.live.Close()
}

// mayDrop asks before unsaved cells are replaced; where nobody can answer, they
// are not.
func (s *Session) mayDrop(fe Frontend) bool {
	if !s.Unsaved() {
		return true
	}
	answer, ok := fe.Ask("The cells of this session are not saved. Drop them? [y/N]")
	return ok && (answer == "y" || answer == "Y")
}

func (s *Session) history(c Call) error {
	n := 0
	for _, cell := range s.book.CodeCells() {
		if cell.MagicOnly() {
			continue
		}
		n++
		c.printf("[%d] %s\n", n, strings.ReplaceAll(cell.Code(), "\n", "\n    "))
	}
	return nil
}
