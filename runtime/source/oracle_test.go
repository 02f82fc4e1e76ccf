package source

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSliceOracle runs random sessions natively, once whole and once with the
// slice of the last cell alone: what the last cell prints must be the same.
func TestSliceOracle(t *testing.T) {
	needGo(t)
	const sessions, cells = 60, 14
	rng := rand.New(rand.NewPCG(1, 9))
	var src bytes.Buffer
	src.WriteString(oracleHead)
	var mains []string
	kept := 0
	for i := range sessions {
		g := &cellGen{rng: rng, id: i, vars: map[string][]string{}}
		s := NewScope(embedded())
		accept(t, s, 0, oracleTypes)
		writes := ""
		for n := range cells {
			text, native := g.cell()
			g.texts = append(g.texts, text)
			c := accept(t, s, n+1, text)
			if n == cells-1 {
				writes = " " + names(c.Writes) + " " + names(c.Defs) + " "
			}
			fmt.Fprintf(&src, "func c%d_%d() {\ndefer func() { recover() }()\n%s}\n", i, n, native)
		}
		text := g.show()
		c, errs := s.Check(Text{ID: "last", Code: text})
		if errs != nil {
			t.Fatalf("%v\n%s", errs, text)
		}
		var whole, sliced strings.Builder
		for n := range cells {
			fmt.Fprintf(&whole, "c%d_%d();", i, n)
		}
		for _, c := range s.Slice(c) {
			if c.Index > 0 {
				fmt.Fprintf(&sliced, "c%d_%d();", i, c.Index-1)
				kept++
			}
		}
		fmt.Fprintf(&src, "%s\nfunc show%d() string { return fmt.Sprint(%s) }\n", g.globals(), i, text)
		fmt.Fprintf(&src, "func whole%d() (s string) { defer end(&s); %s return show%d() }\nfunc sliced%d() (s string) { defer end(&s); reset%d(); %s return show%d() }\n", i, whole.String(), i, i, i, sliced.String(), i)
		fmt.Fprintf(&src, "func changed%d() {%s changed(%d, snap%d, c%d_%d, %q, %q) }\n", i, strings.TrimSuffix(whole.String(), fmt.Sprintf("c%d_%d();", i, cells-1)), i, i, i, cells-1, writes, strings.Join(g.texts, "\n--\n"))
		mains = append(mains, fmt.Sprintf("reset%d(); changed%d(); reset%d()\n", i, i, i))
		mains = append(mains, fmt.Sprintf("compare(%d, whole%d, sliced%d, %q)\n", i, i, i, strings.Join(g.texts, "\n--\n")+"\n==\n"+text))
	}
	fmt.Fprintf(&src, "func main() {\n%s}\n", strings.Join(mains, ""))
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, src.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%.3000s", err, out)
	}
	if len(out) > 0 {
		t.Errorf("%.6000s", out)
	}
	t.Logf("%d of %d cells in slices", kept, sessions*cells)
}

const oracleTypes = `type node struct {
	n    int
	next *node
	xs   []int
}

func (s *node) Inc()     { s.n++ }
func (s node) Get() int  { return s.n + len(s.xs) }
func set(p *int, v int)  { *p = v }
func first(x []int) *int { return &x[0] }
func link(s *node, x []int, t *node) *node {
	s.xs, s.next = x, t
	return t
}
func bump(xs ...*int) {
	for _, x := range xs {
		*x += 3
	}
}

type pair struct {
	a []int
	v [2]int
	q *int
}

func (b *pair) Put(n int) { b.v[1] += n; b.a[0]-- }
func (b pair) Sum() int   { return b.v[0] + b.a[0] + *b.q }

type incer interface{ Inc() }

func via(i incer) { i.Inc() }
`

const oracleHead = "package main\n\nimport (\"fmt\"; \"os\"; \"slices\"; \"sort\"; \"strings\")\n" + oracleTypes + `
func end(s *string) {
	if r := recover(); r != nil {
		*s = fmt.Sprint("panic: ", r)
	}
}

func compare(i int, whole, sliced func() string, text string) {
	if a, b := whole(), sliced(); a != b {
		fmt.Fprintf(os.Stderr, "session %d: %s sliced: %s\n%s\n\n", i, a, b, text)
	}
}

// changed reports variables that cell changed and that are not among writes.
func changed(i int, snap func() map[string]string, cell func(), writes, text string) {
	before := snap()
	cell()
	for name, value := range snap() {
		if value != before[name] && !strings.Contains(writes, " "+name+" ") {
			fmt.Fprintf(os.Stderr, "session %d: %s was %s and is %s; writes are %s\n%s\n\n", i, name, before[name], value, writes, text)
		}
	}
}

func str(v any) (s string) {
	defer end(&s)
	switch v := v.(type) {
	case *node:
		return walk(v)
	case *int:
		return fmt.Sprint(*v)
	case pair:
		return fmt.Sprint(v.a, v.v, *v.q)
	case chan *int:
		return fmt.Sprint(len(v))
	case incer, func(), func() int:
		return ""
	}
	return fmt.Sprint(v)
}

var _ = sort.Ints
var _ = slices.Reverse[[]int]

func walk(s *node) string {
	out := ""
	for i := 0; s != nil && i < 4; i++ {
		out += fmt.Sprint(s.n, s.xs, ";")
		s = s.next
	}
	return out
}
`

// cellGen writes cells of one session. Types: i int, l []int, m map, p *int,
// s *node, f func(), g func() int.
type cellGen struct {
	rng   *rand.Rand
	id    int
	count int
	vars  map[string][]string
	texts []string
	types []string // "name type"
	funcs []string
}

var goTypes = map[string]string{"i": "int", "l": "[]int", "m": "map[string]int", "p": "*int", "s": "*node", "f": "func()", "g": "func() int", "n": "incer",
	"b": "pair", "a": "[2]int", "h": "func(*int)", "k": "func() *int", "d": "map[string][]int", "c": "chan *int"}

func (g *cellGen) pick(kind string) string {
	v := g.vars[kind]
	if len(v) == 0 {
		return ""
	}
	return v[g.rng.IntN(len(v))]
}

// fill replaces $i, $l, … with variables of that kind; false when there is none.
func (g *cellGen) fill(template string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if template[i] != '$' {
			b.WriteByte(template[i])
			continue
		}
		i++
		if template[i] == '#' {
			fmt.Fprint(&b, g.rng.IntN(9))
			continue
		}
		v := g.pick(template[i : i+1])
		if v == "" {
			return "", false
		}
		b.WriteString(v)
	}
	return b.String(), true
}

var definitions = map[string][]string{
	"i": {"$#", "$i + $#", "$l[0] + 1", "len($l)", "$m[\"a\"]", "*$p + 1", "$s.n", "$g()", "$s.Get()", "*first($l)"},
	"l": {"[]int{1, 2, 3}", "[]int{$i, 5, 1}", "$l", "append($l, $i)", "slices.Clone($l)", "$l[:3]", "append([]int{4, 4}, $l...)", "func() []int { return $l }()"},
	"m": {"map[string]int{\"a\": $#}", "$m", "map[string]int{\"a\": $i}"},
	"p": {"&$i", "&$l[0]", "$p", "&$s.n", "first($l)", "func() *int { return &$i }()", "[]*int{$p}[0]"},
	"s": {"&node{n: $#}", "$s", "&node{n: $i, next: $s, xs: $l}", "link($s, $l, $s)", "[]*node{$s, $s}[1]"},
	"f": {"func() { $i++ }", "func() { $l[1] += 2 }", "func() { $m[\"a\"]++ }", "func() { *$p = 7 }", "func() { $s.n++ }", "$s.Inc", "$f", "func() { $f(); $i = $g() }", "func() { via($n) }"},
	"g": {"func() int { return $i + $l[0] }", "func() int { return *$p }", "$g", "$s.Get", "func() int { $i++; return $i }"},
	"n": {"incer($s)", "$n"},
	"b": {"pair{$l, $a, $p}", "$b", "pair{a: $b.a, q: $b.q, v: $b.v}", "func(x pair) pair { return x }($b)"},
	"a": {"[2]int{$i, $#}", "$a", "$b.v", "[...]int{$l[0], 1}"},
	"d": {"map[string][]int{\"x\": $l}", "$d", "map[string][]int{\"x\": $b.a, \"y\": $d[\"x\"]}"},
	"c": {"make(chan *int, 9)", "$c"},
}

// declarations are functions of a cell; @ stands for the name.
var declarations = map[string][]string{
	"h": {"func @(x *int) { *x += $i }", "func @(x *int) { $i = *x; $l[0]++ }", "func @(x *int) { $h(x); $f() }", "func @(x *int) { $p = x }"},
	"k": {"func @() *int { return &$i }", "func @() *int { return $p }", "func @() *int { return $b.q }", "func @() *int { $i++; return first($l) }"},
	"g": {"func @() int { return $i + *$p }", "func @() int { return $b.Sum() }", "func @() int { return $g() + 1 }"},
	"f": {"func @() { $i++ }", "func @() { $b.Put(2) }", "func @() { $f(); $a[0]++ }", "func @() { *$k() = 5 }", "func @() { $d[\"x\"][0]++ }"},
}

var mutations = []string{
	"$i += $#", "$i = $i * 2", "$i = *$p", "$l[$#%3] = $i", "$l[0]++", "$m[\"a\"] = $i", "$m[\"b\"]++", "*$p = $#", "*$p += $i", "$s.n = $i", "$s.xs = $l",
	"$s.Inc()", "$f()", "$f()", "via($n)", "sort.Ints($l)", "slices.Reverse($l)", "copy($l, $l)", "for _, p := range []*int{$p, $p} { *p++ }", "$l = append($l, $i)",
	"$l = $l", "$p = $p", "$p = &$i", "set($p, $#)", "set(&$i, $#)", "link($s, $l, nil)", "bump($p, &$i, &$l[1])", "for i := range $l { $l[i] += i }",
	"if $i > 3 { $i = 0 } else { $l[2] = 9 }", "func(x []int) { x[0] = 8 }($l)", "delete($m, \"b\")", "$m = $m", "*first($l) += 2",
	"$b.Put($#)", "$b.v[0] = $i", "$b.a = $l", "$b.a[1]++", "*$b.q = $#", "$a[1] = $i", "$a = $b.v", "$h($p)", "$h(&$i)", "$h($k())", "*$k() += 2", "$k()", "$d[\"x\"] = $l",
	"$d[\"x\"][2] = $i", "for _, x := range $d { x[0]++ }", "select { case $c <- $p: default: }", "select { case x := <-$c: *x = 3; default: }", "select { case $p = <-$c: default: }", "$i = $b.Sum()", "x := $b; x.Put(1)",
	"x := &$b; x.Put(2); x.q = $p", "x := $a; x[0] = 5", "for i, x := range $b.a { $i += i * x }", "if x := $b.a; len(x) > 1 { x[1] = 4 }", "$b = $b", "func(f func(*int)) { f(&$i) }($h)",
	"$n = $s", "if q, ok := any($p).(*int); ok { *q = 6 }", "var t = $s; t.n++", "x := $l; x[1] = $i", "defer $f()", "$i = $g()", "switch y := any($s).(type) { case *node: y.n = 4 }",
	"[]func(){$f, func() {}}[0]()", "map[string]*node{\"k\": $s}[\"k\"].n++", "(*$s).n--", "slices.SortFunc($l, func(a, b int) int { return b - a })",
}

// cell returns the text of a cell and its native twin, in which session
// variables are package variables.
func (g *cellGen) cell() (text, native string) {
	for range 1 + g.rng.IntN(2) {
		for {
			if line, nat, ok := g.line(); ok {
				text += line + "\n"
				native += nat + "\n"
				break
			}
		}
	}
	return text, native
}

func (g *cellGen) line() (text, native string, ok bool) {
	if g.rng.IntN(9) == 0 {
		return g.declaration()
	}
	if g.rng.IntN(5) < 2 {
		kinds := "ilmpsfgnbadc"
		kind := kinds[g.rng.IntN(len(kinds)):][:1]
		forms := definitions[kind]
		value, ok := g.fill(forms[g.rng.IntN(len(forms))])
		if !ok {
			return "", "", false
		}
		name := fmt.Sprintf("%sv%d_%d", kind, g.id, g.count)
		g.count++
		g.vars[kind] = append(g.vars[kind], name)
		g.types = append(g.types, name+" "+goTypes[kind])
		if kind == "n" || kind == "f" || kind == "g" {
			return fmt.Sprintf("var %s %s = %s", name, goTypes[kind], value), name + " = " + value, true
		}
		return name + " := " + value, name + " = " + value, true
	}
	line, ok := g.fill(mutations[g.rng.IntN(len(mutations))])
	if strings.HasPrefix(line, "var t") || strings.HasPrefix(line, "x :=") || strings.HasPrefix(line, "x, ") {
		line = "{ " + line + " }"
	}
	return line, line, ok
}

// declaration declares a function; the native twin has it among the globals.
func (g *cellGen) declaration() (text, native string, ok bool) {
	kinds := "hkgf"
	kind := kinds[g.rng.IntN(len(kinds)):][:1]
	forms := declarations[kind]
	text, ok = g.fill(forms[g.rng.IntN(len(forms))])
	if !ok {
		return "", "", false
	}
	name := fmt.Sprintf("%sf%d_%d", kind, g.id, g.count)
	g.count++
	g.vars[kind] = append(g.vars[kind], name)
	text = strings.Replace(text, "@", name, 1)
	g.funcs = append(g.funcs, text)
	return text, "", true
}

func (g *cellGen) globals() string {
	var decl, reset, snap strings.Builder
	for _, v := range g.types {
		name, typ, _ := strings.Cut(v, " ")
		fmt.Fprintf(&decl, "var %s\n", v)
		fmt.Fprintf(&snap, "%q: str(%s), ", name, name)
		fmt.Fprintf(&reset, "{ var zero %s; %s = zero }\n", typ, name)
	}
	decl.WriteString(strings.Join(g.funcs, "\n") + "\n")
	return fmt.Sprintf("%sfunc reset%d() {\n%s}\nfunc snap%d() map[string]string { return map[string]string{%s} }\n", decl.String(), g.id, reset.String(), g.id, snap.String())
}

// show returns an expression over one or two variables.
func (g *cellGen) show() string {
	for {
		forms := []string{"$i", "$l", "$m", "*$p", "$s.n", "$s.xs", "$g()", "$i + $l[0]", "*$p + $s.n", "$b.v", "$b.a", "$b.Sum()", "$a", "$d[\"x\"]", "*$k()", "$a[0] + $i"}
		if e, ok := g.fill(forms[g.rng.IntN(len(forms))]); ok {
			return e
		}
	}
}
