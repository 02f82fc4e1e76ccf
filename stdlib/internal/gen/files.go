package main

import (
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strings"
)

// symbolFiles adds the tables of package symbols: a file for each package, or
// one for each GOOS or each platform where they differ, and the files that find
// a table by its path.
func symbolFiles(files map[string][]byte) error {
	texts := map[string]map[platform]string{} // import path -> text on each platform
	for _, p := range platforms {
		std, err := checkStd(p)
		if err != nil {
			return err
		}
		for path, pkg := range std {
			if !importable(path) || unlinked[path] != "" {
				continue
			}
			if texts[path] == nil {
				texts[path] = map[platform]string{}
			}
			if texts[path][p], err = newTable(pkg).text(); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	for path, text := range texts {
		for name, body := range group(path, text) {
			files["symbols/std_"+name+".go"] = body
		}
	}
	var err error
	files["symbols/std_lookup.go"], err = lookupFile(slices.Sorted(maps.Keys(texts)))
	return err
}

// group decides which files one package needs: as few as its differences allow.
func group(path string, text map[platform]string) map[string][]byte {
	name := mangle(path)
	if same(text, platforms) {
		return map[string][]byte{name: source(anyPlatform(), text[platforms[0]])}
	}
	files := map[string][]byte{}
	for _, goos := range []string{"darwin", "linux", "windows"} {
		var of []platform
		for _, p := range platforms {
			if p.os == goos {
				of = append(of, p)
			}
		}
		switch {
		case text[of[0]] == "":
			files[name+"_"+goos] = source(goos, fmt.Sprintf("package symbols\n\nvar table_%s table // there is none on %s\n", name, goos))
		case same(text, of):
			files[name+"_"+goos] = source(goos, text[of[0]])
		default:
			for _, p := range of {
				files[name+"_"+p.String()] = source(p.os+" && "+p.arch, text[p])
			}
		}
	}
	return files
}

func same(text map[platform]string, of []platform) bool {
	for _, p := range of {
		if text[p] != text[of[0]] {
			return false
		}
	}
	return true
}

// anyPlatform is the build constraint of all platforms that have tables.
func anyPlatform() string { return "(darwin || linux || windows) && (amd64 || arm64)" }

func source(constraint, body string) []byte {
	return []byte(generated + "\n//go:build go1.26 && " + constraint + "\n\n" + body)
}

// lookupFile maps paths to tables in a switch, which needs no initialisation.
func lookupFile(paths []string) ([]byte, error) {
	var b strings.Builder
	b.WriteString(generated + "\n//go:build go1.26 && " + anyPlatform() + "\n\npackage symbols\n\n")
	b.WriteString("// lookup returns the table of a package, or nil.\nfunc lookup(path string) *table {\n\tswitch path {\n")
	for _, p := range paths {
		fmt.Fprintf(&b, "\tcase %q:\n\t\treturn &table_%s\n", p, mangle(p))
	}
	b.WriteString("\t}\n\treturn nil\n}\n")
	return format.Source([]byte(b.String()))
}
