//go:build unix

package compiled

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// input feeds a reader to a run through a named pipe. (A program keeps the
// descriptors with which it was started, and the host gives it none for input.)
type input struct {
	dir  string
	name string
	keep *os.File // holds the pipe open until the program has opened it
}

func newInput() (*input, error) {
	dir, err := os.MkdirTemp("", "lapbook-stdin-")
	if err != nil {
		return nil, err
	}
	in := &input{dir: dir, name: filepath.Join(dir, "stdin")}
	if err = syscall.Mkfifo(in.name, 0o600); err == nil {
		in.keep, err = os.OpenFile(in.name, os.O_RDWR, 0)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return in, nil
}

// feed copies r once the program has the pipe open. It ends with r, with the
// pipe, or with one Read of r that nobody can end.
func (in *input) feed(r io.Reader) {
	go func() {
		_, _ = io.Copy(in.keep, r)
		in.keep.Close()
	}()
}

func (in *input) close() {
	in.keep.Close()
	os.RemoveAll(in.dir)
}
