package host

import (
	"fmt"
	"strconv"
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
	// Tag is the call to which the fault is charged: that of the goroutine that
	// caused it where the dump tells (goroutines inherit the tag of the call that
	// started them), else the running or last call.
	Tag string
	// Idle says that no call was running.
	Idle bool
	// Gone says that the process has ended: its state is lost. Otherwise the
	// host serves on.
	Gone bool
}

func (f *Fault) Error() string { return f.Message }

// crash is what a Go dump says.
type crash struct {
	kind    Kind
	message string
	tag     string // label of the goroutine that is dumped first
	start   int    // offset of the dump in the text
}

// tagLabel is the profiler label of a call's goroutines. It stands in the
// header of a dumped goroutine: goroutine 7 [running labels:{"cell": "fetch"}]:
const (
	tagLabel  = "cell"
	debugging = "tracebacklabels=1" // the GODEBUG setting that has labels printed
)

// taggedGoroutine returns the label in the first header of a dump.
func taggedGoroutine(dump string) string {
	at := strings.Index(dump, "\ngoroutine ")
	if at < 0 {
		return ""
	}
	line, _, _ := strings.Cut(dump[at+1:], "\n")
	_, after, ok := strings.Cut(line, `"`+tagLabel+`": `)
	if !ok {
		return ""
	}
	quoted, err := strconv.QuotedPrefix(after)
	if err != nil {
		return ""
	}
	tag, _ := strconv.Unquote(quoted) // QuotedPrefix has checked it
	return tag
}

// openings are how a dump of the Go runtime begins a line.
var openings = []string{"panic: ", "fatal error: ", "runtime: ", "SIGQUIT: ", "SIGABRT: ", "SIGSEGV: ", "SIGBUS: ", "SIGFPE: ", "SIGILL: ", "SIGTRAP: ", "unexpected fault address "}

// findCrash finds the Go dump at the end of stderr. It wants an opening line
// and, after it, the header of a goroutine: a cell may print "panic: " itself.
func findCrash(text string) (crash, bool) {
	stacks := strings.Index(text, "\ngoroutine ")
	if i := strings.Index(text, "\nruntime stack:"); i >= 0 && (stacks < 0 || i < stacks) {
		stacks = i
	}
	if stacks < 0 {
		return crash{}, false
	}
	c, ok := openingBefore(text[:stacks+1])
	c.tag = taggedGoroutine(text[stacks:])
	return c, ok
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

// How many lines of a dump are kept: of a crash, and of one that was asked for.
const (
	dumpLines = 100
	longDump  = 2000
)
