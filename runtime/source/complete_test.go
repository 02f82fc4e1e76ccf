package source

import (
	"slices"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	s, _ := session(t, "type Point struct{ X, Y int; name string }\n// Norm is the length.\nfunc (p *Point) Norm() int { return p.X }\norigin := &Point{}\nimport str \"strings\"")
	tests := []struct {
		text string // the cursor is at |
		want []string
		not  []string
	}{
		{"ori|", []string{"origin"}, nil},
		{"origin.|", []string{"X", "Y", "name", "Norm"}, nil},
		{"origin.N|", []string{"Norm"}, []string{"X"}},
		{"origin.n|", []string{"name", "Norm"}, []string{"X"}},
		{"strings.Fie|", []string{"Fields", "FieldsFunc"}, []string{"ToUpper"}},
		{"str.ToUp|", []string{"ToUpper"}, nil},
		{"fmt.Println(origin.|", []string{"Norm"}, nil},
		{"for i, word := range []string{} {\n\tif strings.HasPrefix(wo|", []string{"word"}, nil},
		{"for i, word := range []string{} {\n\tif wo|", []string{"word"}, nil},
		{"var b strings.Builder\nb.WriteS|", []string{"WriteString"}, nil},
		{"x := broken + 1\ny := Point{}\ny.|", []string{"X", "Norm"}, nil},
		{"switch origin.|", []string{"X"}, nil},
		{"map[string]int{\"a\": len(ori|", []string{"origin"}, nil},
		{"time.Now().Ad|", []string{"Add", "AddDate"}, nil},
		{"http.|", []string{"Get", "Client", "StatusOK"}, nil},
		{"pri|", []string{"println"}, nil},
		{"ret|", []string{"return"}, nil},
		{"fmt.Println(\"ori|", nil, []string{"origin"}},
		{"// ori|", nil, []string{"origin"}},
		{"1 +|", []string{"origin"}, nil},
		{"func f(arg int) int { return ar|", []string{"arg"}, nil},
		{"%time ori|", []string{"origin"}, nil},
		{"", []string{"origin", "fmt"}, nil},
	}
	for _, test := range tests {
		offset := max(strings.Index(test.text, "|"), 0)
		text := strings.Replace(test.text, "|", "", 1)
		var got []string
		for _, c := range s.Complete(text, offset) {
			got = append(got, c.Text)
			if c.From > offset || c.Kind == "" {
				t.Errorf("%s: candidate %+v", test.text, c)
			}
		}
		for _, w := range test.want {
			if !slices.Contains(got, w) {
				t.Errorf("%s: no %s among %.200v", test.text, w, got)
			}
		}
		for _, w := range test.not {
			if slices.Contains(got, w) {
				t.Errorf("%s: %s among %.200v", test.text, w, got)
			}
		}
	}
}

func TestDoc(t *testing.T) {
	s, _ := session(t, "// Point is a place.\ntype Point struct{ X, Y int }\n\n// Norm is the length.\nfunc (p *Point) Norm() int { return p.X }\norigin := &Point{}\n\n// twice doubles.\nfunc twice(n int) int { return 2 * n }")
	tests := []struct{ name, want string }{
		{"twice", "func twice(n int) int\n\n    twice doubles.\n\ndefined in cell 1 (cell-1), line 9\n"},
		{"origin", "var origin *Point\n\ndefined in cell 1 (cell-1), line 6\n"},
		{"Point", "type Point struct{ X, Y int }\n\n    Point is a place.\n\ndefined in cell 1 (cell-1), line 2\n"},
		{"Point.Norm", "func (p *Point) Norm() int\n\n    Norm is the length.\n\ndefined in cell 1 (cell-1), line 5\n"},
		{"origin.X", "field X int\n\ndefined in cell 1 (cell-1), line 2\n"},
		{"len", "func len(v) int\n\n    The number of elements of a slice, array or map, of bytes in a string, or of values waiting in a channel.\n\npredeclared in Go\n"},
		{"nothing", ""},
		{"strings.nothing", ""},
	}
	for _, test := range tests {
		if got := s.Doc(test.name); got != test.want {
			t.Errorf("%s: got %q\nwant %q", test.name, got, test.want)
		}
	}
	for name, want := range map[string]string{
		"strings.Fields": "func strings.Fields(s string) []string", "http.Client.Do": "func (*http.Client).Do(req *http.Request)",
		"lab.Fetch": "func lab.Fetch(", "strings": "package strings", "math/rand/v2.N": "func rand.N[", "encoding/json": "package json",
	} {
		if got := s.Doc(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestDocHasComments(t *testing.T) {
	s, _ := session(t)
	if got := s.Doc("lab.Fetch"); !strings.Contains(got, "    Fetch ") {
		t.Errorf("%q", got)
	}
	if goroot() == "" {
		t.Skip("no source of the standard library here; install Go: https://go.dev/dl")
	}
	for name, want := range map[string]string{
		"strings.Fields": "    Fields splits", "http.Client.Do": "    Do sends", "time.Second": "", "os.O_RDONLY": "    Flags to OpenFile", "strings": "    Package strings",
	} {
		if got := s.Doc(name); !strings.Contains(got, want) || got == "" {
			t.Errorf("%s: %q lacks %q", name, got, want)
		}
	}
}

// Names that stand for something inside of checking are never offered.
func TestCompleteOffersWhatCanBeTyped(t *testing.T) {
	got := matching([]Candidate{{Text: hookPrefix + "unsafe"}, {Text: "unsafe"}}, "", 3)
	if len(got) != 1 || got[0].Text != "unsafe" {
		t.Errorf("%v", got)
	}
}
