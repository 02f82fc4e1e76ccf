package lower

import (
	"fmt"
	"go/types"
	"strings"

	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// conv converts src of type from to type to, as an assignment does.
func (g *gen) conv(src string, from, to types.Type) string {
	if from == nil || to == nil || !isInterface(to) || src == "nil" {
		return src
	}
	if isUntypedNil(from) {
		return "nil"
	}
	if isInterface(from) {
		if !g.nativeInterface(to) || types.Identical(from, to) {
			return src
		}
		g.wantNative(to)
		return g.asNative(src, to)
	}
	if !g.boxes(from) {
		return g.settle(src, from)
	}
	src = g.box(src, from)
	if g.nativeInterface(to) {
		g.carry(from, to)
		return g.asNative(src, to)
	}
	return src
}

// settle makes the result of an operation a value of its type t before it goes
// into an interface: the interpreter would compute it in the interface's place.
func (g *gen) settle(src string, t types.Type) string {
	_, ok := under(t).(*types.Basic)
	if _, star := starred(src); !ok || star || !enclosed(src) {
		return src
	}
	if lt := g.lt(t); lt != unnameable {
		return lt + src
	}
	return src
}

// enclosed reports whether one pair of parentheses encloses all of s.
func enclosed(s string) bool {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case quoted:
		case s[i] == '(':
			depth++
		case s[i] == ')':
			depth--
		}
		if depth == 0 {
			return s[0] == '(' && i == len(s)-1
		}
	}
	return false
}

func (g *gen) box(src string, t types.Type) string {
	g.lt(t)
	id := g.id(t)
	g.wantBoxed(id)
	return fmt.Sprintf("rt.Box(%d, %s)", id, src)
}

func (g *gen) wantBoxed(id int) { g.boxedIDs[id] = true }

// asNative converts an interface{} to an interface type of a compiled package.
func (g *gen) asNative(src string, to types.Type) string {
	lt := g.lt(to)
	if lt == "error" {
		return "rt.AsError(" + src + ")"
	}
	id := g.id(to)
	n := g.helper("as "+lt, func(n string) string {
		return fmt.Sprintf("func %s(x interface{}) %s { if rt.IsNil(x) { return *new(%s) }; return rt.Carry(x, %d).(%s) }\n", n, lt, lt, id, lt)
	})
	return n + "(" + src + ")"
}

// unbox returns the helpers (T, bool) and T for an assertion to concrete type t.
// from is the interface type of the operand, which the panic names.
func (g *gen) unbox(t, from types.Type) (commaOK, must string) {
	lt, static := g.lt(t), reflectName(from)
	if !g.boxes(t) {
		ok := g.helper("ok "+lt, func(n string) string {
			return fmt.Sprintf("func %s(x interface{}) (%s, bool) { v, ok := x.(%s); return v, ok }\n", n, lt, lt)
		})
		return ok, g.helper("must "+lt+static, func(n string) string {
			return fmt.Sprintf("func %s(x interface{}) %s { v, ok := x.(%s); if !ok { rt.BadAssert(x, %d, %q) }; return v }\n", n, lt, lt, g.id(t), static)
		})
	}
	id := g.id(t)
	g.wantBoxed(id)
	raw := g.rawUnbox(id, lt)
	ok := g.helper(fmt.Sprint("ok ", id), func(n string) string {
		return fmt.Sprintf("func %s(x interface{}) (%s, bool) { if rt.ID(x) == %d { return %s(x), true }; v := new(%s); return *v, false }\n", n, lt, id, raw, lt)
	})
	return ok, g.helper(fmt.Sprint("must ", id, static), func(n string) string {
		return fmt.Sprintf("func %s(x interface{}) %s { if rt.ID(x) != %d { rt.BadAssert(x, %d, %q) }; return %s(x) }\n", n, lt, id, id, static, raw)
	})
}

// rawUnbox takes the content out of a box whose type number is known to be id.
func (g *gen) rawUnbox(id int, lt string) string {
	return g.helper(fmt.Sprint("un ", id), func(n string) string {
		return fmt.Sprintf("func %s(x interface{}) %s { v := new(%s); rt.Into(x, v); return *v }\n", n, lt, lt)
	})
}

// carry links the methods that the compiled interface to asks of a boxed t.
func (g *gen) carry(t, to types.Type) {
	id := g.id(t)
	it := g.s.table.shapes[g.id(to)]
	if m := shape.Optional(g.s.table.shapes[id], it); m != "" {
		g.refuse(nameOf(t)+" as "+it.Name, "compiled code would not see its method %s", m)
	}
	for _, m := range it.Methods {
		g.link(id, m.Name)
	}
}

// wantNative notes that interface values are converted to the compiled
// interface to: every boxed type that implements it must carry its methods.
func (g *gen) wantNative(to types.Type) {
	id := g.id(to)
	if !g.nativeIDs[id] {
		g.nativeIDs[id] = true
		g.carried = map[[2]int]bool{}
	}
}

// carryAll links what wantNative asked for to the types boxed since.
func (g *gen) carryAll() bool {
	more := false
	for _, to := range sortedInts(g.nativeIDs) {
		it := g.s.table.shapes[to]
		for id := 1; id < len(g.s.table.types); id++ {
			if g.carried[[2]int{to, id}] || !g.boxedIDs[id] && !g.s.everBoxed[id] {
				continue
			}
			g.carried[[2]int{to, id}] = true
			if !g.s.table.shapes[id].Implements(it) {
				continue
			}
			more = true
			g.wantBoxed(id)
			for _, m := range it.Methods {
				g.link(id, m.Name)
			}
		}
	}
	return more
}

// linkMethods gives the run time the methods of a boxed type that it looks for.
func (g *gen) linkMethods(id int) {
	s := g.s.table.shapes[id]
	for _, m := range s.Methods {
		if m.Name == "As" && m.Plain == "func(interface {}) bool" {
			g.refuse("method As of "+s.Name, "package errors would not see it")
		}
		if m.Links() {
			g.link(id, m.Name)
		}
	}
	seen := map[int]bool{}
	g.s.table.reach(id, seen)
	for _, r := range sortedInts(seen) {
		if g.printable(g.s.table.shapes[r]) {
			g.used[r] = true
			g.wantBoxed(r)
		}
	}
}

// printable reports whether printing a value of the type asks for its methods.
func (g *gen) printable(s *shape.Type) bool {
	if !s.Boxed || s.Kind == shape.Func || s.Kind == shape.Interface {
		return false
	}
	for _, m := range s.Methods {
		if m.Links() {
			return true
		}
	}
	return false
}

// link registers a closure that calls method name on a box of type id.
func (g *gen) link(id int, name string) {
	key := fmt.Sprintf("link %d %s", id, name)
	if g.helpers[key] != "" {
		return
	}
	mk := fmt.Sprintf("th%d_%s", id, name)
	g.helpers[key] = mk
	t := g.s.table.types[id]
	sel := types.NewMethodSet(t).Lookup(nil, name)
	if sel == nil {
		return
	}
	outer, env := g.inFunc, g.fn.env
	g.inFunc, g.fn.env = mk, nil
	sig := sel.Type().(*types.Signature)
	params, args := []string{"x interface{}"}, []string{}
	for i := range sig.Params().Len() {
		params = append(params, fmt.Sprintf("a%d %s", i, g.lt(sig.Params().At(i).Type())))
		args = append(args, fmt.Sprintf("a%d", i))
	}
	ret := ""
	if sig.Results().Len() > 0 {
		ret = "return "
	}
	lt := g.lt(t)
	un := g.rawUnbox(id, lt)
	call := g.method("(*v)", t, sel.Obj().(*types.Func), sel.Index())(args)
	g.inFunc, g.fn.env = outer, env
	res := g.resultText(sig)
	g.out.funcDecl(fmt.Sprintf("func %s() func(%s)%s { return func(%s)%s { v := new(%s); *v = %s(x); %s%s%s } }\n",
		mk, joinTypes(params), res, strings.Join(params, ", "), res, lt, un, nilCheck(t, sel), ret, call))
	g.out.inits = append(g.out.inits, fmt.Sprintf("rt.Link(%d, %q, %s())", id, name, mk))
}

func joinTypes(params []string) string {
	ts := make([]string, len(params))
	for i, p := range params {
		_, ts[i], _ = strings.Cut(p, " ")
	}
	return strings.Join(ts, ", ")
}
