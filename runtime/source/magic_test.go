package source

import (
	"fmt"
	"strings"
	"testing"
)

func TestSplitMagics(t *testing.T) {
	tests := []struct {
		text   string
		magics string // name(args)[body]@line, %% doubled
		code   string // "·" for each blanked byte; "" when nothing is blanked
	}{
		{"x := 1", "", ""},
		{"%profile", "profile()[]@1", "········"},
		{"%profile on", "profile(on)[]@1", "···········"},
		{"%%classify\nx()", "%classify()[]@1", "··········\nx()"},
		{"%time x := 1", "time()[x := 1]@1", "······x := 1"},
		{"%timeit f()\n", "timeit()[f()]@1", "········f()\n"},
		{"%sh ls | wc -l `x\"\nx := 1", "sh()[ls | wc -l `x\"]@1", "··················\nx := 1"},
		{"%%sh\nls `x\n", "%sh()[ls `x\n]@1", "····\n·····\n"},
		{"%a\n%%b x\n//lap:%c 1\nf()", "a()[]@1 %b(x)[]@2 c(1)[]@3", "··\n·····\n··········\nf()"},
		{"//lap:%time x := 1", "time()[x := 1]@1", "············x := 1"},
		{"// %profile", "", ""},
		{"/*\n%profile\n*/", "", ""},
		{"a := `\n%profile\n`", "", ""},
		{"x := 7\n%profile", "profile()[]@2", "x := 7\n········"},
		{"x := 7 %\ny", "", ""},
		{"x := 7\n%y", "y()[]@2", "x := 7\n··"},
		{"x := 7 %\n%y", "", ""},
		{"x := (7\n%y\n)", "error", ""},
		{"f(\n7 %\ny)", "", ""},
		{"func f() {\n%time x()\n}", "error", ""},
		{"x := 1 // c\n  %who", "who()[]@2", "x := 1 // c\n······"},
		{"?strings.Fields", "?(strings.Fields)[]@1", "···············"},
		{"?%profile", "?(%profile)[]@1", "·········"},
		{"?a b", "", ""},
		{"x ? y", "", ""},
		{"!ls -l 'a b'", "sh()[ls -l 'a b']@1", "············"},
		{"!true", "", ""},
		{"!ok", "sh()[ok]@1", "···"},
		{"x := 1\n!ls", "", ""},
		{"a &&\n!b", "", ""},
		{"!len(\"a\") == 0", "", ""},
		{"%run it's\nx := 'a'", "run(it's)[]@1", "·········\nx := 'a'"},
		{"%profile\r\nx\r\n", "profile()[]@1", "········\r\nx\r\n"},
		{"\uFEFFx := 1", "", "···x := 1"},
		{"\uFEFF%who", "who()[]@1", "·······"},
		{"% x", "", ""},
		{"%", "", ""},
		{"x := `a`\n%who\ny := `\n%no\n`", "who()[]@2", "x := `a`\n····\ny := `\n%no\n`"},
		{"if true {\n}\n%who", "who()[]@3", "if true {\n}\n····"},
		{"%time for i := range 3 {\n}", "time()[for i := range 3 {]@1", "······for i := range 3 {\n}"},
	}
	for _, test := range tests {
		magics, code, err := SplitMagics(test.text)
		var got []string
		for _, m := range magics {
			s := fmt.Sprintf("%s(%s)[%s]@%d", m.Name, m.Args, m.Body, m.Line)
			if m.Double {
				s = "%" + s
			}
			got = append(got, s)
		}
		if err != nil {
			got = []string{"error"}
		}
		want := test.code
		if want == "" {
			want = test.text
		}
		if err != nil {
			code = want
		}
		if strings.Join(got, " ") != test.magics || code != strings.ReplaceAll(want, "·", " ") {
			t.Errorf("%q\ngot  %q %q\nwant %q %q", test.text, got, code, test.magics, want)
		}
	}
}

func TestShellLineInScope(t *testing.T) {
	s, _ := session(t, "ok := true\nls := 1")
	for text, shell := range map[string]bool{"!ok": false, "!ok && 1 < 2": false, "!ok &&\n!ok": false, "!okay": true, "!ls -l /": true, "!cat x": true, "!strings": true} {
		magics, _, err := s.SplitMagics(text)
		if err != nil || (len(magics) == 1) != shell {
			t.Errorf("%q: %v %v, want shell %v", text, magics, err, shell)
		}
	}
}

func TestIncomplete(t *testing.T) {
	tests := []struct {
		text  string
		more  bool
		depth int
	}{
		{"", false, 0},
		{"x := 1", false, 0},
		{"for {", true, 1},
		{"for {\nif x {", true, 2},
		{"for {\n}", false, 0},
		{"f(1,", true, 1},
		{"f(1,\n2)", false, 0},
		{"x :=", true, 1},
		{"a +", true, 1},
		{"foo.", true, 1},
		{"a &&", true, 1},
		{"`raw", true, 0},
		{"f(`raw", true, 1},
		{"/* comment", true, 0},
		{"\"open", false, 0},
		{"}", false, 0},
		{"(]", false, 0},
		{"func f()", false, 0},
		{"type T struct", true, 1},
		{"label:", true, 1},
		{"x := []int{\n1,", true, 1},
		{"%profile on", false, 0},
		{"%time f(", true, 1},
		{"!echo (", false, 0},
		{"%sh echo '", false, 0},
		{"x // comment", false, 0},
		{"x := 'a", false, 0},
		{"import (", true, 1},
		{"return", false, 0},
	}
	for _, test := range tests {
		if more, depth := Incomplete(test.text); more != test.more || depth != test.depth {
			t.Errorf("%q: %v %d, want %v %d", test.text, more, depth, test.more, test.depth)
		}
	}
}
