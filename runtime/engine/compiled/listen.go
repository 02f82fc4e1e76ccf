package compiled

import (
	"go/ast"
	"go/types"
)

// Packages that stand in for what listens on a port: see package listen.
const (
	listenPath     = harnessPath + "/listen"
	listenHTTPPath = harnessPath + "/listenhttp"
)

// listeners are functions that take a port, and what stands in for them.
var listeners = map[string]struct {
	path, name string
	method     bool
}{
	"net.Listen":                           {listenPath, "Listen", false},
	"net/http.ListenAndServe":              {listenHTTPPath, "ListenAndServe", false},
	"net/http.ListenAndServeTLS":           {listenHTTPPath, "ListenAndServeTLS", false},
	"(*net/http.Server).ListenAndServe":    {listenHTTPPath, "Server", true},
	"(*net/http.Server).ListenAndServeTLS": {listenHTTPPath, "ServerTLS", true},
}

// listen edits the calls of a part that take a port. Only replays behave
// otherwise, so the measured cell, which is not replayed, is left alone.
func (w *cellWriter) listen() {
	if w.index == w.measured && !w.again {
		return
	}
	eachNode(w.cell, func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return
		}
		f, ok := w.cell.Info.Uses[sel.Sel].(*types.Func)
		if !ok {
			return
		}
		to, ok := listeners[f.FullName()]
		if !ok {
			return
		}
		local := w.prefix + "listen"
		if to.path == listenHTTPPath {
			local = w.prefix + "http"
		}
		w.imports[importKey{local, to.path}] = true
		if !to.method {
			w.replace(call.Fun.Pos(), call.Fun.End(), local+"."+to.name)
			return
		}
		open := local + "." + to.name + "("
		if _, ptr := w.cell.Info.TypeOf(sel.X).Underlying().(*types.Pointer); !ptr {
			open += "&"
		}
		w.insert(call.Pos(), open)
		sep := ""
		if len(call.Args) > 0 {
			sep = ", "
		}
		w.replace(sel.X.End(), call.Lparen+1, sep)
	})
}
