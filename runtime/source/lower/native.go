package lower

import (
	"go/ast"
	"go/types"

	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

// A compiled function sees lowered values. What it can do with them decides
// what it may be given; a call that no rule below allows is refused.

// opaque packages only keep what they are given in an empty interface, or hand
// it back.
var opaque = map[string]bool{
	"container/list": true, "container/heap": true, "container/ring": true, "sync": true, "sync/atomic": true, "context": true,
}

// reads are compiled functions that read a value by reflection, with the rt
// function that gives them what they would have seen.
var reads = map[string]string{
	"encoding/xml.Marshal": "rt.XML", "encoding/xml.MarshalIndent": "rt.XML", "encoding/xml.Encode": "rt.XML", "encoding/xml.Unmarshal": "rt.FromXML", "encoding/xml.Decode": "rt.FromXML",
	"text/template.Execute": "rt.Raw", "text/template.ExecuteTemplate": "rt.Raw", "html/template.Execute": "rt.Raw", "html/template.ExecuteTemplate": "rt.Raw",
	"encoding/binary.Write": "rt.Raw", "encoding/binary.Read": "rt.Raw", "encoding/binary.Size": "rt.Raw",
	"sort.Slice": "rt.Content", "sort.SliceStable": "rt.Content", "sort.SliceIsSorted": "rt.Content",
	"reflect.Swapper": "rt.Content",
	"log/slog.Info":   "rt.Shown", "log/slog.Debug": "rt.Shown", "log/slog.Warn": "rt.Shown", "log/slog.Error": "rt.Shown", "log/slog.Any": "rt.Shown", "log/slog.With": "rt.Shown", "log/slog.Log": "rt.Shown",
	"fmt.Scan": "rt.Scan", "fmt.Scanln": "rt.Scan", "fmt.Scanf": "rt.Scan", "fmt.Sscan": "rt.Scan", "fmt.Sscanln": "rt.Scan", "fmt.Sscanf": "rt.Scan",
	"fmt.Fscan": "rt.Scan", "fmt.Fscanln": "rt.Scan", "fmt.Fscanf": "rt.Scan",
	"testing.Errorf": "rt.Shown", "testing.Logf": "rt.Shown",
}

// forbidden functions show the interpreter instead of the program.
var forbidden = map[string]string{
	"runtime.Caller": "it would show the interpreter's stack", "runtime.Callers": "it would show the interpreter's stack", "runtime.Stack": "it would show the interpreter's stack",
	"runtime/debug.Stack": "it would show the interpreter's stack", "runtime/debug.PrintStack": "it would show the interpreter's stack", "runtime.CallersFrames": "it would show the interpreter's stack",
	"runtime.FuncForPC": "it would show the interpreter's functions", "runtime.SetFinalizer": "the interpreter keeps values alive", "runtime.AddCleanup": "the interpreter keeps values alive",
	"runtime.ReadMemStats": "it would measure the interpreter", "runtime.NumGoroutine": "it would count the interpreter's goroutines",
	"runtime.MemProfile": "it would measure the interpreter", "testing.AllocsPerRun": "it would measure the interpreter", "testing.Benchmark": "it would measure the interpreter",
	"runtime.KeepAlive":             "",
	"runtime/pprof.Do":              "labels belong to the profiler of cells",
	"runtime/pprof.StartCPUProfile": "it would measure the interpreter", "runtime/trace.Start": "it would measure the interpreter",
	"flag.Parse": "", "unsafe.Pointer": "",
}

// showsSource are constants and fields that make compiled code show the place of
// its caller, which is the interpreter's.
var showsSource = map[string]bool{"log.Lshortfile": true, "log.Llongfile": true, "log/slog.AddSource": true}

// sources refuses a cell that uses one.
func (g *gen) sources(c *source.Cell) {
	for id, o := range c.Info.Uses {
		if o.Pkg() != nil && !g.s.own(o.Pkg()) && showsSource[o.Pkg().Path()+"."+o.Name()] {
			g.at = id
			g.refuse(o.Pkg().Name()+"."+o.Name(), "it would show the interpreter's place in the source")
		}
	}
}

// allowedReflect are the functions of package reflect that a basic value may be given to.
func (g *gen) reflectCall(fn *types.Func, e *ast.CallExpr) {
	for _, a := range e.Args {
		if t := g.typ(a); t != nil && (isInterface(t) || g.boxes(t)) {
			g.refuse("reflect."+fn.Name(), "reflection on %s would see the interpreter's own form of it", nameOf(t))
		}
	}
}

// nativeCall refuses a call that would look inside a value whose type the
// lowering changed.
func (g *gen) nativeCall(fn *types.Func, e *ast.CallExpr, sig *types.Signature) {
	if fn.Pkg() == nil {
		return
	}
	path := fn.Pkg().Path()
	key := path + "." + fn.Name()
	if path == "testing" {
		g.refuse("testing."+fn.Name(), "tests and benchmarks would measure the interpreter")
	}
	if why := forbidden[key]; why != "" {
		g.refuse(fn.Pkg().Name()+"."+fn.Name(), "%s", why)
	}
	if path == "reflect" {
		g.reflectCall(fn, e)
	}
	for i, a := range e.Args {
		pt := g.paramType(sig, e, i)
		at := g.typ(a)
		g.callbackAllowed(fn, a, at, pt)
		if !mentionsEmpty(pt) || opaque[path] || reads[key] != "" {
			continue
		}
		if at == nil || isUntypedNil(at) {
			continue
		}
		if isInterface(at) && !g.nativeInterface(at) || g.boxes(at) || mentionsEmpty(at) {
			g.refuse(fn.Pkg().Name()+"."+fn.Name(), "it would look inside %s by reflection", nameOf(at))
		}
	}
}

func (g *gen) paramType(sig *types.Signature, e *ast.CallExpr, i int) types.Type {
	n := sig.Params().Len()
	if sig.Variadic() && i >= n-1 {
		pt := sig.Params().At(n - 1).Type()
		if e.Ellipsis.IsValid() {
			return pt
		}
		if s, ok := under(pt).(*types.Slice); ok {
			return s.Elem()
		}
		return pt
	}
	if i >= n {
		return types.Typ[types.Invalid]
	}
	return sig.Params().At(i).Type()
}

// callbackAllowed checks a function that compiled code will call: its lowered
// type must be the one that the compiled code expects.
func (g *gen) callbackAllowed(fn *types.Func, a ast.Expr, at, pt types.Type) {
	sig, ok := under(pt).(*types.Signature)
	if !ok {
		return
	}
	if sig.Variadic() {
		g.refuse(fn.Pkg().Name()+"."+fn.Name(), "it is given a variadic function")
	}
	if !synchronous[fn.Pkg().Path()] || fn.Name() == "Go" {
		g.goBody(a)
	}
}

// goBody notes that a function, maybe a literal, runs as a goroutine.
func (g *gen) goBody(f ast.Expr) {
	g.out.concurrent = true
	if lit, ok := unparen(f).(*ast.FuncLit); ok {
		g.goBodies[lit] = true
	}
}

// synchronous packages call a callback on the goroutine that gave it to them.
var synchronous = map[string]bool{
	"sort": true, "strings": true, "bytes": true, "slices": true, "maps": true, "iter": true, "bufio": true, "path/filepath": true, "io/fs": true,
	"sync": true, "regexp": true, "unicode": true, "flag": true, "text/template": true, "container/heap": true, "container/ring": true,
}

// decodable refuses what can be seen not to be decoded from JSON as in the
// source. What sits in an interface is refused when it gets there.
func (g *gen) decodable(target ast.Expr) {
	if why := shape.Undecodable(g.shapeOf(target), g.s.table.shape); why != "" {
		g.at = target
		g.refuse("decoding JSON into "+nameOf(g.typ(target)), "%s", why)
	}
}

// visible refuses what can be seen to look different to reflection.
func (g *gen) visible(fn *types.Func, conv string, e ast.Expr) {
	switch conv {
	case "rt.Shown":
		if s := g.shapeOf(e); s != nil && fn.Pkg().Path() == "log/slog" {
			if m := shape.Logged(s); m != "" {
				g.at = e
				g.refuse("slog."+fn.Name()+" of "+nameOf(g.typ(e)), "its method %s would not be seen", m)
			}
		}
	case "rt.Scan":
		if s := g.shapeOf(e); s != nil && !shape.Scans(s, g.s.table.shape) {
			g.at = e
			g.refuse(fn.Pkg().Name()+"."+fn.Name()+" of "+nameOf(g.typ(e)), "package fmt would see another type")
		}
	case "rt.Raw", "rt.XML", "rt.FromXML":
		if why := shape.Hidden(g.shapeOf(e), g.s.table.shape, conv == "rt.Raw"); why != "" {
			g.at = e
			g.refuse(fn.Pkg().Name()+"."+fn.Name()+" of "+nameOf(g.typ(e)), "%s", why)
		}
	}
}

// shapeOf is the type of an operand that is boxed when it is handed over, else nil.
func (g *gen) shapeOf(e ast.Expr) *shape.Type {
	t := g.typ(e)
	if t == nil || isInterface(t) || isUntypedNil(t) || !g.boxes(t) {
		return nil
	}
	return g.s.table.shape(g.s.table.id(t))
}

// readArgs hands a function that reads by reflection what it would have seen.
func (g *gen) readArgs(fn *types.Func, e *ast.CallExpr, sig *types.Signature, args []part) {
	if fn == nil || fn.Pkg() == nil {
		return
	}
	conv, ok := reads[fn.Pkg().Path()+"."+fn.Name()]
	if !ok {
		return
	}
	for i := range args {
		pt := sig.Params().At(min(i, sig.Params().Len()-1)).Type()
		if mentionsEmpty(pt) {
			if len(args) == len(e.Args) {
				g.visible(fn, conv, e.Args[i])
			}
			args[i].src = conv + "(" + args[i].src + ")"
		}
	}
}

// mentionsEmpty reports whether a value of type t can hold an empty interface
// that a compiled function would look into.
func mentionsEmpty(t types.Type) bool {
	switch u := under(t).(type) {
	case *types.Interface:
		return u.NumMethods() == 0
	case *types.Slice:
		return mentionsEmpty(u.Elem())
	case *types.Map:
		return mentionsEmpty(u.Elem())
	}
	return false
}

// spreadAllowed refuses f(g()) of a compiled f that reflects on session values.
func (g *gen) spreadAllowed(tup *types.Tuple) {
	for v := range tup.Variables() {
		if !isInterface(v.Type()) && g.boxes(v.Type()) {
			g.refuse("f(g())", "a compiled function is given %s", nameOf(v.Type()))
		}
	}
}

// valueAllowed refuses a compiled function as a value where a call of it would
// be a special case.
func (g *gen) valueAllowed(fn *types.Func) {
	if fn.Pkg() == nil {
		return
	}
	key := fn.Pkg().Path() + "." + fn.Name()
	if forbidden[key] != "" || specials[key] || reads[key] != "" {
		g.refuse(fn.Pkg().Name()+"."+fn.Name(), "it is used as a value")
	}
	if fn.Pkg().Path() == "reflect" {
		g.refuse("reflect."+fn.Name(), "it is used as a value")
	}
	sig := fn.Type().(*types.Signature)
	for v := range sig.Params().Variables() {
		if mentionsEmpty(v.Type()) && !opaque[fn.Pkg().Path()] {
			g.refuse(fn.Pkg().Name()+"."+fn.Name(), "it is used as a value and would look inside its arguments by reflection")
		}
	}
}

// methodValueAllowed is valueAllowed for a method.
func (g *gen) methodValueAllowed(m *types.Func) {
	if !g.s.own(m.Pkg()) {
		g.valueAllowed(m)
	}
}
