package compiled

import (
	"testing"

	"github.com/lapbook/lapbook/runtime/engine"
)

// TestHardCells are shapes that a generator of programs may get wrong.
func TestHardCells(t *testing.T) {
	e := testEngine(t)
	for _, test := range []struct {
		name, text, stdout, value string
	}{
		{"unused nested variable", "for i := range 2 {\n\tx := i\n}\nfmt.Println(\"ok\")", "ok\n", ""},
		{"unused everywhere", "func f(m map[string]int) (n int) {\n\tif v, ok := m[\"a\"]; ok {\n\t\tw := 1\n\t\tw = 2\n\t}\n\tfor i, x := range []int{1} { n++ }\n\tswitch y := n; {\n\tcase n > 0:\n\t\tvar z, q int\n\t}\n\tvar a any = n\n\tswitch t := a.(type) { case int: n++ }\n\tfor k := 0; n < 3; n++ { }\n\tc := make(chan int, 1); c <- 1\n\tselect { case r := <-c: n++ }\n\treturn\n}\nf(map[string]int{\"a\": 1})", "", "4"},
		{"unused import", "import \"os\"\nimport m \"math\"\nfmt.Println(m.Pi > 3)", "true\n", ""},
		{"dot import", "import . \"strings\"\nfmt.Println(ToUpper(\"a\"))\n---\nToUpper(\"b\")", "", `"B"`},
		{"blank import", "import _ \"image/png\"\nfmt.Println(1)", "1\n", ""},
		{"recursive closure", "var f func(int) int\nf = func(n int) int { if n < 2 { return 1 }; return n * f(n-1) }\n---\nf(5)", "", "120"},
		{"labels", "n := 0\nouter:\nfor i := range 5 {\n\tfor j := range 5 {\n\t\tif i*j == 6 { break outer }\n\t\tn++\n\t}\n}\nn", "", "13"},
		{"goto", "i := 0\nagain:\ni++\nif i < 3 { goto again }\ni", "", "3"},
		{"iota", "type Color int\nconst (\n\tRed Color = iota\n\tGreen\n\tBlue\n)\nfunc (c Color) String() string { return [...]string{\"r\", \"g\", \"b\"}[c] }\n---\nBlue", "", "b"},
		{"generic type over cells", "type Stack[T any] struct{ items []T }\nfunc (s *Stack[T]) Push(x T) { s.items = append(s.items, x) }\nfunc (s *Stack[T]) Len() int { return len(s.items) }\n---\nvar s Stack[string]\ns.Push(\"a\")\n---\ns.Push(\"b\")\ns.Len()", "", "2"},
		{"generic constraint", "type Num interface{ ~int | ~float64 }\nfunc Sum[T Num](xs ...T) T {\n\tvar s T\n\tfor _, x := range xs { s += x }\n\treturn s\n}\n---\nfmt.Println(Sum(1, 2), Sum(1.5, 2))", "3 3.5\n", ""},
		{"generic alias", "type Set[T comparable] = map[T]bool\ns := Set[int]{1: true}\n---\nlen(s)", "", "1"},
		{"embedding a superseded type", "type A struct{ X int }\ntype B struct{ A; Y int }\nb := B{A: A{1}, Y: 2}\n---\ntype A struct{ Z string }\n---\nfmt.Println(b.X, b.A.X, b.Y, A{\"z\"}.Z)", "1 1 2 z\n", ""},
		{"type switch", "var x any = 3.5\n---\nswitch v := x.(type) {\ncase int:\n\tfmt.Println(\"int\", v)\ncase float64:\n\tfmt.Println(\"float\", v)\n}", "float 3.5\n", ""},
		{"nested shadow of a package", "fmt.Println(1)\nfunc() {\n\tfmt := 2\n\t_ = fmt\n}()", "1\n", ""},
		{"variable that shadows a package later", "s := strings.ToUpper(\"a\")\nstrings := 5\nfmt.Println(s, strings)", "A 5\n", ""},
		{"anonymous struct", "p := struct{ X, Y int; n string }{1, 2, \"n\"}\n---\np.X += 10\nfmt.Println(p.X, p.n)", "11 n\n", ""},
		{"function types", "type Op func(int, int) int\nops := map[string]Op{\"+\": func(a, b int) int { return a + b }}\n---\nops[\"+\"](2, 3)", "", "5"},
		{"variadic function value", "f := func(xs ...int) int { return len(xs) }\n---\nf(1, 2, 3)", "", "3"},
		{"channels", "c := make(chan int, 3)\ngo func() { defer close(c); for i := range 3 { c <- i } }()\n---\ns := 0\nfor v := range c { s += v }\ns", "", "3"},
		{"directional channels", "var out <-chan int\nin := make(chan (<-chan int), 1)\n---\nc := make(chan int, 1)\nc <- 4\nin <- c\nout = <-in\n<-out", "", "4"},
		{"select", "c := make(chan int, 1)\nc <- 1\n---\nselect {\ncase v := <-c:\n\tfmt.Println(v)\ndefault:\n\tfmt.Println(\"none\")\n}", "1\n", ""},
		{"mutex and wait group", "var mu sync.Mutex\nvar wg sync.WaitGroup\nn := 0\n---\nfor range 100 {\n\twg.Go(func() { mu.Lock(); n++; mu.Unlock() })\n}\nwg.Wait()\nn", "", "100"},
		{"atomic", "var n atomic.Int64\n---\nvar wg sync.WaitGroup\nfor range 10 { wg.Go(func() { n.Add(1) }) }\nwg.Wait()\nn.Load()", "", "10"},
		{"interfaces and embedding", "type Shape interface{ Area() float64 }\ntype Sq struct{ a float64 }\nfunc (s Sq) Area() float64 { return s.a * s.a }\n---\nshapes := []Shape{Sq{2}, &Sq{3}}\n---\nt := 0.0\nfor _, s := range shapes { t += s.Area() }\nt", "", "13"},
		{"method value of an earlier variable", "type C struct{ n int }\nfunc (c *C) Inc() { c.n++ }\nvar c C\ninc := c.Inc\n---\ninc(); inc(); c.Inc()\nc.n", "", "3"},
		{"slice of an array", "a := [4]int{1, 2, 3, 4}\ns := a[1:3]\n---\ns[0] = 20\n---\na", "", "[1 20 3 4]"},
		{"range over function", "func Count(n int) iter.Seq[int] {\n\treturn func(yield func(int) bool) {\n\t\tfor i := range n { if !yield(i) { return } }\n\t}\n}\n---\ns := 0\nfor i := range Count(5) { s += i }\ns", "", "10"},
		{"several on one line", "a := 1; b := a + 1; c := a + b; fmt.Println(a, b, c)", "1 2 3\n", ""},
		{"raw string with a directive", "s := `\n//line x.go:1\n//go:linkname a b\n`\nlen(s)", "", "33"},
		{"multi-line expression", "x := []int{\n\t1,\n\t2,\n}\n---\nlen(\n\tx,\n)", "", "2"},
		{"comment at the end", "x := 1 // one\nx /* value */ // shown", "", "1"},
		{"semicolon hides the value", "x := 5\nx;", "", ""},
		{"untyped values", "1 << 3", "", "8"},
		{"nil map value", "var m map[string]int\nm", "", "map[]"},
		{"error value", "errors.New(\"bad\")", "", "bad"},
		{"no value", "func f() {}\nf()", "", ""},
		{"comma ok", "m := map[string]int{\"a\": 1}\n---\nv, ok := m[\"a\"]\nfmt.Println(v, ok)", "1 true\n", ""},
		{"swap earlier variables", "a, b := 1, 2\n---\na, b = b, a\nfmt.Println(a, b)", "2 1\n", ""},
		{"assignment operations", "x := 10\n---\nx += 5; x <<= 1; x &^= 2; x--\nx", "", "27"},
		{"shadowed error", "_, err := strconv.Atoi(\"x\")\n---\nif _, err := strconv.Atoi(\"1\"); err == nil { fmt.Println(\"inner\") }\nfmt.Println(err != nil)", "inner\ntrue\n", ""},
		{"session type in a map key", "type K struct{ a, b int }\nm := map[K]string{{1, 2}: \"x\"}\n---\nm[K{1, 2}]", "", `"x"`},
		{"type named like a package", "type url struct{ a int }\nu := url{3}\n---\nu.a", "", "3"},
		{"variable named like the generator's names", "cell := 1\nlap_h := 2\nmain := 3\n---\ncell + lap_h + main", "", "6"},
		{"script that initialises", "package main\n\nimport \"fmt\"\n\nvar a = say(\"a\", b)\nvar b = say(\"b\", 1)\n\nfunc say(s string, n int) int { fmt.Print(s, n, \" \"); return n + 1 }\nfunc init() { fmt.Print(\"one \") }\nfunc init() { fmt.Print(\"two \") }\nfunc main() { fmt.Print(\"main\", a, b) }", "b1 a2 one two main3 2", ""},
		{"script that knows how it was built", "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime\"\n\t\"runtime/debug\"\n)\n\nfunc main() {\n\tinfo, ok := debug.ReadBuildInfo()\n\tfmt.Print(ok, info.GoVersion == runtime.Version(), info.Path)\n}", "true truecommand-line-arguments", ""},
		{"script that recurses deep", "package main\n\nfunc f(n int) int {\n\tif n == 0 {\n\t\treturn 0\n\t}\n\treturn f(n-1) + 1\n}\n\nfunc main() { print(f(2_500_000)) }", "", ""},
		{"script that starts itself again", "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"os/exec\"\n)\n\nfunc main() {\n\tif len(os.Args) > 1 {\n\t\tfmt.Print(\"child \", os.Args[1])\n\t\tos.Exit(3)\n\t}\n\tout, err := exec.Command(os.Args[0], \"x\").CombinedOutput()\n\tfmt.Printf(\"%s: %v\", out, err)\n}", "child x: exit status 3", ""},
		{"function named main", "func main() { fmt.Println(\"mine\") }\nmain()", "mine\n", ""},
		{"const of an earlier cell in an array type", "const N = 3\nvar a [N]int\n---\nlen(a) * N", "", "9"},
		{"time and duration", "d := 1500 * time.Millisecond\nd", "", "1.5s"},
		{"unexported type of another package", "order := binary.BigEndian\norder.Uint16([]byte{1, 2})", "", "258"},
		{"goroutine left running", "tick := make(chan int)\ngo func() { for i := 0; ; i++ { tick <- i } }()\n---\n<-tick + <-tick", "", "1"},
		{"environment and directory", "os.Setenv(\"LAP_TEST\", \"v\")\nos.Chdir(os.TempDir())\n---\nwd, _ := os.Getwd()\nfmt.Println(os.Getenv(\"LAP_TEST\"), wd == filepath.Clean(os.TempDir()))", "v true\n", ""},
		{"two imports of one name", "import crand \"crypto/rand\"\nb := make([]byte, 2)\ncrand.Read(b)\n---\nrand.Intn(1)", "", "0"},
		{"struct with tags and json", "type T struct {\n\tA int `json:\"a\"`\n\tb int\n}\n---\nout, _ := json.Marshal(T{A: 1})\nstring(out)", "", `"{\"a\":1}"`},
		{"large frame", "var a [1 << 16]int\nfor i := range a { a[i] = i }\ns := 0\nfor _, v := range a { s += v }\ns", "", "2147450880"},
		{"deferred order", "for i := range 3 { defer fmt.Println(i) }\nfmt.Println(\"end\")", "end\n2\n1\n0\n", ""},
		{"min max clear", "m := map[int]int{1: 1}\nclear(m)\nfmt.Println(min(3, 1, 2), max(1.5, 2), len(m))", "1 2 0\n", ""},
		{"unexported type over cells", "order := binary.BigEndian\n---\norder.Uint16([]byte{1, 2})", "", "258"},
		{"debug settings of a script", "//go:debug panicnil=1\npackage main\n\nimport \"fmt\"\n\nfunc main() {\n\tdefer func() { fmt.Println(recover()) }()\n\tpanic(nil)\n}\n", "<nil>\n", ""},
		{"new with a value", "p := new(5)\n*p", "", "5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := run(t, e, test.text, engine.RunSpec{})
			if r.Err != nil {
				t.Fatalf("error: %+v\nstderr %s", r.Err, r.Stderr)
			}
			if got := r.Stdout.String(); got != test.stdout {
				t.Errorf("stdout %q, want %q", got, test.stdout)
			}
			if r.Value != test.value {
				t.Errorf("value %q, want %q", r.Value, test.value)
			}
		})
	}
}
