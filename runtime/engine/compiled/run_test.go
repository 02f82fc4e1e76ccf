package compiled

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/lapbook/lapbook/runtime/engine"
)

func TestWritten(t *testing.T) {
	e := testEngine(t)
	text := "total := 0\nnames := map[string]int{}\n---\nxs := make([]int, 3)\nfor i := range xs { xs[i] = i * i; total += i }\nnames[\"n\"] = total\np := &xs[1]\nf := func() {}\n_ = f"
	r := run(t, e, text, engine.RunSpec{Values: engine.ValuesGraph})
	for name, want := range map[string]string{"xs": "[0 1 4]", "total": "3", "names": `map["n":3]`, "p": "&1"} {
		v, ok := r.Written[name]
		if !ok || v.Text != want || v.Hash == "" || !v.Plain {
			t.Errorf("%s: %+v, want %s", name, v, want)
		}
	}
	if v := r.Written["f"]; v.Hash != "" || v.Plain || v.Why == "" {
		t.Errorf("f: %+v", v)
	}
	again := run(t, e, text, engine.RunSpec{})
	if d := engine.Difference(r.Written, again.Written, nil); d != nil {
		t.Errorf("two runs differ: %v", d)
	}
	if len(again.Graph) > 0 || len(r.Graph) == 0 {
		t.Error("the graph comes when it is asked for")
	}
	if none := run(t, e, text, engine.RunSpec{Values: engine.ValuesNone}); len(none.Written) > 0 {
		t.Error("values although none were asked for")
	}
}

func TestHandOver(t *testing.T) {
	e := testEngine(t)
	first := run(t, e, "type P struct{ x, y int }\nps := []P{{1, 2}, {3, 4}}\nq := &ps[1]\nm := map[string]any{\"k\": []any{1.5}}", engine.RunSpec{Values: engine.ValuesGraph})
	second := "type P struct{ x, y int }\nps := []P{}\nvar q *P\nm := map[string]any{}\nfmt.Println(\"replayed\")\n---\nq.y = 40\nfmt.Println(ps, m)"
	r := run(t, e, second, engine.RunSpec{Inputs: first.Graph})
	if got := r.Stdout.String(); got != "[{1 2} {3 40}] map[k:[1.5]]\n" {
		t.Errorf("%q %+v", got, r.Err)
	}
}

func TestHandOverBindsFunctions(t *testing.T) {
	e := testEngine(t)
	text := "n := 1\nfunc f() int { return n }\nfunc g() int { return f() }\na := g()\n---\nfunc f() int { return 2 * n }\n---\ng() + a"
	first := run(t, e, "n := 5\na := 100", engine.RunSpec{Values: engine.ValuesGraph})
	if r := run(t, e, text, engine.RunSpec{Inputs: first.Graph}); r.Value != "110" {
		t.Errorf("%q %+v", r.Value, r.Err)
	}
}

func TestTurns(t *testing.T) {
	r := run(t, testEngine(t), "n := 1\n---\nn++\nfmt.Println(n)", engine.RunSpec{Turns: 3})
	if r.Stdout.String() != "2\n2\n2\n" || r.Sample.Turns != 3 || r.Written["n"].Text != "2" {
		t.Errorf("%q %d %+v", r.Stdout, r.Sample.Turns, r.Written)
	}
}

func TestStdin(t *testing.T) {
	r := run(t, testEngine(t), "s := bufio.NewScanner(os.Stdin)\nn := 0\nfor s.Scan() { n += len(s.Text()) }\nn", engine.RunSpec{Stdin: strings.NewReader(strings.Repeat("ab\n", 100_000))})
	if r.Value != "200000" {
		t.Errorf("%s %+v", r.Value, r.Err)
	}
}

func TestProcsArgsEnv(t *testing.T) {
	r := run(t, testEngine(t), "fmt.Println(runtime.GOMAXPROCS(0), os.Args[1:], os.Getenv(\"LAP\"), os.Getenv(\"GOMAXPROCS\"))", engine.RunSpec{Procs: 1, Args: []string{"a", "b"}, Env: []string{"LAP=1"}})
	if got := r.Stdout.String(); got != "1 [a b] 1 1\n" {
		t.Errorf("%q", got)
	}
}

func TestLiveOutput(t *testing.T) {
	var live bytes.Buffer
	r := run(t, testEngine(t), "fmt.Println(\"early\")\n---\nfmt.Print(\"a\"); fmt.Fprint(os.Stderr, \"e\")", engine.RunSpec{Stdout: func(p []byte) { live.Write(p) }})
	if live.String() != "a" || r.Stderr.String() != "e" {
		t.Errorf("%q %q", live.String(), r.Stderr)
	}
}

const burn = "func burn(n int) float64 {\n\ts := 0.0\n\tfor i := 1; i <= n; i++ {\n\t\ts += math.Sqrt(float64(i))\n\t}\n\treturn s\n}\n---\ns := burn(100_000_000)\nkeep := make([][]byte, 0)\nfor range 1000 {\n\tkeep = append(keep, make([]byte, 10_000))\n}"

func TestEvidence(t *testing.T) {
	r := run(t, testEngine(t), burn, engine.RunSpec{Trace: true, CPUProfile: true, HeapProfile: true})
	if !bytes.HasPrefix(r.Trace, []byte("go 1.")) || r.TraceCut {
		t.Errorf("trace: %d bytes %.20q", len(r.Trace), r.Trace)
	}
	if !places(t, r.CPUProfile)["main.burn c1:4"] && !places(t, r.CPUProfile)["main.burn c1:3"] {
		t.Errorf("no sample on burn's loop: %v", places(t, r.CPUProfile))
	}
	if !places(t, r.HeapProfile)["main.cell c2:4"] {
		t.Errorf("no allocation on its line: %v", places(t, r.HeapProfile))
	}
}

// places are the frames of a profile as "function file:line".
func places(t *testing.T, data []byte) map[string]bool {
	t.Helper()
	p, err := profile.ParseData(data)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, l := range p.Location {
		for _, line := range l.Line {
			if line.Function != nil {
				out[line.Function.Name+" "+line.Function.Filename+":"+itoa(line.Line)] = true
			}
		}
	}
	return out
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestProfileRate(t *testing.T) {
	r := run(t, testEngine(t), burn, engine.RunSpec{CPUProfile: true, CPUProfileHz: 250})
	if r.Stderr.Total != 0 || len(r.Stderr.Head) != 0 {
		t.Errorf("stderr %q", r.Stderr)
	}
	if p, err := profile.ParseData(r.CPUProfile); err != nil || len(p.Sample) == 0 {
		t.Errorf("%v", err)
	}
}

func TestTraceIsCut(t *testing.T) {
	r := run(t, testEngine(t), "c := make(chan int)\ngo func() { for i := range 300_000 { c <- i }; close(c) }()\nn := 0\nfor range c { n++ }\nn", engine.RunSpec{Trace: true, TraceBytes: 1 << 20})
	if !r.TraceCut || len(r.Trace) > 16<<20 || r.Value != "300000" {
		t.Errorf("cut %v, %d bytes, value %s", r.TraceCut, len(r.Trace), r.Value)
	}
}

func TestUnchangedCellBuildsNothing(t *testing.T) {
	e := testEngine(t)
	u := unit(t, "fmt.Println(1)")
	if _, err := e.Prepare(context.Background(), u); err != nil {
		t.Fatal(err)
	}
	p, err := e.Prepare(context.Background(), u)
	if err != nil || p.BuildNS() != 0 {
		t.Errorf("%v, built in %d ns", err, p.BuildNS())
	}
}

func TestModels(t *testing.T) {
	e := testEngine(t)
	text := "urls := lab.Pages(20, 20*time.Millisecond)\n---\nsizes := lab.Map(urls, func(u string) int { return len(lab.Fetch(u)) })\nsizes[0] > 0"
	for _, model := range []string{"as written", "concurrent", "parallel"} {
		r := run(t, e, text, engine.RunSpec{Model: model, Limit: 20, Tasks: true})
		if r.Err != nil || r.Value != "true" || len(r.Tasks) != 20 {
			t.Fatalf("%s: %+v %s %d tasks", model, r.Err, r.Value, len(r.Tasks))
		}
		if want := map[bool]int{true: 1, false: 20}[model == "as written"]; r.InFlight != want {
			t.Errorf("%s: %d in flight, want %d", model, r.InFlight, want)
		}
	}
}

func TestPanicOfATask(t *testing.T) {
	r := run(t, testEngine(t), "lab.Each([]int{1, 2, 0}, func(i, x int) {\n\tfmt.Println(6 / x)\n})", engine.RunSpec{Model: "parallel"})
	if r.Err == nil || r.Err.Line != 2 || r.Err.Message != "runtime error: integer divide by zero" {
		t.Errorf("%+v", r.Err)
	}
}

func TestRace(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler, which the race detector needs; install: apt-get install gcc")
	}
	e := testEngine(t)
	u := unit(t, "n := 0\nvar wg sync.WaitGroup\nfor range 2 {\n\twg.Go(func() {\n\t\tn++\n\t})\n}\nwg.Wait()")
	u.Race = true
	p, err := e.Prepare(context.Background(), u)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Run(context.Background(), engine.RunSpec{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Race) == 0 {
		t.Fatalf("no report: %+v %s", r.Err, r.Stderr)
	}
	if f := r.Race[0].First; len(f) == 0 || f[0].Line != 5 || f[0].Cell != "c1" {
		t.Errorf("%+v", r.Race[0])
	}
}

func TestReplayedServer(t *testing.T) {
	session := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "session") }))
	defer session.Close()
	addr := session.Listener.Addr().String()
	e := testEngine(t)
	for _, start := range []string{
		"go func() { log.Fatal(http.ListenAndServe(addr, nil)) }()",
		"srv := http.Server{Addr: addr}\ngo func() { log.Fatal(srv.ListenAndServe()) }()",
		"l, err := net.Listen(\"tcp\", addr)\nif err != nil { panic(err) }\ngo http.Serve(l, nil)",
	} {
		r := run(t, e, "addr := \""+addr+"\"\n"+start+"\ntime.Sleep(50*time.Millisecond)\n---\nresp, err := http.Get(\"http://\" + addr)\nb, _ := io.ReadAll(resp.Body)\nfmt.Println(string(b), err)", engine.RunSpec{})
		if r.Err != nil || r.Stdout.String() != "session <nil>\n" || len(r.Notices) != 1 {
			t.Errorf("%s: %+v %q %v", start, r.Err, r.Stdout, r.Notices)
		}
	}
	r := run(t, e, "_, err := net.Listen(\"tcp\", \""+addr+"\")\nerr != nil", engine.RunSpec{})
	if r.Value != "true" {
		t.Error("the measured cell does not see that the port is taken")
	}
}

func TestNotices(t *testing.T) {
	e := testEngine(t)
	for _, test := range []struct{ text, notice string }{
		{"n := 0\nfunc inc() { n++ }\n---\nfor range 3 { n += 2 }", "n stays a package variable (func inc uses it)"},
		{"n := 0\nfunc inc() { n++ }\n---\nn += 2", ""},
		{"n := 0\n---\nfor range 3 { n += 2 }", ""},
		{"n := 0\nadd := func() { n++ }\n---\nadd()\nfor n < 10 { n++ }", "n stays a package variable (a function value uses it)"},
	} {
		p, err := e.Prepare(context.Background(), unit(t, test.text))
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(p.Notices(), "; ")
		if test.notice == "" && got != "" || !strings.HasPrefix(got, test.notice) {
			t.Errorf("%s: %q, want %q", test.text, got, test.notice)
		}
	}
}
