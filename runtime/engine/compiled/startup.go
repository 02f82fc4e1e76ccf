package compiled

import (
	"context"
	"strconv"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/engine/harness"
	"github.com/lapbook/lapbook/runtime/host"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source"
)

// startup are the streams of a program before its first cell: what the variables
// and init functions of the packages that it imports print.
type startup struct{ stdout, stderr engine.Captured }

// showsStartup tells whether that is part of the cell's output. It is for a script,
// as under go run, and for the cell whose text imports a package of a module: for
// cells after it the package is there already.
func showsStartup(c *source.Cell) bool {
	for _, spec := range c.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil && spec.Pos().IsValid() && importsModules([]string{path}) {
			return true
		}
	}
	return false
}

// begin takes what the process prints before it answers, and shows it.
func (r *runner) begin(ctx context.Context) {
	if !showsStartup(r.p.unit.Cell) {
		return
	}
	op := harness.OpStart
	if r.p.unit.Cell.Script {
		op = harness.OpSetup // no cells come before it
	}
	var reply []byte
	exit, err := r.host.Call(ctx, op, r.childSpec().Encode(), &reply, host.Output{Stdout: r.spec.Stdout, Stderr: r.spec.Stderr})
	r.startup = startup{exit.Stdout, exit.Stderr}
	r.take(exit, err, reply)
	if r.result.Err != nil || r.err != nil {
		r.result.Stdout, r.result.Stderr = exit.Stdout, exit.Stderr
	}
}

// after is a stream with what came before it.
func after(before, stream engine.Captured) engine.Captured {
	if before.Total == 0 {
		return stream
	}
	var c measure.Capture
	c.Write(before.Bytes())
	c.Write(stream.Bytes())
	out := c.Captured()
	out.Total += before.Left() + stream.Left()
	return out
}
