package host

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	goruntime "runtime"
	"sync"
	"testing"
	"time"
)

func TestGoroutines(t *testing.T) {
	const dump = `panic: late

goroutine 21 gp=0x1 m=2 mp=0x3 [running, locked to thread labels:{"cell": "cell \"2\"", "f": "]:"}]:
main.(*T).run(0x1, {0x2, 0x3})
	/src/main.go:137 +0x58
created by main.main in goroutine 20
	fetch:5 +0x25

goroutine 5 [chan receive, 12 minutes]:
main.main()
	fetch:2
`
	want := []Goroutine{
		{ID: 21, State: "running", Labels: map[string]string{"cell": `cell "2"`, "f": "]:"}, Frames: []Frame{
			{Func: "main.(*T).run", File: "/src/main.go", Line: 137},
			{Func: "main.main", File: "fetch", Line: 5, Created: true}}},
		{ID: 5, State: "chan receive", Frames: []Frame{{Func: "main.main", File: "fetch", Line: 2}}},
	}
	if got := Goroutines(dump); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := want[0].Tag(); got != `cell "2"` {
		t.Errorf("tag %q", got)
	}
}

// FuzzDump reads what a cell may print on stderr.
func FuzzDump(f *testing.F) {
	f.Add("x\npanic: late [recovered]\n\tpanic: again\n[signal SIGSEGV: x]\n\ngoroutine 1 [running labels:{\"cell\": \"a\"}]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n")
	f.Add("runtime: goroutine stack exceeds\nfatal error: stack overflow\n\nruntime stack:\n")
	f.Add("goroutine 1 [labels:{\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		Goroutines(text)
		firstLines(text, 3)
		if c, ok := findCrash(text); ok && (c.start < 0 || c.start > len(text)) {
			t.Errorf("a dump at %d of %d", c.start, len(text))
		}
		shown := ""
		w := words{release: func() {}}
		for _, b := range []byte(text) {
			shown += string(w.filter([]byte{b}))
		}
		if shown += string(w.take()); shown != text {
			t.Errorf("%q is shown as %q", text, shown)
		}
	})
}

// TestWaitsFor has goroutines wait in every way and reads Go's own dump.
func TestWaitsFor(t *testing.T) {
	var mu sync.Mutex
	var rw sync.RWMutex
	var wg sync.WaitGroup
	mu.Lock()
	rw.Lock()
	wg.Add(1)
	ch, quit := make(chan int), make(chan int)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command("sleep", "300")
	if err := child.Start(); err != nil {
		t.Skip("no sleep:", err)
	}
	tests := map[string]func(){
		"a channel receive":     func() { <-ch },
		"a channel send":        func() { quit <- 1 },
		"a lock (Mutex.Lock)":   mu.Lock,
		"a lock (RWMutex.Lock)": rw.Lock,
		"a WaitGroup":           wg.Wait,
		"a file or pipe":        func() { r.Read(make([]byte, 1)) },
		"a timer":               func() { time.Sleep(300 * time.Millisecond) },
		"a child process":       func() { child.Wait() },
		"the network":           func() { http.Get("http://" + silent.Addr().String()) },
		"a select": func() {
			select {
			case <-ch:
			case <-time.After(time.Hour):
			}
		},
	}
	for want, wait := range tests {
		done := make(chan bool)
		go func() {
			defer close(done)
			waitHere(wait)
		}()
		if !seen(t, want, done) {
			t.Errorf("nothing waits for %s", want)
		}
	}
	close(ch)
	<-quit
	mu.Unlock()
	rw.Unlock()
	wg.Done()
	w.Close()
	silent.Close()
	child.Process.Kill()
}

//go:noinline
func waitHere(wait func()) { wait() }

// seen looks at dumps until the goroutine in waitHere waits so.
func seen(t *testing.T, want string, done chan bool) bool {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	buf := make([]byte, 1<<20)
	for limit := time.After(5 * time.Second); ; {
		for _, g := range Goroutines(string(buf[:goruntime.Stack(buf, true)])) {
			for _, f := range g.Frames {
				if g.WaitsFor() == want && f.Func == "github.com/lapbook/lapbook/runtime/host.waitHere" {
					return true
				}
			}
		}
		select {
		case <-tick.C:
		case <-done:
			return false
		case <-limit:
			return false
		}
	}
}
