// Package host runs cells in supervised child processes. Whatever a cell does
// to its process, the parent lives on and can say what happened.
//
// # Processes
//
// The parent starts a warden, which is this binary executed again as pid 1 of
// a new pid namespace; the warden starts the child: this binary again in one of
// its roles, or another program that serves package wire. The child is not pid
// 1, because signals that pid 1 sends itself are dropped. The kernel ends all
// processes of a namespace with its pid 1, and the warden ends when its socket
// closes, so nothing outlives a parent, however it ended. Where namespaces are
// not allowed the warden adopts orphans and kills them (Linux), or the process
// group is killed (macOS): see Host.Isolation.
//
// A cell sees: os.Getpid is a small number of the namespace; /proc is that of
// the machine, so /proc/self is right and /proc/<os.Getpid()> is not; its own
// session without a terminal; the environment of Config.Env and, in a role,
// GODEBUG=tracebacklabels=1; descriptors 0 to 2, and nothing of ours below 200.
// In a user namespace (when the parent is not root) set-user-id programs have no
// effect, and files of other users seem to be nobody's.
//
// # Messages and output
//
// Requests and answers travel in frames of package wire on a socket of their
// own. Each Call of a role opens new pipes for stdout and stderr and passes
// them to the child, which makes them descriptors 1 and 2 and offers them as
// files (Request.Stdout). When the call has ended the child prints a random
// fence on both. What arrives before it is the call's output; what a goroutine
// that the call left running writes to the call's own files later is late
// output of that call (Config.Late), never of the call that runs meanwhile.
// Such a goroutine that writes to descriptor 1 by number, or by the process's
// os.Stdout, writes into the running call: an engine hands its cells
// Request.Stdout as os.Stdout. A program (Config.Argv) keeps its first pipes.
//
// # Faults
//
// A Call that did not end by itself returns a *Fault: panic, exit, signal,
// memory, timeout, interrupt, stack, fatal, lost. When Fault.Gone is false the
// host serves on (the handler panicked, or called runtime.Goexit); otherwise
// every process has ended and the caller starts another Host.
//
// The goroutines of a call carry its tag as a profiler label, those that they
// start inherit it, and Go prints it: a fault is charged (Fault.Tag) to the call
// that started the goroutine, not to the one that runs. Go's dump is in
// Fault.Stack (see Goroutines) and neither in the output nor shown live.
//
// When a Call's context ends, a role tells what its goroutines do (Exit.Stacks)
// and has Request.Context cancelled; a program gets SIGQUIT and tells it in its
// dump. What has not ended after Config.Grace is killed.
//
// # Memory
//
// Two things keep the cap. A watch adds up the resident memory of all processes
// of the host, every 10 to 250 ms as the distance to the cap demands, and kills.
// And the kernel grants each process no more writable memory than the cap and 64
// MiB (RLIMIT_DATA), on which Go gives up by itself: this is for what is faster
// than the watch. Measured with a loop that allocates and touches: the peak is
// within 1% of a cap of 1 GiB. On macOS neither is available.
//
// # Costs
//
// On 2 cores, this package's tests as the binary: Start 3 to 5 ms, of which the
// warden is half (Config.Pool saves it); Call 0.3 ms; a flood of 1 GB 0.5 s.
//
// # Example
//
//	func main() {
//		host.ServeIfChild(map[string]host.Role{"interpreted": newInterpreter})
//		h, err := host.Start(ctx, host.Config{Role: "interpreted", Dir: dir, Env: env,
//			Late: func(tag string, s host.Stream, p []byte) { book.AppendLate(tag, p) }})
//		if err != nil { … }
//		defer h.Close()
//		var resp Answer
//		exit, err := h.Call(ctx, "run", Request{Code: "1+1"}, &resp,
//			host.Output{Tag: "cell-3", Stdout: term.Write})
//		var fault *host.Fault
//		if errors.As(err, &fault) && fault.Gone {
//			// start another and replay
//		}
//		fmt.Printf("%s%v\n", exit.Stdout, exit.Notices)
//	}
//
//	func newInterpreter() host.Server { // in the child, once
//		i := interp.New()
//		return host.Server{Call: func(r *host.Request) (any, error) {
//			return i.Run(r.Context(), r.Body, r.Stdin, r.Stdout, r.Stderr)
//		}}
//	}
//
// A program started with Config.Argv serves so, without a goroutine of ours
// while the cell runs:
//
//	child, err := wire.NewChild()
//	child.Ready()
//	req, err := child.NextCall()
//	body := run(req.Op, req.Body)
//	child.Answer(req, wire.Reply{Body: body})
package host
