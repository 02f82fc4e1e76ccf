package source

import (
	"go/types"
	"strings"
	"testing"
)

func rebinds(c *Cell) string {
	var s []string
	for _, r := range c.Rebinds {
		s = append(s, r.Object.Name())
	}
	return strings.Join(s, " ")
}

func TestRedefinition(t *testing.T) {
	tests := []struct {
		name    string
		cells   []string
		redefs  string // of the last cell
		rebinds string
		notices string
	}{
		{"variable of the same type", []string{"x := 1", "func f() int { return x }", "x := 2"}, "x", "", ""},
		{"variable of another type", []string{"x := 1", "func f() string { return fmt.Sprint(x) }", "x := \"a\""}, "", "f", ""},
		{"callers follow a rebound function only when its signature changes", []string{"x := 1", "func f() any { return x }\nfunc g() any { return f() }", "x := \"a\""}, "", "f", ""},
		{"function of the same signature", []string{"func f() int { return 1 }", "func g() int { return f() }", "func f() int { return 2 }"}, "f", "", ""},
		{"function of another signature", []string{"func f() int { return 1 }", "func g() string { return fmt.Sprint(f()) }", "func f() string { return \"\" }"}, "", "g", ""},
		{"constant", []string{"const n = 1", "func f() int { return n }", "const n = 2"}, "", "f", ""},
		{"same constant", []string{"const n = 1", "func f() int { return n }", "const n = 1"}, "n", "", ""},
		{"generic function", []string{"func f[T any](x T) T { return x }", "func g() int { return f(1) }", "func f[T any](x T) T { var y T; return y }"}, "", "g", ""},
		{"method of the same signature", []string{"type T struct{ a int }\nfunc (t T) M() int { return 1 }", "v := T{1}", "func (t T) M() int { return t.a }"}, "", "", ""},
		{"method of another signature", []string{"type T struct{ a int }\nfunc (t T) M() int { return 1 }", "v := T{1}\nfunc g() string { return fmt.Sprint(v.M()) }", "func (t T) M() string { return \"\" }"}, "", "g", ""},
		{"breaks a function", []string{"func area(r float64) float64 { return r }", "func show() { fmt.Println(area(2)) }", "func area(w, h float64) float64 { return w * h }"}, "", "",
			"show no longer compiles: cell 2 line 1:33: not enough arguments in call to area (have (number), want (float64, float64))"},
		{"type", []string{"type Point struct{ X, Y int }\nfunc norm(p Point) int { return p.X }\nvar p = Point{3, 4}", "type Point struct{ X, Y, Z int }"}, "", "", "Point has a new definition; still using the old one: norm (cell-1), p (cell-1)"},
		{"a type's methods of cells of their own", []string{"type P struct{ X, Y int }", "func (p P) Sum() int { return p.X + p.Y }\nfunc (p *P) Add(q P) { p.X += q.Sum() }", "type P struct{ X, Y, Z int }\np := P{1, 2, 3}\np.Add(p)"}, "", "Sum Add", "P has a new definition; methods that it keeps: Sum (cell-2), Add (cell-2)"},
		{"methods again that went with the type", []string{"type P struct{ X, Y int }", "func (p P) Sum() int { return p.X + p.Y }\nfunc (p P) X2() int { return p.X * 2 }", "type P struct{ X, X2 float64 }\nP{}.X2", "type P struct{ X, Y int }\nP{}.Sum()\nP{}.X2()"}, "", "Sum X2", "P has a new definition; methods that it keeps: Sum (cell-2), X2 (cell-2)"},
		{"a method that the new type does not have", []string{"type P struct{ X, Y int }", "func (p P) Sum() int { return p.X + p.Y }", "type P struct{ X int }"}, "", "", "P has a new definition and lost its method Sum (cell-2): cell 2 line 1:39: p.Y undefined (type P has no field or method Y)"},
		{"a generic type's methods", []string{"type L[E any] struct{ e []E }\nfunc (l *L[E]) Push(e E) { l.e = append(l.e, e) }", "type L[E any] struct{ e []E; n int }\nl := &L[int]{}\nl.Push(3)"}, "", "Push", "L has a new definition; methods that it keeps: Push (cell-1)"},
		{"a generic type's methods later", []string{"type L[E any] struct{ e []E }\nl := &L[int]{}\nfunc (l *L[E]) Len() int { return len(l.e) }\nl.Len()", "type B struct{ l *L[B]; m map[string]L[string] }\nvar b B\nb.m[\"a\"].e", "func (l *L[T]) Push(x T) { l.e = append(l.e, x) }\nl.Push(1)\nb.l.Push(b)", "func (l *L[E]) Push(e E) {}\nfunc (l L[E]) All() []E { return l.e }\nl.Push(2)\nb.m[\"a\"].All()\nvar i interface{ Push(bool); Len() int } = &L[bool]{}"}, "", "", ""},
		{"the same type again", []string{"type Point struct{ X, Y int }\nfunc (p Point) Norm() int { return p.X }\nvar p = Point{3, 4}", "type Point struct {\n\tX, Y int // again\n}\nfunc (p Point) Norm() int { return p.Y }"}, "Point", "", ""},
		{"function that handles an old type and a new variable", []string{"type T struct{ a int }\nscale := 2\nfunc f(t T) string { return fmt.Sprint(t.a, scale) }", "type T struct{ b int }", "scale := 2.5"}, "", "f", ""},
		{"through another name of a package", []string{"import r \"strings\"\nx := 1\nfunc f() string { return r.Repeat(\"a\", 2) + fmt.Sprint(x) }", "import r \"math/rand\"", "x := 1.5"}, "", "f", ""},
		{"predeclared name taken since", []string{"x := 1\nfunc f() int { return max(1, 2) + len(fmt.Sprint(x)) }", "max := \"a\"", "x := 1.5"}, "", "f", ""},
		{"method that uses a variable", []string{"k := 1\ntype T struct{}\nfunc (T) M() string { return fmt.Sprint(k) }", "k := 1.5"}, "", "M", ""},
		{"generic type's method that uses a variable", []string{"k := 1\ntype L[E any] struct{ e []E }\nfunc (l *L[E]) Push(e E) { l.e = append(l.e, e); fmt.Sprint(k) }\nl := &L[int]{}", "l.Push(1)", "k := 1.5"}, "", "Push", ""},
		{"variable becomes a function", []string{"f := 1", "func g() string { return fmt.Sprint(f) }", "func f() {}"}, "", "g", ""},
		{"function in a literal", []string{"func g() int { return 1 }\nfunc h() int { return g() }", "f := func() int { return h() }", "func g() int { return 2 }"}, "g", "", "f (cell-2) still uses the old g"},
		{"function literal", []string{"x := 1", "f := func() int { return x }", "x := \"a\""}, "", "", "f (cell-2) still uses the old x"},
		{"generic type again", []string{"type L[E any] struct{ e []E }\nfunc (l *L[E]) Push(e E) { l.e = append(l.e, e) }", "l := &L[int]{}", "type L[E any] struct{ e []E }\nfunc (l *L[E]) Push(e E) { l.e = append(l.e, e, e) }\nl.Push(3)"}, "L", "", ""},
		{"enumeration again", []string{"type Color int\nconst (\n\tRed Color = iota\n\tGreen\n)\nfunc (c Color) String() string { return \"c\" }", "c := Green", "type Color int\nconst (\n\tRed Color = iota\n\tGreen\n)\nfunc (c Color) String() string { return \"d\" }\nc = Red"}, "Color Red Green", "", ""},
		{"recursion", []string{"x := 1\nfunc even(n int) bool { return n == 0 || odd(n-1) }\nfunc odd(n int) bool { fmt.Sprint(x); return n != 0 && even(n-1) }", "x := 1.5"}, "", "odd", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, c := session(t, test.cells...)
			if got := names(c.Redefs); got != test.redefs {
				t.Errorf("redefs %q, want %q", got, test.redefs)
			}
			if got := rebinds(c); got != test.rebinds {
				t.Errorf("rebinds %q, want %q", got, test.rebinds)
			}
			if got := strings.Join(c.Notices, "; "); got != test.notices {
				t.Errorf("notices %q, want %q", got, test.notices)
			}
			for _, r := range c.Rebinds {
				if c.Signature(r.Decl) == nil || r.Object == nil || s.Owner(r.Object) != c {
					t.Errorf("rebind of %v is not complete", r.Object)
				}
			}
		})
	}
}

func TestMethodInLaterCell(t *testing.T) {
	s, c := session(t, "type T struct{ a int }", "v := T{1}", "func (t *T) Inc() { t.a++ }\nv.Inc()\nv.a", "v.Inc()\nv")
	if len(c.Uses) != 1 || c.Uses[0].Name() != "v" {
		t.Errorf("uses %v", c.Uses)
	}
	if got := ids(s.Slice(c)); got != "1 2 3" {
		t.Errorf("slice %s", got)
	}
	var i *types.Interface
	accept(t, s, 5, "type Incer interface{ Inc() }\nvar _ Incer = &v")
	_ = i
}

func TestFailedCellChangesNothing(t *testing.T) {
	s, _ := session(t, "type T struct{ a int }\nfunc (T) Old() int { return 1 }", "v := T{1}\nx := 1", "type G[E any] struct{ e E }\ng := G[int]{}", "func (g G[E]) Get() E { return g.e }\ng.Get()")
	for _, code := range []string{
		"func (t T) New() int { return \"\" }",
		"func (t T) Old() string { return 1 }",
		"func (g *G[E]) Bad() int { return \"\" }\ng.Bad()",
		"x := \"a\"\ny := missing",
		"type T struct{ b int }\nmissing()",
	} {
		if _, errs := s.Check(Text{ID: "bad", Code: code}); errs == nil {
			t.Errorf("accepted: %s", code)
		}
	}
	if _, errs := s.Check(Text{ID: "checked", Code: "func (t T) New() int { return 1 }\nx := 1.5\ntype U int"}); errs != nil {
		t.Fatal(errs)
	}
	c := accept(t, s, 5, "var n int = v.Old() + x + g.Get()\nv.a")
	if c.Value == nil {
		t.Error("no value")
	}
	for _, code := range []string{"v.New()", "var u U"} {
		if _, errs := s.Check(Text{ID: "bad", Code: code}); errs == nil {
			t.Errorf("a cell that was only checked defined something: %s", code)
		}
	}
}

func TestBrokenFunction(t *testing.T) {
	s, _ := session(t, "func area(r float64) float64 { return r }", "func show() { fmt.Println(area(2)) }\nfunc all() { show() }", "func area(w, h float64) float64 { return w * h }")
	for _, code := range []string{"show()", "all()"} {
		_, errs := s.Check(Text{ID: "c", Code: code})
		if len(errs) != 1 || !strings.Contains(errs[0].Message, "no longer compiles since cell 3: cell 2 line 1:33: not enough arguments in call to area") {
			t.Errorf("%s: %v", code, errs)
		}
	}
	c := accept(t, s, 4, "func area(r float64) float64 { return 2 * r }")
	if got := rebinds(c); got != "show" {
		t.Errorf("rebinds %q", got)
	}
	accept(t, s, 5, "show()\nall()")
	accept(t, s, 6, "func area(w, h float64) float64 { return w * h }")
	accept(t, s, 7, "func show() { fmt.Println(area(2, 3)) }\nall()")
}

func TestSameTypeAgainKeepsValues(t *testing.T) {
	decl := "type Node struct{ next *Node; kind Kind }\ntype Kind int\nfunc (n *Node) Len() int { if n == nil { return 0 }; return 1 + n.next.Len() }"
	s, _ := session(t, decl, "list := &Node{nil, 3}", decl, "list.Len()\nlist = &Node{list, Kind(1)}")
	c := accept(t, s, 5, "type Kind int8")
	if len(c.Notices) != 1 || !strings.Contains(c.Notices[0], "Node (cell-3)") {
		t.Errorf("notices %v", c.Notices)
	}
	c = accept(t, s, 6, decl)
	if len(c.Notices) == 0 || !strings.Contains(c.Notices[len(c.Notices)-1], "list (cell-2)") {
		t.Errorf("notices %v: Kind means something else, so Node is another type", c.Notices)
	}
}

func TestMethodsFollowInPlace(t *testing.T) {
	s, c := session(t, "type P struct{ X int }", "func (p P) Sum() int { return p.X }", "type P struct{ X, Y int }\nP{1, 2}.Sum()")
	again, errs := s.CheckInPlace(c, Text{ID: c.ID, Code: "type P struct{ X, Y int }\n_ = P{1, 2}.Sum()"})
	if errs != nil || rebinds(again) != "Sum" {
		t.Fatal(errs)
	}
	accept(t, s, 4, "func (p P) Sum() int { return p.Y }\nP{}.Sum()")
	if c := accept(t, s, 5, "type P struct{ Y int }\nP{}.Sum()"); rebinds(c) != "Sum" || c.Rebinds[0].Cell.ID != "cell-4" {
		t.Errorf("rebinds %v", c.Rebinds)
	}
	s.Accept(must(t, s, Text{ID: "cell-4", Code: "type P struct{ Y, Z int }"}))
	if _, errs := s.Check(Text{ID: "c", Code: "P{}.Sum()"}); errs == nil {
		t.Error("a method that was taken out of its cell is still there")
	}
}

func must(t *testing.T, s *Scope, text Text) *Cell {
	t.Helper()
	c, errs := s.Check(text)
	if errs != nil {
		t.Fatal(errs)
	}
	return c
}

func TestCheckInPlace(t *testing.T) {
	s, _ := session(t, "x := 1\nxs := []int{1}", "import r \"strings\"", "x := x + len(r.ToUpper(\"a\"))\nys := xs", "x := \"text\"\nxs := 2.5", "import r \"math/rand\"\nfunc ys() {}")
	c := s.Cells()[2]
	again, errs := s.CheckInPlace(c, Text{ID: c.ID, Code: "x := x + len(r.ToLower(\"a\"))\nys := append(xs, x)"})
	if errs != nil {
		t.Fatal(errs)
	}
	if got := names(again.Uses); got != "x xs" || again.Uses[0].Type().String() != "int" {
		t.Errorf("uses %v", again.Uses)
	}
	if got := ids(s.Slice(again)); got != "1" {
		t.Errorf("slice %s", got)
	}
	if len(again.Rebinds) > 0 || len(again.Notices) > 0 {
		t.Errorf("rebinds %v, notices %v", again.Rebinds, again.Notices)
	}
	accept(t, s, 6, "var _ string = x\nvar _ float64 = xs\nys()\nr.Int()")
}
