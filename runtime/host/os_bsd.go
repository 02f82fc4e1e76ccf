//go:build unix && !linux

package host

import (
	"os"
	"syscall"
	"time"
)

// Limits are lines about what this system cannot do for a Host; see also
// Host.Isolation.
func Limits() []string {
	return []string{
		"the memory cap of cells is not kept: this needs Linux",
		"a process that a cell puts into a session of its own outlives it: ending it needs Linux",
	}
}

func selfPath() (string, error) { return os.Executable() }

func dupTo(fd, to int) error { return syscall.Dup2(fd, to) }

func maxRSS(u *syscall.Rusage) int64 { return int64(u.Maxrss) }

func attempts() []attempt {
	return []attempt{{"group", IsolationGroup, syscall.SysProcAttr{Setsid: true}}}
}

func workerAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func adoptOrphans() {}

func limitData(uint64) (restore func()) {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	return func() {}
}

// killAll ends the process's group: what left the group by setsid lives on.
func killAll(pid int, empty <-chan struct{}) {
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	select {
	case <-empty:
	case <-time.After(endLimit):
	}
}

// Without /proc the memory of a child is not watched here.
func descendants(int) []int     { return nil }
func resident(int) int64        { return 0 }
func machineMemory() int64      { return 0 }
func passCredentials(int) error { return nil }
