package graph

import (
	"bytes"
	"container/list"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

type node struct {
	name string
	next *node
	kids []*node
	attr map[string]any
}

// twin has the structure of node and other names, as the interpreter's types do.
type twin struct {
	A string
	B *twin
	C []*twin
	D map[string]any
}

func vars(pointers ...any) []Var {
	var list []Var
	for i, p := range pointers {
		list = append(list, Var{string(rune('a' + i)), reflect.ValueOf(p).Elem()})
	}
	return list
}

// carry encodes from and restores into to; both are pointers, pairwise.
func carry(t *testing.T, from, to []any) map[string]string {
	t.Helper()
	data, refused := Encode(vars(from...))
	if data == nil {
		return refused
	}
	if err := Restore(data, vars(to...)); err != nil {
		t.Fatal(err)
	}
	return refused
}

func same[T any](t *testing.T, v T) {
	t.Helper()
	var got T
	if refused := carry(t, []any{&v}, []any{&got}); len(refused) > 0 {
		t.Fatalf("%T refused: %v", v, refused)
	}
	if a, b := Text(reflect.ValueOf(&v).Elem(), 1<<16), Text(reflect.ValueOf(&got).Elem(), 1<<16); a != b {
		t.Errorf("%T: got %s, want %s", v, b, a)
	}
	h1, _ := Hash(reflect.ValueOf(&v).Elem())
	h2, _ := Hash(reflect.ValueOf(&got).Elem())
	if h1 != h2 || h1 == "" {
		t.Errorf("%T: fingerprints %q and %q", v, h1, h2)
	}
}

func TestValuesSurvive(t *testing.T) {
	same(t, 42)
	same(t, int8(-3))
	same(t, uint64(math.MaxUint64))
	same(t, "text\x00é")
	same(t, true)
	same(t, math.NaN())
	same(t, complex(1, -2))
	same(t, []int(nil))
	same(t, []int{})
	same(t, []float64{1, math.Inf(1), math.NaN()})
	same(t, []string{"a", "", "c"})
	same(t, [3][2]int{{1, 2}, {3, 4}, {5, 6}})
	same(t, map[string][]int{"a": {1}, "b": nil})
	same(t, map[[2]int]struct{}{{1, 2}: {}})
	same(t, map[string]any{"n": 1.5, "s": "x", "l": []any{1, nil, map[string]any{"k": true}}})
	same(t, struct {
		a int
		B *int
		_ struct{}
	}{1, new(int), struct{}{}})
	same(t, *big.NewInt(1 << 40))
	same(t, []bool{true, false})
	same(t, map[float64]int{math.NaN(): 1, math.Inf(-1): 2})
	same(t, struct{}{})
	same(t, []struct{}{{}, {}})
	same(t, [0]int{})
	same(t, any(nil))
	same(t, *bytes.NewBufferString("buffered"))
	l := list.New()
	l.PushBack(1)
	l.PushBack("two")
	same(t, l)
}

func TestGraphKeepsItsShape(t *testing.T) {
	n := &node{name: "root", attr: map[string]any{"k": []int{1, 2}}}
	n.next = n
	n.kids = []*node{n, {name: "kid", next: n}}
	m := n.attr
	var got *twin
	var gotMap map[string]any
	if refused := carry(t, []any{&n, &m}, []any{&got, &gotMap}); len(refused) > 0 {
		t.Fatal(refused)
	}
	if got.A != "root" || got.B != got || got.C[0] != got || got.C[1].A != "kid" || got.C[1].B != got {
		t.Errorf("shape lost: %s", Text(reflect.ValueOf(got), 1000))
	}
	gotMap["new"] = 1
	if got.D["new"] != 1 {
		t.Error("the map is not the same any more")
	}
}

func TestSlicesShareTheirArray(t *testing.T) {
	base := make([]int, 10, 20)
	for i := range base {
		base[i] = i
	}
	low, high := base[0:5:8], base[4:9]
	base = nil // only overlapping parts are left
	p := &high[1]
	arr := [4]int{1, 2, 3, 4}
	s, q := arr[1:3], &arr[2]
	var low2, high2, s2 []int
	var p2, q2 *int
	var arr2 [4]int
	var base2 []int
	if refused := carry(t, []any{&low, &high, &p, &arr, &s, &q, &base}, []any{&low2, &high2, &p2, &arr2, &s2, &q2, &base2}); len(refused) > 0 {
		t.Fatal(refused)
	}
	if len(low2) != 5 || cap(low2) != 8 || len(high2) != 5 || cap(high2) != cap(high) || *p2 != 5 {
		t.Fatalf("%v %d %v %d %v", low2, cap(low2), high2, cap(high2), *p2)
	}
	low2[4] = 99
	if high2[0] != 99 {
		t.Error("low and high do not share")
	}
	*p2 = 77
	if high2[1] != 77 {
		t.Error("p does not point into high")
	}
	s2[1] = 55
	if arr2[2] != 55 || *q2 != 55 {
		t.Errorf("arr %v, q %v: not the same memory as s", arr2, *q2)
	}
}

func TestInteriorPointers(t *testing.T) {
	type inner struct{ x, y int }
	type outer struct {
		a  int
		in [2]inner
	}
	p := []*int{nil, nil}
	o := []outer{{}, {a: 7}}
	p[0], p[1] = &o[1].in[1].y, &o[1].a
	in := &o[1].in[1]
	var p2 []*int
	var o2 []outer
	var in2 *inner
	if refused := carry(t, []any{&p, &o, &in}, []any{&p2, &o2, &in2}); len(refused) > 0 {
		t.Fatal(refused)
	}
	*p2[0] = 5
	in2.x = 6
	if o2[1].in[1].y != 5 || o2[1].in[1].x != 6 || *p2[1] != 7 || p2[1] != &o2[1].a {
		t.Errorf("%+v", o2)
	}
}

func TestRefused(t *testing.T) {
	n := 1
	holder := struct {
		f func()
		n *int
	}{func() {}, &n}
	for _, test := range []struct {
		from any
		why  string
	}{
		{&[]any{func() {}}, "holds a func()"},
		{&[]chan int{make(chan int)}, "chan"},
		{&[]time.Time{time.Now()}, "time.Time"},
		{&[]error{bytes.ErrTooLarge}, "errors.errorString"},
		{&holder, "func"},
	} {
		_, refused := Encode(vars(test.from))
		if !strings.Contains(refused["a"], test.why) {
			t.Errorf("%T: %q does not say %q", test.from, refused["a"], test.why)
		}
	}
	p := &n
	_, refused := Encode(vars(&holder, &p, &n))
	if refused["b"] == "" || refused["c"] == "" {
		t.Errorf("what shares memory with a refused variable is not refused: %v", refused)
	}
}

func TestHashTellsApart(t *testing.T) {
	one := 1
	p := &one
	two, also := 1, 1
	values := []any{0, 1, "", "a", []int(nil), []int{}, []int{0}, []int{0, 0}, map[string]int{}, map[string]int{"a": 1}, map[string]int{"a": 2},
		[]*int{p, p}, []*int{&two, &also}, [2]any{1, 2}, [2]any{2, 1}, [2]any{int8(1), 2}, []float64{0}, []float64{math.NaN()}, []string{"ab", "c"}, []string{"a", "bc"}}
	seen := map[string]int{}
	for i, v := range values {
		h, _ := Hash(reflect.ValueOf(v))
		if j, ok := seen[h]; ok {
			t.Errorf("%#v and %#v have one fingerprint", values[j], v)
		}
		seen[h] = i
	}
	big := map[int]string{}
	again := map[int]string{}
	for i := range 1000 {
		big[i] = strings.Repeat("x", i)
		again[999-i] = strings.Repeat("x", 999-i)
	}
	h1, _ := Hash(reflect.ValueOf(big))
	h2, _ := Hash(reflect.ValueOf(again))
	if h1 != h2 {
		t.Error("map order counts")
	}
}

func TestHashLeavesOut(t *testing.T) {
	if h, skipped := Hash(reflect.ValueOf(func() {})); h != "" || !strings.Contains(skipped, "functions") {
		t.Errorf("%q %q", h, skipped)
	}
	type timed struct {
		n int
		t time.Time
	}
	h1, skipped := Hash(reflect.ValueOf(timed{1, time.Now()}))
	h2, _ := Hash(reflect.ValueOf(timed{1, time.Time{}}))
	if h1 != h2 || !strings.Contains(skipped, "time.Time") {
		t.Errorf("%q %q %q", h1, h2, skipped)
	}
}

func TestLongListNeedsNoStack(t *testing.T) {
	var head *node
	for range 1_000_000 {
		head = &node{next: head}
	}
	if h, _ := Hash(reflect.ValueOf(head)); h == "" {
		t.Error("no fingerprint")
	}
	Text(reflect.ValueOf(head), 100)
}

func TestRestoreRefusesJunk(t *testing.T) {
	v := map[string][]int{"a": {1, 2, 3}}
	data, _ := Encode(vars(&v))
	for i := range data {
		var got map[string][]int
		_ = Restore(data[:i], vars(&got)) // must not panic
		bad := bytes.Clone(data)
		bad[i] ^= 0x55
		_ = Restore(bad, vars(&got))
	}
	var other map[string][]string
	if err := Restore(data, vars(&other)); err == nil {
		t.Error("another type was accepted")
	}
}

func TestTextIsCut(t *testing.T) {
	s := Text(reflect.ValueOf(make([]int, 1_000_000)), 100)
	if len(s) > 200 || !strings.Contains(s, "more") {
		t.Errorf("%d bytes: %.100s", len(s), s)
	}
	for _, test := range []struct{ v, want any }{
		{"a\nb", `"a\nb"`}, {[]string{"x"}, "[x]"}, {error(bytes.ErrTooLarge), "bytes.Buffer: too large"}, {nil, "<nil>"}, {3 * time.Second, "3s"},
		{big.NewInt(7), "7"},
		{strings.Repeat("x", 3000), strconv.Quote(strings.Repeat("x", 2000)) + "… (3000 bytes)"},
		{make([]bool, 5000), "[" + strings.Repeat("false ", 100) + "… (5000 in all)]"},
	} {
		if got := Show(test.v); got != test.want {
			t.Errorf("Show(%#v) = %s, want %s", test.v, got, test.want)
		}
	}
}

// TestPartsOfAChain: the pieces of a list that is one chain would each be the
// whole chain, and a million elements would take hours.
func TestPartsOfAChain(t *testing.T) {
	type link struct{ next *link }
	chain := make([]link, 50_000)
	for i := range chain {
		chain[i].next = &chain[(i*7+1)%len(chain)]
	}
	if parts, n := Parts(reflect.ValueOf(chain)); parts != nil || n != 0 {
		t.Errorf("%d parts of %d", len(parts), n)
	}
}
