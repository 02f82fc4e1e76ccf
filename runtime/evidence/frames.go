package evidence

import (
	"strings"

	"golang.org/x/exp/trace"
)

// cellFile tells whether a frame lies in a cell, and in which. Cells carry
// their id as file name (//line fetch:5:1); a build without -trimpath puts a
// directory before it.
func cellFile(file, fn string, files map[string]bool) (string, bool) {
	base := file[strings.LastIndexByte(file, '/')+1:]
	if files != nil {
		return base, files[base] // no Go file is named so: ids hold no dot
	}
	return base, strings.HasPrefix(fn, "main.") && base != "" && !strings.HasSuffix(base, ".go")
}

// waitOf is the wait that the frames alone stand for, unknown when they do not
// tell. Frames are innermost first.
func waitOf(fs []trace.StackFrame) state {
	for i, f := range fs {
		switch fn := f.Func; {
		case strings.HasPrefix(fn, "internal/poll."):
			if s := descriptor(fs[i:]); s != unknown {
				return s
			}
		case fn == "time.Sleep":
			return sleep
		case fn == "sync.(*WaitGroup).Wait", strings.HasPrefix(fn, "sync.(*Once)."):
			return group
		case strings.HasPrefix(fn, "sync.(*RWMutex)."):
			return rwmutex
		case fn == "sync.(*Mutex).Lock", strings.HasPrefix(fn, "internal/sync.(*Mutex)."):
			if s := mutexUser(fs[i+1:]); s != unknown {
				return s
			}
		case strings.HasPrefix(fn, "sync.(*Cond)."):
			return cond
		}
	}
	return unknown
}

// mutexUser is what the first caller outside of the mutex makes of it.
func mutexUser(fs []trace.StackFrame) state {
	for _, f := range fs {
		switch {
		case strings.HasPrefix(f.Func, "sync.(*Mutex).") || strings.HasPrefix(f.Func, "internal/sync."):
			continue
		case strings.HasPrefix(f.Func, "sync.(*RWMutex)."):
			return rwmutex
		case strings.HasPrefix(f.Func, "sync.(*Once).") || strings.HasPrefix(f.Func, "sync.OnceValue") || strings.HasPrefix(f.Func, "sync.OnceFunc"):
			return group // somebody initialises; nobody guards
		case strings.HasPrefix(f.Func, "internal/poll.(*fdMutex)"):
			return network
		}
		break
	}
	return mutex
}

// descriptor tells sockets from pipes by the callers of the poller.
func descriptor(fs []trace.StackFrame) state {
	for _, f := range fs {
		switch {
		case strings.HasPrefix(f.Func, "net."):
			return network
		case strings.HasPrefix(f.Func, "os.(*File).") || strings.HasPrefix(f.Func, "os.(*Process)."):
			return pipe
		}
	}
	if len(fs) > 0 && strings.Contains(fs[0].Func, "pollWait") || strings.Contains(fs[0].Func, "(*pollDesc)") {
		return network
	}
	return unknown
}

// callOf is the kind of system call that the frames stand for. The innermost
// telling frame decides; os and syscall lie below everything else.
func callOf(fs []trace.StackFrame) state {
	for _, f := range fs {
		if s := callFrame(f.Func); s != unknown {
			return s
		}
	}
	return otherCall
}

func callFrame(fn string) state {
	switch {
	case fn == "runtime.cgocall":
		return cgoCall
	case fn == "syscall.forkExec", fn == "os.StartProcess", fn == "os.startProcess":
		return forkCall
	case strings.HasPrefix(fn, "os.(*Process)."), fn == "syscall.Wait4", fn == "golang.org/x/sys/unix.Wait4", strings.HasSuffix(fn, "unix.Waitid"):
		return childCall
	case fn == "syscall.Nanosleep", fn == "syscall.Select", strings.HasSuffix(fn, "unix.Nanosleep"), strings.HasSuffix(fn, "unix.Poll"), strings.HasSuffix(fn, "unix.Select"), strings.HasSuffix(fn, "unix.ClockNanosleep"):
		return napCall
	case strings.HasPrefix(fn, "net."), fn == "syscall.Connect", fn == "syscall.Accept4", fn == "syscall.Recvfrom", fn == "syscall.Sendto", fn == "syscall.Socket", fn == "syscall.recvfrom", fn == "syscall.sendto":
		return netCall
	case fn == "os.(*File).Sync", fn == "syscall.Fsync", fn == "syscall.Fdatasync", fn == "syscall.Sync", strings.HasSuffix(fn, "unix.Fdatasync"), strings.HasSuffix(fn, "unix.Fsync"), strings.HasPrefix(fn, "internal/poll.(*FD).Fsync"):
		return syncCall
	case strings.HasPrefix(fn, "os."), fileCalls[fn]:
		return fileCall
	}
	return unknown
}

// fileCalls are the system calls on files that cells make directly.
var fileCalls = map[string]bool{
	"syscall.Open": true, "syscall.Pread": true, "syscall.Pwrite": true,
	"syscall.Fstat": true, "syscall.Stat": true, "syscall.Lstat": true,
	"syscall.Ftruncate": true, "syscall.Mmap": true, "syscall.Munmap": true, "syscall.Flock": true,
	"syscall.Rename": true, "syscall.Unlink": true, "syscall.Mkdir": true, "syscall.ReadDirent": true, "syscall.Getdents": true,
}

// waitState is the wait that a goroutine enters, from the scheduler's reason
// and, where that is too coarse, from its stack.
func waitState(reason string, k *stack) state {
	switch reason {
	case "network":
		if k.wait == pipe {
			return pipe
		}
		return network
	case "sleep":
		return sleep
	case "chan send", "chan receive":
		return channel
	case "select":
		return selects
	case "sync.(*Cond).Wait":
		return cond
	case "sync":
		if k.wait == unknown && k.root != "" {
			return collector // the runtime's own semaphores: to start or end a collection
		}
		return k.wait
	case "GC mark assist wait for work", "wait until GC ends", "GC weak to strong wait", "preempted":
		return collector
	case "": // its wait began before the trace did
		return k.wait
	}
	return other
}
