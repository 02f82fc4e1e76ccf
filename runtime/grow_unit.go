package runtime

import (
	"fmt"
	"go/ast"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/growth"
	"github.com/lapbook/lapbook/runtime/source"
)

// growUnit is a cell in the two forms that %grow runs: with its size from
// outside, and the same with counters.
type growUnit struct {
	param   *parameter
	plain   engine.Unit
	counted *engine.Unit // nil when the cell cannot be counted
	sites   []growth.Site
	hidden  []string
	why     string // why it cannot be counted
}

// growUnit rewrites a cell and what it depends on, in a scope of their own.
func (s *Session) growUnit(cell *source.Cell, earlier []*source.Cell, name string) (*growUnit, error) {
	unit := append(append([]*source.Cell(nil), s.slice(cell)...), cell)
	if cell.Script {
		return nil, fmt.Errorf("a program with its own main cannot be grown: put what it does into a cell")
	}
	p, err := findParameter(s, unit, name)
	if err != nil {
		return nil, err
	}
	g := &growUnit{param: p}
	imports := importsOf(earlier)
	plain, err := p.texts(unit, nil)
	if err != nil {
		return nil, err
	}
	if g.plain, err = s.rescope(unit, imports+sizePreamble, plain); err != nil {
		return nil, fmt.Errorf("%s cannot be run with another %s: %w", s.nameOfCell(cell), name, err)
	}
	count := &counting{atomic: concurrentUnit(unit)}
	texts, err := p.texts(unit, count)
	if err != nil {
		return nil, err
	}
	counted, err := s.rescope(unit, imports+sizePreamble+count.preamble(), texts)
	if err != nil {
		g.why = err.Error()
		return g, nil
	}
	g.counted, g.sites, g.hidden = &counted, count.sites, count.hidden
	return g, nil
}

// texts are the cells' texts with the size from outside and, when asked, counters.
func (p *parameter) texts(unit []*source.Cell, count *counting) ([]string, error) {
	var out []string
	for i, c := range unit {
		t := &textEdits{cell: c}
		if err := p.setSize(t); err != nil {
			return nil, err
		}
		if count != nil {
			if i == len(unit)-1 {
				t.insert(c.Body[0].Pos(), "lapbookStart_(); defer lapbookStop_(); ")
			}
			count.cell(t)
		}
		out = append(out, t.apply())
	}
	return out, nil
}

// rescope checks rewritten texts, one after another, in a scope of their own.
func (s *Session) rescope(unit []*source.Cell, preamble string, texts []string) (engine.Unit, error) {
	scope := source.NewScope(s.imp)
	first, errs := scope.Check(source.Text{ID: "lapbook-size", Index: 0, Code: preamble})
	if errs != nil {
		return engine.Unit{}, errs
	}
	scope.Accept(first)
	out := engine.Unit{Slice: []*source.Cell{first}}
	for i, c := range unit {
		again, errs := scope.Check(source.Text{ID: c.ID, Index: c.Index, Code: texts[i]})
		if errs != nil {
			return engine.Unit{}, errs
		}
		if i == len(unit)-1 {
			out.Cell = again
			break
		}
		scope.Accept(again)
		out.Slice = append(out.Slice, again)
	}
	return out, nil
}

// importsOf are the imports that earlier cells typed, which hold for all later
// ones whether or not they are in the slice.
func importsOf(cells []*source.Cell) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, c := range cells {
		for _, spec := range c.Imports {
			line := importLine(spec)
			if spec.Pos().IsValid() && !seen[line] {
				seen[line] = true
				b.WriteString("import " + line + "\n")
			}
		}
	}
	return b.String()
}

func importLine(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name + " " + spec.Path.Value
	}
	return spec.Path.Value
}

// sizePreamble is the cell before all others: the size, from the environment.
const sizePreamble = `import lapbookOS_ "os"
import lapbookConv_ "strconv"
import lapbookAtomic_ "sync/atomic"
var ` + sizeName + ` = func() int { v, _ := lapbookConv_.Atoi(lapbookOS_.Getenv("` + sizeEnv + `")); return v }()
`

// countMark begins the line on stderr that holds the counters.
const countMark = "\x1flapbook-counts "

// preamble are the counters and what counts.
func (c *counting) preamble() string {
	n := strconv.Itoa(max(1, len(c.sites)))
	add := counterName + "[i] += int64(n)"
	if c.atomic {
		add = "lapbookAtomic_.AddInt64(&" + counterName + "[i], int64(n))"
	}
	return `var ` + counterName + ` [` + n + `]int64
var lapbookBase_ [` + n + `]int64
func lapbookAdd_(i, n int) { ` + add + ` }
func lapbookStart_() { lapbookBase_ = ` + counterName + ` }
func lapbookStop_() {
	line := ` + strconv.Quote("\n"+countMark) + `
	for i := range ` + counterName + ` { line += lapbookConv_.FormatInt(` + counterName + `[i]-lapbookBase_[i], 10) + " " }
	lapbookOS_.Stderr.WriteString(line + "\n")
}
func lapbookTwo_(i, n int, s string) string { lapbookAdd_(i, n+len(s)); return s }
func lapbookNum_(i, n int) int { lapbookAdd_(i, n); return n }
func lapbookStr_[S ~string](i int, s S) S { lapbookAdd_(i, len(s)); return s }
func lapbookLen_[S ~[]E, E any](i int, s S) S { lapbookAdd_(i, len(s)); return s }
func lapbookMap_[M ~map[K]V, K comparable, V any](i int, m M) M { lapbookAdd_(i, len(m)); return m }
func lapbookLog_[S ~[]E, E any](i int, s S) S {
	for m := len(s); m > 0; m /= 2 { lapbookAdd_(i, 1) }
	return s
}
func lapbookSort_[S ~[]E, E ~int|~int8|~int16|~int32|~int64|~uint|~uint8|~uint16|~uint32|~uint64|~uintptr|~float32|~float64|~string](i int, s S) S {
	up, down := true, true
	for j := 1; j < len(s); j++ { up = up && s[j] >= s[j-1]; down = down && s[j] <= s[j-1] }
	if up || down { lapbookAdd_(i, len(s)); return s }
	for m := len(s); m > 1; m /= 2 { lapbookAdd_(i, len(s)) }
	return s
}
func lapbookSorted_[S ~[]E, E any](i int, s S) S {
	for m := len(s); m > 1; m /= 2 { lapbookAdd_(i, len(s)) }
	return s
}
type lapbookSortable_ interface { Len() int }
func lapbookSortBy_[T lapbookSortable_](i int, s T) T {
	for m := s.Len(); m > 1; m /= 2 { lapbookAdd_(i, s.Len()) }
	return s
}
func lapbookBoth_(i int) func(s []byte, err error) ([]byte, error) {
	return func(s []byte, err error) ([]byte, error) { lapbookAdd_(i, len(s)); return s, err }
}
`
}

// readCounts takes the counters of each turn from what a run wrote to stderr.
func readCounts(stderr string, sites int) (turns [][]float64) {
	for line := range strings.Lines(stderr) {
		rest, ok := strings.CutPrefix(line, countMark)
		if !ok {
			continue
		}
		fields := strings.Fields(rest)
		if len(fields) < sites {
			continue
		}
		counts := make([]float64, sites)
		for i := range counts {
			counts[i], _ = strconv.ParseFloat(fields[i], 64)
		}
		turns = append(turns, counts)
	}
	return turns
}
