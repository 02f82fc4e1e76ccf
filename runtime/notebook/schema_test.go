package notebook

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// python finds a Python that has nbformat, Debian's first.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import nbformat").Run() == nil {
			return name
		}
	}
	t.Skip("no Python with nbformat: apt-get install -y python3-nbformat")
	return ""
}

// written are the .ipynb files that are checked: of a new notebook, of Markdown,
// and of an .ipynb of an older minor version.
func written(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{
		"new":   []byte(mustEncode(t, nastyNotebook(), "x.ipynb")),
		"empty": []byte(mustEncode(t, New(), "x.ipynb")),
		"old":   []byte(mustEncode(t, mustDecode(t, "x.ipynb", strings.Replace(strings.Replace(okIPYNB, `"id":"a",`, "", 1), `minor":5`, `minor":2`, 1)), "x.ipynb")),
	}
	for name, md := range markdownFiles() {
		out["md "+name] = []byte(mustEncode(t, mustDecode(t, "x.md", fences(md)), "x.ipynb"))
	}
	return out
}

// TestOfficialSchema checks what is written against the schema that nbformat
// ships.
func TestOfficialSchema(t *testing.T) {
	where, err := exec.Command(python(t), "-c", "import nbformat, os; print(os.path.dirname(nbformat.__file__))").Output()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(strings.TrimSpace(string(where)), "v4", "nbformat.v4.5.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range written(t) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v\n%s", name, err, b)
		}
	}
}

// TestNbformatReadsAndRewrites holds that nbformat accepts what is written and
// that a save by Jupyter changes no byte of it.
func TestNbformatReadsAndRewrites(t *testing.T) {
	py := python(t)
	dir := t.TempDir()
	for name, b := range written(t) {
		if err := os.WriteFile(filepath.Join(dir, name+".ipynb"), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	script := `
import glob, sys, warnings, nbformat
warnings.simplefilter("error")
for name in glob.glob(sys.argv[1] + "/*.ipynb"):
    nb = nbformat.read(name, as_version=4)
    nbformat.validate(nb)
    nbformat.write(nb, name + ".again")
`
	if out, err := exec.Command(py, "-c", script, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, b := range written(t) {
		again, err := os.ReadFile(filepath.Join(dir, name+".ipynb.again"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, b) {
			t.Errorf("%s: nbformat rewrote\n%s\nas\n%s", name, b, again)
		}
	}
}
