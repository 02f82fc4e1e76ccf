//go:build unix

package host

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// Host is a supervised child process. Its methods may be called from several
// goroutines.
type Host struct {
	cfg    Config
	cap    int64
	warden *spawned
	sock   *socket
	conn   *wire.Conn
	calls  chan struct{} // one place: held by the running Call

	ready  chan struct{} // closed when the child serves
	broken chan error    // the control connection's end
	want   chan struct{} // closed when somebody wants the process ended
	dead   chan struct{} // closed when everything has ended and fault is set
	wg     sync.WaitGroup

	mu      sync.Mutex
	pid     int
	nextID  uint32
	waiting map[uint32]*waiting
	streams []*stream
	current [2]*stream // where descriptors 1 and 2 of the child lead
	crash   crashText
	tag     string // of the running or last call
	running bool
	dying   *Fault // what the child said of its own end
	reason  *Fault // why we end it
	fault   *Fault
	usage   Usage
}

// waiting is a call or ask that has not been answered.
type waiting struct {
	reply chan *wire.Reply
	doing chan string
	event func([]byte)
}

// Start starts a child and returns when it serves. ctx bounds the start only;
// without a deadline it is 20 s.
func Start(ctx context.Context, cfg Config) (*Host, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	h, err := begin(&cfg)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", cfg.Name, err)
	}
	select {
	case <-h.ready:
		return h, nil
	case <-h.dead:
		return nil, fmt.Errorf("starting %s: it did not serve: %w%s", cfg.Name, h.fault, h.firstWords())
	case <-ctx.Done():
	}
	h.kill(&Fault{Kind: Lost, Message: "it did not serve in time"})
	<-h.dead
	return nil, fmt.Errorf("starting %s: %w", cfg.Name, context.Cause(ctx))
}

// firstWords is the first line that the child printed on stderr.
func (h *Host) firstWords() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	line, _, _ := strings.Cut(h.current[Stderr].text(), "\n")
	if line == "" {
		return ""
	}
	return ": " + line
}

const startLimit = 20 * time.Second

// begin starts the processes and the goroutines that look after them.
func begin(cfg *Config) (*Host, error) {
	cfg.defaults()
	h := &Host{
		cfg: *cfg, cap: cfg.MemoryCap, calls: make(chan struct{}, 1),
		ready: make(chan struct{}), broken: make(chan error, 1),
		want: make(chan struct{}), dead: make(chan struct{}), waiting: map[uint32]*waiting{},
	}
	var err error
	if h.warden, err = cfg.Pool.get(cfg.only); err != nil {
		return nil, err
	}
	if err := h.launch(); err != nil {
		h.warden.end()
		h.drain()
		return nil, err
	}
	h.wg.Go(h.hear)
	h.wg.Go(h.watch)
	go h.supervise()
	return h, nil
}

func (cfg *Config) defaults() {
	if cfg.Name == "" {
		cfg.Name = "host"
	}
	if cfg.Dir == "" { // the warden's own may be another
		cfg.Dir, _ = os.Getwd()
	}
	if cfg.Grace == 0 {
		cfg.Grace = time.Second
	}
	if cfg.MemoryCap == 0 {
		cfg.MemoryCap = machineMemory() / 4 * 3
	}
	if cfg.Procs > 0 {
		cfg.Env = append(append([]string(nil), cfg.Env...), fmt.Sprintf("GOMAXPROCS=%d", cfg.Procs))
	}
}

// order says what the warden is to start.
func (h *Host) order() (*order, error) {
	o := &order{Argv: h.cfg.Argv, Env: h.cfg.Env, Dir: h.cfg.Dir}
	if h.cap > 0 {
		// Writable mappings are granted to Go in pieces of 64 MiB, resident or
		// not; the watch below is exact, this stops what is faster.
		o.Data = uint64(h.cap) + 64<<20
	}
	if h.cfg.Role == "" {
		if len(o.Argv) == 0 {
			return nil, errors.New("neither role nor program")
		}
		o.Path = o.Argv[0]
		return o, nil
	}
	path, err := selfPath()
	o.Path, o.Argv, o.Env = path, []string{argv0 + h.cfg.Role}, withDebugging(o.Env)
	return o, err
}

// withDebugging adds the setting to the environment's GODEBUG.
func withDebugging(env []string) []string {
	setting := "GODEBUG=" + debugging
	for _, e := range env { // the last one counts
		if value, ok := strings.CutPrefix(e, "GODEBUG="); ok && value != "" {
			setting = e + "," + debugging
		}
	}
	return append(append([]string(nil), env...), setting)
}

// launch makes the descriptors of the child and orders its start.
func (h *Host) launch() error {
	o, err := h.order()
	if err != nil {
		return err
	}
	var fds [orderFDs]int
	for i := range fds {
		fds[i] = -1
	}
	defer func() { closeAll(fds[:]...) }()
	if fds[0], err = syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0); err != nil {
		return err
	}
	for i, kind := range []Stream{Stdout, Stderr} {
		if fds[1+i], err = h.openStream("", kind); err != nil {
			return err
		}
	}
	if h.sock, fds[3], err = pair(); err != nil {
		return err
	}
	if err := h.openCrash(&fds[4]); err != nil {
		return err
	}
	var down, up wire.Token
	rand.Read(down[:])
	rand.Read(up[:])
	h.conn = wire.NewConn(h.sock, up, down)
	if err := h.conn.SendHello(down, up); err != nil {
		return err
	}
	return h.warden.start(o, fds[:])
}

// openStream makes a pipe, its pump and its descriptor for the child.
func (h *Host) openStream(tag string, kind Stream) (int, error) {
	r, w, err := outPipe(kind.String())
	if err != nil {
		return -1, err
	}
	s := newStream(tag, kind, r, h.cfg.Late)
	s.early = h.cfg.Role == "" // what a program prints while it starts is the cell's
	h.mu.Lock()
	h.streams = append(h.streams, s)
	h.current[kind] = s
	h.mu.Unlock()
	h.wg.Go(func() {
		s.pump()
		h.forget(s)
	})
	return w, nil
}

func (h *Host) forget(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.streams {
		if h.streams[i] == s {
			h.streams = append(h.streams[:i], h.streams[i+1:]...)
			return
		}
	}
}

func (h *Host) openCrash(fd *int) error {
	r, w, err := outPipe("crash")
	if err != nil {
		return err
	}
	*fd = w
	h.wg.Go(func() { h.crash.pump(r, func() { h.kill(nil) }) })
	return nil
}

// hear reads what the child sends.
func (h *Host) hear() {
	for {
		f, err := h.conn.Next()
		if err == nil {
			err = h.dispatch(f)
		}
		if err != nil {
			h.broken <- err
			return
		}
	}
}

func (h *Host) dispatch(f wire.Frame) error {
	if f.Kind == wire.KindReady {
		h.mu.Lock()
		h.pid = h.conn.Peer()
		h.mu.Unlock()
		select {
		case <-h.ready:
			return wire.ErrForged
		default:
			close(h.ready)
		}
		return nil
	}
	if f.Kind == wire.KindDying {
		h.noteDying(f.Payload)
		return nil
	}
	h.mu.Lock()
	w := h.waiting[f.ID]
	if f.Kind == wire.KindReply {
		delete(h.waiting, f.ID)
	}
	h.mu.Unlock()
	if w == nil {
		return nil // it was given up meanwhile
	}
	switch f.Kind {
	case wire.KindReply:
		reply, err := wire.DecodeReply(f.Payload)
		if err != nil {
			return err
		}
		w.reply <- reply
	case wire.KindDoing:
		select {
		case w.doing <- string(f.Payload):
		default:
		}
	case wire.KindEvent:
		if w.event != nil {
			w.event(f.Payload)
		}
	}
	return nil
}

func (h *Host) noteDying(payload []byte) {
	u := wire.Unpack{Rest: payload}
	f := &Fault{Kind: Kind(u.String()), Message: u.String(), Tag: u.String(), Code: 2}
	f.Stack = firstLines(u.String(), dumpLines)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dying = f
}

// kill asks the supervisor to end everything. The first non-nil reason is what
// the fault will be.
func (h *Host) kill(reason *Fault) {
	h.because(reason)
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.want:
	default:
		close(h.want)
	}
}

// because sets the reason of an end that is coming.
func (h *Host) because(reason *Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reason == nil {
		h.reason = reason
	}
}

// supervise waits for the end, whatever its cause, cleans up and tells.
func (h *Host) supervise() {
	e, known, lost := h.awaitEnd()
	h.kill(nil) // ends the watch
	h.cfg.Pool.put(h.warden)
	h.drain()
	f := h.judge(e, known, lost)
	f.Gone = true
	h.mu.Lock()
	f.Idle = !h.running
	if f.Tag == "" {
		f.Tag = h.tag
	}
	h.fault, h.usage = f, e.Usage
	h.mu.Unlock()
	close(h.dead)
}

// awaitEnd returns what the warden said, if it said something in time, and
// why the connection broke, if it did.
func (h *Host) awaitEnd() (e ended, known bool, lost error) {
	select {
	case f, ok := <-h.warden.frames:
		return exited(f, ok), true, nil
	case lost = <-h.broken:
		if errors.Is(lost, wire.ErrForged) {
			_ = h.warden.signal(syscall.SIGKILL) // should it fail, the warden is killed below
		}
	case <-h.want:
		_ = h.warden.signal(syscall.SIGKILL)
	}
	select {
	case f, ok := <-h.warden.frames:
		return exited(f, ok), true, lost
	case <-time.After(settle):
		return e, false, lost
	}
}

func exited(f wire.Frame, ok bool) ended {
	if !ok || f.Kind != wire.KindExited {
		return ended{Failed: "its warden has ended"}
	}
	return decodeEnded(f.Payload)
}

// settle is how long a process whose end is certain may take to end.
const settle = 500 * time.Millisecond

// drain waits until the pipes are at their end: with every writer dead they
// are, unless a process outside got hold of one.
func (h *Host) drain() {
	if h.sock != nil {
		h.sock.close()
	}
	done := make(chan struct{})
	go func() {
		h.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return
	case <-time.After(endLimit):
	}
	h.mu.Lock()
	for _, s := range h.streams {
		s.file.Close()
	}
	h.mu.Unlock()
	h.crash.close()
	select {
	case <-done:
	case <-time.After(endLimit): // an output function of the caller's does not return
	}
}

// judge names what ended the process.
func (h *Host) judge(e ended, known bool, lost error) *Fault {
	h.mu.Lock()
	reason, dying := h.reason, h.dying
	tail := h.current[Stderr].text()
	h.mu.Unlock()
	c, crashed := findCrash(tail)
	if !crashed {
		tail = h.crash.text()
		c, crashed = findCrash(tail)
	}
	switch {
	case reason != nil:
		if crashed {
			reason.Stack = firstLines(tail[c.start:], longDump)
		}
		return reason
	case dying != nil && known && e.Status.Exited():
		return dying
	case crashed && (!known || e.Status.Signaled() || e.Status.ExitStatus() == 2):
		return h.crashFault(c, tail)
	case errors.Is(lost, wire.ErrForged):
		return &Fault{Kind: Lost, Message: "the cell wrote into the control descriptor"}
	case known && e.Failed != "":
		return &Fault{Kind: Lost, Message: e.Failed}
	case known && e.Status.Signaled():
		sig := e.Status.Signal()
		return &Fault{Kind: Signal, Signal: int(sig), Message: "killed by " + signalName(sig)}
	case known && lost != nil && e.Status.ExitStatus() == exitLost:
		return &Fault{Kind: Lost, Message: lostMessage}
	case known:
		return &Fault{Kind: ExitCode, Code: e.Status.ExitStatus(), Message: fmt.Sprintf("exit status %d", e.Status.ExitStatus())}
	}
	return &Fault{Kind: Lost, Message: lostMessage}
}

const lostMessage = "the cell closed the control descriptor"

func (h *Host) crashFault(c crash, text string) *Fault {
	f := &Fault{Kind: c.kind, Message: c.message, Code: 2, Tag: c.tag, Stack: firstLines(text[c.start:], dumpLines)}
	switch f.Kind {
	case Stack:
		f.Message = "stack overflow: a goroutine's stack exceeds " + Bytes(wire.MaxStack)
	case Memory:
		f.Message = h.capMessage()
	case "":
		f.Kind = Fatal
	}
	return f
}

func (h *Host) capMessage() string {
	if h.cap <= 0 {
		return "out of memory"
	}
	return "memory cap of " + Bytes(h.cap) + " reached"
}

func signalName(sig syscall.Signal) string {
	if name, ok := signalNames[sig]; ok {
		return name
	}
	return fmt.Sprintf("signal %d", int(sig))
}

var signalNames = map[syscall.Signal]string{
	syscall.SIGKILL: "SIGKILL", syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT", syscall.SIGHUP: "SIGHUP",
	syscall.SIGQUIT: "SIGQUIT", syscall.SIGABRT: "SIGABRT", syscall.SIGSEGV: "SIGSEGV", syscall.SIGBUS: "SIGBUS",
	syscall.SIGPIPE: "SIGPIPE", syscall.SIGALRM: "SIGALRM", syscall.SIGUSR1: "SIGUSR1", syscall.SIGUSR2: "SIGUSR2",
	syscall.SIGXCPU: "SIGXCPU", syscall.SIGILL: "SIGILL", syscall.SIGFPE: "SIGFPE", syscall.SIGTRAP: "SIGTRAP",
}

// Isolation says how the descendants of cells are kept together here.
func (h *Host) Isolation() Isolation { return h.warden.isolation }

// PID is the process that runs cells, as this process sees it; 0 if unknown.
// In a pid namespace cells themselves see another number.
func (h *Host) PID() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.pid
}

// Done is closed when the host has ended.
func (h *Host) Done() <-chan struct{} { return h.dead }

// Fault says why the host has ended; nil while it serves.
func (h *Host) Fault() *Fault {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fault
}

// Usage is what the process and its waited-for children used, once it ended by
// itself.
func (h *Host) Usage() Usage {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.usage
}

// Close ends the host and everything that was started in it. It returns within
// a few seconds whatever the child does.
func (h *Host) Close() error {
	h.kill(&Fault{Kind: Lost, Message: "closed"})
	<-h.dead
	return nil
}

// crashText collects the pipe on which the Go runtime repeats its last words.
type crashText struct {
	mu    sync.Mutex
	buf   strings.Builder
	file  *os.File
	lines int
	long  bool // the dump was asked for
}

func (c *crashText) expectLong() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.long = true
}

// pump reads until the end. From the first believable words on the process has
// little time: dumps of a million goroutines take many seconds.
func (c *crashText) pump(r *os.File, kill func()) {
	c.mu.Lock()
	c.file = r
	c.mu.Unlock()
	defer r.Close()
	var timer *time.Timer
	buf := make([]byte, 4<<10)
	for {
		n, err := r.Read(buf)
		full := c.add(buf[:n])
		if n > 0 && timer == nil && c.believable() {
			timer = time.AfterFunc(settle, kill)
			defer timer.Stop()
		}
		if timer != nil && full {
			kill()
		}
		if err != nil {
			return
		}
	}
}

// add keeps the beginning and tells whether that is all anybody wants to read.
func (c *crashText) add(p []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.buf.Len() < 256<<10 {
		c.buf.Write(p)
	}
	c.lines += bytes.Count(p, []byte("\n"))
	return c.lines >= longDump || !c.long && c.lines >= dumpLines
}

// believable tells Go's words from what a cell wrote into a descriptor.
func (c *crashText) believable() bool {
	text := c.text()
	_, opens := findCrash(text)
	return opens || strings.HasPrefix(strings.TrimLeft(text, "\n"), "goroutine ") || strings.HasPrefix(text, "\nruntime stack:") || strings.HasPrefix(text, "panic: ")
}

func (c *crashText) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buf.String()
}

func (c *crashText) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file != nil {
		c.file.Close()
	}
}
