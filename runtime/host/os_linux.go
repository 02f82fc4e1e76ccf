package host

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Limits are lines about what this system cannot do for a Host; see also
// Host.Isolation.
func Limits() []string { return nil }

// selfPath names this binary also when it was rebuilt or removed meanwhile.
func selfPath() (string, error) { return "/proc/self/exe", nil }

func dupTo(fd, to int) error { return syscall.Dup3(fd, to, 0) }

func maxRSS(u *syscall.Rusage) int64 { return int64(u.Maxrss) << 10 }

// attempts are the ways to start a warden, best first.
func attempts() []attempt {
	base := syscall.SysProcAttr{Setsid: true}
	group := attempt{"group", IsolationGroup, base}
	bare := attempt{"pid", IsolationNamespace, base}
	bare.sys.Cloneflags = syscall.CLONE_NEWPID
	user := attempt{"user", IsolationNamespace, base}
	user.sys.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID
	user.sys.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
	user.sys.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	if os.Geteuid() == 0 {
		return []attempt{bare, user, group} // root keeps its rights over files without a user namespace
	}
	return []attempt{user, group}
}

// workerAttr: the group of its own makes kill(0, sig) hit the cell and its
// children only; the death signal is for the case that the warden is killed,
// which a cell can do where there is no namespace.
func workerAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

const (
	prSetChildSubreaper = 36
	rlimitData          = 2
)

// adoptOrphans makes the descendants of dead descendants children of this
// process, where it is not pid 1 anyway. It also tells the kernel which process
// to end first when the machine runs out of memory.
func adoptOrphans() {
	if os.Getpid() != 1 {
		syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0)
	}
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) // a wish: not everywhere allowed
}

// limitData sets the limits that the process to start inherits: data in bytes,
// and no core files, and returns what lifts the first for the warden itself.
// Only the soft limit is set: the warden is used again. RLIMIT_AS was rejected: it ends Go at once.
func limitData(data uint64) (restore func()) {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	var old syscall.Rlimit
	if data == 0 || syscall.Getrlimit(rlimitData, &old) != nil {
		return func() {}
	}
	_ = syscall.Setrlimit(rlimitData, &syscall.Rlimit{Cur: min(data, old.Max), Max: old.Max}) // the watch remains
	return func() { _ = syscall.Setrlimit(rlimitData, &old) }
}

// killAll ends every process below this one, again and again until the reaper
// has found none left: a process may be forking meanwhile. It gives up after
// endLimit.
func killAll(_ int, empty <-chan struct{}) {
	for end := time.Now().Add(endLimit); time.Now().Before(end); {
		if os.Getpid() == 1 {
			_ = syscall.Kill(-1, syscall.SIGKILL)
		} else {
			for _, pid := range descendants(os.Getpid()) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		select {
		case <-empty:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// descendants lists all processes below pid, by the kernel's lists of children
// (one per thread).
func descendants(pid int) []int {
	var all []int
	for todo := []int{pid}; len(todo) > 0; todo = todo[1:] {
		for _, child := range children(todo[0]) {
			all = append(all, child)
			todo = append(todo, child)
		}
	}
	return all
}

func children(pid int) []int {
	dir := "/proc/" + strconv.Itoa(pid) + "/task/"
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	tasks, _ := d.Readdirnames(-1)
	var list []int
	for _, task := range tasks {
		b, _ := os.ReadFile(dir + task + "/children")
		for _, f := range bytes.Fields(b) {
			if n, err := strconv.Atoi(string(f)); err == nil {
				list = append(list, n)
			}
		}
	}
	return list
}

// resident is the memory in bytes that a process holds now; 0 when it is gone.
func resident(pid int) int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(b)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}

// machineMemory is in bytes, or what the control groups of this process leave
// of it; 0 when unknown.
func machineMemory() int64 {
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) != nil {
		return 0
	}
	total := int64(info.Totalram) * int64(info.Unit)
	groups, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(groups)) {
		path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::")
		for ok && path != "" {
			b, _ := os.ReadFile("/sys/fs/cgroup" + path + "/memory.max")
			if n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil {
				total = min(total, n)
			}
			path = path[:max(strings.LastIndexByte(path, '/'), 0)]
		}
	}
	return total
}

// passCredentials makes the kernel tell the sender's process id on a socket.
func passCredentials(fd int) error {
	return syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_PASSCRED, 1)
}
