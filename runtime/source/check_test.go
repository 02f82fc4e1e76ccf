package source

import (
	"fmt"
	"go/types"
	"strings"
	"sync"
	"testing"
)

var embedded = sync.OnceValue(EmbeddedImporter)

// session checks and accepts cells and returns the scope and the last cell.
func session(t testing.TB, cells ...string) (*Scope, *Cell) {
	t.Helper()
	s := NewScope(embedded())
	var last *Cell
	for i, code := range cells {
		last = accept(t, s, i+1, code)
	}
	return s, last
}

func accept(t testing.TB, s *Scope, n int, code string) *Cell {
	t.Helper()
	c, errs := s.Check(Text{ID: fmt.Sprintf("cell-%d", n), Index: n, Code: code})
	if errs != nil {
		t.Fatalf("cell %d: %v\n%s", n, errs, code)
	}
	s.Accept(c)
	return c
}

func names(objs []types.Object) string {
	var s []string
	for _, o := range objs {
		s = append(s, o.Name())
	}
	return strings.Join(s, " ")
}

func TestCheckAccepts(t *testing.T) {
	tests := []struct {
		name  string
		cells []string
		defs  string // of the last cell
		uses  string
		value string // type of the shown value, "" for none
	}{
		{"expression", []string{"1+1"}, "", "", "int"},
		{"suppressed", []string{"1+1;"}, "", "", ""},
		{"suppressed call", []string{"len(\"abc\");"}, "", "", ""},
		{"builtin call", []string{"xs := []int{1}\nlen(xs)"}, "xs", "", "int"},
		{"define and show", []string{"x := 2\nx * 2"}, "x", "", "int"},
		{"later cell", []string{"x := 2", "x + 1"}, "", "x", "int"},
		{"mixed", []string{"import \"strings\"\ntype T struct{ a int }\nfunc f(t T) string { return strings.Repeat(\"a\", t.a*n) }\nn := 3\nf(T{2})"}, "T f n", "", "string"},
		{"print", []string{"fmt.Println(1)"}, "", "", ""},
		{"fprint", []string{"fmt.Fprintf(os.Stdout, \"x\")"}, "", "", ""},
		{"sprint", []string{"fmt.Sprint(1)"}, "", "", "string"},
		{"void call", []string{"func f() {}\nf()"}, "f", "", ""},
		{"pair", []string{"strconv.Atoi(\"1\")"}, "", "", "(int, error)"},
		{"own redefinition", []string{"x := 1", "x := x + 1\nx"}, "x", "x", "int"},
		{"other type", []string{"x := 1", "x := \"a\"\nx"}, "x", "", "string"},
		{"function sees variable below it", []string{"func f() int { return n }\nn := 3\nf()"}, "f n", "", "int"},
		{"function sees the new variable, the statement the old one", []string{"n := \"s\"", "s := n\nn := 3\nfunc f() int { return n }"}, "s n f", "n", ""},
		{"reuse in one cell", []string{"a, err := strconv.Atoi(\"1\")\nb, err := strconv.Atoi(\"2\")\n_, _ = a, b\nerr"}, "a err b", "", "error"},
		{"shadowing", []string{"x := 1\nif x := \"s\"; x != \"\" { _ = x + \"t\" }\nx"}, "x", "", "int"},
		{"unused import", []string{"import \"strings\"\nunused := 1"}, "unused", "", ""},
		{"import persists", []string{"import str \"strings\"", "str.ToUpper(\"a\")"}, "", "", "string"},
		{"last import wins", []string{"import \"crypto/rand\"", "import \"math/rand\"", "rand.Intn(3)"}, "", "", "int"},
		{"of packages with one name the one that has it", []string{"rand.IntN(3)"}, "", "", "int"},
		{"each cell for itself", []string{"rand.Intn(3)", "rand.N(int64(3))"}, "", "", "int64"},
		{"html's template", []string{"template.HTML(\"a\")"}, "", "", "html/template.HTML"},
		{"variable hides package", []string{"strings := []int{1}", "strings[0]"}, "", "strings", "int"},
		{"dot import", []string{"import . \"strings\"", "ToUpper(\"a\")"}, "", "", "string"},
		{"unexported fields without keys", []string{"type p struct{ x, y float64 }", "p{1, 2}"}, "", "p", "main.p"},
		{"embedding", []string{"type p struct{ x int }", "type q struct { p; y int }\nq{p{1}, 2}.x"}, "q", "p", "int"},
		{"type of a type", []string{"type p struct{ x int }", "type q p\ntype r = p\nr(q{1}).x"}, "q r", "p", "int"},
		{"generics", []string{"func Map[T, U any](xs []T, f func(T) U) []U { var r []U; for _, x := range xs { r = append(r, f(x)) }; return r }", "Map([]int{1}, func(i int) string { return \"a\" })"}, "", "Map", "[]string"},
		{"labels", []string{"outer:\nfor i := range 3 { for { if i == 1 { break outer }; continue outer } }"}, "", "", ""},
		{"return ends the cell", []string{"x := 1\nif x > 0 { return }\nfmt.Println(x)"}, "x", "", ""},
		{"function literal statement", []string{"func() int { return 1 }()"}, "", "", "int"},
		{"function literal with named result", []string{"func(x int) string { return \"\" }(1)"}, "", "", "string"},
		{"constants", []string{"const (\n\ta = iota\n\tb\n)\nb"}, "a b", "", "int"},
		{"map key variable", []string{"k := \"a\"", "map[string]int{k: 1}"}, "", "k", "map[string]int"},
		{"field key and variable of one name", []string{"x := 1\ntype T struct{ x int }", "T{x: x}"}, "", "T x", "main.T"},
		{"byte order mark and carriage returns", []string{"\uFEFF世 := 1\r\nraw := `a\r\nb`\r\n"}, "世 raw", "", ""},
		{"semicolons", []string{"import \"fmt\"; type T int; x := T(1); fmt.Sprint(x)"}, "T x", "", "string"},
		{"empty", []string{"// nothing\n"}, "", "", ""},
		{"two imports", []string{"import (\"fmt\"; \"os\")\nfmt.Fprintln(os.Stdout)"}, "", "", ""},
		{"method", []string{"type T int\nfunc (t T) Double() T { return t * 2 }\nT(2).Double()"}, "T", "", "main.T"},
		{"defer", []string{"defer fmt.Println(1)\nx := 2"}, "x", "", ""},
		{"time magic keeps code", []string{"%time x := 3\nx"}, "x", "", "int"},
		{"nil map write in a function", []string{"var m map[string]int\nfunc f() { m[\"a\"]++ }"}, "m f", "", ""},
		{"variable with the name of a package", []string{"url := &struct{ Host string }{\"a\"}\nfunc f() string { return url.Host }\nf()"}, "url f", "", "string"},
		{"variable with the name of an imported package", []string{"import \"net/url\"", "url, _ := url.Parse(\"http://a\")\nurl.Host"}, "url", "", "string"},
		{"goto", []string{"i := 0\nagain:\ni++\nif i < 3 { goto again }\ni"}, "i", "", "int"},
		{"unused variables inside functions", []string{"func f() { x := 1 }"}, "f", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, c := session(t, test.cells...)
			if got := names(c.Defs); got != test.defs {
				t.Errorf("defs %q, want %q", got, test.defs)
			}
			if got := names(c.Uses); got != test.uses {
				t.Errorf("uses %q, want %q", got, test.uses)
			}
			value := ""
			if c.Value != nil {
				value = c.Info.Types[c.Value].Type.String()
			}
			if value != test.value {
				t.Errorf("value %q, want %q", value, test.value)
			}
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	tests := []struct {
		name  string
		cells []string
		want  []string // line:column: message (hint), of the last cell
	}{
		{"all of several kinds", []string{"y := 1", "fmt.Println(\"must not appear\")\nz := missing + 1\nvar s string = y\nf := func() int { if y > 0 { return 1 } }\ny = 99"},
			[]string{"2:6: undefined: missing", "3:16: cannot use y (variable of type int) as string value in variable declaration", "4:41: missing return"}},
		{"before its definition", []string{"fmt.Println(x)\nx := 1"}, []string{"1:13: undefined: x (x is defined further down)"}},
		{"before its definition in a function literal", []string{"f := func() { x++ }\nx := 1\nf()"}, []string{"1:15: undefined: x (x is defined further down)"}},
		{"recursive literal", []string{"fib := func(n int) int { return fib(n-1) }"}, []string{"1:33: undefined: fib (declare it first: var fib func(n int) int)"}},
		{"break outside", []string{"x := 1\nbreak"}, []string{"2:1: break not in for, switch, or select statement"}},
		{"label", []string{"for { break nowhere }"}, []string{"1:13: invalid break label nowhere"}},
		{"return value", []string{"return 1"}, []string{"1:8: too many return values\n\thave (number)\n\twant ()"}},
		{"no new variables", []string{"x := 1\nx := 2"}, []string{"2:3: no new variables on left side of :="}},
		{"declared twice", []string{"x := 1\nfunc x() {}"}, []string{"1:1: x redeclared in this block (other declaration of x at line 2)"}},
		{"unused expression", []string{"x := 1\nx\nx"}, []string{"2:1: x (variable of type int) is not used"}},
		{"a shown value", []string{"1 << 70"}, []string{"1:1: cannot use 1 << 70 (untyped int constant 1180591620717411303424) as int value (overflows)"}},
		{"shown nil", []string{"nil"}, []string{"1:1: use of untyped nil"}},
		{"nearest name", []string{"counter := 1", "countr + 1"}, []string{"1:1: undefined: countr (did you mean counter?)"}},
		{"nearest member", []string{"strings.ToUper(\"a\")"}, []string{"1:9: undefined: strings.ToUper (did you mean strings.ToUpper?)"}},
		{"variable hides a package", []string{"list := []int{1}", "list.New()"}, []string{"1:6: list.New undefined (type []int has no field or method New) (list is what cell-1 defines; the package is back after import \"container/list\")"}},
		{"cgo", []string{"import \"C\"\nC.puts(nil)"}, []string{"1:8: cgo is not available in cells (put the C code into a package of a module and import that)"}},
		{"other package", []string{"package strs\nfunc f() {}"}, []string{"1:9: a cell with a package clause is a program: package main expected, found package strs"}},
		{"script without main", []string{"// x\npackage main\nfunc f() {}"}, []string{"2:9: function main is undeclared in the main package"}},
		{"no body", []string{"func f()"}, []string{"1:6: missing function body"}},
		{"init", []string{"func init() {}"}, []string{"1:6: func init is never called in a cell (write its statements into the cell itself)"}},
		{"syntax", []string{"x := 1\ny := = 2\n"}, []string{"2:6: syntax error: unexpected =, expected expression"}},
		{"no right side", []string{"x := 1\ny :="}, []string{"2:5: syntax error: unexpected end of the cell, expected expression"}},
		{"no name", []string{"type"}, []string{"1:5: syntax error: unexpected end of the cell, expected name"}},
		{"two words", []string{"int x = 5"}, []string{"1:5: syntax error: unexpected name x at end of statement (write x := 5 or var x int = 5)"}},
		{"words of other languages", []string{"a := 1\n[]string  a, b;"}, []string{"2:11: syntax error: unexpected name a at end of statement (write var a, b []string)"}},
		{"let", []string{"let c = 1"}, []string{"1:5: syntax error: unexpected name c at end of statement (write c := 1)"}},
		{"assignment to nothing", []string{"xy = f(1,\n 2)"}, []string{"1:1: undefined: xy (declare it: xy := f(1, 2))", "1:6: undefined: f"}},
		{"assignment to a name nearby", []string{"counter := 1", "for countr = 0; ; {}"}, []string{"1:5: undefined: countr (did you mean counter?)"}},
		{"functions of fmt", []string{"printf(\"a\")\nerrorf"}, []string{"1:1: undefined: printf (did you mean fmt.Printf?)", "2:1: undefined: errorf (did you mean error?)"}},
		{"a program without its imports", []string{"package main\nfunc main() { fmt.Print(1); os.Exit(rand.IntN(3)) }"}, []string{"2:15: undefined: fmt (add import \"fmt\", \"os\", \"math/rand/v2\")", "2:29: undefined: os (add import \"os\")", "2:37: undefined: rand (add import \"math/rand/v2\")"}},
		{"recursive literal in a function", []string{"func f() {\n\tvar g, h = 1, func() { h() }\n}"}, []string{"2:25: undefined: h (declare it first: var h func())"}},
		{"case outside", []string{"case 1:"}, []string{"1:1: syntax error: unexpected keyword case"}},
		{"open bracket", []string{"f(1,"}, []string{"1:5: syntax error: unexpected end of the cell, expected )"}},
		{"closing bracket", []string{"x := 1\n}"}, []string{"2:1: syntax error: unexpected }"}},
		{"wrong argument count", []string{"func f(a int) {}", "f()"}, []string{"1:3: not enough arguments in call to f\n\thave ()\n\twant (int)"}},
		{"package as value", []string{"strings.ToUpper(strings)"}, []string{"1:17: use of package strings not in selector"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := len(test.cells) - 1
			s, _ := session(t, test.cells[:n]...)
			c, errs := s.Check(Text{ID: "last", Index: n + 1, Code: test.cells[n]})
			if c != nil || errs == nil {
				t.Fatalf("accepted")
			}
			var got []string
			for _, e := range errs {
				if e.Cell != "last" {
					t.Errorf("cell %q", e.Cell)
				}
				e.Cell = ""
				got = append(got, e.Error())
			}
			if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestPending(t *testing.T) {
	s, _ := session(t, "x := 1")
	s.Pending(func(name string) (string, bool) {
		s.SplitMagics("!" + name) // may use the scope
		return "cell 7", name == "urls"
	})
	_, errs := s.Check(Text{ID: "c", Code: "len(urls)\nvar u = urlz"})
	if len(errs) != 2 || errs[0].Hint != "urls is defined in cell 7, which has not run" || errs[1].Hint != "" {
		t.Errorf("%+v", errs)
	}
}

func TestScript(t *testing.T) {
	s, _ := session(t, "x := 1")
	c := accept(t, s, 2, "// A program.\npackage main\n\nimport \"fmt\"\n\nvar x = y + 1\nvar y = f()\n\nfunc f() int { return 2 }\n\nfunc main() { fmt.Println(x) }")
	if !c.Script || len(c.Body) != 0 || len(c.Decls) != 4 || len(c.Imports) != 1 || len(c.Uses) != 0 || c.Pkg.Scope().Lookup("main") == nil || len(c.Info.InitOrder) != 2 {
		t.Errorf("%+v", c)
	}
	if c := accept(t, s, 3, "x"); c.Info.Types[c.Value].Type.String() != "int" || ids(s.Slice(c)) != "1" {
		t.Error("a script changed the session")
	}
	if _, errs := s.Check(Text{ID: "c", Code: "f()"}); errs == nil {
		t.Error("a script defined something for the session")
	}
}
