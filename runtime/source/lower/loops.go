package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func (g *gen) forStmt(s *ast.ForStmt, label string) string {
	cells := g.loopCells(s)
	var b strings.Builder
	b.WriteString("{\n")
	if s.Init != nil {
		b.WriteString(g.stmt(s.Init, ""))
	}
	g.learnFor(s)
	cond, post := "", ""
	if s.Cond != nil {
		cond = g.checkedCond(s.Cond)
	}
	if s.Post != nil {
		post = g.plainStmt(s.Post, "")
	}
	if len(cells) == 0 && strings.Count(post, "\n") <= 1 {
		b.WriteString(g.push(label, true))
		b.WriteString("for ; " + cond + "; " + strings.TrimSuffix(post, "\n") + " {\n")
		b.WriteString(g.block(s.Body.List) + "}\n}\n")
		g.pop()
		return b.String()
	}
	g.turnLoop(&b, s, cells, cond, post, label)
	return b.String()
}

// loopCells are the loop variables that a closure captures: each turn has its own.
func (g *gen) loopCells(s *ast.ForStmt) (cells []*types.Var) {
	a, ok := s.Init.(*ast.AssignStmt)
	if !ok || a.Tok != token.DEFINE {
		return nil
	}
	for _, l := range a.Lhs {
		if o, ok := g.u.info.Defs[identOf(l)].(*types.Var); ok && g.fn.boxed[o] && !g.isGlobal(o) {
			cells = append(cells, o)
		}
	}
	return cells
}

// turnLoop is a loop whose variables are made anew each turn: copy, post unless
// it is the first turn, condition, body.
func (g *gen) turnLoop(b *strings.Builder, s *ast.ForStmt, cells []*types.Var, cond, post, label string) {
	first := g.temp()
	fmt.Fprintf(b, "%s := true\n", first)
	prev := map[*types.Var]string{}
	for _, c := range cells {
		prev[c] = g.temp()
		fmt.Fprintf(b, "%s := %s\n", prev[c], g.local(c))
	}
	b.WriteString(g.push(label, true) + "for {\n")
	for _, c := range cells {
		n := g.local(c)
		fmt.Fprintf(b, "%s := new(%s); *%s = *%s; %s = %s\n", n, g.lt(g.subst(c.Type())), n, prev[c], prev[c], n)
	}
	fmt.Fprintf(b, "if %s { %s = false } else {\n%s}\n", first, first, post)
	if cond != "" {
		fmt.Fprintf(b, "if !(%s) { break }\n", cond)
	}
	b.WriteString(g.block(s.Body.List) + "}\n}\n")
	g.pop()
}

// keyValue assigns one of the iteration values.
func (g *gen) keyValue(s *ast.RangeStmt, e ast.Expr, src string, t types.Type) string {
	if e == nil || isBlank(e) {
		return ""
	}
	if s.Tok == token.DEFINE {
		o := g.u.info.Defs[identOf(e)].(*types.Var)
		vt := g.subst(o.Type())
		return g.declare(o, g.conv(src, t, vt), vt)
	}
	return g.lhs(e) + " = " + g.conv(src, t, g.typ(e)) + "\n"
}

// both gives a loop its key and its value, which are assigned in parallel: what
// the value's target is indexed with is evaluated before the key is set.
func (g *gen) both(s *ast.RangeStmt, k part, kt types.Type, v part, vt types.Type) string {
	if s.Tok != token.ASSIGN || absent(s.Key) || absent(s.Value) || g.simpleTarget(s.Value) {
		return g.keyValue(s, s.Key, k.src, kt) + g.keyValue(s, s.Value, v.src, vt)
	}
	var b strings.Builder
	key := g.lhs(s.Key)
	if !g.simpleTarget(s.Key) {
		key = g.place(&b, s.Key)
	}
	value := g.place(&b, s.Value)
	fmt.Fprintf(&b, "%s%s = %s\n", g.lateCheck(key), key, g.conv(k.src, kt, g.typ(s.Key)))
	fmt.Fprintf(&b, "%s%s = %s\n", g.lateCheck(value), value, g.conv(v.src, vt, g.typ(s.Value)))
	return b.String()
}

func absent(e ast.Expr) bool { return e == nil || isBlank(e) }

func (g *gen) rangeStmt(s *ast.RangeStmt, label string) string {
	xt := g.typ(s.X)
	switch u := under(xt).(type) {
	case *types.Basic:
		if u.Info()&types.IsInteger != 0 {
			return g.rangeInt(s, label)
		}
		return g.rangeString(s, label)
	case *types.Slice:
		return g.rangeList(s, label, u, u.Elem(), g.expr(s.X), false)
	case *types.Array:
		return g.rangeList(s, label, u, u.Elem(), g.expr(s.X), false)
	case *types.Pointer:
		a := under(u.Elem()).(*types.Array)
		return g.rangeList(s, label, a, a.Elem(), g.expr(s.X), true)
	case *types.Map:
		return g.rangeMap(s, label, u)
	case *types.Chan:
		return g.rangeChan(s, label, u)
	case *types.Signature:
		return g.rangeFn(s, u, label)
	}
	g.refuse("range over "+nameOf(xt), "it has no lowered form")
	return ""
}

func (g *gen) rangeInt(s *ast.RangeStmt, label string) string {
	t := g.typ(s.X)
	if !absent(s.Key) {
		t = g.typ(s.Key)
		if o, ok := g.u.info.Defs[identOf(s.Key)].(*types.Var); ok {
			t = g.subst(o.Type())
		}
	}
	t = types.Default(t)
	n, i := g.temp(), g.temp()
	var b strings.Builder
	fmt.Fprintf(&b, "{\n%s := %s\n", n, g.to(s.X, t))
	key := ""
	if v := g.counter(s, s.Key); v != nil {
		i = g.local(v)
		g.learnRange(v, s)
	} else {
		key = g.keyValue(s, s.Key, i, t)
	}
	b.WriteString(g.push(label, true))
	fmt.Fprintf(&b, "for %s := %s(0); %s < %s; %s++ {\n", i, g.lt(t), i, n, i)
	b.WriteString(key + g.block(s.Body.List) + "}\n}\n")
	g.pop()
	return b.String()
}

// rangeString decodes the whole string before the loop: the interpreter counts
// an invalid byte as three.
func (g *gen) rangeString(s *ast.RangeStmt, label string) string {
	rs, offs, i := g.temp(), g.temp(), g.temp()
	var b strings.Builder
	fmt.Fprintf(&b, "{\n%s, %s := rt.Runes(%s)\n", rs, offs, g.expr(s.X))
	b.WriteString(g.push(label, true))
	fmt.Fprintf(&b, "for %s := 0; %s < len(%s); %s++ {\n_ = %s\n", i, i, rs, i, offs)
	b.WriteString(g.both(s, part{offs + "[" + i + "]", ""}, types.Typ[types.Int], part{rs + "[" + i + "]", ""}, types.Typ[types.Rune]))
	b.WriteString(g.block(s.Body.List) + "}\n}\n")
	g.pop()
	return b.String()
}

// rangeList is an index loop: the length is fixed at entry, the element read at
// each turn; an array is copied when its elements are used, but not (shared) one
// that x points at.
func (g *gen) rangeList(s *ast.RangeStmt, label string, u, el types.Type, x string, shared bool) string {
	n, i, c := g.temp(), g.temp(), g.temp()
	var b strings.Builder
	b.WriteString("{\n")
	if _, arr := u.(*types.Array); !arr {
		fmt.Fprintf(&b, "%s := %s\n", c, x)
	} else if shared {
		fmt.Fprintf(&b, "%s := %s\n_ = %s\n", c, x, c)
		c = "(*" + c + ")"
	} else if absent(s.Value) {
		if g.hasCall(s.X) { // only the length counts, but the call must happen
			b.WriteString(g.discard(g.expr(s.X), g.typ(s.X)))
		}
	} else {
		fmt.Fprintf(&b, "var %s %s = %s\n", c, g.lt(u), x)
	}
	if a, arr := u.(*types.Array); arr {
		fmt.Fprintf(&b, "%s := %d\n", n, a.Len())
	} else {
		fmt.Fprintf(&b, "%s := len(%s)\n", n, c)
	}
	key := s.Key
	if v := g.counter(s, s.Key); v != nil {
		i, key = g.local(v), nil
		if !shared {
			g.learnRange(v, s)
		}
	}
	b.WriteString(g.push(label, true))
	if g.eachValue(s, key, u) {
		fmt.Fprintf(&b, "for %s, %s := range %s {\n", i, g.local(g.u.info.Defs[identOf(s.Value)]), c)
		b.WriteString(g.block(s.Body.List) + "}\n}\n")
		g.pop()
		return b.String()
	}
	fmt.Fprintf(&b, "for %s := 0; %s < %s; %s++ {\n", i, i, n, i)
	switch {
	case absent(s.Value):
		b.WriteString(g.keyValue(s, key, i, types.Typ[types.Int]))
	case key == nil:
		b.WriteString(g.keyValue(s, s.Value, c+"["+i+"]", el))
	default:
		b.WriteString(g.both(s, part{i, ""}, types.Typ[types.Int], part{c + "[" + i + "]", ""}, el))
	}
	b.WriteString(g.block(s.Body.List) + "}\n}\n")
	g.pop()
	return b.String()
}

// eachValue reports whether the interpreter's own range over a slice will do:
// the value is a variable of this function, of a type that needs no conversion,
// and the key is left alone. It takes a third of the time of an index loop.
func (g *gen) eachValue(s *ast.RangeStmt, key ast.Expr, u types.Type) bool {
	list, ok := u.(*types.Slice)
	if !ok || !absent(key) || s.Tok != token.DEFINE || absent(s.Value) {
		return false
	}
	v, ok := g.u.info.Defs[identOf(s.Value)].(*types.Var)
	if !ok || g.fn.boxed[v] || g.isGlobal(v) {
		return false
	}
	_, basic := list.Elem().(*types.Basic)
	lt := strings.TrimPrefix(g.lt(list.Elem()), "*")
	return basic || strings.HasPrefix(lt, "t.S")
}

func (g *gen) rangeMap(s *ast.RangeStmt, label string, u *types.Map) string {
	x := g.expr(s.X)
	var b strings.Builder
	b.WriteString(g.push(label, true))
	k, v := g.temp(), g.temp()
	switch {
	case absent(s.Key) && absent(s.Value):
		fmt.Fprintf(&b, "for range %s {\n", x)
	case absent(s.Value):
		fmt.Fprintf(&b, "for %s := range %s {\n", k, x)
	case absent(s.Key):
		fmt.Fprintf(&b, "for _, %s := range %s {\n", v, x)
	default:
		fmt.Fprintf(&b, "for %s, %s := range %s {\n", k, v, x)
	}
	b.WriteString(g.both(s, part{k, ""}, u.Key(), part{v, ""}, u.Elem()))
	b.WriteString(g.block(s.Body.List) + "}\n")
	g.pop()
	return b.String()
}

func (g *gen) rangeChan(s *ast.RangeStmt, label string, u *types.Chan) string {
	c, k, ok := g.temp(), g.temp(), g.temp()
	var b strings.Builder
	fmt.Fprintf(&b, "{\n%s := %s\n", c, g.expr(s.X))
	b.WriteString(g.push(label, true))
	fmt.Fprintf(&b, "for {\n%s, %s := %s(%s)\nif !%s { break }\n_ = %s\n", k, ok, g.receiver(u, g.site(s), true), c, ok, k)
	b.WriteString(g.keyValue(s, s.Key, k, u.Elem()))
	b.WriteString(g.block(s.Body.List) + "}\n}\n")
	g.pop()
	return b.String()
}

// rangeFn turns the body into a function; break, continue, return and labels
// become control codes. The state of the body function (1 ready, 2 done, 3 in a
// turn or left by a panic, 4 after the loop) finds iterators that call it when
// they must not.
func (g *gen) rangeFn(s *ast.RangeStmt, u *types.Signature, label string) string {
	yield := under(u.Params().At(0).Type()).(*types.Signature)
	x := g.expr(s.X)
	code, state := g.name("code"), g.name("state")
	var params []string
	pre := ""
	es := []ast.Expr{s.Key, s.Value}
	ns := []ast.Node{s.Body}
	for i := range yield.Params().Len() {
		n, t := g.temp(), yield.Params().At(i).Type()
		params = append(params, n+" "+g.lt(t))
		pre += g.keyValue(s, es[i], n, t)
		if es[i] != nil {
			ns = append(ns, es[i])
		}
	}
	vs := g.free(ns...)
	oldExtra, oldIn := g.fn.extra, g.fn.inRange
	g.fn.extra = append(append([]part{}, g.fn.extra...), part{code, "*int"}, part{state, "*int"})
	extra := g.fn.extra
	g.fn.targets = append(g.fn.targets, target{label: label, loop: true, fn: true, code: code, state: state, want: map[int]jump{}})
	me := len(g.fn.targets) - 1
	g.fn.inRange = true
	text := g.block(s.Body.List)
	want, end := g.fn.targets[me].want, g.fn.targets[me].yields(true)
	g.fn.targets = g.fn.targets[:me]
	g.fn.extra, g.fn.inRange = oldExtra, oldIn
	mk := g.name("mk")
	g.alias(mk)
	mp, as := g.makerParams(vs, extra)
	turn := fmt.Sprintf("if *%s != 1 { rt.BadYield(*%s) }\n*%s = 3\n", state, state, state)
	g.out.funcDecl(fmt.Sprintf("func %s(%s) func%s { return func(%s) bool {\n%s%s%s%s} }\n", mk, mp, g.sigText(yield), strings.Join(params, ", "), turn, pre, text, end))
	return fmt.Sprintf("{\n%s := new(int)\n%s := new(int); *%s = 1\n%s(%s(%s))\nif *%s == 3 { rt.BadYield(5) }\n*%s = 4\n%s}\n", code, state, state, x, mk, as, state, state, g.landed(code, want))
}

// makerParams are the parameters and arguments of a hoisted maker.
func (g *gen) makerParams(vs []freeVar, extra []part) (params, args string) {
	var mp, as []string
	seen := map[string]bool{}
	for _, v := range vs {
		seen[v.name] = true
		mp = append(mp, v.name+" *"+g.lt(g.subst(v.o.Type())))
		as = append(as, v.name)
	}
	for _, p := range extra {
		if !seen[p.src] {
			mp = append(mp, p.src+" "+p.t)
			as = append(as, p.src)
		}
	}
	return strings.Join(mp, ", "), strings.Join(as, ", ")
}

// hasCall reports whether an expression calls or receives.
func (g *gen) hasCall(e ast.Expr) (yes bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			tv := g.u.info.Types[n.Fun]
			yes = yes || !tv.IsType() && !tv.IsBuiltin()
		case *ast.UnaryExpr:
			yes = yes || n.Op == token.ARROW
		}
		return !yes
	})
	return yes
}
