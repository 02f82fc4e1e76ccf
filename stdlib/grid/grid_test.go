package grid_test

import (
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/lapbook/lapbook/stdlib/grid"
)

type page struct {
	Name string
	Size int
}

func TestOf(t *testing.T) {
	long := make([]int, 50)
	tests := []struct {
		name    string
		value   any
		columns []string
		rows    [][]string
		total   int
	}{
		{"structs", []page{{"a", 1}, {"b", 2}}, []string{"Name", "Size"}, [][]string{{"a", "1"}, {"b", "2"}}, 2},
		{"pointers", []*page{{"a", 1}}, []string{"Name", "Size"}, [][]string{{"a", "1"}}, 1},
		{"map", map[int]string{10: "x", 9: "y"}, []string{"key", "value"}, [][]string{{"9", "y"}, {"10", "x"}}, 2},
		{"map of structs", map[string]page{"k": {"a", 1}}, []string{"key", "Name", "Size"}, [][]string{{"k", "a", "1"}}, 1},
		{"rows", [][]int{{1, 2}, {3}}, []string{"0", "1"}, [][]string{{"1", "2"}, {"3", ""}}, 2},
		{"control", []page{{"a\x1b[31m\nb\x1e\x1f", 1}}, []string{"Name", "Size"}, [][]string{{"a\uFFFD[31m b\uFFFD\uFFFD", "1"}}, 1},
	}
	for _, tt := range tests {
		g := grid.Of(tt.value)
		if g == nil || !reflect.DeepEqual(g.Columns, tt.columns) || !reflect.DeepEqual(g.Rows, tt.rows) || g.Total != tt.total {
			t.Errorf("%s: %+v", tt.name, g)
			continue
		}
		if back := grid.Unpack(g.Pack()); !reflect.DeepEqual(back, g) {
			t.Errorf("%s: packed and unpacked %+v, want %+v", tt.name, back, g)
		}
	}
	for _, v := range []any{nil, 1, "a", []int{1}, long, []page{}, map[string]int(nil), []time.Duration{1}, [][]byte{{1}}, []time.Time{{}}, []error{nil}, page{}} {
		if g := grid.Of(v); g != nil {
			t.Errorf("%T is no table, got %+v", v, g)
		}
	}
}

func TestCuts(t *testing.T) {
	rows := make([][]string, 1000)
	for i := range rows {
		rows[i] = make([]string, 40)
		rows[i][0] = strings.Repeat("长", 500)
	}
	g := grid.Of(rows)
	if len(g.Rows) != grid.MaxRows || g.Total != 1000 || len(g.Columns) != grid.MaxColumns || g.MoreColumns != 40-grid.MaxColumns {
		t.Fatalf("%d of %d rows, %d and %d columns", len(g.Rows), g.Total, len(g.Columns), g.MoreColumns)
	}
	wide := func(s string) int { return utf8.RuneCountInString(s) + strings.Count(s, "长") }
	for line := range strings.Lines(g.Draw(60, wide)) {
		if text := strings.TrimSpace(line); !strings.HasPrefix(text, "─") && !strings.HasPrefix(text, "…") && wide(text) > 60 {
			t.Errorf("%d columns: %s", wide(text), text)
		}
	}
	if note := g.Note(len(g.Columns)); note != "… 20 of 1000 rows · … 24 more columns" {
		t.Error(note)
	}
}

func TestText(t *testing.T) {
	got := grid.Of([]page{{"long name", 1}, {"b", 200}}).Text()
	want := "Name       Size\n───────────────\nlong name     1\nb           200\n"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestUnpackRefuses(t *testing.T) {
	for _, s := range []string{"", "x", "1\x1f0", "1\x1fx\x1ea", "1\x1f0\x1ea\x1eb\x1fc"} {
		if g := grid.Unpack(s); g != nil {
			t.Errorf("%q gives %+v", s, g)
		}
	}
}

func TestFiles(t *testing.T) {
	have, err := fs.Glob(grid.Files, "*.go")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && name != "files.go" {
			want = append(want, name)
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("Files holds %v, the package is %v", have, want)
	}
}
