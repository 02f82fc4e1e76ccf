package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/lapbook/lapbook/runtime/notebook"
)

func editMagic() Magic {
	return Magic{
		Name: "edit", Group: "keep", Usage: "%edit [CELL]",
		Summary: "edit a cell in $EDITOR and run it",
		Help: "Opens the text of a cell in $VISUAL or $EDITOR, of the last one when none is\n" +
			"named; when it was changed, it runs as that cell. Without any cell, or after\n" +
			"one that could not run, it is for a new one.",
		Do: func(ctx context.Context, s *Session, c Call) error { return s.edit(ctx, c) },
	}
}

// edit opens a cell in an editor and runs it when it was changed.
func (s *Session) edit(ctx context.Context, c Call) error {
	editor, err := editorCommand()
	if err != nil {
		return err
	}
	cell, err := s.editedCell(c.Args)
	if err != nil {
		return err
	}
	old := s.rejected
	if cell != nil {
		old = cell.Source
	}
	text, err := s.editText(ctx, c.Fe, editor, old)
	switch {
	case err != nil:
		return err
	case text == strings.TrimRight(old, "\n"):
		c.printf("unchanged; nothing ran\n")
		return nil
	case strings.TrimSpace(text) == "":
		c.printf("left empty; the cell is as it was\n")
		return nil
	case cell == nil:
		*c.Parts = append(*c.Parts, s.Do(ctx, text, c.Fe)...)
		return nil
	}
	cell.Source = text
	*c.Parts = append(*c.Parts, s.RunCell(ctx, cell, c.Fe))
	return nil
}

// editedCell is the cell that is named, else the last; nil for a new one: when
// there is none yet, or what was typed last could not run.
func (s *Session) editedCell(args string) (*notebook.Cell, error) {
	ref := strings.TrimSpace(args)
	if ref == "" && s.rejected != "" {
		return nil, nil
	}
	if ref == "" {
		return s.lastCode(), nil
	}
	if cell := s.book.Find(ref); cell != nil {
		return cell, nil
	}
	return nil, fmt.Errorf("%%edit %s: no such cell; there %s", ref, areCells(len(s.book.CodeCells())))
}

// editorCommand is what the person has chosen: a program with arguments, which
// may be quoted as in a shell.
func editorCommand() (string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		command := strings.TrimSpace(os.Getenv(name))
		if command == "" {
			continue
		}
		program := strings.Fields(command)[0]
		if _, err := exec.LookPath(program); err != nil && !strings.ContainsAny(program, `"'\$`) {
			return "", fmt.Errorf("%%edit: %s is %s, and there is no such program on PATH", name, program)
		}
		return command, nil
	}
	return "", errors.New("%edit: set EDITOR to an editor before lapbook starts, such as EDITOR=vi")
}

// editText has the editor work on a temporary file and returns what it saved.
// The wait has no deadline: the person ends it, by leaving the editor, and the
// end of ctx does.
func (s *Session) editText(ctx context.Context, fe Frontend, editor, text string) (string, error) {
	lender, ok := fe.(Lender)
	if !ok {
		return "", errors.New("%edit: needs a prompt on a terminal")
	}
	dir, err := os.MkdirTemp("", "lapbook-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir) // with what the editor leaves beside it: backups, swap files
	file := filepath.Join(dir, "cell.go")
	if err := os.WriteFile(file, []byte(strings.TrimRight(text, "\n")+"\n"), 0o600); err != nil {
		return "", err
	}
	back, ok := lender.Lend()
	if !ok {
		return "", errors.New("%edit: needs a prompt on a terminal")
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", editor+` "$1"`, "sh", file)
	if err := onTerminal(cmd, "%edit: "+editor, back); err != nil {
		return "", err
	}
	out, err := os.ReadFile(file)
	return strings.TrimRight(strings.ReplaceAll(string(out), "\r\n", "\n"), "\n"), err
}
