// Package listenhttp is package listen for what net/http starts.
package listenhttp

import (
	"net/http"

	"github.com/lapbook/lapbook/runtime/engine/harness/listen"
)

// ListenAndServe is http.ListenAndServe.
func ListenAndServe(addr string, h http.Handler) error {
	return Server(&http.Server{Addr: addr, Handler: h})
}

// ListenAndServeTLS is http.ListenAndServeTLS.
func ListenAndServeTLS(addr, cert, key string, h http.Handler) error {
	return ServerTLS(&http.Server{Addr: addr, Handler: h}, cert, key)
}

// Server is the server's ListenAndServe.
func Server(s *http.Server) error { return wait(s, ":http", s.ListenAndServe()) }

// ServerTLS is the server's ListenAndServeTLS.
func ServerTLS(s *http.Server, cert, key string) error {
	return wait(s, ":https", s.ListenAndServeTLS(cert, key))
}

// wait serves nobody until the server is shut down, where the session's own
// server has the port.
func wait(s *http.Server, standard string, err error) error {
	addr := s.Addr
	if addr == "" {
		addr = standard
	}
	if !listen.Taken("tcp", addr, err) {
		return err
	}
	down := make(chan struct{})
	s.RegisterOnShutdown(func() { close(down) })
	<-down
	return http.ErrServerClosed
}
