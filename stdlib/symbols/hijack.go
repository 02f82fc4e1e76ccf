package symbols

import (
	"bufio"
	"net"
	"net/http"
)

type responseHijacker struct {
	IValue       any
	WHeader      func() http.Header
	WWrite       func([]byte) (int, error)
	WWriteHeader func(int)
	WHijack      func() (net.Conn, *bufio.ReadWriter, error)
}

func (w responseHijacker) Header() http.Header         { return w.WHeader() }
func (w responseHijacker) Write(p []byte) (int, error) { return w.WWrite(p) }
func (w responseHijacker) WriteHeader(status int)      { w.WWriteHeader(status) }
func (w responseHijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.WHijack()
}

type responseHijackerFlusher struct {
	IValue       any
	WHeader      func() http.Header
	WWrite       func([]byte) (int, error)
	WWriteHeader func(int)
	WHijack      func() (net.Conn, *bufio.ReadWriter, error)
	WFlush       func()
}

func (w responseHijackerFlusher) Header() http.Header         { return w.WHeader() }
func (w responseHijackerFlusher) Write(p []byte) (int, error) { return w.WWrite(p) }
func (w responseHijackerFlusher) WriteHeader(status int)      { w.WWriteHeader(status) }
func (w responseHijackerFlusher) Flush()                      { w.WFlush() }
func (w responseHijackerFlusher) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.WHijack()
}
