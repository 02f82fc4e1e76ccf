package loop

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

var (
	randomLoops = flag.Int("random", 60, "random loops to try; 10000 is the whole")
	randomSeed  = flag.Uint64("seed", 1, "seed of the random loops")
)

// prelude is the earlier cell of every random loop.
const prelude = `
type P struct { N int; Q *P; S []int }
func (p *P) Add(x int) int { for k := 0; k < 5; k++ { p.N = (p.N*3 + x + k) % 1013 }; return p.N }
func (p P) Get(x int) int { for k := 0; k < 5; k++ { x = (x*3 + p.N + k) % 1013 }; return x }
func (p *P) Put(j, x int) { for k := range p.S { if k == j { p.S[k] = x } } }
type Doer interface { Do(x int) int }
type Pure struct { k int }
func (a Pure) Do(x int) int { for k := 0; k < 9; k++ { x = (x*a.k + k) % 1013 }; return x }
type Count struct { n *int }
func (b Count) Do(x int) int { for k := 0; k < 9; k++ { *b.n = (*b.n*5 + x + k) % 1013 }; return *b.n }
type Shown struct { p *P }
func (s Shown) String() string { return fmt.Sprint("<", s.p.Add(1), ">") }
type Pair[T any] struct { L, R []T }
func (p Pair[T]) Left() []T { return p.L }
func (p *Pair[T]) SetR(i int, v T) { p.R[i] = v }
func heavy(x int) int { for k := 0; k < 30; k++ { x = (x*31 + k) % 10007 }; return x }
func sum(s []int) int { t := 0; for _, x := range s { t = (t*7 + x) % 10007 }; return t }
func fill(s []int, v int) { for k := range s { s[k] = v + k } }
func set(s []int, i, v int) { for k := range s { if k == i { s[k] = v } } }
func get(s []int, i int) int { return heavy(s[i]) }
func same(s []int) []int { return s }
func tail(s []int) []int { return s[1:] }
func fresh(n, v int) []int { s := make([]int, n); fill(s, v); return s }
func apply(f func(int) int, x int) int { for k := 0; k < 4; k++ { x = f(x + k) }; return x }
func Map[T, U any](xs []T, f func(T) U) []U { out := make([]U, 0, len(xs)); for _, x := range xs { out = append(out, f(x)) }; return out }
func First[T any](xs []T) T { return xs[0] }
func pos(x int) int { if x < 0 { return -x }; return x }
func counter(c int) func(int) int { return func(x int) int { for k := 0; k < 9; k++ { c = (c*3 + x) % 1013 }; return c } }
func split(x int) (int, error) { if x%7 == 3 { return 0, fmt.Errorf("bad %d", x) }; return heavy(x), nil }
`

// A maker writes random loops.
type maker struct {
	r      *rand.Rand
	locals []string
	inner  []string
	temps  int
	scans  bool // the loop is over the lines of a scanner
}

func (m *maker) pick(list ...string) string { return list[m.r.IntN(len(list))] }
func (m *maker) chance(p float64) bool      { return m.r.Float64() < p }

func (m *maker) temp() string {
	m.temps++
	return fmt.Sprintf("t%d", m.temps)
}

// variables are what every random cell has; what they share varies.
func (m *maker) variables() []string {
	s := []string{
		"n, W, zero := 10, 5, 0", "a, b, c := 1, 2, 3", "xs := fresh(70, 3)",
		"ys := " + m.pick("fresh(70, 5)", "fresh(70, 5)", "fresh(70, 5)", "xs", "xs[:]", "tail(xs)", "same(xs)", "append(xs[:2:2], xs...)"),
		"zs := " + m.pick("make([]int, 80)", "make([]int, 80)", "ys", "append([]int(nil), xs...)"),
		"perm := []int{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8}",
		"rows := [][]int{}",
		m.pick("for k := 0; k < 12; k++ { rows = append(rows, fresh(6, k)) }", "for k := 0; k < 12; k++ { row := make([]int, 6); fill(row, k); rows = append(rows, row) }",
			"one := fresh(6, 1); for k := 0; k < 12; k++ { rows = append(rows, one) }", "for k := 0; k < 12; k++ { rows = append(rows, xs[k*5:k*5+6]) }",
			"rows = make([][]int, 12); for k := range rows { rows[k] = make([]int, 6) }"),
		"ps := []*P{}",
		m.pick("for k := 0; k < 12; k++ { ps = append(ps, &P{N: k, S: make([]int, 6)}) }", "for k := 0; k < 12; k++ { p := &P{N: k}; p.S = fresh(6, k); ps = append(ps, p) }",
			"p0 := &P{S: xs[:6]}; for k := 0; k < 12; k++ { ps = append(ps, p0) }", "for k := 0; k < 12; k++ { ps = append(ps, &P{N: k, S: xs}) }"),
		m.pick("", "", "for k := 1; k < 12; k++ { ps[k].Q = ps[k-1] }"),
		"items := make([]P, 12)", "for k := range items { items[k].S = " + m.pick("make([]int, 6)", "xs", "rows[k]") + " }",
		"q := &" + m.pick("a", "b", "xs[3]", "ps[2].N"),
		"m := map[int]int{1: 1}", "out := []int{}", "keep := [][]int{}", "objs := []*P{}", "log := \"\"",
		"var first error", "lin := bufio.NewScanner(strings.NewReader(strings.Repeat(\"ab c\\n\", 10)))", "var cur *P", "for k := 0; k < 9; k++ { cur = &P{N: k, S: make([]int, 6), Q: cur} }", "tmp, tot, idx := 0, 0, 0", "var small uint8",
		"inc := " + m.pick("func(x int) int { a = (a*3 + x) % 1013; return a }", "func(x int) int { return heavy(x + W) }", "counter(3)", "func(x int) int { return get(xs, pos(x)%20) }"),
		"ops := []func(int) int{" + m.pick("heavy, inc", "heavy, heavy", "heavy, func(x int) int { return heavy(x) + 1 }", "heavy, ps[0].Add") + "}",
		"doers := []Doer{" + m.pick("Pure{3}, Pure{5}", "Pure{3}, Count{&b}", "Pure{3}, &Pure{7}", "Count{q}, Pure{1}") + "}",
		"pair := &Pair[int]{" + m.pick("xs, zs", "xs, xs", "ys, make([]int, 80)") + "}",
		"shown := Shown{" + m.pick("ps[1]", "&P{}") + "}",
		m.pick("", "", "ys, zs = zs, ys", "xs, zs = zs, xs", "for k := 0; k < 2; k++ { xs, ys = ys, xs }", "rows[1], rows[2] = rows[2], rows[1]", "ps[3] = ps[4]", "zs = append(zs, 1)", "pair.R, pair.L = pair.L, pair.R"),
		"arr := [12]int{}", "grid := [12][6]int{}",
		"buf := " + m.pick("make([]int, 6)", "make([]int, 6)", "xs[:6]", "rows[2]"), "ws := " + m.pick("make([]int, 0, 8)", "[]int{}", "zs[:0]", "buf[:0]"), "seen := map[int]int{}", "var sb strings.Builder",
		m.pick("", "", "", "look := buf; _ = look", "peek := &sb; _ = peek", "rows[5] = buf", "memo := seen; _ = memo"),
		"anys := []any{" + m.pick("ps[1], ps[2]", "ps[1], ps[1]", "&P{}, &P{}", "ps[3], xs, seen") + ", &P{N: 3}, 4}",
		"_, _, _, _, _ = buf, ws, seen, &sb, anys",
		"_, _, _, _, _, _, _, _, _, _, _ = W, zero, inc, ops, doers, pair, shown, tmp, tot, idx, small",
	}
	return s
}

func (m *maker) index() string {
	if len(m.inner) > 0 && m.chance(0.5) {
		j := m.inner[len(m.inner)-1]
		return m.pick(j, "i*W+"+j, "i*W+"+j, "5*i+"+j, j+"+i", j+"*W+i", "i", "("+j+"*7+i)%60")
	}
	return m.pick("i", "i", "i", "i", "i", "i+1", "i+2", "2*i", "2*i+1", "11-i+zero", "(i+3)%n", "perm[i]", "7", "a%10", "i*zero", "int(uint8(i))", "pos(a+b)%20")
}

func (m *maker) small() string {
	if len(m.inner) > 0 && m.chance(0.7) {
		return m.inner[len(m.inner)-1]
	}
	return m.pick("0", "3", "i%6", "pos(a)%6")
}

func (m *maker) who() string { return m.pick("i", "i", "i", "i", "(i+1)%12", "i%3", "4") }

func (m *maker) expr(d int) string {
	if d <= 0 {
		list := []string{"i", "3", "n", "b", "xs[" + m.index() + "]", "i*7"}
		list = append(list, m.locals...)
		list = append(list, m.locals...)
		list = append(list, m.inner...)
		return m.pick(list...)
	}
	if m.scans && m.chance(0.3) {
		return m.pick("len(lin.Text())", "len(strings.Fields(lin.Text()))", "heavy(len(strings.ToUpper(lin.Text())))")
	}
	switch m.r.IntN(26) {
	case 0, 1, 2, 3, 4, 5:
		return "heavy(" + m.expr(d-1) + ")"
	case 6, 7:
		return m.expr(d-1) + " + " + m.expr(d-1)
	case 8:
		return m.pick("xs", "ys", "zs") + "[" + m.index() + "]"
	case 9:
		return "get(" + m.pick("xs", "ys", "zs", "same(xs)") + ", " + m.index() + ")"
	case 10:
		return m.pick("a", "b", "c", "*q")
	case 11:
		return "rows[" + m.who() + "][" + m.small() + "]"
	case 12:
		return "sum(" + m.pick("xs", "ys", "rows["+m.who()+"]", "ps["+m.who()+"].S", "keep[len(keep)-1:][0]", "xs[i:i+3]") + ")"
	case 13:
		return "ps[" + m.who() + "].N"
	case 14:
		return "ps[" + m.who() + "].Get(" + m.expr(d-1) + ")"
	case 15:
		return "inc(" + m.expr(d-1) + ")"
	case 16:
		return "ops[i%2](" + m.expr(d-1) + ")"
	case 17:
		return "doers[i%2].Do(" + m.expr(d-1) + ")"
	case 18:
		return "apply(func(x int) int { return x*3 + " + m.expr(0) + " }, " + m.expr(d-1) + ")"
	case 19:
		return "sum(Map(xs[:4], func(x int) int { return x + " + m.expr(0) + " }))"
	case 20:
		return "m[pos(" + m.expr(d-1) + ")%5]"
	case 21:
		return m.pick("len(out)", "len(m)", "arr[i]", "grid[i]["+m.small()+"]", "items["+m.who()+"].N", "items["+m.who()+"].S["+m.small()+"]")
	case 22:
		return m.pick("pair.Left()", "pair.L", "pair.R") + "[" + m.index() + "]"
	case 23:
		return "First(ps[i:]).N"
	case 24:
		return "len(fmt.Sprint(" + m.pick("shown", "i", "ps[i].N", "xs[:3]", "doers[0]", "&items[i].N == nil") + "))"
	default:
		return "ps[" + m.who() + "].Add(" + m.expr(d-1) + ")"
	}
}

func (m *maker) guardedExpr() string {
	return strings.ReplaceAll(m.expr(2), "keep[len(keep)-1:][0]", "xs")
}

func (m *maker) stmt(d int) string {
	e := m.guardedExpr()
	if m.chance(0.12) {
		return m.scratch(e)
	}
	if len(m.inner) > 0 && m.chance(0.1) {
		return "if pos(" + e + ")%5 == 1 { " + m.pick("c += 1; ", "out = append(out, i); ", "zs[i] = 4; ", "tot++; ", "") + m.pick("continue own", "continue own", "break own") + " }"
	}
	switch m.r.IntN(44) {
	case 0, 1, 2, 3, 4:
		t := m.temp()
		defer func() { m.locals = append(m.locals, t) }()
		return t + " := " + e + "; _ = " + t
	case 5, 6, 7, 8:
		return m.pick("xs", "ys", "zs", "zs", "zs") + "[" + m.index() + "] " + m.pick("=", "=", "+=") + " " + e
	case 9:
		return "rows[" + m.who() + "][" + m.small() + "] " + m.pick("=", "+=") + " " + e
	case 10:
		return m.pick("a", "b", "c") + " " + m.pick("+=", "+=", "=", "^=") + " " + e
	case 11:
		return "out = append(out, " + e + ")"
	case 12:
		return "m[pos(" + m.guardedExpr() + ")%5] " + m.pick("+=", "=") + " " + e
	case 13:
		return "ps[" + m.who() + "].N " + m.pick("=", "+=") + " " + e
	case 14:
		return "*q " + m.pick("=", "+=") + " " + e
	case 15:
		return "set(" + m.pick("xs", "ys", "zs", "rows["+m.who()+"]") + ", " + m.index() + ", " + e + ")"
	case 16:
		return "fill(" + m.pick("rows["+m.who()+"]", "ps["+m.who()+"].S", "zs[i*5:i*5+5]", "zs[i:i+2]", "items["+m.who()+"].S[:4]") + ", " + e + ")"
	case 17:
		t := m.temp()
		return t + " := fresh(4, " + e + "); " + t + "[1] += i; " + m.pick("keep = append(keep, "+t+")", "rows["+m.who()+"] = append("+t+", 1, 2)", "out = append(out, "+t+"...)", t+"[0]++", "xs = append(xs, "+t+"[0])")
	case 18:
		t := m.temp()
		return t + " := &P{N: " + e + "}; " + t + ".Add(i); " + m.pick("objs = append(objs, "+t+")", "ps["+m.who()+"] = "+t, "a += "+t+".N", t+".Q = ps["+m.who()+"]; "+t+".Q.N++")
	case 19, 20:
		if d <= 0 {
			return "c += " + e
		}
		j := fmt.Sprintf("j%d", len(m.inner))
		saved := len(m.locals)
		m.inner = append(m.inner, j)
		body := m.stmts(1+m.r.IntN(2), d-1)
		m.inner = m.inner[:len(m.inner)-1]
		m.locals = m.locals[:saved]
		head := m.pick("for "+j+" := 0; "+j+" < W; "+j+"++", "for "+j+" := range W", "for "+j+" := range rows[i][:5]", "for "+j+" := 1; "+j+" < 5; "+j+"++", "for "+j+" := 0; "+j+" <= W; "+j+"++")
		return head + " {\n_ = " + j + "\n" + body + "}"
	case 21, 22, 23:
		if d <= 0 {
			return "b += " + e
		}
		saved := len(m.locals)
		body := m.stmts(1+m.r.IntN(2), d-1)
		if len(m.inner) == 0 {
			body += m.pick("", "", "continue\n", "break\n", "continue\n")
		}
		m.locals = m.locals[:saved]
		s := "if pos(" + e + ")%3 == 1 {\n" + body + "}"
		if m.chance(0.3) {
			s += " else {\n" + m.stmts(1, d-1) + "}"
			m.locals = m.locals[:saved]
		}
		return s
	case 24:
		return "fmt.Println(i, " + e + ")"
	case 25:
		return "log += fmt.Sprint(" + e + ", \",\")"
	case 26:
		t := m.temp()
		x := m.guardedExpr()
		defer func() { m.locals = append(m.locals, t+"(i)") }()
		return t + " := func(x int) int { " + m.pick("", "", "a += x; ", "zs[i] = x; ") + "return x + heavy(" + x + ") }; _ = " + t
	case 27:
		return "pair.SetR(" + m.index() + ", " + e + ")"
	case 28:
		return "ps[" + m.who() + "].Put(" + m.small() + ", " + e + ")"
	case 29:
		return m.pick("arr[i]", "grid[i]["+m.small()+"]", "items["+m.who()+"].N", "items["+m.who()+"].S["+m.small()+"]") + " = " + e
	case 30:
		return m.pick("copy(rows["+m.who()+"], xs[i:i+3])", "copy(zs[i*5:i*5+5], ys)", "rows["+m.who()+"] = rows["+m.who()+"]", "rows[i], rows[i+1] = rows[i+1], rows[i]", "items["+m.who()+"] = items["+m.who()+"]", "ys = zs", "q = &ps["+m.who()+"].N")
	case 31, 32:
		t, er := m.temp(), m.temp()
		defer func() { m.locals = append(m.locals, t) }()
		return t + ", " + er + " := split(" + e + "); _ = " + t + "; if " + er + " != nil {\n" + m.pick("first = "+er+"\nbreak\n", "log += "+er+".Error()\ncontinue\n", "if first == nil { first = "+er+" }\ncontinue\n", "log += \"!\"\n") + "}"
	case 33:
		t := m.temp()
		defer func() { m.locals = append(m.locals, "sum("+t+")") }()
		return t + " := " + m.pick("rows[i]", "xs[i:i+4]", "zs[i*5:i*5+5]", "ps[i].S", "same(ys)") + "; " + t + "[" + m.pick("0", "i%3", "2") + "] += " + e
	case 34:
		t := m.temp()
		defer func() { m.locals = append(m.locals, t+".N") }()
		return t + " := " + m.pick("ps[i]", "&items[i]", "ps[(i+1)%12]", "First(ps[i:])") + "; " + t + "." + m.pick("N = "+e, "Add("+e+")", "Q = ps[i]", "S = rows[i]")
	case 35:
		return m.pick("tmp = "+e, "tmp = "+e, "tmp += "+e, "out = append(out, tmp)", "zs[i] = heavy(tmp)")
	case 36, 37:
		return m.pick("tot += "+e, "tot++", "tot -= i", "small += uint8("+e+")", "small ^= uint8("+e+")", "idx += 0")
	case 38, 39:
		if d <= 0 {
			return "tmp = " + e
		}
		var b strings.Builder
		b.WriteString("switch " + m.pick("pos("+e+")%3", "i%3", "n") + " {\n")
		for k := range 3 {
			saved := len(m.locals)
			fmt.Fprintf(&b, "case %d:\n%s", k, m.stmts(1, d-1))
			if len(m.inner) == 0 {
				b.WriteString(m.pick("", "", "continue\n", "fallthrough\n"))
			}
			m.locals = m.locals[:saved]
		}
		saved := len(m.locals)
		last := m.stmts(1, d-1)
		m.locals = m.locals[:saved]
		return b.String() + "default:\n" + last + "}"
	case 40:
		f := m.temp()
		defer func() { m.locals = append(m.locals, f+"(i)") }()
		return f + " := " + m.pick("ps[i].Add", "ps["+m.who()+"].Get", "doers[i%2].Do", "ops[i%2]", "counter(i)", "inc", "Pure{i}.Do", "func(x int) int { return heavy(x) + tmp }") + "; _ = " + f
	case 41:
		return "func() { defer func() { recover(); " + m.pick("", "a++", "zs[i] = 1", "tot++") + " }(); " + m.pick("zs[i] = ", "out = append(out, 3); tmp = ", "arr[i] = ") + e + " / (i - 4) }()"
	default:
		return m.pick("sc++", "sc = heavy(sc)", "sc += "+e)
	}
}

// scratch uses memory that every iteration may reset, and what interfaces hold.
func (m *maker) scratch(e string) string {
	t := m.temp()
	switch m.r.IntN(7) {
	case 0:
		defer func() { m.locals = append(m.locals, "sum(buf)") }()
		return m.pick("for k := range buf { buf[k] = "+e+" + k }", "clear(buf)", "for k := range buf { if k != i { buf[k] = k } }") + "; buf[2] += i"
	case 1:
		defer func() { m.locals = append(m.locals, "sum(ws)", "len(ws)") }()
		return m.pick("ws = ws[:0]", "ws = ws[:0]", "ws = ws[:min(1, len(ws))]") + "; for k := range 3 { ws = append(ws, " + e + "+k) }"
	case 2:
		defer func() { m.locals = append(m.locals, "len(seen)", "seen[3]") }()
		return m.pick("clear(seen)", "clear(seen)", "delete(seen, 2)") + "; seen[pos(" + e + ")%4] += i"
	case 3:
		defer func() { m.locals = append(m.locals, "len(sb.String())") }()
		return m.pick("sb.Reset()", "sb.Reset()", "") + "; fmt.Fprint(&sb, " + e + ")"
	case 4:
		return m.pick("keep = append(keep, buf)", "keep = append(keep, ws)", "out = append(out, ws...)", "objs = append(objs, &P{S: buf})", "out = append(out, len(seen))", "rows["+m.who()+"] = buf")
	case 5:
		return "if " + t + ", ok := anys[i%4].(*P); ok { " + t + ".N = " + e + " }"
	}
	return "switch " + t + " := anys[" + m.pick("i%4", "0", "i%2") + "].(type) { case *P: " + t + ".N += " + e + "; case []int: " + t + "[1] = i; default: c += 2 }"
}

func (m *maker) stmts(n, d int) string {
	var b strings.Builder
	for range n {
		b.WriteString(strings.ReplaceAll(m.stmt(d), "sc", "c") + "\n")
	}
	return b.String()
}

// cell is a random cell with one loop marked.
func (m *maker) cell() string {
	var b strings.Builder
	for _, s := range m.variables() {
		if s != "" {
			b.WriteString(s + "\n")
		}
	}
	head := m.pick("for i := 0; i < n; i++", "for i := 0; i < n; i++", "for i := range n", "for i := range xs[:n]", "for i, x := range ys[:n]", "for i, p := range ps[:10]",
		"for i := n - 1; i >= 0; i--", "for i := 0; i < n; i += 2", "for i, row := range rows[:10]", "for idx < n", "for i := range arr", "for i, v := range grid[:10]", "for lin.Scan()", "for lin.Scan()", "for cur != nil")
	m.locals = nil
	if strings.Contains(head, "x :=") {
		m.locals = append(m.locals, "x")
	}
	if strings.Contains(head, "p :=") {
		m.locals = append(m.locals, "p.N", "p.Get(3)")
	}
	if strings.Contains(head, "row :=") {
		m.locals = append(m.locals, "row[2]", "sum(row)")
	}
	loop := b.Len()
	b.WriteString(head + " { // @loop\n")
	m.scans = head == "for lin.Scan()"
	switch {
	case head == "for idx < n":
		b.WriteString("i := idx\n")
	case m.scans || head == "for cur != nil":
		b.WriteString("i := idx\nidx++\n")
	}
	if head == "for cur != nil" {
		m.locals = append(m.locals, "cur.N", "cur.Get(2)")
	}
	b.WriteString("_ = i\n")
	if strings.Contains(head, "v :=") {
		m.locals = append(m.locals, "v[2]")
		b.WriteString("_ = v\n")
	}
	if strings.Contains(head, "x :=") {
		b.WriteString("_ = x\n")
	}
	if strings.Contains(head, "p :=") {
		b.WriteString(m.pick("_ = p\n", "p.N += i\n", "p.S = fresh(6, i)\n"))
	}
	if strings.Contains(head, "row :=") {
		b.WriteString(m.pick("_ = row\n", "row[2] += i\n", "fill(row, i)\n"))
	}
	body := m.stmts(1+m.r.IntN(5), 2)
	if head == "for cur != nil" {
		body = strings.NewReplacer("continue\n", "", "fallthrough\n", "", "continue own", "break own").Replace(body) + "cur = cur.Q\n"
	}
	if head == "for idx < n" {
		body = strings.NewReplacer("continue\n", "", "fallthrough\n", "", "continue own", "break own").Replace(body) + "idx++\n"
	}
	b.WriteString(body + "}\nlin = nil\n")
	text := b.String()
	if strings.Contains(body, " own ") {
		text = text[:loop] + "own:\n" + text[loop:]
	}
	return text
}

func TestRandomLoops(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the Go toolchain: https://go.dev/dl")
	}
	const batch = 400
	tried, accepted := 0, 0
	for lo := 0; lo < *randomLoops; lo += batch {
		n, yes := randomBatch(t, *randomSeed*1_000_000+uint64(lo), min(batch, *randomLoops-lo))
		tried += n
		accepted += yes
	}
	t.Logf("%d random loops, %d accepted and run", tried, accepted)
}

// randomBatch builds the accepted loops of a batch as one program, and compares.
func randomBatch(t *testing.T, seed uint64, n int) (tried, accepted int) {
	var funcs, cases strings.Builder
	names := map[int]string{}
	for k := range n {
		m := &maker{r: rand.New(rand.NewPCG(seed, uint64(k)))}
		text := m.cell()
		e := example{cells: []string{"import (\"fmt\"; \"bufio\"; \"strings\")\n" + prelude, text}}
		plan, _ := analyzeText(t, e.cells...)
		tried++
		if plan == nil {
			continue
		}
		cells := checkCells(t, e.cells...)
		accepted++
		names[k] = text
		fmt.Fprintf(&funcs, "func w%d() {\ndefer show.Failure()\n%s}\n", k, shownBody(cells))
		for name, text := range map[string]string{"p": plan.Rewrite(), "c": plan.Code()} {
			again, err := recheck(t, cells, text)
			if err != nil {
				t.Fatalf("seed %d/%d: %v", seed, k, err)
			}
			fmt.Fprintf(&funcs, "func %s%d() {\ndefer show.Failure()\n%s}\n", name, k, shownBody(again))
		}
		fmt.Fprintf(&cases, "case %d: switch os.Args[1] { case \"w\": w%d(); case \"p\": p%d(); case \"c\": c%d() }\n", k, k, k, k)
	}
	if accepted == 0 {
		return
	}
	b := newBench(t, nil)
	b.write(t, "main.go", "package main\nimport (\"fmt\"; \"bufio\"; \"strings\"; \"os\"; \"runtime\"; \"sync\"; \"strconv\"; \"probe/show\"; lapmodel \"probe/model\")\nvar _ = runtime.NumCPU\nvar _ sync.Mutex\n"+prelude+funcs.String()+
		"func main() { lapmodel.Set(lapmodel.Options{Model: lapmodel.Parallel, Workers: 4, Race: true}); for _, a := range os.Args[2:] { k, _ := strconv.Atoi(a); fmt.Println(\"\\x01\" + a); switch k {\n"+cases.String()+"}}}\n")
	bin := b.build(t, "random", "-race")
	var args []string
	for k := range n {
		if _, ok := names[k]; ok {
			args = append(args, itoa(k))
		}
	}
	want := sections(b.runArgs(t, bin, append([]string{"w"}, args...)...))
	for _, v := range []string{"p", "c"} {
		all := b.runArgs(t, bin, append([]string{v}, args...)...)
		got := sections(all)
		raced := strings.Contains(all, "DATA RACE") || strings.Contains(all, "exit status")
		for _, a := range args {
			if raced {
				one := b.runArgs(t, bin, v, a)
				if strings.Contains(one, "DATA RACE") || strings.Contains(one, "exit status") {
					t.Errorf("seed %d, loop %s: %s fails under the race detector\n%s\n%s", seed, a, v, names[atoi(a)], one)
				}
			}
			if got[a] != want[a] {
				t.Errorf("seed %d, loop %s: %s gives\n%s\n%s", seed, a, v, firstDifference(got[a], want[a]), names[atoi(a)])
			}
		}
	}
	return tried, accepted
}

func atoi(s string) (n int) { fmt.Sscan(s, &n); return n }

// firstDifference shows the first line in which two outputs differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}

func sections(out string) map[string]string {
	m := map[string]string{}
	for _, s := range strings.Split(out, "\x01")[1:] {
		k, v, _ := strings.Cut(s, "\n")
		m[k] = v
	}
	return m
}
