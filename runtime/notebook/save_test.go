package notebook

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSaveGuards(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.md")
	write(t, path, "# A\n")
	nb, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	nb.Add(Code, "x", "1 + 1")
	if err := nb.Save(path, nil); err != nil {
		t.Fatal(err)
	}
	if err := nb.Save(path, nil); err != nil {
		t.Errorf("saving twice: %v", err)
	}
	write(t, path, "# Changed elsewhere\n")
	nb.Add(Code, "y", "2 + 2")
	if err := nb.Save(path, nil); !errors.Is(err, ErrChanged) {
		t.Errorf("a file that changed on disk: %v", err)
	}
	if got := read(t, path); got != "# Changed elsewhere\n" {
		t.Errorf("the file was overwritten: %q", got)
	}
	other := filepath.Join(dir, "b.md")
	write(t, other, "other\n")
	if err := nb.Save(other, nil); !errors.Is(err, ErrExists) {
		t.Errorf("a file that was never read: %v", err)
	}
	if err := nb.SaveOver(other, nil); err != nil {
		t.Error(err)
	}
}

func TestSaveReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.md")
	write(t, path, "# A\n")
	nb, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	nb.Add(Code, "x", "1")
	if err := nb.Save(path, nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("got %v", err)
	}
	if got := read(t, path); got != "# A\n" {
		t.Errorf("the file became %q", got)
	}
}

func TestSaveThroughLink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a.md"), filepath.Join(dir, "link.md")
	write(t, path, "# A\n")
	if err := os.Symlink("a.md", link); err != nil {
		t.Skip("symbolic links are not allowed here:", err)
	}
	nb, err := Load(link)
	if err != nil {
		t.Fatal(err)
	}
	nb.Add(Code, "x", "1")
	if err := nb.Save(link, nil); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v %v", info, err)
	}
	if !strings.Contains(read(t, path), `{"id":"x"}`) {
		t.Error("the file behind the link was not written")
	}
}

func TestLoadBadPaths(t *testing.T) {
	dir := t.TempDir()
	loop := filepath.Join(dir, "loop.md")
	if err := os.Symlink("loop.md", loop); err != nil {
		t.Skip("symbolic links are not allowed here:", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "dir.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"loop.md":    "circle",
		"dir.md":     "is a directory",
		"missing.md": "no such file",
		"x.txt":      "a notebook ends in",
	}
	for name, want := range tests {
		_, err := Load(filepath.Join(dir, name))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %q", name, err, want)
		}
		if err := New().Save(filepath.Join(dir, name), nil); name != "missing.md" && err == nil {
			t.Errorf("%s was saved", name)
		}
	}
}

func TestSaveSweepsAndLeavesNoLitter(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.md")
	write(t, filepath.Join(dir, ".a.md1234567890"), "half a file")
	if err := New().Save(path, nil); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "a.md" {
		t.Errorf("%v %v", entries, err)
	}
}
