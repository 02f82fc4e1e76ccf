package runtime

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/notebook"
	"github.com/lapbook/lapbook/runtime/stacks"
)

func pprofMagic() Magic {
	return Magic{
		Name: "pprof", Group: "measure", Usage: "%pprof [heap] [top|list|flame|web] [CELL]",
		Summary: "the recorded profile: lines, functions, flames",
		Help: "Shows what %profile recorded; nothing runs, so a notebook from elsewhere will do.\n" +
			"top [N] is the table of lines and functions: flat is a line by itself, cum with\n" +
			"all that it called. list [NAME] is the text of the cell, or of the functions\n" +
			"whose name matches, with the cost of every line. flame [FILE.svg] is a flame\n" +
			"graph. web opens pprof's own pages until the session ends. Anything that begins\n" +
			"with a dash goes to pprof: %pprof -tree, %pprof -peek=fib. heap: allocations.",
		Example: "n := 0\nfor i := range 100_000_000 { n += i * i }\n%profile\n%pprof\n%pprof list\n%pprof flame",
		Alone:   func(string) bool { return true },
		Edit:    func(p *Plan, _ string) error { p.Profile = true; return nil }, // above a cell it records
		Do:      func(_ context.Context, s *Session, c Call) error { return s.pprofMagic(c) },
	}
}

// pprofView is one way of looking at a profile.
type pprofView struct {
	name string
	show func(v *profileView, args []string) error
	own  func(s *Session, word string) bool // a lone argument is the view's, and names no cell
}

func pprofViews() []pprofView {
	return []pprofView{
		{"top", (*profileView).top, func(_ *Session, word string) bool { return isNumber(word) }},
		{"list", (*profileView).list, (*Session).knowsFunc},
		{"flame", (*profileView).flame, func(_ *Session, word string) bool { return filepath.Ext(word) != "" }},
		{"web", (*profileView).web, nobody},
	}
}

func nobody(*Session, string) bool { return false }

// profileView is a profile that somebody looks at.
type profileView struct {
	session *Session
	call    Call
	of      profileOf
	kind    stacks.Kind
	stacks  *stacks.Profile
}

// pprofMagic reads `heap top 10 fetch`: kind, view, the view's arguments, cell.
func (s *Session) pprofMagic(c Call) error {
	words := strings.Fields(c.Args)
	v := &profileView{session: s, call: c, kind: stacks.CPU}
	if len(words) > 0 && (words[0] == "heap" || words[0] == "cpu") {
		v.kind, words = stacks.Kind(words[0]), words[1:]
	}
	view, words := chooseView(words)
	words, err := v.choose(view, words)
	if err != nil {
		return err
	}
	if err := v.read(); err != nil {
		return err
	}
	c.Result.Of = v.of.cell.ID
	if v.stacks.Count == 0 {
		c.printf("%s  %s\n", s.cellName(v.of.cell), unseen(v.kind))
		return nil
	}
	return view.show(v, words)
}

// unseen says why a profile is empty: that is an answer and no error.
func unseen(k stacks.Kind) string {
	if k == stacks.Heap {
		return "nothing allocated, or too little to be sampled"
	}
	return "no sample of its CPU time: it hardly computes, or is too short to be seen"
}

// chooseView takes the name of a view off the arguments; without one it is top,
// and a number is a cell's.
func chooseView(words []string) (pprofView, []string) {
	all := pprofViews()
	for _, p := range all {
		if len(words) > 0 && p.name == words[0] {
			return p, words[1:]
		}
	}
	if len(words) > 0 && strings.HasPrefix(words[0], "-") {
		return pprofView{"pprof", (*profileView).driver, func(_ *Session, word string) bool { return word[0] == '-' }}, words
	}
	return pprofView{"top", (*profileView).top, nobody}, words
}

// choose finds the profile that is meant: that of the cell named last, else of
// the last cell that has one. It returns the arguments without the cell.
func (v *profileView) choose(view pprofView, words []string) ([]string, error) {
	of, ok := v.session.lastProfile()
	if !ok {
		return nil, fmt.Errorf("no cell has a profile yet; %%profile records one")
	}
	v.of = of
	n := len(words)
	if n == 0 || n == 1 && view.own(v.session, words[0]) {
		return words, nil
	}
	cell := v.session.book.Find(words[n-1])
	if cell == nil {
		return words, nil
	}
	if v.of, ok = v.session.profileOf(cell); !ok {
		return nil, fmt.Errorf("%s has no profile; %%profile %s records one", v.session.cellName(cell), words[n-1])
	}
	return words[:n-1], nil
}

// knowsFunc tells whether a name is that of a function in the last profile:
// then it is not meant as a cell.
func (s *Session) knowsFunc(name string) bool {
	of, ok := s.lastProfile()
	if !ok {
		return false
	}
	p, err := stacks.Read(of.cpu, stacks.CPU, of.ids())
	if err != nil {
		return false
	}
	for _, r := range append(p.Lines(), p.Funcs()...) {
		if matchesFunc(r.Frame.Func, name) {
			return true
		}
	}
	return false
}

func (v *profileView) read() error {
	data := v.of.cpu
	if v.kind == stacks.Heap {
		data = v.of.heap
	}
	name := v.session.cellName(v.of.cell)
	if len(data) == 0 {
		return fmt.Errorf("%s has no %s profile; %%profile %s records one", name, v.kind, v.of.cell.ID)
	}
	p, err := stacks.Read(data, v.kind, v.of.ids())
	if err != nil {
		return err
	}
	v.stacks = p
	return nil
}

// head says what is shown. What was recorded elsewhere, or for another text,
// is said too.
func (v *profileView) head() {
	v.call.printf("%s  %s\n", v.session.cellName(v.of.cell), v.stacks.Summary())
	for _, doubt := range v.of.doubts {
		v.call.printf("Doubt: %s.\n", doubt)
	}
	if v.kind == stacks.CPU && v.stacks.Count < fewSamples {
		v.call.printf("Doubt: only %s: shares are rough.\n", plural(int(v.stacks.Count), "sample"))
	}
}

// fewSamples: below it a share of a CPU profile is off by half its size or more.
const fewSamples = 20

func (v *profileView) top(args []string) error {
	n := 10
	if len(args) > 0 {
		var err error
		if n, err = strconv.Atoi(args[0]); err != nil || n < 1 || len(args) > 1 {
			return fmt.Errorf("%%pprof %s: want top, list, flame or web, then a cell", strings.Join(args, " "))
		}
	}
	v.head()
	return v.stacks.Top(v, n, v.line)
}

// Write adds to what the magic prints.
func (v *profileView) Write(b []byte) (int, error) {
	v.call.Result.Stdout += string(b)
	return len(b), nil
}

// line is the text of a frame's line.
func (v *profileView) line(f stacks.Frame) string { return textLine(v.source(f), f.Line) }

// source is the text of a frame's file: of a cell as it was when it was
// profiled, or of a file of the user's module.
func (v *profileView) source(f stacks.Frame) string {
	if f.Cell {
		return v.of.texts[f.File]
	}
	b, err := os.ReadFile(f.File)
	if err != nil {
		return "" // on another machine
	}
	return string(b)
}

// list shows the cell, or the functions whose name matches.
func (v *profileView) list(args []string) error {
	name, match := "", func(f stacks.Frame) bool { return f.Cell && f.File == v.of.cell.ID }
	if len(args) > 0 {
		name = args[0]
		match = func(f stacks.Frame) bool { return matchesFunc(f.Func, name) }
	}
	found := v.stacks.List(name, match, v.source)
	if len(found) == 0 && name != "" {
		return fmt.Errorf("%%pprof list %s: no function by that name was sampled; %%pprof top shows those that were", name)
	}
	v.head()
	if len(found) == 0 {
		v.call.printf("no sample lies in the cell's own lines\n")
	}
	for _, l := range found {
		if err := v.stacks.Write(v, l); err != nil {
			return err
		}
	}
	return nil
}

// matchesFunc: a name is a function's whole name, or its last parts.
func matchesFunc(fn, name string) bool {
	fn = strings.ReplaceAll(fn, "[...]", "")
	return fn == name || strings.HasSuffix(fn, "."+name) || strings.HasSuffix(fn, "/"+name) || strings.Contains(fn, "."+name+".func")
}

// flame prints the graph as text, and writes it as SVG when a file is named. A
// notebook gets the picture.
func (v *profileView) flame(args []string) error {
	v.head()
	if err := v.stacks.FlameText(v); err != nil {
		return err
	}
	svg := v.stacks.FlameSVG()
	if len(args) == 0 {
		if svg != "" {
			v.call.Result.Rich = append(v.call.Result.Rich, notebook.MIME{"image/svg+xml": svg})
		}
		return nil
	}
	if filepath.Ext(args[0]) != ".svg" || len(args) > 1 {
		return fmt.Errorf("%%pprof flame %s: want the name of a file, such as flame.svg", strings.Join(args, " "))
	}
	name := v.session.resolve(args[0])
	if err := os.WriteFile(name, []byte(svg), 0o644); err != nil {
		return err
	}
	v.call.printf("%s: open it in a browser\n", filepath.Base(name))
	return nil
}
