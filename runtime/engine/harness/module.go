package harness

import (
	"path"
	"strings"
)

// ModuleFrame tells whether a function of a backtrace belongs to a package that
// a cell imports from a module: neither of the standard library, whose folders
// are named like its packages, nor ours. It returns the function as Go code
// spells it, geo.Shape.Side, and its file with the folder, geo/geo.go.
func ModuleFrame(function, file string) (name, place string, ok bool) {
	slash := strings.LastIndexByte(function, '/') + 1
	pkg, name, _ := strings.Cut(function[slash:], ".")
	pkg = function[:slash] + pkg
	// Functions of the runtime may lie in a folder of another package.
	if first, _, _ := strings.Cut(pkg, "/"); first == "runtime" || first == "internal" {
		return "", "", false
	}
	if pkg == "main" || name == "" || strings.HasPrefix(pkg, "github.com/lapbook/lapbook/") {
		return "", "", false
	}
	file = strings.ReplaceAll(file, "\\", "/")
	if base := pkg + "/" + path.Base(file); file == base || strings.HasSuffix(file, "/src/"+base) {
		return "", "", false
	}
	return path.Base(pkg) + "." + name, path.Join(path.Base(path.Dir(file)), path.Base(file)), true
}
