//go:build !unix

package repl

import (
	"errors"
	"os"
)

// pump is not needed where liner reads the terminal.
type pump struct{}

func startPump(*os.File, *keys) (*pump, error) { return nil, errors.ErrUnsupported }
func (*pump) Close() error                     { return nil }
func (*pump) pause()                           {}
func (*pump) resume()                          {}

func watchResize() (chan struct{}, func()) { return nil, func() {} }
func between(int) error                    { return nil }
func suspend()                             {}
