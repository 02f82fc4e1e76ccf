package lower

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/source"
)

// output collects the parts of the lowered program.
type output struct {
	cell       string
	types      []string
	vars       []string
	funcs      []string
	inits      []string // statements that run before the cell: method links
	natives    map[Native]bool
	funcInfo   map[string]Func
	sites      []Site
	siteOf     map[Site]int
	concurrent bool // goroutines may run the same functions: marks must be atomic
}

func newOutput(cell string) output {
	return output{cell: cell, natives: map[Native]bool{}, funcInfo: map[string]Func{}, siteOf: map[Site]int{}}
}

func (o *output) typeDecl(s string) { o.types = append(o.types, s) }
func (o *output) varDecl(s string)  { o.vars = append(o.vars, s) }
func (o *output) funcDecl(s string) { o.funcs = append(o.funcs, s) }

func (o *output) function(name string, f Func) { o.funcInfo[name] = f }

// site numbers a place for a blocking operation to name.
func (o *output) site(s Site) int {
	if i, ok := o.siteOf[s]; ok {
		return i
	}
	o.siteOf[s] = len(o.sites)
	o.sites = append(o.sites, s)
	return len(o.sites) - 1
}

// A mark stands before the text of a statement: where it came from and whether
// it can panic. Marks are resolved when the program is put together, because
// only then is it known whether goroutines share the functions.
const (
	markPlain = iota // nothing can go wrong here
	markCall         // the line matters to a backtrace through this call
	markPanic        // the statement itself may panic
	markEntry        // the body of a goroutine begins

	// markOwn is added where lines go to a variable of the activation, because
	// goroutines run the same function. In other functions of a program that
	// starts goroutines, the last line that any of them was at is kept.
	markOwn = 10
)

func mark(fn string, line, kind int) string {
	return "\x01" + fn + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(kind) + "\x02"
}

// resolveMarks replaces the marks of text by assignments to line variables and
// returns the places by line.
func (o *output) resolveMarks(text string) (string, []Site) {
	var b strings.Builder
	lines := []Site{{}, {}}
	cell := func(s string) {
		for {
			i := strings.IndexByte(s, '\n')
			if i < 0 {
				b.WriteString(s)
				return
			}
			b.WriteString(s[:i+1])
			s = s[i+1:]
			lines = append(lines, Site{})
		}
	}
	for {
		i := strings.IndexByte(text, 1)
		if i < 0 {
			cell(text)
			return b.String(), lines
		}
		j := strings.IndexByte(text, 2)
		cell(text[:i])
		parts := strings.SplitN(text[i+1:j], ":", 3)
		text = text[j+1:]
		b.WriteString(o.markText(parts[0], parts[1], parts[2]))
		line, _ := strconv.Atoi(parts[1])
		if f := o.funcInfo[parts[0]]; f.Cell != "" {
			lines[len(lines)-1] = Site{f.Cell, line}
		}
	}
}

func (o *output) markText(fn, line, kind string) string {
	f, ok := o.funcInfo[fn]
	if k, _ := strconv.Atoi(kind); ok && f.Cell != "" && o.concurrent {
		switch {
		case k == markEntry:
			return fmt.Sprintf("own_%s := rt.Line(%q)\n_ = own_%s\n", fn, fn, fn)
		case k >= markOwn:
			return fmt.Sprintf("*own_%s = %s;", fn, line)
		}
	} else if k >= markOwn {
		kind = strconv.Itoa(k - markOwn)
	}
	if !ok || f.Cell == "" || line == "0" || kind == strconv.Itoa(markPlain) {
		return ""
	}
	if o.concurrent && kind == strconv.Itoa(markCall) {
		return ""
	}
	if f.Var == "" {
		f.Var = "ln_" + fn
		o.funcInfo[fn] = f
	}
	if o.concurrent {
		return fmt.Sprintf("rt.At(%q, %s);", fn, line)
	}
	return f.Var + " = " + line + ";"
}

// code puts the program together.
func (g *gen) code(c *source.Cell) *Code {
	o := &g.out
	var b strings.Builder
	for _, part := range [][]string{o.types, o.vars, o.funcs} { // the interpreter needs types first
		for _, d := range part {
			b.WriteString(d)
		}
	}
	body := b.String()
	if strings.Contains(body, unnameable) {
		g.refuse("a value of an unexported type", "lowered code cannot name it")
	}
	head := "package main\nimport \"rt\"\n"
	if len(o.natives) > 0 {
		head += "import \"n\"\n"
	}
	if len(g.structs) > 0 {
		head += "import \"t\"\n"
	}
	text, lines := o.resolveMarks(head + body)
	text = tighten(text + g.tail())
	code := &Code{Cell: c.ID, Text: text, Entry: "cellEntry", Lines: lines, Sites: o.sites, Funcs: o.funcInfo,
		Deep: g.recursive(), Natives: o.nativeList(), Types: g.shapes(), Slots: g.slotList(), Drop: g.s.drop, Structs: sortedInts(g.structs), Script: c.Script}
	g.s.drop = nil
	return code
}

// tail is the part that has no source: line variables, links, main.
func (g *gen) tail() string {
	var b strings.Builder
	o := &g.out
	var names []string
	for n, f := range o.funcInfo {
		if f.Var != "" && !o.concurrent {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Fprintf(&b, "var ln_%s int\n", n)
	}
	b.WriteString("func cellInit() {\n")
	for _, n := range names {
		fmt.Fprintf(&b, "rt.Track(%q, &ln_%s)\n", n, n)
	}
	for _, s := range o.inits {
		b.WriteString(s + "\n")
	}
	b.WriteString("}\nfunc main() {\ncellInit()\nrt.Main(cellEntry)\n}\n")
	return b.String()
}

func (o *output) nativeList() []Native {
	list := make([]Native, 0, len(o.natives))
	for n := range o.natives {
		list = append(list, n)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path+"."+list[i].Name < list[j].Path+"."+list[j].Name })
	return list
}
