package model_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/model"
)

func TestFiles(t *testing.T) {
	have, err := fs.Glob(model.Files, "*.go")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && name != "files.go" && name != "symbols.go" {
			want = append(want, name)
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("Files holds %v, the package is %v", have, want)
	}
}
