package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// GoFiles returns the paths of n Go source files of the installed toolchain, in
// order of their names; of all of them when n is 0. They are real files to read,
// hash and count: thousands, some 90 MB. It panics when there are not so many.
func GoFiles(n int) []string {
	dir, err := goRoot()
	if err != nil {
		panic(fmt.Errorf("lab.GoFiles: %w", err))
	}
	var files []string
	err = filepath.WalkDir(filepath.Join(dir, "src"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".go") {
			files = append(files, path)
		}
		if err == nil && n > 0 && len(files) == n {
			return fs.SkipAll
		}
		return err
	})
	if err != nil {
		panic(fmt.Errorf("lab.GoFiles: %w", err))
	}
	if len(files) < n || len(files) == 0 {
		panic(fmt.Errorf("lab.GoFiles(%d): %s has %d", n, dir, len(files)))
	}
	return files
}

// goRoot is where the toolchain is: as the program was told, as it was built, or
// as the toolchain in the path says.
func goRoot() (string, error) {
	for _, dir := range []string{os.Getenv("GOROOT"), runtime.GOROOT()} {
		if dir == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, "src", "fmt")); err == nil {
			return dir, nil
		}
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", errors.New("it needs the source of Go: install the toolchain from https://go.dev/dl")
	}
	return strings.TrimSpace(string(out)), nil
}
