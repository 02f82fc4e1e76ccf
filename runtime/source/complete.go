package source

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Candidate is one way to go on at the place of the cursor.
type Candidate struct {
	Text   string // replaces the text from From to the cursor
	From   int    // byte offset
	Kind   string // variable, function, method, field, type, constant, package, keyword, builtin
	Detail string // its type or signature, or the path of the package
	Cell   string // id of the cell that defines it, or empty
}

// cursorName stands for the name that is being typed.
const cursorName = "ˑcursor"

// Complete returns what may follow at the byte offset in the text of a cell:
// members behind a dot, else names that begin like the word at the cursor. The
// text may be incomplete and wrong elsewhere. Magics are not its business.
func (s *Scope) Complete(text string, offset int) []Candidate {
	offset = min(max(offset, 0), len(text))
	from := offset
	for from > 0 {
		r, n := utf8.DecodeLastRuneInString(text[:from])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		from -= n
	}
	word := text[from:offset]
	if inLiteral(text[:from]) {
		return nil
	}
	k := s.checkCursor(text[:from])
	if k == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Candidate
	if before := strings.TrimRight(text[:from], " \t\n"); strings.HasSuffix(before, ".") {
		list = k.members()
	} else {
		list = k.namesAt(k.p.file.Pos(min(from, k.p.file.Size())), word)
	}
	return matching(list, word, from)
}

// matching keeps the candidates that begin with word, exactly first.
func matching(list []Candidate, word string, from int) []Candidate {
	var exact, other []Candidate
	for _, c := range list {
		c.From = from
		switch {
		case strings.HasPrefix(c.Text, hookPrefix): // nobody can type it
		case strings.HasPrefix(c.Text, word):
			exact = append(exact, c)
		case len(c.Text) >= len(word) && strings.EqualFold(c.Text[:len(word)], word):
			other = append(other, c)
		}
	}
	return append(exact, other...)
}

// inLiteral reports whether text ends inside a string or comment.
func inLiteral(text string) bool {
	open := false
	var sc scanner.Scanner
	src := []byte(text)
	sc.Init(token.NewFileSet().AddFile("", -1, len(src)), src, func(_ token.Position, msg string) {
		open = open || strings.HasSuffix(msg, "not terminated")
	}, scanner.ScanComments)
	for {
		_, tok, lit := sc.Scan()
		switch tok {
		case token.EOF:
			return open
		case token.COMMENT:
			open = strings.HasPrefix(lit, "//") && strings.HasSuffix(text, lit)
		default:
			open = false
		}
	}
}

// checkCursor checks text with a name at its end and every bracket closed. The
// errors do not matter: what the checker found out up to the cursor does.
func (s *Scope) checkCursor(text string) *checking {
	_, code, err := s.SplitMagics(text)
	if err != nil {
		return nil
	}
	closers := closing(code)
	inner := len(closers) - len(strings.TrimLeft(closers, ")]"))
	head, rest := closers[:inner], closers[inner:]
	for _, tail := range []string{closers, head + " {}" + rest, head + ":" + rest, head + ": 0" + rest} {
		if k := s.tryCursor(code + cursorName + tail); k != nil {
			return k
		}
	}
	return nil
}

func (s *Scope) tryCursor(code string) (k *checking) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, errs := parse(s.fset, "", code)
	defer s.fset.RemoveFile(p.file)
	if errs != nil {
		return nil
	}
	k = &checking{s: s, p: p, code: code, extra: map[string]string{}, broken: map[types.Object]*brokenFunc{}}
	defer func() {
		k.undo()
		resetScope(s.pkg.Scope())
		if recover() != nil {
			k = nil
		}
	}()
	k.decls = p.decls
	k.begin()
	k.run()
	return k
}

// closing returns what closes the brackets that are open at the end of code.
func closing(code string) string {
	src := []byte(code)
	var sc scanner.Scanner
	sc.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)
	var stack []byte
	for {
		_, tok, _ := sc.Scan()
		switch tok {
		case token.EOF:
			slices.Reverse(stack)
			out := ""
			for _, c := range stack {
				out += string(c)
			}
			return out
		case token.LPAREN:
			stack = append(stack, ')')
		case token.LBRACK:
			stack = append(stack, ']')
		case token.LBRACE:
			stack = append(stack, '}')
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
		}
	}
}

// members returns what may stand behind the dot before the cursor.
func (k *checking) members() []Candidate {
	var list []Candidate
	k.p.inspect(func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != cursorName {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok {
			if pn, ok := k.cell.Info.Uses[id].(*types.PkgName); ok {
				list = packageMembers(pn.Imported())
				return false
			}
		}
		if tv, ok := k.cell.Info.Types[sel.X]; ok && tv.Type != nil {
			list = k.s.typeMembers(tv.Type, tv.IsType())
		}
		return false
	})
	return list
}

func packageMembers(p *types.Package) []Candidate {
	var list []Candidate
	for _, name := range p.Scope().Names() {
		if obj := p.Scope().Lookup(name); obj.Exported() {
			list = append(list, candidate(obj))
		}
	}
	return list
}

// typeMembers returns the fields and methods of t, those nearest first.
func (s *Scope) typeMembers(t types.Type, isType bool) []Candidate {
	var list []Candidate
	seen := map[string]bool{}
	add := func(obj types.Object) {
		if (obj.Exported() || obj.Pkg() == s.pkg) && !seen[obj.Name()] {
			seen[obj.Name()] = true
			list = append(list, candidate(obj))
		}
	}
	if !isType {
		eachField(t, 0, add)
		if _, ptr := t.Underlying().(*types.Pointer); !ptr && !types.IsInterface(t) {
			t = types.NewPointer(t)
		}
	}
	for sel := range types.NewMethodSet(t).Methods() {
		add(sel.Obj())
	}
	return list
}

// eachField calls f for the fields of t, those of embedded structs after its own.
func eachField(t types.Type, depth int, f func(types.Object)) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok || depth > 5 {
		return
	}
	for v := range st.Fields() {
		f(v)
	}
	for v := range st.Fields() {
		if v.Embedded() {
			eachField(v.Type(), depth+1, f)
		}
	}
}

// namesAt returns the names that are visible at pos: local ones, those of the
// session, packages, then predeclared names and keywords.
func (k *checking) namesAt(pos token.Pos, word string) []Candidate {
	var list []Candidate
	seen := map[string]bool{cursorName: true}
	add := func(c Candidate) {
		if !seen[c.Text] && c.Text != "_" {
			seen[c.Text] = true
			list = append(list, c)
		}
	}
	for _, obj := range sortedDefs(k.cell.Info) {
		if obj.Pos() < pos && !isField(obj) && (obj.Parent() == k.s.pkg.Scope() || obj.Parent() != nil && obj.Parent().Contains(pos)) {
			add(candidate(obj))
		}
	}
	var names []string
	for name := range k.s.names {
		if len(name) >= len(word) && strings.EqualFold(name[:len(word)], word) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		b := k.s.names[name]
		c := Candidate{Text: name, Kind: "package", Detail: b.path}
		if b.obj != nil {
			c = candidate(b.obj)
			c.Cell = b.cell.ID
		}
		add(c)
	}
	for _, name := range sortedKeys(k.s.std) {
		add(Candidate{Text: name, Kind: "package", Detail: k.s.std[name]})
	}
	for _, name := range types.Universe.Names() {
		add(candidate(types.Universe.Lookup(name)))
	}
	for t := token.BREAK; t <= token.VAR; t++ {
		if t.IsKeyword() {
			add(Candidate{Text: t.String(), Kind: "keyword"})
		}
	}
	return list
}

func isField(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && v.IsField()
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func sortedDefs(info *types.Info) []types.Object {
	var objs []types.Object
	for _, obj := range info.Defs {
		if obj != nil && !isMethod(obj) {
			objs = append(objs, obj)
		}
	}
	slices.SortFunc(objs, func(a, b types.Object) int { return int(b.Pos() - a.Pos()) })
	return objs
}

// candidate describes obj.
func candidate(obj types.Object) Candidate {
	c := Candidate{Text: obj.Name(), Kind: "variable", Detail: typeText(obj.Type())}
	switch obj := obj.(type) {
	case *types.Func:
		c.Kind = "function"
		if obj.Signature().Recv() != nil {
			c.Kind = "method"
		}
		c.Detail = strings.TrimPrefix(c.Detail, "func")
	case *types.Var:
		if obj.IsField() {
			c.Kind = "field"
		}
	case *types.TypeName:
		c.Kind = "type"
		c.Detail = typeText(obj.Type().Underlying())
	case *types.Const:
		c.Kind = "constant"
		c.Detail = obj.Val().String()
	case *types.PkgName:
		c.Kind, c.Detail = "package", obj.Imported().Path()
	case *types.Builtin:
		c.Kind, c.Detail = "builtin", ""
	case *types.Nil:
		c.Kind, c.Detail = "constant", ""
	}
	return c
}

// typeText writes t as a cell would: types of cells bare, others by package name.
func typeText(t types.Type) string {
	if t == nil {
		return ""
	}
	return types.TypeString(t, shortPackage)
}

func shortPackage(p *types.Package) string {
	if p.Path() == "main" {
		return ""
	}
	return p.Name()
}
