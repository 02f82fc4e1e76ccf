package source

import (
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
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
