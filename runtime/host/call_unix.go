//go:build unix

package host

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/lapbook/lapbook/runtime/host/wire"
	"github.com/lapbook/lapbook/runtime/measure"
)

// Call runs one request in the child and returns when it has ended and its
// output is complete. Calls queue. req and resp are JSON values, or []byte and
// *[]byte for bodies that pass as they are.
//
// When ctx ends, the child is asked to stop; without an answer within
// Config.Grace the host is killed. The error is a *Fault (also in Exit.Fault)
// when the call did not end by itself, a *CallError when the handler returned
// an error, nil when resp is the handler's result. Exit is valid in all cases.
func (h *Host) Call(ctx context.Context, op string, req, resp any, out Output) (Exit, error) {
	body, err := encode(req)
	if err == nil && len(body) > wire.MaxPayload-1<<10 {
		err = errors.New("a request larger than 1 GiB")
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return Exit{NotRun: true}, err
	}
	select {
	case h.calls <- struct{}{}:
		defer func() { <-h.calls }()
	case <-h.dead:
		return h.gone()
	case <-ctx.Done():
		return Exit{NotRun: true}, ctx.Err()
	}
	select {
	case <-h.dead:
		return h.gone()
	default:
	}
	c := &call{h: h, out: out, Call: wire.Call{Op: op, Tag: out.Tag, Fence: newFence(), Body: body, Stdio: h.cfg.Role != ""}}
	defer c.endInput()
	if err := c.send(); err != nil {
		h.kill(nil)
		<-h.dead
		return h.gone()
	}
	reply := c.await(ctx)
	h.leave()
	return c.finish(reply, resp)
}

// gone is the answer of a host that has ended.
func (h *Host) gone() (Exit, error) {
	f := h.Fault()
	return Exit{NotRun: true, Fault: f}, f
}

// Ask sends a request that is answered beside a running call. It has no output
// of its own.
func (h *Host) Ask(ctx context.Context, op string, req, resp any) error {
	body, err := encode(req)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	id, w := h.expect(nil)
	h.sock.limit(sendLimit)
	if err := h.conn.Send(wire.Frame{Kind: wire.KindAsk, ID: id, Payload: (&wire.Call{Op: op, Body: body}).Encode()}); err != nil {
		return err
	}
	select {
	case r := <-w.reply:
		if r.Status != wire.OK {
			return &CallError{r.Message}
		}
		return decode(r.Body, resp)
	case <-h.dead:
		return h.Fault()
	case <-ctx.Done():
		h.giveUp(id)
		return ctx.Err()
	}
}

const askLimit = 10 * time.Second

// Stacks returns the stacks of all goroutines of a role, "" when there are too
// many to take them cheaply.
func (h *Host) Stacks(ctx context.Context) (string, error) {
	var b []byte
	err := h.Ask(ctx, opStacks, nil, &b)
	return string(b), err
}

func (h *Host) expect(event func([]byte)) (uint32, *waiting) {
	w := &waiting{reply: make(chan *wire.Reply, 1), doing: make(chan string, 1), event: event}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.nextID++
	h.waiting[h.nextID] = w
	return h.nextID, w
}

// enter notes whose call runs, for faults.
func (h *Host) enter(tag string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tag, h.running = tag, true
}

func (h *Host) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running = false
}

func (h *Host) giveUp(id uint32) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.waiting, id)
}

// newFence is what the child prints when a call has ended: nothing that a cell
// could guess, and nothing that text contains.
func newFence() string {
	var b [12]byte
	rand.Read(b[:])
	return "\x00lap" + hex.EncodeToString(b[:]) + "\x00"
}

// call is one Call under way.
type call struct {
	wire.Call
	h           *Host
	out         Output
	id          uint32
	w           *waiting
	streams     [2]*stream
	endFeed     func() // takes back what of the input was not read
	interrupted bool
	stacks      string
}

// send opens the call's pipes and sends the request with them.
func (c *call) send() error {
	var fds []int
	defer func() { closeAll(fds...) }()
	if c.Stdio {
		for _, kind := range []Stream{Stdout, Stderr} {
			fd, err := c.h.openStream(c.out.Tag, kind)
			if err != nil {
				return err
			}
			fds = append(fds, fd)
		}
	}
	if err := c.openInput(&fds); err != nil {
		return err
	}
	c.h.mu.Lock()
	c.streams = c.h.current
	c.h.mu.Unlock()
	c.streams[Stdout].own(c.out.Tag, c.Fence, c.out.Stdout)
	c.streams[Stderr].own(c.out.Tag, c.Fence, c.out.Stderr)
	c.id, c.w = c.h.expect(c.out.Event)
	c.h.enter(c.out.Tag)
	c.h.sock.limit(sendLimit)
	return c.h.conn.Send(wire.Frame{Kind: wire.KindCall, ID: c.id, Payload: c.Encode()}, fds...)
}

func (c *call) openInput(fds *[]int) error {
	if c.out.Stdin == nil {
		return nil
	}
	f, fd, err := inPipe("stdin")
	if err != nil {
		return err
	}
	*fds = append(*fds, fd)
	own := wire.DupHigh(fd)
	if own < 0 {
		return errors.Join(os.NewSyscallError("dup", syscall.EMFILE), f.Close())
	}
	c.Call.Stdin, c.endFeed = true, Feed(c.out.Stdin, os.NewFile(uintptr(own), "stdin"), f)
	return nil
}

func (c *call) endInput() {
	if c.endFeed != nil {
		c.endFeed()
	}
}

// await returns the reply, or nil when the host has ended.
func (c *call) await(ctx context.Context) *wire.Reply {
	select {
	case r := <-c.w.reply:
		return r
	case <-c.h.dead:
		return nil
	case <-ctx.Done():
	}
	return c.interrupt(ctx)
}

// interrupt asks the call to stop and kills the host when it does not.
func (c *call) interrupt(ctx context.Context) *wire.Reply {
	c.interrupted = true
	c.ask(ctx)
	grace := time.NewTimer(c.h.cfg.Grace)
	defer grace.Stop()
	for {
		select {
		case c.stacks = <-c.w.doing:
			continue
		case r := <-c.w.reply:
			return r
		case <-c.h.dead:
			return nil
		case <-grace.C:
		}
		f := interruption(ctx)
		f.Message += ", replaced: it did not stop within " + c.h.cfg.Grace.String()
		c.h.kill(f)
		<-c.h.dead
		return nil
	}
}

// ask asks the call to stop: a role by a message, a program by SIGQUIT, on
// which Go tells what each goroutine is doing before it exits.
func (c *call) ask(ctx context.Context) {
	if c.Stdio {
		c.h.sock.limit(c.h.cfg.Grace)
		_ = c.h.conn.Send(wire.Frame{Kind: wire.KindCancel, ID: c.id}) // should it fail, it is killed after the grace
		return
	}
	c.h.because(interruption(ctx))
	c.h.crash.expectLong()
	_ = c.h.warden.signal(syscall.SIGQUIT) // the same
}

func interruption(ctx context.Context) *Fault {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &Fault{Kind: Timeout, Message: "timeout"}
	}
	return &Fault{Kind: Interrupt, Message: "interrupted"}
}

// finish collects the output and makes the Exit.
func (c *call) finish(reply *wire.Reply, resp any) (Exit, error) {
	if reply != nil && reply.NoFence == 0 {
		c.streams[Stdout].wait(outputIdle)
		c.streams[Stderr].wait(outputIdle)
	}
	x := Exit{Interrupted: c.interrupted, Stacks: c.lastStacks()}
	x.Stdout, x.Stderr = c.streams[Stdout].end(), c.streams[Stderr].end()
	if reply == nil {
		x.Fault = c.h.Fault()
		x.Stderr = withoutDump(x.Stderr, x.Fault)
		if x.Stacks == "" && x.Interrupted {
			x.Stacks = x.Fault.Stack
		}
		return x, x.Fault
	}
	x.Notices = reply.Notices
	switch reply.Status {
	case wire.OK:
		return x, decode(reply.Body, resp)
	case wire.Panicked:
		x.Fault = &Fault{Kind: Panic, Message: reply.Message, Stack: reply.Stack, Tag: c.out.Tag}
	case wire.Goexit:
		x.Fault = &Fault{Kind: ExitCode, Message: reply.Message, Tag: c.out.Tag}
	default:
		return x, &CallError{reply.Message}
	}
	return x, x.Fault
}

// outputIdle is how long the rest of a call's output may take to arrive once
// the call has been answered: it is in the pipe already.
const outputIdle = 2 * time.Second

func (c *call) lastStacks() string {
	select {
	case s := <-c.w.doing:
		return s
	default:
		return c.stacks
	}
}

// withoutDump takes Go's dump out of stderr: it is in the fault.
func withoutDump(c measure.Captured, f *Fault) measure.Captured {
	if f == nil || f.Stack == "" {
		return c
	}
	text := string(c.Tail)
	if c.Left() == 0 {
		text = c.String()
	}
	crash, ok := findCrash(text)
	if !ok {
		return c
	}
	cut := len(text) - crash.start
	c.Total -= int64(cut)
	fromTail := min(cut, len(c.Tail))
	c.Tail = c.Tail[:len(c.Tail)-fromTail]
	c.Head = c.Head[:len(c.Head)-(cut-fromTail)]
	return c
}
