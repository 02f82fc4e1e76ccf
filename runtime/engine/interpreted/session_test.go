package interpreted

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower"
)

// session types cells, as a reader does.
type session struct {
	t     testing.TB
	scope *source.Scope
	lower *lower.Session
	run   *Interp
	n     int
	emit  bool
	files bool // share the output files: many cells
	out   *os.File
}

func newSession(t testing.TB) *session {
	imp := source.EmbeddedImporter()
	return &session{t: t, scope: source.NewScope(imp), lower: lower.NewSession(lower.Config{Importer: imp, Has: Has()}),
		run: New(Config{Symbols: Symbols})}
}

// answer is what a cell gave: its output, and its value or its error.
type answer struct {
	Outcome
	out, errOut string
	refusal     *lower.Refusal
	check       source.Errors
}

// cell runs one cell and returns what it gave.
func (s *session) cell(text string) answer { return s.cellIn(context.Background(), text) }

func (s *session) cellIn(ctx context.Context, text string) (a answer) {
	s.t.Helper()
	s.n++
	c, errs := s.scope.Check(source.Text{ID: fmt.Sprintf("c%d", s.n), Index: s.n, Code: text})
	if errs != nil {
		return answer{check: errs}
	}
	code, refusal := s.lower.Lower(c)
	if refusal != nil {
		return answer{refusal: refusal}
	}
	if s.emit {
		s.t.Log(code.Text)
	}
	s.scope.Accept(c)
	s.lower.Accept(c)
	if s.files {
		if s.out == nil {
			s.out, _ = capture(s.t)
		}
		a.Outcome = s.run.Run(ctx, code, s.out, s.out, nil)
		return a
	}
	stdout, getOut := capture(s.t)
	stderr, getErr := capture(s.t)
	stdin, err := os.Open(os.DevNull)
	if err != nil {
		s.t.Fatal(err)
	}
	a.Outcome = s.run.Run(ctx, code, stdout, stderr, stdin)
	a.out, a.errOut = getOut(), getErr()
	return a
}

// capture returns a file to write to, and what was written so far.
func capture(t testing.TB) (*os.File, func() string) {
	f, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, func() string {
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
}

// String is the answer as a transcript shows it.
func (a answer) String() string {
	var b strings.Builder
	b.WriteString(a.out)
	switch {
	case a.check != nil:
		fmt.Fprintf(&b, "check: %v\n", a.check[0].Message)
	case a.refusal != nil:
		fmt.Fprintf(&b, "refused: %v\n", a.refusal)
	case a.Err != nil:
		fmt.Fprintf(&b, "%s: %s at %s:%d\n", a.Err.Kind, a.Err.Message, a.Err.Cell, a.Err.Line)
	case a.Value != "":
		fmt.Fprintf(&b, "= %s\n", a.Value)
	}
	return b.String()
}

// Transcripts: cells separated by ---, and after each > what it gives.
var transcripts = map[string]string{
	"methods follow a type": `
type P struct{ X, Y int }
>
---
func (p P) Sum() int { return p.X + p.Y }
>
---
func (p P) String() string { return fmt.Sprint("P", p.Sum()) }
>
---
old := P{1, 2}
>
---
type P struct{ X, Y, Z int }
fmt.Println(P{2, 3, 4}, P{2, 3, 4}.Sum(), old)
> P5 5 P3
---
func (p P) Sum() int { return p.Z }
fmt.Println(P{2, 3, 4}, old, old.Sum())
> P4 P3 3
---
type P struct{ Q int }
P{1}.Sum()
> check: P{…}.Sum undefined (type P has no field or method Sum)
`,
	"methods of a generic type in another cell": `
type L[E any] struct{ e []E }
func NewL[E any](e ...E) *L[E] { return &L[E]{e} }
func (l *L[E]) Len() int { return len(l.e) }
>
---
l := NewL(1)
l.Len()
> = 1
---
func (l *L[T]) Push(e T) { l.e = append(l.e, e) }
func (l L[E]) Last() E { return l.e[len(l.e)-1] }
>
---
l.Push(5)
fmt.Println(l.Last(), l.Len())
> 5 2
---
s := NewL("a")
s.Push("b")
var i interface{ Last() string } = s
i.Last()
> = "b"
---
func all[T any](l *L[T]) (n int) { for range l.e { l.Len(); l.Last(); n++ }; return n }
all(s) + all(NewL[bool]()) + all(NewL(true))
> = 3
---
func (l *L[E]) Push(e E) { l.e = append(l.e, e, e) }
func (l L[E]) First() E { return l.e[0] }
func first[T any](l *L[T]) T { return l.First() }
fmt.Println(first(s), first(NewL(true)), all(NewL(1.5)))
s.Push("c")
l.Push(2)
fmt.Println(s.e, l.e)
> a true 1
> [a b c c] [1 5 2 2]
`,
	"values": `
1 + 1
> = 2
---
"a" + "b"
> = "ab"
---
x := []int{1, 2, 3}
> 
---
x
> = [1 2 3]
---
type P struct{ X, Y int; s string }
P{1, 2, "q"}
> = {X:1 Y:2 s:q}
---
strconv.Atoi("12")
> = 12, <nil>
`,
	"output of what an earlier cell made": `
show := func(s string) { fmt.Println("show", s); fmt.Fprintln(os.Stdout, s) }
w := bufio.NewWriter(os.Stdout)
stop, gone := make(chan bool), make(chan bool)
>
---
show("a")
fmt.Fprint(w, "b")
w.Flush();
> show a
> a
> b
---
go func() { <-stop; fmt.Println("not here"); close(gone) }()
>
---
close(stop)
<-gone
show("c")
fmt.Fprint(w, "d")
w.Flush();
> show c
> c
> d
`,
	"redefinition": `
x := 1
f := func() int { return x }
func g() int { return x * 10 }
>
---
x = 5
g()
> = 50
---
f()
> = 5
---
x := 7
g() + f()
> = 77
---
func g() int { return -1 }
func h() int { return g() }
h()
> = -1
---
func g() int { return -2 }
h()
> = -2
`,
	"types": `
type Shape interface{ Area() float64 }
type Sq struct{ a float64 }
func (s Sq) Area() float64 { return s.a * s.a }
var shapes = []Shape{Sq{2}}
>
---
type Rect struct{ a, b float64 }
func (r Rect) Area() float64 { return r.a * r.b }
shapes = append(shapes, Rect{2, 5})
>
---
for _, s := range shapes { fmt.Println(s.Area(), s) }
> 4 {2}
> 10 {2 5}
---
func (r Rect) String() string { return fmt.Sprintf("rect %gx%g", r.a, r.b) }
fmt.Println(shapes)
> [{2} rect 2x5]
`,
	"linked list": `
type Node struct { v int; next *Node }
var head *Node
for i := range 3 { head = &Node{i, head} }
>
---
func sum(n *Node) int { if n == nil { return 0 }; return n.v + sum(n.next) }
sum(head)
> = 3
---
head = &Node{10, head}
var any1 any = head
sum(head)
> = 13
---
fmt.Println(any1 == any(head), any1.(*Node).next.v)
> true 2
`,
	"partial panic": `
var log []int
>
---
for i := 1; i <= 5; i++ {
	log = append(log, i)
	if i == 3 {
		panic("half way")
	}
}
> panic: half way at c2:4
---
fmt.Println("done", log)
> done [1 2 3]
`,
	"nil dereference": `
type User struct{ name string }

func (u *User) Name() string { return u.name }

var users = map[string]*User{"a": {"ada"}}
>
---
fmt.Println(users["nobody"].Name())
> panic: runtime error: invalid memory address or nil pointer dereference at c1:3
---
fmt.Println(users["a"].Name())
> ada
`,
	"panic of one goroutine of many": `
c := make(chan int)
>
---
var wg sync.WaitGroup
ready := make(chan bool)
for n := range 8 {
	wg.Go(func() {
		<-ready
		if n == 3 {
			xs := []int{n}
			fmt.Print(xs[n])
		}
		for i := range c {
			_ = 10 / (i + 1)
		}
	})
}
close(ready)
wg.Wait()
> panic: runtime error: index out of range [3] with length 1 at c2:8
`,
	"goroutine panic": `
nums := []int{1, 2, 3}
>
---
var wg sync.WaitGroup
for _, n := range nums[1:2] { // one: lines are noted per function, not per goroutine
	wg.Add(1)
	go func() {
		defer wg.Done()
		if n == 2 {
			panic(fmt.Errorf("worker %d failed", n))
		}
	}()
}
wg.Wait()
select {}
> panic: worker 2 failed at c2:7
---
len(nums)
> = 3
`,
	"exit": `
defer fmt.Println("bye")
if true { os.Exit(3) }
> exit: exit status 3 at c1:0
---
1
> = 1
`,
	"goexit": `
var n int
>
---
n++
runtime.Goexit()
n += 100
> exit: runtime.Goexit was called at c2:0
---
n
> = 1
`,
	"stdout": `
keep := os.Stdout
os.Stdout = nil
>
---
fmt.Println("audible", keep != nil)
> audible true
`,
	"stack overflow": `
func depth(n int) int { return depth(n+1) + 1 }
depth(0)
> panic: stack overflow in depth at c1:1
---
2
> = 2
`,
	"pointer to redefined": `
x := 1
p := &x
func get() int { return x }
>
---
x := 2
fmt.Println(*p, x, get())
> 1 2 2
`,
	"generics": `
type Pair[K comparable, V any] struct { Key K; Val V }
func pairs[K comparable, V any](m map[K]V) []Pair[K, V] {
	var ps []Pair[K, V]
	for k, v := range m { ps = append(ps, Pair[K, V]{k, v}) }
	return ps
}
>
---
ps := pairs(map[string]int{"a": 1, "b": 2})
slices.SortFunc(ps, func(a, b Pair[string, int]) int { return strings.Compare(a.Key, b.Key) })
ps
> = [{Key:a Val:1} {Key:b Val:2}]
---
fmt.Printf("%T %v\n", ps, slices.Sorted(maps.Keys(map[int]bool{3: true, 1: true})))
> []main.Pair[string,int] [1 3]
`,
	"script": `
package main
import "fmt"
var a = b + 1
var b = 2
func main() { fmt.Println(a) }
> 3
`,
}

func TestTranscripts(t *testing.T) {
	for name, text := range transcripts {
		t.Run(name, func(t *testing.T) { transcript(t, text) })
	}
}

func transcript(t *testing.T, text string) {
	s := newSession(t)
	for _, part := range strings.Split(text, "\n---\n") {
		var code, want []string
		for _, l := range strings.Split(strings.Trim(part, "\n"), "\n") {
			if w, ok := strings.CutPrefix(l, ">"); ok {
				if w = strings.TrimPrefix(w, " "); w != "" {
					want = append(want, w)
				}
				continue
			}
			code = append(code, l)
		}
		got := strings.TrimRight(s.cell(strings.Join(code, "\n")).String(), "\n")
		if got != strings.Join(want, "\n") {
			t.Errorf("cell %d:\n%s\ngave\n%s\nwant\n%s", s.n, strings.Join(code, "\n"), got, strings.Join(want, "\n"))
		}
	}
}

// Panics that nothing recovers have the numbers of Go's message too, wherever a
// statement certainly evaluates the index.
func TestPanicTexts(t *testing.T) {
	for cell, want := range map[string]string{
		"xs := []int{1, 2, 3}\ni := 5\nxs[i] = 1":                                 "index out of range [5] with length 3",
		"xs := []int{1, 2, 3}\nfor i := 0; i <= len(xs); i++ {\n\txs[i]++\n}":     "index out of range [3] with length 3",
		"xs := []int{1}\ni := 5\nxs[i]":                                           "index out of range [5] with length 1",
		"xs := []int{1}\nfmt.Println(xs[len(xs)])":                                "index out of range [1] with length 1",
		"grid := [][]int{{1}, nil}\nx, y := 0, 1\nsum := grid[0][0] + grid[y][x]": "index out of range [0] with length 0",
		"xs := []int{1}\nn := -1\nif xs[n] > 0 {\n}":                              "index out of range [-1]",
		"s := \"abc\"\nn := 4\n_ = s[n:]":                                         "slice bounds out of range [4:3]",
		"xs := make([]int, 1, 2)\nn := 4\nxs = xs[:n]":                            "slice bounds out of range [:4] with capacity 2",
		"f := func() []int { return nil }\nn := 2\n_ = f()[n:]":                   "slice bounds out of range [2:0]",
		"a := [3]int{}\ni, j := 2, 1\n_ = a[i:j]":                                 "slice bounds out of range [2:1]",
	} {
		if a := newSession(t).cell(cell); a.Err == nil || a.Err.Message != "runtime error: "+want {
			t.Errorf("%s\ngave %swant %s", cell, a, want)
		}
	}
}
