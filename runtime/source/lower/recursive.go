package lower

import "sort"

// recursive lists the source functions that can call themselves, directly or
// through others: when the stack overflows, one of them did it.
func (g *gen) recursive() []string {
	var names []string
	seen := map[string]bool{}
	for n, f := range g.out.funcInfo {
		if f.Cell != "" && !seen[f.Name] && g.reaches(n, n, map[string]bool{}) {
			seen[f.Name] = true
			names = append(names, f.Name)
		}
	}
	sort.Strings(names)
	return names
}

// reaches reports whether to can be called from from.
func (g *gen) reaches(from, to string, seen map[string]bool) bool {
	for _, c := range g.calls[from] {
		if c == to {
			return true
		}
		if !seen[c] {
			seen[c] = true
			if g.reaches(c, to, seen) {
				return true
			}
		}
	}
	return false
}
