package host

import (
	"strconv"
	"strings"
)

// Goroutine is one goroutine of a dump (Exit.Stacks, Fault.Stack).
type Goroutine struct {
	ID     int
	State  string            // Go's word: running, chan receive, IO wait, …
	Labels map[string]string // profiler labels; "cell" is the tag of the call that started it
	Frames []Frame           // innermost first; the last may be where it was created
}

// Frame is one call of a Goroutine.
type Frame struct {
	Func    string // net/http.(*Client).do
	File    string // as in the dump; for compiled cells the cell's id
	Line    int
	Created bool // not a call: the go statement
}

// Tag is the call to which the goroutine belongs; "" if the dump does not tell.
func (g *Goroutine) Tag() string { return g.Labels[tagLabel] }

// Goroutines reads a dump, leaving out what is not understood.
func Goroutines(dump string) []Goroutine {
	var list []Goroutine
	var g *Goroutine
	fun := ""
	for line := range strings.Lines(dump) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "goroutine "):
			g = nil
			if next, ok := header(line); ok {
				list = append(list, next)
				g = &list[len(list)-1]
			}
		case line == "":
			g = nil
		case g == nil:
		case strings.HasPrefix(line, "\t"):
			if f, ok := frame(fun, line); ok {
				g.Frames = append(g.Frames, f)
			}
		default:
			fun = line
		}
	}
	return list
}

// header reads "goroutine 7 gp=0x1 [chan receive, 2 minutes labels:{"a": "b"}]:".
func header(line string) (g Goroutine, ok bool) {
	rest := strings.TrimPrefix(line, "goroutine ")
	id, rest, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(id)
	_, state, ok := strings.Cut(rest, "[")
	if err != nil || !ok || !strings.HasSuffix(state, "]:") {
		return g, false
	}
	state = strings.TrimSuffix(state, "]:")
	g.ID = n
	if i := strings.Index(state, " labels:{"); i >= 0 {
		g.Labels = labels(state[i+len(" labels:{"):])
		state = state[:i]
	}
	state, _, _ = strings.Cut(state, ", ")
	g.State = strings.TrimSuffix(state, " (scan)")
	return g, true
}

// labels reads "a": "b", "c": "d"}.
func labels(text string) map[string]string {
	m := map[string]string{}
	for {
		key, err := strconv.QuotedPrefix(text)
		if err != nil {
			return m
		}
		text = strings.TrimPrefix(text[len(key):], ": ")
		value, err := strconv.QuotedPrefix(text)
		if err != nil {
			return m
		}
		text = strings.TrimPrefix(text[len(value):], ", ")
		key, _ = strconv.Unquote(key)     // QuotedPrefix
		value, _ = strconv.Unquote(value) // has checked them
		m[key] = value
	}
}

// frame reads a function line, "main.f(0x1, ...)" or "created by main.f in
// goroutine 1", and the position line after it, "\t/a/b.go:12 +0x1d".
func frame(fun, position string) (f Frame, ok bool) {
	position, _, _ = strings.Cut(strings.TrimPrefix(position, "\t"), " ")
	i := strings.LastIndexByte(position, ':')
	if i < 0 {
		return f, false
	}
	line, err := strconv.Atoi(position[i+1:])
	if err != nil {
		return f, false
	}
	f = Frame{Func: fun, File: position[:i], Line: line}
	if f.Func, f.Created = strings.CutPrefix(fun, "created by "); f.Created {
		f.Func, _, _ = strings.Cut(f.Func, " in goroutine ")
	} else if i := strings.LastIndexByte(f.Func, '('); i > 0 {
		f.Func = f.Func[:i]
	}
	return f, true
}

// waits are Go's words for waiting and what to say instead.
var waits = map[string]string{
	"chan receive":            "a channel receive",
	"chan send":               "a channel send",
	"chan receive (nil chan)": "a receive from a nil channel",
	"chan send (nil chan)":    "a send to a nil channel",
	"select":                  "a select",
	"select (no cases)":       "a select without cases",
	"sleep":                   "a timer",
	"sync.Mutex.Lock":         "a lock (Mutex.Lock)",
	"sync.RWMutex.Lock":       "a lock (RWMutex.Lock)",
	"sync.RWMutex.RLock":      "a lock (RWMutex.RLock)",
	"sync.WaitGroup.Wait":     "a WaitGroup",
	"sync.Cond.Wait":          "a Cond",
	"semacquire":              "a semaphore",
	"IO wait":                 "input or output",
	"syscall":                 "a system call",
	"wait for GC cycle":       "the collector",
	"GC assist wait":          "the collector",
	"chan receive (durable)":  "a channel receive",
	"chan send (durable)":     "a channel send",
	"select (durable)":        "a select",
}

// WaitsFor says in words what a goroutine waits for: "a channel receive", "the
// network"; "" when it computes or is ready to.
func (g *Goroutine) WaitsFor() string {
	what := waits[g.State]
	if what == "" && strings.HasPrefix(g.State, "sync.") {
		what = g.State
	}
	for _, f := range g.Frames {
		if f.Created || what == "" {
			break
		}
		if better := byFrame(what, f.Func); better != "" {
			return better
		}
	}
	return what
}

// byFrame knows calls that wait by other means: an HTTP request waits in a
// select, a child process in a system call or on a pidfd.
func byFrame(what, fun string) string {
	selecting := what == "a select"
	waiting := what == "input or output" || what == "a system call"
	switch {
	case what == waits["sync.Mutex.Lock"] && fun == "sync.(*RWMutex).Lock":
		return waits["sync.RWMutex.Lock"] // which waits for a mutex of its own first
	case (selecting || waiting) && (strings.HasPrefix(fun, "net.") || strings.HasPrefix(fun, "net/http.") || strings.HasPrefix(fun, "crypto/tls.")):
		return "the network"
	case waiting && (strings.HasPrefix(fun, "os.(*Process).") || strings.HasPrefix(fun, "os/exec.(*Cmd).Wait")):
		return "a child process"
	case waiting && strings.HasPrefix(fun, "os.(*File)."):
		return "a file or pipe"
	}
	return ""
}
