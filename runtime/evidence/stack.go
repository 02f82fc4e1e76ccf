package evidence

import (
	"strings"

	"golang.org/x/exp/trace"
)

// site is a line of a cell. Number 0 of a history's sites is "none".
type site struct {
	cell string
	line int
	fn   string // "main.fib"
}

// stack is what the analysis needs of a stack, worked out once for each.
type stack struct {
	wait    state // the wait that these frames stand for
	call    state // the system call that they stand for
	site    int32 // innermost line of a cell
	root    string
	clock   bool // a timer fires here
	memory  bool // at an end of a net.Pipe
	alloc   bool // in the allocator or the collector
	locking bool // in a lock's own code
	calls   bool // below a system call, raw ones included, which the trace does not show
	interp  bool // in the interpreter's own code
	accepts bool // waits for connections
	writes  bool // sends on a socket or dials: provokes what it will read
	spawned bool // has just started a process, and waits for its exec
	pacing  bool // a function of the cell that by its name limits a rate
	retries bool // a function of the cell that by its name retries
	pours   bool // writes to a file, which may be a pipe that another goroutine reads
	drains  bool // reads from one
	reads   bool // starts a child process, or copies its output
}

// stacks caches by handle: traces hold few distinct stacks and millions of uses.
type stacks struct {
	files map[string]bool // nil: any name that looks like a cell's
	known map[trace.Stack]*stack
	sites []site
	index map[site]int32
	frame []trace.StackFrame
}

func newStacks(files []string) *stacks {
	s := &stacks{known: map[trace.Stack]*stack{}, index: map[site]int32{}, sites: []site{{}}}
	if files != nil {
		s.files = map[string]bool{}
		for _, f := range files {
			s.files[f] = true
		}
	}
	return s
}

func (s *stacks) of(h trace.Stack) *stack {
	if k := s.known[h]; k != nil {
		return k
	}
	s.frame = s.frame[:0]
	for f := range h.Frames() {
		s.frame = append(s.frame, f)
	}
	k := s.describe(s.frame)
	s.known[h] = k
	return k
}

func (s *stacks) describe(fs []trace.StackFrame) *stack {
	k := &stack{}
	self := false // a frame that is neither the runtime's nor reflect's was seen
	for _, f := range fs {
		k.note(f.Func)
		if !self && !beneath(f.Func) {
			self, k.interp = true, interprets(f.Func)
		}
		cell, ok := cellFile(f.File, f.Func, s.files)
		if !ok {
			continue
		}
		k.pacing = k.pacing || named(f.Func, pacers)
		k.retries = k.retries || named(f.Func, retriers)
		if k.site == 0 {
			k.site = s.number(site{cell, int(f.Line), f.Func})
		}
	}
	if len(fs) > 0 {
		k.root = fs[len(fs)-1].Func
	}
	k.wait, k.call = waitOf(fs), callOf(fs)
	return k
}

func (s *stacks) number(x site) int32 {
	if n, ok := s.index[x]; ok {
		return n
	}
	n := int32(len(s.sites))
	s.sites = append(s.sites, x)
	s.index[x] = n
	return n
}

// note sets the flags that a single frame decides.
func (k *stack) note(fn string) {
	switch fn {
	case "time.sendTime", "time.goFunc", "context.WithDeadlineCause.func2", "context.(*timerCtx).cancel":
		k.clock = true
	case "os.(*File).Write", "os.(*File).WriteString", "os.(*File).ReadFrom", "syscall.Write":
		k.pours = true
	case "os.(*File).Read", "os.(*File).WriteTo", "syscall.Read":
		k.drains = true
	case "syscall.readlen":
		k.spawned = true
	}
	if strings.HasPrefix(fn, "os/exec.(*Cmd).") {
		k.reads = true
	}
	if strings.HasPrefix(fn, "net.") && (strings.Contains(fn, "ccept")) {
		k.accepts = true
	}
	if strings.HasPrefix(fn, "net.") && (strings.HasSuffix(fn, ").Write") || strings.HasSuffix(fn, ").WriteTo") || strings.Contains(fn, "ial")) {
		k.writes = true
	}
	k.memory = k.memory || strings.HasPrefix(fn, "net.(*pipe).")
	k.alloc = k.alloc || allocates(fn)
	k.locking = k.locking || locks(fn)
	k.calls = k.calls || systemCall(fn)
}

// systemCall tells the functions through which code enters the kernel.
func systemCall(fn string) bool {
	return strings.HasPrefix(fn, "syscall.") || strings.HasPrefix(fn, "internal/runtime/syscall.") || strings.HasPrefix(fn, "golang.org/x/sys/unix.")
}

// beneath tells the packages that code of all kinds calls.
func beneath(fn string) bool {
	return strings.HasPrefix(fn, "runtime.") || strings.HasPrefix(fn, "reflect.") || strings.HasPrefix(fn, "internal/")
}

// interprets tells the functions of the interpreter.
func interprets(fn string) bool {
	return strings.HasPrefix(fn, "github.com/traefik/yaegi/interp.")
}

// locks tells the functions of a lock itself.
func locks(fn string) bool {
	return strings.HasPrefix(fn, "internal/sync.(*Mutex).") || strings.HasPrefix(fn, "sync.(*Mutex).") || strings.HasPrefix(fn, "sync.(*RWMutex).")
}

// named tells whether a text holds one of the words, whatever its case.
func named(fn string, words []string) bool {
	fn = strings.ToLower(fn)
	for _, w := range words {
		if strings.Contains(fn, w) {
			return true
		}
	}
	return false
}

// pacers and retriers are words in the names of functions that people write to
// limit a rate and to try again.
var (
	pacers   = []string{"ratelimit", "rate_limit", "limiter", "throttl", "bucket", "pacer", "quota"}
	retriers = []string{"backoff", "retry", "retries"}
)

// allocates tells the functions of Go's runtime whose time is the cost of
// making and freeing memory, copying for growth included.
func allocates(fn string) bool {
	name, ok := strings.CutPrefix(fn, "runtime.")
	if !ok {
		return false
	}
	for _, p := range allocators {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

var allocators = []string{
	"mallocgc", "newobject", "makeslice", "growslice", "rawstring", "rawbyteslice", "concatstring",
	"slicebytetostring", "stringtoslicebyte", "gcBgMarkWorker", "gcAssist", "gcStart", "gcMark", "gcDrain", "bgsweep", "bgscavenge",
	"(*mheap)", "(*mcache)", "(*mcentral)", "(*sweepLocked)", "sysUnused", "sysUsed", "memclrNoHeap", "wbBufFlush", "gcWriteBarrier", "makemap_", "scanobject", "greyobject", "scanblock", "sweepone",
}
