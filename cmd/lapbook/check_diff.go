package main

import (
	"fmt"
	"strings"
)

// Bounds of a difference that is shown.
const (
	diffContext = 2
	diffLines   = 30      // printed at most
	diffCells   = 4 << 20 // of the table; longer texts differ as a whole
)

// edit is a line of a difference: ' ' in both, '-' recorded, '+' now.
type edit struct {
	sign byte
	text string
}

// unified is the difference of two texts as diff -u writes it, "" for none.
func unified(recorded, now, label string) string {
	if recorded == now {
		return ""
	}
	edits := diff(textLines(recorded), textLines(now))
	var b strings.Builder
	fmt.Fprintf(&b, "--- recorded\n+++ %s\n", label)
	n := 0
	for _, h := range hunks(edits) {
		oldAt, newAt := position(edits[:h[0]])
		oldLen, newLen := position(edits[h[0]:h[1]])
		fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@\n", oldAt+min(1, oldLen), oldLen, newAt+min(1, newLen), newLen)
		for _, e := range edits[h[0]:h[1]] {
			if n++; n > diffLines {
				fmt.Fprintf(&b, "… %d more lines\n", len(edits)-h[0])
				return b.String()
			}
			fmt.Fprintf(&b, "%c%s\n", e.sign, e.text)
		}
	}
	return b.String()
}

// textLines are the lines of a text; one that is not ended counts.
func textLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// diff is the shortest edit of a into b, by the longest common subsequence of
// what lies between their common ends.
func diff(a, b []string) (out []edit) {
	var head, tail []edit
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head, a, b = append(head, edit{' ', a[0]}), a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append([]edit{{' ', a[len(a)-1]}}, tail...)
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return append(append(head, middle(a, b)...), tail...)
}

func middle(a, b []string) (out []edit) {
	if len(a)*len(b) <= diffCells {
		common := lcs(a, b)
		for i, j := 0, 0; i < len(a) || j < len(b); {
			switch {
			case i < len(a) && j < len(b) && a[i] == b[j]:
				out, i, j = append(out, edit{' ', a[i]}), i+1, j+1
			case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
				out, i = append(out, edit{'-', a[i]}), i+1
			default:
				out, j = append(out, edit{'+', b[j]}), j+1
			}
		}
		return out
	}
	for _, s := range a {
		out = append(out, edit{'-', s})
	}
	for _, s := range b {
		out = append(out, edit{'+', s})
	}
	return out
}

// lcs is the length of the longest common subsequence of every pair of tails.
func lcs(a, b []string) [][]int {
	t := make([][]int, len(a)+1)
	for i := range t {
		t[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				t[i][j] = t[i+1][j+1] + 1
			} else {
				t[i][j] = max(t[i+1][j], t[i][j+1])
			}
		}
	}
	return t
}

// hunks are the ranges of edits that hold a change, with lines around it.
func hunks(edits []edit) (out [][2]int) {
	for i, e := range edits {
		if e.sign == ' ' {
			continue
		}
		from, to := max(0, i-diffContext), min(len(edits), i+diffContext+1)
		if n := len(out); n > 0 && from <= out[n-1][1] {
			out[n-1][1] = to
		} else {
			out = append(out, [2]int{from, to})
		}
	}
	return out
}

// position counts the lines of both sides in some edits.
func position(edits []edit) (old, new int) {
	for _, e := range edits {
		if e.sign != '+' {
			old++
		}
		if e.sign != '-' {
			new++
		}
	}
	return old, new
}

// firstDifference is the number of the first line in which texts differ.
func firstDifference(a, b string) int {
	x, y := textLines(a), textLines(b)
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return i + 1
		}
	}
	return min(len(x), len(y)) + 1
}
