package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/lapbook/lapbook/repl"
	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// writer is a Session's front end in `lapbook run`: it writes each result as it
// comes, as text or as JSON lines.
type writer interface {
	runtime.Frontend
	start(file string, m measure.Machine)
	begin(cell *notebook.Cell)
	result(res *notebook.Result)
	finish(ran, failed int, interrupted bool) error
}

func newWriter(f *runFlags, std stdio) writer {
	if f.json {
		return &jsonWriter{std: std}
	}
	return newTextWriter(std, f.look.options(std.out), std.in)
}

// jsonWriter writes one JSON object per line on standard output and nothing
// else; notices go to standard error.
type jsonWriter struct {
	std stdio
	err error
}

func (w *jsonWriter) Stdin() io.Reader          { return w.std.in }
func (w *jsonWriter) Output(string, []byte)     {}
func (w *jsonWriter) Notice(text string)        { fmt.Fprintln(w.std.err, "lapbook:", text) }
func (w *jsonWriter) Progress(string)           {}
func (w *jsonWriter) Ask(string) (string, bool) { return "", false }
func (w *jsonWriter) begin(*notebook.Cell)      {}
func (w *jsonWriter) result(r *notebook.Result) { w.keep(render.JSON(w.std.out, r)) }

func (w *jsonWriter) start(file string, m measure.Machine) {
	w.keep(render.JSONStart(w.std.out, file, m))
}

func (w *jsonWriter) finish(ran, failed int, interrupted bool) error {
	status := "ok"
	switch {
	case interrupted:
		status = "interrupted"
	case failed > 0:
		status = "error"
	}
	w.keep(render.JSONEnd(w.std.out, render.End{Type: "run", Status: status, Cells: ran, Failed: failed}))
	return w.err
}

// keep remembers the first error: a reader that went away ends the run.
func (w *jsonWriter) keep(err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("writing JSON: %w", err)
	}
}

// textWriter writes results as people read them. Live output is not repeated.
type textWriter struct {
	std      stdio
	out      render.Options
	stdin    io.Reader
	progress *repl.Progress
	streamed bool
	column   bool // live output ended without a newline
}

func newTextWriter(std stdio, o render.Options, stdin io.Reader) *textWriter {
	return &textWriter{std: std, out: o, stdin: stdin, progress: repl.NewProgress(std.err, o.ASCII)}
}

func (w *textWriter) Stdin() io.Reader          { return w.stdin }
func (w *textWriter) Ask(string) (string, bool) { return "", false }
func (w *textWriter) Progress(text string)      { w.progress.Say(text) }

// write runs f while the progress line is away.
func (w *textWriter) write(f func()) { w.progress.Around(func() bool { f(); return w.column }) }

func (w *textWriter) Notice(text string) {
	w.write(func() { fmt.Fprintln(w.std.err, "lapbook:", text) })
}

func (w *textWriter) Output(stream string, b []byte) {
	text := render.Sanitize(string(b))
	w.write(func() {
		if stream == "stderr" {
			_, _ = io.WriteString(w.std.err, text)
			return
		}
		_, _ = io.WriteString(w.std.out, text)
		w.streamed, w.column = true, !strings.HasSuffix(text, "\n")
	})
}

func (w *textWriter) start(string, measure.Machine) {}

func (w *textWriter) begin(c *notebook.Cell) {
	w.write(func() { w.streamed, w.column = false, false })
	w.progress.Start("running " + c.ID)
}

func (w *textWriter) result(r *notebook.Result) {
	w.progress.End()
	o := w.out
	w.write(func() { // goroutines of earlier cells may write at any time
		if w.column {
			fmt.Fprintln(w.std.out)
			w.column = false
		}
		o.Streamed = w.streamed
	})
	_ = render.Text(w.std.out, r, o) // a reader that is gone ends the program by its signal
	_ = render.Notices(w.std.err, r, o)
}

func (w *textWriter) finish(int, int, bool) error { return nil }
