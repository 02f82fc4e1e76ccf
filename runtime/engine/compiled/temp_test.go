package compiled

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSweep: what a killed session left goes, what a living one uses stays.
func TestSweep(t *testing.T) {
	if !canLock {
		t.Skip("directories cannot be locked here")
	}
	parent := t.TempDir()
	used, remove, err := newTemp(parent, "stdin")
	if err != nil {
		t.Fatal(err)
	}
	left, foreign, fresh := filepath.Join(parent, "lapbook-build-1"), filepath.Join(parent, "lapbook-notes"), filepath.Join(parent, "lapbook-std-2")
	old := time.Now().Add(-time.Minute)
	for _, dir := range []string{left, foreign, fresh} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{used, left, foreign} {
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	sweep(parent)
	for dir, want := range map[string]bool{used: true, foreign: true, fresh: true, left: false} {
		if exists(dir) != want {
			t.Errorf("%s is there: %v", filepath.Base(dir), !want)
		}
	}
	if remove(); exists(used) {
		t.Error("the directory is still there")
	}
}
