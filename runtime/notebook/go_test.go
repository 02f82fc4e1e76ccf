package notebook

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// goBooks are notebooks as Markdown, and what their programs print.
func goBooks() map[string]struct{ md, prints string } {
	return map[string]struct{ md, prints string }{
		"plain":                {"# Title\n\nProse -- with //lap:end in it\n\n//lap:end\n\n^^^go\nx := 20\n^^^\n\nmore\n\n^^^go\nx + 1\n^^^\n", "21\n"},
		"imports":              {"^^^go\nimport (\n\t\"fmt\"\n\t\"os\" // unused\n)\n\nfmt.Println(\"a\")\n^^^\n^^^go\nimport \"fmt\"\nimport str \"strings\"\nfmt.Println(str.ToUpper(\"b\"))\nmath.Sqrt(4)\n^^^\n", "a\nB\n2\n"},
		"functions":            {"^^^go\ntype T struct{ n int }\n\nfunc (t T) twice() int { return 2 * t.n }\n\nconst k = 3\n\nfunc pure(n int) int {\n\treturn n * k\n}\n^^^\n^^^go\ntotal := 0\n\n// add adds.\nfunc add(n int) int {\n\ttotal += n\n\treturn total\n}\n\nfunc again(n int) int { return add(n) + add(n) }\n^^^\n^^^go\nadd(pure(2)); again(1)\n^^^\n^^^go\nT{total}.twice()\n^^^\n", "15\n16\n"},
		"redefinition":         {"^^^go\nx := 1\n^^^\n^^^go\nx := 2\n^^^\n^^^go\nx\n^^^\n^^^go\nx := \"text\"\nx\n^^^\n^^^go\nfunc f() int { return 1 }\n^^^\n^^^go\nfunc f() int { return 2 }\nf()\n^^^\n", "2\ntext\n2\n"},
		"magics":               {"^^^go\n%%classify\n//lap:%profile\nfor i := range 3 {\n\tprint(i)\n}\n^^^\n^^^go\n%compare 1 2\n^^^\n^^^go\n!ls\n^^^\n^^^go\n%time y := 3\n^^^\n^^^go\ny\n^^^\n", "3\n"},
		"broken":               {"^^^go\nx := \n^^^\n^^^go\nundefined + 1\n^^^\n^^^go\nif true { println() }\n\"end\"\n^^^\n", "end\n"},
		"raw strings":          {"^^^go\ns := `a\n\tb\n//lap:end\n//lap:was\n`\nlen(s)\n^^^\n", "25\n"},
		"tags and values":      {"<!-- lapbook {\"id\":\"p\",\"tags\":[\"parameters\"]} -->\n^^^go\nn := 5; _ = n\n^^^\n^^^go\nm := map[string]int{\n\t\"a\": 1,\n}\nm // the map\n^^^\n^^^go\nn;\n^^^\n^^^go\nlen(m);\n^^^\n^^^go\ncopy([]int{1}, []int{2}); (n)\n^^^\n", "map[a:1]\n5\n"},
		"shared lines":         {"^^^go\ntype P struct{ x int }; p := P{3}; func get() int { return p.x }\nget()\n^^^\n", "3\n"},
		"packages of one name": {"^^^go\nimport rand \"math/rand/v2\"\nr := rand.New(rand.NewPCG(1, 2))\nr.IntN(10) < 10\n^^^\n^^^go\nimport \"crypto/rand\"\nn, err := rand.Read(make([]byte, 4))\nfmt.Println(n, err)\n^^^\n^^^go\nimport f \"fmt\"\nimport str \"strings\"\nf.Println(str.ToUpper(\"a\"), 1)\n^^^\n^^^go\nurl := \"u\"\nstrings.ToUpper(url)\n^^^\n^^^go\nimport \"net/url\"\nurl.PathEscape(\"a b\")\n^^^\n", "true\n4 <nil>\nA 1\nU\na%20b\n"},
		"shared by functions":  {"^^^go\nseen, err := 0, error(nil)\nvar (\n\thits int\n\tpair, other = 1, \"x\"\n)\ntype C struct{ n int }\nfunc (c *C) Hit() { c.n++; hits++; pair++ }\nfunc count[T any](xs []T) int { seen += len(xs); return seen }\n^^^\n^^^go\nc := C{}\nc.Hit()\nc.Hit()\nhits + c.n + pair\n^^^\n^^^go\ncount([]int{1, 2}) + count([]string{other})\n^^^\n^^^go\nvar hits int\nc.Hit()\nfmt.Println(hits, err)\n^^^\n", "7\n5\n1 <nil>\n"},
		"any order":            {"^^^go\nfunc f() int { return g() + base }\nfunc g() int { return 2 }\nbase := 40\nf()\n^^^\n^^^go\nfunc even(n int) bool { base++; return n == 0 || odd(n-1) }\nfunc odd(n int) bool { return n != 0 && even(n-1) }\neven(10)\n^^^\n^^^go\nbase\n^^^\n", "42\ntrue\n46\n"},
		"types again":          {"^^^go\ntype T struct{ a int }\nfunc (t T) Get() int { return t.a }\nx := T{3}\nx.Get()\n^^^\n^^^go\ntype T struct{ b string }\nfunc (t T) Get() string { return t.b }\ny := T{\"q\"}\ny.Get()\n^^^\n^^^go\nx := \"text\"\nfmt.Println(x, y.Get())\n^^^\n", "3\nq\ntext q\n"},
	}
}

func TestGoConvertsBack(t *testing.T) {
	for name, book := range goBooks() {
		t.Run(name, func(t *testing.T) {
			nb := mustDecode(t, "x.md", fences(book.md))
			file := mustEncode(t, nb, "x.go")
			back := mustDecode(t, "x.go", file)
			if d := sameBooks(nb, back); d != "" {
				t.Errorf("the %s changed:%s\nto%s\nin\n%s", d, described(nb), described(back), file)
			}
			if again := mustEncode(t, back, "x.go"); again != file {
				t.Errorf("written again as\n%s\nfrom\n%s", again, file)
			}
		})
	}
}

// TestGoRuns builds all the programs at once and runs them.
func TestGoRuns(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command: https://go.dev/dl")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module x\n\ngo 1.24\n")
	for name, book := range goBooks() {
		sub := filepath.Join(dir, strings.ReplaceAll(name, " ", "_"))
		if err := os.Mkdir(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(sub, "main.go"), mustEncode(t, mustDecode(t, "x.md", fences(book.md)), "x.go"))
	}
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "./...")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for name, book := range goBooks() {
		sub := strings.ReplaceAll(name, " ", "_")
		out, err := exec.Command(filepath.Join(bin, sub)).Output()
		if err != nil || string(out) != book.prints {
			t.Errorf("%s printed %q (%v), want %q\n%s", name, out, err, book.prints, read(t, filepath.Join(dir, sub, "main.go")))
		}
	}
}

func TestGoScriptIsOneCell(t *testing.T) {
	for _, script := range []string{"package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1) }\n", "x := 1\nx", bom + "package main\r\n\r\nfunc main() {}\r\n"} {
		nb := mustDecode(t, "x.go", script)
		if len(nb.Cells) != 1 || nb.Cells[0].Kind != Code || nb.Cells[0].ID != "cell-1" {
			t.Fatalf("%q: %d cells", script, len(nb.Cells))
		}
		if strings.Contains(script, "package") && mustEncode(t, nb, "x.go") != script {
			t.Errorf("%q became %q", script, mustEncode(t, nb, "x.go"))
		}
	}
}

func TestGoAfterGofmt(t *testing.T) {
	nb := mustDecode(t, "x.md", fences("# T\n\n^^^go\nif true {\n\tprintln(1)\n}\n^^^\n"))
	file := mustEncode(t, nb, "x.go")
	var moved strings.Builder
	for line := range strings.Lines(file) {
		if strings.Contains(file[:strings.Index(file, line)], "func main() {") && line != "}\n" || strings.HasPrefix(line, "//lap:cell") {
			line = "\t" + line
		}
		moved.WriteString(line)
	}
	if d := sameBooks(nb, mustDecode(t, "x.go", moved.String())); d != "" {
		t.Errorf("the %s changed in\n%s", d, moved.String())
	}
}

func TestGoBenchmarks(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command: https://go.dev/dl")
	}
	nb := mustDecode(t, "x.md", fences("^^^go\nxs := make([]int, 100)\nfunc fill(v int) {\n\tfor i := range xs {\n\t\txs[i] = v\n\t}\n}\nlen(xs)\n^^^\n# Fill it\n^^^go\n%%classify\nn := 3\nfill(n)\nxs[0]\n^^^\n^^^go\n%%profile\nxs := \"text\"\nstrings.ToUpper(xs)\n^^^\n"))
	file := mustEncode(t, nb, "x_test.go")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module x\n\ngo 1.24\n")
	write(t, filepath.Join(dir, "x_test.go"), file)
	cmd := exec.Command("go", "test", "-bench", ".", "-benchtime", "1x", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "BenchmarkFillIt") || !strings.Contains(string(out), "BenchmarkCell3") {
		t.Errorf("%v\n%s\n%s", err, out, file)
	}
	if _, err := New().Encode("x_test.go", nil); err == nil {
		t.Error("a notebook without measured cells became a test")
	}
}

func TestGoSaysWhatItCannotDo(t *testing.T) {
	nb := mustDecode(t, "x.md", fences("^^^go\nx := 1\nfunc show() { fmt.Println(x) }\n^^^\n# Later\n^^^go\nx := \"s\"\nshow()\n^^^\n"))
	mustEncode(t, nb, "x.go")
	if len(nb.Notices) != 1 || !strings.Contains(nb.Notices[0], "later: in the program show goes on using the earlier definition") {
		t.Errorf("%q", nb.Notices)
	}
}
