package compiled

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

// TestNotebook measures each cell of the notebook of both engines with its slice.
func TestNotebook(t *testing.T) {
	e := testEngine(t)
	data, err := os.ReadFile(filepath.Join("..", "testdata", "notebook.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	ar := txtar.Parse(data)
	scope := source.NewScope(source.EmbeddedImporter())
	for i := 0; i < len(ar.Files); i += 2 {
		code := strings.ReplaceAll(string(ar.Files[i].Data), "PORT", port)
		name, want := ar.Files[i].Name, string(ar.Files[i+1].Data)
		c, errs := scope.Check(source.Text{ID: "cell-" + name, Index: i/2 + 1, Code: code})
		if errs != nil {
			t.Fatalf("cell %s: %v", name, errs)
		}
		slice := scope.Slice(c)
		scope.Accept(c)
		p, err := e.Prepare(context.Background(), engine.Unit{Slice: slice, Cell: c})
		if err != nil {
			t.Fatalf("cell %s: %v", name, err)
		}
		r, err := p.Run(context.Background(), engine.RunSpec{Dir: t.TempDir()})
		if err != nil {
			t.Fatalf("cell %s: %v", name, err)
		}
		got := r.Stdout.String()
		if r.Value != "" {
			got += r.Value + "\n"
		}
		if r.Err != nil || got != want {
			t.Errorf("cell %s: %q, want %q, error %v", name, got, want, r.Err)
		}
	}
}
