package source

import (
	"strings"

	"github.com/lapbook/lapbook/stdlib"
)

// usual decides where several packages of the standard library have one name.
var usual = map[string]string{
	"rand":     "math/rand",
	"template": "text/template",
	"scanner":  "text/scanner",
	"pprof":    "runtime/pprof",
	"parse":    "text/template/parse",
}

// packageNames returns the paths of packages that are imported on use, by
// name, and for names that several packages have all of their paths.
func packageNames() (paths map[string]string, ambiguous map[string][]string) {
	paths = map[string]string{"lab": stdlib.LabPath, "unsafe": "unsafe"}
	ambiguous = map[string][]string{}
	for _, p := range stdlib.Paths() {
		name := stdlib.Name(p)
		ambiguous[name] = append(ambiguous[name], p)
		if old, taken := paths[name]; !taken || strings.Count(p, "/") < strings.Count(old, "/") {
			paths[name] = p
		}
	}
	for name, p := range usual {
		paths[name] = p
	}
	return paths, ambiguous
}
