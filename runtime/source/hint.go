package source

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/stdlib"
)

func itoa(n int) string { return strconv.Itoa(n) }

// hint returns what may help with an error of the checker, or "".
func (k *checking) hint(msg string, pos token.Pos) string {
	if path, ok := strings.CutPrefix(msg, "could not import "); ok {
		return k.importHint(path)
	}
	if name, rest, ok := strings.Cut(msg, "."); ok && strings.Contains(rest, " undefined (type ") {
		return k.hiddenPackage(name)
	}
	name, ok := strings.CutPrefix(msg, "undefined: ")
	if !ok {
		return ""
	}
	if pkg, member, ok := strings.Cut(name, "."); ok {
		return k.memberHint(pkg, member)
	}
	return k.undefinedHint(name, pos)
}

const definedBelow = " is defined further down"

// hiddenPackage says that a variable of the session has the name of a package.
func (k *checking) hiddenPackage(name string) string {
	b, path := k.s.names[name], k.s.std[name]
	if b == nil || b.obj == nil || path == "" {
		return ""
	}
	return fmt.Sprintf("%s is what %s defines; the package is back after import %q", name, b.cell.ID, path)
}

// importHint says what to do about a package that could not be imported.
func (k *checking) importHint(msg string) string {
	path, _, _ := strings.Cut(msg, " ")
	if near := nearest(path, stdlib.Paths()); near != "" {
		return "did you mean " + near + "?"
	}
	if strings.Contains(msg, "toolchain") || strings.Contains(msg, ".go:") {
		return ""
	}
	return "check the path; packages of your own need lapbook to be started inside their module, or with -C DIR"
}

func (k *checking) memberHint(pkg, member string) string {
	path := k.packageFor(pkg)
	for _, spec := range k.p.imports {
		if localName(spec) == pkg {
			path = importPath(spec)
		}
	}
	if path == "" {
		return ""
	}
	p, err := k.s.imp.Import(path)
	if err != nil {
		return ""
	}
	var names []string
	for _, n := range p.Scope().Names() {
		if p.Scope().Lookup(n).Exported() {
			names = append(names, n)
		}
	}
	if near := nearest(member, names); near != "" {
		return "did you mean " + pkg + "." + near + "?"
	}
	return ""
}

// visible returns the names that a cell can use without a dot, and with
// packages those that are imported on use.
func (k *checking) visible(packages bool) []string {
	names := types.Universe.Names()
	for name := range k.s.names {
		names = append(names, name)
	}
	for name := range k.vars {
		names = append(names, name)
	}
	if packages {
		names = slices.AppendSeq(names, maps.Keys(k.s.std))
	}
	return append(names, k.s.pkg.Scope().Names()...)
}

// nearest returns the name with the smallest edit distance, "" when none is near.
func nearest(name string, names []string) string {
	best, limit := "", 1+len(name)/4
	for _, n := range names {
		if n == name || strings.HasPrefix(n, hookPrefix) || len(n)-len(name) > limit || len(name)-len(n) > limit {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(n), limit); d < limit+1 && (d < limit || best == "" || n < best) {
			best, limit = n, d
		}
	}
	if limit >= len(name) {
		return ""
	}
	return best
}

// distance is the number of inserted, deleted, changed and swapped bytes between
// a and b; anything above limit counts as limit+1.
func distance(a, b string, limit int) int {
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
			least = min(least, cur[j])
		}
		if least > limit {
			return limit + 1
		}
		before, prev, cur = prev, cur, before
	}
	return min(prev[len(b)], limit+1)
}
