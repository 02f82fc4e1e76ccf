package interpreted

import (
	"context"
	"errors"
	"flag"
	"os"
	"reflect"
	"runtime/debug"

	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/model"
	"github.com/lapbook/lapbook/runtime/source/lower"
	"github.com/lapbook/lapbook/stdlib"
	"github.com/lapbook/lapbook/stdlib/symbols"
)

// RoleName is the name under which the interpreter serves in a host.
const RoleName = "interpreted"

// opRun is the one operation: run a lowered cell.
const opRun = "run"

// request is a lowered cell and, for a script, its arguments.
type request struct {
	Code *lower.Code `json:"code"`
	Args []string    `json:"args,omitempty"`
}

// Role is the interpreter as a role of a host child: it holds the session's
// variables and serves Run.
func Role() host.Server {
	debug.SetMaxStack(1 << 30) // Interp stops a runaway recursion long before
	symbols.Isolate()
	env := os.Environ()
	i := New(Config{Symbols: Symbols})
	return host.Server{Call: func(r *host.Request) (any, error) {
		switch r.Op {
		case opRun:
			return serveRun(i, r)
		case opMeasure:
			return serveMeasure(i, r)
		case opRestore:
			return serveRestore(i, r)
		case opExport:
			return serveExport(i, r, env)
		}
		return nil, errors.New("no operation " + r.Op)
	}}
}

func serveRestore(i *Interp, r *host.Request) (any, error) {
	var req restoreRequest
	if err := r.Decode(&req); err != nil {
		return nil, err
	}
	return nil, i.Restore(req.Code, req.Graph, r.Stdout, r.Stderr, r.Stdin)
}

func serveExport(i *Interp, r *host.Request, env []string) (any, error) {
	var req exportRequest
	if err := r.Decode(&req); err != nil {
		return nil, err
	}
	e := i.Export(req.Slots)
	e.Place = place(env)
	return e, nil
}

func serveRun(i *Interp, r *host.Request) (any, error) {
	var req request
	if err := r.Decode(&req); err != nil {
		return nil, err
	}
	if req.Code.Script {
		startScript(req.Args)
	}
	for _, n := range req.Code.Natives {
		if n.Path == "os/signal" {
			r.UsedSignals()
		}
	}
	return i.Run(r.Context(), req.Code, r.Stdout, r.Stderr, r.Stdin), nil
}

// startScript gives a program its arguments and flags of its own.
func startScript(args []string) {
	if len(args) == 0 {
		args = []string{"script"}
	}
	os.Args = args
	flag.CommandLine = flag.NewFlagSet(args[0], flag.ExitOnError)
}

// Run runs a lowered cell in a host that serves Role. Args are os.Args of a
// script. The error is a *host.Fault when the process ended or had to be ended;
// what the cell did wrong is in the Outcome.
func Run(ctx context.Context, h *host.Host, code *lower.Code, args []string, out host.Output) (Outcome, host.Exit, error) {
	var o Outcome
	exit, err := h.Call(ctx, opRun, request{code, args}, &o, out)
	return o, exit, err
}

// Symbols are the symbols of compiled packages that cells may use: the standard
// library, lab, and what rewritten loops mention of the model.
func Symbols(path string) map[string]reflect.Value {
	if path == stdlib.ModelPath {
		return model.Symbols()
	}
	return symbols.Of(path)
}

// Has reports whether the interpreter has a symbol, for lower.Config. It keeps
// what it looked up.
func Has() func(path, name string) bool {
	known := map[string]map[string]reflect.Value{}
	return func(path, name string) bool {
		pkg, ok := known[path]
		if !ok {
			pkg = Symbols(path)
			known[path] = pkg
		}
		_, ok = pkg[name]
		return ok
	}
}
