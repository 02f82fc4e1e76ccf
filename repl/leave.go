package repl

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// ask puts a question to the person, outside of any cell.
func (r *REPL) ask(question string) (string, error) {
	answer, err := r.reader.ask(context.Background(), r.sign(question))
	return strings.TrimSpace(answer), err
}

// leave ends the session unless the person stays. Cells that would be lost get
// a name first: Enter alone drops them (or saves the file they are from),
// Ctrl-C stays, and at the end of the terminal the journal keeps them.
func (r *REPL) leave(ctx context.Context) bool {
	if !r.tty || !r.session.Unsaved() {
		return true
	}
	for {
		answer, err := r.reader.ask(ctx, r.sign(r.question()))
		answer = strings.TrimSpace(answer)
		switch {
		case errors.Is(err, errAborted):
			return false
		case err != nil:
			fmt.Fprintln(r.opts.Err, "  not saved; the next start offers the cells again")
			return true
		}
		if done := r.saveOrDrop(ctx, answer); done {
			return true
		}
	}
}

func (r *REPL) question() string {
	if path := r.session.Path(); path != "" {
		return fmt.Sprintf("  Save %s? [Y/n/other name] ", filepath.Base(path))
	}
	return "  Save as (name.md or name.ipynb; empty: drop the cells) "
}

// saveOrDrop does what was answered; false asks again.
func (r *REPL) saveOrDrop(ctx context.Context, answer string) bool {
	name, path := answer, r.session.Path()
	switch {
	case path == "" && answer == "", answer == "n", answer == "N":
		if err := r.session.Discard(); err != nil {
			fmt.Fprintln(r.opts.Err, "lapbook:", err)
		}
		return true
	case answer == "", answer == "y", answer == "Y":
		if name = path; path == "" {
			return false
		}
	case filepath.Ext(answer) == "":
		name = answer + ".md"
	}
	if err := r.session.Save(ctx, name); err != nil {
		fmt.Fprintln(r.opts.Err, "lapbook:", err)
		return false
	}
	fmt.Fprintf(r.opts.Out, "  %s saved\n", name)
	return true
}
