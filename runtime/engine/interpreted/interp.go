// Package interpreted runs lowered cells under the yaegi interpreter, with live
// state: the variables of a session stay in this process from cell to cell.
//
// Every cell gets an interpreter of its own (0.2 ms), which holds the functions
// that the cell reaches. Variables, types and the methods of boxed values live
// in an rt.Session. So time and memory per cell do not grow over a session, a
// goroutine of an old cell shares no interpreter with a new one, and stopping a
// cell stops nothing else.
package interpreted

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/traefik/yaegi/interp"

	"github.com/lapbook/lapbook/runtime/engine/interpreted/rt"
	"github.com/lapbook/lapbook/runtime/measure"
	"github.com/lapbook/lapbook/runtime/source/lower"
	"github.com/lapbook/lapbook/stdlib/grid"
	"github.com/lapbook/lapbook/stdlib/lab"
)

// Config is what an Interp needs from outside.
type Config struct {
	// Symbols returns the symbols of a compiled package in the form of yaegi's
	// tables, with wrappers of interfaces under "_Name"; nil where there are none.
	Symbols func(path string) map[string]reflect.Value
	// StackLimit is how many bytes of goroutine stacks end a cell as a stack
	// overflow; 0 means 600 MiB: some 100,000 levels.
	StackLimit int64
}

// Interp holds the live state of a session. Run is called for one cell at a
// time; cells that left goroutines running run on beside the next ones.
type Interp struct {
	conf    Config
	session *rt.Session
	symbols map[string]map[string]reflect.Value
	stderr  *os.File // that package log was pointed at last
	late    []Late
	mu      sync.Mutex
}

// Outcome is what a run of a cell gave.
type Outcome struct {
	Value      string              `json:"value"`           // the last value as shown, "" when none is
	Table      string              `json:"table,omitempty"` // the last value as a packed grid
	Shown      []map[string]string `json:"shown,omitempty"` // what the cell displayed
	Err        *measure.CellError  `json:"err,omitempty"`
	Waits      []Wait              `json:"waits,omitempty"`      // what an interrupted cell waited for
	Goroutines int                 `json:"goroutines,omitempty"` // that the cell started and that run on
	Notices    []string            `json:"notices,omitempty"`
	RunNS      int64               `json:"run_ns"`         // of the cell's statements, without compiling
	Late       []Late              `json:"late,omitempty"` // failures of earlier cells since the last run
}

// Late is a failure of a goroutine after its cell had ended. It is also printed
// on that cell's standard error.
type Late struct {
	Cell string             `json:"cell"`
	Err  *measure.CellError `json:"err"`
}

// Wait is a wait of one goroutine: what for, and on which line.
type Wait struct {
	What string `json:"what"`
	Cell string `json:"cell"`
	Line int    `json:"line"`
}

// String is "channel receive at line 2 of cell fetch".
func (w Wait) String() string {
	if w.Line == 0 {
		return w.What
	}
	return fmt.Sprintf("%s at line %d of cell %s", w.What, w.Line, w.Cell)
}

// New returns an interpreter session without variables.
func New(conf Config) *Interp {
	if conf.StackLimit == 0 {
		conf.StackLimit = 600 << 20
	}
	return &Interp{conf: conf, session: rt.NewSession(), symbols: map[string]map[string]reflect.Value{}}
}

// Run runs a lowered cell. When ctx ends, the cell is stopped: interpreted code
// and waits end at once, a compiled call that does not return is abandoned, and
// Run returns in any case. Files are the cell's own: goroutines that it leaves
// running go on writing there.
func (i *Interp) Run(ctx context.Context, code *lower.Code, stdout, stderr, stdin *os.File) Outcome {
	c := rt.NewCell(i.session, code, i.symbol, stdout, stderr, stdin)
	c.Late = func(o rt.Outcome) { i.noteLate(code, o, stderr) }
	c.SetLog(i.stderr)
	i.stderr = c.Stderr
	p, err := i.compile(c, code)
	if err != nil {
		return compileFailure(code, err)
	}
	out := i.execute(ctx, c, code, p)
	out.Late = i.takeLate()
	return out
}

func (i *Interp) noteLate(code *lower.Code, o rt.Outcome, stderr *os.File) {
	err := cellError(code, o)
	fmt.Fprintf(stderr, "panic: %s [%s]\n", err.Message, err.Hint)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.late = append(i.late, Late{code.Cell, err})
}

func (i *Interp) takeLate() []Late {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := i.late
	i.late = nil
	return list
}

// compileFailure is a lowered cell that the interpreter cannot compile: nothing
// of it has run.
func compileFailure(code *lower.Code, err error) Outcome {
	return Outcome{Err: &measure.CellError{Kind: "refused", Cell: code.Cell, Message: "the interpreter cannot compile this cell: " + err.Error()}}
}

// program is a compiled cell in its interpreter.
type program struct {
	y *interp.Interpreter
	p *interp.Program
}

// compile gives the cell an interpreter with the symbols that it uses.
func (i *Interp) compile(c *rt.Cell, code *lower.Code) (p program, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	y := interp.New(interp.Options{Unrestricted: true, Stdin: c.Stdin, Stdout: c.Stdout, Stderr: c.TraceWriter(), Args: []string{"cell"}})
	natives, err := i.natives(c, code)
	if err != nil {
		return p, err
	}
	if err := y.Use(interp.Exports{"rt/rt": c.Exports(), "n/n": natives, "t/t": c.Structs()}); err != nil {
		return p, err
	}
	prog, err := y.Compile(code.Text)
	return program{y, prog}, err
}

// natives are the symbols of compiled packages that the code uses, in one
// synthetic package; variables by their address.
func (i *Interp) natives(c *rt.Cell, code *lower.Code) (map[string]reflect.Value, error) {
	m := map[string]reflect.Value{}
	for _, n := range code.Natives {
		v, ok := i.symbol(n.Path, n.Name)
		if !ok {
			return nil, fmt.Errorf("%s.%s is not available", n.Path, n.Name)
		}
		if n.Var {
			v = v.Addr()
			if own := c.File(n.Path, n.Name); own != nil {
				v = reflect.ValueOf(own)
			}
		}
		m[lower.NativeName(n.Path, n.Name)] = v
	}
	return m, nil
}

// symbol finds a symbol; packages are asked for once.
func (i *Interp) symbol(path, name string) (reflect.Value, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	pkg, ok := i.symbols[path]
	if !ok {
		pkg = i.conf.Symbols(path)
		i.symbols[path] = pkg
	}
	v, ok := pkg[name]
	return v, ok
}

// execute runs the program until it ends, fails or is stopped.
func (i *Interp) execute(ctx context.Context, c *rt.Cell, code *lower.Code, p program) Outcome {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	overflow := i.watchStacks(ctx, c)
	over := make(chan struct{})
	defer close(over) // before cancel: what the cell leaves running runs on
	go stopWith(ctx, cancel, c, over)
	start := time.Now()
	lab.Collect(packed)
	stopped, err := run(ctx, p)
	out := Outcome{RunNS: time.Since(start).Nanoseconds()}
	c.Settle()
	c.Finish()
	out.Goroutines = c.Goroutines()
	switch failed := c.Failed(); {
	case failed != nil:
		out.Err = cellError(code, *failed)
	case overflow.Load():
		out.Err = overflowError(code)
	case stopped:
		out.Waits = waits(c)
		out.Err = &measure.CellError{Kind: "interrupted", Cell: code.Cell, Message: interruptedText(out.Waits)}
		if len(out.Waits) > 0 {
			out.Err.Cell, out.Err.Line = out.Waits[0].Cell, out.Waits[0].Line
		}
	case err != nil:
		out.Err = executeError(code, err)
	default:
		out.Value, out.Table = c.Show(), c.Table()
	}
	out.Shown = lab.Shown()
	if c.Failed() != nil && !stopped { // its other goroutines end with it
		stop(p.y)
		stopped = true
	}
	if stopped {
		i.revive(c, code, p)
	} else if c.ClosedStdout() {
		out.Notices = append(out.Notices, fmt.Sprintf("cell %s closed or replaced standard output; the next cell has its own", code.Cell))
	}
	return out
}

// packed is a value that compiled code displays, as a packed table; "" when it
// is none.
func packed(v any) string {
	if g := grid.Of(v); g != nil {
		return g.Pack()
	}
	return ""
}

// stopWith stops the cell's goroutines when ctx ends while the cell runs, and
// the run when the cell is stopped.
func stopWith(ctx context.Context, cancel context.CancelFunc, c *rt.Cell, over <-chan struct{}) {
	select {
	case <-over:
	case <-c.Stopped():
		cancel()
	case <-ctx.Done():
		select {
		case <-over:
		default:
			c.Interrupt()
		}
	}
}

// run executes the program; when ctx ends, it is stopped, and abandoned where it
// is in a compiled call that does not return. (ExecuteWithContext of the
// interpreter does the same with a data race.)
func run(ctx context.Context, p program) (stopped bool, err error) {
	ended := make(chan error, 1)
	go func() {
		defer close(ended) // also after runtime.Goexit
		_, err := p.y.Execute(p.p)
		ended <- err
	}()
	select {
	case err := <-ended:
		return false, err
	case <-ctx.Done():
		stop(p.y)
		return true, ctx.Err()
	}
}

// executeError is a failure outside the cell's statements: of the interpreter.
func executeError(code *lower.Code, err error) *measure.CellError {
	msg := err.Error()
	if p, ok := err.(interp.Panic); ok {
		msg = fmt.Sprint(p.Value)
	}
	msg, _, _ = strings.Cut(msg, "\n")
	return &measure.CellError{Kind: "refused", Cell: code.Cell, Message: "the interpreter failed: " + msg}
}
