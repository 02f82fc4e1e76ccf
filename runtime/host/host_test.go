//go:build unix

package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	goruntime "runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

func TestMain(m *testing.M) {
	ServeIfChild(map[string]Role{"test": testRole})
	switch os.Getenv("HOST_TEST") {
	case "program":
		program()
	case "parent":
		parent()
	}
	os.Exit(m.Run())
}

// program is what a compiled cell is: it serves one call and ends.
func program() {
	fmt.Println("before the call")
	child, err := wire.NewChild()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	child.Ready()
	req, err := child.NextCall()
	if err != nil {
		os.Exit(1)
	}
	switch req.Op {
	case "double":
		in, _ := io.ReadAll(os.Stdin)
		fmt.Printf("stdin %q\n", in)
		child.Answer(req, wire.Reply{Body: append(req.Body, req.Body...)})
	case "block":
		time.AfterFunc(20*time.Millisecond, func() { fmt.Println("blocked") })
		<-time.After(time.Hour)
	case "spin":
		fmt.Println("spins")
		for {
		}
	case "panic":
		panic("in a program")
	}
	os.Exit(0)
}

// parent starts a host whose cell starts children, tells that it did, and
// waits to be killed.
func parent() {
	h, err := Start(context.Background(), Config{Role: "test", Env: os.Environ(), only: os.Getenv("HOST_ONLY")})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	x, err := h.Call(context.Background(), "children", nil, nil, Output{})
	fmt.Println(x.Stdout, err)
	select {}
}

// testRole runs the deeds by name.
func testRole() Server {
	state := 0
	return Server{
		Call: func(r *Request) (any, error) {
			if r.Op == "count" {
				state++
				return state, nil
			}
			if r.Op == "mirror" {
				return r.Body, nil
			}
			if r.Op == "open" {
				fds, err := os.ReadDir("/proc/self/fd")
				return []byte{byte(len(fds) / oldFiles)}, err
			}
			deed := deeds[r.Op]
			if deed == nil {
				return nil, fmt.Errorf("no deed %q", r.Op)
			}
			return nil, deed(r)
		},
		Ask: func(r *Request) (any, error) { return r.Op + "!", nil },
	}
}

// deeds are what the cells of these tests do.
var deeds = map[string]func(r *Request) error{
	"echo": func(r *Request) error {
		_, err := r.Stdout.Write(r.Body)
		return err
	},
	"both": func(r *Request) error {
		fmt.Fprintln(r.Stdout, "to stdout")
		fmt.Fprintln(r.Stderr, "to stderr")
		return errors.New("and an error")
	},
	"native": func(r *Request) error {
		fmt.Println("by variable")
		syscall.Write(1, []byte("by number\n"))
		return nil
	},
	"cat": func(r *Request) error {
		b, err := io.ReadAll(r.Stdin)
		fmt.Fprintf(r.Stdout, "read %q", b)
		return err
	},
	"catNative": func(r *Request) error {
		b, err := io.ReadAll(os.Stdin)
		fmt.Printf("read %q", b)
		return err
	},
	"panic": func(*Request) error { panic("half way") },
	"goPanic": func(*Request) error {
		go func() { panic(fmt.Errorf("worker %d failed", 2)) }()
		select {}
	},
	"latePanic": func(r *Request) error {
		go func() {
			<-time.After(50 * time.Millisecond)
			panic("late")
		}()
		return nil
	},
	"overflow": func(*Request) error { return fmt.Errorf("%d", depth(0)) },
	"exit": func(r *Request) error {
		fmt.Fprintln(r.Stderr, "not enough data")
		os.Exit(3)
		return nil
	},
	"exit0": func(*Request) error { os.Exit(0); return nil },
	"maps": func(*Request) error {
		m := map[int]int{}
		for g := range 4 {
			go func() {
				for i := 0; ; i++ {
					m[i%64] = g
				}
			}()
		}
		select {}
	},
	"kill": func(r *Request) error {
		fmt.Fprintln(r.Stdout, "before")
		syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
		select {}
	},
	"goexit": func(*Request) error { goruntime.Goexit(); return nil },
	"polite": func(r *Request) error {
		r.Event(nil)
		<-r.Context().Done()
		return r.Context().Err()
	},
	"spin": func(r *Request) error {
		r.Event(nil)
		for i := 0; ; i++ {
			if i < 0 {
				i = 0
			}
		}
	},
	"sleep": func(r *Request) error {
		r.Event(nil)
		time.Sleep(time.Hour)
		return nil
	},
	"leak": func(*Request) error {
		var keep [][]byte
		for {
			b := make([]byte, 8<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			keep = append(keep, b)
		}
	},
	"bomb": func(*Request) error {
		stop := make(chan struct{})
		for range 1_000_000 {
			go func() { <-stop }()
		}
		panic("with a million goroutines")
	},
	"flood": func(r *Request) error {
		block := bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n"), 15625)
		for wrote := 0; wrote < 1_000_000_000; wrote += len(block) {
			if _, err := r.Stdout.Write(block); err != nil {
				return err
			}
		}
		return nil
	},
	"tick": func(r *Request) error {
		go func() {
			for i := range 3 {
				<-time.After(5 * time.Millisecond)
				fmt.Fprintln(r.Stdout, "tick", i)
			}
			close(ticked)
		}()
		return nil
	},
	"waitTicks": func(r *Request) error {
		<-ticked
		fmt.Fprintln(r.Stdout, "mine")
		return nil
	},
	"closeStdout": func(r *Request) error {
		os.Stdout.Close()
		os.Stdout = nil
		return nil
	},
	"closeFiles": func(r *Request) error {
		r.Stdout.Close()
		r.Stderr.Close()
		syscall.Close(1)
		syscall.Close(2)
		return nil
	},
	"junk": func(r *Request) error {
		junk := []byte("{\"result\":\"forged\"}\n\x00\xff\xff\xff\xff")
		for fd := 3; fd < 32; fd++ {
			syscall.Write(fd, junk)
		}
		fmt.Fprintln(r.Stdout, "probed")
		for fd := 3; fd < 32; fd++ {
			syscall.Close(fd)
		}
		return nil
	},
	"junkEverywhere": func(r *Request) error {
		junk := []byte("{\"result\":\"forged\"}\n\x00\xff\xff\xff\xff")
		for fd := 3; fd < 1024; fd++ {
			syscall.SetNonblock(fd, true)
			syscall.Write(fd, junk)
		}
		return nil
	},
	"closeEverything": func(r *Request) error {
		for fd := range 1024 {
			syscall.Close(fd)
		}
		return nil
	},
	"gcOff": func(*Request) error {
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(1 << 40)
		goruntime.GOMAXPROCS(1)
		return nil
	},
	"gc": func(r *Request) error {
		fmt.Fprint(r.Stdout, debug.SetGCPercent(100))
		return nil
	},
	"children": func(r *Request) error {
		for i := range 8 {
			c := exec.Command("sleep", os.Getenv("HOST_SLEEP"))
			if i >= 5 {
				c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			}
			if err := c.Start(); err != nil {
				return err
			}
		}
		fmt.Fprintln(r.Stdout, "started")
		return nil
	},
	"sleepers": func(r *Request) error {
		for range 5 {
			if err := exec.Command("setsid", "-f", "sleep", "300").Run(); err != nil {
				return err
			}
		}
		return nil
	},
	"keep": func(r *Request) error {
		kept = append(kept, r.Stdout)
		return nil
	},
	"die": func(r *Request) error {
		go r.Die(Panic, "said by the engine", "cell 2 line 3")
		select {}
	},
	"noise": func(r *Request) error {
		fmt.Fprint(r.Stderr, "one\npanic: not at all\ntwo\n")
		return nil
	},
	"ignore": func(r *Request) error {
		signal.Ignore(syscall.SIGINT)
		r.UsedSignals()
		return nil
	},
	"ignored": func(r *Request) error {
		fmt.Fprint(r.Stdout, signal.Ignored(syscall.SIGINT))
		return nil
	},
	"event": func(r *Request) error { return r.Event([]byte("half way")) },
	"pid": func(r *Request) error {
		fmt.Fprint(r.Stdout, os.Getpid())
		return nil
	},
}

var kept []*os.File

var ticked = make(chan struct{})

//go:noinline
func depth(n int) int { return depth(n+1) + 1 }

// start starts a host that ends with the test.
func start(t testing.TB, change func(*Config)) *Host {
	t.Helper()
	cfg := Config{Role: "test", Env: []string{"PATH=" + os.Getenv("PATH")}, Race: raced}
	if change != nil {
		change(&cfg)
	}
	h, err := Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// run bounds a call, so that a bug fails and does not hang.
func run(t testing.TB, h *Host, op string, out Output) (Exit, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return h.Call(ctx, op, nil, nil, out)
}

// TestFaults does each deed and then asks the host to go on, or a new host.
func TestFaults(t *testing.T) {
	tests := []struct {
		deed           string
		kind           Kind
		message, stack string
		stdout, stderr string
		gone           bool
		code, signal   int
	}{
		{deed: "panic", kind: Panic, message: "half way", stack: "host_test.go"},
		{deed: "goPanic", kind: Panic, message: "worker 2 failed", stack: "goroutine ", gone: true, code: 2},
		{deed: "overflow", kind: Stack, message: "64 MiB", stack: "depth", gone: true, code: 2},
		{deed: "exit", kind: ExitCode, message: "exit status 3", stderr: "not enough data\n", gone: true, code: 3},
		{deed: "exit0", kind: ExitCode, message: "exit status 0", gone: true},
		{deed: "maps", kind: Fatal, message: "concurrent map", stack: "goroutine ", gone: true, code: 2},
		{deed: "kill", kind: Signal, message: "killed by SIGKILL", stdout: "before\n", gone: true, signal: 9},
		{deed: "goexit", kind: ExitCode, message: "runtime.Goexit was called"},
		{deed: "junkEverywhere", kind: Lost, message: "control descriptor", gone: true},
		{deed: "closeEverything", kind: Lost, message: "control descriptor", gone: true},
	}
	for _, test := range tests {
		t.Run(test.deed, func(t *testing.T) {
			if raced && test.deed == "maps" {
				t.Skip("the race detector speaks first")
			}
			h := start(t, nil)
			x, err := run(t, h, test.deed, Output{})
			var f *Fault
			if !errors.As(err, &f) || f != x.Fault {
				t.Fatalf("error %v, fault %v", err, x.Fault)
			}
			if test.deed == "closeEverything" && f.Code == 2 {
				t.Skip("Go's poller noticed first, and had nowhere to say so")
			}
			if f.Kind != test.kind || f.Gone != test.gone || f.Code != test.code || f.Signal != test.signal {
				t.Errorf("fault %+v", f)
			}
			if !strings.Contains(f.Message, test.message) || strings.Contains(f.Message, "\n") {
				t.Errorf("message %q", f.Message)
			}
			if !strings.Contains(f.Stack, test.stack) || strings.Count(f.Stack, "\n") > dumpLines+1 {
				t.Errorf("stack of %d lines: %.600s", strings.Count(f.Stack, "\n"), f.Stack)
			}
			if strings.HasPrefix(test.deed, "junk") {
				return // what it wrote into its own pipes is its output
			}
			if got := x.Stdout.String(); got != test.stdout {
				t.Errorf("stdout %q", got)
			}
			if got := x.Stderr.String(); got != test.stderr {
				t.Errorf("stderr %.600q", got)
			}
			if !test.gone {
				x, err := run(t, h, "native", Output{})
				if err != nil || x.Stdout.String() != "by variable\nby number\n" {
					t.Errorf("afterwards %q, %v", x.Stdout.String(), err)
				}
			} else if _, err := run(t, h, "native", Output{}); !errors.Is(err, f) {
				t.Errorf("a host that is gone says %v", err)
			}
		})
	}
}

func TestOutput(t *testing.T) {
	h := start(t, nil)
	x, err := run(t, h, "both", Output{})
	var failed *CallError
	if !errors.As(err, &failed) || failed.Message != "and an error" {
		t.Errorf("error %v", err)
	}
	if x.Stdout.String() != "to stdout\n" || x.Stderr.String() != "to stderr\n" {
		t.Errorf("%q, %q", x.Stdout, x.Stderr)
	}
	var live bytes.Buffer
	var events []string
	_, err = run(t, h, "native", Output{Stdout: func(p []byte) { live.Write(p) }})
	if err != nil || live.String() != "by variable\nby number\n" {
		t.Errorf("live %q, %v", live.String(), err)
	}
	for _, deed := range []string{"cat", "catNative"} {
		for input, want := range map[string]string{"": `read ""`, "two\nlines": `read "two\nlines"`} {
			out := Output{}
			if input != "" {
				out.Stdin = strings.NewReader(input)
			}
			if x, err := run(t, h, deed, out); err != nil || x.Stdout.String() != want {
				t.Errorf("%s of %q: %q, %v", deed, input, x.Stdout.String(), err)
			}
		}
	}
	if _, err := run(t, h, "event", Output{Event: func(b []byte) { events = append(events, string(b)) }}); err != nil || len(events) != 1 {
		t.Errorf("events %q, %v", events, err)
	}
	var n int
	if _, err := h.Call(context.Background(), "count", nil, &n, Output{}); err != nil || n != 1 {
		t.Errorf("count %d, %v", n, err)
	}
	var answer string
	if err := h.Ask(context.Background(), "hello", nil, &answer); err != nil || answer != "hello!" {
		t.Errorf("ask: %q, %v", answer, err)
	}
}

// TestLate has a goroutine of one call print while the next one runs.
func TestLate(t *testing.T) {
	var mu sync.Mutex
	late := map[string]string{}
	h := start(t, func(cfg *Config) {
		cfg.Late = func(tag string, s Stream, p []byte) {
			mu.Lock()
			defer mu.Unlock()
			late[tag+" "+s.String()] += string(p)
		}
	})
	first, err := run(t, h, "tick", Output{Tag: "cell-2"})
	if err != nil || first.Stdout.Total != 0 {
		t.Errorf("%q, %v", first.Stdout, err)
	}
	x, err := run(t, h, "waitTicks", Output{Tag: "cell-3"})
	if err != nil || x.Stdout.String() != "mine\n" {
		t.Errorf("%q, %v", x.Stdout, err)
	}
	h.Close()
	if want := "tick 0\ntick 1\ntick 2\n"; late["cell-2 stdout"] != want || len(late) != 1 {
		t.Errorf("late %q", late)
	}
}

// TestFence alternates calls that print: no byte may land in a neighbour.
func TestFence(t *testing.T) {
	h := start(t, nil)
	for i := range 300 {
		want := strings.Repeat(fmt.Sprintf("call %d;", i), i)
		x, err := h.Call(context.Background(), "echo", []byte(want), nil, Output{})
		if err != nil || x.Stdout.String() != want {
			t.Fatalf("call %d: %q, %v", i, x.Stdout, err)
		}
	}
}

// TestBodies sends bodies larger than any buffer both ways.
func TestBodies(t *testing.T) {
	h := start(t, nil)
	for _, n := range []int{0, 1, 1 << 10, 5<<20 + 3} {
		in, out := bytes.Repeat([]byte{7, 0, 255}, n)[:n], []byte(nil)
		if _, err := h.Call(context.Background(), "mirror", in, &out, Output{}); err != nil || !bytes.Equal(in, out) {
			t.Errorf("%d bytes: %d came back, %v", n, len(out), err)
		}
	}
}

func TestInterrupt(t *testing.T) {
	for _, test := range []struct {
		deed string
		kind Kind
	}{{"polite", ""}, {"spin", Interrupt}, {"sleep", Interrupt}} {
		t.Run(test.deed, func(t *testing.T) {
			h := start(t, nil)
			ctx, cancel := context.WithCancel(context.Background())
			x, err := h.Call(ctx, test.deed, nil, nil, Output{Event: func([]byte) { cancel() }})
			if !x.Interrupted || err == nil || !strings.Contains(x.Stacks, "host_test.go") {
				t.Errorf("%v, interrupted %v, stacks %q", err, x.Interrupted, x.Stacks)
			}
			if test.kind == "" {
				if x.Fault != nil {
					t.Errorf("fault %v", x.Fault)
				}
				return
			}
			if x.Fault == nil || x.Fault.Kind != test.kind || !x.Fault.Gone {
				t.Errorf("fault %+v", x.Fault)
			}
		})
	}
	h := start(t, func(cfg *Config) { cfg.Grace = 10 * time.Millisecond })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if x, _ := h.Call(ctx, "sleep", nil, nil, Output{}); x.Fault == nil || x.Fault.Kind != Timeout {
		t.Errorf("fault %+v", x.Fault)
	}
}

// TestLastWords wants Go's dump in the fault only, and a cell's own words shown.
func TestLastWords(t *testing.T) {
	h := start(t, nil)
	var live bytes.Buffer
	out := Output{Stderr: func(p []byte) { live.Write(p) }}
	if x, err := run(t, h, "noise", out); err != nil || live.String() != "one\npanic: not at all\ntwo\n" || x.Stderr.String() != live.String() {
		t.Errorf("live %q, kept %q, %v", live.String(), x.Stderr, err)
	}
	live.Reset()
	if x, err := run(t, h, "goPanic", out); err == nil || live.Len() > 0 || x.Stderr.Total > 0 {
		t.Errorf("live %q, kept %q, %v", live.String(), x.Stderr, err)
	}
}

// TestCharged wants faults charged to the call that started the goroutine.
func TestCharged(t *testing.T) {
	t.Run("idle", func(t *testing.T) {
		var late bytes.Buffer
		h := start(t, func(cfg *Config) { cfg.Late = func(_ string, _ Stream, p []byte) { late.Write(p) } })
		run(t, h, "latePanic", Output{Tag: "cell-2"})
		<-h.Done()
		f := h.Fault()
		if f.Kind != Panic || f.Message != "late" || f.Tag != "cell-2" || !f.Idle || late.Len() > 0 {
			t.Errorf("fault %+v, late %q", f, late.String())
		}
		x, err := run(t, h, "echo", Output{Tag: "cell-3"})
		if !x.NotRun || !errors.Is(err, f) {
			t.Errorf("%+v, %v", x, err)
		}
	})
	t.Run("running", func(t *testing.T) {
		h := start(t, nil)
		run(t, h, "latePanic", Output{Tag: `cell "2"`})
		x, _ := run(t, h, "sleep", Output{Tag: "cell-3"})
		if f := x.Fault; f == nil || f.Message != "late" || f.Tag != `cell "2"` || f.Idle || x.NotRun {
			t.Errorf("fault %+v", f)
		}
	})
	t.Run("said", func(t *testing.T) {
		h := start(t, nil)
		x, _ := run(t, h, "die", Output{Tag: "cell-2"})
		if f := x.Fault; f == nil || f.Kind != Panic || f.Message != "said by the engine" || f.Tag != "cell-2" || f.Stack != "cell 2 line 3" {
			t.Errorf("fault %+v", f)
		}
	})
}

// TestProgram runs another program under the same protocol.
func TestProgram(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	begin := func(t *testing.T) *Host {
		return start(t, func(cfg *Config) {
			cfg.Role, cfg.Argv, cfg.Env = "", []string{exe}, []string{"HOST_TEST=program"}
			cfg.Grace = 5 * time.Second
		})
	}
	t.Run("double", func(t *testing.T) {
		h := begin(t)
		var resp []byte
		x, err := h.Call(context.Background(), "double", []byte("ab"), &resp, Output{Stdin: strings.NewReader("hello")})
		if err != nil || string(resp) != "abab" || x.Stdout.String() != "before the call\nstdin \"hello\"\n" {
			t.Errorf("%q, stdout %q, %v", resp, x.Stdout, err)
		}
		<-h.Done()
		if f := h.Fault(); f.Kind != ExitCode || f.Code != 0 || h.Usage().MaxRSSBytes == 0 {
			t.Errorf("fault %+v, usage %+v", f, h.Usage())
		}
	})
	t.Run("panic", func(t *testing.T) {
		x, _ := run(t, begin(t), "panic", Output{})
		if f := x.Fault; f == nil || f.Kind != Panic || f.Message != "in a program" || x.Stderr.Total != 0 {
			t.Errorf("fault %+v, stderr %q", f, x.Stderr)
		}
	})
	for _, deed := range []string{"block", "spin"} {
		t.Run(deed, func(t *testing.T) {
			h := begin(t)
			ctx, cancel := context.WithCancel(context.Background())
			x, _ := h.Call(ctx, deed, nil, nil, Output{Stdout: func(p []byte) {
				if bytes.Contains(p, []byte("blocked")) || bytes.Contains(p, []byte("spins")) {
					cancel()
				}
			}})
			if f := x.Fault; f == nil || f.Kind != Interrupt || !strings.Contains(x.Stacks, "host.program") {
				t.Errorf("fault %+v, stacks %q", f, x.Stacks)
			}
			if deed == "block" && !strings.Contains(x.Stacks, "[chan receive") {
				t.Errorf("stacks %q", x.Stacks)
			}
		})
	}
}

func TestMemory(t *testing.T) {
	if raced {
		t.Skip("the race detector's own memory is over the cap")
	}
	for _, deed := range []string{"leak", "bomb"} {
		h := start(t, func(cfg *Config) { cfg.MemoryCap = 512 << 20 })
		x, _ := run(t, h, deed, Output{})
		if x.Fault == nil || x.Fault.Kind != Memory || !strings.Contains(x.Fault.Message, "512 MiB") {
			t.Errorf("%s: fault %+v", deed, x.Fault)
		}
	}
}

func TestFlood(t *testing.T) {
	h := start(t, nil)
	x, err := run(t, h, "flood", Output{})
	if err != nil || x.Stdout.Total != 1_000_000_000 || len(x.Stdout.Bytes()) != 1<<20 {
		t.Errorf("%d bytes of %d, %v", len(x.Stdout.Bytes()), x.Stdout.Total, err)
	}
}

// TestDescriptors lets cells meddle with descriptors; the host serves on.
func TestDescriptors(t *testing.T) {
	for _, test := range []struct{ deed, notice, stdout string }{
		{"closeStdout", "closed standard output", ""},
		{"closeFiles", "closed standard error", ""},
		{"junk", "", "probed\n"},
	} {
		t.Run(test.deed, func(t *testing.T) {
			h := start(t, nil)
			x, err := run(t, h, test.deed, Output{})
			if err != nil || x.Stdout.String() != test.stdout {
				t.Errorf("%q, %v", x.Stdout, err)
			}
			if got := strings.Join(x.Notices, "\n"); !strings.Contains(got, test.notice) || test.notice == "" && got != "" {
				t.Errorf("notices %q", got)
			}
			x, err = run(t, h, "native", Output{})
			if err != nil || x.Stdout.String() != "by variable\nby number\n" || len(x.Notices) != 0 {
				t.Errorf("afterwards %q, %q, %v", x.Stdout, x.Notices, err)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	h := start(t, nil)
	x, _ := run(t, h, "gcOff", Output{})
	if len(x.Notices) < 2 || !strings.Contains(x.Notices[0], "GOGC=off") {
		t.Errorf("notices %q", x.Notices)
	}
	if x, _ := run(t, h, "ignore", Output{}); len(x.Notices) != 1 {
		t.Errorf("notices %q", x.Notices)
	}
	if x, _ := run(t, h, "ignored", Output{}); x.Stdout.String() != "false" {
		t.Errorf("ignored: %s", x.Stdout)
	}
	if x, _ := run(t, h, "gc", Output{}); x.Stdout.String() != "100" || len(x.Notices) != 0 {
		t.Errorf("%q, notices %q", x.Stdout, x.Notices)
	}
}

// TestPool starts many hosts on few wardens; none sees what another left.
func TestPool(t *testing.T) {
	pool := &Pool{}
	defer pool.Close()
	wardens := map[*spawned]bool{}
	for i, deed := range []string{"native", "exit", "kill", "children", "sleepers", "native"} {
		h := start(t, func(cfg *Config) {
			cfg.Pool, cfg.Grace = pool, time.Millisecond
			cfg.Env = append(cfg.Env, "HOST_SLEEP=300")
		})
		wardens[h.warden] = true
		x, err := run(t, h, deed, Output{})
		if i == 5 && (err != nil || x.Stdout.String() != "by variable\nby number\n") {
			t.Errorf("%q, %v", x.Stdout, err)
		}
		h.Close()
		if n := len(descendants(h.warden.pid)); n > 0 {
			t.Errorf("%s leaves %d processes", deed, n)
		}
	}
	if len(wardens) != 1 {
		t.Errorf("%d wardens", len(wardens))
	}
	h := start(t, func(cfg *Config) { cfg.Pool, cfg.MemoryCap = pool, 256<<20 })
	pool.Close()
	h.Close()
	if len(pool.idle) > 0 {
		t.Error("a closed pool keeps a warden")
	}
}

// TestManyCalls keeps the files of every call: the oldest are closed.
func TestManyCalls(t *testing.T) {
	h := start(t, nil)
	for i := range oldFiles {
		if _, err := run(t, h, "keep", Output{}); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	var open []byte
	if _, err := h.Call(context.Background(), "open", nil, &open, Output{}); err != nil || len(open) != 1 || open[0] > 3 {
		t.Errorf("open %v, %v", open, err)
	}
}

// TestOwners wants no goroutine and no descriptor left when hosts are closed.
func TestOwners(t *testing.T) {
	round := func() {
		for _, deed := range []string{"native", "goPanic", "exit", "tick"} {
			h := start(t, nil)
			run(t, h, deed, Output{Stdin: strings.NewReader("in")})
			h.Close()
		}
		h := start(t, nil)
		ctx, cancel := context.WithCancel(context.Background())
		h.Call(ctx, "polite", nil, nil, Output{Event: func([]byte) { cancel() }})
		h.Close()
	}
	round() // what Go opens once
	count := func() int {
		fds, _ := os.ReadDir("/dev/fd")
		return goruntime.NumGoroutine() + len(fds)
	}
	before := count()
	round()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(10 * time.Second); count() > before; {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%d goroutines and descriptors, before %d", count(), before)
		}
	}
}

func TestStartFails(t *testing.T) {
	for want, cfg := range map[string]Config{
		"no role":                      {Role: "nothing"},
		"/no/program":                  {Argv: []string{"/no/program"}},
		"/no/dir":                      {Role: "test", Dir: "/no/dir"},
		"neither role":                 {},
		"did not serve: exit status 0": {Argv: []string{"/bin/true"}},
	} {
		h, err := Start(context.Background(), cfg)
		if err == nil {
			h.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func BenchmarkStartPool(b *testing.B) {
	pool := &Pool{}
	defer pool.Close()
	for b.Loop() {
		h, err := Start(context.Background(), Config{Role: "test", Pool: pool})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		h.Close()
		b.StartTimer()
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		h, err := Start(context.Background(), Config{Role: "test"})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		h.Close()
		b.StartTimer()
	}
}

func BenchmarkCall(b *testing.B) {
	h := start(b, nil)
	for b.Loop() {
		if _, err := h.Call(context.Background(), "count", nil, nil, Output{}); err != nil {
			b.Fatal(err)
		}
	}
}
