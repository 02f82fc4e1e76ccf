package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"sort"
)

// target is a statement that break or continue can leave.
type target struct {
	label string
	loop  bool
	fn    bool // range over a function: leaving it returns from its body function
	code  string
	state string       // of the body function: see rangeFn
	want  map[int]jump // control code -> what the code after the call must do
	lname string
}

// yields ends a turn of the body function. Its state is then 1, ready for the
// next turn, or 2, done: a call after that is the iterator's fault.
func (t *target) yields(more bool) string {
	if more {
		return fmt.Sprintf("*%s = 1\nreturn true\n", t.state)
	}
	return fmt.Sprintf("*%s = 2\nreturn false\n", t.state)
}

// jump is a branch that crosses the body function of a range over a function.
type jump struct {
	tok    token.Token // token.RETURN for return
	target int
}

// leave makes the innermost body function return with a control code for a
// return of the whole function.
func (g *gen) leave(from, code int) string {
	for i := from - 1; i >= 0; i-- {
		if t := &g.fn.targets[i]; t.fn {
			t.want[code] = jump{token.RETURN, 0}
			return fmt.Sprintf("*%s = %d\n%s", t.code, code, t.yields(false))
		}
	}
	return "return\n"
}

func (g *gen) branch(tok token.Token, label *ast.Ident) string {
	switch tok {
	case token.GOTO:
		return "goto " + label.Name + "\n"
	case token.FALLTHROUGH:
		return "fallthrough\n"
	}
	for i := len(g.fn.targets) - 1; i >= 0; i-- {
		t := g.fn.targets[i]
		if label != nil && t.label != label.Name || label == nil && tok == token.CONTINUE && !t.loop {
			continue
		}
		return g.jumpTo(tok, i, label != nil)
	}
	g.refuse(tok.String(), "its target is not known")
	return ""
}

// jumpTo leaves or continues targets[i], through body functions in between.
func (g *gen) jumpTo(tok token.Token, i int, labeled bool) string {
	for j := len(g.fn.targets) - 1; j > i; j-- {
		if g.fn.targets[j].fn {
			code := 2 + 2*i
			if tok == token.CONTINUE {
				code++
			}
			g.fn.targets[j].want[code] = jump{tok, i}
			return fmt.Sprintf("*%s = %d\n%s", g.fn.targets[j].code, code, g.fn.targets[j].yields(false))
		}
	}
	t := g.fn.targets[i]
	switch {
	case t.fn && tok == token.BREAK:
		return t.yields(false)
	case t.fn:
		return t.yields(true)
	case !labeled || t.lname == "":
		return tok.String() + "\n"
	}
	return tok.String() + " " + t.lname + "\n"
}

// landed is the code after the call of a range over a function: it carries out
// the branches that left the body function.
func (g *gen) landed(code string, want map[int]jump) string {
	codes := make([]int, 0, len(want))
	for c := range want {
		codes = append(codes, c)
	}
	sort.Ints(codes)
	s := ""
	for _, c := range codes {
		after := "return\n"
		switch j := want[c]; {
		case j.tok != token.RETURN:
			after = g.jumpTo(j.tok, j.target, true)
		case g.fn.inRange:
			after = g.leave(len(g.fn.targets), 1)
		}
		s += fmt.Sprintf("if *%s == %d {\n%s}\n", code, c, after)
	}
	return s
}

// push enters a statement that can be left; the result is the text of its label.
func (g *gen) push(label string, loop bool) string {
	t := target{label: label, loop: loop}
	pre := ""
	if label != "" {
		t.lname = g.name("L") + "_" + label
		pre = t.lname + ":\n"
	}
	g.fn.targets = append(g.fn.targets, t)
	return pre
}

func (g *gen) pop() { g.fn.targets = g.fn.targets[:len(g.fn.targets)-1] }
