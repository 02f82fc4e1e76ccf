package runtime

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// TestNotebookInEveryEngine runs one notebook, whose cells depend on each other
// through data, through the process and through a module, in whole sessions.
// What auto does not interpret must say why, and what interpreted refuses, too.
func TestNotebookInEveryEngine(t *testing.T) {
	needGo(t)
	ar, err := txtar.ParseFile(filepath.Join("engine", "testdata", "notebook.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range ar.Files {
		files[f.Name] = string(f.Data)
	}
	for _, name := range []string{"auto", "interpreted", "compiled"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "go.mod"), files["go.mod"])
			writeFile(t, filepath.Join(dir, "geo", "geo.go"), files["geo/geo.go"])
			s := newSession(t, Config{Dir: dir, Engine: name, Repeat: "yes"})
			port := freePort(t)
			for _, f := range ar.Files {
				want, isCell := files[f.Name+".want"]
				if !isCell {
					continue
				}
				res := s.Do(context.Background(), strings.ReplaceAll(string(f.Data), "PORT", port), silent{})[0]
				if name == "interpreted" && strings.Contains(string(f.Data), "geo.") {
					if !res.Failed() || !strings.Contains(res.Error.Message, "interpreter") && !strings.Contains(res.Error.Message, "undefined: area") {
						t.Errorf("cell %s: %+v", f.Name, res.Error)
					}
					continue
				}
				if got := printed(res); res.Failed() || got != want {
					t.Errorf("cell %s, %s: %q, want %q, error %v", f.Name, res.Engine, got, want, res.Error)
				}
				notices := strings.Join(res.Notices, "; ")
				if name == "auto" && res.Engine == "compiled" && !strings.Contains(notices, "ran compiled: ") {
					t.Errorf("cell %s ran compiled and does not say why: %q", f.Name, notices)
				}
			}
		})
	}
}

// printed is what a cell printed and the value that it showed.
func printed(res *notebook.Result) string {
	if res.Value == "" {
		return res.Stdout
	}
	return res.Stdout + res.Value + "\n"
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
