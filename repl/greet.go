package repl

import (
	"fmt"
	goruntime "runtime"
	"strings"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
)

// Interactive tells whether a person is at the other end.
func (r *REPL) Interactive() bool { return r.tty }

// Greet says hello, and shows what is recorded in the notebook that was opened;
// nothing runs.
func (r *REPL) Greet() {
	if !r.tty {
		return
	}
	sep := " · "
	if r.opts.Style.ASCII {
		sep = " - "
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(goruntime.Version(), "go"), " ")
	if parts := strings.Split(version, "."); len(parts) > 2 {
		version = strings.Join(parts[:2], ".")
	}
	words := []string{"lapbook", "go" + version, fmt.Sprintf("%d cores", goruntime.NumCPU()), "%help", "Ctrl-D leaves"}
	fmt.Fprintln(r.opts.Out, strings.Join(words, sep))
	if r.session.Path() == "" {
		return
	}
	_ = render.Notebook(r.opts.Out, r.session.Notebook(), r.opts.Style)
	fmt.Fprintln(r.opts.Out, "  recorded; nothing has run. %run all runs the cells.")
}

// OfferLost offers the cells of sessions whose front end died before they were
// saved.
func (r *REPL) OfferLost(dir string) error {
	if !r.tty {
		return nil
	}
	lost, err := runtime.Lost(dir)
	if err != nil {
		return err
	}
	for _, l := range lost {
		answer, err := r.reader.ask(fmt.Sprintf("  An unsaved session was lost: %s. Take it back? [Y/n/drop] ", l.Summary()))
		switch {
		case err != nil || answer == "n" || answer == "N":
			continue
		case answer == "drop":
			if err := l.Drop(); err != nil {
				return err
			}
			continue
		}
		if err := r.session.Recover(l); err != nil {
			return err
		}
		_ = render.Notebook(r.opts.Out, r.session.Notebook(), r.opts.Style)
		return nil
	}
	return nil
}
