package runtime

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/lapbook/lapbook/runtime/notebook"
)

// TestGrowRefusals: what cannot be grown says what to do instead.
func TestGrowRefusals(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{})
	cells := []string{
		"n := 1000\nvar small int8 = 3\nconst c = 5\nf := 2.5",
		"func work(k int) int {\n\ts := 0\n\tfor i := range k {\n\t\tlocal := i\n\t\ts += local\n\t}\n\treturn s\n}",
		"words := []string{\"a\", \"b\"}\nw := len(words)", "other := 7",
		"work(n + c + int(small) + int(f) + w)",
	}
	for _, text := range cells {
		if res := s.Do(context.Background(), text, silent{})[0]; res.Failed() {
			t.Fatalf("%q: %v", text, res.Error)
		}
	}
	tests := []struct{ text, want string }{
		{"%grow", "which variable grows"},
		{"%grow 4", "which variable grows"},
		{"%grow nosuch=1..100", "no variable nosuch here: what could grow is n"},
		{"%grow other=1..100", "cell 5 does not use other"},
		{"%grow k=1..100", "k is a parameter of work"},
		{"%grow local=1..100", "local belongs to one block only"},
		{"%grow c=1..100", "c is a constant, which a run cannot change: write c := 5"},
		{"%grow f=1..100", "f is float64, and a size is an int"},
		{"%grow work=1..100", "work is func(k int) int and no size"},
		{"%grow w=1..100", "w is the length of words here"},
		{"%grow small=1..1000", "small is int8, which holds at most 127"},
		{"%grow cfg.n=1..100", "cfg.n is no plain variable"},
		{"%grow n=5", "is one size"},
		{"%grow n=100..1", "runs backwards"},
		{"%grow n=1..100 2", "only declares"},
		{"%memory nosuch", "no such cell"},
	}
	for _, tt := range tests {
		res := s.Do(context.Background(), tt.text, silent{})[0]
		if !res.Failed() || res.Error == nil || !strings.Contains(res.Error.Message, tt.want) {
			t.Errorf("%s: %s: %v; want %q", tt.text, res.Status, res.Error, tt.want)
		}
		if res.Status != notebook.Refused {
			t.Errorf("%s: status %s, want refused", tt.text, res.Status)
		}
	}
}

// TestGrowStopsHonestly: a size that fails is named, and the smaller ones count.
func TestGrowStopsHonestly(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{})
	res := typed(t, s, "n := 10\na := make([]int, 3000)\nfor i := range n {\n\ta[i] = i\n}", "%grow n=10..100000")
	g := res.Growth
	if g == nil || !strings.Contains(g.Stopped, "panic") || !strings.Contains(g.Stopped, "line 4") || g.High > 3000 {
		t.Fatalf("%+v", g)
	}
	bad := s.Do(context.Background(), "%grow n=5000..100000", silent{})[0]
	if bad.Error == nil || !strings.Contains(bad.Error.Message, "n=5000: panic") {
		t.Errorf("%s: %v", bad.Status, bad.Error)
	}
}

// TestGrowLeavesTheSession: what %grow runs is not the session's.
func TestGrowLeavesTheSession(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{})
	res := typed(t, s, "n := 7\nsum := 0", "for i := range n { sum += i }", "%grow n=10..10000", "sum*1000 + n")
	if res.Value != "21007" {
		t.Errorf("the session's variables are now %q", res.Value)
	}
}

// TestGrowIsSaved: a notebook keeps the answer, and memory grows by it.
func TestGrowIsSaved(t *testing.T) {
	needGo(t)
	s := newSession(t, Config{})
	typed(t, s, "n := 1000", "xs := []int{}\nfor i := range n {\n\txs = append(xs, i)\n}", "%grow n=1000..300000")
	cell := s.book.CodeCells()[1]
	if cell.Result == nil || cell.Result.Growth == nil || !slices.Equal(s.entryOf(cell).magics, []string{"%%grow n=1000..300000"}) {
		t.Fatalf("recorded: %q, %+v", s.entryOf(cell).magics, cell.Result)
	}
	m := typed(t, s, "%memory").Memory
	if m == nil || m.Growth == nil || m.Growth.Parameter != "n" || m.Growth.Measure != "peak heap" {
		t.Fatalf("%+v", m)
	}
}

func TestReadCounts(t *testing.T) {
	got := readCounts("noise\n"+countMark+"3 4 \nmore\n"+countMark+"5 6 \n"+countMark+"7", 2)
	if len(got) != 2 || got[0][1] != 4 || got[1][0] != 5 {
		t.Errorf("%v", got)
	}
}
