package engine

import (
	"reflect"
	"testing"

	"github.com/lapbook/lapbook/runtime/engine/harness/graph"
)

func value(v any) Value {
	r := reflect.ValueOf(v)
	hash, _ := graph.Hash(r)
	parts, n := graph.Parts(r)
	return Value{Hash: hash, Text: graph.Text(r, 40), Parts: parts, Len: n}
}

func TestDifference(t *testing.T) {
	long, other := make([]int, 100_000), make([]int, 100_000)
	other[50_000] = 1
	for _, test := range []struct {
		a, b any
		want string
	}{
		{1, 1, ""},
		{1, 2, "v: 1, then 2"},
		{[]int{1, 2, 3}, []int{1, 5, 3}, "v[1]: [1 2 3], then [1 5 3]"},
		{[]int{1}, []int{1, 2}, "len(v) is 1, then 2: [1], then [1 2]"},
		{long, other, "v[49980:50078] differs"},
		{map[string]int{"a": 1}, map[string]int{"a": 2}, `v: map["a":1], then map["a":2]`},
	} {
		got := ""
		if d := Difference(map[string]Value{"v": value(test.a)}, map[string]Value{"v": value(test.b)}, nil); d != nil {
			got = d[0]
		}
		if got != test.want {
			t.Errorf("%.40v and %.40v: %q, want %q", test.a, test.b, got, test.want)
		}
	}
	if d := Difference(map[string]Value{"v": value(1)}, map[string]Value{"v": value(2)}, map[string]bool{"v": true}); d != nil {
		t.Error("what is skipped is compared")
	}
}
