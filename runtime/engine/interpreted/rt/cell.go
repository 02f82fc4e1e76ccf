package rt

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lapbook/lapbook/runtime/source/lower"
	"github.com/lapbook/lapbook/runtime/source/lower/shape"
)

const kindInterface = shape.Interface

// Symbols are the values of compiled packages, by import path and name, as the
// interpreter's symbol tables have them.
type Symbols func(path, name string) (reflect.Value, bool)

// Cell is the context of one running cell and of the goroutines that it starts.
type Cell struct {
	s          *Session
	code       *lower.Code
	symbols    Symbols
	interfaces map[int]reflect.Type // compiled interface types that the cell converts to
	adapters   map[int]reflect.Type

	// Stdout and the others are what os.Stdout and so on mean in the cell,
	// which may change them.
	Stdout, Stderr, Stdin *os.File
	out                   *os.File // as they were given
	stdin                 *bufio.Reader

	done     chan struct{} // closed when the cell is stopped
	stopOnce sync.Once
	initOnly atomic.Bool // Main does nothing: only methods are linked
	begun    atomic.Bool // the cell's own statements have begun
	main     atomic.Bool // and ended
	gone     atomic.Int64

	label atomic.Pointer[context.Context] // of the function that runs

	mu        sync.Mutex
	values    []any
	lines     map[string]*int
	atLines   map[string]*atomic.Int64
	traces    map[uint64]*trace
	own       map[uint64]map[string]*int // lines of goroutines, by function
	ops       map[int64]Op
	waited    []Op         // of an interrupted cell
	unwinding atomic.Int64 // frames that run deferred calls because of a panic
	unwound   atomic.Bool  // there was such a frame
	nextOp    int64
	outcome   *Outcome
	finished  bool

	// Before and After are called around the statements, which run Turns times;
	// they may be nil, and Turns 0.
	Before, After func()
	Turns         int

	// Late is called when a goroutine of the cell fails after the cell ended.
	Late func(Outcome)
}

// Op is a wait in progress.
type Op struct {
	What string // "channel receive", "select", "time.Sleep"
	Site lower.Site
}

// Outcome is how a cell ended, or how a goroutine of it ended it.
type Outcome struct {
	Kind      string // "panic", "exit", "goexit", "refused", "fault"
	Message   string
	Code      int  // of exit
	Goroutine bool // not in the cell's own statements
	GoSite    lower.Site
	Frames    []Frame0
}

// Frame0 is one function of a backtrace, innermost first.
type Frame0 struct {
	Func string
	Cell string
	Line int
}

// NewCell makes the context of one run of code.
func NewCell(s *Session, code *lower.Code, symbols Symbols, stdout, stderr, stdin *os.File) *Cell {
	s.Learn(code.Types)
	s.Drop(code.Drop)
	c := &Cell{s: s, code: code, symbols: symbols,
		done: make(chan struct{}), lines: map[string]*int{}, atLines: map[string]*atomic.Int64{}, traces: map[uint64]*trace{}, own: map[uint64]map[string]*int{},
		ops: map[int64]Op{}, interfaces: map[int]reflect.Type{}, adapters: map[int]reflect.Type{}}
	for name := range code.Funcs {
		c.atLines[name] = &atomic.Int64{}
	}
	std := s.files.next(c, stdio{stdin, stdout, stderr})
	c.Stdin, c.Stdout, c.Stderr, c.out = std[0], std[1], std[2], std[1]
	c.findInterfaces()
	s.last.Store(c)
	return c
}

// findInterfaces resolves the compiled interface types that the code names.
func (c *Cell) findInterfaces() {
	for _, n := range c.code.Natives {
		v, ok := c.symbols(n.Path, n.Name)
		if !ok || n.Var || v.Kind() != reflect.Pointer || !v.IsNil() || v.Type().Elem().Kind() != reflect.Interface {
			continue
		}
		t := v.Type().Elem()
		for _, s := range c.code.Types {
			if s.Kind == shape.Interface && s.Name == t.String() && !s.Own {
				c.interfaces[s.ID] = t
				if w, ok := c.symbols(n.Path, "_"+n.Name); ok {
					c.adapters[s.ID] = w.Type().Elem()
				}
			}
		}
	}
}

// Slot returns the pointer to a session variable.
func (c *Cell) Slot(id int, fresh any) any { return c.s.slot(id, fresh) }

// Track tells where the interpreter keeps the last line that a function marked.
func (c *Cell) Track(fn string, line *int) { c.lines[fn] = line }

// Line gives the body of a goroutine a variable of its own for the line it is at.
func (c *Cell) Line(fn string) *int {
	id, line := goroutineID(), new(int)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.own) > 4096 { // goroutines of compiled code do not say when they end
		clear(c.own)
	}
	if c.own[id] == nil {
		c.own[id] = map[string]*int{}
	}
	c.own[id][fn] = line
	return line
}

// At marks a line where goroutines may run the same function.
func (c *Cell) At(fn string, line int) { c.atLines[fn].Store(int64(line)) }

// Value is called with each value that the cell shows.
func (c *Cell) Value(x any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values = append(c.values, x)
}

// Values are the values that the cell shows.
func (c *Cell) Values() []any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.values
}

// Main runs the statements of the cell.
func (c *Cell) Main(f func()) {
	if c.initOnly.Load() {
		return
	}
	c.begun.Store(true)
	defer c.main.Store(true)
	ended := false
	defer func() {
		if r := recover(); r != nil {
			c.fail(c.outcomeOf(r, false, lower.Site{}))
		} else if !ended && !c.stopped() {
			c.fail(Outcome{Kind: "goexit", Message: "runtime.Goexit was called"})
		}
	}()
	c.clocked(f)
	ended = true
}

// clocked runs the statements between Before and After.
func (c *Cell) clocked(f func()) {
	if c.Before != nil {
		c.Before()
		defer c.After()
	}
	f()
	for range c.Turns - 1 {
		c.mu.Lock()
		c.values = nil
		c.mu.Unlock()
		f()
	}
}

// Go starts a goroutine of the cell. Its panic ends the cell, not the process.
func (c *Cell) Go(site int, f func()) {
	c.gone.Add(1)
	go func() {
		defer c.gone.Add(-1)
		defer c.forgetLines()
		defer func() {
			if r := recover(); r != nil {
				c.fail(c.outcomeOf(r, true, c.site(site)))
			}
		}()
		f()
	}()
}

// WaitGo is (*sync.WaitGroup).Go: a panic there would end the process.
func (c *Cell) WaitGo(wg *sync.WaitGroup, site int, f func()) {
	wg.Add(1)
	c.Go(site, func() {
		defer wg.Done()
		f()
	})
}

// AfterFunc is time.AfterFunc.
func (c *Cell) AfterFunc(site int, d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() { c.Go(site, f) })
}

// Settle waits for goroutines that are panicking while the cell ends: their
// deferred calls (a WaitGroup's Done) may be what let it end. It is bounded, for
// a deferred call may take for ever.
func (c *Cell) Settle() {
	if !c.unwound.Load() {
		return
	}
	const step, calm = 200 * time.Microsecond, 10
	quiet := 0
	for range 2500 {
		if c.Goroutines() == 0 || c.Failed() != nil || quiet > calm {
			return
		}
		if quiet++; c.unwinding.Load() > 0 {
			quiet = 0
		}
		time.Sleep(step)
	}
}

// Goroutines is the number of goroutines that the cell started and that run on.
func (c *Cell) Goroutines() int { return int(c.gone.Load()) }

// InitOnly makes the next run of the code link its methods and do nothing else.
func (c *Cell) InitOnly() { c.initOnly.Store(true) }

// Quiet reports whether nothing of the cell runs any more.
func (c *Cell) Quiet() bool { return c.main.Load() && c.Goroutines() == 0 }

// File is the address of the cell's own variable for os.Stdout, os.Stderr and
// os.Stdin, nil for any other name.
func (c *Cell) File(path, name string) any {
	if path != "os" {
		return nil
	}
	switch name {
	case "Stdout":
		return &c.Stdout
	case "Stderr":
		return &c.Stderr
	case "Stdin":
		return &c.Stdin
	}
	return nil
}

// Goexit ends the goroutine.
func (c *Cell) Goexit() { runtime.Goexit() }

// Exit is os.Exit: it ends the cell, running no deferred call.
func (c *Cell) Exit(code int) {
	o := Outcome{Kind: "exit", Message: "exit status " + strconv.Itoa(code), Code: code}
	if c.main.Load() {
		c.fail(o)
		runtime.Goexit()
	}
	c.mu.Lock()
	if c.outcome == nil {
		c.outcome = &o
	}
	c.mu.Unlock()
	panic(exitSignal{code})
}

// outcomeOf describes a panic that nothing recovered.
func (c *Cell) outcomeOf(r any, goroutine bool, site lower.Site) Outcome {
	o := Outcome{Kind: "panic", Goroutine: goroutine, GoSite: site}
	switch r := normal(r).(type) {
	case exitSignal:
		o.Kind, o.Message, o.Code = "exit", "exit status "+strconv.Itoa(r.code), r.code
		return o
	case Refused:
		o.Kind, o.Message = "refused", string(r)
	case Fault:
		o.Kind, o.Message = "fault", string(r)
	case error:
		o.Message = r.Error()
	case fmt.Stringer:
		o.Message = r.String()
	case string:
		o.Message = r
	default:
		o.Message = c.Sprint(r)
		if b, ok := open(r); ok {
			o.Message = b.T.Name + "(" + o.Message + ")"
		}
	}
	o.Frames = c.frames()
	return o
}

// fail records how the cell ended and stops it; after its end it is reported late.
func (c *Cell) fail(o Outcome) {
	c.mu.Lock()
	late := c.finished
	if c.outcome == nil || c.outcome.Kind == "exit" && o.Kind == "exit" {
		c.outcome = &o
	}
	c.mu.Unlock()
	if late && c.Late != nil && !c.stopped() {
		c.Late(o)
	}
	c.Stop()
}

// refuse ends the cell from where a panic would not get through, because fmt
// prints panics of the methods that it calls.
func (c *Cell) refuse(why string) {
	c.fail(c.outcomeOf(Refused(why), false, lower.Site{}))
	runtime.Goexit()
}

// Failed returns how the cell ended, nil when it ended by itself.
func (c *Cell) Failed() *Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outcome
}

// Finish marks the end of the cell's statements: failures are late from now on.
func (c *Cell) Finish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished = true
}

// Stop ends every wait of the cell's goroutines.
func (c *Cell) Stop() { c.stopOnce.Do(func() { close(c.done) }) }

// Stopped is closed when the cell is stopped.
func (c *Cell) Stopped() <-chan struct{} { return c.done }

func (c *Cell) stopped() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

func (c *Cell) site(i int) lower.Site {
	if i >= 0 && i < len(c.code.Sites) {
		return c.code.Sites[i]
	}
	return lower.Site{}
}

// Enter notes that a compiled call which may wait begins.
func (c *Cell) Enter(site int, what string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nextOp++
	c.ops[c.nextOp] = Op{what, c.site(site)}
	return c.nextOp
}

// Leave notes that it ended.
func (c *Cell) Leave(op int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.ops, op)
}

// Interrupt notes what the cell waits for and then stops it: a wait that is
// stopped is over before anybody could ask.
func (c *Cell) Interrupt() {
	ops := c.Waits()
	c.mu.Lock()
	c.waited = ops
	c.mu.Unlock()
	c.Stop()
}

// Waits lists what the goroutines of the cell wait for, oldest first; of an
// interrupted cell what they waited for then.
func (c *Cell) Waits() []Op {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waited != nil {
		return c.waited
	}
	keys := make([]int64, 0, len(c.ops))
	for k := range c.ops {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	ops := make([]Op, len(keys))
	for i, k := range keys {
		ops[i] = c.ops[k]
	}
	return ops
}

// ClosedStdout reports whether the cell closed or replaced its standard output.
func (c *Cell) ClosedStdout() bool {
	if c.Stdout != c.out {
		return true
	}
	_, err := c.out.Stat()
	return err != nil
}

// stdout is where fmt.Print writes.
func (c *Cell) stdout() io.Writer { return c.Stdout }

// SetLog makes package log write to the cell's standard error, unless a cell
// set another writer.
func (c *Cell) SetLog(mine *os.File) {
	if w := log.Writer(); w == io.Writer(os.Stderr) || mine != nil && w == io.Writer(mine) {
		log.SetOutput(c.Stderr)
	}
}

// trace collects the functions that a panic unwinds on one goroutine.
type trace struct {
	frames []string
	total  int
}

const maxFrames = 24

// TraceWriter is the interpreter's standard error: it writes a line there for
// every function that a panic unwinds.
func (c *Cell) TraceWriter() io.Writer { return traceWriter{c} }

type traceWriter struct{ c *Cell }

// Write takes one line: position, "panic: main.NAME(...)".
func (w traceWriter) Write(p []byte) (int, error) {
	_, rest, ok := bytes.Cut(p, []byte("panic: main."))
	if !ok {
		return len(p), nil
	}
	name, _, _ := bytes.Cut(rest, []byte("("))
	id := goroutineID()
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	t := w.c.traces[id]
	if t == nil {
		t = &trace{}
		w.c.traces[id] = t
	}
	t.total++
	if len(t.frames) < maxFrames {
		t.frames = append(t.frames, string(bytes.TrimSuffix(name, []byte(".func"))))
	}
	return len(p), nil
}

func (c *Cell) forgetLines() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.own) > 0 {
		delete(c.own, goroutineID())
	}
}

func (c *Cell) forgetTrace() {
	id := goroutineID()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.traces, id)
}

// frames are the functions that the panic of this goroutine went through.
func (c *Cell) frames() (list []Frame0) {
	id := goroutineID()
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.traces[id]
	if t == nil {
		return nil
	}
	delete(c.traces, id)
	own := c.own[id]
	for _, name := range t.frames {
		f, ok := c.code.Funcs[name]
		if !ok || f.Cell == "" {
			continue
		}
		line := c.lineOf(name, f)
		if p := own[name]; p != nil && *p > 0 {
			line = *p
		}
		if f.Name == "" { // the body of the function that comes next
			f.Name = "…"
		}
		list = append(list, Frame0{f.Name, f.Cell, line})
	}
	return list
}

func (c *Cell) lineOf(name string, f lower.Func) int {
	if p := c.lines[name]; p != nil && *p > 0 {
		return *p
	}
	if a := c.atLines[name]; a != nil && a.Load() > 0 {
		return int(a.Load())
	}
	if f.Name == "" {
		return 0
	}
	return f.Line
}

// goroutineID parses the number of the calling goroutine; only panics pay for it.
func goroutineID() uint64 {
	var buf [40]byte
	s := buf[:runtime.Stack(buf[:], false)]
	s = bytes.TrimPrefix(s, []byte("goroutine "))
	num, _, _ := bytes.Cut(s, []byte(" "))
	id, _ := strconv.ParseUint(string(num), 10, 64)
	return id
}
