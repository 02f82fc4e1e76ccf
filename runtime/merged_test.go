package runtime

import (
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/notebook"
)

// A cell of magics keeps what one of them measured, whatever stands after it.
func TestMerged(t *testing.T) {
	verdict, saved, shown := notebook.NewResult("a", 1), notebook.NewResult("", 0), notebook.NewResult("", 0)
	verdict.Verdict = &measure.Verdict{Bound: "cpu"}
	saved.Stdout, shown.Stdout = "saved\n", "shown\n"
	res := merged([]*notebook.Result{verdict, saved, shown})
	if res.Verdict == nil || res.Stdout != "saved\nshown\n" {
		t.Errorf("verdict %v, stdout %q", res.Verdict, res.Stdout)
	}
	saved.Status, saved.Error = notebook.Failed, &measure.CellError{Message: "no room"}
	if res = merged([]*notebook.Result{verdict, saved}); !res.Failed() || res.Error == nil || res.Verdict == nil {
		t.Errorf("failed %v, error %v, verdict %v", res.Failed(), res.Error, res.Verdict)
	}
}
