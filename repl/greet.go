package repl

import (
	"errors"
	"fmt"
	"io"
	"os"
	goruntime "runtime"
	"strings"
	"unicode/utf8"

	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// Interactive tells whether a person is at the other end.
func (r *REPL) Interactive() bool { return r.tty }

// sign writes a sentence of ours in the signs of the terminal.
func (r *REPL) sign(s string) string { return signs(s, r.opts.Style.ASCII) }

// signs writes a sentence of ours in ASCII where that was asked for.
func signs(s string, ascii bool) string {
	if !ascii {
		return s
	}
	s = strings.NewReplacer(" · ", " - ", "·", ".", "…", "...", "›", ">", "µ", "u", "±", "+/-", "×", "x", "–", "-").Replace(s)
	return strings.Map(func(c rune) rune {
		if c >= utf8.RuneSelf {
			return '?'
		}
		return c
	}, s)
}

// Greet says hello, and shows what is recorded in the notebook that was opened;
// nothing runs.
func (r *REPL) Greet() {
	if !r.tty {
		return
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(goruntime.Version(), "go"), " ")
	if parts := strings.Split(version, "."); len(parts) > 2 {
		version = strings.Join(parts[:2], ".")
	}
	cores := fmt.Sprintf("%d cores", goruntime.NumCPU())
	if goruntime.NumCPU() == 1 {
		cores = "1 core"
	}
	words := []string{"lapbook", "go" + version, cores, "%help", "lapbook tour", "Ctrl-D leaves"}
	fmt.Fprintln(r.opts.Out, r.sign(strings.Join(words, " · ")))
	if r.session.Path() == "" {
		return
	}
	r.opened()
	for _, n := range r.session.Notebook().Notices {
		fmt.Fprintln(r.opts.Err, "lapbook:", n)
	}
	fmt.Fprintln(r.opts.Out, "  recorded; nothing has run. %run all runs the cells.")
}

// opened takes the cells of a notebook that was opened into the history, so that
// Up recalls them, and shows what is recorded.
func (r *REPL) opened() {
	if !r.tty {
		return
	}
	for _, c := range r.session.Notebook().CodeCells() {
		r.reader.recall(c.Code())
	}
	r.showBook()
}

func (r *REPL) showBook() {
	o := r.opts.Style
	o.Width, _ = r.Size()
	_ = render.Notebook(r.opts.Out, r.session.Notebook(), o) // as a terminal that is gone
}

// OfferLost offers the cells of sessions whose front end died before they were
// saved. Those not taken back now are offered again.
func (r *REPL) OfferLost(dir string) error {
	if !r.tty {
		return nil
	}
	lost, err := runtime.Lost(dir)
	if err != nil {
		return err
	}
	for _, l := range lost {
		taken, err := r.offer(l)
		if taken || err != nil {
			return err
		}
	}
	return nil
}

func (r *REPL) offer(l *notebook.Lost) (taken bool, err error) {
	for _, line := range render.Wrap("An unsaved session was lost: "+l.Summary(), 74) {
		fmt.Fprintln(r.opts.Out, "  "+r.sign(line))
	}
	for {
		answer, err := r.ask("  Take it back? [Y]es, [n]ot now, [d]rop it: ")
		if errors.Is(err, errAborted) || errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		switch strings.ToLower(answer) {
		case "", "y", "yes":
			if err := r.session.Recover(l); err != nil && !errors.Is(err, os.ErrNotExist) {
				return false, err
			}
			r.opened()
			fmt.Fprintln(r.opts.Out, "  taken back; nothing has run. %run all runs the cells.")
			return true, nil
		case "n", "no":
			return false, nil
		case "d", "drop":
			return false, l.Drop()
		}
	}
}
