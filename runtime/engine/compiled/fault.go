package compiled

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/lapbook/lapbook/runtime/engine"
	"github.com/lapbook/lapbook/runtime/engine/harness"
	"github.com/lapbook/lapbook/runtime/host"
)

// faultError turns the end of a process into the cell's error. ids are the
// cells whose frames count.
func faultError(f *host.Fault, interrupted bool, ids map[string]bool) *engine.CellError {
	e := &engine.CellError{Kind: string(f.Kind), Message: f.Message, Code: f.Code}
	switch f.Kind {
	case host.Panic, host.Stack, host.Fatal:
		e.Kind = "panic"
		if e.Code == 0 {
			e.Code = 2
		}
	case host.Signal:
		e.Signal = signalName(f.Signal)
	case host.Interrupt:
		e.Kind = "interrupted"
	case host.Lost:
		e.Kind = "signal"
	}
	for _, fr := range dumpFrames(f.Stack, ids) {
		if e.Line == 0 && ids[fr.cell] {
			e.Cell, e.Line = fr.cell, fr.line
		}
		e.Frames = append(e.Frames, fmt.Sprintf("%s %s:%d", fr.fun, fr.cell, fr.line))
	}
	return e
}

// signalName knows the signals that end a Go program.
func signalName(n int) string {
	names := map[int]string{1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM"}
	if name, ok := names[n]; ok {
		return name
	}
	return "signal " + strconv.Itoa(n)
}

// dumpFrame is a function on a line of a cell, or of a file of the user's own
// packages, which cell then names with its folder: geo/geo.go.
type dumpFrame struct {
	fun, cell string
	line      int
}

var dumpLine = regexp.MustCompile(`^\t(?:\S*/)?([A-Za-z0-9_-]{1,64}):(\d+)( \+0x[0-9a-f]+)?$`)

var goFileLine = regexp.MustCompile(`^\t(\S.*\.go):(\d+)( \+0x[0-9a-f]+)?$`)

// dumpFrames are the frames of cells and of the packages that they import from
// modules, of the first goroutine in a Go dump that has any of cells: the failing
// goroutine comes first.
func dumpFrames(dump string, ids map[string]bool) []dumpFrame {
	var out []dumpFrame
	fun, inCells := "", false
	for line := range strings.Lines(dump) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "goroutine ") {
			if inCells {
				return out
			}
			out = nil
			continue
		}
		if !strings.HasPrefix(line, "\t") {
			fun = line
			continue
		}
		if m := dumpLine.FindStringSubmatch(line); m != nil && ids[m[1]] {
			n, _ := strconv.Atoi(m[2])
			out, inCells = append(out, dumpFrame{functionName(fun), m[1], n}), true
			continue
		}
		if m := goFileLine.FindStringSubmatch(line); m != nil {
			if name, place, ok := harness.ModuleFrame(functionName(fun), m[1]); ok {
				n, _ := strconv.Atoi(m[2])
				out = append(out, dumpFrame{name, place, n})
			}
		}
	}
	if !inCells {
		return nil
	}
	return out
}

// functionName takes the arguments off a line of a dump: "main.fib(0x5)",
// "created by main.cell in goroutine 1".
func functionName(line string) string {
	line = strings.TrimPrefix(line, "created by ")
	line, _, _ = strings.Cut(line, " in goroutine ")
	if i := strings.LastIndexByte(line, '('); i > 0 && strings.HasSuffix(line, ")") {
		line = line[:i]
	}
	return line
}
