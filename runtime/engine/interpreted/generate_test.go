package interpreted

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A generated program is typical Go in two forms: cells of a session, and a
// part of a compiled program that must print the same. The forms differ where
// a session differs from a file: session variables are package variables that
// the compiled function assigns, and what a cell defines again has a second
// name, or is a function variable that is assigned.
type generated struct {
	cells []string
	decls string // package level of the compiled form
	body  string // of its function: a call for each cell
}

// maker writes one program. Names carry the number of the program, so that
// many of them fit into one compiled package; both forms use the same names.
type maker struct {
	r     *rand.Rand
	id    string
	count int

	cell, body      strings.Builder // of the cell that is being written, in both forms
	decls, compiled strings.Builder
	cells           []string
	vars            []variable // session variables
	locals          []variable // of the function that is being written
	depth           int
}

type variable struct {
	name string
	typ  *goType
}

// generate writes program number n of a seed: some cells, each of some parts.
func generate(seed uint64, n int) generated {
	m := &maker{r: rand.New(rand.NewPCG(seed, uint64(n))), id: fmt.Sprint("_", n)}
	for range 1 + m.r.IntN(4) {
		for range 1 + m.r.IntN(3) {
			parts[m.r.IntN(len(parts))](m)
		}
		m.endCell()
	}
	return generated{m.cells, m.decls.String(), m.compiled.String()}
}

func (m *maker) endCell() {
	if m.cell.Len() > 0 {
		m.cells = append(m.cells, m.cell.String())
		fmt.Fprintf(&m.compiled, "func() {\n%s}()\n", m.body.String())
		m.cell.Reset()
		m.body.Reset()
	}
}

// name makes a new name.
func (m *maker) name(prefix string) string {
	m.count++
	return fmt.Sprintf("%s%d%s", prefix, m.count, m.id)
}

// decl writes a package-level declaration, the same in both forms.
func (m *maker) decl(format string, args ...any) {
	text := fmt.Sprintf(format, args...) + "\n"
	m.cell.WriteString(text)
	m.decls.WriteString(text)
}

// stmt writes a statement of a cell, the same in both forms.
func (m *maker) stmt(format string, args ...any) {
	text := fmt.Sprintf(format, args...) + "\n"
	m.cell.WriteString(text)
	m.body.WriteString(text)
}

// define writes the definition of a session variable, which later cells and
// functions may use.
func (m *maker) define(t *goType, value string) string {
	name := m.name("v")
	if m.chance(2) {
		fmt.Fprintf(&m.cell, "var %s %s = %s\n", name, t.name, value)
	} else {
		fmt.Fprintf(&m.cell, "%s := %s(%s)\n", name, t.paren(), value)
	}
	fmt.Fprintf(&m.decls, "var %s %s\n", name, t.name)
	fmt.Fprintf(&m.body, "%s = %s\n", name, value)
	m.vars = append(m.vars, variable{name, t})
	return name
}

// guarded writes statements whose panic is caught and printed.
func (m *maker) guarded(stmts string) {
	m.stmt("func() {\n\tdefer func() {\n\t\tif r := recover(); r != nil {\n\t\t\tfmt.Println(\"recovered:\", r)\n\t\t}\n\t}()\n%s}()", stmts)
}

func (m *maker) chance(oneIn int) bool { return m.r.IntN(oneIn) == 0 }

func pick[T any](m *maker, of ...T) T { return of[m.r.IntN(len(of))] }

// lines joins what f writes a few times.
func (m *maker) lines(least, most int, f func() string) string {
	var b strings.Builder
	for range least + m.r.IntN(most-least+1) {
		b.WriteString(f())
	}
	return b.String()
}

// list joins what f writes n times with commas.
func list(n int, f func(int) string) string {
	out := make([]string, n)
	for i := range out {
		out[i] = f(i)
	}
	return strings.Join(out, ", ")
}

// goType is a type that a program uses, with what it can do.
type goType struct {
	name       string
	kind       string // int uint float string bool slice array map pointer struct any error
	elem, key  *goType
	fields     []variable
	exported   bool // all fields are, deeply
	comparable bool
	ordered    bool
	json       bool // survives JSON in both directions
}

func (t *goType) paren() string {
	if strings.HasPrefix(t.name, "*") || strings.HasPrefix(t.name, "func") {
		return "(" + t.name + ")"
	}
	return t.name
}

var basics = []*goType{
	basic("int", "int"), basic("int", "int"), basic("int8", "int"), basic("int16", "int"), basic("int32", "int"), basic("int64", "int"),
	basic("uint8", "uint"), basic("uint16", "uint"), basic("uint32", "uint"), basic("uint64", "uint"), basic("uint", "uint"),
	basic("float64", "float"), basic("float64", "float"), basic("float32", "float"), basic("string", "string"), basic("string", "string"), basic("bool", "bool"),
	basic("rune", "int"), basic("byte", "uint"),
}

var (
	goInt    = basic("int", "int")
	goString = basic("string", "string")
	goFloat  = basic("float64", "float")
	goBool   = basic("bool", "bool")
	goAny    = &goType{name: "any", kind: "any", comparable: true}
)

func basic(name, kind string) *goType {
	return &goType{name: name, kind: kind, exported: true, comparable: true, ordered: kind != "bool", json: true}
}

// typ makes a type, declaring what it needs.
func (m *maker) typ(depth int) *goType {
	if depth <= 0 || m.chance(3) {
		return pick(m, basics...)
	}
	switch m.r.IntN(8) {
	case 0, 1:
		e := m.typ(depth - 1)
		return &goType{name: "[]" + e.name, kind: "slice", elem: e, exported: e.exported, json: e.json && e.name != "byte" && e.name != "uint8"}
	case 2:
		e := m.typ(depth - 1)
		return &goType{name: "[2]" + e.name, kind: "array", elem: e, exported: e.exported, comparable: e.comparable, json: e.json}
	case 3:
		k, e := m.keyType(depth-1), m.typ(depth-1)
		return &goType{name: "map[" + k.name + "]" + e.name, kind: "map", key: k, elem: e, exported: e.exported && k.exported, json: e.json && k.kind == "string" && k.name == "string"}
	case 4, 5:
		return m.structType(depth - 1)
	case 6:
		return m.namedBasic()
	}
	return goAny
}

func (m *maker) keyType(depth int) *goType {
	for range 5 {
		if t := m.typ(depth); t.comparable && t.kind != "any" && t.kind != "float" && !m.holdsFloat(t) {
			return t
		}
	}
	return goString
}

func (m *maker) holdsFloat(t *goType) bool {
	if t == nil {
		return false
	}
	if t.kind == "float" || t.kind == "any" || m.holdsFloat(t.elem) {
		return true
	}
	for _, f := range t.fields {
		if m.holdsFloat(f.typ) {
			return true
		}
	}
	return false
}

// structType declares a struct, sometimes with a field that is embedded, and
// sometimes with methods that package fmt looks for.
func (m *maker) structType(depth int) *goType {
	t := &goType{kind: "struct", exported: true, comparable: true, json: true}
	var fields strings.Builder
	for i := range 1 + m.r.IntN(4) {
		ft := m.typ(depth)
		f := variable{fmt.Sprintf("%s%d", pick(m, "Name", "Size", "Val", "Key"), i), ft}
		if m.chance(4) {
			f.name, t.exported, t.json = strings.ToLower(f.name), false, false
		}
		if ft.kind == "struct" && m.chance(3) {
			f.name = ft.name
			fmt.Fprintf(&fields, "\t%s\n", ft.name)
			t.json = false
		} else {
			fmt.Fprintf(&fields, "\t%s %s%s\n", f.name, ft.name, m.tag(f.name))
		}
		t.exported, t.comparable, t.json = t.exported && ft.exported, t.comparable && ft.comparable, t.json && ft.json
		t.fields = append(t.fields, f)
		for _, before := range t.fields[:i] {
			if before.name == f.name {
				return m.structType(depth) // embedded twice
			}
		}
	}
	t.name = m.name("T")
	m.decl("type %s struct {\n%s}", t.name, fields.String())
	m.show(t)
	return t
}

func (m *maker) tag(field string) string {
	if field[0] >= 'a' || !m.chance(4) {
		return ""
	}
	return fmt.Sprintf(" `json:\"%s%s\"`", strings.ToLower(field), pick(m, "", ",omitempty"))
}

// namedBasic declares a named type of a basic one.
func (m *maker) namedBasic() *goType {
	u := pick(m, basics...)
	t := *u
	t.name = m.name("N")
	m.decl("type %s %s", t.name, u.name)
	m.show(&t)
	return &t
}

// show gives a type, sometimes, a method that package fmt calls.
func (m *maker) show(t *goType) {
	if !m.chance(3) {
		return
	}
	recv := pick(m, t.name, t.name, t.name, "*"+t.name)
	what := fmt.Sprintf("%q", strings.TrimRight(t.name, "_0123456789"))
	if !strings.HasPrefix(recv, "*") {
		switch t.kind {
		case "struct":
			what += " + fmt.Sprint(x." + t.fields[0].name + ")"
		case "int", "uint":
			what += " + strconv.Itoa(int(x))"
		case "string":
			what += " + string(x)"
		}
	}
	switch m.r.IntN(6) {
	case 0:
		m.decl("func (x %s) Error() string { return %s }", recv, what)
	case 1:
		m.decl("func (x %s) GoString() string { return %s }", recv, what)
	default:
		m.decl("func (x %s) String() string { return %s }", recv, what)
	}
}

// value writes a value of a type.
func (m *maker) value(t *goType) string {
	switch t.kind {
	case "int", "uint":
		if t.name == "int" || t.name == "rune" || t.name == "byte" {
			return fmt.Sprint(m.r.IntN(100))
		}
		return fmt.Sprintf("%s(%d)", t.name, m.r.IntN(100))
	case "float":
		return fmt.Sprintf("%s(%g)", t.name, pick(m, 0, 1, 1.5, 0.25, 1e10, 3.1415, 1e-7, 100))
	case "string":
		return fmt.Sprintf("%s(%q)", t.name, pick(m, "", "a", "go", "Über", "x y", "<b>", "héllo", "tab\t", "日本"))
	case "bool":
		return t.name + pick(m, "(true)", "(false)")
	case "slice":
		if m.chance(8) {
			return t.name + "(nil)"
		}
		return t.name + "{" + list(m.r.IntN(4), func(int) string { return m.value(t.elem) }) + "}"
	case "array":
		return t.name + "{" + list(2, func(int) string { return m.value(t.elem) }) + "}"
	case "map":
		return m.mapValue(t)
	case "struct":
		return t.name + "{" + list(len(t.fields), func(i int) string {
			return t.fields[i].name + ": " + m.value(t.fields[i].typ)
		}) + "}"
	case "pointer":
		return "&" + m.value(t.elem)
	}
	if m.chance(6) {
		return "any(nil)"
	}
	return "any(" + m.value(m.plainType()) + ")"
}

// plainType is a type for a place where none can be declared.
func (m *maker) plainType() *goType {
	return pick(m, basics[m.r.IntN(len(basics))], &goType{name: "[]int", kind: "slice", elem: goInt}, &goType{name: "map[string]int", kind: "map", key: goString, elem: goInt})
}

// mapValue writes a map with at most one constant key of each value.
func (m *maker) mapValue(t *goType) string {
	seen := map[string]bool{}
	var items []string
	for range m.r.IntN(3) {
		k := m.value(t.key)
		if !seen[k] {
			seen[k] = true
			items = append(items, k+": "+m.value(t.elem))
		}
	}
	return t.name + "{" + strings.Join(items, ", ") + "}"
}
