package compiled

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

// embedTree is a directory with what a pattern may meet.
func embedTree(t *testing.T) string {
	dir := t.TempDir()
	for _, name := range []string{"a.txt", "b c.txt", "data/one.txt", "data/two.md", "data/.hidden", "data/_draft", "data/sub/three.txt", "empty/.keep", "mod/go.mod", "mod/m.txt", ".git/config"} {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte("text of "+name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a.txt", filepath.Join(dir, "link.txt")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	return dir
}

// TestEmbeddedFiles asks the go command which files a pattern stands for, and
// what is wrong with it.
func TestEmbeddedFiles(t *testing.T) {
	testEngine(t)
	dir := embedTree(t)
	for _, patterns := range []string{
		"a.txt", "*.txt", "data", "all:data", "data/*", "a.txt data/sub", `"b c.txt" a.txt`, "`b c.txt`", "data/sub/three.txt", "data/.hidden",
		"nope.txt", "no*", "../x", "/etc/passwd", "empty", "all:empty", "mod", "mod/m.txt", "link.txt", ".git", "a.txt/b", "[", "", ".",
	} {
		text := "package main\n\nimport \"embed\"\n\n//go:embed " + patterns + "\nvar files embed.FS\n\nfunc main() { _ = files }\n"
		if err := os.WriteFile(filepath.Join(dir, "prog.go"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		want, wantErr := listEmbedded(t, dir)
		e, err := embedded(scriptCell(t, text), dir)
		var got []string
		if e != nil {
			got = sortedKeys(e.Files)
		}
		if err == nil && wantErr != "" || err != nil && wantErr == "" || !slices.Equal(got, want) {
			t.Errorf("%s: %q, error %v; the go command: %q, error %s", patterns, got, err, want, wantErr)
		}
	}
}

func listEmbedded(t *testing.T, dir string) (files []string, failed string) {
	cmd := exec.Command("go", "list", "-e", "-json=EmbedFiles,Error", "prog.go")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GO111MODULE=off", "GOFLAGS=")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		EmbedFiles []string
		Error      *struct{ Err string }
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	if p.Error != nil {
		return nil, p.Error.Err
	}
	return p.EmbedFiles, ""
}

func scriptCell(t *testing.T, text string) *source.Cell {
	c, errs := source.NewScope(source.EmbeddedImporter()).Check(source.Text{ID: "prog", Index: 1, Code: text})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return c
}

// TestScriptEmbeds runs a script again when a file that it embeds has changed.
func TestScriptEmbeds(t *testing.T) {
	testEngine(t)
	dir := embedTree(t)
	e := New(Options{Dir: dir})
	text := "package main\n\nimport (\n\t\"embed\"\n\t\"fmt\"\n)\n\nvar (\n\t//go:embed a.txt\n\ttext string\n\t//go:embed a.txt\n\traw []byte\n)\n\n//go:embed data/*.md\nvar files embed.FS\n\nfunc main() {\n\tb, err := files.ReadFile(\"data/two.md\")\n\tfmt.Println(text, len(raw), string(b), err)\n}\n"
	if got := run(t, e, text, engine.RunSpec{}); got.Stdout.String() != "text of a.txt 13 text of data/two.md <nil>\n" {
		t.Errorf("%q %+v", got.Stdout, got.Err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("new"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := run(t, e, text, engine.RunSpec{}); !strings.HasPrefix(got.Stdout.String(), "new 3 ") {
		t.Errorf("after the change: %q %+v", got.Stdout, got.Err)
	}
}
