package host

import (
	"fmt"
	"strings"
)

// Kind says what ended a call.
type Kind string

// The kinds of Fault.
const (
	Panic     Kind = "panic"     // of the call itself or of a goroutine
	ExitCode  Kind = "exit"      // os.Exit, or runtime.Goexit in the call
	Signal    Kind = "signal"    // killed by a signal that was not ours
	Memory    Kind = "memory"    // the cap
	Timeout   Kind = "timeout"   // deadline of the context
	Interrupt Kind = "interrupt" // context cancelled, no answer to it
	Stack     Kind = "stack"     // goroutine stack over wire.MaxStack
	Fatal     Kind = "fatal"     // Go's "fatal error: …", cannot be recovered
	Lost      Kind = "lost"      // the connection broke, or the child never served
)

// Fault says what ended a call that did not end by itself. It is an error.
type Fault struct {
	Kind    Kind
	Message string // one line
	Code    int    // exit status
	Signal  int    // number of the signal
	Stack   string // Go's dump, at most about 100 lines; "" if there was none
	// Gone says that the process has ended: its state is lost. Otherwise the
	// host serves on.
	Gone bool
}

func (f *Fault) Error() string { return f.Message }

// crash is what a Go dump says.
type crash struct {
	kind    Kind
	message string
	start   int // offset of the dump in the text
}

// openings are how a dump of the Go runtime begins a line.
var openings = []string{"panic: ", "fatal error: ", "runtime: ", "SIGQUIT: ", "SIGABRT: ", "SIGSEGV: ", "SIGBUS: ", "SIGFPE: ", "SIGILL: ", "SIGTRAP: ", "unexpected fault address "}

// findCrash finds the Go dump at the end of stderr. It wants an opening line
// and, after it, the header of a goroutine: a cell may print "panic: " itself.
func findCrash(text string) (crash, bool) {
	stacks := strings.LastIndex(text, "\ngoroutine ")
	if i := strings.Index(text, "\ngoroutine "); i >= 0 {
		stacks = i
	}
	if i := strings.Index(text, "\nruntime stack:"); i >= 0 && (stacks < 0 || i < stacks) {
		stacks = i
	}
	if stacks < 0 {
		return crash{}, false
	}
	return openingBefore(text[:stacks+1])
}

// openingBefore looks backwards from the first goroutine header for the first
// line of the dump: dumps open with several lines (a re-panic, "[signal …]",
// "runtime: goroutine stack exceeds …" before "fatal error: …").
func openingBefore(text string) (crash, bool) {
	best := crash{start: -1}
	for end := len(text); end > 0; {
		begin := strings.LastIndexByte(text[:end-1], '\n') + 1
		line := strings.TrimSuffix(text[begin:end], "\n")
		end = begin
		if kind, message, ok := opening(line); ok {
			if best.kind == "" || kind != "" {
				best.kind, best.message = kind, message
			}
			best.start = begin
			continue
		}
		if best.start >= 0 && !continues(line) {
			break
		}
	}
	return best, best.start >= 0
}

// continues tells lines that stand between two openings of one dump.
func continues(line string) bool {
	return line == "" || strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "[")
}

func opening(line string) (kind Kind, message string, ok bool) {
	for _, o := range openings {
		if !strings.HasPrefix(line, o) {
			continue
		}
		rest := strings.TrimPrefix(line, o)
		switch {
		case o == "panic: ":
			return Panic, rest, true
		case o == "runtime: " && strings.HasPrefix(rest, "out of memory"):
			return Memory, rest, true
		case o == "runtime: ":
			return "", rest, true
		case o == "fatal error: " && rest == "stack overflow":
			return Stack, rest, true
		case o == "fatal error: " && outOfMemory(rest):
			return Memory, rest, true
		case o == "fatal error: ":
			return Fatal, rest, true
		}
		return Fatal, line, true
	}
	return "", "", false
}

// outOfMemory knows the ways in which Go says that the kernel gave no memory.
func outOfMemory(message string) bool {
	for _, s := range []string{"out of memory", "cannot allocate memory", "failed to reserve", "cannot reserve arena"} {
		if strings.Contains(message, s) {
			return true
		}
	}
	return false
}

// firstLines cuts a dump to n lines and says so.
func firstLines(text string, n int) string {
	at := 0
	for range n {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return text
		}
		at += i + 1
	}
	if at == len(text) {
		return text
	}
	return text[:at] + fmt.Sprintf("… the dump goes on; its first %d lines are kept\n", n)
}

const dumpLines = 100
