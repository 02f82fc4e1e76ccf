package lab

import (
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// Serve starts a web server on this machine and returns its URL, without a slash
// at the end. It serves until the session ends.
//
// A Site is served by the process that serves Pages. Any other handler is code,
// which lives where its variables live: it is served by the process of the cell,
// and what it computes is computed by that process, beside the cell. To measure
// how a cell waits, serve a Site.
func Serve(h http.Handler) string {
	switch h := h.(type) {
	case nil:
		panic(fmt.Errorf("lab.Serve: the handler is nil"))
	case Site:
		return h.url()
	case *Site:
		return h.url()
	}
	return "http://" + listen(int(served.Add(1)), h)
}

// served counts the handlers, because each has its own port.
var served atomic.Int64

// listen serves h on a port that depends only on the session and on nth, as long
// as no other process has it: the URLs of two runs are then the same, and so are
// results that contain them.
func listen(nth int, h http.Handler) string {
	var l net.Listener
	var err error
	for try := range 4 {
		if l, err = net.Listen("tcp", preferred(nth, try)); err == nil {
			break
		}
	}
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			panic(fmt.Errorf("lab: no server can be started: %w", err))
		}
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go srv.Serve(l)
	return l.Addr().String()
}

// preferred is below the range from which systems take ports for clients.
func preferred(nth, try int) string {
	hash := fnv.New32a()
	fmt.Fprintf(hash, "%s %d %d", os.Getenv(PagesEnv), nth, try)
	return fmt.Sprintf("127.0.0.1:%d", 20_000+hash.Sum32()%12_000)
}
