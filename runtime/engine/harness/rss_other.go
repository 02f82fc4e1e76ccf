//go:build unix && !linux

package harness

import "syscall"

// maxRSS is in bytes on macOS; other systems are not told apart.
func maxRSS(u *syscall.Rusage) int64 { return int64(u.Maxrss) }

// cpuClock is left to getrusage here.
func cpuClock() int64 { return 0 }
