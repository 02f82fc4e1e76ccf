package runtime

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/google/pprof/driver"
)

// pprofState is what a session keeps for %pprof: its web pages, and pprof's
// settings as they were before.
type pprofState struct {
	first map[string]any
	pages []*pprofPages
}

// settings remembers the defaults of pprof's flags.
func (p *pprofState) settings() map[string]any {
	if p.first == nil {
		p.first = map[string]any{}
	}
	return p.first
}

// reset puts pprof's settings back, which it keeps in a variable of its own:
// they would hold for the web pages too. Without a profile pprof reads its flags
// and ends.
func (p *pprofState) reset() {
	run := &pprofRun{flags: []string{"-top", "-functions", "-flat"}, before: p.settings()}
	_ = run.do() // "no profile"
}

// Close ends the web pages.
func (p *pprofState) Close() error {
	var errs []error
	for _, w := range p.pages {
		errs = append(errs, w.close())
	}
	p.pages = nil
	return errors.Join(errs...)
}

// pprofPages are pprof's own pages for one profile.
type pprofPages struct {
	dir    string // the cells' texts
	server *http.Server
	ended  chan struct{}
}

// web serves pprof's pages on a loopback address until the session ends.
func (v *profileView) web(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%%pprof web: want a cell at most, not %s", args[0])
	}
	w := &pprofPages{ended: make(chan struct{})}
	var err error
	if w.dir, err = v.textFiles(); err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, os.RemoveAll(w.dir))
	}
	run, err := v.pprofRun([]string{"-http=" + ln.Addr().String(), "-no_browser", "-source_path=" + w.dir})
	if err != nil {
		return errors.Join(err, ln.Close(), os.RemoveAll(w.dir))
	}
	run.serve = func(a *driver.HTTPServerArgs) error {
		w.serve(ln, a.Handlers)
		return nil
	}
	if err := run.do(); err != nil {
		return errors.Join(err, ln.Close(), os.RemoveAll(w.dir))
	}
	v.session.pprof.pages = append(v.session.pprof.pages, w)
	v.head()
	v.call.printf("http://%s/ui/flamegraph  until the session ends\n", ln.Addr())
	return nil
}

// serve answers browsers on this machine. A page of another site that names
// this address is refused by its Host.
func (w *pprofPages) serve(ln net.Listener, pages map[string]http.Handler) {
	mux := http.NewServeMux()
	for path, h := range pages {
		if path == "/" {
			path = "/{$}"
		}
		if path == "/saveconfig" || path == "/deleteconfig" {
			continue // they would write into the user's configuration of pprof
		}
		mux.Handle(path, h)
	}
	root := http.NewServeMux()
	root.Handle("/ui/", http.StripPrefix("/ui", mux))
	root.Handle("/{$}", http.RedirectHandler("/ui/flamegraph", http.StatusTemporaryRedirect))
	addr := ln.Addr().String()
	w.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		if req.Host != addr {
			http.Error(rw, "ask for http://"+addr, http.StatusForbidden)
			return
		}
		root.ServeHTTP(rw, req)
	})}
	go func() {
		defer close(w.ended)
		_ = w.server.Serve(ln) // ends with Close
	}()
}

// close waits for the pages that are being made.
func (w *pprofPages) close() error {
	ctx, stop := context.WithTimeout(context.Background(), waitDelay)
	defer stop()
	err := w.server.Shutdown(ctx)
	if err != nil {
		err = w.server.Close()
	}
	<-w.ended
	return errors.Join(err, os.RemoveAll(w.dir))
}
