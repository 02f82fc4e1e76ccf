package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lapbook/lapbook/repl"
	"github.com/lapbook/lapbook/repl/render"
	"github.com/lapbook/lapbook/runtime"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// checkWriter is the front end of cells that are checked, and writes what came of
// it, as text or as JSON lines.
type checkWriter interface {
	runtime.Frontend
	start(file string, m measure.Machine)
	begin(what string)
	end()
	cell(c *checked)
	finish(k *checker, interrupted bool) error
}

func newCheckWriter(f *checkFlags, std stdio) checkWriter {
	front := checkFront{std: std, progress: repl.NewProgress(std.err, f.look.options(std.err).ASCII)}
	if f.json {
		return &checkJSON{checkFront: front}
	}
	return &checkText{checkFront: front, look: f.look.options(std.out)}
}

// checkFront is the front end of a cell: what it prints is compared, not shown.
type checkFront struct {
	std      stdio
	progress *repl.Progress
	err      error
}

func (w *checkFront) Stdin() io.Reader          { return strings.NewReader("") }
func (w *checkFront) Output(string, []byte)     {}
func (w *checkFront) Notice(string)             {}
func (w *checkFront) Ask(string) (string, bool) { return "", false }
func (w *checkFront) Progress(text string)      { w.progress.Say(text) }
func (w *checkFront) begin(what string)         { w.progress.Start("running " + what) }
func (w *checkFront) end()                      { w.progress.End() }

// keep remembers the first error: a reader that went away ends the check.
func (w *checkFront) keep(err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("writing: %w", err)
	}
}

// checkJSON writes the lines of `run --json`, each cell with its check.
type checkJSON struct{ checkFront }

func (w *checkJSON) start(file string, m measure.Machine) {
	w.keep(render.JSONStart(w.std.out, file, m))
}

func (w *checkJSON) cell(c *checked) {
	res := c.now
	if res == nil {
		res = notebook.NewResult(c.cell.ID, 0)
		res.Status = notebook.Skipped
	}
	out := *res
	check := c.check
	check.Differences, check.NotConfirmed = some(check.Differences), some(check.NotConfirmed)
	if check.Unstable == nil {
		check.Unstable = []measure.Unstable{}
	}
	out.Check = &check
	w.keep(render.JSON(w.std.out, &out))
}

func some(list []measure.Finding) []measure.Finding {
	if list == nil {
		return []measure.Finding{}
	}
	return list
}

// checkEnd is the last line of a file.
type checkEnd struct {
	render.End
	File         string `json:"file"`
	Different    int    `json:"different"`
	NotConfirmed int    `json:"not_confirmed"`
	Unstable     int    `json:"unstable"`
}

func (w *checkJSON) finish(k *checker, interrupted bool) error {
	n := k.counts()
	e := checkEnd{render.End{Type: "check", Status: "ok", Cells: k.ran, Failed: n[failed]}, k.file, n[different], n["not confirmed"], n["unstable"]}
	switch {
	case interrupted:
		e.Status = "interrupted"
	case n[failed] > 0:
		e.Status = "error"
	case n[different] > 0:
		e.Status = "different"
	}
	enc := json.NewEncoder(w.std.out)
	enc.SetEscapeHTML(false)
	w.keep(enc.Encode(e))
	return w.err
}

// counts counts cells by what came of them.
func (k *checker) counts() map[string]int {
	n := map[string]int{}
	for _, c := range k.cells {
		n[c.check.Status]++
		n["not confirmed"] += min(1, len(c.check.NotConfirmed))
		n["unstable"] += min(1, len(c.check.Unstable))
		if c.now != nil && c.now.Measured() {
			n["measured"]++
		}
	}
	return n
}

// checkText writes what is not as recorded, and a line of summary.
type checkText struct {
	checkFront
	look render.Options
}

func (w *checkText) start(string, measure.Machine) {}

// line writes a line in the signs of the terminal, without control bytes.
func (w *checkText) line(indent int, text string) {
	w.keep(render.Lines(w.std.out, w.look, indent, text))
}

func (w *checkText) cell(c *checked) {
	if c.check.Status == failed {
		o := w.look
		o.Name = func(string) string { return c.name }
		w.keep(render.Output(w.std.out, &notebook.Result{Kind: "code", ID: c.cell.ID, Error: c.now.Error}, o))
	}
	for _, f := range c.check.Differences {
		w.line(2, c.name+heading(f)+old(c))
		w.line(4, strings.TrimSuffix(f.Diff, "\n"))
	}
	for _, u := range c.check.Unstable {
		where := ""
		if u.Line > 0 {
			where = fmt.Sprintf(", line %d", u.Line)
		}
		w.line(2, fmt.Sprintf("%s: unstable: %s%s: %s", c.name, u.What, where, u.Reason))
	}
	for _, f := range c.check.NotConfirmed {
		w.line(2, fmt.Sprintf("%s: not confirmed: %s: %s", c.name, f.What, f.Why))
		if !isOutput(f.What) {
			w.line(4, "recorded “"+f.Recorded+"”, now “"+f.Now+"”")
		}
	}
}

// heading says what differs and where.
func heading(f measure.Finding) string {
	what, ok := map[string]string{
		"stdout": "what it prints", "stderr": "what it prints to standard error", "value": "its value", "display": "what it displays",
		"output": "its output", "error": "how it ends", "fence": "the output fence was edited: it is not what is recorded beside it",
		"models": "the order of the models", "cells": "the order of the cells",
	}[f.What]
	if !ok {
		what = f.What
	}
	if f.What == "fence" {
		return ": " + what
	}
	if f.Line > 0 {
		return fmt.Sprintf(": %s differs at line %d", what, f.Line)
	}
	return ": " + what + " differs"
}

// old says that a record is for another text.
func old(c *checked) string {
	if c.then.stale {
		return " (recorded for an older text of the cell)"
	}
	return ""
}

// finish writes the summary: fetch.md: as recorded: 3 cells, 2 measured …
func (w *checkText) finish(k *checker, interrupted bool) error {
	n := k.counts()
	head := "as recorded"
	switch {
	case interrupted:
		head = "interrupted"
	case n[failed] > 0:
		head = "failed"
	case n[different] > 0:
		head = fmt.Sprintf("differs in %s", counted(n[different], "cell"))
	case n[same] == 0 && n[unrecorded] > 0:
		head = "nothing is recorded"
	}
	parts := []string{counted(k.ran, "cell")}
	for _, name := range []string{"measured", "not confirmed", "unstable", skipped, unrecorded, notRun} {
		if n[name] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[name], cmp.Or(map[string]string{unrecorded: "without a record"}[name], name)))
		}
	}
	if r := k.ratios(); r != "" {
		parts = append(parts, r)
	}
	took := time.Since(k.began).Round(time.Second)
	w.line(0, fmt.Sprintf("%s: %s: %s (%s)", k.file, head, strings.Join(parts, ", "), took))
	return w.err
}

// ratios sets the times of this machine against those of the record.
func (k *checker) ratios() string {
	var all []float64
	for _, c := range k.cells {
		if c.check.TimeRatio != nil {
			all = append(all, *c.check.TimeRatio)
		}
	}
	if len(all) == 0 {
		return ""
	}
	slices.Sort(all)
	return "times " + measure.Times(all[len(all)/2]) + " those recorded"
}
