package loop

import (
	"flag"
	"testing"
)

var show = flag.String("show", "", "print the rewritten texts of the example of this name")

func TestShow(t *testing.T) {
	if *show == "" {
		t.Skip("prints nothing without -show NAME")
	}
	for _, pattern := range patterns {
		for _, e := range examples(t, pattern) {
			if e.name != *show {
				continue
			}
			plan, refusal := analyzeText(t, e.cells...)
			if plan == nil {
				t.Logf("%+v", refusal)
				continue
			}
			t.Logf("%+v %v\n%s\n----\n%s", plan.Split, plan.Written, plan.Rewrite(), plan.Code())
		}
	}
}

func TestImporting(t *testing.T) {
	need := []string{`"sync"`, `"runtime"`}
	for _, tt := range []struct{ text, want string }{
		{"x := 1\n", "import \"runtime\"\nimport \"sync\"\n\nx := 1\n"},
		{"import \"time\"\n\nx := 1\n", "import \"runtime\"\nimport \"sync\"\nimport \"time\"\n\nx := 1\n"},
		{"import \"os\"\nimport t \"time\"\n", "import \"os\"\nimport \"runtime\"\nimport \"sync\"\nimport t \"time\"\n"},
	} {
		if got := importing(append([]string(nil), need...), tt.text); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	if got := importing(nil, "import \"b\"\nimport \"a\"\n"); got != "import \"b\"\nimport \"a\"\n" {
		t.Errorf("nothing to import changed it to %q", got)
	}
}
