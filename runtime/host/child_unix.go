//go:build unix

package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	goruntime "runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync"
	"syscall"
	"weak"

	"github.com/lapbook/lapbook/runtime/host/wire"
)

// argv0 is the name under which this binary is executed again as a child. (An
// environment variable or a flag was rejected: the cell would see it.)
const (
	argv0      = "lapbook-host/"
	wardenName = "warden"
)

// ServeIfChild serves and never returns when this process was started as a
// child; otherwise it returns at once. It must be called first in main, and in
// the TestMain of every package whose tests start a host.
func ServeIfChild(roles map[string]Role) {
	name, ok := strings.CutPrefix(os.Args[0], argv0)
	if !ok {
		return
	}
	if name == wardenName {
		os.Exit(serveWarden())
	}
	os.Exit(serveRole(roles[name], name))
}

func serveRole(role Role, name string) int {
	if role == nil {
		fmt.Fprintf(os.Stderr, "this binary has no role %q\n", name)
		return 2
	}
	child, err := wire.NewChild()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	os.Args = []string{"lapbook"}
	wire.AboveLow(openPoller)
	s := &server{child: child, stdio: newStdio(child), Server: role()}
	s.settings = newSettings()
	if err := child.Ready(); err != nil {
		return exitLost
	}
	return s.serve()
}

// openPoller makes Go create the descriptors of its poller now, at high
// numbers: a cell that closes low ones would else end the process.
func openPoller() {
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
}

// exitLost is the exit status of a child that cannot hear its parent. (Nothing
// else is left to tell with. A cell that exits with it is misunderstood.)
const exitLost = 125

type server struct {
	Server
	child    *wire.Child
	stdio    *stdio
	settings *settings

	turn sync.Mutex // held by the running call: the next one sees what it did

	mu     sync.Mutex
	cancel context.CancelFunc // of the running call
	id     uint32
}

// serve reads requests until the parent is gone. It uses a blocking read, so
// that it works whatever a cell did to the poller.
func (s *server) serve() int {
	for {
		f, err := s.child.Next()
		if err != nil {
			return exitLost
		}
		switch f.Kind {
		case wire.KindCall, wire.KindAsk:
			call, err := wire.DecodeCall(f.Payload)
			if err != nil {
				return exitLost
			}
			if f.Kind == wire.KindAsk {
				go s.ask(f.ID, call)
			} else if err := s.start(f.ID, call); err != nil {
				return exitLost
			}
		case wire.KindCancel:
			s.stop(f.ID)
		}
	}
}

// start begins a call on a goroutine of its own.
func (s *server) start(id uint32, call *wire.Call) error {
	fds, err := s.child.Take(call.FDs())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(pprof.WithLabels(context.Background(), pprof.Labels(tagLabel, call.Tag)))
	s.mu.Lock()
	s.cancel, s.id = cancel, id
	s.mu.Unlock()
	r := &Request{Op: call.Op, Tag: call.Tag, Body: call.Body, ctx: ctx, notices: &notices{}}
	r.event = func(body []byte) error {
		return s.child.Send(wire.Frame{Kind: wire.KindEvent, ID: id, Payload: body})
	}
	r.die = s.dying(call.Tag)
	go s.run(r, &wire.Request{Call: *call, ID: id}, fds)
	return nil
}

func (s *server) dying(tag string) func(kind Kind, message, stack string) {
	return func(kind Kind, message, stack string) {
		var p wire.Pack
		p.String(string(kind))
		p.String(message)
		p.String(tag)
		p.String(stack)
		_ = s.child.Send(wire.Frame{Kind: wire.KindDying, Payload: p}) // then the exit status tells
	}
}

// run runs a call and answers it, also when its goroutine is ended.
func (s *server) run(r *Request, w *wire.Request, fds []int) {
	s.turn.Lock()
	defer s.turn.Unlock()
	pprof.SetGoroutineLabels(r.ctx) // inherited by the goroutines that the call starts
	if err := s.stdio.begin(s.child, r, fds); err != nil {
		os.Exit(exitLost)
	}
	var reply wire.Reply
	defer func() {
		s.mu.Lock()
		s.cancel()
		s.cancel = nil
		s.mu.Unlock()
		s.stdio.check(r)
		s.settings.restore(r.notices)
		reply.Notices = r.notices.take()
		if err := s.child.Answer(w, reply); err != nil {
			os.Exit(exitLost) // the connection is broken: nobody could hear this process again
		}
	}()
	handle(s.Call, r, &reply)
}

// handle calls fn and turns whatever happens into a reply.
func handle(fn func(*Request) (any, error), r *Request, reply *wire.Reply) {
	reply.Status, reply.Message = wire.Goexit, "runtime.Goexit was called"
	defer func() {
		if p := recover(); p != nil {
			reply.Status, reply.Message, reply.Stack = wire.Panicked, fmt.Sprint(p), string(debug.Stack())
		}
	}()
	v, err := fn(r)
	if err == nil {
		reply.Body, err = encode(v)
	}
	reply.Status, reply.Message = wire.OK, ""
	if err != nil {
		reply.Status, reply.Message = wire.Failed, err.Error()
	}
}

func (s *server) ask(id uint32, call *wire.Call) {
	var reply wire.Reply
	defer func() { // a failed send is noticed by serve
		_ = s.child.Send(wire.Frame{Kind: wire.KindReply, ID: id, Payload: reply.Encode()})
	}()
	if call.Op == opStacks {
		reply.Body = []byte(stacks())
		return
	}
	fn := s.Ask
	if fn == nil {
		fn = func(*Request) (any, error) { return nil, errors.New("this role answers no asks") }
	}
	r := &Request{Op: call.Op, Tag: call.Tag, Body: call.Body, ctx: context.Background(), notices: &notices{}}
	r.die = s.dying("")
	r.event = func([]byte) error { return errors.New("an ask has no events") }
	handle(fn, r, &reply)
}

// stop tells what the call is doing and cancels it.
func (s *server) stop(id uint32) {
	s.mu.Lock()
	cancel := s.cancel
	if s.id != id {
		cancel = nil
	}
	s.mu.Unlock()
	if cancel == nil {
		return
	}
	_ = s.child.Send(wire.Frame{Kind: wire.KindDoing, ID: id, Payload: []byte(stacks())})
	cancel()
}

const opStacks = "host.stacks"

// stacks returns all goroutines, as far as that is cheap: the world stands
// still meanwhile.
func stacks() string {
	if goruntime.NumGoroutine() > 5000 {
		return ""
	}
	buf := make([]byte, 256<<10)
	return string(buf[:goruntime.Stack(buf, true)])
}

// stdio gives every call its own files and keeps descriptors 0, 1 and 2 alive.
type stdio struct {
	null     int
	original [3]*os.File // the process's variables in package os
	old      []weak.Pointer[os.File]
}

// oldFiles is how many files of earlier calls stay open for late output, when
// something still refers to them; descriptors are not endless.
const oldFiles = 512

// remember closes what is too old.
func (s *stdio) remember(files ...*os.File) {
	for _, f := range files {
		s.old = append(s.old, weak.Make(f))
	}
	for len(s.old) > oldFiles {
		if f := s.old[0].Value(); f != nil {
			f.Close()
		}
		s.old = s.old[1:]
	}
}

func newStdio(child *wire.Child) *stdio {
	return &stdio{null: wire.DupHigh(0), original: [3]*os.File{os.Stdin, os.Stdout, os.Stderr}}
}

// begin makes the descriptors that came with a call its files.
func (s *stdio) begin(child *wire.Child, r *Request, fds []int) error {
	if len(fds) < 2 {
		return errors.New("a call without its pipes")
	}
	for i := range fds {
		fds[i] = wire.High(fds[i])
	}
	if len(fds) < 3 {
		fds = append(fds, wire.DupHigh(s.null))
	}
	files := [3]**os.File{&r.Stdin, &r.Stdout, &r.Stderr}
	for i, fd := range []int{fds[2], fds[0], fds[1]} {
		if err := dupTo(fd, i); err != nil {
			return err
		}
		*files[i] = os.NewFile(uintptr(fd), s.original[i].Name())
	}
	child.Guard(fds[0], fds[1])
	s.remember(r.Stdout, r.Stderr)
	s.reopen()
	return nil
}

// reopen repairs package os's variables after a cell replaced or closed them.
func (s *stdio) reopen() {
	vars := [3]**os.File{&os.Stdin, &os.Stdout, &os.Stderr}
	for i, f := range s.original {
		if _, err := f.Stat(); errors.Is(err, os.ErrClosed) {
			s.original[i] = os.NewFile(uintptr(i), f.Name())
		}
		if *vars[i] != s.original[i] {
			*vars[i] = s.original[i]
		}
	}
}

// check says which streams the call closed.
func (s *stdio) check(r *Request) {
	files := [3]*os.File{r.Stdin, r.Stdout, r.Stderr}
	for i, name := range []string{"standard input", "standard output", "standard error"} {
		if i == 0 {
			continue // closing one's input is nobody's loss
		}
		_, err := files[i].Stat()
		_, native := s.original[i].Stat()
		if err != nil || native != nil || !sameFile(i, files[i]) {
			r.Notice("the cell closed " + name + "; it is open again")
		}
	}
}

// sameFile tells whether descriptor fd still is the file.
func sameFile(fd int, f *os.File) bool {
	var a, b syscall.Stat_t
	if syscall.Fstat(fd, &a) != nil || syscall.Fstat(int(f.Fd()), &b) != nil {
		return false
	}
	return a.Dev == b.Dev && a.Ino == b.Ino
}
