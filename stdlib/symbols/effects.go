package symbols

import (
	"expvar"
	"net/http"
	"net/http/pprof"
	"net/url"
)

// Isolate undoes what linking the whole standard library did to this process:
// net/http/pprof and expvar have registered handlers in http.DefaultServeMux,
// where a cell that imports neither must not find them. Call it before the
// first cell runs; Of registers them again when one of the two is asked for.
//
// What it cannot undo: image formats and hash functions of packages that no cell
// imports are registered too, so that image.Decode and crypto.Hash.New succeed
// where a compiled program would lack an import.
func Isolate() {
	http.DefaultServeMux = http.NewServeMux()
}

// effects does what importing a package does besides naming it.
func effects(path string) {
	switch path {
	case "net/http/pprof":
		handle("/debug/pprof/", pprof.Index)
		handle("/debug/pprof/cmdline", pprof.Cmdline)
		handle("/debug/pprof/profile", pprof.Profile)
		handle("/debug/pprof/symbol", pprof.Symbol)
		handle("/debug/pprof/trace", pprof.Trace)
	case "expvar":
		handle("/debug/vars", expvar.Handler().ServeHTTP)
	}
}

// handle registers a handler for GET unless it is registered already, which
// would panic.
func handle(path string, h http.HandlerFunc) {
	pattern := "GET " + path
	req := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}}
	if _, have := http.DefaultServeMux.Handler(req); have != pattern {
		http.DefaultServeMux.HandleFunc(pattern, h)
	}
}
