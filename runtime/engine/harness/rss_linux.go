package harness

import (
	"syscall"
	"unsafe"
)

// maxRSS is in kilobytes here.
func maxRSS(u *syscall.Rusage) int64 { return u.Maxrss << 10 }

// cpuClock is CLOCK_PROCESS_CPUTIME_ID, in ns.
func cpuClock() int64 {
	const processCPU = 2
	var ts syscall.Timespec
	if _, _, err := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, processCPU, uintptr(unsafe.Pointer(&ts)), 0); err != 0 {
		return 0
	}
	return ts.Nano()
}
