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
