package stacks

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/mattn/go-runewidth"
)

// writer writes lines and keeps the first error.
type writer struct {
	w   io.Writer
	err error
}

func (t *writer) linef(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintln(t.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
}

// amount is a weight in its unit; "." stands for none, as in pprof's listings.
func (p *Profile) amount(n int64) string {
	switch {
	case n == 0:
		return "."
	case p.Kind == CPU:
		return measure.Duration(n)
	}
	return measure.Bytes(n)
}

func (p *Profile) share(n int64) string {
	if n == 0 || p.Total == 0 {
		return ""
	}
	return measure.Percent(float64(n) / float64(p.Total))
}

// Summary says what was profiled: "1.02 s of CPU time in 102 samples".
func (p *Profile) Summary() string {
	if p.Kind == CPU {
		return fmt.Sprintf("%s of CPU time in %d samples", measure.Duration(p.Total), p.Count)
	}
	if p.Kind == Live {
		return measure.Bytes(p.Total) + " still in use at the end"
	}
	return measure.Bytes(p.Total) + " allocated"
}

// fit cuts a text to some columns.
func fit(s string, columns int) string { return runewidth.Truncate(s, max(columns, 0), "…") }

// pad fills a text with blanks up to some columns.
func pad(s string, columns int) string { return runewidth.FillRight(s, columns) }

// untab shows a line of Go with four columns a tab.
func untab(s string) string { return strings.ReplaceAll(s, "\t", "    ") }

func right(s string, columns int) string { return runewidth.FillLeft(s, columns) }

func itoa(n int) string { return strconv.Itoa(n) }
