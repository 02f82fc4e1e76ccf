//go:build unix

package compiled

import (
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/lapbook/lapbook/runtime/host"
)

// input feeds a reader to a run through a named pipe. (A program keeps the
// descriptors with which it was started, and the host gives it none for input.)
type input struct {
	remove func()
	name   string
	r, w   *os.File // ours: w keeps the pipe open until the program has opened it
	end    func()
}

func newInput() (*input, error) {
	dir, remove, err := newTemp("", "stdin")
	if err != nil {
		return nil, err
	}
	in := &input{remove: remove, name: filepath.Join(dir, "stdin")}
	if err = syscall.Mkfifo(in.name, 0o600); err == nil {
		in.r, err = os.OpenFile(in.name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	}
	if err == nil {
		in.w, err = os.OpenFile(in.name, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	}
	if err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

// feed copies from once the program has the pipe open. What the program does
// not read is given back when from can take it.
func (in *input) feed(from io.Reader) { in.end = host.Feed(from, in.r, in.w) }

func (in *input) close() {
	if in.end != nil {
		in.end()
	} else {
		in.r.Close()
		in.w.Close()
	}
	in.remove()
}
