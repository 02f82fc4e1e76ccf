package source

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Changed returns the import paths of packages, of the user's own modules, whose
// files are not those that they were when they were read, or when Changed told it
// last.
func (m *Modules) Changed() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []string
	for path, p := range m.packages {
		if now := p.stampNow(); now != p.stamp {
			p.stamp = now
			list = append(list, path)
		}
	}
	slices.Sort(list)
	return list
}

// stampNow tells one state of a package's files from another; "" for those of
// published versions, which do not change.
func (p *Package) stampNow() string {
	if p.Module.Version != "" || p.Module.Path == "" {
		return ""
	}
	var b strings.Builder
	files, _ := filepath.Glob(filepath.Join(p.Dir, "*.go"))
	for _, name := range files {
		if info, err := os.Stat(name); err == nil && !strings.HasSuffix(name, "_test.go") {
			fmt.Fprintln(&b, name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}
