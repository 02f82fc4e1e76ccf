package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"github.com/lapbook/lapbook/stdlib"
)

// specials are compiled functions that a function of the run time stands in for.
var specials = map[string]bool{
	"os.Exit": true, "errors.As": true, "errors.AsType": true, "errors.Is": true, "runtime.Goexit": true,
	"log.Print": true, "log.Println": true, "log.Printf": true, "log.Fatal": true, "log.Fatalln": true, "log.Fatalf": true,
	"log.Panic": true, "log.Panicln": true, "log.Panicf": true, "time.Sleep": true, "time.AfterFunc": true, "sync.OnceFunc": true,
	"reflect.DeepEqual": true, "reflect.TypeOf": true, "encoding/json.Unmarshal": true, "encoding/json.Marshal": true, "encoding/json.MarshalIndent": true,
}

// printer is the run time's form of a function that prints its arguments.
func (g *gen) printer(fn *types.Func) (string, bool) {
	if fn.Pkg() == nil || fn.Type().(*types.Signature).Recv() != nil {
		return "", false
	}
	switch fn.Pkg().Path() {
	case "fmt":
		switch fn.Name() {
		case "Print", "Println", "Printf", "Sprint", "Sprintln", "Sprintf", "Fprint", "Fprintln", "Fprintf", "Errorf", "Append", "Appendf", "Appendln":
			return "rt." + fn.Name(), true
		}
	case "log":
		switch fn.Name() {
		case "Print", "Println", "Printf", "Fatal", "Fatalln", "Fatalf", "Panic", "Panicln", "Panicf":
			return "rt.Log" + fn.Name(), true
		}
	}
	return "", false
}

// special handles compiled functions that have a counterpart in the run time.
func (g *gen) special(fn *types.Func, e *ast.CallExpr, sig *types.Signature) ([]part, apply, bool) {
	if fn.Pkg() == nil || g.s.own(fn.Pkg()) {
		return nil, nil, false
	}
	if name, ok := g.printer(fn); ok {
		ps, f := g.specialCall(e, sig, name)
		return ps, f, true
	}
	switch fn.Pkg().Path() + "." + fn.Name() {
	case "os.Exit":
		return g.args(e, sig), joined(e, "rt.Exit"), true
	case "runtime.Goexit":
		return nil, joined(e, "rt.Goexit"), true
	case "time.AfterFunc":
		g.goBody(e.Args[1])
		ps := append([]part{{fmt.Sprint(g.site(e)), "int"}}, g.args(e, sig)...)
		return ps, joined(e, "rt.AfterFunc"), true
	case "time.Sleep":
		ps := append([]part{{fmt.Sprint(g.site(e)), "int"}}, g.args(e, sig)...)
		return ps, joined(e, "rt.Sleep"), true
	case "errors.Is":
		return g.args(e, sig), joined(e, "rt.Is"), true
	case "errors.As":
		return g.errorsAs(e)
	case "errors.AsType":
		ps, f := g.errorsAsType(fn, e)
		return ps, f, true
	case "reflect.DeepEqual":
		return g.args(e, sig), joined(e, "rt.DeepEqual"), true
	case "encoding/json.Marshal", "encoding/json.MarshalIndent":
		return g.args(e, sig), joined(e, "rt."+fn.Name()), true
	case "encoding/json.Unmarshal":
		if len(e.Args) != 2 {
			g.refuse("json.Unmarshal(f())", "its operands are the results of one call")
		}
		g.decodable(e.Args[1])
		return g.args(e, sig), joined(e, "rt.Unmarshal"), true
	case "reflect.TypeOf":
		if t := g.typ(e.Args[0]); isInterface(t) || g.boxes(t) {
			g.refuse("reflect.TypeOf", "reflection on %s would see the interpreter's own form of it", nameOf(t))
		}
	case stdlib.LabPath + ".Each", stdlib.LabPath + ".Map":
		ps, f := g.labTasks(fn, e, sig)
		return ps, f, true
	case "sync.OnceFunc", "sync.OnceValue", "sync.OnceValues":
		ps, f := g.once(fn.Name(), e, sig)
		return ps, f, true
	}
	return nil, nil, false
}

func joined(e *ast.CallExpr, name string) apply {
	return func(ss []string) string {
		if e.Ellipsis.IsValid() {
			ss = append([]string{}, ss...)
			ss[len(ss)-1] += "..."
		}
		return name + "(" + strings.Join(ss, ", ") + ")"
	}
}

// specialCall calls a printing function of the run time.
func (g *gen) specialCall(e *ast.CallExpr, sig *types.Signature, name string) ([]part, apply) {
	if len(e.Args) == 1 {
		if tup, ok := g.typ(e.Args[0]).(*types.Tuple); ok && tup.Len() > 1 {
			return g.spread(e, sig, tup, callee{f: joined(e, name), native: true})
		}
	}
	return g.args(e, sig), joined(e, name)
}

// errorsAs is errors.As for a target that the lowering changed; others are left
// to package errors.
func (g *gen) errorsAs(e *ast.CallExpr) ([]part, apply, bool) {
	pt, ok := under(g.typ(e.Args[1])).(*types.Pointer)
	if !ok {
		g.refuse("errors.As", "its target is not a pointer to a variable")
	}
	t := pt.Elem()
	lt := g.lt(t)
	id := g.id(t)
	if !g.boxes(t) && !(isInterface(t) && !g.nativeInterface(t)) {
		if isInterface(t) {
			g.wantNative(t)
			h := g.helper(fmt.Sprint("errors.As ", id), func(n string) string {
				return fmt.Sprintf("func %s(e error, p *%s) bool { return rt.AsIface(e, p, %d) }\n", n, lt, id)
			})
			return []part{{g.to(e.Args[0], errorType), "error"}, {g.expr(e.Args[1]), "*" + lt}}, joined(e, h), true
		}
		ps := []part{{g.to(e.Args[0], errorType), "error"}, {g.expr(e.Args[1]), "*" + lt}}
		return ps, joined(e, "rt.AsNative"), true
	}
	conv := ""
	if isInterface(t) {
		conv = g.fromAny("x", t)
	} else {
		_, must := g.unbox(t, anyType)
		conv = must + "(x)"
	}
	h := g.helper(fmt.Sprint("errors.As ", id), func(n string) string {
		return fmt.Sprintf("func %s(e error, p *%s) bool { x := rt.As(e, %d); if rt.IsNil(x) { return false }; *p = %s; return true }\n", n, lt, id, conv)
	})
	return []part{{g.to(e.Args[0], errorType), "error"}, {g.expr(e.Args[1]), "*" + lt}}, joined(e, h), true
}

func (g *gen) errorsAsType(fn *types.Func, e *ast.CallExpr) ([]part, apply) {
	t := g.typ(e).(*types.Tuple).At(0).Type()
	id := g.id(t)
	lt := g.lt(t)
	h := g.helper(fmt.Sprint("errors.AsType ", id), func(n string) string {
		if isInterface(t) && g.nativeInterface(t) {
			g.wantNative(t)
			return fmt.Sprintf("func %s(e error) (%s, bool) { p := new(%s); ok := rt.AsIface(e, p, %d); return *p, ok }\n", n, lt, lt, id)
		}
		if !g.boxes(t) {
			return fmt.Sprintf("func %s(e error) (%s, bool) { p := new(%s); ok := rt.AsNative(e, p); return *p, ok }\n", n, lt, lt)
		}
		_, must := g.unbox(t, anyType)
		return fmt.Sprintf("func %s(e error) (%s, bool) { x := rt.As(e, %d); if rt.IsNil(x) { return *new(%s), false }; return %s(x), true }\n", n, lt, id, lt, must)
	})
	return []part{{g.to(e.Args[0], errorType), "error"}}, joined(e, h)
}

// labTasks is lab.Each or lab.Map: generic, so not compiled in, and made of
// lab.EachN as in their package.
func (g *gen) labTasks(fn *types.Func, e *ast.CallExpr, sig *types.Signature) ([]part, apply) {
	g.out.concurrent = true
	xs, task := sig.Params().At(0).Type(), sig.Params().At(1).Type()
	each := g.native(fn.Pkg(), "EachN", false)
	lx, lf := g.lt(xs), g.lt(task)
	h := g.helper(fn.Name()+" "+lx+" "+lf, func(n string) string {
		if fn.Name() == "Each" {
			return fmt.Sprintf("func %s_task(xs %s, f %s) func(int) { return func(i int) { f(i, xs[i]) } }\n", n, lx, lf) +
				fmt.Sprintf("func %s(xs %s, f %s) { %s(len(xs), %s_task(xs, f)) }\n", n, lx, lf, each, n)
		}
		lr := g.lt(sig.Results().At(0).Type())
		return fmt.Sprintf("func %s_task(xs %s, f %s, rs %s) func(int) { return func(i int) { v := f(xs[i]); rs[i] = v } }\n", n, lx, lf, lr) +
			fmt.Sprintf("func %s(xs %s, f %s) %s { rs := make(%s, len(xs)); %s(len(xs), %s_task(xs, f, rs)); return rs }\n", n, lx, lf, lr, lr, each, n)
	})
	return []part{{g.to(e.Args[0], xs), lx}, {g.expr(e.Args[1]), lf}}, joined(e, h)
}

// once is sync.OnceFunc, OnceValue and OnceValues: generic, so not compiled in.
func (g *gen) once(name string, e *ast.CallExpr, sig *types.Signature) ([]part, apply) {
	ft := g.typ(e.Args[0])
	fs := under(ft).(*types.Signature)
	lt := g.lt(ft)
	h := g.helper("once "+lt, func(n string) string {
		var params, decl, assign, rets []string
		for i := range fs.Results().Len() {
			t := g.lt(fs.Results().At(i).Type())
			r := fmt.Sprintf("r%d", i)
			params = append(params, r+" *"+t)
			decl = append(decl, "new("+t+")")
			assign = append(assign, "*"+r)
			rets = append(rets, "*"+r)
		}
		set := "f()"
		if len(assign) > 0 {
			set = strings.Join(assign, ", ") + " = f()"
			if len(assign) > 1 {
				set = onceTemps(fs.Results().Len())
			}
		}
		ps := strings.Join(append([]string{"f " + lt}, params...), ", ")
		run := fmt.Sprintf("func %s_run(%s) func() { return func() { %s } }\n", n, ps, set)
		as := strings.Join(append([]string{"f"}, paramNames(params)...), ", ")
		get := fmt.Sprintf("func %s_get(o func() %s) %s { return func()%s { o(); return %s } }\n", n, joinParams(params), lt, g.resultText(fs), strings.Join(rets, ", "))
		get = strings.Replace(get, "o func() ", "o func()", 1)
		return run + get + fmt.Sprintf("func %s(f %s) %s { return %s_new(f%s) }\n", n, lt, lt, n, prefixed(decl)) +
			fmt.Sprintf("func %s_new(%s) %s { return %s_get(rt.Once(%s_run(%s))%s) }\n", n, ps, lt, n, n, as, prefixed(paramNames(params)))
	})
	return []part{{g.expr(e.Args[0]), lt}}, joined(e, h)
}

func onceTemps(n int) string {
	var vs, sets []string
	for i := range n {
		vs = append(vs, fmt.Sprintf("v%d", i))
		sets = append(sets, fmt.Sprintf("*r%d = v%d", i, i))
	}
	return strings.Join(vs, ", ") + " := f(); " + strings.Join(sets, "; ")
}

func paramNames(params []string) []string {
	ns := make([]string, len(params))
	for i, p := range params {
		ns[i], _, _ = strings.Cut(p, " ")
	}
	return ns
}

func joinParams(params []string) string {
	if len(params) == 0 {
		return ""
	}
	return ", " + strings.Join(params, ", ")
}

func prefixed(xs []string) string {
	if len(xs) == 0 {
		return ""
	}
	return ", " + strings.Join(xs, ", ")
}

// logs are the methods of a logger that print.
var logs = map[string]bool{"Print": true, "Println": true, "Printf": true, "Fatal": true, "Fatalln": true, "Fatalf": true, "Panic": true, "Panicln": true, "Panicf": true}

// spreads gives the results of g in f(g()).
func (g *gen) spreads(e *ast.CallExpr) (*types.Tuple, bool) {
	if len(e.Args) != 1 {
		return nil, false
	}
	tup, ok := g.typ(e.Args[0]).(*types.Tuple)
	return tup, ok && tup.Len() > 1
}

// specialMethod handles methods of compiled types that need the run time.
func (g *gen) specialMethod(fn *types.Func, e *ast.CallExpr, x *ast.SelectorExpr, sig *types.Signature) ([]part, apply, bool) {
	if fn.Pkg() == nil || g.s.own(fn.Pkg()) {
		return nil, nil, false
	}
	if fn.Pkg().Path() == "sync/atomic" {
		return g.atomicMethod(fn, e, x, sig)
	}
	if name, ok := strings.CutPrefix(fn.FullName(), "(*log.Logger)."); ok && logs[name] {
		if tup, ok := g.spreads(e); ok {
			g.refuse("f(g()) of a logger", "g has %d results", tup.Len())
		}
		recv, _ := g.callee(x)
		return append(recv, g.args(e, sig)...), joined(e, "rt.Logger"+name), true
	}
	switch fn.FullName() {
	case "(*sync.WaitGroup).Go":
		g.goBody(e.Args[0])
		recv, _ := g.callee(x)
		return append(append(recv, part{fmt.Sprint(g.site(e)), "int"}), g.args(e, sig)...), joined(e, "rt.WaitGo"), true
	case "(*encoding/json.Decoder).Decode":
		g.decodable(e.Args[0])
	case "(*encoding/json.Encoder).Encode":
	default:
		return nil, nil, false
	}
	recv, _ := g.callee(x)
	return append(recv, g.args(e, sig)...), joined(e, "rt."+fn.Name()), true
}
