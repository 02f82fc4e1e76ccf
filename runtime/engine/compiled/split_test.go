package compiled

import (
	"bytes"
	"context"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/source"
)

var splitDir = flag.String("split", "", "split the programs of this directory into notebooks and compare")

// TestSplitPrograms makes a notebook of each program: its declarations, then
// two statements of func main to a cell. What the cells print, each measured
// with its slice, must be what the program prints.
func TestSplitPrograms(t *testing.T) {
	if *splitDir == "" {
		t.Skip("with -split and a directory of programs, such as those of gobyexample")
	}
	e := testEngine(t)
	old := *suite
	*suite = *splitDir
	defer func() { *suite = old }()
	count := map[string]int{}
	for _, name := range suitePrograms(*splitDir) {
		verdict, detail := compareSplit(t, e, name)
		count[verdict]++
		if verdict == "wrong" || verdict == "unchecked" {
			t.Logf("%s %s: %s", verdict, filepath.Base(name), detail)
		}
		if verdict == "wrong" {
			t.Fail()
		}
	}
	t.Log(count)
}

// splitProgram cuts a program into cells; nil when its main cannot be cut.
func splitProgram(text []byte) []string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	var main *ast.FuncDecl
	var first bytes.Buffer
	from := at(f.Name.End())
	for _, d := range f.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Name.Name == "main" {
			main = fd
			first.Write(text[from:at(fd.Pos())])
			from = at(fd.End())
		}
	}
	if main == nil || !cuttable(main.Body) {
		return nil
	}
	first.Write(text[from:])
	cells := []string{first.String()}
	list := main.Body.List
	for i := 0; i < len(list); i += 2 {
		last := list[min(i+1, len(list)-1)]
		cells = append(cells, string(text[at(list[i].Pos()):at(last.End())])+";")
	}
	return cells
}

// cuttable says whether the statements of main may stand in different cells.
func cuttable(body *ast.BlockStmt) bool {
	ok := true
	for _, s := range body.List {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.DeferStmt, *ast.ReturnStmt, *ast.LabeledStmt:
				ok = false
			}
			return true
		})
	}
	return ok
}

func compareSplit(t *testing.T, e *Engine, name string) (verdict, detail string) {
	text, err := os.ReadFile(name)
	if err != nil {
		return "skipped", err.Error()
	}
	parts := splitProgram(text)
	if parts == nil {
		return "whole", ""
	}
	dir := t.TempDir()
	exe := filepath.Join(dir, "prog")
	build := exec.Command("go", "build", "-o", exe, name)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GO111MODULE=off")
	if build.Run() != nil {
		return "unbuildable", ""
	}
	want, code := nativeRun(exe, dir)
	again, code2 := nativeRun(exe, dir)
	if want != again || code != 0 || code2 != 0 {
		return "unstable", ""
	}
	scope := source.NewScope(source.EmbeddedImporter())
	var got strings.Builder
	for i, part := range parts {
		c, errs := scope.Check(source.Text{ID: "c" + itoa(int64(i+1)), Index: i + 1, Code: part})
		if errs != nil {
			return "unchecked", errs.Error()
		}
		slice := scope.Slice(c)
		scope.Accept(c)
		if i == 0 && len(c.Body) == 0 {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		p, err := e.Prepare(ctx, engine.Unit{Slice: slice, Cell: c})
		if err != nil {
			return "wrong", err.Error()
		}
		r, err := p.Run(ctx, engine.RunSpec{Dir: dir})
		if err != nil {
			return "wrong", err.Error()
		}
		if r.Err != nil {
			return "wrong", r.Err.Error()
		}
		got.WriteString(r.Stdout.String())
	}
	if got.String() != want {
		return "wrong", firstLine(difference(got.String(), want))
	}
	return "right", ""
}

// difference is where two texts part.
func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(i-20, len(s))):min(len(s), i+60)] }
	return strings.ReplaceAll("got …"+cut(a)+" want …"+cut(b), "\n", "⏎")
}
