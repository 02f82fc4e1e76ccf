//go:build unix

package host

import (
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"syscall"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// order says what the warden is to start.
func (h *Host) order() (*order, error) {
	o := &order{Argv: h.cfg.Argv, Env: h.cfg.Env, Dir: h.cfg.Dir}
	if h.cap > 0 && !h.cfg.Race {
		// Writable mappings are granted to Go in pieces of 64 MiB, resident or
		// not; the watch below is exact, this stops what is faster.
		o.Data = uint64(h.cap) + 64<<20
	}
	if h.cfg.Role == "" {
		if len(o.Argv) == 0 {
			return nil, errors.New("neither role nor program")
		}
		o.Path = o.Argv[0]
		return o, nil
	}
	path, err := selfPath()
	o.Path, o.Argv, o.Env = path, []string{argv0 + h.cfg.Role}, withDebugging(o.Env)
	return o, err
}

// withDebugging adds the setting to the environment's GODEBUG.
func withDebugging(env []string) []string {
	setting := "GODEBUG=" + debugging
	for _, e := range env { // the last one counts
		if value, ok := strings.CutPrefix(e, "GODEBUG="); ok && value != "" {
			setting = e + "," + debugging
		}
	}
	return append(append([]string(nil), env...), setting)
}

// launch makes the descriptors of the child and orders its start.
func (h *Host) launch() error {
	o, err := h.order()
	if err != nil {
		return err
	}
	var fds [orderFDs]int
	for i := range fds {
		fds[i] = -1
	}
	defer func() { closeAll(fds[:]...) }()
	if fds[0], err = syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0); err != nil {
		return err
	}
	for i, kind := range []Stream{Stdout, Stderr} {
		if fds[1+i], err = h.openStream("", kind); err != nil {
			return err
		}
	}
	if h.sock, fds[3], err = pair(); err != nil {
		return err
	}
	if err := h.openCrash(&fds[4]); err != nil {
		return err
	}
	var down, up wire.Token
	rand.Read(down[:])
	rand.Read(up[:])
	h.conn = wire.NewConn(h.sock, up, down)
	if err := h.conn.SendHello(down, up); err != nil {
		return err
	}
	return h.warden.start(o, fds[:])
}

// openStream makes a pipe, its pump and its descriptor for the child.
func (h *Host) openStream(tag string, kind Stream) (int, error) {
	r, w, err := outPipe(kind.String())
	if err != nil {
		return -1, err
	}
	s := newStream(tag, kind, r, h.cfg.Late)
	s.early = h.cfg.Role == "" // what a program prints while it starts is the cell's
	h.mu.Lock()
	h.streams = append(h.streams, s)
	h.current[kind] = s
	h.mu.Unlock()
	h.wg.Go(func() {
		s.pump()
		h.forget(s)
	})
	return w, nil
}

func (h *Host) forget(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.streams {
		if h.streams[i] == s {
			h.streams = append(h.streams[:i], h.streams[i+1:]...)
			return
		}
	}
}

func (h *Host) openCrash(fd *int) error {
	r, w, err := outPipe("crash")
	if err != nil {
		return err
	}
	*fd = w
	h.wg.Go(func() { h.crash.pump(r, func() { h.kill(nil) }) })
	return nil
}
