//go:build unix

package harness

import (
	"errors"
	"fmt"
	"os"
	goruntime "runtime"
	"runtime/debug"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// Begun is a process that has been told to run its script.
type Begun struct {
	child *wire.Child
	req   *wire.Request
}

// Begin takes the parent's calls up to the one that runs the script. It is called
// as the first thing of the script's initialisation, which is part of the run:
// what init functions and variables print, read and end is the script's. It
// returns nil where there is no parent: the program has started itself again.
func Begin() *Begun {
	child, err := wire.NewChild()
	if errors.Is(err, wire.ErrNoParent) {
		return nil
	}
	if err == nil {
		err = child.Ready()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "lapbook:", err)
		os.Exit(2)
	}
	debug.SetMaxStack(maxStack)
	for {
		req, err := child.NextCall()
		if err != nil {
			os.Exit(0)
		}
		if req.Op == OpRun {
			return &Begun{child, req}
		}
		if child.Answer(req, setUp(req)) != nil {
			os.Exit(0)
		}
	}
}

// setUp answers the call before a script's run. No cell comes before a script.
func setUp(req *wire.Request) wire.Reply {
	spec, err := DecodeSpec(req.Body)
	if err == nil {
		err = spec.begin()
	}
	if err != nil {
		return wire.Reply{Status: wire.Failed, Message: err.Error()}
	}
	return wire.Reply{Body: (&Report{}).Encode()}
}

// maxStack is Go's own bound on a goroutine's stack. A cell has a smaller one,
// because an endless recursion fills that sooner; a whole program must not find
// less than it does elsewhere.
const maxStack = 250_000_000 << (^uint(0) >> 63 * 2)

// begin makes the process what the run wants.
func (s Spec) begin() error {
	goruntime.MemProfileRate = 0
	if s.Stdin != "" {
		if err := openStdin(s.Stdin); err != nil {
			return err
		}
	}
	if len(s.Args) > 0 {
		os.Args = s.Args
	}
	return nil
}
