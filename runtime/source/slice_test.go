package source

import (
	"fmt"
	"strings"
	"testing"
)

func ids(cells []*Cell) string {
	var s []string
	for _, c := range cells {
		s = append(s, strings.TrimPrefix(c.ID, "cell-"))
	}
	return strings.Join(s, " ")
}

func TestSlice(t *testing.T) {
	tests := []struct {
		name   string
		cells  []string
		want   string // cells that the last one depends on
		writes string // of the last cell
	}{
		{"nothing", []string{"x := 1", "1 + 1"}, "", ""},
		{"definition", []string{"x := 1", "y := 2", "x"}, "1", ""},
		{"mutation by statement", []string{"x := 1", "x += 2", "y := 3", "x"}, "1 2", ""},
		{"mutation of what the slice reads", []string{"x := 1", "y := 2", "x += y", "y = 9", "x"}, "1 2 3", ""},
		{"mutation through a pointer", []string{"x := 1", "p := &x", "*p = 7", "x"}, "1 2 3", ""},
		{"through an alias", []string{"a := []int{1}", "b := a", "b[0] = 2", "a"}, "1 2 3", ""},
		{"through a function", []string{"x := 1", "func set(p *int) { *p = 5 }", "set(&x)", "x"}, "1 2 3", ""},
		{"through a global in a function", []string{"x := 1", "func inc() { x++ }", "inc()", "x"}, "1 2 3", ""},
		{"through a closure", []string{"x := 1", "inc := func() { x++ }", "inc()", "x"}, "1 2 3", ""},
		{"through a method", []string{"type C struct{ n int }\nfunc (c *C) Add() { c.n++ }", "c := &C{}", "c.Add()", "c.n"}, "1 2 3", ""},
		{"through an addressable method call", []string{"type C struct{ n int }\nfunc (c *C) Add() { c.n++ }", "var c C", "c.Add()", "c.n"}, "1 2 3", ""},
		{"through a call result", []string{"x := 1\nfunc get() *int { return &x }", "*get() += 4", "x"}, "1 2", ""},
		{"through a cancel function", []string{"ctx, cancel := context.WithCancel(context.Background())", "child := context.WithValue(ctx, 1, 2)", "cancel()", "child.Err()"}, "1 2 3", ""},
		{"scan", []string{"var n int", "fmt.Sscan(\"3\", &n)", "n"}, "1 2", ""},
		{"sort", []string{"xs := []int{2, 1}", "sort.Ints(xs)", "xs"}, "1 2", ""},
		{"library method", []string{"var b strings.Builder", "b.WriteString(\"a\")", "b.String()"}, "1 2", ""},
		{"print does not write", []string{"xs := []int{1}", "fmt.Println(xs)", "xs"}, "1", ""},
		{"local alias", []string{"m := [][]int{{1}}", "for _, row := range m { row[0] = 2 }", "m"}, "1 2", ""},
		{"reading through a local alias", []string{"m := [][]int{{1}}", "s := 0\nfor _, row := range m { s += row[0] }", "m"}, "1", ""},
		{"map and channel", []string{"m := map[string]int{}\nch := make(chan int, 1)", "m[\"a\"] = 1", "ch <- 1", "<-ch\nlen(m)"}, "1 2 3", "ch"},
		{"function reads later state", []string{"n := 1", "func f() int { return n }", "n = 5", "f()"}, "1 2 3", ""},
		{"closure reads later state", []string{"n := 1", "f := func() int { return n }", "n = 5", "f()"}, "1 2 3", ""},
		{"redefined here", []string{"x := 1", "x := 2\nx++\nfmt.Println(x)"}, "", ""},
		{"redefined here after a use", []string{"x := 1", "fmt.Println(x)\nx := 2\nx++"}, "1", ""},
		{"redefined here by itself", []string{"x := 1", "x := x + 1\nx"}, "1", ""},
		{"redefined here in a block", []string{"x := 1", "if true { x := 2; _ = x }\nx"}, "1", ""},
		{"an error redefined here", []string{"f, err := os.Open(\"a\")", "g, err := os.Open(\"b\")\nfmt.Println(g, err)"}, "", ""},
		{"redefined here, used by a closure of it", []string{"x := 1", "x := 2\nf := func() int { return x }\nf()"}, "", ""},
		{"closure reads what another cell redefined", []string{"x := 1", "x := 2\nf := func() int { return x }", "x++", "f()"}, "2 3", ""},
		{"redefined here, read by an older function", []string{"x := 1", "func f() int { return x }", "x := 2\nf() + x"}, "1 2", ""},
		{"declared here again", []string{"var wg sync.WaitGroup\nwg.Go(func() {})\nwg.Wait()", "var wg sync.WaitGroup\nwg.Go(func() {})\nwg.Wait()"}, "", ""},
		{"redefined", []string{"x := 1", "x := 2", "x"}, "2", ""},
		{"redefined, old one used between", []string{"x := 1", "y := x", "x := 2", "y"}, "1 2", ""},
		{"function sees redefined variable", []string{"x := 1", "func f() int { return x }", "x := 2", "f()"}, "2 3", ""},
		{"environment", []string{"os.Setenv(\"A\", \"b\")", "x := 1", "os.Getenv(\"A\")"}, "1", ""},
		{"package variable", []string{"http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 64", "1"}, "1", ""},
		{"process effect in a function", []string{"func setup() { log.SetFlags(0) }", "setup()", "1"}, "1 2", ""},
		{"goroutine left running", []string{"ch := make(chan int)", "go func() { ch <- 1 }()", "1"}, "1 2", ""},
		{"goroutine waited for", []string{"var wg sync.WaitGroup\nwg.Add(1)\ngo func() { wg.Done() }()\nwg.Wait()", "1"}, "", ""},
		{"blank import", []string{"import _ \"image/png\"", "1"}, "1", ""},
		{"constant and type", []string{"const n = 3", "type T [n]int", "T{}"}, "1 2", ""},
		{"type by value only", []string{"type T struct{ a int }", "v := T{1}", "v"}, "1 2", ""},
		{"method of a type that is only held", []string{"name := \"x\"", "type T struct{}\nfunc (T) String() string { return name }", "v := T{}", "name = \"y\"", "fmt.Sprint(v)"}, "1 2 3 4", ""},
		{"writes", []string{"a := 1\nb := []int{1}\nc := 3", "a = c\nb[0]++"}, "1", "a b"},
		{"writes through a function", []string{"a := []int{1}\nfunc f(x []int) { x[0] = 2 }", "f(a)"}, "1", "a"},
		{"function that only reads", []string{"a := []int{1}\nfunc f(x []int) int { return x[0] }", "f(a)"}, "1", ""},
		{"handed to a library", []string{"var v struct{ A int }", "json.Unmarshal([]byte(\"{}\"), &v)"}, "1", "v"},
		{"in a loop body", []string{"sizes := make([]int, 3)\nurls := []string{\"a\"}", "for i, u := range urls { sizes[i] = len(u) }"}, "1", "sizes"},
		{"interface call", []string{"n := 0\ntype T struct{}\nfunc (T) Do() { n++ }\ntype Doer interface{ Do() }\nvar d Doer = T{}", "d.Do()", "n"}, "1 2", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := len(test.cells) - 1
			s, _ := session(t, test.cells[:n]...)
			c, errs := s.Check(Text{ID: "last", Code: test.cells[n]})
			if errs != nil {
				t.Fatal(errs)
			}
			if got := ids(s.Slice(c)); got != test.want {
				t.Errorf("slice %q, want %q", got, test.want)
			}
			if got := names(c.Writes); test.writes != "" && got != test.writes {
				t.Errorf("writes %q, want %q", got, test.writes)
			}
			s.Accept(c)
			if got := ids(s.Slice(c)); got != test.want {
				t.Errorf("slice of the accepted cell %q, want %q", got, test.want)
			}
		})
	}
}

func TestEffects(t *testing.T) {
	tests := []struct{ code, want string }{
		{"http.Get(\"http://x\")", ""},
		{"x := 1\nhttp.Post(\"http://x\", \"\", nil)", "2: http.Post"},
		{"http.NewRequest(\"DELETE\", \"http://x\", nil)", "1: a DELETE request"},
		{"http.NewRequest(\"GET\", \"http://x\", nil)", ""},
		{"os.WriteFile(\"out.txt\", nil, 0o644)", "1: os.WriteFile"},
		{"dir, _ := os.MkdirTemp(\"\", \"\")\nos.WriteFile(filepath.Join(dir, \"a\"), nil, 0o644)\nos.RemoveAll(dir)", ""},
		{"os.OpenFile(\"a\", os.O_RDONLY, 0)", ""},
		{"exec.Command(\"sleep\", \"1\").Run()", ""},
		{"exec.Command(\"rm\", \"x\").Run()", "1: child process rm"},
		{"exec.Command(\"sh\", \"-c\", \"i=0; while [ $i -lt 9 ]; do i=$((i+1)); done; echo $i\").Output()", ""},
		{"exec.Command(\"sh\", \"-c\", fmt.Sprintf(\"sleep 0.01; echo part %d\", 3)).Output()", ""},
		{"exec.Command(\"sh\", \"-c\", \"while read q; do sleep 0.01; echo 'a; b'; done\").Output()", ""},
		{"exec.Command(\"sh\", \"-c\", \"echo a > file\").Output()", "1: child process sh"},
		{"exec.Command(\"sh\", \"-c\", \"echo `rm x`\").Output()", "1: child process sh"},
		{"exec.Command(\"sh\", \"-c\", \"true && rm x\").Output()", "1: child process sh"},
		{"exec.Command(\"sh\", \"-c\", \"x=1 rm x\").Output()", "1: child process sh"},
		{"exec.Command(\"sh\", \"-c\", \"echo $(rm x)\").Output()", "1: child process sh"},
		{"var dir, _ = os.MkdirTemp(\"\", \"\")\nf, _ := os.Create(filepath.Join(dir, \"a\"))\nos.Remove(f.Name())", ""},
		{"func save() { os.Remove(\"x\") }\n\nsave()", "3: os.Remove"},
		{"var db *sql.DB\nif db != nil {\ndb.Exec(\"delete\")\n}", "3: db.Exec"},
	}
	for _, test := range tests {
		_, c := session(t, test.code)
		var got []string
		for _, e := range c.Effects() {
			got = append(got, fmt.Sprintf("%d: %s", e.Line, e.What))
		}
		if strings.Join(got, "; ") != test.want {
			t.Errorf("%s\ngot %q, want %q", test.code, got, test.want)
		}
	}
	_, c := session(t, "http.ListenAndServe(\":8080\", nil)")
	if len(c.Ports()) != 1 || c.Ports()[0].What != ":8080" {
		t.Errorf("ports %v", c.Ports())
	}
}
