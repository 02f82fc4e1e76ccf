//go:build unix

package host

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
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
