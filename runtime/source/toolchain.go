package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"go/build"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2/maybe"
	"github.com/lapbook/lapbook/stdlib"
)

// goroot returns the directory of the installed Go tree, or "".
func goroot() string {
	candidates := []string{os.Getenv("GOROOT"), build.Default.GOROOT}
	if path, err := exec.LookPath("go"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			candidates = append(candidates, filepath.Dir(filepath.Dir(real)))
		}
	}
	for _, dir := range candidates {
		if dir == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, "src", "fmt")); err == nil {
			return dir
		}
	}
	return ""
}

// otherRelease returns the export files of the standard library when the
// installed toolchain is not the release whose export data is embedded: then
// the toolchain has the last word. It is nil when the embedded data serves,
// which costs no waiting. The list is made once for a toolchain.
func otherRelease(command string) map[string]string {
	root := goroot()
	version, err := os.ReadFile(filepath.Join(root, "VERSION"))
	if command == "" || root == "" || err != nil {
		return nil
	}
	release, _, _ := strings.Cut(string(version), "\n")
	if release = strings.TrimSpace(release); release == stdlib.GoVersion {
		return nil
	}
	if minor(release) == minor(stdlib.GoVersion) {
		return nil // patch releases change no declaration
	}
	return stdExports(command, root, release)
}

// minor returns go1.26 for go1.26.8.
func minor(release string) string {
	parts := strings.SplitN(release, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// stdExports lists the export files of the standard library, from a file in the
// user's cache directory if the files it names are still there.
func stdExports(command, root, release string) map[string]string {
	store := ""
	if dir, err := os.UserCacheDir(); err == nil {
		sum := sha256.Sum256([]byte(root))
		store = filepath.Join(dir, "lapbook", fmt.Sprintf("std-%s-%x.json", release, sum[:6]))
	}
	if m := readExports(store); m != nil {
		return m
	}
	out, err := exec.Command(command, "list", "-e", "-export", "-f", "{{.ImportPath}}\t{{.Export}}", "std").Output()
	if err != nil {
		return nil
	}
	m := map[string]string{}
	for _, line := range strings.Split(string(out), "\n") {
		if path, file, ok := strings.Cut(line, "\t"); ok && file != "" {
			m[path] = file
		}
	}
	if b, err := json.Marshal(m); err == nil && store != "" && os.MkdirAll(filepath.Dir(store), 0o777) == nil {
		_ = maybe.WriteFile(store, b, 0o666) // without it the next session lists again
	}
	return m
}

func readExports(store string) map[string]string {
	b, err := os.ReadFile(store)
	if err != nil {
		return nil
	}
	var m map[string]string
	if json.Unmarshal(b, &m) != nil || len(m) == 0 {
		return nil
	}
	for _, file := range m {
		if _, err := os.Stat(file); err != nil {
			return nil // the go command has dropped it from its cache
		}
	}
	return m
}

// otherImporter reads all packages through open.
func otherImporter(fset *token.FileSet, open func(path string) (io.ReadCloser, error)) types.Importer {
	return importer.ForCompiler(fset, "gc", open)
}

// openAny returns export data of any package: of the toolchain's standard
// library, embedded, or of a module.
func (m *Modules) openAny(path string) (io.ReadCloser, error) {
	if file := m.std[path]; file != "" {
		return os.Open(file)
	}
	if stdlib.Has(path) || path == stdlib.LabPath || path == stdlib.ModelPath {
		data, err := stdlib.ExportData(path)
		return io.NopCloser(bytes.NewReader(data)), err
	}
	return m.open(path)
}
