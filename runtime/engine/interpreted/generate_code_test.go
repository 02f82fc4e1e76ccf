package interpreted

import (
	"fmt"
	"strings"
)

// expr writes an expression of a basic type over the variables in scope. The
// left operand is never a constant: constants would overflow while compiling.
func (m *maker) expr(t *goType, depth int) string {
	if depth <= 0 {
		return m.leaf(t)
	}
	a := m.operand(t, depth-1)
	b := m.expr(t, depth-1)
	switch t.kind {
	case "int", "uint":
		switch m.r.IntN(9) {
		case 0, 1, 2:
			return fmt.Sprintf("(%s %s %s)", a, pick(m, "+", "-", "*"), b)
		case 3:
			return fmt.Sprintf("(%s %s %s)", a, pick(m, "&", "|", "^", "&^"), b)
		case 4:
			return fmt.Sprintf("(%s %s (%s | 1))", a, pick(m, "/", "%"), m.operand(t, 0))
		case 5:
			return fmt.Sprintf("(%s %s (uint(%s) & 7))", a, pick(m, "<<", ">>"), m.operand(t, 0))
		case 6:
			return fmt.Sprintf("%s(%s)", t.name, m.operand(m.number(), depth-1))
		case 7:
			return fmt.Sprintf("%s(%s, %s)", pick(m, "min", "max"), a, b)
		}
		return pick(m, "-", "^", "+") + "(" + a + ")"
	case "float":
		if m.chance(5) {
			return fmt.Sprintf("%s(%s)", t.name, m.operand(m.integer(), depth-1))
		}
		return fmt.Sprintf("(%s %s %s)", a, pick(m, "+", "-", "*"), b)
	case "string":
		switch m.r.IntN(5) {
		case 0:
			return fmt.Sprintf("%s(fmt.Sprint(%s))", t.name, m.expr(m.integer(), depth-1))
		case 1:
			return fmt.Sprintf("%s(strings.%s(string(%s)))", t.name, pick(m, "ToUpper", "TrimSpace", "ToLower"), a)
		case 2:
			return fmt.Sprintf("(%s + \"é\")[:len(os.Args[0][:0])+1]", m.operand(t, 0))
		}
		return fmt.Sprintf("(%s + %s)", a, b)
	}
	return m.condition(depth)
}

func (m *maker) condition(depth int) string {
	if depth > 1 && m.chance(3) {
		return fmt.Sprintf("(%s %s %s)", m.condition(depth-1), pick(m, "&&", "||"), m.condition(depth-1))
	}
	if m.chance(6) {
		return "!" + m.condition(depth-1)
	}
	t := pick(m, m.integer(), m.integer(), goString)
	return fmt.Sprintf("(%s %s %s)", m.operand(t, depth-1), pick(m, "<", ">", "==", "!=", "<=", ">="), m.expr(t, depth-1))
}

func (m *maker) integer() *goType { return basics[m.r.IntN(11)] }
func (m *maker) number() *goType  { return m.integer() }

// operand is an expression that is not a constant.
func (m *maker) operand(t *goType, depth int) string {
	if depth > 0 && m.chance(2) {
		if t.kind == "bool" {
			return m.condition(depth)
		}
		return m.expr(t, depth)
	}
	for _, v := range m.shuffled() {
		if v.typ.name == t.name {
			return v.name
		}
	}
	switch t.kind {
	case "string":
		return t.name + "(strings.Clone(" + m.value(goString) + "))"
	case "bool":
		return t.name + "(len(os.Args) > 0)"
	}
	for _, v := range m.shuffled() {
		if k := v.typ.kind; k == "int" || k == "uint" || k == "float" && t.kind == "float" {
			return t.name + "(" + v.name + ")"
		}
	}
	return fmt.Sprintf("%s(len(os.Args[0][:0]) + %d)", t.name, m.r.IntN(20))
}

func (m *maker) shuffled() []variable {
	all := append(append([]variable{}, m.locals...), m.vars...)
	m.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func (m *maker) leaf(t *goType) string {
	if m.chance(2) {
		return m.value(t)
	}
	return m.operand(t, 0)
}

// block writes statements over local variables, each of which is used.
func (m *maker) block(depth int, loops bool) string {
	before := len(m.locals)
	var b strings.Builder
	for range 1 + m.r.IntN(4) {
		b.WriteString(m.statement(depth, loops))
	}
	m.locals = m.locals[:before]
	return b.String()
}

func (m *maker) statement(depth int, loops bool) string {
	if depth <= 0 {
		return m.assignment()
	}
	switch m.r.IntN(12) {
	case 0, 1:
		t := pick(m, basics...)
		name, e := m.name("l"), m.expr(t, 2)
		m.locals = append(m.locals, variable{name, t})
		return fmt.Sprintf("%s := %s(%s)\n_ = %s\n", name, t.paren(), e, name)
	case 2, 3:
		text := fmt.Sprintf("if %s {\n%s}", m.condition(2), m.block(depth-1, loops))
		if m.chance(2) {
			text += fmt.Sprintf(" else {\n%s}", m.block(depth-1, loops))
		}
		return text + "\n"
	case 4, 5:
		return m.loop(depth)
	case 6:
		return m.switchOf(depth, loops)
	case 7:
		if loops {
			return fmt.Sprintf("if %s {\n%s\n}\n", m.condition(1), pick(m, "break", "continue"))
		}
		return m.assignment()
	case 8:
		return m.swap()
	case 9:
		return m.closure(depth)
	}
	return m.assignment()
}

// assignment changes a local variable, or prints.
func (m *maker) assignment() string {
	for _, v := range m.shuffled() {
		if m.chance(2) {
			continue
		}
		switch v.typ.kind {
		case "int", "uint":
			if m.chance(4) {
				return v.name + pick(m, "++", "--") + "\n"
			}
			return fmt.Sprintf("%s %s %s\n", v.name, pick(m, "+=", "-=", "*=", "^=", "=", "|="), m.expr(v.typ, 2))
		case "float":
			return fmt.Sprintf("%s = %s\n", v.name, m.expr(v.typ, 1))
		case "string":
			return fmt.Sprintf("if len(%s) < 40 {\n%s += %s\n}\n", v.name, v.name, m.expr(v.typ, 1))
		case "bool":
			return fmt.Sprintf("%s = %s\n", v.name, m.condition(2))
		}
	}
	t := pick(m, basics...)
	return fmt.Sprintf("fmt.Println(%q, %s)\n", m.name("p"), m.expr(t, 3))
}

func (m *maker) swap() string {
	for i, a := range m.locals {
		for _, b := range m.locals[i+1:] {
			if a.typ.name == b.typ.name {
				return fmt.Sprintf("%s, %s = %s, %s\n", a.name, b.name, b.name, m.expr(a.typ, 1))
			}
		}
	}
	return m.assignment()
}

func (m *maker) loop(depth int) string {
	i := m.name("i")
	before := len(m.locals)
	defer func() { m.locals = m.locals[:before] }()
	n := 1 + m.r.IntN(5)
	switch m.r.IntN(5) {
	case 0:
		return fmt.Sprintf("for %s := range %d {\n_ = %s\n%s}\n", i, n, i, m.block(depth-1, true))
	case 1:
		t := pick(m, basics...)
		v := m.name("e")
		head := fmt.Sprintf("for %s, %s := range []%s{%s} {\n_, _ = %s, %s\n", i, v, t.name, list(n, func(int) string { return m.value(t) }), i, v)
		m.locals = append(m.locals, variable{v, t})
		return head + m.block(depth-1, true) + "}\n"
	case 2:
		return fmt.Sprintf("for %s, r := range %s {\n_, _ = %s, r\n%s}\n", i, m.operand(goString, 0), i, m.block(depth-1, true))
	case 3:
		label := m.name("L")
		return fmt.Sprintf("%s:\nfor %s := 0; %s < %d; %s++ {\nfor j := range 3 {\nif j == %d && %s {\n%s %s\n}\n%s}\n}\n",
			label, i, i, n, i, m.r.IntN(3), m.condition(2), pick(m, "continue", "break"), label, m.block(depth-1, true))
	}
	return fmt.Sprintf("for %s := 0; %s < %d; %s++ {\n%s}\n", i, i, n, i, m.block(depth-1, true))
}

func (m *maker) switchOf(depth int, loops bool) string {
	var b strings.Builder
	if m.chance(2) {
		b.WriteString("switch {\n")
		for range 1 + m.r.IntN(3) {
			fmt.Fprintf(&b, "case %s:\n%s%s", m.condition(1), m.block(depth-1, false), pick(m, "", "", "fallthrough\n"))
		}
	} else {
		fmt.Fprintf(&b, "switch %s %% 4 {\n", m.operand(goInt, 1))
		for k := range 1 + m.r.IntN(3) {
			fmt.Fprintf(&b, "case %d:\n%s%s", k, m.block(depth-1, false), pick(m, "", "", "fallthrough\n"))
		}
	}
	b.WriteString("default:\n" + m.block(depth-1, false) + "}\n")
	return b.String()
}

func (m *maker) closure(depth int) string {
	f := m.name("f")
	t := pick(m, basics...)
	return fmt.Sprintf("%s := func(a int) %s {\n%sreturn %s\n}\nfmt.Println(%s(%s))\n", f, t.name, m.block(depth-1, false), m.expr(t, 2), f, m.expr(goInt, 1))
}
