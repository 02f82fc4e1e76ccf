// Package stdlib describes what a cell may import: the paths and names of the
// standard library and the export data with which go/types checks a cell where
// no Go toolchain is installed. The values themselves, for the interpreter, are
// in package symbols, apart from here so that checking a cell links none of them.
package stdlib

import (
	"path"
	"strings"
)

//go:generate go run ./internal/gen

// The packages of lapbook that cells import like standard ones: LabPath by
// themselves, ModelPath in what a model rewrites them to.
const (
	LabPath   = "github.com/lapbook/lapbook/stdlib/lab"
	ModelPath = "github.com/lapbook/lapbook/runtime/model"
)

// Paths returns the import paths of all importable packages of the standard
// library, sorted; LabPath and ModelPath are not among them.
func Paths() []string { return strings.Fields(paths) }

// Has tells whether path is an importable package of the standard library.
func Has(path string) bool {
	return path != "" && strings.Contains("\n"+paths, "\n"+path+"\n")
}

// Name returns the name that importing path declares, "rand" for
// "math/rand/v2". It is meant for paths of the standard library; of any other
// path it returns the last element.
func Name(importPath string) string {
	if odd := oddName(importPath); odd != "" {
		return odd
	}
	return path.Base(importPath)
}
