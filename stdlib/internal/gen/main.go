// Command gen writes what package stdlib and package symbols embed: the export
// data of the standard library and its symbol tables. Run it with
//
//	go generate ./stdlib
//
// It needs the Go toolchain whose standard library is wanted, and a few
// seconds once that library is in the build cache.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes every generated file below the directory stdlib, which go
// generate makes the current one, and removes those no longer generated.
func run() error {
	files, err := generate()
	if err != nil {
		return err
	}
	old, err := committed(".")
	if err != nil {
		return err
	}
	for name := range old {
		if _, ok := files[name]; !ok {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	for name, data := range files {
		if string(old[name]) == string(data) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the text of all generated files by their slash-separated
// names relative to the directory stdlib.
func generate() (map[string][]byte, error) {
	files := map[string][]byte{}
	if err := exportFiles(files); err != nil {
		return nil, err
	}
	if err := symbolFiles(files); err != nil {
		return nil, err
	}
	return files, nil
}

// committed returns the generated files that are there now.
func committed(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, pattern := range []string{"paths.go", "symbols/std_*.go", "exportdata/*.zip"} {
		names, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				return nil, err
			}
			files[filepath.ToSlash(rel)] = data
		}
	}
	return files, nil
}
