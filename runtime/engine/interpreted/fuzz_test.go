package interpreted

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lapbook/lapbook/runtime/engine/interpreted/rt"
	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// seeds are cells of many constructs; the fuzzer splices and mutates them.
var seeds = []string{
	"x := []int{1, 2}\nfor i, v := range x { x[i] = v * 2 }\nx",
	"type T struct{ A int; b string }\nfunc (t *T) M() string { return t.b }\nvar e any = &T{1, \"x\"}\ne.(interface{ M() string }).M()",
	"func Map[T, U any](xs []T, f func(T) U) (r []U) { for _, x := range xs { r = append(r, f(x)) }; return }\nMap([]int{1}, func(i int) string { return fmt.Sprint(i) })",
	"L:\nfor i := range 3 { for j := 0; j < 3; j++ { switch { case i == j: continue L; case j > 1: break L } } }",
	"defer func() { fmt.Println(recover()) }()\nvar m map[string]int\nm[\"a\"]++",
	"c, d := make(chan int, 1), make(chan string)\ngo func() { c <- 1; close(d) }()\nselect { case v, ok := <-c: _, _ = v, ok; case d <- \"x\": default: }",
	"func seq(n int) iter.Seq2[int, string] { return func(yield func(int, string) bool) { for i := range n { if !yield(i, strings.Repeat(\"a\", i)) { return } } } }\nfor i, s := range seq(3) { defer fmt.Println(i, s) }",
	"type E struct{ error; n int }\nfunc (e E) Unwrap() error { return e.error }\nvar err error = E{io.EOF, 2}\nvar t E\nerrors.As(fmt.Errorf(\"w: %w\", err), &t)",
	"type Num interface{ ~int | ~float64 }\ntype V[T Num] []T\nfunc (v V[T]) Sum() (s T) { for _, x := range v { s += x }; return }\nV[float64]{1, 2.5}.Sum()",
	"const ( A = iota << 2; B; C = \"s\" + \"t\" )\nvar p, q = A + B, C[1:]\np, r := q, p\n_ = r",
	"f := func(xs ...int) (n int, err error) { defer func() { n++ }(); for range xs { n += 2 }; return n, nil }\nn, err := f([]int{1, 2}...)\nn, err",
	"a := [...]struct{ X, Y int }{{1, 2}, {Y: 3}}\nb := a\nb[0].X, a[1] = 5, b[0]\na == b, len(a), cap(b[:1])",
	"type Node struct { next *Node; v int }\nvar head *Node\nfor i := range 3 { head = &Node{head, i} }\nfor n := head; n != nil; n = n.next { goto done }\ndone:\nfmt.Println(head.v)",
	"type S []string\nfunc (s S) Len() int { return len(s) }\nfunc (s S) Less(i, j int) bool { return s[i] < s[j] }\nfunc (s S) Swap(i, j int) { s[i], s[j] = s[j], s[i] }\nsort.Sort(sort.Reverse(S{\"b\", \"a\"}))",
	"var i8 int8 = 127\ni8++\nu := uint8(200)\nu <<= 3\ni8, u, -i8 / 3, ^u, u &^ 7, 1 << (u & 3), float32(0.1), complex(1, 2)",
	"b, err := json.Marshal(map[string]any{\"a\": []int{1}, \"b\": struct{ C int }{2}})\nstring(b), err",
	"switch x := any(3).(type) { case int, string: fmt.Printf(\"%T %[1]v\\n\", x); case nil: case error: fmt.Println(x.Error()); default: _ = x }",
	"x, y := 1, \"a\"\nx, y = len(y), fmt.Sprint(x)\nfunc() { x, y := y, x; _, _ = x, y }()\nx, y",
	"package main\n\nimport \"fmt\"\n\nvar a = b\nvar b = f()\n\nfunc f() int { return 3 }\n\nfunc main() { fmt.Println(a, b) }",
}

// lowers checks and lowers cells in a session; what is accepted must be lowered
// to a program that type-checks and that the interpreter compiles, or be refused
// by name. It returns how many cells were lowered.
func lowers(t *testing.T, imp source.Importer, cells ...string) (n int) {
	run := New(Config{Symbols: Symbols})
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	scope := source.NewScope(imp)
	s := lower.NewSession(lower.Config{Importer: imp, Has: Has()})
	for i, text := range cells {
		c, errs := scope.Check(source.Text{ID: "c", Index: i + 1, Code: text})
		if errs != nil {
			continue
		}
		code, refusal := s.Lower(c)
		if refusal != nil {
			if refusal.Construct == "" || refusal.Reason == "" || strings.HasPrefix(refusal.Reason, "the lowering failed") {
				t.Fatalf("cells %q: %v", cells[:i+1], refusal)
			}
			continue
		}
		n++
		if err := typeChecks(code); err != nil {
			t.Fatalf("cells %q: %v\n%s", cells[:i+1], err, code.Text)
		}
		c0 := rt.NewCell(run.session, code, run.symbol, null, null, null)
		if _, err := run.compile(c0, code); err != nil {
			t.Fatalf("cells %q: %v\n%s", cells[:i+1], err, code.Text)
		}
		scope.Accept(c)
		s.Accept(c)
	}
	return n
}

// typeChecks checks lowered code. The packages rt, n and t exist only while a
// cell runs: what is named from them has any type.
func typeChecks(code *lower.Code) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "lowered.go", code.Text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	var first error
	conf := types.Config{Importer: absent{}, FakeImportC: true, Error: func(err error) {
		if first == nil && !vague.MatchString(err.Error()) {
			first = err
		}
	}}
	_, _ = conf.Check("main", fset, []*ast.File{f}, nil)
	return first
}

// vague errors come from the packages that are not there, and from what only
// the compiler insists on.
var vague = regexp.MustCompile(`could not import|declared and not used|imported and not used|label .* declared|missing return`)

type absent struct{}

func (absent) Import(path string) (*types.Package, error) { return nil, os.ErrNotExist }

// The programs of the Go test suite, cut and mixed, never make the front end
// panic, and what it accepts is lowered to code that type-checks.
func FuzzLower(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, seeds[(i+5)%len(seeds)])
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range goPrograms() {
		if b, err := os.ReadFile(name); err == nil && len(b) < 4000 && r.IntN(40) == 0 {
			f.Add(string(b), seeds[r.IntN(len(seeds))])
		}
	}
	imp := source.EmbeddedImporter()
	f.Fuzz(func(t *testing.T, first, second string) {
		if utf8.ValidString(first+second) && len(first)+len(second) < 1<<14 {
			lowers(t, imp, first, second, first)
		}
	})
}

// TestMutants changes tokens of the seeds in ways that often still compile;
// -programs and -seed make more of them, and others.
func TestMutants(t *testing.T) {
	n := 10 * *programs
	imp := source.EmbeddedImporter()
	r := rand.New(rand.NewPCG(*seed, 4))
	lowered := 0
	for range n {
		lowered += lowers(t, imp, mutate(r, seeds[r.IntN(len(seeds))]), mutate(r, seeds[r.IntN(len(seeds))]))
	}
	t.Logf("%d cells of %d mutants lowered", lowered, 2*n)
}

var word = regexp.MustCompile(`\w+|[-+*/%&|^<>=!:]+|[()\[\]{};,.]`)

// mutate replaces, doubles or takes away a few tokens.
func mutate(r *rand.Rand, text string) string {
	for range r.IntN(4) {
		at := word.FindAllStringIndex(text, -1)
		if len(at) == 0 {
			return text
		}
		a, b := at[r.IntN(len(at))], at[r.IntN(len(at))]
		with := text[b[0]:b[1]]
		switch r.IntN(4) {
		case 0:
			with = ""
		case 1:
			with = text[a[0]:a[1]] + " " + with
		}
		text = text[:a[0]] + with + text[a[1]:]
	}
	return text
}

func goPrograms() []string {
	var files []string
	root := filepath.Join(goroot(), "test")
	filepath.WalkDir(root, func(name string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".go") {
			files = append(files, name)
		}
		return nil
	})
	return files
}

func goroot() string {
	if s := os.Getenv("GOROOT"); s != "" {
		return s
	}
	return "/usr/local/go"
}
