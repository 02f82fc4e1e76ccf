package notebook

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/measure"
)

// contract is the order of the first members of a line of run --json.
const contract = "type kind id index engine live_run effects_repeated status stdout stderr value error notices measurement verdict comparison growth refused versus memory race advice target curve"

func TestResultJSONIsTheContract(t *testing.T) {
	b, err := json.Marshal(NewResult("fetch", 1))
	if err != nil {
		t.Fatal(err)
	}
	ms, err := members(b)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range ms {
		names = append(names, m.name)
	}
	if got := strings.Join(names, " "); got != contract {
		t.Errorf("members\n%s\nwant\n%s", got, contract)
	}
	for _, want := range []string{`"type":"cell","kind":"code","id":"fetch","index":1`, `"error":null,"notices":[],"measurement":null`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
}

func TestListsAreNeverNull(t *testing.T) {
	r := NewResult("x", 1)
	r.Verdict = &measure.Verdict{Bound: "cpu", Interpreted: &measure.Verdict{}}
	r.Comparison = &measure.Comparison{Loop: &measure.LoopSplit{}}
	r.Growth = &measure.Growth{}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"notices", "details", "doubts", "lines", "unstable", "columns", "header", "task", "ordered", "alternatives", "evidence"} {
		if strings.Contains(string(b), `"`+list+`":null`) {
			t.Errorf("%s is null in %s", list, b)
		}
	}
	if r.Verdict.Lines != nil || r.Notices != nil {
		t.Error("the result itself was changed")
	}
}

func TestNoFigureIsInfinite(t *testing.T) {
	r := NewResult("x", 1)
	r.Verdict = &measure.Verdict{Shares: map[string]float64{"a": math.NaN(), "b": 0.5}}
	low := math.Inf(1)
	r.Comparison = &measure.Comparison{Columns: []measure.Column{{Speedup: measure.Ratio{Median: math.Inf(1), Low: &low}, Limit: 3}}}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `"shares":{"a":0,"b":0.5}`) || !strings.Contains(string(b), `"speedup":{"median":0,"low":0,"high":null}`) || !strings.Contains(string(b), `"limit":3`) {
		t.Errorf("%s", b)
	}
}

func TestUnknownFieldsSurvive(t *testing.T) {
	const newer = `{"type":"cell","status":"ok","later":{"x":1},"verdict":{"bound":"io","new_word":"<b>","lines":[{"cell":"a","line":2,"colour":"red"}]},"comparison":{"columns":[{"model":"as written","joules":3}]},"index":7}`
	var r Result
	if err := json.Unmarshal([]byte(newer), &r); err != nil {
		t.Fatal(err)
	}
	r.Merge(&Result{Target: &measure.Target{WallNS: 5}})
	b, err := compactJSON(&r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"later":{"x":1}`, `"new_word":"<b>"`, `"colour":"red"`, `"joules":3`, `"index":7`, `"target":{"wall_ns":5`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
}

// TestMergedResultIsWritten holds that a magic which measures a cell of an open
// file changes only what is recorded for it.
func TestMergedResultIsWritten(t *testing.T) {
	for _, name := range []string{"x.md", "x.ipynb"} {
		nb := mustDecode(t, name, mustEncode(t, nastyNotebook(), name))
		c := nb.Find("1")
		before := mustEncode(t, nb, name)
		c.Result.Merge(&Result{Verdict: &measure.Verdict{Bound: "cpu", Headline: "CPU-bound: computing"}})
		after := mustEncode(t, nb, name)
		if before == after || !strings.Contains(after, "CPU-bound: computing") || strings.Contains(after, "I/O-bound") {
			t.Errorf("%s: the new verdict is not written", name)
		}
		if got := mustDecode(t, name, after).Find("1"); got.Result.Verdict.Bound != "cpu" || got.Result.Stdout != nasty || got.Source != c.Source {
			t.Errorf("%s: %+v", name, got.Result)
		}
	}
}

func TestOutputsOfOthersSurvive(t *testing.T) {
	const foreign = `{"cells":[{"cell_type":"code","execution_count":7,"id":"a","metadata":{"collapsed":true,"tags":["slow"]},"outputs":[` +
		`{"name":"stdout","output_type":"stream","text":["a\n"]},{"name":"stdout","output_type":"stream","text":"b"},` +
		`{"data":{"image/png":"iVBORw0KGgo=\n","text/plain":["<Figure>"]},"metadata":{"needs_background":"light"},"output_type":"display_data"},` +
		`{"data":{"application/vnd.plotly.v1+json":{"data":[1,2]},"text/html":["<b>x</b>"]},"execution_count":7,"metadata":{},"output_type":"execute_result"},` +
		`{"ename":"TypeError","evalue":"bad","output_type":"error","traceback":["\u001b[31mTypeError\u001b[0m"]}],"source":["x -- \"y\"\n","z"]},` +
		`{"cell_type":"markdown","id":"m","metadata":{"a":{"b":1}},"attachments":{"i.png":{"image/png":"aGk="}},"source":"![i](attachment:i.png)\n\n` + "```go\\nx\\n```" + `\n"},` +
		`{"cell_type":"raw","id":"r","metadata":{"format":"text/latex","tags":[]},"later":[1],"source":"\\section{x}"}],"metadata":{"kernelspec":{"display_name":"Go (gonb)","language":"go","name":"gonb"},"x":[1]},"nbformat":4,"nbformat_minor":5,"other":{"a":1}}`
	nb := mustDecode(t, "x.ipynb", foreign)
	md := mustEncode(t, nb, "x.md")
	back := mustDecode(t, "x.ipynb", mustEncode(t, mustDecode(t, "x.md", md), "x.ipynb"))
	want, got := mustEncode(t, mustDecode(t, "x.ipynb", touched(t, foreign)), "x.ipynb"), mustEncode(t, back, "x.ipynb")
	if want != got {
		t.Errorf("through Markdown it became\n%s\nwant\n%s\nthrough\n%s", got, want, md)
	}
	if same := mustEncode(t, nb, "x.ipynb"); same != foreign {
		t.Errorf("an untouched file was rewritten:\n%s", same)
	}
	nb.Cells[2].Source = "changed"
	if one := mustEncode(t, nb, "x.ipynb"); !strings.HasPrefix(one, foreign[:strings.Index(foreign, `{"cell_type":"raw"`)]) {
		t.Errorf("a change of one cell touched others:\n%s", one)
	}
}

// touched is a file as it is written when nothing of its own layout is kept.
func touched(t *testing.T, file string) string {
	nb := mustDecode(t, "x.ipynb", file)
	nb.Extra = Fields{}
	nb.doc = document{}
	for _, c := range nb.Cells {
		c.origin = origin{}
	}
	return mustEncode(t, nb, "x.ipynb")
}
