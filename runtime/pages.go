package runtime

import (
	"fmt"
	"net"
	"os"

	"github.com/lapbook/lapbook/runtime/source"
	"github.com/lapbook/lapbook/stdlib/lab/labd"
)

// pages is the process that serves lab.Pages. Its address is chosen when the
// session starts, because every process of a cell gets it in its environment;
// it is started when a cell first imports lab.
type pages struct {
	addr   string
	server *labd.Server
}

// freeAddr is a loopback address that nobody uses at this moment. Should
// somebody take it before the server starts, the server says so.
func freeAddr() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return ""
	}
	defer l.Close()
	return l.Addr().String()
}

// needs starts the server when the cell uses lab.
func (p *pages) needs(c *source.Cell) error {
	if p.server != nil || !imports(c, labPath) {
		return nil
	}
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	if p.server, err = labd.Start(exe, p.addr); err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	if got := p.server.Addr(); got != p.addr {
		return fmt.Errorf("lab: another program took the address %s; start the session again", p.addr)
	}
	return nil
}

func (p *pages) Close() error {
	if p.server == nil {
		return nil
	}
	return p.server.Close()
}

func imports(c *source.Cell, path string) bool {
	for _, spec := range c.Imports {
		if spec.Path.Value == `"`+path+`"` {
			return true
		}
	}
	return false
}
