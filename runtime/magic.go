package runtime

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// Magic is a row of the table from which help, completion and the README's list
// come. It either edits a Plan (Edit) or acts on the session (Do).
type Magic struct {
	Name    string                 // without the percent sign
	Group   string                 // one of Groups
	Usage   string                 // "%concurrent [LIMIT] [CELL]"
	Summary string                 // one line, at most 50 columns
	Help    string                 // what %help NAME says above the example
	Example string                 // a session that a test types: a line an input, `\n` inside a cell as "␤"
	Code    bool                   // takes the rest of its line as code or command
	Number  bool                   // takes a number of its own, so that a lone number names no cell
	Sizes   bool                   // takes sizes such as n=1000..1000000, whose last word names no cell
	Alone   func(args string) bool // with these arguments, standing alone, it acts and does not edit
	Edit    func(p *Plan, args string) error
	Do      func(ctx context.Context, s *Session, c Call) error
}

// Call is what a magic that acts on the session gets.
type Call struct {
	Name   string
	Args   string
	Body   string // the cell below, for %%name
	Fe     Frontend
	Result *notebook.Result    // what it prints goes to Result.Stdout
	Parts  *[]*notebook.Result // results of cells that it ran, shown instead of its own
}

// printf adds to what the magic prints.
func (c Call) printf(format string, args ...any) { c.Result.Stdout += fmt.Sprintf(format, args...) }

// Groups are the rungs of the ladder, in the order of the one-screen help.
func Groups() []string {
	return []string{"measure", "algorithm", "memory", "model", "stop", "keep", "go"}
}

// Magics is the table. A new magic is a file with its row, and a line here.
func Magics() []Magic {
	return []Magic{
		profileMagic(), classifyMagic(), timelineMagic(), pprofMagic(), moreMagic(), timeMagic(), timeitMagic(),
		concurrentMagic(), parallelMagic(), compareMagic(), curveMagic(), codeMagic(), raceMagic(),
		growMagic(), memoryMagic(),
		targetMagic(), adviseMagic(), ladderMagic(), skipMagic(),
		saveMagic(), loadMagic(), runMagic(), historyMagic(), whoMagic(), resetMagic(), editMagic(), engineMagic(), capMagic(),
		shellMagic(), helpMagic(), docMagic(),
	}
}

// lookup finds a magic; the error names the nearest, and nothing runs.
func lookup(name string) (Magic, error) {
	if name == "?" {
		name = "doc" // ?name
	}
	all := Magics()
	for _, m := range all {
		if m.Name == name {
			return m, nil
		}
	}
	names := make([]string, len(all))
	for i, m := range all {
		names[i] = m.Name
	}
	if near := nearest(name, names); near != "" {
		return Magic{}, fmt.Errorf("%%%s: no such magic; did you mean %%%s? Nothing ran", name, near)
	}
	return Magic{}, fmt.Errorf("%%%s: no such magic; %%help lists them. Nothing ran", name)
}

// Nearest is the word of a list that a misspelt one was meant to be, "" for none.
func Nearest(word string, words []string) string { return nearest(word, words) }

// nearest is the name with the smallest edit distance, at most a third of its
// length away, or "".
func nearest(word string, names []string) string {
	names = slices.Clone(names)
	sort.Strings(names)
	best, at := "", len(word)
	for _, n := range names {
		if d := distance(word, n); d < at && d <= max(1, max(len(n), len(word))/3) {
			best, at = n, d
		}
	}
	if best == "" {
		for _, n := range names {
			if len(word) >= 3 && strings.HasPrefix(n, word) {
				return n
			}
		}
	}
	return best
}

// distance counts insertions, deletions, replacements and swaps of neighbours
// (optimal string alignment).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
