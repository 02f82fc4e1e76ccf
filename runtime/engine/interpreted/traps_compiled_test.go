package interpreted

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/engine/compiled"
	"github.com/lapbook/lapbook/runtime/source"
)

// The rows of the traps hold for the compiled engine too, which also runs what
// the interpreter refuses. A few by default, all with -whole.
func TestTrapsCompiled(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command: install Go from go.dev/dl")
	}
	e := compiled.New(compiled.Options{})
	for i, row := range traps {
		if i%9 > 0 && !*whole {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			c, errs := source.NewScope(source.EmbeddedImporter()).Check(source.Text{ID: "c1", Index: 1, Code: row.cell})
			if want, ok := strings.CutPrefix(row.want, "check: "); ok || errs != nil {
				if errs == nil || errs[0].Message != want {
					t.Errorf("%s\ngave %v, want %s", row.cell, errs, row.want)
				}
				return
			}
			p, err := e.Prepare(context.Background(), engine.Unit{Cell: c})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			r, err := p.Run(context.Background(), engine.RunSpec{})
			if err != nil || r.Err != nil {
				t.Fatal(err, r.Err)
			}
			if out := r.Stdout.String(); row.want != "refused" && trimmed(out) != trimmed(row.want) {
				t.Errorf("%s\ngave %s\nwant %s", row.cell, out, row.want)
			}
		})
	}
}
