package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// tells is the smallest ratio of two times that counts as an order of models: a
// significant two percent is nothing to teach.
const tells = 1.05

// relation orders two models: -1 when a takes significantly less time than b, 1
// when b does, 0 when neither.
func relation(a, b *measure.Column) int {
	fast, slow, sign := a, b, -1
	if a.WallNS.Median > b.WallNS.Median {
		fast, slow, sign = b, a, 1
	}
	if float64(slow.WallNS.Median) < tells*float64(fast.WallNS.Median) {
		return 0
	}
	if len(a.Samples) > 0 && len(b.Samples) > 0 {
		if yes, _ := measure.Differ(measure.Walls(a.Samples), measure.Walls(b.Samples)); yes {
			return sign
		}
		return 0
	}
	if fast.WallNS.High != nil && slow.WallNS.Low != nil && *fast.WallNS.High < *slow.WallNS.Low {
		return sign
	}
	return 0
}

// order says which models are faster, as "concurrent = parallel < as written":
// times ascend, and = stands between those that do not differ.
func order(c *measure.Comparison) string {
	cols := models(c)
	slices.SortStableFunc(cols, func(a, b *measure.Column) int { return cmp.Compare(a.WallNS.Median, b.WallNS.Median) })
	var b strings.Builder
	for i, col := range cols {
		switch {
		case i == 0:
		case relation(cols[i-1], col) < 0:
			b.WriteString(" < ")
		default:
			b.WriteString(" = ")
		}
		b.WriteString(col.Model)
	}
	return b.String()
}

// models are the rows of a comparison.
func models(c *measure.Comparison) []*measure.Column {
	var out []*measure.Column
	for i := range c.Columns {
		out = append(out, &c.Columns[i])
	}
	return out
}

func columnOf(c *measure.Comparison, model string) *measure.Column {
	for _, col := range models(c) {
		if col.Model == model {
			return col
		}
	}
	return nil
}

// sameOrder tells whether the models that two comparisons share are ordered
// alike in both.
func sameOrder(then, live *measure.Comparison) bool {
	cols := models(then)
	for i, a := range cols {
		for _, b := range cols[i+1:] {
			la, lb := columnOf(live, a.Model), columnOf(live, b.Model)
			if la != nil && lb != nil && relation(a, b) != relation(la, lb) {
				return false
			}
		}
	}
	return true
}

// differences says in which findings a live result differs from its record.
// Times are none: they are the machine's.
func differences(then, live *notebook.Result) []string {
	var out []string
	if then == nil {
		return nil
	}
	if then.Failed() != live.Failed() {
		out = append(out, fmt.Sprintf("%s here, %s then", live.Status, then.Status))
	}
	if a, b := then.Verdict, live.Verdict; a != nil && b != nil && (a.Bound != b.Bound || a.Detail != b.Detail) {
		s := fmt.Sprintf("“%s” here, “%s” then", b.Headline, a.Headline)
		if len(b.Doubts) > 0 {
			s += " (in doubt: " + b.Doubts[0] + ")"
		}
		out = append(out, s)
	}
	if a, b := then.Growth, live.Growth; a != nil && b != nil && a.Class != b.Class {
		out = append(out, fmt.Sprintf("grows like %s here, like %s then", b.Class, a.Class))
	}
	if a, b := then.Comparison, live.Comparison; a != nil && b != nil && !sameOrder(a, b) {
		out = append(out, fmt.Sprintf("times are %s here, %s then", order(b), order(a)))
	}
	return out
}

// beside sets what was recorded beside what is live: times, the speedups, which
// are ratios and so survive a change of machine, and how fast this machine is.
func beside(then, live *notebook.Result) [][]string {
	rows := [][]string{{"beside the record", "then", "speedup", "here", "speedup", "then : here"}}
	if a, b := then.Comparison, live.Comparison; a != nil && b != nil {
		for _, now := range models(b) {
			if was := columnOf(a, now.Model); was != nil {
				rows = append(rows, besideRow(now.Model, was.WallNS, now.WallNS, claimed(was), claimed(now)))
			}
		}
		return rows
	}
	if a, b := then.Measurement, live.Measurement; a != nil && b != nil {
		row := besideRow("as written", a.WallNS, b.WallNS, "", "")
		return [][]string{{rows[0][0], "then", "here", "then : here"}, {row[0], row[1], row[3], row[5]}}
	}
	return nil
}

func besideRow(name string, was, now measure.Interval, wasSpeedup, nowSpeedup string) []string {
	ratio := "–"
	if now.Median > 0 {
		ratio = measure.Times(float64(was.Median) / float64(now.Median))
	}
	return []string{name, measure.Duration(was.Median), wasSpeedup, measure.Duration(now.Median), nowSpeedup, ratio}
}

// claimed is a speedup; one that is not significant is no claim.
func claimed(col *measure.Column) string {
	s := measure.Times(col.Speedup.Median)
	if !col.Significant && col.Speedup.Median != 1 {
		return "(" + s + ")"
	}
	return s
}

// recordedOutput is what the record printed, where that is not what was printed
// now: at most three lines of it.
func recordedOutput(then, live *notebook.Result) []string {
	was, now := then.Stdout+then.Value, live.Stdout+live.Value
	if was == now || was == "" || then.Failed() || live.Failed() {
		return nil
	}
	lines := strings.Split(strings.TrimRight(was, "\n"), "\n")
	if len(lines) > 3 {
		lines = append(lines[:2], fmt.Sprintf("… %d more lines", len(lines)-2))
	}
	return lines
}
