package source

import (
	"go/ast"
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are cells that stress the borders between the kinds of text.
var seeds = []string{
	"", "x", "1+1", "x := 1\nx", "%time x := 1", "%%sh\nls | wc", "!ls -l", "!ok", "?fmt.Println", "//lap:%profile on\nx := 1",
	"a := `\n%time\n`", "/* \n%x */", "x := 5 %\ny", "import \"fmt\"; func f() {}; f()", "func (t T) M() {}\ntype T struct{}",
	"type (\n\tA int\n\tB = A\n)\nconst (\n\tc = iota\n\td\n)", "L:\nfor { break L }", "goto L\nL:", "func() {}()", "func(x int) int { return x }(1)",
	"package main\nfunc main() {}", "x := x", "var a, b = 1, 2\na, b = b, a", "f(", "}", "\"", "`", "'", "/*", "\uFEFFx := 1", "x := 1\r\ny := 2\r\n",
	"type T[P any] struct{ p P }\nfunc (t T[P]) M() P { return t.p }\nT[int]{1}.M()", "import . \"strings\"\nToUpper(\"a\")", "import \"C\"",
	"type T T", "type T [len(x)]int\nx := T{}", "const c = len(x)", "var x = y\nvar y = x", "func f() { g() }\nfunc g() { f() }",
	"type I interface{ I }", "for range 3 {}", "defer x()", "return", "select {}", "switch x := any(1).(type) { case int: _ = x }",
	"x.y.z", "fmt", "_ = 1", "var _ = 2", "func _() {}", "func init() {}", "func main() {}", "main := 1", "len := 1\nlen", "strings := 1\nstrings",
	"unsafe.Sizeof(1)", "%", "%%", "% x", "%x\n%y\nz", "!", "?", "?x y", "x := 1;", ";;;", "a[b]{c}", "struct{}{}", "map[string]int{\"a\": 1}",
	"type T struct{ T2 }\ntype T2 struct{ *T }", "func f[T any](n int) { f[*T](n) }", "x := func() { x() }",
}

func FuzzSplitMagics(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		magics, code, err := SplitMagics(text)
		if err != nil {
			return
		}
		if len(code) != len(text) || strings.Count(code, "\n") != strings.Count(text, "\n") {
			t.Fatalf("positions move: %q becomes %q", text, code)
		}
		for i := range len(text) {
			if code[i] != text[i] && code[i] != ' ' {
				t.Fatalf("byte %d of %q becomes %q", i, text, code[i])
			}
		}
		lines := 1 + strings.Count(text, "\n")
		for _, m := range magics {
			if m.Line < 1 || m.Line > lines || m.Name == "" {
				t.Fatalf("magic %+v of %q", m, text)
			}
		}
		if again, same, err := SplitMagics(code); err != nil || len(again) > 0 && !strings.Contains(text, "\uFEFF") || same != code && len(again) == 0 && !strings.HasPrefix(code, "\uFEFF") {
			t.Fatalf("magics left in %q: %v, %v", code, again, err)
		}
	})
}

func FuzzIncomplete(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		more, depth := Incomplete(text)
		if depth < 0 || depth > len(text)+1 || depth > 0 && !more {
			t.Fatalf("%q: %v, depth %d", text, more, depth)
		}
	})
}

func FuzzCheck(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, seeds[(i+7)%len(seeds)])
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		if !utf8.ValidString(first + second) {
			return
		}
		s := NewScope(embedded())
		for i, text := range []string{"x := 1\ntype T struct{ a int }\nfunc (t T) M() int { return t.a + x }\nok := true", first, second, first} {
			c, errs := s.Check(Text{ID: "c", Index: i, Code: text})
			if (c == nil) == (errs == nil) {
				t.Fatalf("%q: cell %v, errors %v", text, c, errs)
			}
			lines := 1 + strings.Count(text, "\n")
			for _, e := range errs {
				if strings.Contains(e.Message, "internal error") || strings.Contains(e.Error(), hookPrefix+"mark") || strings.Contains(e.Message, hookPrefix+"pin") {
					t.Fatalf("%q: %v", text, e)
				}
				if e.Cell == "c" && (e.Line < 1 || i == 1 && e.Line > lines) {
					t.Fatalf("%q: no such line: %v", text, e)
				}
			}
			if c == nil {
				continue
			}
			checkInfo(t, c)
			s.Slice(c)
			s.Accept(c)
		}
		s.Complete(first, len(first)/2)
		s.Doc(second)
	})
}

// checkInfo tests that every expression of an accepted cell has a type.
func checkInfo(t *testing.T, c *Cell) {
	t.Helper()
	for _, stmt := range c.Body {
		ast.Inspect(stmt, func(n ast.Node) bool {
			if e, ok := n.(*ast.CallExpr); ok && c.Info.Types[e].Type == nil {
				t.Fatalf("%q: a call without a type at %v", c.Code, c.Fset.Position(e.Pos()))
			}
			return true
		})
	}
}
