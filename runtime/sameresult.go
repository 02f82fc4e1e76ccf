package runtime

import (
	"fmt"
	"sort"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/measure"
)

// reference is what all as-written runs agree on: the parts in which two of
// them differ are unstable, and left out of every comparison.
type reference struct {
	first    *engine.RunResult
	unstable map[string]bool // variable names, and "stdout", "stderr"
	parts    []measure.Unstable
}

func newReference(runs []*engine.RunResult) *reference {
	r := &reference{first: runs[0], unstable: map[string]bool{}}
	for _, run := range runs[1:] {
		r.compareRuns(run)
	}
	return r
}

func (r *reference) compareRuns(run *engine.RunResult) {
	if a, b := r.first.Stdout, run.Stdout; a.Total != b.Total || a.String() != b.String() {
		r.mark("stdout", differsAt(a.String(), b.String()), "two runs as written print different text")
	}
	if a, b := r.first.Stderr, run.Stderr; a.Total != b.Total || a.String() != b.String() {
		r.mark("stderr", differsAt(a.String(), b.String()), "two runs as written print different text")
	}
	for name, v := range r.first.Written {
		if w, ok := run.Written[name]; ok && w.Hash != v.Hash {
			r.mark(name, 0, "two runs as written give different values")
		}
	}
}

func (r *reference) mark(what string, line int, reason string) {
	if r.unstable[what] {
		return
	}
	r.unstable[what] = true
	r.parts = append(r.parts, measure.Unstable{Line: line, What: what, Reason: reason})
}

// stable tells whether anything is left to compare.
func (r *reference) stable() bool {
	if !r.unstable["stdout"] && r.first.Stdout.Total > 0 || r.first.Err != nil {
		return true
	}
	for name, v := range r.first.Written {
		if !r.unstable[name] && v.Hash != "" {
			return true
		}
	}
	return false
}

// difference tells where a run under another model differs from the reference,
// or "" where all stable parts agree.
func (r *reference) difference(run *engine.RunResult) string {
	var out []string
	if d := errorDifference(r.first.Err, run.Err); d != "" {
		out = append(out, d)
	}
	if a, b := r.first.Stdout, run.Stdout; !r.unstable["stdout"] && (a.Total != b.Total || a.String() != b.String()) {
		out = append(out, fmt.Sprintf("stdout differs at line %d", differsAt(a.String(), b.String())))
	}
	vars := engine.Difference(r.first.Written, run.Written, r.unstable)
	sort.Strings(vars)
	return strings.Join(append(out, vars...), "; ")
}

func errorDifference(a, b *engine.CellError) string {
	switch {
	case a == nil && b == nil:
		return ""
	case a == nil:
		return "as written it ends well, here" + atLine(b) + ": " + b.Message
	case b == nil:
		return "as written it ends with " + a.Message + ", here it ends well"
	case a.Kind != b.Kind || a.Message != b.Message:
		return fmt.Sprintf("as written: %s; here: %s", a.Message, b.Message)
	}
	return ""
}

// atLine is where an error happened, as far as that is known.
func atLine(e *engine.CellError) string {
	if e.Line == 0 {
		return ""
	}
	return fmt.Sprintf(" at line %d", e.Line)
}

// differsAt is the number of the first line in which two texts differ, from 1.
func differsAt(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return 1 + strings.Count(a[:n], "\n")
}
